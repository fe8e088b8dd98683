-- Phrases that are watched in what leaves the house. live is 1 and turns NULL when a phrase is
-- taken out, so that it can be added anew and still be brought back. action: model/phrase.h;
-- except: a JSON array of texts.
CREATE TABLE phrase (
	id {ID} NOT NULL PRIMARY KEY,
	phrase VARCHAR(100) NOT NULL,
	live SMALLINT NULL,
	action SMALLINT NOT NULL,
	advice VARCHAR(400) NOT NULL,
	exceptions TEXT NOT NULL,
	hits BIGINT NOT NULL,
	hit_at BIGINT NOT NULL,
	created_by BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	updated_by BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	version BIGINT NOT NULL
) {TABLE};
CREATE UNIQUE INDEX phrase_text ON phrase (phrase, live);
