-- Facts whose time is not that of their commit: imports, mails, calls told of later. A timeline is
-- read backwards by its numbers, and these few are found by their time; an index of all facts by
-- time costs every message a page.
CREATE TABLE late_fact (
  timeline BIGINT NOT NULL,
  at BIGINT NOT NULL,
  fact BIGINT NOT NULL,
  PRIMARY KEY (timeline, at, fact)
) {KEYED};
INSERT INTO late_fact (timeline, at, fact)
  SELECT timeline, at, id FROM fact WHERE at <> committed_at;
DROP INDEX fact_at {OF_FACT};
