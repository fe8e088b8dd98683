/* From a question and what is known to the answer that goes into its change. Pure but for the
 * phrases and chance. Private to flow/answers*.c. */
#ifndef FLOW_ANSWER_DECIDE_H
#define FLOW_ANSWER_DECIDE_H

#include "knowledge/rule_set.h"
#include "model/auto_answer.h"
#include "model/conversation.h"

struct answer_mail;
struct arena;
struct outgoing;

struct answer_case {
	const char *text;
	const struct answer_mail *mail; /* NULL: it came by no mail */
	const char *channel_kind;
	bool ask_human; /* she pressed the button for it */
	bool open;
	int64_t now;
	int64_t reopen_ms;
	const char *name; /* "" unknown */
	const char *language;
	uint64_t timeline; /* 0: she has none yet */
	uint64_t state_version;
	struct rule_state state;
	bool has_conversation;
	struct conversation conversation;
};

/* Nobody of the house is in it, and nobody was asked for. */
bool answer_is_free(const struct answer_case *k);

enum answer_kind { ANSWER_SAID, ANSWER_HANDED_OVER, ANSWER_MISSED };

/* The answer lies in the arena; *after: the memory if it is given. *held_back: a phrase in it
 * must not be sent, and a person is asked for instead. */
const struct auto_answer *answer_decide(const struct rule_set *set,
	struct outgoing *outgoing, const struct answer_case *k, struct arena *a,
	struct rule_state *after, enum answer_kind *kind, bool *held_back);

#endif
