/* Tells in a history that an entry of the house did not arrive. */
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "store/mails.h"
#include "store/records.h"

enum { STATUS_MAX = 16, TEXT_MAX = 400 };

static const char *
cut(struct batch *b, const char *text, size_t max_bytes)
{
	const char *from = text != NULL ? text : "";

	return arena_strndup(b->arena, from, utf8_truncate(from, strlen(from), max_bytes));
}

static enum err
append(struct batch *b, struct job *j, struct head *h, const struct send_failure *failure,
	const struct fact *entry)
{
	struct draft d = draft_of(j, FACT_SEND_FAILED);
	struct json_writer *w = batch_body(b);
	const char *status = cut(b, failure->status, STATUS_MAX);
	bool current = h->state.has_conversation &&
		h->state.conversation.id == entry->conversation;
	struct fact *f;
	enum err err;

	d.author_kind = AUTHOR_SYSTEM;
	d.author = 0;
	d.ref = NULL;
	d.at = 0;
	d.conversation = entry->conversation;
	d.channel = entry->channel;
	d.channel_kind = entry->channel_kind;
	jw_kid(w, "entry", entry->id);
	jw_kstring(w, "status", status);
	jw_kstring(w, "text", cut(b, failure->text, TEXT_MAX));
	jw_kbool(w, "final", failure->final);
	err = fact_append(b, j, h, &d, &f);
	if (err == ERR_OK && current && failure->final) {
		episode_note(h, f, ""); /* the lists say so too */
	}
	if (err == ERR_OK && current) {
		fact_settle(h, f, h->state.conversation.assignee);
	}
	if (err == ERR_OK && current && failure->final && !episode_open(h)) {
		err = episode_reopen(b, j, h);
	}
	return err;
}

enum err
send_failed(struct batch *b, struct job *j, const struct send_failure *failure)
{
	struct value args[] = {value_id(failure->entry)};
	struct fact *entry;
	struct head *h;
	struct rows r;
	enum err err = ERR_OK;

	if (batch_flush(b) != ERR_OK ||
		batch_read(b, STATEMENT_FACT_BY_ID, args, &r) != ERR_OK) {
		return b->failed;
	}
	if (r.count == 0) {
		return ERR_OK;
	}
	entry = record_fact(rows_at(&r, 0));
	h = timeline_head(b, entry->timeline);
	if (h != NULL) {
		err = append(b, j, h, failure, entry);
		outcome_of(j, h);
	}
	fact_put(entry);
	return b->failed != ERR_OK ? b->failed : err;
}
