#include "flow/index_window.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/arena.h"
#include "knowledge/index.h"
#include "model/fact.h"
#include "store/read_search.h"

enum {
	RUN_FACTS_MIN = 16,
	BYTES_MAX = 32 * 1024 * 1024, /* seconds of a rush that nobody has seen yet */
};

/* A run in the window. */
struct stretch {
	struct index_run run; /* first: the address of both is the same */
	struct stretch *next;
	size_t capacity;
	size_t bytes;
};

struct index_window {
	pthread_mutex_t lock;
	struct stretch *oldest;
	struct stretch *newest;
	size_t bytes;
};

struct index_window *
index_window_create(void)
{
	struct index_window *w = xcalloc(1, sizeof(*w));

	pthread_mutex_init(&w->lock, NULL);
	return w;
}

void
index_run_destroy(struct index_run *r)
{
	if (r == NULL) {
		return;
	}
	arena_destroy(r->texts);
	free(r->facts);
	free(r);
}

static struct stretch *
take_oldest(struct index_window *w)
{
	struct stretch *s = w->oldest;

	w->oldest = s->next;
	if (w->oldest == NULL) {
		w->newest = NULL;
	}
	w->bytes -= s->bytes;
	return s;
}

static void
forget_oldest(struct index_window *w)
{
	index_run_destroy(&take_oldest(w)->run);
}

void
index_window_clear(struct index_window *w)
{
	pthread_mutex_lock(&w->lock);
	while (w->oldest != NULL) {
		forget_oldest(w);
	}
	pthread_mutex_unlock(&w->lock);
}

void
index_window_destroy(struct index_window *w)
{
	if (w == NULL) {
		return;
	}
	index_window_clear(w);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

static uint64_t
first_of(const struct stretch *s)
{
	return s->run.facts[0].id;
}

static uint64_t
last_of(const struct stretch *s)
{
	return s->run.facts[s->run.count - 1].id;
}

static bool
goes_on(const struct stretch *s, uint64_t id)
{
	return s != NULL && s->run.count < SEARCHABLE_MAX && id == last_of(s) + 1 &&
		id <= index_block_end(first_of(s));
}

static struct stretch *
begin_stretch(struct index_window *w)
{
	struct stretch *s = xcalloc(1, sizeof(*s));

	s->run.texts = arena_create();
	if (w->newest != NULL) {
		w->newest->next = s;
	} else {
		w->oldest = s;
	}
	w->newest = s;
	return s;
}

static struct searchable *
next_place(struct stretch *s)
{
	if (s->run.count == s->capacity) {
		s->capacity = s->capacity == 0 ? RUN_FACTS_MIN : s->capacity * 2;
		s->run.facts = xrealloc(s->run.facts, s->capacity * sizeof(*s->run.facts));
	}
	return &s->run.facts[s->run.count++];
}

static struct searchable
searchable_of(const struct fact *f, struct arena *a)
{
	return (struct searchable){
		.id = f->id,
		.timeline = f->timeline,
		.kind = f->kind,
		.channel_kind = arena_strdup(a, f->channel_kind),
		.author_kind = f->author_kind,
		.author = f->author,
		.at = f->at,
		.committed_at = f->committed_at,
		.body = f->body != NULL ? arena_strndup(a, f->body, f->body_length) : NULL,
		.files = f->files != NULL ? arena_strdup(a, f->files) : NULL,
		.restricted = f->restricted,
		.unit = f->unit,
	};
}

void
index_window_put(struct index_window *w, const struct fact *f)
{
	size_t bytes = sizeof(struct searchable) + f->body_length;
	struct stretch *s;

	pthread_mutex_lock(&w->lock);
	s = goes_on(w->newest, f->id) ? w->newest : begin_stretch(w);
	*next_place(s) = searchable_of(f, s->run.texts);
	s->bytes += bytes;
	w->bytes += bytes;
	while (w->bytes > BYTES_MAX && w->oldest != w->newest) {
		forget_oldest(w);
	}
	pthread_mutex_unlock(&w->lock);
}

struct index_run *
index_window_take(struct index_window *w, uint64_t from, uint64_t *begins)
{
	struct index_run *run = NULL;

	pthread_mutex_lock(&w->lock);
	while (w->oldest != NULL && first_of(w->oldest) < from) {
		forget_oldest(w);
	}
	*begins = w->oldest != NULL ? first_of(w->oldest) : 0;
	if (w->oldest != NULL && *begins == from) {
		run = &take_oldest(w)->run;
	}
	pthread_mutex_unlock(&w->lock);
	return run;
}
