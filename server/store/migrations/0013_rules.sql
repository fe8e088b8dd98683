-- Keyword rules. body is the whole rule as JSON; what is asked for by SQL stands beside it. live is
-- 1 and turns NULL when a rule is removed, so that its title is free and it can come back.
CREATE TABLE rule (
	id {ID} NOT NULL PRIMARY KEY,
	live SMALLINT NULL,
	enabled SMALLINT NOT NULL,
	priority BIGINT NOT NULL,
	folder VARCHAR(100) NOT NULL,
	title VARCHAR(200) NOT NULL,
	body MEDIUMTEXT NOT NULL,
	version BIGINT NOT NULL,
	created_by BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_by BIGINT NOT NULL,
	updated_at BIGINT NOT NULL
) {TABLE};
CREATE UNIQUE INDEX rule_title ON rule (title, live);
CREATE INDEX rule_order ON rule (live, priority, id);

-- All that a rule ever was: for looking back and for taking back.
CREATE TABLE rule_version (
	rule BIGINT NOT NULL,
	version BIGINT NOT NULL,
	removed SMALLINT NOT NULL,
	enabled SMALLINT NOT NULL,
	priority BIGINT NOT NULL,
	folder VARCHAR(100) NOT NULL,
	title VARCHAR(200) NOT NULL,
	body MEDIUMTEXT NOT NULL,
	updated_by BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	PRIMARY KEY (rule, version)
) {KEYED};

CREATE TABLE rule_hit (
	rule BIGINT NOT NULL,
	day BIGINT NOT NULL,
	hits BIGINT NOT NULL,
	helped BIGINT NOT NULL,
	failed BIGINT NOT NULL,
	last_at BIGINT NOT NULL,
	PRIMARY KEY (rule, day)
) {KEYED};
CREATE INDEX rule_hit_day ON rule_hit (day);

-- One row. changes is raised with every change of a rule or of the settings: processes look at
-- it to learn that there is something new.
CREATE TABLE rule_settings (
	id {ID} NOT NULL PRIMARY KEY,
	body MEDIUMTEXT NOT NULL,
	version BIGINT NOT NULL,
	updated_by BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	changes BIGINT NOT NULL
) {TABLE};
INSERT INTO rule_settings (id, body, version, updated_by, updated_at, changes)
	VALUES (1, '', 0, 0, 0, 0);
