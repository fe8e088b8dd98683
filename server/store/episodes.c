/* The conversation of a timeline: a small state machine over its head. Only this file changes a
 * conversation's state and assignee. */
#include <assert.h>
#include <string.h>

#include "base/str.h"
#include "store/apply.h"
#include "store/store.h"

enum { PREVIEW_CHARACTERS = 60 };

/* [from][to]; pending and snoozed have their places for the desk. */
static const bool legal[CONVERSATION_RESOLVED + 1][CONVERSATION_RESOLVED + 1] = {
	[CONVERSATION_OPEN] = {[CONVERSATION_PENDING] = true,
		[CONVERSATION_SNOOZED] = true,
		[CONVERSATION_RESOLVED] = true},
	[CONVERSATION_PENDING] = {[CONVERSATION_OPEN] = true, [CONVERSATION_RESOLVED] = true},
	[CONVERSATION_SNOOZED] = {[CONVERSATION_OPEN] = true, [CONVERSATION_RESOLVED] = true},
	[CONVERSATION_RESOLVED] = {[CONVERSATION_OPEN] = true},
};

static void
set_state(struct conversation *c, enum conversation_state to)
{
	assert(legal[c->state][to]);
	c->state = to;
}

bool
episode_open(const struct head *h)
{
	return h->state.has_conversation &&
		h->state.conversation.state != CONVERSATION_RESOLVED;
}

static void
begin(struct batch *b, struct head *h, uint64_t channel, const char *channel_kind,
	int64_t at)
{
	struct conversation *c = &h->state.conversation;

	if (h->state.has_conversation && h->state.conversation_dirty) {
		batch_close_conversation(b, c);
	}
	*c = (struct conversation){
		.id = batch_id(b),
		.timeline = h->timeline,
		.customer = h->state.customer,
		.unit = h->state.unit,
		.owner = h->state.owner,
		.state = CONVERSATION_OPEN,
		.channel = channel,
		.opened_at = at,
		.last_at = at,
		.listed_at = at,
	};
	str_copy(c->channel_kind, sizeof(c->channel_kind),
		channel_kind != NULL ? channel_kind : "");
	h->state.has_conversation = true;
	h->state.conversation_dirty = true;
	heads_index_conversation(b->heads, h);
}

static int64_t
not_later_than_now(const struct batch *b, int64_t at)
{
	return at == 0 || at > b->now ? b->now : at;
}

void
episode_begin(struct batch *b, struct head *h, uint64_t channel, const char *channel_kind,
	int64_t at)
{
	assert(!episode_open(h));
	heads_touch(b->heads, h);
	begin(b, h, channel, channel_kind, not_later_than_now(b, at));
}

/* A person who left keeps nothing. */
static enum err
revive_now(struct batch *b, struct head *h)
{
	struct conversation *c = &h->state.conversation;
	struct staff staff;
	bool found = false;

	if (c->assignee != 0) {
		enum err err = staff_find(b, c->assignee, &staff, &found);

		if (err != ERR_OK) {
			return err;
		}
		if (!found || !staff.active) {
			c->assignee = 0;
		}
	}
	set_state(c, CONVERSATION_OPEN);
	c->bot = BOT_NONE;
	c->resolved_at = 0;
	h->state.conversation_dirty = true;
	return ERR_OK;
}

enum err
episode_ensure(struct batch *b, struct head *h, uint64_t channel,
	const char *channel_kind, int64_t at, bool revive, enum fact_kind *change)
{
	const struct conversation *c = &h->state.conversation;

	*change = 0;
	if (episode_open(h)) {
		return ERR_OK;
	}
	heads_touch(b->heads, h);
	at = not_later_than_now(b, at);
	if (h->state.has_conversation &&
		(revive || at - c->resolved_at < b->conf->reopen_ms)) {
		*change = FACT_REOPENED;
		return revive_now(b, h);
	}
	*change = FACT_OPENED;
	begin(b, h, channel, channel_kind, at);
	return ERR_OK;
}

/* What is inside the house belongs to the conversation and to nobody's channel. */
static enum err
announce(struct batch *b, struct job *j, struct head *h, const struct draft *d,
	uint64_t assignee_before)
{
	struct draft mine = *d;
	struct fact *f;
	enum err err;

	mine.conversation = h->state.conversation.id;
	mine.channel = h->state.conversation.channel;
	mine.channel_kind = h->state.conversation.channel_kind;
	/* Only the change's own entry carries the client's ref. */
	mine.ref = j->fact_count == 0 ? mine.ref : NULL;
	err = fact_append(b, j, h, &mine, &f);
	if (err == ERR_OK) {
		fact_settle(h, f, assignee_before);
	}
	return err;
}

enum err
episode_announce(struct batch *b, struct job *j, struct head *h, enum fact_kind change,
	int64_t at)
{
	struct draft d = draft_of(j, change);

	if (change == 0) {
		return ERR_OK;
	}
	d.at = at;
	batch_body(b);
	return announce(b, j, h, &d, h->state.conversation.assignee);
}

enum err
episode_assign(struct batch *b, struct job *j, struct head *h, uint64_t to, uint64_t by,
	int64_t at)
{
	uint64_t before = h->state.conversation.assignee;
	struct draft d = draft_of(j, FACT_ASSIGNED);
	struct json_writer *w = batch_body(b);

	heads_touch(b->heads, h);
	jw_kid(w, "to", to);
	jw_kid(w, "by", by);
	d.at = at;
	h->state.conversation.assignee = to;
	if (h->state.conversation.bot != BOT_NONE) {
		h->state.conversation.bot = BOT_QUIET;
	}
	return announce(b, j, h, &d, before);
}

enum err
episode_release(struct batch *b, struct job *j, struct head *h)
{
	uint64_t before = h->state.conversation.assignee;
	struct draft d = draft_of(j, FACT_RELEASED);

	heads_touch(b->heads, h);
	h->state.conversation.assignee = 0;
	batch_body(b);
	return announce(b, j, h, &d, before);
}

void
episode_quiet(struct batch *b, struct head *h)
{
	heads_touch(b->heads, h);
	h->state.conversation.bot = BOT_QUIET;
}

enum err
episode_resolve(struct batch *b, struct job *j, struct head *h)
{
	struct conversation *c = &h->state.conversation;
	struct draft d = draft_of(j, FACT_RESOLVED);

	heads_touch(b->heads, h);
	set_state(c, CONVERSATION_RESOLVED);
	c->resolved_at = b->now;
	c->waiting_since = 0;
	c->missed_calls = 0;
	batch_body(b);
	return announce(b, j, h, &d, c->assignee);
}

enum err
episode_reopen(struct batch *b, struct job *j, struct head *h)
{
	struct draft d = draft_of(j, FACT_REOPENED);
	uint64_t before = h->state.conversation.assignee;
	enum err err;

	heads_touch(b->heads, h);
	err = revive_now(b, h);
	if (err != ERR_OK) {
		return err;
	}
	batch_body(b);
	return announce(b, j, h, &d, before);
}

/* The first characters of the text, on one line. */
static void
set_preview(struct conversation *c, const char *text)
{
	size_t length = 0;
	size_t characters = 0;

	while (length < sizeof(c->preview) - 1 && text[length] != '\0') {
		unsigned char byte = (unsigned char)text[length];

		if ((byte & 0xc0) != 0x80 && characters++ == PREVIEW_CHARACTERS) {
			break;
		}
		c->preview[length++] = byte < ' ' ? ' ' : (char)byte;
	}
	while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80) {
		length--; /* stopped by the size, inside a character */
	}
	c->preview[length] = '\0';
}

void
episode_note(struct head *h, const struct fact *f, const char *text)
{
	struct conversation *c = &h->state.conversation;

	c->last_fact = f->id;
	c->last_seq = f->seq;
	c->last_at = f->at > c->last_at ? f->at : c->last_at;
	if (c->last_at - c->listed_at >= CONVERSATION_PLACE_MS) {
		c->listed_at = c->last_at;
	}
	c->last_kind = f->kind;
	c->last_author_kind = f->author_kind;
	set_preview(c, text);
}
