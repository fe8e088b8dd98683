#include "net/mail_client.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"

enum {
	AT_ONCE = 8,
	CONNECT_MS = 15000,
	CODE_DIGITS = 3,
};

/* One mail while it goes. */
struct transfer {
	struct curl_transfer base; /* first */
	struct mail_call *call;
	struct curl_slist *recipients;
	size_t given;  /* of the body */
	bool whole;    /* curl has all of it, and says so to the server next */
	bool answered; /* ... to which the server said something */
	char words[MAIL_CALL_WORDS_SIZE];
};

struct mail_call *
mail_call_create(void)
{
	struct arena *a = arena_create();
	struct mail_call *call = arena_alloc(a, sizeof(*call));

	call->arena = a;
	call->user = "";
	return call;
}

static void
wipe(struct mail_call *call)
{
	if (call->password != NULL) {
		explicit_bzero(call->password, strlen(call->password));
	}
}

void
mail_call_destroy(struct mail_call *call)
{
	if (call != NULL) {
		wipe(call);
		free(call->body);
		arena_destroy(call->arena);
	}
}

static struct mail_call *
call_of(struct queue_node *job)
{
	return (struct mail_call *)job; /* its first member */
}

/* --- what curl asks us --------------------------------------------------------------------- */

static size_t
give_body(char *into, size_t size, size_t count, void *ctx)
{
	struct transfer *t = ctx;
	size_t left = t->call->body_length - t->given;
	size_t most = size * count;
	size_t length = left < most ? left : most;

	memcpy(into, t->call->body + t->given, length);
	t->given += length;
	t->whole = t->given == t->call->body_length;
	return length;
}

/* Every line that the server says. The last one is kept, but for its good-bye. */
static size_t
take_line(char *line, size_t size, size_t count, void *ctx)
{
	struct transfer *t = ctx;
	size_t length = size * count;
	size_t end = length;

	while (end > 0 && (line[end - 1] == '\r' || line[end - 1] == '\n')) {
		end--;
	}
	if (end > CODE_DIGITS && isdigit((unsigned char)line[0]) &&
		strncmp(line, "221", CODE_DIGITS) != 0) {
		size_t kept = end < sizeof(t->words) - 1 ? end : sizeof(t->words) - 1;

		memcpy(t->words, line, kept);
		t->words[kept] = '\0';
		t->answered = t->whole && line[CODE_DIGITS] != '-';
	}
	return length;
}

/* --- one mail -------------------------------------------------------------------------------- */

static void
set_log_in(CURL *easy, const struct mail_call *call)
{
	curl_easy_setopt(easy, CURLOPT_USE_SSL,
		(long)(call->starttls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
	if (!str_empty(call->user)) {
		curl_easy_setopt(easy, CURLOPT_USERNAME, call->user);
		curl_easy_setopt(easy, CURLOPT_PASSWORD,
			call->password != NULL ? call->password : "");
	}
}

static void
begin(struct curl_transfer *base)
{
	struct transfer *t = (struct transfer *)base;
	struct mail_call *call = call_of(base->job);
	CURL *easy = base->easy;

	base->secure = call->starttls || str_starts_with(call->url, "smtps://");
	t->call = call;
	for (size_t i = 0; i < call->to_count; i++) {
		t->recipients = curl_slist_append(t->recipients,
			arena_printf(call->arena, "<%s>", call->to[i]));
	}
	set_log_in(easy, call);
	/* One mail, one connection: what a server says to one is never taken for another. */
	curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(easy, CURLOPT_URL, call->url);
	curl_easy_setopt(easy, CURLOPT_MAIL_FROM,
		arena_printf(call->arena, "<%s>", call->from));
	curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, t->recipients);
	curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(easy, CURLOPT_READFUNCTION, give_body);
	curl_easy_setopt(easy, CURLOPT_READDATA, t);
	curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)call->body_length);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_line);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, t);
}

static int
code_of(const char *words)
{
	char digits[CODE_DIGITS + 1];
	int64_t code = 0;

	(void)str_copy(digits, sizeof(digits), words);
	return str_parse_i64(digits, &code) ? (int)code : 0;
}

static void
describe(const struct curl_transfer *t, CURLcode code, struct mail_call *call)
{
	if (code == CURLE_OK) {
		return;
	}
	if (t->refused) {
		str_copy(call->error, sizeof(call->error),
			"the server's address is private, or it has no TLS, which the configuration "
			"does not allow");
	} else {
		snprintf(call->error, sizeof(call->error), "%.150s",
			curl_transfer_problem(t, code));
	}
}

static void
end(struct curl_transfer *base, CURLcode code)
{
	struct transfer *t = (struct transfer *)base;
	struct mail_call *call = t->call;
	const char *words = utf8_repair(call->arena, t->words, strlen(t->words), NULL);
	size_t length = utf8_truncate(words, strlen(words), sizeof(call->words) - 1);
	/* Only an answer to the whole mail settles what became of it. */
	bool said = code == CURLE_OK || t->answered || !t->whole;

	memcpy(call->words, words, length);
	call->words[length] = '\0';
	call->status = said ? code_of(t->words) : 0;
	call->uncertain = !said;
	describe(base, code, call);
}

static void
release(struct curl_transfer *base)
{
	struct transfer *t = (struct transfer *)base;

	curl_slist_free_all(t->recipients);
	wipe(t->call);
}

static void
refuse(struct queue_node *job, const char *why)
{
	struct mail_call *call = call_of(job);

	str_copy(call->error, sizeof(call->error), why);
}

static void
done(struct queue_node *job)
{
	struct mail_call *call = call_of(job);

	call->done(call);
}

static const struct curl_thread_kind mails = {
	.name = "mail-client",
	.protocols = "smtp,smtps",
	.too_many = "too many mails wait already",
	.transfer_size = sizeof(struct transfer),
	.at_once = AT_ONCE,
	.connect_ms = CONNECT_MS,
	.begin = begin,
	.end = end,
	.release = release,
	.refuse = refuse,
	.done = done,
};

enum err
mail_client_create(struct curl_thread **out, const struct curl_thread_conf *conf,
	curl_thread_wake *wake, void *ctx, struct error *e)
{
	return curl_thread_create(out, &mails, conf, wake, ctx, e);
}

void
mail_client_submit(struct curl_thread *c, struct mail_call *call)
{
	curl_thread_submit(c, &mails, &call->node);
}
