#include "flow/answer_decide.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/id.h"
#include "base/json.h"
#include "base/str.h"
#include "flow/answer_mail.h"
#include "flow/answer_state.h"
#include "flow/outgoing.h"

enum { MENU_BYTES = 16 * 1024 };

bool
answer_is_free(const struct answer_case *k)
{
	const struct conversation *c = &k->conversation;

	if (!k->has_conversation) {
		return true;
	}
	if (c->state == CONVERSATION_RESOLVED) {
		/* What comes soon after goes back to whoever had it. */
		return c->assignee == 0 || k->now - c->resolved_at >= k->reopen_ms;
	}
	return c->assignee == 0 && c->bot != BOT_QUIET;
}

static bool
is_open(const struct answer_case *k)
{
	return k->has_conversation && k->conversation.state != CONVERSATION_RESOLVED;
}

static const char *
reason_name(enum rule_reason reason)
{
	static const char *const names[] = {
		[RULE_BY_NONE] = "none",
		[RULE_BY_HUMAN_WORD] = "human_word",
		[RULE_BY_STOP_WORD] = "stop_word",
		[RULE_BY_MENU] = "menu",
		[RULE_BY_EXACT] = "exact",
		[RULE_BY_RULE] = "rule",
		[RULE_BY_MISSES] = "misses",
		[RULE_BY_COOLDOWN] = "cooldown",
	};

	return (size_t)reason < sizeof(names) / sizeof(names[0]) ? names[reason] : "none";
}

static bool
has_chinese(const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c >= 0xe4 && c <= 0xe9) { /* the first byte of U+4000 to U+9FFF */
			return true;
		}
	}
	return false;
}

/* Of those who only write mail no language is known. */
static bool
speaks_english(const struct answer_case *k)
{
	if (k->mail != NULL && str_empty(k->language)) {
		return !has_chinese(k->text) && !has_chinese(k->mail->subject);
	}
	return str_starts_with(k->language, "en");
}

/* So that nobody waits before a silent window. */
static const char *
hand_over_text(const struct answer_case *k)
{
	bool english = speaks_english(k);

	if (k->mail != NULL && k->open) {
		return english ? "I have passed your mail on to a colleague, who will answer you."
					   : "您的邮件已转交人工客服，同事会尽快回复您。";
	}
	if (k->open) {
		return english ? "I am passing you on to a colleague. Please wait a moment."
					   : "已为您转接人工客服，请稍候。";
	}
	return english ? "Nobody is here right now. Your message is kept, and a colleague "
					 "will answer as soon as we are back."
				   : "现在是非工作时间，您的留言已记录，客服上班后会尽快回复您。";
}

static const char *
menu_json(const struct rule_answer *r, struct arena *a)
{
	struct buf out;
	struct json_writer w;
	const char *text;

	if (r->menu_count == 0) {
		return NULL;
	}
	buf_init(&out, MENU_BYTES);
	jw_init(&w, &out);
	jw_array(&w);
	for (size_t i = 0; i < r->menu_count; i++) {
		jw_object(&w);
		jw_ki64(&w, "n", (int64_t)i + 1);
		jw_kstring(&w, "label", r->menu[i].label);
		jw_object_end(&w);
	}
	jw_array_end(&w);
	text = out.overflowed ? NULL : arena_strndup(a, out.data, out.length);
	buf_fini(&out);
	return text;
}

static void
set_texts(struct auto_answer *answer, const struct rule_answer *r, struct arena *a)
{
	struct auto_answer_text *texts = arena_alloc(a, (r->text_count + 1) * sizeof(*texts));

	for (size_t i = 0; i < r->text_count; i++) {
		texts[i].text = arena_strdup(a, r->texts[i]);
	}
	if (r->text_count > 0) {
		texts[r->text_count - 1].menu = menu_json(r, a);
	}
	answer->texts = texts;
	answer->text_count = r->text_count;
}

static void
set_tags(struct auto_answer *answer, const struct rule *rule, struct arena *a)
{
	const char **tags = arena_alloc(a, (rule->tag_count + 1) * sizeof(*tags));
	const char **topics = arena_alloc(a, (rule->topic_count + 1) * sizeof(*topics));

	for (size_t i = 0; i < rule->tag_count; i++) {
		tags[i] = arena_strdup(a, rule->tags[i]);
	}
	for (size_t i = 0; i < rule->topic_count; i++) {
		topics[i] = arena_strdup(a, rule->topics[i]);
	}
	answer->tags = tags;
	answer->tag_count = rule->tag_count;
	answer->topics = topics;
	answer->topic_count = rule->topic_count;
	answer->intent = arena_strdup(a, rule->intent != NULL ? rule->intent : "");
}

static void
set_rule(struct auto_answer *answer, const struct rule *rule, struct arena *a)
{
	if (rule == NULL) {
		return;
	}
	/* The set may be another one by the time of the commit. */
	answer->rule = rule->id;
	answer->title = arena_strdup(a, rule->title);
	answer->ask_helpful = rule->ask_helpful;
	set_tags(answer, rule, a);
}

/* Nobody looks at a mail until it is answered: of what goes on inside she need not be told. */
static bool
is_told(const struct answer_case *k, const char *reason)
{
	return k->mail == NULL ||
		(!str_equals(reason, "misses") && !str_equals(reason, "phrase"));
}

static void
hand_over(struct auto_answer *answer, const struct answer_case *k, const char *reason,
	struct arena *a)
{
	struct auto_answer_text *text = arena_alloc(a, sizeof(*text));

	answer->human = true;
	answer->reason = reason;
	answer->ask_helpful = false;
	if (answer->text_count == 0 && is_told(k, reason)) {
		text->text = hand_over_text(k);
		answer->texts = text;
		answer->text_count = 1;
	}
}

/* All that the customer gets to read: the text, and with the last one the menu's labels; of mail
 * the subject above it. */
static const char *
whole_text(const struct auto_answer *answer, const struct auto_answer_text *text,
	const struct rule_answer *r, struct arena *a)
{
	const char *whole = text->text;

	if (answer->subject != NULL) {
		return arena_printf(a, "%s\n%s", answer->subject, whole);
	}
	for (size_t i = 0; text->menu != NULL && i < r->menu_count; i++) {
		whole = arena_printf(a, "%s\n%s", whole, r->menu[i].label);
	}
	return whole;
}

/* False: something in it must not leave. Else what is to be noted stands beside the texts. */
static bool
may_be_said(struct outgoing *outgoing, struct auto_answer *answer,
	const struct rule_answer *r, struct arena *a)
{
	struct auto_answer_text *texts = arena_alloc(a,
		(answer->text_count + 1) * sizeof(*texts));

	for (size_t i = 0; i < answer->text_count; i++) {
		texts[i] = answer->texts[i];
		if (!outgoing_unasked(outgoing, whole_text(answer, &texts[i], r, a), a,
				&texts[i].found, &texts[i].found_count)) {
			return false;
		}
	}
	answer->texts = texts;
	return true;
}

static void
judge(const struct rule_set *set, const struct answer_case *k, struct arena *a,
	struct auto_answer *answer, struct rule_answer *r, struct rule_state *after)
{
	struct rule_question q = {
		.text = k->text,
		.channel_kind = k->channel_kind,
		.open = k->open,
		.now = k->now,
		.state = *after,
		.customer_name = str_empty(k->name) ? NULL : k->name,
		.language = k->language,
	};

	random_bytes(&q.chance, sizeof(q.chance));
	if (k->mail != NULL) {
		answer_mail_judge(set, &q, k->mail, a, r);
	} else {
		rule_answer(set, &q, a, r);
	}
	*after = r->state;
	set_rule(answer, r->rule, a);
	answer->reason = reason_name(r->reason);
	if (r->verdict != RULE_NOTHING) {
		set_texts(answer, r, a);
	}
	if (r->verdict == RULE_HUMAN) {
		hand_over(answer, k, answer->reason, a);
	}
}

/* One letter; her own words in its subject only if we may say them. */
static void
make_letter(const struct rule_set *set, struct outgoing *outgoing,
	const struct answer_case *k, const struct rule_answer *r, struct arena *a,
	struct auto_answer *answer)
{
	bool english = speaks_english(k);
	const struct phrase_found *found;
	size_t count;

	answer->by_mail = true;
	answer->ask_helpful = false;
	if (answer->text_count == 0) {
		return;
	}
	answer_mail_shape(set, r, english, a, answer);
	answer->subject = answer_mail_subject(k->mail, a);
	if (!outgoing_unasked(outgoing, answer->subject, a, &found, &count)) {
		answer->subject = answer_mail_plain_subject(english);
	}
}

const struct auto_answer *
answer_decide(const struct rule_set *set, struct outgoing *outgoing,
	const struct answer_case *k, struct arena *a, struct rule_state *after,
	enum answer_kind *kind, bool *held_back)
{
	struct auto_answer *answer = arena_alloc(a, sizeof(*answer));
	struct rule_answer r = {0};

	*after = k->state;
	*held_back = false;
	answer->intent = "";
	answer->timeline = k->timeline;
	answer->state_version = k->state_version;
	if (is_open(k)) {
		answer->conversation = k->conversation.id;
		answer->conversation_version = k->conversation.version;
	} else {
		answer_state_begin(after);
	}
	if (k->ask_human) {
		hand_over(answer, k, "asked", a);
	} else {
		judge(set, k, a, answer, &r, after);
	}
	if (k->mail != NULL) {
		make_letter(set, outgoing, k, &r, a, answer);
	}
	if (!may_be_said(outgoing, answer, &r, a)) {
		*held_back = true;
		answer->text_count = 0;
		hand_over(answer, k, "phrase", a);
	}
	if (answer->human) {
		answer_state_begin(after);
	}
	answer->state = answer_state_encode(after, a);
	*kind = answer->human ? ANSWER_HANDED_OVER
						  : (answer->text_count > 0 ? ANSWER_SAID : ANSWER_MISSED);
	return answer;
}
