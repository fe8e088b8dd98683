#include "flow/answer_state.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"

enum { STATE_BYTES = 4096 };

const char *
answer_state_encode(const struct rule_state *s, struct arena *a)
{
	struct buf out;
	struct json_writer w;
	const char *text;

	buf_init(&out, STATE_BYTES);
	jw_init(&w, &out);
	jw_object(&w);
	jw_ki64(&w, "misses", s->misses);
	jw_kid(&w, "menu_rule", s->menu_rule);
	jw_ki64(&w, "menu_until", s->menu_until);
	jw_kid(&w, "helpful_rule", s->helpful_rule);
	jw_key(&w, "said");
	jw_array(&w);
	for (size_t i = 0; i < RULE_STATE_RULES && s->said[i].rule != 0; i++) {
		jw_object(&w);
		jw_kid(&w, "rule", s->said[i].rule);
		jw_ki64(&w, "at", s->said[i].at);
		jw_ki64(&w, "uses", s->said[i].uses);
		jw_object_end(&w);
	}
	jw_array_end(&w);
	jw_object_end(&w);
	text = arena_strndup(a, out.data, out.length);
	buf_fini(&out);
	return text;
}

static void
decode_said(const struct json *said, struct rule_state *s)
{
	for (size_t i = 0; i < json_length(said) && i < RULE_STATE_RULES; i++) {
		const struct json *item = json_at(said, i);

		(void)json_id(item, "rule", &s->said[i].rule);
		(void)json_i64(item, "at", &s->said[i].at);
		(void)json_i64(item, "uses", &s->said[i].uses);
	}
}

struct rule_state
answer_state_decode(const char *json)
{
	struct rule_state s = {0};
	struct json *j = NULL;
	const struct json *said;

	if (json == NULL || json[0] == '\0' ||
		json_parse(json, strlen(json), &j, NULL) != ERR_OK) {
		return s;
	}
	(void)json_i64(j, "misses", &s.misses);
	(void)json_id(j, "menu_rule", &s.menu_rule);
	(void)json_i64(j, "menu_until", &s.menu_until);
	(void)json_id(j, "helpful_rule", &s.helpful_rule);
	said = json_get(j, "said");
	if (json_is_array(said)) {
		decode_said(said, &s);
	}
	json_free(j);
	return s;
}

void
answer_state_begin(struct rule_state *s)
{
	s->misses = 0;
	s->menu_rule = 0;
	s->menu_until = 0;
	s->helpful_rule = 0;
}
