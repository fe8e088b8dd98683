-- Where a conversation stands in the lists of its state and of who has it: as last_at, but it moves
-- at most every two seconds, so that a lively chat does not write two indexes with each entry.
ALTER TABLE conversation ADD COLUMN listed_at BIGINT NOT NULL DEFAULT 0;
UPDATE conversation SET listed_at = last_at;
CREATE INDEX conversation_listed ON conversation (state, assignee, listed_at);
CREATE INDEX conversation_state_listed ON conversation (state, listed_at);
DROP INDEX conversation_list {OF_CONVERSATION};
DROP INDEX conversation_state {OF_CONVERSATION};
