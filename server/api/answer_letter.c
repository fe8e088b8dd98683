#include "api/answer_letter.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"

enum { ENTRIES_MAX = 20, TEXT_MAX_BYTES = 128 * 1024 };

static void
append_text(const struct fact *f, struct buf *out)
{
	struct json *body = NULL;
	const char *text;

	if (f->author_kind == AUTHOR_CUSTOMER || f->body == NULL || f->restricted ||
		json_parse(f->body, f->body_length, &body, NULL) != ERR_OK) {
		return;
	}
	text = json_string(body, "text");
	if (!str_empty(text)) {
		buf_puts(out, out->length > 0 ? "\n\n" : "");
		buf_puts(out, text);
	}
	json_free(body);
}

/* What she wrote last before it. */
static enum err
read_question(struct reader *r, const struct fact *f, struct arena *a, const char **out,
	struct error *e)
{
	struct fact_list before = {0};
	enum err err = f->pub > 1
		? read_public(r, f->timeline, 0, f->pub, ENTRIES_MAX, a, &before, e)
		: ERR_OK;

	*out = "";
	for (size_t i = 0; err == ERR_OK && i < before.count; i++) {
		if (before.items[i]->author_kind == AUTHOR_CUSTOMER) {
			*out = mail_quote_of(before.items[i], a);
		}
	}
	fact_list_release(&before);
	return err;
}

static const char *
subject_of(const char *language, const char *name, struct arena *a)
{
	const char *words = str_starts_with(language, "zh") ? "您的咨询有了答复"
														: "An answer to your question";

	return str_empty(name) ? words : arena_printf(a, "%s – %s", name, words);
}

enum err
answer_letter_read(struct reader *r, const struct outbox_due *due,
	const struct mail_address *from, struct arena *a, struct mail_letter *out,
	struct fact_list *entries, struct error *e)
{
	const struct fact *f = due->fact;
	struct mail_address *to = arena_alloc(a, sizeof(*to));
	const char *language = "";
	struct buf text;
	enum err err = read_answer_mail(r, f->timeline, clock_now_ms(), a, &to->address,
		&language, e);

	if (err == ERR_OK && str_empty(to->address)) {
		return error_set(e, ERR_NOT_FOUND, "she does not want to be answered by mail");
	}
	if (err == ERR_OK) {
		err = read_public(r, f->timeline, f->pub - 1, 0, ENTRIES_MAX, a, entries, e);
	}
	*out = (struct mail_letter){.reply_to = "", .quote = "", .at = clock_now_ms()};
	if (err == ERR_OK) {
		err = read_question(r, f, a, &out->quote, e);
	}
	if (err != ERR_OK) {
		return err;
	}
	buf_init(&text, TEXT_MAX_BYTES);
	for (size_t i = 0; i < entries->count; i++) {
		append_text(entries->items[i], &text);
	}
	out->text = arena_strndup(a, text.data != NULL ? text.data : "", text.length);
	buf_fini(&text);
	to->name = "";
	out->mail = (struct mail){
		.subject = subject_of(language, from->name, a),
		.from = *from,
		.to = to,
		.to_count = 1,
		.message_id = mail_answer_id(a, f->id, due->item.id, from->address),
		.in_reply_to = "",
		.quote = "",
	};
	return ERR_OK;
}
