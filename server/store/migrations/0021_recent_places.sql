-- The lists of all conversations and of customers by their last contact stand in the order of
-- listed_at too: an entry of a lively chat then writes no index of its conversation at all.
CREATE INDEX conversation_places ON conversation (listed_at);
DROP INDEX conversation_recent {OF_CONVERSATION};
