/* The search index beside the limit (search_limit.h), on made-up transcripts: how fast entries go
 * in, how much room they take, and how long searches of each class take until the newest 20 are
 * known and compared with their texts. Both must find the same.
 *   search ENTRIES FOLDER [FILE.json]
 * A bench program has no one to report to: failures end it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "knowledge/index.h"
#include "knowledge/index_query.h"
#include "knowledge/index_text.h"
#include "model/fact.h"
#include "search_corpus.h"
#include "search_limit.h"

enum { BATCH = 1000, QUERIES = 40, ROUNDS = 3, PAGE = 20, TERMS_MAX = 64, NODE = 1 };

struct result {
	size_t count;
	uint64_t numbers[PAGE];
};

struct bench {
	uint64_t entries;
	struct index *index;
	struct limit_index *limit;
	struct arena *arena;
	double index_seconds;
	double limit_seconds;
	uint64_t index_bytes;
	uint64_t *customers; /* the limit's own filters, by number */
	uint32_t *units;
	double times[2][CORPUS_CLASSES][QUERIES]; /* ms, index and limit */
};

static void
die(const char *what, const struct error *e)
{
	fprintf(stderr, "search: %s: %s\n", what, e != NULL ? e->text : "");
	exit(1);
}

static const char *
fold_entry_text(const struct corpus_entry *c, struct arena *a, size_t *length)
{
	struct index_text text = {.count = 1};

	fold_text(c->text, c->length, a, &text.fields[0].folded);
	return index_text_join(&text, a, length);
}

/* --- going in ----------------------------------------------------------------------------- */

static void
fill_index(struct bench *b)
{
	struct corpus_entry *c = xmalloc(sizeof(*c));
	struct index_entry *batch = xcalloc(BATCH, sizeof(*batch));
	struct error e;
	size_t count = 0;

	for (uint64_t n = 1; n <= b->entries; n++) {
		struct index_entry *entry = &batch[count++];

		corpus_entry(n, c);
		*entry = (struct index_entry){
			.id = FACT_ID(NODE, n),
			.timeline = c->customer,
			.at = c->at,
			.unit = UNIT_ROOT + c->unit,
			.kind = FACT_MESSAGE,
			.author_kind = AUTHOR_CUSTOMER,
			.channel_kind = "webchat",
		};
		entry->text = fold_entry_text(c, b->arena, &entry->length);
		if (count == BATCH || n == b->entries ||
			entry->id == index_block_end(entry->id)) {
			if (index_add(b->index, batch, count, entry->id, n, &e) != ERR_OK) {
				die("add", &e);
			}
			count = 0;
			arena_reset(b->arena);
		}
	}
	if (index_sync(b->index, &e) != ERR_OK) {
		die("sync", &e);
	}
	free(batch);
	free(c);
}

static void
fill_limit(struct bench *b)
{
	struct corpus_entry *c = xmalloc(sizeof(*c));

	b->customers = xcalloc(b->entries + 1, sizeof(*b->customers));
	b->units = xcalloc(b->entries + 1, sizeof(*b->units));
	for (uint64_t n = 1; n <= b->entries; n++) {
		const char *text;
		size_t length;

		corpus_entry(n, c);
		text = fold_entry_text(c, b->arena, &length);
		limit_index_add(b->limit, (uint32_t)n, text, length);
		b->customers[n] = c->customer;
		b->units[n] = c->unit;
		arena_reset(b->arena);
	}
	limit_index_seal(b->limit);
	free(c);
}

static double
seconds_of(void (*work)(struct bench *), struct bench *b)
{
	int64_t began = clock_monotonic_us();

	work(b);
	return (double)(clock_monotonic_us() - began) / 1e6;
}

/* --- searching ---------------------------------------------------------------------------- */

static bool
has(struct bench *b, const struct index_query *q, uint64_t number)
{
	static struct corpus_entry c;
	size_t length;
	const char *text;
	size_t begin;

	corpus_entry(number, &c);
	text = fold_entry_text(&c, b->arena, &length);
	for (size_t i = 0; i < q->word_count; i++) {
		if (!index_word_find(&q->words[i], text, length, 0, &begin)) {
			return false;
		}
	}
	return true;
}

static void
search_index(struct bench *b, const struct index_query *q,
	const struct corpus_query *asked, struct result *out)
{
	static struct index_page page;
	struct index_filter f = {
		.match = index_query_match(q, &asked->customer, asked->customer != 0, b->arena),
		.scope = {.unit_low = UNIT_ROOT, .unit_high = UNIT_LAST},
		.author = -1,
		.from = asked->from,
		.to = asked->to,
	};
	struct error e;

	if (asked->unit != 0) {
		f.scope.unit_low = f.scope.unit_high = UNIT_ROOT + asked->unit;
	}
	out->count = 0;
	do {
		if (index_search(b->index, &f, PAGE + 6, &page, &e) != ERR_OK) {
			die(asked->text, &e);
		}
		for (size_t i = 0; i < page.count && out->count < PAGE; i++) {
			if (has(b, q, FACT_N(page.hits[i].id))) {
				out->numbers[out->count++] = FACT_N(page.hits[i].id);
			}
		}
		f.before_at = page.next_at;
		f.before_id = page.next_id;
	} while (page.more && out->count < PAGE);
}

struct looking {
	struct bench *bench;
	const struct index_query *query;
	const struct corpus_query *asked;
	struct result *result;
};

static bool
look(void *ctx, uint32_t number)
{
	struct looking *l = ctx;
	const struct corpus_query *asked = l->asked;

	if ((asked->customer == 0 || l->bench->customers[number] == asked->customer) &&
		(asked->unit == 0 || l->bench->units[number] == asked->unit) &&
		has(l->bench, l->query, number)) {
		l->result->numbers[l->result->count++] = number;
	}
	return l->result->count < PAGE;
}

/* What the index is asked; the queries here have no group of several keys. */
static size_t
terms_of(const struct index_match *match, struct limit_term *out)
{
	size_t count = 0;

	for (size_t i = 0; i < match->count && count < TERMS_MAX; i++) {
		const struct index_key *key = match->groups[i].keys;
		struct limit_term *t = &out[count++];

		t->length = key->length;
		memcpy(t->text, key->term, t->length);
		t->text[t->length] = '\0';
		t->begins = key->begins;
	}
	return count;
}

static void
search_limit(struct bench *b, const struct index_query *q,
	const struct corpus_query *asked, struct result *out)
{
	struct limit_term terms[TERMS_MAX];
	struct looking l = {b, q, asked, out};
	size_t count = terms_of(&q->match, terms);
	int64_t start = 1700000000000;
	uint32_t first = 1;
	uint32_t last = (uint32_t)b->entries;

	if (asked->from != 0) {
		first = (uint32_t)((asked->from - start + 59999) / 60000);
	}
	if (asked->to != 0) {
		last = (uint32_t)((asked->to - start - 1) / 60000);
	}
	out->count = 0;
	limit_index_search(b->limit, terms, count, first, last, look, &l);
}

static void
search_both(struct bench *b, size_t class, unsigned number)
{
	struct corpus_query asked;
	struct index_query q;
	struct result results[2];
	struct error e;

	corpus_query(class, number, &asked);
	for (int round = 0; round < ROUNDS; round++) {
		for (int which = 0; which < 2; which++) {
			int64_t began = clock_monotonic_us();

			arena_reset(b->arena);
			if (index_query_read(asked.text, b->arena, &q, &e) != ERR_OK) {
				die(asked.text, &e);
			}
			(which == 0 ? search_index : search_limit)(b, &q, &asked, &results[which]);
			b->times[which][class][number] = (double)(clock_monotonic_us() - began) / 1e3;
		}
	}
	if (results[0].count != results[1].count ||
		memcmp(results[0].numbers, results[1].numbers,
			results[0].count * sizeof(results[0].numbers[0])) != 0) {
		fprintf(stderr, "search: '%s' (%s): %zu and %zu hits\n", asked.text, asked.class,
			results[0].count, results[1].count);
		exit(1);
	}
}

/* --- what came of it ---------------------------------------------------------------------- */

static int
ascending(const void *x, const void *y)
{
	double a = *(const double *)x;
	double b = *(const double *)y;

	return (a > b) - (a < b);
}

static void
print(struct bench *b, FILE *json)
{
	double all[CORPUS_CLASSES * QUERIES];

	printf("\nsearch, %llu entries: index %.0f entries/s, %.0f bytes/entry; "
		   "limit %.0f entries/s, %.0f bytes/entry\n",
		(unsigned long long)b->entries, (double)b->entries / b->index_seconds,
		(double)b->index_bytes / (double)b->entries,
		(double)b->entries / b->limit_seconds,
		(double)limit_index_bytes(b->limit) / (double)b->entries);
	printf("%-26s %10s %10s %10s %10s\n", "ms", "p50", "longest", "limit p50", "longest");
	fprintf(json,
		"{\"entries\":%llu,\"index\":{\"entries_per_s\":%.0f,\"bytes_per_entry\":%.1f},"
		"\"limit\":{\"entries_per_s\":%.0f,\"bytes_per_entry\":%.1f},\"classes\":[",
		(unsigned long long)b->entries, (double)b->entries / b->index_seconds,
		(double)b->index_bytes / (double)b->entries,
		(double)b->entries / b->limit_seconds,
		(double)limit_index_bytes(b->limit) / (double)b->entries);
	for (size_t c = 0; c < CORPUS_CLASSES; c++) {
		double *index = b->times[0][c];
		double *limit = b->times[1][c];

		memcpy(&all[c * QUERIES], index, sizeof(b->times[0][c]));
		qsort(index, QUERIES, sizeof(*index), ascending);
		qsort(limit, QUERIES, sizeof(*limit), ascending);
		printf("%-26s %10.3f %10.3f %10.3f %10.3f\n", corpus_classes[c],
			index[QUERIES / 2], index[QUERIES - 1], limit[QUERIES / 2],
			limit[QUERIES - 1]);
		fprintf(json,
			"%s{\"class\":\"%s\",\"p50_ms\":%.3f,\"max_ms\":%.3f,\"limit_p50_ms\":%.3f,"
			"\"limit_max_ms\":%.3f}",
			c > 0 ? "," : "", corpus_classes[c], index[QUERIES / 2], index[QUERIES - 1],
			limit[QUERIES / 2], limit[QUERIES - 1]);
	}
	qsort(all, CORPUS_CLASSES * QUERIES, sizeof(*all), ascending);
	printf("%-26s %10.3f %10.3f (p99)\n\n", "all", all[CORPUS_CLASSES * QUERIES / 2],
		all[CORPUS_CLASSES * QUERIES * 99 / 100]);
	fprintf(json, "],\"p50_ms\":%.3f,\"p99_ms\":%.3f}\n",
		all[CORPUS_CLASSES * QUERIES / 2], all[CORPUS_CLASSES * QUERIES * 99 / 100]);
}

int
main(int argc, char **argv)
{
	struct bench *b = xcalloc(1, sizeof(*b));
	struct index_stats stats;
	struct error e;
	FILE *json;

	if (argc < 3 || (b->entries = strtoull(argv[1], NULL, 10)) < 1000) {
		fprintf(stderr, "search ENTRIES FOLDER [FILE.json]\n");
		return 2;
	}
	json = fopen(argc > 3 ? argv[3] : "/dev/null", "w");
	if (json == NULL || index_wipe(argv[2], &e) != ERR_OK ||
		index_open(argv[2], true, &b->index, &e) != ERR_OK) {
		die("open", &e);
	}
	corpus_begin(b->entries);
	b->arena = arena_create();
	b->limit = limit_index_create();
	b->index_seconds = seconds_of(fill_index, b);
	b->limit_seconds = seconds_of(fill_limit, b);
	index_stats(b->index, &stats);
	b->index_bytes = stats.bytes;
	for (size_t class = 0; class < CORPUS_CLASSES; class ++) {
		for (unsigned i = 0; i < QUERIES; i++) {
			search_both(b, class, i);
		}
	}
	print(b, json);
	fclose(json);
	limit_index_destroy(b->limit);
	index_close(b->index);
	(void)!index_wipe(argv[2], &e);
	arena_destroy(b->arena);
	free(b->customers);
	free(b->units);
	free(b);
	return 0;
}
