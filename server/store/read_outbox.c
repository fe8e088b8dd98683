/* What is due, and how a channel's outbox stands. */
#include <stdint.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/str.h"
#include "store/reader_private.h"
#include "store/records.h"

enum { CHANNELS_MAX = 200, STATES_MAX = 10 };

static void
record_item(const struct value *v, struct outbox_item *out)
{
	out->id = value_as_id(&v[0]);
	out->channel = value_as_id(&v[1]);
	str_copy(out->kind, sizeof(out->kind), value_as_text(&v[2]));
	out->lane = value_as_id(&v[3]);
	out->fact = value_as_id(&v[4]);
	out->state = (enum outbox_state)value_as_i64(&v[5]);
	out->idempotent = value_as_bool(&v[6]);
	out->attempts = value_as_i64(&v[7]);
	out->created_at = value_as_i64(&v[8]);
	out->due_at = value_as_i64(&v[9]);
	out->give_up_at = value_as_i64(&v[10]);
	out->changed_at = value_as_i64(&v[11]);
	out->status = value_as_i64(&v[12]);
	out->answer = value_as_text(&v[13]);
}

enum err
read_answer_mail(struct reader *r, uint64_t timeline, int64_t now, struct arena *a,
	const char **address, const char **language, struct error *e)
{
	struct value args[] = {value_id(timeline), value_i64(now)};
	struct rows rows;
	enum err err = reader_run(r, STATEMENT_VISITOR_ANSWER_MAIL, args, a, &rows, e);

	*address = "";
	*language = "";
	if (err == ERR_OK && rows.count > 0) {
		*address = value_as_text(&rows_at(&rows, 0)[0]);
		*language = value_as_text(&rows_at(&rows, 0)[1]);
	}
	return err;
}

enum err
read_deliveries(struct reader *r, struct fact *const *facts, size_t count,
	struct arena *a, struct error *e)
{
	enum err err = ERR_OK;

	for (size_t i = 0; err == ERR_OK && i < count; i++) {
		struct fact *f = facts[i];
		struct value args[] = {value_id(f->id)};
		struct outbox_item item;
		struct rows rows;

		if (f->kind != FACT_MESSAGE || f->author_kind == AUTHOR_CUSTOMER ||
			!str_equals(f->channel_kind, "email")) {
			continue;
		}
		err = reader_run(r, STATEMENT_OUTBOX_OF_FACT, args, a, &rows, e);
		if (err == ERR_OK && rows.count > 0) {
			record_item(rows_at(&rows, 0), &item);
			free(f->delivery.text);
			f->delivery = (struct delivery_state){
				.state = item.state,
				.attempts = item.attempts,
				.due_at = item.due_at,
				.text = xstrdup(item.answer),
			};
		}
	}
	return err;
}

static enum err
read_progress(struct reader *r, struct arena *a, struct outbox_due *d, struct error *e)
{
	uint64_t timeline = d->fact != NULL ? d->fact->timeline : d->item.lane;
	struct value unseen[] = {value_id(timeline), value_id(0), value_id(0)};
	struct mark_row *marks;
	size_t count = 0;
	struct rows rows;
	enum err err = read_marks(r, timeline, a, &marks, &count, e);

	for (size_t i = 0; i < count; i++) {
		if (marks[i].party == PARTY_CUSTOMER) {
			d->delivered = marks[i].delivered;
			d->seen = marks[i].seen;
			unseen[2] = value_id(marks[i].seen);
		}
	}
	if (err == ERR_OK) {
		err = read_step(r, STATEMENT_STEP_BEFORE, timeline, value_as_id(&unseen[2]),
			value_id(0), a, &unseen[1], e);
	}
	if (err == ERR_OK) {
		err = reader_run(r, STATEMENT_OUTBOX_UNREAD, unseen, a, &rows, e);
	}
	if (err == ERR_OK) {
		d->unread = rows.count > 0 ? value_as_id(rows_at(&rows, 0)) : 0;
	}
	return err;
}

/* What the carrier has to know: the entry, whose it is, how far she has got. */
static enum err
complete(struct reader *r, struct arena *a, struct outbox_due *d, struct error *e)
{
	struct value lane[] = {value_id(d->item.lane)};
	struct fact_list found = {0};
	struct rows rows;
	enum err err = read_fact(r, d->item.fact, a, &found, e);

	if (err == ERR_OK) {
		d->fact = found.count > 0 ? found.items[0] : NULL;
		err = read_progress(r, a, d, e);
	}
	if (err == ERR_OK) {
		err = reader_run(r, STATEMENT_OUTBOX_SUBJECT, lane, a, &rows, e);
	}
	if (err == ERR_OK) {
		d->subject = rows.count > 0 ? value_as_text(rows_at(&rows, 0)) : NULL;
	}
	return err;
}

static enum err
read_channel_due(struct reader *r, uint64_t channel, int64_t now, size_t limit,
	struct arena *a, struct outbox_due **out, struct error *e)
{
	struct value args[] = {
		value_id(channel),
		value_i64(now),
		value_i64((int64_t)limit),
	};
	struct rows rows;
	enum err err = reader_run(r, STATEMENT_OUTBOX_DUE, args, a, &rows, e);

	for (size_t i = 0; err == ERR_OK && i < rows.count; i++) {
		struct outbox_due *d = arena_alloc(a, sizeof(*d));

		record_item(rows_at(&rows, i), &d->item);
		d->next = *out;
		*out = d;
		err = complete(r, a, d, e);
	}
	return err;
}

enum err
read_outbox_due(struct reader *r, int64_t now, size_t per_channel, struct arena *a,
	struct outbox_due **out, int64_t *next_at, struct error *e)
{
	struct value args[] = {value_i64(now), value_i64(CHANNELS_MAX)};
	struct value after[] = {value_i64(now)};
	struct rows channels;
	struct rows next;
	enum err err = reader_run(r, STATEMENT_OUTBOX_DUE_CHANNELS, args, a, &channels, e);

	for (size_t i = 0; err == ERR_OK && i < channels.count; i++) {
		err = read_channel_due(r, value_as_id(rows_at(&channels, i)), now, per_channel, a,
			out, e);
	}
	if (err == ERR_OK) {
		err = reader_run(r, STATEMENT_OUTBOX_NEXT, after, a, &next, e);
	}
	if (err == ERR_OK) {
		*next_at = next.count > 0 ? value_as_i64(rows_at(&next, 0)) : 0;
	}
	return err;
}

void
outbox_due_release(struct outbox_due *first)
{
	for (; first != NULL; first = first->next) {
		fact_put(first->fact);
		first->fact = NULL;
	}
}

enum err
read_outbox(struct reader *r, uint64_t channel, enum outbox_state state,
	uint64_t before_id, size_t limit, struct arena *a, struct outbox_item **out,
	size_t *count, struct error *e)
{
	size_t most = limit == 0 || limit > READ_LIMIT_MAX ? READ_LIMIT_MAX : limit;
	struct value args[] = {
		value_id(channel),
		value_i64((int64_t)state),
		before_id != 0 ? value_id(before_id) : value_i64(INT64_MAX),
		value_i64((int64_t)most),
	};
	struct outbox_item *items;
	struct rows rows;
	enum err err = reader_run(r, STATEMENT_OUTBOX_LIST, args, a, &rows, e);

	if (err != ERR_OK) {
		return err;
	}
	items = arena_alloc(a, (rows.count + 1) * sizeof(*items));
	for (size_t i = 0; i < rows.count; i++) {
		record_item(rows_at(&rows, i), &items[i]);
	}
	*out = items;
	*count = rows.count;
	return ERR_OK;
}

static void
count_state(struct outbox_summary *s, const struct value *row)
{
	int64_t count = value_as_i64(&row[1]);

	switch ((enum outbox_state)value_as_i64(&row[0])) {
	case OUTBOX_WAITING:
		s->waiting = count;
		s->failing = value_as_i64(&row[2]);
		break;
	case OUTBOX_SENDING:
		s->sending = count;
		break;
	case OUTBOX_SENT:
		s->sent = count;
		break;
	case OUTBOX_DEAD:
		s->dead = count;
		break;
	case OUTBOX_DROPPED:
		s->dropped = count;
		break;
	}
}

enum err
read_outbox_summary(struct reader *r, uint64_t channel, struct arena *a,
	struct outbox_summary *out, struct error *e)
{
	struct value counts[] = {value_id(channel), value_i64(STATES_MAX)};
	struct value key[] = {value_id(channel)};
	struct outbox_summary s = {.answer = ""};
	struct rows rows;
	enum err err = reader_run(r, STATEMENT_OUTBOX_COUNTS, counts, a, &rows, e);

	for (size_t i = 0; err == ERR_OK && i < rows.count; i++) {
		count_state(&s, rows_at(&rows, i));
	}
	if (err == ERR_OK) {
		err = reader_run(r, STATEMENT_OUTBOX_CHANNEL, key, a, &rows, e);
	}
	if (err != ERR_OK) {
		return err;
	}
	if (rows.count > 0) {
		const struct value *row = rows_at(&rows, 0);

		s.sent_at = value_as_i64(&row[0]);
		s.failed_at = value_as_i64(&row[1]);
		s.status = value_as_i64(&row[2]);
		s.answer = value_as_text(&row[3]);
	}
	*out = s;
	return ERR_OK;
}
