-- Mail that came and went, by its Message-ID (as SHA-256): what an answer names is found here,
-- whichever mailbox it came to. `conversation` is the one that the entry was written in, 0 when
-- none; `subject` is the key of model/mail.h, 0 when there is nothing to compare.
CREATE TABLE mail (
	id VARBINARY(32) NOT NULL PRIMARY KEY,
	fact BIGINT NOT NULL,
	timeline BIGINT NOT NULL,
	conversation BIGINT NOT NULL,
	outgoing SMALLINT NOT NULL,
	subject BIGINT NOT NULL,
	at BIGINT NOT NULL
) {KEYED};
CREATE INDEX mail_conversation ON mail (conversation, at);
CREATE INDEX mail_subject ON mail (timeline, subject, at);

-- How far an entry got that leaves the house by itself.
CREATE INDEX outbox_fact ON outbox (fact);

-- Where a visitor wants to be answered while she is away. A claim: it resolves nobody.
ALTER TABLE visitor ADD COLUMN answer_mail VARCHAR(200) NOT NULL DEFAULT '';
