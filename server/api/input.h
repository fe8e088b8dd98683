/* What a request says, checked and bounded: members of its JSON body and parameters of its
 * query. The first wrong one is remembered with its name; the rest then gives nothing, so
 * that a handler reads all it wants and asks once at the end. */
#ifndef API_INPUT_H
#define API_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/types.h"

struct arena;
struct exchange;
struct json;

struct input {
	const struct json *object;
	struct exchange *exchange; /* for the query */
	struct arena *arena;       /* texts are copied into it */
	const char *prefix;        /* "contacts[2]." in front of names; NULL: none */
	const char *field;         /* the first wrong one; NULL: all is well */
	char field_name[80];
	char text[160];
};

void input_init(struct input *in, struct exchange *x, struct arena *a);
void input_wrong(struct input *in, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Members of the body. Lengths count characters. NULL when absent (or wrong). */
bool input_given(const struct input *in, const char *name); /* also when it is null */
const char *input_line(struct input *in, const char *name, size_t max); /* trimmed */
const char *input_required_line(struct input *in, const char *name, size_t max);
const char *
input_text(struct input *in, const char *name, size_t max); /* may have lines */
const char *
input_secret(struct input *in, const char *name, size_t max_bytes); /* as it is */
/* A line in which "" is a value: null gives "" too. NULL: not given at all. */
const char *input_clearable(struct input *in, const char *name, size_t max);
uint64_t input_id(struct input *in, const char *name); /* 0: absent */
int64_t input_number(struct input *in, const char *name, int64_t min, int64_t max,
	int64_t fallback);
uint64_t input_version(struct input *in); /* that was edited; 0: any */
bool input_flag(struct input *in, const char *name, bool fallback);
int64_t input_time(struct input *in, const char *name);         /* 0: absent */
const char *input_language(struct input *in, const char *name); /* "zh-CN", "en" */
/* A client's ref, copied into out[27]; required. */
void input_ref(struct input *in, const char *name, char *out);
/* Array of ids. */
const uint64_t *input_ids(struct input *in, const char *name, size_t max, size_t *count);

/* Parameters of the query; they live in the request's arena unless in->arena says otherwise. */
const char *query_text(struct input *in, const char *name, size_t max);
uint64_t query_id(struct input *in, const char *name);
int64_t query_time(struct input *in, const char *name);
bool query_flag(struct input *in, const char *name); /* "true"; absent: false */
bool query_chinese(struct input *in); /* "language" is a Chinese one; absent: false */
size_t query_limit(struct input *in, size_t fallback); /* "limit", 1..200 */
/* An opaque place in a list, as page_write made it. */
void query_page(struct input *in, const char *name, int64_t *at, uint64_t *id);

#define PAGE_SIZE_MAX 200
#define PAGE_TEXT_SIZE 48
void page_write(int64_t at, uint64_t id, char out[static PAGE_TEXT_SIZE]);

#endif
