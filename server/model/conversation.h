/* One episode with a customer: the projection that lists show. */
#ifndef MODEL_CONVERSATION_H
#define MODEL_CONVERSATION_H

#include <stdint.h>

#include "model/types.h"

#define PREVIEW_SIZE 200
#define CHANNEL_KIND_SIZE 16

struct json_writer;

/* What automatic answers did in an episode. */
enum conversation_bot {
	BOT_NONE = 0,     /* nothing yet */
	BOT_ANSWERED = 1, /* the customer's newest question was answered */
	BOT_UNANSWERED =
		2,         /* it had no answer; a person is waited for, the bot still listens */
	BOT_QUIET = 3, /* a person was asked for or stepped in: silent until it is resolved */
};

struct conversation {
	uint64_t id;
	uint64_t timeline;
	uint64_t customer; /* whom it is shown under (the primary after a merge) */
	uint64_t unit;
	uint64_t owner;
	enum conversation_state state;
	uint64_t assignee; /* 0: Unassigned */
	uint64_t channel;
	char channel_kind[CHANNEL_KIND_SIZE]; /* of the customer's latest entry */
	uint64_t version;
	int64_t opened_at;
	int64_t resolved_at;
	int64_t waiting_since; /* first unanswered customer entry; 0: not waiting */
	uint64_t inbound;      /* customer entries so far, for unread counts */
	uint64_t missed_calls; /* not called back yet */
	uint64_t last_fact;
	uint64_t last_seq;
	int64_t last_at;
	int64_t listed_at; /* its place in the lists, see below */
	enum fact_kind last_kind;
	enum author_kind last_author_kind;
	char preview[PREVIEW_SIZE];
	enum conversation_bot bot;
	uint64_t flags; /* its entries with a phrase that is watched */
};

/* In a lively chat a conversation need not change its place, and so two indexes, with each entry:
 * it does when its last entry is so much newer. */
#define CONVERSATION_PLACE_MS 2000

/* Writes the members of the wire object, see "conversation" in web/protocol/schema.json. */
void conversation_encode(const struct conversation *c, struct json_writer *w);

#endif
