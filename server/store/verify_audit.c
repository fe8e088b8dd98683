#include <string.h>

#include "base/arena.h"
#include "store/batch.h"
#include "store/records.h"
#include "store/verify_private.h"

enum { AUDIT_COLUMN_COUNT = 9 };

/* One chain a node; the node is in the id. */
static unsigned
node_of(uint64_t id)
{
	return (unsigned)(id >> 14) & 255;
}

static void
step(struct verification *v, uint8_t chains[NODES_MAX][DIGEST_SIZE],
	const struct value *row)
{
	struct audit_row audit;
	uint8_t stored[DIGEST_SIZE] = {0};
	uint8_t hash[DIGEST_SIZE];
	struct signed_node *n;
	unsigned node;

	record_audit(row, &audit);
	(void)value_as_bytes(&row[AUDIT_COLUMN_COUNT], stored, sizeof(stored));
	node = node_of(audit.id);
	n = &v->nodes[node];
	audit_hash(&audit, chains[node], hash);
	if (memcmp(hash, stored, DIGEST_SIZE) != 0) {
		verify_broken(v, 0, 0, audit.id, "audit row %llu was changed, or one before it",
			(unsigned long long)audit.id);
	}
	if (n->audit == audit.id) {
		n->audit_seen = true;
		if (memcmp(n->audit_hash, stored, DIGEST_SIZE) != 0) {
			verify_broken(v, 0, 0, audit.id,
				"audit row %llu is not the one that was signed",
				(unsigned long long)audit.id);
		}
	}
	memcpy(chains[node], stored, DIGEST_SIZE);
	v->report.audits++;
}

enum err
verify_audit(struct verification *v, struct error *e)
{
	uint8_t chains[NODES_MAX][DIGEST_SIZE] = {0};
	uint64_t after = 0;
	size_t count;

	do {
		struct arena *a = arena_create();
		struct value args[] = {value_id(after), value_i64(VERIFY_PAGE)};
		struct rows r = {0};
		enum err err = v->db->driver->read(v->db, STATEMENT_VERIFY_AUDIT, args, a, &r, e);

		for (size_t i = 0; err == ERR_OK && i < r.count; i++) {
			step(v, chains, rows_at(&r, i));
			after = value_as_id(rows_at(&r, i));
		}
		count = r.count;
		arena_destroy(a);
		if (err != ERR_OK) {
			return err;
		}
	} while (count == VERIFY_PAGE);
	for (unsigned node = 0; node < NODES_MAX; node++) {
		const struct signed_node *n = &v->nodes[node];

		if (n->has_log && n->audit != 0 && !n->audit_seen) {
			verify_broken(v, 0, 0, n->audit, "the audit is cut off: row %llu was signed",
				(unsigned long long)n->audit);
		}
	}
	return ERR_OK;
}
