/* An automatic answer is an optional part of its question's change: it was computed on the loop
 * from what was known then, and carries what it assumed. If something else is true in the
 * writer, the question alone is committed and the outcome says so: a bot never talks over an
 * agent, and never answers a state that is gone. Plain data; lives in the change's arena. */
#ifndef MODEL_AUTO_ANSWER_H
#define MODEL_AUTO_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct phrase_found;

struct auto_answer_text {
	const char *text;
	const char *menu; /* JSON array [{"n":1,"label":"…"}]; NULL: none */
	/* Watched phrases that are in it and let through: FACT_FLAGGED beside the entry. */
	const struct phrase_found *found;
	size_t found_count;
};

struct auto_answer {
	/* Assumed: */
	uint64_t timeline;     /* whose memory it is; 0: she has none yet */
	uint64_t conversation; /* the open one; 0: none is open */
	uint64_t conversation_version;
	uint64_t state_version; /* of the bot's memory of this timeline; 0: none yet */
	/* Wanted: */
	uint64_t rule;     /* 0: none matched */
	const char *title; /* of the rule, kept with what it said; "" none */
	bool by_mail;
	const char *subject; /* of what goes by mail, in one text; NULL: nothing goes */
	const struct auto_answer_text *texts;
	size_t text_count;
	bool ask_helpful;
	bool human;         /* FACT_HANDED_OVER, and the conversation waits for a person */
	const char *reason; /* short code of why */
	const char *state;  /* JSON: the bot's memory afterwards */
	const char *intent; /* "" none */
	const char *const *tags;
	size_t tag_count;
	const char *const *topics;
	size_t topic_count;
};

/* What became of it. */
enum answer_fate {
	ANSWER_NONE = 0, /* there was none */
	ANSWER_GIVEN,
	ANSWER_STALE,    /* something else is true by now: the question alone was committed */
	ANSWER_DECLINED, /* a machine has no say here: the question alone was committed */
};

#endif
