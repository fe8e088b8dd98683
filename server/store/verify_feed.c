#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "model/fact.h"
#include "store/verify_private.h"

/* The signed record that vouches for the fact in hand. */
struct cursor {
	struct log_lines lines;
	struct arena *arena;
	struct heads_record record;
	bool has_record;
	uint8_t feed[DIGEST_SIZE]; /* up to the record before */
	uint8_t *hashes;           /* of the facts since then, HEADS_FACTS_MAX */
	size_t count;
	bool feed_holds; /* no fact so far differed, so the digest must agree */
};

static void
next_record(struct cursor *c)
{
	arena_reset(c->arena);
	c->has_record = c->lines.file != NULL && log_next(&c->lines) &&
		heads_record_decode(c->lines.line, c->lines.length, NULL, c->arena, &c->record,
			NULL) == ERR_OK;
}

static void
end_record(struct verification *v, struct cursor *c, unsigned node)
{
	heads_feed_add(c->record.version, c->feed, c->hashes, c->count);
	c->count = 0;
	if (c->feed_holds && memcmp(c->feed, c->record.feed, DIGEST_SIZE) != 0) {
		verify_broken(v, 0, 0, FACT_ID(node, c->record.from),
			"the facts up to number %llu of the feed are not those that were signed",
			(unsigned long long)c->record.n);
		c->feed_holds = false;
	}
}

static void
check_signed(struct verification *v, struct cursor *c, unsigned node,
	const struct value *row, uint64_t n)
{
	uint8_t hash[DIGEST_SIZE] = {0};
	const uint8_t *prefix;

	while (c->has_record && n > c->record.n) {
		end_record(v, c, node);
		next_record(c);
	}
	if (!c->has_record || n < c->record.from) {
		return;
	}
	(void)value_as_bytes(&row[3], hash, sizeof(hash));
	if (c->count < HEADS_FACTS_MAX) {
		memcpy(c->hashes + c->count++ * DIGEST_SIZE, hash, DIGEST_SIZE);
	}
	prefix = c->record.prefixes + (n - c->record.from) * HEADS_PREFIX_SIZE;
	if (memcmp(prefix, hash, HEADS_PREFIX_SIZE) != 0) {
		verify_broken(v, value_as_id(&row[1]), value_as_id(&row[2]), value_as_id(&row[0]),
			"the chain was rewritten: its hash is not the one that was signed");
		c->feed_holds = false;
	}
}

static enum err
walk(struct verification *v, struct cursor *c, unsigned node, uint64_t end,
	struct error *e)
{
	uint64_t n = 0;
	size_t count;

	do {
		struct arena *a = arena_create();
		struct value args[] = {
			value_id(FACT_ID(node, n)),
			value_id(FACT_ID(node, FACT_N(UINT64_MAX))),
			value_i64(VERIFY_PAGE),
		};
		struct rows r = {0};
		enum err err = v->db->driver->read(v->db, STATEMENT_VERIFY_FEED, args, a, &r, e);

		for (size_t i = 0; err == ERR_OK && i < r.count; i++) {
			const struct value *row = rows_at(&r, i);
			uint64_t number = FACT_N(value_as_id(&row[0]));

			if (number != n + 1) {
				verify_broken(v, 0, 0, FACT_ID(node, n + 1),
					"number %llu of the feed is missing", (unsigned long long)n + 1);
				c->feed_holds = false;
			}
			check_signed(v, c, node, row, number);
			n = number;
		}
		count = r.count;
		arena_destroy(a);
		if (err != ERR_OK) {
			return err;
		}
	} while (count == VERIFY_PAGE);
	if (c->has_record && n == c->record.n) {
		end_record(v, c, node);
	}
	if (n < end || n < v->nodes[node].n) {
		uint64_t promised = end > v->nodes[node].n ? end : v->nodes[node].n;

		verify_broken(v, 0, 0, FACT_ID(node, n + 1),
			"the feed is cut off: it went up to number %llu",
			(unsigned long long)promised);
	}
	return ERR_OK;
}

static enum err
verify_node(struct verification *v, unsigned node, uint64_t n, struct error *e)
{
	struct cursor c = {
		.arena = arena_create(),
		.hashes = xmalloc((size_t)HEADS_FACTS_MAX * DIGEST_SIZE),
		.feed_holds = true,
	};
	enum err err;

	(void)log_open(&c.lines, v->conf->data_dir, node);
	next_record(&c);
	err = walk(v, &c, node, n, e);
	log_close(&c.lines);
	arena_destroy(c.arena);
	free(c.hashes);
	return err;
}

enum err
verify_feed(struct verification *v, struct error *e)
{
	struct arena *a = arena_create();
	struct value args[] = {value_i64(NODES_MAX)};
	bool seen[NODES_MAX] = {false};
	struct rows r = {0};
	enum err err = v->db->driver->read(v->db, STATEMENT_FEED_NODES, args, a, &r, e);

	for (size_t i = 0; err == ERR_OK && i < r.count; i++) {
		unsigned node = (unsigned)value_as_id(&rows_at(&r, i)[0]) % NODES_MAX;

		seen[node] = true;
		err = verify_node(v, node, value_as_id(&rows_at(&r, i)[1]), e);
	}
	for (unsigned node = 0; err == ERR_OK && node < NODES_MAX; node++) {
		if (v->nodes[node].has_log && !seen[node]) {
			err = verify_node(v, node, 0, e);
		}
	}
	arena_destroy(a);
	return err;
}
