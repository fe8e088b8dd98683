/* Which rows are one call. Three signs, in falling strength: the same linkedid (the newer column
 * sets have it), the same uniqueid (re-rings, blind transfers), and a channel that one row
 * rang (dstchannel) and another one describes (channel) at the same time, halves ";1" and ";2"
 * of a Local channel being one: so attended transfers join even in files without linkedid.
 * Channel names are used again after a restart of the PBX, hence "at the same time".
 *
 * Rows arrive in the order of their end. A call is given out when a row arrives that ended an
 * hour and more after the call's last one, so memory stays small with files of any size. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/list.h"
#include "channels/phone/cdr_row.h"

#define SETTLED_MS (60LL * 60 * 1000)
#define ROWS_MAX 200 /* of one call; more are some other thing */

struct group {
	struct list link;
	struct arena *arena;
	const struct cdr_row *rows[ROWS_MAX];
	size_t count;
	int64_t last_end;
};

struct cdr_join {
	const struct cdr_options *options;
	struct cdr_sink sink;
	struct list groups; /* in order of their first row */
	int64_t newest_end;
};

struct cdr_join *
cdr_join_create(const struct cdr_options *options, const struct cdr_sink *sink)
{
	struct cdr_join *j = xcalloc(1, sizeof(*j));
	j->options = options;
	j->sink = *sink;
	list_init(&j->groups);
	return j;
}

static void
group_destroy(struct group *g)
{
	list_remove(&g->link);
	arena_destroy(g->arena);
	free(g);
}

void
cdr_join_destroy(struct cdr_join *j)
{
	if (j == NULL) {
		return;
	}
	list_each(&j->groups, node) {
		group_destroy(list_item(node, struct group, link));
	}
	free(j);
}

/* Length of a channel's name without the ";1" or ";2" of a Local channel. */
static size_t
channel_base(const char *channel)
{
	return strcspn(channel, ";");
}

static bool
same_channel(const char *a, const char *b)
{
	size_t length = channel_base(a);
	return length > 0 && length == channel_base(b) && memcmp(a, b, length) == 0;
}

static bool
overlap(const struct cdr_row *a, const struct cdr_row *b)
{
	return a->start <= b->end && b->start <= a->end;
}

static bool
belong_together(const struct cdr_row *a, const struct cdr_row *b)
{
	if (a->linkedid[0] != '\0' && b->linkedid[0] != '\0') {
		return strcmp(a->linkedid, b->linkedid) == 0;
	}
	if (a->uniqueid[0] != '\0' && strcmp(a->uniqueid, b->uniqueid) == 0) {
		return true;
	}
	return overlap(a, b) &&
		(same_channel(a->channel, b->dstchannel) ||
			same_channel(a->dstchannel, b->channel) ||
			(strchr(a->channel, ';') != NULL && same_channel(a->channel, b->channel)));
}

static bool
group_accepts(const struct group *g, const struct cdr_row *row)
{
	for (size_t i = 0; i < g->count; i++) {
		if (belong_together(g->rows[i], row)) {
			return true;
		}
	}
	return false;
}

static const struct cdr_row *
row_copy(struct arena *a, const struct cdr_row *row)
{
	struct cdr_row *copy = arena_alloc(a, sizeof(*copy));
	*copy = *row;
	const char **texts[] = {&copy->src, &copy->dst, &copy->context, &copy->clid,
		&copy->channel, &copy->dstchannel, &copy->lastapp, &copy->lastdata,
		&copy->disposition, &copy->uniqueid, &copy->linkedid, &copy->userfield};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		*texts[i] = arena_strdup(a, *texts[i]);
	}
	return copy;
}

static void
group_add(struct cdr_join *j, struct group *g, const struct cdr_row *row)
{
	if (g->count == ROWS_MAX) {
		j->sink.bad(j->sink.ctx, row->line, "more than 200 rows claim to be one call");
		return;
	}
	g->rows[g->count++] = row_copy(g->arena, row);
	if (row->end > g->last_end) {
		g->last_end = row->end;
	}
}

static int
compare_rows(const void *a, const void *b)
{
	const struct cdr_row *left = *(const struct cdr_row *const *)a;
	const struct cdr_row *right = *(const struct cdr_row *const *)b;
	if (left->start != right->start) {
		return left->start < right->start ? -1 : 1;
	}
	if (left->sequence != right->sequence) {
		return left->sequence < right->sequence ? -1 : 1;
	}
	return left->line < right->line ? -1 : left->line > right->line;
}

static void
group_give_out(struct cdr_join *j, struct group *g)
{
	size_t line = g->rows[0]->line;
	qsort(g->rows, g->count, sizeof(g->rows[0]), compare_rows);
	struct cdr_call call;
	const char *why = "";
	if (cdr_call_from_rows(j->options, g->arena, g->rows, g->count, &call, &why)) {
		call.line = line;
		j->sink.call(j->sink.ctx, &call);
	} else {
		j->sink.skipped(j->sink.ctx, line, why);
	}
	group_destroy(g);
}

static void
give_out_settled(struct cdr_join *j)
{
	list_each(&j->groups, node) {
		struct group *g = list_item(node, struct group, link);
		if (j->newest_end - g->last_end > SETTLED_MS) {
			group_give_out(j, g);
		}
	}
}

void
cdr_join_add(struct cdr_join *j, const struct cdr_row *row)
{
	if (row->end > j->newest_end) {
		j->newest_end = row->end;
		give_out_settled(j);
	}
	struct group *home = NULL;
	list_each(&j->groups, node) {
		struct group *g = list_item(node, struct group, link);
		if (!group_accepts(g, row)) {
			continue;
		}
		if (home == NULL) {
			home = g;
			continue;
		}
		/* The row is the link between two groups: they are one call. */
		for (size_t i = 0; i < g->count; i++) {
			group_add(j, home, g->rows[i]);
		}
		group_destroy(g);
	}
	if (home == NULL) {
		home = xcalloc(1, sizeof(*home));
		home->arena = arena_create();
		list_append(&j->groups, &home->link);
	}
	group_add(j, home, row);
}

void
cdr_join_finish(struct cdr_join *j)
{
	list_each(&j->groups, node) {
		group_give_out(j, list_item(node, struct group, link));
	}
}
