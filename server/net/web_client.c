#include "net/web_client.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"

enum {
	AT_ONCE = 32,
	CONNECT_MS = 5000,
	DRAINED_MAX_BYTES = 1024 * 1024, /* of an answer; more than that is no answer */
};

/* One call while it runs. */
struct transfer {
	struct curl_transfer base; /* first */
	struct web_call *call;
	struct curl_slist *headers;
	struct buf answer;
	size_t received;
	int64_t began;
};

struct web_call *
web_call_create(void)
{
	struct arena *a = arena_create();
	struct web_call *call = arena_alloc(a, sizeof(*call));

	call->arena = a;
	call->answer = arena_strdup(a, "");
	return call;
}

void
web_call_destroy(struct web_call *call)
{
	if (call != NULL) {
		arena_destroy(call->arena);
	}
}

static struct web_call *
call_of(struct queue_node *job)
{
	return (struct web_call *)job; /* its first member */
}

static size_t
take_answer(char *data, size_t size, size_t count, void *ctx)
{
	struct transfer *t = ctx;
	size_t length = size * count;
	size_t room = WEB_CALL_ANSWER_MAX - t->answer.length;

	t->received += length;
	if (t->received > DRAINED_MAX_BYTES) {
		return 0;
	}
	buf_append(&t->answer, data, length < room ? length : room);
	return length;
}

static void
begin(struct curl_transfer *base)
{
	struct transfer *t = (struct transfer *)base;
	struct web_call *call = call_of(base->job);
	CURL *easy = base->easy;

	base->secure = strncasecmp(call->url, "https://", 8) == 0;
	t->call = call;
	t->began = clock_monotonic_ms();
	buf_init(&t->answer, WEB_CALL_ANSWER_MAX + 1);
	for (size_t i = 0; call->headers[i] != NULL; i++) {
		t->headers = curl_slist_append(t->headers, call->headers[i]);
	}
	t->headers = curl_slist_append(t->headers, "Expect:");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_URL, call->url);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, t->headers);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "Trunkline/1");
	if (call->body != NULL) {
		curl_easy_setopt(easy, CURLOPT_POST, 1L);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call->body);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)call->body_length);
	}
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_answer);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, t);
}

static void
describe(const struct curl_transfer *t, CURLcode code, struct web_call *call)
{
	if (t->refused) {
		str_copy(call->error, sizeof(call->error),
			t->secure ? "its address is private, which the configuration does not allow"
					  : "it must be https, or in a private network that is allowed");
	} else if (code == CURLE_WRITE_ERROR) {
		str_copy(call->error, sizeof(call->error), "the answer has no end");
	} else {
		snprintf(call->error, sizeof(call->error), "%.150s",
			curl_transfer_problem(t, code));
	}
}

static void
end(struct curl_transfer *base, CURLcode code)
{
	struct transfer *t = (struct transfer *)base;
	struct web_call *call = t->call;
	curl_off_t retry_after = 0;
	long status = 0;

	if (code == CURLE_OK) {
		curl_easy_getinfo(base->easy, CURLINFO_RESPONSE_CODE, &status);
		curl_easy_getinfo(base->easy, CURLINFO_RETRY_AFTER, &retry_after);
		call->answer = utf8_repair(call->arena,
			t->answer.data != NULL ? t->answer.data : "", t->answer.length, NULL);
	} else {
		describe(base, code, call);
	}
	call->status = (int)status;
	call->retry_after_ms = retry_after > 0 ? (int64_t)retry_after * 1000 : 0;
	call->took_ms = clock_monotonic_ms() - t->began;
}

static void
release(struct curl_transfer *base)
{
	struct transfer *t = (struct transfer *)base;

	curl_slist_free_all(t->headers);
	buf_fini(&t->answer);
}

static void
refuse(struct queue_node *job, const char *why)
{
	struct web_call *call = call_of(job);

	str_copy(call->error, sizeof(call->error), why);
}

static void
done(struct queue_node *job)
{
	struct web_call *call = call_of(job);

	call->done(call);
}

static const struct curl_thread_kind web_calls = {
	.name = "web-client",
	.protocols = "http,https",
	.too_many = "too many calls wait already",
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
web_client_create(struct curl_thread **out, const struct curl_thread_conf *conf,
	curl_thread_wake *wake, void *ctx, struct error *e)
{
	return curl_thread_create(out, &web_calls, conf, wake, ctx, e);
}

void
web_client_submit(struct curl_thread *c, struct web_call *call)
{
	curl_thread_submit(c, &web_calls, &call->node);
}
