#include "command/index_check.h"

#include <stdlib.h>
#include <string.h>

#include "api/app.h"
#include "base/arena.h"
#include "base/id.h"
#include "base/str.h"
#include "flow/index_feed.h"
#include "knowledge/index_query.h"
#include "knowledge/index_text.h"
#include "knowledge/index_tokenizer.h"
#include "store/read_search.h"

enum { ENTRIES_MAX = 5000, SEARCHES = 200, WORD_CHARACTERS = 5 };

struct sample {
	uint64_t id;
	const char *text; /* joined; NULL: nothing to be found */
	size_t length;
};

struct checking {
	struct index *index;
	struct arena *arena;
	struct sample *samples; /* ascending, of one node, each number once */
	size_t count;
	struct index_check_report report;
};

/* The newest entries of one node, of those that the index says it has. */
static enum err
read_samples(struct checking *c, struct reader *r, unsigned node, uint64_t last,
	struct error *e)
{
	uint64_t first = FACT_N(last) > ENTRIES_MAX ? last - ENTRIES_MAX + 1
												: FACT_ID(node, 1);
	enum err rc = ERR_OK;

	c->samples = arena_alloc(c->arena, ENTRIES_MAX * sizeof(*c->samples));
	c->count = 0;
	while (rc == ERR_OK && first <= last) {
		struct searchable *facts;
		size_t count;

		rc = read_searchable(r, first, last, c->arena, &facts, &count, e);
		if (rc != ERR_OK || count == 0) {
			break;
		}
		for (size_t i = 0; i < count; i++) {
			struct sample *s = &c->samples[c->count++];
			struct index_text text = {.count = 0};

			if (!facts[i].restricted) {
				index_text_read(facts[i].kind, facts[i].body, facts[i].files, c->arena,
					&text);
			}
			s->id = facts[i].id;
			s->text = index_text_join(&text, c->arena, &s->length);
		}
		first = facts[count - 1].id + 1;
	}
	return rc;
}

static size_t
pick(size_t below)
{
	uint32_t number;

	random_bytes(&number, sizeof(number));
	return number % below;
}

/* Some neighbouring characters of some entry; NULL: that one had none. */
static const char *
choose_word(const struct checking *c)
{
	const struct sample *s = &c->samples[pick(c->count)];
	size_t at = 0;
	size_t begin;
	struct index_run run;
	size_t wanted;
	size_t runs = 0;

	while (s->text != NULL && index_next_run(s->text, s->length, &at, &run)) {
		runs += run.class != RUN_OTHER;
	}
	if (runs == 0) {
		return NULL;
	}
	wanted = pick(runs);
	at = 0;
	while (index_next_run(s->text, s->length, &at, &run)) {
		if (run.class != RUN_OTHER && wanted-- == 0) {
			break;
		}
	}
	begin = run.begin;
	if (run.class == RUN_HAN) {
		begin += index_first(s->text + begin, run.end - begin, pick(run.characters),
			SIZE_MAX);
	}
	return arena_strndup(c->arena, s->text + begin,
		index_first(s->text + begin, run.end - begin, 1 + pick(WORD_CHARACTERS),
			SIZE_MAX));
}

static const struct sample *
sample_of(const struct checking *c, uint64_t id)
{
	size_t place = c->count > 0 && id >= c->samples[0].id
		? (size_t)(id - c->samples[0].id)
		: c->count;

	return place < c->count ? &c->samples[place] : NULL;
}

static bool
has(const struct index_query *q, const struct sample *s)
{
	size_t begin;

	for (size_t i = 0; i < q->word_count; i++) {
		if (s->text == NULL ||
			!index_word_find(&q->words[i], s->text, s->length, 0, &begin)) {
			return false;
		}
	}
	return true;
}

static enum err
count_found(struct checking *c, const struct index_query *q, size_t *out, struct error *e)
{
	struct index_page *page = arena_alloc(c->arena, sizeof(*page));
	struct index_filter f = {
		.match = index_query_match(q, NULL, 0, c->arena),
		.scope = {.unit_low = 0, .unit_high = UINT32_MAX},
		.author = -1,
	};
	enum err rc;

	*out = 0;
	do {
		rc = index_search(c->index, &f, INDEX_PAGE_MAX, page, e);
		for (size_t i = 0; rc == ERR_OK && i < page->count; i++) {
			const struct sample *s = sample_of(c, page->hits[i].id);

			*out += s != NULL && has(q, s);
		}
		f.before_at = page->next_at;
		f.before_id = page->next_id;
	} while (rc == ERR_OK && page->more);
	return rc;
}

static enum err
compare(struct checking *c, const char *word, struct error *e)
{
	struct index_query q;
	size_t expected = 0;
	size_t found = 0;
	enum err rc;

	if (index_query_read(word, c->arena, &q, NULL) != ERR_OK) {
		return ERR_OK;
	}
	rc = count_found(c, &q, &found, e);
	for (size_t i = 0; i < c->count; i++) {
		expected += has(&q, &c->samples[i]);
	}
	c->report.searches++;
	if (rc == ERR_OK && found != expected) {
		rc = error_set(e, ERR_CORRUPT, "'%.60s' is in %zu entries, the index finds %zu",
			word, expected, found);
	}
	return rc;
}

static enum err
check_node(struct checking *c, struct reader *r, unsigned node, struct error *e)
{
	uint64_t last;
	enum err rc;

	(void)index_mark(c->index, node, &last);
	if (last == 0) {
		return ERR_OK;
	}
	rc = read_samples(c, r, node, last, e);
	c->report.entries += c->count;
	for (size_t i = 0; rc == ERR_OK && i < SEARCHES && c->count > 0; i++) {
		const char *word = choose_word(c);

		rc = word != NULL ? compare(c, word, e) : ERR_OK;
	}
	return rc;
}

enum err
index_check(const struct app_conf *conf, struct index_check_report *out, struct error *e)
{
	struct checking c = {.arena = arena_create()};
	char folder[INDEX_FOLDER_SIZE];
	struct reader *r = NULL;
	struct feed_end *ends;
	size_t count = 0;
	enum err rc = index_feed_folder(&conf->store, false, folder, e);

	if (rc == ERR_OK) {
		rc = store_reader_open(&conf->store, &r, e);
	}
	if (rc == ERR_OK) {
		rc = index_open(folder, false, &c.index, e);
	}
	if (rc == ERR_OK) {
		rc = read_feed_ends(r, c.arena, &ends, &count, e);
	}
	for (size_t i = 0; rc == ERR_OK && i < count; i++) {
		rc = check_node(&c, r, ends[i].node, e);
	}
	*out = c.report;
	index_close(c.index);
	store_reader_close(r);
	arena_destroy(c.arena);
	return rc;
}
