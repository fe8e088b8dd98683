-- Fields that the house defines itself, their values, and imports of customers.

CREATE TABLE field (
	id {ID} NOT NULL PRIMARY KEY,
	field_key VARCHAR(40) NOT NULL,
	kind SMALLINT NOT NULL,
	label_zh VARCHAR(60) NOT NULL,
	label_en VARCHAR(60) NOT NULL,
	choices TEXT NOT NULL,
	edit_role SMALLINT NOT NULL,
	position BIGINT NOT NULL,
	active SMALLINT NOT NULL,
	created_at BIGINT NOT NULL,
	version BIGINT NOT NULL
) {TABLE};
CREATE UNIQUE INDEX field_key ON field (field_key);

-- What customers have in these fields now. Several choices are several rows, so that each is
-- found by the index; number orders numbers (in 1/10000), dates (yyyymmdd) and yes (1).
CREATE TABLE customer_value (
	customer BIGINT NOT NULL,
	field BIGINT NOT NULL,
	item SMALLINT NOT NULL,
	value VARCHAR(500) NOT NULL,
	number BIGINT NOT NULL,
	source SMALLINT NOT NULL,
	author_kind SMALLINT NOT NULL,
	author BIGINT NOT NULL,
	at BIGINT NOT NULL,
	PRIMARY KEY (customer, field, item)
) {KEYED};
CREATE INDEX customer_value_text ON customer_value (field, value);
CREATE INDEX customer_value_number ON customer_value (field, number);

-- What they had before. A row is written when its value is replaced, and never changed.
CREATE TABLE former_value (
	id {ID} NOT NULL PRIMARY KEY,
	customer BIGINT NOT NULL,
	field BIGINT NOT NULL,
	value TEXT NOT NULL,
	source SMALLINT NOT NULL,
	author_kind SMALLINT NOT NULL,
	author BIGINT NOT NULL,
	at BIGINT NOT NULL,
	until_at BIGINT NOT NULL
) {TABLE};
CREATE INDEX former_value_customer ON former_value (customer, field);

-- An import of customers from a file: how far it came. The file itself lies in the data
-- folder. columns_hash finds the mapping that was used for the same heading line before.
CREATE TABLE customer_import (
	id {ID} NOT NULL PRIMARY KEY,
	name VARCHAR(255) NOT NULL,
	state SMALLINT NOT NULL,
	charset VARCHAR(16) NOT NULL,
	columns_hash BIGINT NOT NULL,
	mapping TEXT NOT NULL,
	size BIGINT NOT NULL,
	done BIGINT NOT NULL,
	created BIGINT NOT NULL,
	changed BIGINT NOT NULL,
	unchanged BIGINT NOT NULL,
	bad BIGINT NOT NULL,
	problem VARCHAR(240) NOT NULL,
	author BIGINT NOT NULL,
	unit BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	started_at BIGINT NOT NULL,
	ended_at BIGINT NOT NULL
) {TABLE};
CREATE INDEX customer_import_columns ON customer_import (columns_hash, id);

CREATE INDEX customer_owner ON customer (owner, updated_at);
