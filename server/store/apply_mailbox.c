/* How far a mailbox has been read. */
#include "store/apply.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "store/records.h"

static enum err
find(struct batch *b, uint64_t channel, struct mailbox_row *row, bool *known)
{
	struct value args[] = {value_id(channel)};
	struct rows r;

	*row = (struct mailbox_row){.channel = channel, .told_text = ""};
	if (batch_read(b, STATEMENT_MAILBOX_FIND, args, &r) != ERR_OK) {
		return b->failed;
	}
	*known = r.count > 0;
	if (*known) {
		record_mailbox(rows_at(&r, 0), row);
	}
	return ERR_OK;
}

static void
move(struct batch *b, const struct mailbox_change *wish, struct mailbox_row *row)
{
	row->uidvalidity = wish->uidvalidity;
	row->uid = wish->uid;
	if (wish->taken) {
		row->taken++;
		row->last_at = b->now;
	}
	if (wish->told != NULL) {
		row->told++;
		row->told_at = b->now;
		row->told_text = arena_strndup(b->arena, wish->told,
			utf8_truncate(wish->told, strlen(wish->told), MAILBOX_TOLD_MAX));
	}
}

static enum err
keep(struct batch *b, const struct mailbox_row *row, bool known)
{
	struct value args[] = {
		value_i64(row->uidvalidity),
		value_i64(row->uid),
		value_i64(row->taken),
		value_i64(row->last_at),
		value_i64(row->told),
		value_i64(row->told_at),
		value_text(row->told_text),
		value_id(row->channel),
	};

	return batch_run(b, known ? STATEMENT_MAILBOX_UPDATE : STATEMENT_MAILBOX_INSERT, args,
		NULL);
}

enum err
apply_mailbox(struct batch *b, struct job *j)
{
	const struct mailbox_change *wish = &j->change->mailbox;
	struct mailbox_row row;
	bool known = false;

	if (j->change->actor.kind != AUTHOR_SYSTEM) {
		return job_refuse(j, ERR_DENIED, "only the server itself reads mailboxes");
	}
	if (find(b, wish->channel, &row, &known) != ERR_OK) {
		return b->failed;
	}
	move(b, wish, &row);
	return keep(b, &row, known);
}
