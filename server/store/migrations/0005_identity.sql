-- Who is who: why a contact point is proven, which customers were merged and taken apart again,
-- and which look alike and are not the same.

-- By whom and when a contact point was proven, and how that person knows. 0 and '' while it is a
-- claim, and where a machine proved it: then `source` says which.
ALTER TABLE contact_point ADD COLUMN proven_by BIGINT NOT NULL DEFAULT 0;
ALTER TABLE contact_point ADD COLUMN proven_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE contact_point ADD COLUMN proven_reason VARCHAR(200) NOT NULL DEFAULT '';
UPDATE contact_point SET proven_by = created_by, proven_at = created_at
	WHERE proven_key IS NOT NULL;

-- The timelines of `source` are read under `target` from made_at to undone_at (0: still). Both
-- were read under nobody else then, so that those in force form trees, and customer.primary_id
-- is the root of a tree. `taken` is JSON: the values of the source that won, and what they
-- replaced.
CREATE TABLE customer_merge (
	id {ID} NOT NULL PRIMARY KEY,
	source BIGINT NOT NULL,
	target BIGINT NOT NULL,
	how SMALLINT NOT NULL,
	made_by_kind SMALLINT NOT NULL,
	made_by BIGINT NOT NULL,
	made_at BIGINT NOT NULL,
	reason VARCHAR(400) NOT NULL,
	taken TEXT NOT NULL,
	undone_by_kind SMALLINT NOT NULL,
	undone_by BIGINT NOT NULL,
	undone_at BIGINT NOT NULL,
	undo_reason VARCHAR(400) NOT NULL
) {TABLE};
CREATE INDEX customer_merge_source ON customer_merge (source);
CREATE INDEX customer_merge_target ON customer_merge (target);

-- Those who were attached before there were rows for it.
INSERT INTO customer_merge (id, source, target, how, made_by_kind, made_by, made_at, reason,
	taken, undone_by_kind, undone_by, undone_at, undo_reason)
	SELECT id, id, primary_id, 1, 0, 0, updated_at, '', '', 0, 0, 0, ''
	FROM customer WHERE primary_id <> id;

-- Somebody said that these two are not the same person: both ways round.
CREATE TABLE customer_distinct (
	one BIGINT NOT NULL,
	other BIGINT NOT NULL,
	said_by BIGINT NOT NULL,
	said_at BIGINT NOT NULL,
	PRIMARY KEY (one, other)
) {KEYED};
