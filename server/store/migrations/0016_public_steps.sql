-- How many of a timeline's entries its customer sees up to each 32nd one (FACT_STEP): readers find
-- hers from the nearest of these. An index of all facts by her numbers costs every message a page.
CREATE TABLE public_step (
	timeline BIGINT NOT NULL,
	pub BIGINT NOT NULL,
	seq BIGINT NOT NULL,
	PRIMARY KEY (timeline, pub, seq)
) {KEYED};
INSERT INTO public_step (timeline, pub, seq)
	SELECT f.timeline, COALESCE((SELECT g.pub FROM fact g WHERE g.timeline = f.timeline
		AND g.seq <= f.seq AND g.pub IS NOT NULL ORDER BY g.seq DESC LIMIT 1), 0), f.seq
	FROM fact f WHERE f.seq % 32 = 0;
DROP INDEX fact_pub {OF_FACT};
