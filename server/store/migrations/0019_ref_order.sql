-- Keys of refs that are ULIDs begin with their time to the millisecond (it was to the second): the
-- third to tenth of their digits instead of the first eight.
UPDATE dedupe
SET k = CAST(REPLACE(k, SUBSTR(k, 1, 8),
	(SELECT SUBSTR(f.ref, 3, 8) FROM fact f WHERE f.id = dedupe.fact)) AS {BYTES})
WHERE EXISTS (SELECT 1 FROM fact f WHERE f.id = dedupe.fact AND LENGTH(f.ref) = 26
	AND CAST(SUBSTR(f.ref, 1, 8) AS {BYTES}) = SUBSTR(k, 1, 8));
-- Half of their SHA-256 is enough.
UPDATE dedupe SET k = SUBSTR(k, 1, 24) WHERE LENGTH(k) > 24;
