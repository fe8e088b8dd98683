#include "api/channel_notice.h"

#include <string.h>

#include "api/input.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"

static const char *
text_of(const struct json *notice, const char *name, struct arena *a)
{
	const char *text = notice != NULL ? json_string(notice, name) : NULL;

	return text != NULL ? arena_strdup(a, text) : "";
}

void
notice_parse(const struct json *settings, struct arena *a, struct channel_notice *out)
{
	const struct json *notice = json_get(settings, "notice");
	int64_t version = 0;

	if (!json_is_object(notice)) {
		notice = NULL;
	}
	if (notice == NULL || !json_i64(notice, "version", &version) || version < 0) {
		version = 0;
	}
	out->version = version;
	out->zh = text_of(notice, "zh", a);
	out->en = text_of(notice, "en", a);
	out->url = text_of(notice, "url", a);
}

void
notice_write(const struct channel_notice *n, bool stored, struct json_writer *w)
{
	jw_key(w, "notice");
	if (!stored && notice_required(n) == 0) {
		jw_null(w);
		return;
	}
	jw_object(w);
	jw_ki64(w, "version", n->version);
	/* Who wrote one language only means it for all. */
	jw_kstring(w, "zh", stored || n->zh[0] != '\0' ? n->zh : n->en);
	jw_kstring(w, "en", stored || n->en[0] != '\0' ? n->en : n->zh);
	jw_kstring(w, "url", n->url);
	jw_object_end(w);
}

static bool
is_web_address(const char *url)
{
	return (str_starts_with(url, "https://") || str_starts_with(url, "http://")) &&
		strpbrk(url, " \"'<>\\") == NULL;
}

static const char *
given_or(struct input *in, const char *name, const char *now)
{
	const char *text = input_text(in, name, NOTICE_TEXT_MAX);

	return text != NULL ? text : now;
}

void
notice_read(struct input *in, struct channel_notice *n)
{
	const struct json *notice = json_get(in->object, "notice");
	struct channel_notice before = *n;
	struct input inner = *in;
	const char *url;

	if (notice == NULL) {
		return;
	}
	if (!json_is_object(notice)) {
		input_wrong(in, "notice", "must be an object of languages and url");
		return;
	}
	inner.object = notice;
	inner.prefix = "notice.";
	n->zh = given_or(&inner, "zh", n->zh);
	n->en = given_or(&inner, "en", n->en);
	url = input_clearable(&inner, "url", NOTICE_URL_MAX);
	n->url = url != NULL ? url : n->url;
	if (n->url[0] != '\0' && !is_web_address(n->url)) {
		input_wrong(&inner, "url", "must be like https://www.example.com/privacy");
	}
	if (inner.field != NULL) {
		if (in->field == NULL) {
			input_wrong(in, inner.field, "%.150s", inner.text);
		}
		return;
	}
	if (!str_equals(before.zh, n->zh) || !str_equals(before.en, n->en) ||
		!str_equals(before.url, n->url)) {
		n->version++;
	}
}

int64_t
notice_required(const struct channel_notice *n)
{
	return n->zh[0] != '\0' || n->en[0] != '\0' ? n->version : 0;
}
