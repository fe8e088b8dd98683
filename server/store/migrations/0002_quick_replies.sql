-- Ready-made texts. place is the member of staff, the unit, or 0, by scope. live is 1 and turns
-- NULL when a reply is taken out of use, so that its title and shortcut are free again and it
-- can still be brought back. state is 1: for houses that let texts be used after a check only.
CREATE TABLE quick_reply (
	id {ID} NOT NULL PRIMARY KEY,
	scope SMALLINT NOT NULL,
	place BIGINT NOT NULL,
	live SMALLINT NULL,
	state SMALLINT NOT NULL,
	folder VARCHAR(60) NOT NULL,
	title VARCHAR(80) NOT NULL,
	shortcut VARCHAR(20) NULL,
	body TEXT NOT NULL,
	files TEXT NULL,
	used BIGINT NOT NULL,
	created_by BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_by BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	version BIGINT NOT NULL
) {TABLE};
CREATE UNIQUE INDEX quick_reply_title ON quick_reply (scope, place, title, live);
CREATE UNIQUE INDEX quick_reply_shortcut ON quick_reply (scope, place, shortcut, live);

-- How often and when last each person used a reply: what she uses comes first.
CREATE TABLE quick_reply_use (
	staff BIGINT NOT NULL,
	reply BIGINT NOT NULL,
	used BIGINT NOT NULL,
	used_at BIGINT NOT NULL,
	PRIMARY KEY (staff, reply)
) {KEYED};
