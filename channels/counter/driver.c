#include "channels/counter/driver.h"

#include "base/arena.h"
#include "base/str.h"
#include "channels/fields.h"
#include "model/change.h"
#include "model/visit.h"

enum { FILES_MAX = 20 };

static enum err
read_next_step(const struct json *body, struct arena *a, struct visit *v, struct error *e)
{
	enum err err = field_text(body, "next_step", VISIT_STEP_MAX, a, &v->next_step, e);

	if (err == ERR_OK) {
		err = field_text(body, "next_on", VISIT_DATE_SIZE, a, &v->next_on, e);
	}
	if (err != ERR_OK || str_empty(v->next_on)) {
		return err;
	}
	if (!visit_date_valid(v->next_on)) {
		return field_wrong(e, "next_on", "must be a day like 2026-11-30");
	}
	if (str_empty(v->next_step)) {
		return field_wrong(e, "next_step", "is missing, but there is a day for it");
	}
	return ERR_OK;
}

static enum err
read_visit(const struct json *body, struct arena *a, struct visit *v, struct error *e)
{
	enum err err = field_text(body, "place", VISIT_PLACE_MAX, a, &v->place, e);

	if (err == ERR_OK) {
		err = field_required(body, "topic", VISIT_TOPIC_MAX, a, &v->topic, e);
	}
	return err == ERR_OK ? read_next_step(body, a, v, e) : err;
}

static enum err
decode(const struct inbound *in, struct change *out, struct error *e)
{
	struct visit *visit = arena_alloc(out->arena, sizeof(*visit));
	struct post *post = &out->post;
	enum err err = field_ref(in->body, "ref", out->ref, e);

	out->kind = CHANGE_POST;
	post->kind = FACT_VISIT;
	post->visit = visit;
	if (err == ERR_OK) {
		err = field_id(in->body, "customer", &post->party.customer, e);
	}
	if (err == ERR_OK && post->party.customer == 0) {
		err = field_wrong(e, "customer", "is missing");
	}
	if (err == ERR_OK) {
		err = read_visit(in->body, out->arena, visit, e);
	}
	if (err == ERR_OK) {
		err = field_time(in->body, "at", &post->at, e);
	}
	if (err == ERR_OK) {
		err = field_ids(in->body, "files", FILES_MAX, out->arena, &post->files,
			&post->file_count, e);
	}
	return err;
}

const struct channel_driver counter_driver = {
	.name = "counter",
	.caps = {.entries = true, .staff = true},
	.decode = decode,
};
