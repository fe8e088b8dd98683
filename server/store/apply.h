/* What each kind of change does. One file a family; all run inside a batch (see batch.h). */
#ifndef STORE_APPLY_H
#define STORE_APPLY_H

#include "model/change.h"
#include "model/conversation.h"
#include "store/batch.h"

/* Applies one change; its code and text are in the outcome. */
enum err apply_change(struct batch *b, struct job *j);

enum err apply_post(struct batch *b, struct job *j);
enum err apply_call(struct batch *b, struct job *j);
enum err apply_call_outcome(struct batch *b, struct job *j);
enum err apply_conversation(struct batch *b, struct job *j);
enum err apply_release_all(struct batch *b, struct job *j);
enum err apply_mark(struct batch *b, struct job *j);
enum err apply_customer(struct batch *b, struct job *j);
enum err apply_field(struct batch *b, struct job *j);
enum err apply_import(struct batch *b, struct job *j);
enum err apply_contact(struct batch *b, struct job *j);
enum err apply_attach(struct batch *b, struct job *j);
enum err apply_unmerge(struct batch *b, struct job *j);
enum err apply_distinct(struct batch *b, struct job *j);
enum err apply_visitor(struct batch *b, struct job *j);
enum err apply_identify(struct batch *b, struct job *j);
enum err apply_answer_mail(struct batch *b, struct job *j);
enum err apply_notice(struct batch *b, struct job *j);
enum err apply_staff(struct batch *b, struct job *j);
enum err apply_session(struct batch *b, struct job *j);
enum err apply_api_key(struct batch *b, struct job *j);
enum err apply_channel(struct batch *b, struct job *j);
enum err apply_outbox(struct batch *b, struct job *j);
enum err apply_mailbox(struct batch *b, struct job *j);
enum err apply_file(struct batch *b, struct job *j);
enum err apply_file_drop(struct batch *b, struct job *j);
enum err apply_quick_reply(struct batch *b, struct job *j);
enum err apply_rules(struct batch *b, struct job *j);
enum err apply_rule_settings(struct batch *b, struct job *j);
enum err apply_rule_hits(struct batch *b, struct job *j);
enum err apply_mentions(struct batch *b, struct job *j);
enum err apply_presence(struct batch *b, struct job *j);
enum err apply_filter(struct batch *b, struct job *j);
enum err apply_answer(struct batch *b, struct job *j);
enum err apply_feedback(struct batch *b, struct job *j);
enum err apply_phrase(struct batch *b, struct job *j);
enum err apply_hours(struct batch *b, struct job *j);
enum err apply_tags(struct batch *b, struct job *j);
enum err apply_audit(struct batch *b, struct job *j);

/* --- facts.c: append to a timeline ------------------------------------------------------ */

struct draft {
	enum fact_kind kind;
	uint64_t conversation; /* 0: outside any */
	uint64_t channel;
	const char *channel_kind;
	enum author_kind author_kind;
	uint64_t author;
	int64_t at; /* 0: now */
	const char *ref;
	const char *files; /* JSON array or NULL */
	bool shown_to_customer;
	bool imported;
};

/* Takes the body that was begun by batch_body. The fact belongs to the job. The first fact of a
 * job takes the job's dedupe key. ERR_INVALID: the body is too long (refused). */
MUST_CHECK enum err fact_append(struct batch *b, struct job *j, struct head *h,
	const struct draft *d, struct fact **out);
/* The chains of what gathered since the last flush: its statements need them. */
void facts_link(struct batch *b);
/* Notes in the fact how the head's conversation looks now, and raises its version. */
void fact_settle(struct head *h, struct fact *f, uint64_t assignee_before);
/* A draft by the actor of the job, now. */
struct draft draft_of(const struct job *j, enum fact_kind kind);

/* --- timelines.c: who, and where it goes ------------------------------------------------- */

/* NULL with batch.failed ERR_OK: there is no such customer. */
struct head *timeline_head(struct batch *b, uint64_t timeline);
struct head *conversation_head(struct batch *b, uint64_t conversation);
/* What a row of HEAD_CUSTOMER, HEAD_FACT or HEAD_CONVERSATION tells. */
void record_head_customer(struct head_state *s, const struct value *row);
void record_head_fact(struct head_state *s, const struct value *row);
void record_head_conversation(struct head_state *s, const struct value *row);
/* Whose visitor that is, until the batch's effects are forgotten. */
void
visitor_remember(struct batch *b, uint64_t visitor, uint64_t channel, uint64_t customer);
struct new_customer {
	uint64_t unit;
	const char *name;
	const char *language;
};
struct head *customer_begin(struct batch *b, const struct new_customer *n);
/* A proven contact point of an existing customer. */
MUST_CHECK enum err contact_add(struct batch *b, const struct job *j, uint64_t customer,
	const struct contact_point *p, uint64_t *id);
/* "kind:value" in the batch's arena. */
const char *contact_key(struct batch *b, const char *kind, const char *value);
/* Finds or makes the timeline of a party. */
MUST_CHECK enum err party_resolve(struct batch *b, struct job *j, const struct party *p,
	uint64_t channel, struct head **out);
/* Staff see their units' customers, and those they own or are talking to. */
bool head_allowed(const struct job *j, const struct head *h);
MUST_CHECK enum err
staff_find(struct batch *b, uint64_t id, struct staff *out, bool *found);
uint64_t channel_unit(struct batch *b, uint64_t channel);

/* --- episodes.c: the conversation of a head ----------------------------------------------- */

bool episode_open(const struct head *h);
/* Makes the head's conversation an open one before the fact of a customer's or agent's entry;
 * *change is FACT_OPENED, FACT_REOPENED or 0. `revive`: reopen however old it is. */
MUST_CHECK enum err episode_ensure(struct batch *b, struct head *h, uint64_t channel,
	const char *channel_kind, int64_t at, bool revive, enum fact_kind *change);
/* Begins a new one, however short ago the last was resolved. None may be open. */
void episode_begin(struct batch *b, struct head *h, uint64_t channel,
	const char *channel_kind, int64_t at);
/* Afterwards: writes the fact of that change. */
MUST_CHECK enum err episode_announce(struct batch *b, struct job *j, struct head *h,
	enum fact_kind change, int64_t at);
MUST_CHECK enum err episode_assign(struct batch *b, struct job *j, struct head *h,
	uint64_t to, uint64_t by, int64_t at);
MUST_CHECK enum err episode_release(struct batch *b, struct job *j, struct head *h);
MUST_CHECK enum err episode_resolve(struct batch *b, struct job *j, struct head *h);
MUST_CHECK enum err episode_reopen(struct batch *b, struct job *j, struct head *h);
/* The entry is the newest of the conversation now. */
void episode_note(struct head *h, const struct fact *f, const char *text);

/* From now on nothing is answered automatically. Writes no fact. */
void episode_quiet(struct batch *b, struct head *h);

/* --- outbox.c: what leaves the house ------------------------------------------------------- */

/* After a customer's entry by the house was appended: an item for each channel by which she can
 * be told of it while she is away. */
MUST_CHECK enum err outbox_entry(struct batch *b, const struct fact *f);
/* Whether entries of the house on this channel go into the outbox from now on. */
MUST_CHECK enum err outbox_channel_set(struct batch *b, uint64_t channel, bool enabled);

/* All open conversations of a member of staff go back to Unassigned. */
MUST_CHECK enum err release_all(struct batch *b, struct job *j, uint64_t staff);

/* Puts customer, timeline and conversation into the outcome. */
void outcome_of(struct job *j, const struct head *h);

#endif
