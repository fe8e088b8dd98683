-- What a team needs: mentions in notes, what each was when, saved filters.

-- Who was named in a note, and whether she has looked. `timeline` is the note's own.
CREATE TABLE mention (
	id {ID} NOT NULL PRIMARY KEY,
	staff BIGINT NOT NULL,
	fact BIGINT NOT NULL,
	timeline BIGINT NOT NULL,
	author BIGINT NOT NULL,
	at BIGINT NOT NULL,
	seen_at BIGINT NOT NULL
) {TABLE};
CREATE INDEX mention_staff ON mention (staff, id);
CREATE INDEX mention_unseen ON mention (staff, seen_at);

-- Online, away, wrap-up, in a call, offline: one row for each change, with the reason given.
CREATE TABLE presence_log (
	id {ID} NOT NULL PRIMARY KEY,
	staff BIGINT NOT NULL,
	state VARCHAR(12) NOT NULL,
	reason VARCHAR(40) NOT NULL,
	at BIGINT NOT NULL
) {TABLE};
CREATE INDEX presence_log_staff ON presence_log (staff, at);

-- A filter of a list under a name. `query` is that of the page's address. A shared one is seen in
-- the units from `unit` to `unit_high`.
CREATE TABLE saved_filter (
	id {ID} NOT NULL PRIMARY KEY,
	owner BIGINT NOT NULL,
	unit BIGINT NOT NULL,
	unit_high BIGINT NOT NULL,
	shared SMALLINT NOT NULL,
	place VARCHAR(16) NOT NULL,
	name VARCHAR(120) NOT NULL,
	query VARCHAR(600) NOT NULL,
	created_at BIGINT NOT NULL,
	version BIGINT NOT NULL
) {TABLE};
CREATE INDEX saved_filter_owner ON saved_filter (owner);
CREATE INDEX saved_filter_unit ON saved_filter (shared, unit);
