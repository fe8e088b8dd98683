/* What the check of outgoing texts found and let through. */
#include "store/answers.h"

static void
write_found(struct json_writer *w, const struct phrase_found *found, size_t count)
{
	jw_key(w, "phrases");
	jw_array(w);
	for (size_t i = 0; i < count; i++) {
		jw_object(w);
		jw_kid(w, "id", found[i].phrase);
		jw_kstring(w, "text", found[i].text);
		jw_kstring(w, "action", phrase_rule_name(found[i].action));
		jw_object_end(w);
	}
	jw_array_end(w);
}

/* A bot is asked nothing: what only warns is sent, and seen by whoever looks after it. */
static bool
acknowledged(const struct fact *entry, const struct phrase_found *found, size_t count)
{
	for (size_t i = 0; entry->author_kind != AUTHOR_BOT && i < count; i++) {
		if (found[i].action == PHRASE_RULE_WARN) {
			return true;
		}
	}
	return false;
}

static enum err
count_hits(struct batch *b, const struct phrase_found *found, size_t count)
{
	enum err err = ERR_OK;

	for (size_t i = 0; err == ERR_OK && i < count; i++) {
		struct value args[] = {value_i64(b->now), value_id(found[i].phrase)};

		err = batch_run(b, STATEMENT_PHRASE_HIT, args, NULL);
	}
	return err;
}

enum err
flags_append(struct batch *b, struct job *j, struct head *h, const struct fact *entry,
	const struct phrase_found *found, size_t count)
{
	struct conversation *c = &h->state.conversation;
	struct draft d = draft_of(j, FACT_FLAGGED);
	struct json_writer *w;
	struct fact *f;
	enum err err;

	if (count == 0) {
		return ERR_OK;
	}
	d.author_kind = entry->author_kind;
	d.author = entry->author;
	d.ref = NULL;
	d.conversation = entry->conversation;
	d.channel = entry->channel;
	d.channel_kind = entry->channel_kind;
	w = batch_body(b);
	jw_kid(w, "entry", entry->id);
	write_found(w, found, count);
	jw_kbool(w, "acknowledged", acknowledged(entry, found, count));
	err = fact_append(b, j, h, &d, &f);
	if (err == ERR_OK && h->state.has_conversation && c->id == f->conversation) {
		c->flags++;
		fact_settle(h, f, c->assignee);
	}
	return err == ERR_OK ? count_hits(b, found, count) : err;
}
