-- What is known of a customer in words: tags, topics, and her newest intent (kind 1, 2, 3), each
-- with who said so. They stay with the customer they were given to; those read under another
-- bring theirs along.
CREATE TABLE customer_tag (
	customer BIGINT NOT NULL,
	kind SMALLINT NOT NULL,
	tag VARCHAR(100) NOT NULL,
	source SMALLINT NOT NULL,
	rule BIGINT NOT NULL,
	author BIGINT NOT NULL,
	at BIGINT NOT NULL,
	PRIMARY KEY (customer, kind, tag)
) {KEYED};
CREATE INDEX customer_tag_tag ON customer_tag (tag, kind, customer);
