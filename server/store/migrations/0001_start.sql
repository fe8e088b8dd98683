-- The first shape of the database, for SQLite and MySQL/MariaDB alike. The migrator replaces
-- {ID} by INTEGER (SQLite: the row id itself) or BIGINT, {TABLE} by the table options and
-- {KEYED} by those of a table that is nothing but its key (SQLite: WITHOUT ROWID).
-- Ids are 64 bit, times are UTC milliseconds, 0 stands for "none" where a column is NOT NULL.
-- The table `migration` is the migrator's own.

-- One row a process: n numbers its newest committed fact, tick counts its transactions. Every
-- transaction raises tick, so that one row decides an uncertain commit and stops a node that
-- was started twice.
CREATE TABLE feed (
	node {ID} NOT NULL PRIMARY KEY,
	n BIGINT NOT NULL,
	tick BIGINT NOT NULL
) {TABLE};

-- Units form a tree by number: 8 bits a level, so that a subtree is a range.
CREATE TABLE unit (
	id {ID} NOT NULL PRIMARY KEY,
	name VARCHAR(120) NOT NULL,
	created_at BIGINT NOT NULL
) {TABLE};

CREATE TABLE staff (
	id {ID} NOT NULL PRIMARY KEY,
	login VARCHAR(64) NOT NULL,
	name VARCHAR(120) NOT NULL,
	role SMALLINT NOT NULL,
	unit BIGINT NOT NULL,
	extension VARCHAR(32) NULL,
	language VARCHAR(12) NOT NULL,
	password_hash VARCHAR(200) NOT NULL,
	active SMALLINT NOT NULL,
	demo SMALLINT NOT NULL DEFAULT 0,
	created_at BIGINT NOT NULL,
	password_at BIGINT NOT NULL,
	version BIGINT NOT NULL
) {TABLE};
CREATE UNIQUE INDEX staff_login ON staff (login);
CREATE UNIQUE INDEX staff_extension ON staff (extension);

CREATE TABLE staff_session (
	token_hash VARBINARY(32) NOT NULL PRIMARY KEY,
	staff BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	address VARCHAR(64) NOT NULL,
	agent VARCHAR(200) NOT NULL
) {KEYED};
CREATE INDEX staff_session_staff ON staff_session (staff);

CREATE TABLE api_key (
	id {ID} NOT NULL PRIMARY KEY,
	name VARCHAR(120) NOT NULL,
	key_hash VARBINARY(32) NOT NULL,
	scopes VARCHAR(400) NOT NULL,
	created_by BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	revoked_at BIGINT NOT NULL
) {TABLE};
CREATE UNIQUE INDEX api_key_hash ON api_key (key_hash);

-- One configured account of a channel: a website's widget, a PBX. `settings` is the driver's
-- JSON; secrets inside it are encrypted by the key file outside the database.
CREATE TABLE channel (
	id {ID} NOT NULL PRIMARY KEY,
	kind VARCHAR(16) NOT NULL,
	name VARCHAR(120) NOT NULL,
	public_key VARCHAR(40) NOT NULL,
	settings TEXT NOT NULL,
	unit BIGINT NOT NULL,
	enabled SMALLINT NOT NULL,
	created_at BIGINT NOT NULL,
	version BIGINT NOT NULL
) {TABLE};
CREATE UNIQUE INDEX channel_key ON channel (public_key);

-- A customer and, under the same id, the timeline that was opened with it. After a merge
-- `primary_id` names the customer under whom this one is read; else it equals `id`.
CREATE TABLE customer (
	id {ID} NOT NULL PRIMARY KEY,
	primary_id BIGINT NOT NULL,
	unit BIGINT NOT NULL,
	owner BIGINT NOT NULL,
	anonymous SMALLINT NOT NULL,
	name VARCHAR(200) NOT NULL,
	external_id VARCHAR(64) NULL,
	language VARCHAR(12) NOT NULL,
	gender VARCHAR(12) NOT NULL,
	company VARCHAR(200) NOT NULL,
	remark VARCHAR(2000) NOT NULL,
	restricted SMALLINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	version BIGINT NOT NULL
) {TABLE};
CREATE UNIQUE INDEX customer_external ON customer (external_id);
CREATE INDEX customer_primary ON customer (primary_id);
CREATE INDEX customer_unit ON customer (unit, updated_at);
CREATE INDEX customer_recent ON customer (updated_at);
CREATE INDEX customer_name ON customer (name);

-- Only a proven contact point resolves to a customer: proven_key is "kind:value" when proven
-- and NULL when it is a claim, so that the unique index covers the proven ones alone.
CREATE TABLE contact_point (
	id {ID} NOT NULL PRIMARY KEY,
	customer BIGINT NOT NULL,
	kind VARCHAR(16) NOT NULL,
	value VARCHAR(200) NOT NULL,
	proven_key VARCHAR(220) NULL,
	label VARCHAR(60) NOT NULL,
	source VARCHAR(32) NOT NULL,
	created_by BIGINT NOT NULL,
	created_at BIGINT NOT NULL
) {TABLE};
CREATE UNIQUE INDEX contact_point_proven ON contact_point (proven_key);
CREATE INDEX contact_point_customer ON contact_point (customer);
CREATE INDEX contact_point_value ON contact_point (value);

-- A visitor of a web or app channel; her token is kept as its hash only.
CREATE TABLE visitor (
	id {ID} NOT NULL PRIMARY KEY,
	channel BIGINT NOT NULL,
	customer BIGINT NOT NULL,
	token_hash VARBINARY(32) NOT NULL,
	identified SMALLINT NOT NULL,
	language VARCHAR(12) NOT NULL,
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL
) {TABLE};
CREATE UNIQUE INDEX visitor_token ON visitor (token_hash);
CREATE INDEX visitor_customer ON visitor (customer);

-- What is stored. id = node << 48 | n, n gap-free per node: the feed itself.
CREATE TABLE fact (
	id {ID} NOT NULL PRIMARY KEY,
	timeline BIGINT NOT NULL,
	seq BIGINT NOT NULL,
	pub BIGINT NULL,
	conversation BIGINT NOT NULL,
	kind SMALLINT NOT NULL,
	channel BIGINT NOT NULL,
	channel_kind VARCHAR(16) NOT NULL,
	author_kind SMALLINT NOT NULL,
	author BIGINT NOT NULL,
	at BIGINT NOT NULL,
	committed_at BIGINT NOT NULL,
	ref VARCHAR(26) NULL,
	body MEDIUMTEXT NULL,
	files TEXT NULL,
	salt VARBINARY(16) NULL,
	body_digest VARBINARY(32) NOT NULL,
	hash VARBINARY(32) NOT NULL,
	retention SMALLINT NOT NULL,
	retain_until BIGINT NOT NULL,
	hold SMALLINT NOT NULL,
	restricted SMALLINT NOT NULL,
	erased_at BIGINT NOT NULL
) {TABLE};
CREATE UNIQUE INDEX fact_seq ON fact (timeline, seq);
CREATE UNIQUE INDEX fact_pub ON fact (timeline, pub);
CREATE INDEX fact_at ON fact (timeline, at);

-- Duplicates die here. k = 8 bytes that grow with time (the start of a ref, an id) and the
-- SHA-256 of (scope, external id) or of (author, ref): random keys alone would touch a new
-- page for every message once the table is large.
CREATE TABLE dedupe (
	k VARBINARY(40) NOT NULL PRIMARY KEY,
	fact BIGINT NOT NULL
) {KEYED};

-- One episode; a projection of the facts, with a version. open_key equals the timeline while
-- the episode is not resolved, so that a timeline has at most one open conversation.
CREATE TABLE conversation (
	id {ID} NOT NULL PRIMARY KEY,
	timeline BIGINT NOT NULL,
	customer BIGINT NOT NULL,
	open_key BIGINT NULL,
	unit BIGINT NOT NULL,
	owner BIGINT NOT NULL,
	state SMALLINT NOT NULL,
	assignee BIGINT NOT NULL,
	channel BIGINT NOT NULL,
	channel_kind VARCHAR(16) NOT NULL,
	version BIGINT NOT NULL,
	opened_at BIGINT NOT NULL,
	resolved_at BIGINT NOT NULL,
	waiting_since BIGINT NOT NULL,
	inbound BIGINT NOT NULL,
	missed_calls BIGINT NOT NULL,
	last_fact BIGINT NOT NULL,
	last_seq BIGINT NOT NULL,
	last_at BIGINT NOT NULL,
	last_kind SMALLINT NOT NULL,
	last_author_kind SMALLINT NOT NULL,
	preview VARCHAR(200) NOT NULL
) {TABLE};
CREATE UNIQUE INDEX conversation_open ON conversation (open_key);
CREATE INDEX conversation_timeline ON conversation (timeline, id);
CREATE INDEX conversation_customer ON conversation (customer, id);
CREATE INDEX conversation_list ON conversation (state, assignee, last_at);
CREATE INDEX conversation_state ON conversation (state, last_at);
CREATE INDEX conversation_recent ON conversation (last_at);

-- Watermarks. party 0 = the customer, 1 = the house as the customer sees it, else a member of
-- staff. delivered and read count `pub` for parties 0 and 1, `seq` for staff;
-- inbound_read = how many customer entries of the open conversation that person has read.
CREATE TABLE mark (
	timeline BIGINT NOT NULL,
	party BIGINT NOT NULL,
	delivered BIGINT NOT NULL,
	seen BIGINT NOT NULL,
	conversation BIGINT NOT NULL,
	inbound_read BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	PRIMARY KEY (timeline, party)
) {KEYED};

-- A call's present state; its events are facts keyed by (call, event). settled: the result was
-- reported and not concluded, so that events in any order end in the same state.
CREATE TABLE phone_call (
	id {ID} NOT NULL PRIMARY KEY,
	channel BIGINT NOT NULL,
	external_id VARCHAR(160) NOT NULL,
	timeline BIGINT NOT NULL,
	conversation BIGINT NOT NULL,
	direction SMALLINT NOT NULL,
	result SMALLINT NOT NULL,
	customer_number VARCHAR(40) NOT NULL,
	house_number VARCHAR(40) NOT NULL,
	caller_name VARCHAR(120) NOT NULL,
	queue VARCHAR(60) NOT NULL,
	extension VARCHAR(32) NOT NULL,
	staff BIGINT NOT NULL,
	started_at BIGINT NOT NULL,
	answered_at BIGINT NOT NULL,
	ended_at BIGINT NOT NULL,
	ring_ms BIGINT NOT NULL,
	talk_ms BIGINT NOT NULL,
	hold_ms BIGINT NOT NULL,
	hangup_by VARCHAR(16) NOT NULL,
	transfers VARCHAR(400) NOT NULL,
	recording VARCHAR(400) NOT NULL,
	outcome VARCHAR(40) NOT NULL,
	outcome_note VARCHAR(2000) NOT NULL,
	imported SMALLINT NOT NULL,
	version BIGINT NOT NULL,
	settled SMALLINT NOT NULL
) {TABLE};
CREATE UNIQUE INDEX phone_call_external ON phone_call (channel, external_id);
CREATE INDEX phone_call_timeline ON phone_call (timeline, started_at);
CREATE INDEX phone_call_started ON phone_call (started_at);

-- Uploaded files: the bytes lie in the data folder under their SHA-256, never in SQL.
CREATE TABLE file (
	id {ID} NOT NULL PRIMARY KEY,
	digest VARBINARY(32) NOT NULL,
	size BIGINT NOT NULL,
	type VARCHAR(100) NOT NULL,
	name VARCHAR(255) NOT NULL,
	width BIGINT NOT NULL,
	height BIGINT NOT NULL,
	author_kind SMALLINT NOT NULL,
	author BIGINT NOT NULL,
	timeline BIGINT NOT NULL,
	fact BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	retention SMALLINT NOT NULL,
	retain_until BIGINT NOT NULL,
	hold SMALLINT NOT NULL,
	restricted SMALLINT NOT NULL,
	erased_at BIGINT NOT NULL
) {TABLE};
CREATE INDEX file_digest ON file (digest);
CREATE INDEX file_timeline ON file (timeline);
CREATE INDEX file_author ON file (author_kind, author, created_at);

-- Append-only and chained like a timeline: who did what to whom, from where.
CREATE TABLE audit (
	id {ID} NOT NULL PRIMARY KEY,
	at BIGINT NOT NULL,
	actor_kind SMALLINT NOT NULL,
	actor BIGINT NOT NULL,
	action VARCHAR(40) NOT NULL,
	subject_kind VARCHAR(24) NOT NULL,
	subject BIGINT NOT NULL,
	address VARCHAR(64) NOT NULL,
	detail VARCHAR(1000) NOT NULL,
	hash VARBINARY(32) NOT NULL
) {TABLE};
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_subject ON audit (subject_kind, subject);

INSERT INTO unit (id, name, created_at) VALUES (16777216, 'Head office', 0);
