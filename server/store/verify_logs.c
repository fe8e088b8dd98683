#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "store/verify_private.h"

bool
log_open(struct log_lines *l, const char *data_dir, unsigned node)
{
	char path[HEADS_PATH_SIZE];

	*l = (struct log_lines){0};
	if (data_dir == NULL || heads_log_path(data_dir, node, path, NULL) != ERR_OK) {
		return false;
	}
	l->file = fopen(path, "re");
	return l->file != NULL;
}

/* The server may be in the middle of writing the last line: without its newline it is none. */
bool
log_next(struct log_lines *l)
{
	ssize_t length = getline(&l->line, &l->capacity, l->file);

	if (length <= 0 || l->line[length - 1] != '\n') {
		return false;
	}
	l->length = (size_t)length - 1;
	return true;
}

void
log_close(struct log_lines *l)
{
	free(l->line);
	if (l->file != NULL) {
		fclose(l->file);
	}
}

static void
take_record(struct verification *v, unsigned node, const struct heads_record *r,
	bool first)
{
	struct signed_node *n = &v->nodes[node];

	if (first) {
		n->has_log = true;
		n->first = r->from;
	}
	n->n = r->n;
	n->audit = r->audit;
	memcpy(n->audit_hash, r->audit_hash, DIGEST_SIZE);
	for (size_t i = 0; i < r->head_count; i++) {
		const struct signed_head *h = &r->heads[i];

		map_put(&v->signed_seq, h->timeline, (void *)(uintptr_t)h->seq);
	}
	v->report.heads++;
}

static void
read_log(struct verification *v, unsigned node, struct log_lines *l)
{
	uint8_t previous[DIGEST_SIZE] = {0};
	struct arena *a = arena_create();
	uint64_t next = 0;
	uint64_t line = 0;

	while (log_next(l)) {
		struct heads_record r;
		struct error why = {0};

		arena_reset(a);
		line++;
		if (heads_record_decode(l->line, l->length, v->key, a, &r, &why) != ERR_OK) {
			verify_broken(v, 0, 0, 0, "signed heads of node %u, line %llu: %s", node,
				(unsigned long long)line, why.text);
			break;
		}
		if (r.node != node || memcmp(r.previous, previous, DIGEST_SIZE) != 0 ||
			(line > 1 && r.from != next)) {
			verify_broken(v, 0, 0, 0,
				"signed heads of node %u, line %llu: a record before it is missing", node,
				(unsigned long long)line);
			break;
		}
		take_record(v, node, &r, line == 1);
		next = r.n + 1;
		sha256(l->line, l->length, previous);
	}
	arena_destroy(a);
}

void
verify_logs(struct verification *v)
{
	for (unsigned node = 1; node < NODES_MAX; node++) {
		struct log_lines l;

		if (log_open(&l, v->conf->data_dir, node)) {
			if (v->key == NULL) {
				verify_broken(v, 0, 0, 0, "the key of the signed heads is missing");
			}
			read_log(v, node, &l);
		}
		log_close(&l);
	}
}
