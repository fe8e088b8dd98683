-- How far a mailbox has been read, by the numbers that its server gives: what is in the
-- database up to there. `told` counts mails that could not be made an entry.
CREATE TABLE mailbox (
	channel {ID} NOT NULL PRIMARY KEY,
	uidvalidity BIGINT NOT NULL,
	uid BIGINT NOT NULL,
	taken BIGINT NOT NULL,
	last_at BIGINT NOT NULL,
	told BIGINT NOT NULL,
	told_at BIGINT NOT NULL,
	told_text VARCHAR(400) NOT NULL
) {TABLE};
