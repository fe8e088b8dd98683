/* Whatever is merged, taken apart and written in whatever order: each history stays what it would
 * have been, and once all is apart everybody is who she was. */
#include "lib/store_both.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/id.h"

enum {
	PEOPLE = 7,
	STEPS = 140,
	TEXTS_MAX = STEPS + PEOPLE,
	MERGES_MAX = STEPS,
};

struct edge {
	uint64_t id;
	size_t source;
	size_t target;
	bool undone;
};

struct person {
	struct actor visitor;
	uint64_t timeline;
	struct customer row; /* as she was before anything happened */
	size_t parent;       /* whom she was merged into; herself: a primary */
	unsigned texts[TEXTS_MAX];
	size_t text_count;
};

struct world {
	struct store_fixture *fixture;
	struct actor chief;
	uint64_t channel;
	uint64_t random;
	struct person people[PEOPLE];
	struct edge edges[MERGES_MAX];
	size_t edge_count;
	unsigned texts;
};

static size_t
pick(struct world *w, size_t below)
{
	w->random ^= w->random << 13;
	w->random ^= w->random >> 7;
	w->random ^= w->random << 17;
	return (size_t)(w->random % below);
}

static size_t
root_of(const struct world *w, size_t person)
{
	while (w->people[person].parent != person) {
		person = w->people[person].parent;
	}
	return person;
}

/* Submits, and lets go of the answer: there are too many to keep. */
static enum err
submit(struct world *w, struct change *c, uint64_t *id)
{
	struct outcome *o = NULL;
	struct error e = {0};
	enum err err = store_call(w->fixture->store, c, &o, &e);

	if (id != NULL && o != NULL) {
		*id = o->id;
	}
	outcome_release(o);
	return err;
}

static void
say(struct world *w, size_t person)
{
	struct person *p = &w->people[person];
	struct change *c = change_create(CHANGE_POST, &p->visitor);

	p->texts[p->text_count++] = ++w->texts;
	c->post.party.visitor = p->visitor.id;
	c->post.kind = FACT_MESSAGE;
	c->post.channel = w->channel;
	c->post.channel_kind = "webchat";
	c->post.text = arena_printf(c->arena, "t%u", w->texts);
	assert_int_equal(submit(w, c, NULL), ERR_OK);
}

/* A note about one of the merged belongs to the one under whom she is read. */
static void
note(struct world *w, size_t person)
{
	struct person *root = &w->people[root_of(w, person)];
	struct change *c = change_create(CHANGE_POST, &w->chief);

	root->texts[root->text_count++] = ++w->texts;
	c->post.party.customer = w->people[person].timeline;
	c->post.kind = FACT_NOTE;
	c->post.text = arena_printf(c->arena, "t%u", w->texts);
	assert_int_equal(submit(w, c, NULL), ERR_OK);
}

static void
merge(struct world *w, size_t from, size_t to)
{
	struct change *c = change_create(CHANGE_ATTACH, &w->chief);
	struct edge *edge = &w->edges[w->edge_count++];

	c->attach.from = w->people[from].timeline;
	c->attach.to = w->people[to].timeline;
	c->attach.by_hand = true;
	c->attach.take = (unsigned)pick(w, 1u << MERGE_FIELDS_CHOOSABLE);
	c->attach.different_numbers = true;
	*edge = (struct edge){.source = from, .target = to};
	assert_int_equal(submit(w, c, &edge->id), ERR_OK);
	w->people[from].parent = to;
}

/* One on which a later merge builds has to wait for that one. */
static bool
part(struct world *w, size_t which)
{
	struct edge *edge = &w->edges[which];
	struct change *c = change_create(CHANGE_UNMERGE, &w->chief);
	bool inner = w->people[edge->target].parent != edge->target;
	enum err err;

	c->unmerge.merge = edge->id;
	err = submit(w, c, NULL);
	if (edge->undone) {
		assert_int_equal(err, ERR_CONFLICT);
		return false;
	}
	if (err == ERR_CONFLICT && inner) {
		return false;
	}
	assert_int_equal(err, ERR_OK);
	edge->undone = true;
	w->people[edge->source].parent = edge->source;
	return true;
}

static void
step(struct world *w)
{
	size_t one = pick(w, PEOPLE);
	size_t other = pick(w, PEOPLE);

	switch (pick(w, 5)) {
	case 0:
	case 1:
		if (root_of(w, one) != root_of(w, other)) {
			merge(w, root_of(w, one), root_of(w, other));
		}
		break;
	case 2:
		if (w->edge_count > 0) {
			part(w, pick(w, w->edge_count));
		}
		break;
	case 3:
		say(w, one);
		break;
	default:
		note(w, one);
	}
}

static bool
has_text(const struct person *p, const char *body)
{
	for (size_t i = 0; i < p->text_count; i++) {
		char wanted[32];

		snprintf(wanted, sizeof(wanted), "\"t%u\"", p->texts[i]);
		if (strstr(body, wanted) != NULL) {
			return true;
		}
	}
	return false;
}

/* Read under her primary: all of hers and of those merged with her, nothing else, by time. */
static void
check_history(struct world *w, size_t person)
{
	struct store_fixture *f = w->fixture;
	size_t root = root_of(w, person);
	struct arena *a = arena_create();
	struct fact_list list;
	size_t expected = 0;
	size_t found = 0;
	struct customer c;

	for (size_t i = 0; i < PEOPLE; i++) {
		expected += root_of(w, i) == root ? w->people[i].text_count : 0;
	}
	assert_int_equal(read_customer(f->reader, w->people[person].timeline, a, &c, NULL),
		ERR_OK);
	assert_int_equal(c.primary, w->people[root].timeline);
	assert_int_equal(read_customer_entries(f->reader, c.primary, 0, 0, READ_LIMIT_MAX, a,
						 &list, NULL),
		ERR_OK);
	for (size_t i = 0; i < list.count; i++) {
		const struct fact *fact = list.items[i];

		assert_true(i == 0 || fact->at <= list.items[i - 1]->at);
		if (fact->kind != FACT_MESSAGE && fact->kind != FACT_NOTE) {
			continue;
		}
		found++;
		for (size_t k = 0; k < PEOPLE; k++) {
			if (w->people[k].timeline == fact->timeline) {
				assert_int_equal(root_of(w, k), root);
				assert_true(has_text(&w->people[k], fact->body));
			}
		}
	}
	assert_int_equal(found, expected);
	fact_list_release(&list);
	arena_destroy(a);
}

static void
check_rights(struct world *w)
{
	/* A conversation shows the unit and the owner of the one it is read under. */
	assert_int_equal(fixture_number(w->fixture,
						 "SELECT COUNT(*) FROM conversation v "
						 "JOIN customer c ON c.id = v.timeline "
						 "JOIN customer p ON p.id = c.primary_id "
						 "WHERE v.customer <> p.id OR v.unit <> p.unit "
						 "OR v.owner <> p.owner"),
		0);
}

static void
check_all(struct world *w)
{
	for (size_t i = 0; i < PEOPLE; i++) {
		check_history(w, i);
	}
	check_rights(w);
}

static void
same_text(const char *one, const char *other)
{
	assert_string_equal(one != NULL ? one : "", other != NULL ? other : "");
}

static void
check_as_before(struct world *w)
{
	for (size_t i = 0; i < PEOPLE; i++) {
		const struct customer *before = &w->people[i].row;
		struct contact_point *points;
		struct customer now;
		size_t count;

		assert_int_equal(read_customer(w->fixture->reader, before->id, w->fixture->arena,
							 &now, NULL),
			ERR_OK);
		assert_int_equal(now.primary, now.id);
		same_text(now.name, before->name);
		same_text(now.external_id, before->external_id);
		same_text(now.language, before->language);
		same_text(now.gender, before->gender);
		same_text(now.company, before->company);
		same_text(now.remark, before->remark);
		assert_int_equal(now.owner, before->owner);
		assert_int_equal(now.unit, before->unit);
		assert_int_equal(now.anonymous, before->anonymous);
		assert_int_equal(read_contacts(w->fixture->reader, before->id, w->fixture->arena,
							 &points, &count, NULL),
			ERR_OK);
		assert_int_equal(count, 2); /* the visitor and her telephone */
	}
}

static void
verify(struct world *w)
{
	struct verify_report report;
	struct error e = {0};

	if (store_verify(&w->fixture->conf, 0, NULL, NULL, &report, &e) != ERR_OK) {
		fail_msg("%s", e.text);
	}
	assert_int_equal(report.broken, 0);
}

/* Some have names, numbers, owners and units, some have none. */
static void
make_person(struct world *w, size_t i)
{
	struct person *p = &w->people[i];
	struct change *c;

	p->visitor = fixture_visitor(w->fixture, w->channel);
	p->parent = i;
	p->texts[p->text_count++] = ++w->texts;
	c = change_create(CHANGE_POST, &p->visitor);
	c->post.text = arena_printf(c->arena, "t%u", w->texts);
	p->timeline =
		fixture_say(w->fixture, &p->visitor, w->channel, c->post.text)->timeline;
	change_destroy(c);
	c = change_create(CHANGE_CONTACT, &w->chief);
	c->contact.action = ROW_ADD;
	c->contact.point = (struct contact_point){
		.customer = p->timeline,
		.kind = "phone",
		.value = arena_printf(c->arena, "+861380013800%zu", i),
		.proven = i % 2 == 0,
		.source = "agent",
	};
	assert_int_equal(submit(w, c, NULL), ERR_OK);
	if (i % 3 != 2) {
		c = change_create(CHANGE_CUSTOMER, &w->chief);
		c->customer.customer.id = p->timeline;
		c->customer.customer.name = arena_printf(c->arena, "Name %zu", i);
		c->customer.customer.company = i % 2 == 0 ? "Same" : "Other";
		c->customer.customer.remark = arena_printf(c->arena, "remark %zu", i);
		c->customer.customer.owner = i % 2 == 0 ? w->chief.id : 0;
		c->customer.customer.unit = i % 2 == 0 ? 0x01010000 : 0x01020000;
		c->customer.customer.external_id = i % 2 == 0 ? arena_printf(c->arena, "N%zu", i)
													  : NULL;
		assert_int_equal(submit(w, c, NULL), ERR_OK);
	}
	assert_int_equal(read_customer(w->fixture->reader, p->timeline, w->fixture->arena,
						 &p->row, NULL),
		ERR_OK);
}

static void
histories_stay_what_they_would_have_been(void **state)
{
	struct world *w = test_calloc(1, sizeof(*w));
	size_t left;

	random_bytes(&w->random, sizeof(w->random));
	w->random |= 1;
	print_message("# seed %llu\n", (unsigned long long)w->random);
	w->fixture = *state;
	w->channel = fixture_channel(w->fixture, "webchat");
	w->chief = fixture_staff(w->fixture, "chief", ROLE_SUPERVISOR, UNIT_ROOT);
	for (size_t i = 0; i < PEOPLE; i++) {
		make_person(w, i);
	}
	for (size_t i = 0; i < STEPS; i++) {
		step(w);
		if (i % 20 == 0) {
			check_all(w);
		}
	}
	check_all(w);
	verify(w);
	do {
		left = 0;
		for (size_t i = 0; i < w->edge_count; i++) {
			size_t at = (i + pick(w, w->edge_count)) % w->edge_count;

			part(w, at);
			left += !w->edges[i].undone;
		}
	} while (left > 0);
	check_all(w);
	check_as_before(w);
	verify(w);
	test_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(histories_stay_what_they_would_have_been),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
