-- What automatic answers did in a conversation (model/conversation.h), and how many of its entries
-- had a phrase that is watched.
ALTER TABLE conversation ADD COLUMN bot SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE conversation ADD COLUMN flags BIGINT NOT NULL DEFAULT 0;

-- What the bot remembers about a timeline. The version is compared by whoever goes on from it.
CREATE TABLE bot_state (
	timeline {ID} NOT NULL PRIMARY KEY,
	version BIGINT NOT NULL,
	state TEXT NOT NULL,
	updated_at BIGINT NOT NULL
) {TABLE};

-- What customers said of a rule's answers, and how often one was held back for a phrase in it.
CREATE TABLE rule_feedback (
	rule {ID} NOT NULL PRIMARY KEY,
	helped BIGINT NOT NULL,
	not_helped BIGINT NOT NULL,
	held_back BIGINT NOT NULL,
	held_back_at BIGINT NOT NULL
) {TABLE};
