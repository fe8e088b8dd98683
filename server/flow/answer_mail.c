#include "flow/answer_mail.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "model/mail.h"

enum { SUBJECT_BYTES = 300, TAIL_BYTES = 4096 };

struct answer_mail
answer_mail_of(const struct mail *m)
{
	const char *subject = m->subject != NULL ? m->subject : "";

	return (struct answer_mail){
		.subject = subject,
		.begins = str_empty(m->in_reply_to) && m->reference_count == 0 &&
			mail_subject_bare(subject) == subject,
	};
}

/* --- what is asked ---------------------------------------------------------------------------- */

static bool
wants_person(const struct rule_answer *r)
{
	return r->reason == RULE_BY_HUMAN_WORD || r->reason == RULE_BY_STOP_WORD;
}

static bool
fits(const struct rule_answer *r)
{
	return r->verdict == RULE_ANSWER ||
		(r->verdict == RULE_HUMAN && r->reason != RULE_BY_MISSES);
}

static void
judge(const struct rule_set *set, const struct rule_question *q, const char *text,
	struct arena *a, struct rule_answer *out)
{
	struct rule_question one = *q;

	one.text = text;
	*out = (struct rule_answer){0};
	rule_answer(set, &one, a, out);
}

/* The words that bring a person count wherever they stand. Then a menu's number above a greeting,
 * then what was written, and what the subject adds to it. */
static void
judge_parts(const struct rule_set *set, const struct rule_question *q,
	const struct answer_mail *m, struct arena *a, struct rule_answer *out)
{
	bool both = m->begins && m->subject[0] != '\0';
	const char *whole = both ? arena_printf(a, "%s\n%s", m->subject, q->text) : q->text;
	const char *line = q->text + strspn(q->text, " \t\r\n");
	struct rule_answer part;

	judge(set, q, whole, a, out);
	if (wants_person(out)) {
		return;
	}
	judge(set, q, arena_strndup(a, line, strcspn(line, "\r\n")), a, &part);
	if (part.reason == RULE_BY_MENU) {
		*out = part;
		return;
	}
	if (both && !str_empty(q->text)) {
		judge(set, q, q->text, a, &part);
		*out = fits(&part) ? part : *out;
	}
}

void
answer_mail_judge(const struct rule_set *set, const struct rule_question *q,
	const struct answer_mail *m, struct arena *a, struct rule_answer *out)
{
	judge_parts(set, q, m, a, out);
	if (out->menu_count > 0) {
		out->state.menu_until = q->now + ANSWER_MAIL_MENU_MS;
	}
}

/* --- what is said ----------------------------------------------------------------------------- */

/* Whether this word in an answer would bring a person. */
static bool
brings_person(const struct rule_set *set, const char *word, struct arena *a)
{
	struct rule_question q = {.text = word, .channel_kind = "email", .language = ""};
	struct rule_answer r;

	judge(set, &q, word, a, &r);
	return r.reason == RULE_BY_HUMAN_WORD;
}

static void
append_menu(struct buf *out, const struct rule_answer *r, bool english)
{
	if (r->menu_count == 0) {
		return;
	}
	buf_puts(out,
		english ? "\n\nAnswer this mail with a number:" : "\n\n请直接回复数字选择：");
	for (size_t i = 0; i < r->menu_count; i++) {
		buf_printf(out, "\n%zu. %s", i + 1, r->menu[i].label);
	}
}

static void
append_note(struct buf *out, const struct rule_set *set, bool human, bool english,
	struct arena *a)
{
	const char *word = english ? "agent" : "人工";

	buf_puts(out,
		english ? "\n\n-- \nThis is an automatic answer."
				: "\n\n-- \n本邮件由系统自动回复。");
	if (human) {
		return;
	}
	if (brings_person(set, word, a)) {
		buf_printf(out,
			english ? " To be answered by a person, answer with the word “%s”."
					: "如需人工客服，请直接回复“%s”。",
			word);
	} else {
		buf_puts(out,
			english ? " If it does not help, just answer this mail."
					: "如未解决您的问题，请直接回复本邮件。");
	}
}

void
answer_mail_shape(const struct rule_set *set, const struct rule_answer *r, bool english,
	struct arena *a, struct auto_answer *answer)
{
	struct auto_answer_text *one = arena_alloc(a, sizeof(*one));
	struct buf out;

	buf_init(&out, MAIL_TEXT_MAX + TAIL_BYTES);
	for (size_t i = 0; i < answer->text_count; i++) {
		const char *text = answer->texts[i].text;

		if (out.length + strlen(text) + 2 <= MAIL_TEXT_MAX) {
			buf_printf(&out, "%s%s", i > 0 ? "\n\n" : "", text);
		}
	}
	if (!answer->human) {
		append_menu(&out, r, english);
	}
	append_note(&out, set, answer->human, english, a);
	*one = (struct auto_answer_text){.text = arena_strndup(a, out.data, out.length)};
	buf_fini(&out);
	answer->texts = one;
	answer->text_count = 1;
	answer->ask_helpful = false;
}

const char *
answer_mail_subject(const struct answer_mail *m, struct arena *a)
{
	const char *bare = mail_subject_bare(m->subject);
	size_t length = utf8_truncate(bare, strlen(bare), SUBJECT_BYTES);

	return arena_printf(a, "Re: %.*s", (int)length, bare);
}

const char *
answer_mail_plain_subject(bool english)
{
	return english ? "Re: your mail" : "Re: 您的来信";
}
