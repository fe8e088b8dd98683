/* Automatic answers and what the check of outgoing texts found, beside the entries that they
 * belong to. Writer thread only. */
#ifndef STORE_ANSWERS_H
#define STORE_ANSWERS_H

#include <stdbool.h>
#include <stdint.h>

#include "store/apply.h"

struct auto_answer;
struct auto_answer_text;
struct json_writer;
struct mail_question;
struct phrase_found;

/* How the timeline was before the question. */
struct answer_before {
	uint64_t conversation; /* the open one; 0: none */
	uint64_t version;
	int64_t waiting_since;
};
struct answer_before answer_before(const struct head *h);

/* Whether all is as the answer assumed, and to mail a machine may answer (`mail` NULL: the question
 * is none); then the bot's memory has gone on, and the conversation
 * says what the bot did, so that the facts that follow carry it. After episode_ensure(). */
MUST_CHECK enum err answer_admit(struct batch *b, struct job *j, struct head *h,
	const struct answer_before *before, const struct auto_answer *a,
	struct mail_question *mail, bool *admitted);
/* Appends what an admitted answer says and does, on the channel of the question. */
MUST_CHECK enum err answer_append(struct batch *b, struct job *j, struct head *h,
	const struct answer_before *before, const struct auto_answer *a,
	const struct mail_question *mail);

/* Begins the body of the entry that says one of its texts; the last one asks whether it helped,
 * and tells that a person comes. */
struct json_writer *answer_body(struct batch *b, const struct auto_answer *a,
	const struct auto_answer_text *text);

/* FACT_HANDED_OVER of the head's conversation; rule and title may be 0 and NULL. */
MUST_CHECK enum err hand_over_append(struct batch *b, struct job *j, struct head *h,
	const char *reason, uint64_t rule, const char *title);

/* FACT_FLAGGED about `entry`, when the check found something in it. */
MUST_CHECK enum err flags_append(struct batch *b, struct job *j, struct head *h,
	const struct fact *entry, const struct phrase_found *found, size_t count);

#endif
