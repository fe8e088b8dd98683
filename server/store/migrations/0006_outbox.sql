-- What has to leave the house. An item is written in the transaction of its entry, claimed by a
-- commit before it is sent (state 2, with the node that sends it) and settled by another. Items
-- of one lane of a channel leave in the order of their ids. States: model/outbox.h.
CREATE TABLE outbox (
	id {ID} NOT NULL PRIMARY KEY,
	channel BIGINT NOT NULL,
	kind VARCHAR(16) NOT NULL,
	lane BIGINT NOT NULL,
	fact BIGINT NOT NULL,
	state SMALLINT NOT NULL,
	node BIGINT NOT NULL,
	idempotent SMALLINT NOT NULL,
	attempts BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	due_at BIGINT NOT NULL,
	give_up_at BIGINT NOT NULL,
	changed_at BIGINT NOT NULL,
	status BIGINT NOT NULL,
	answer VARCHAR(400) NOT NULL
) {TABLE};
CREATE INDEX outbox_due ON outbox (channel, state, due_at);
CREATE INDEX outbox_lane ON outbox (channel, lane, state, id);
CREATE INDEX outbox_changed ON outbox (state, changed_at);

-- Channels whose customers are told of entries through the outbox, and how that went last.
CREATE TABLE outbox_channel (
	channel {ID} NOT NULL PRIMARY KEY,
	enabled SMALLINT NOT NULL,
	sent_at BIGINT NOT NULL,
	failed_at BIGINT NOT NULL,
	status BIGINT NOT NULL,
	answer VARCHAR(400) NOT NULL
) {TABLE};
