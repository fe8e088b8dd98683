/* Ready-made texts: who sees and edits them, unique titles, use, imports. */
#include "lib/store_both.h"

#include <string.h>

#include "base/arena.h"
#include "base/id.h"
#include "store/quick_replies.h"

#define BRANCH 0x01020000u
#define TEAM 0x01020300u
#define OTHER_BRANCH 0x01030000u

static struct change *
adding(const struct actor *a, enum quick_scope scope, const char *title,
	const char *shortcut)
{
	struct change *c = change_create(CHANGE_QUICK_REPLY, a);

	c->quick_reply.action = ROW_ADD;
	c->quick_reply.reply = (struct quick_reply){
		.scope = scope,
		.place = quick_place_of(a, scope),
		.title = title,
		.shortcut = shortcut,
		.body = "您好，{{customer.name}}",
	};
	return c;
}

static uint64_t
add(struct store_fixture *f, const struct actor *a, enum quick_scope scope,
	const char *title)
{
	return fixture_call(f, adding(a, scope, title, NULL), ERR_OK)->id;
}

static struct change *
changing(const struct actor *a, enum row_action action, uint64_t id)
{
	struct change *c = change_create(CHANGE_QUICK_REPLY, a);

	c->quick_reply.action = action;
	c->quick_reply.reply.id = id;
	return c;
}

/* The titles that this person sees, in the order of their making: "a b c ". */
static const char *
titles(struct store_fixture *f, const struct actor *a)
{
	struct quick_reply *items;
	const char *text = "";
	size_t count;

	assert_int_equal(read_quick_replies(f->reader, a, f->arena, &items, &count, NULL),
		ERR_OK);
	for (size_t i = 0; i < count; i++) {
		text = arena_printf(f->arena, "%s%s ", text, items[i].title);
	}
	return text;
}

static struct quick_reply
seen(struct store_fixture *f, const struct actor *a, uint64_t id)
{
	struct quick_reply q;

	assert_int_equal(read_quick_reply(f->reader, a, id, f->arena, &q, NULL), ERR_OK);
	return q;
}

static void
everybody_sees_the_places_she_belongs_to(void **state)
{
	struct store_fixture *f = *state;
	struct actor boss = fixture_staff(f, "boss", ROLE_ADMINISTRATOR, UNIT_ROOT);
	struct actor lead = fixture_staff(f, "lead", ROLE_SUPERVISOR, BRANCH);
	struct actor chen = fixture_staff(f, "chen", ROLE_AGENT, TEAM);
	struct actor zhou = fixture_staff(f, "zhou", ROLE_AGENT, BRANCH);
	struct actor far_lead = fixture_staff(f, "far", ROLE_SUPERVISOR, OTHER_BRANCH);
	struct quick_reply q;
	uint64_t own;

	add(f, &boss, QUICK_GLOBAL, "house");
	add(f, &lead, QUICK_TEAM, "branch");
	add(f, &far_lead, QUICK_TEAM, "elsewhere");
	own = add(f, &chen, QUICK_PERSONAL, "own");
	assert_string_equal(titles(f, &chen), "house branch own ");
	assert_string_equal(titles(f, &zhou), "house branch ");
	assert_string_equal(titles(f, &far_lead), "house elsewhere ");
	assert_string_equal(titles(f, &boss), "house branch elsewhere ");
	assert_int_equal(read_quick_reply(f->reader, &boss, own, f->arena, &q, NULL),
		ERR_NOT_FOUND);
}

static void
only_those_in_charge_change_a_place(void **state)
{
	struct store_fixture *f = *state;
	struct actor lead = fixture_staff(f, "lead", ROLE_SUPERVISOR, BRANCH);
	struct actor chen = fixture_staff(f, "chen", ROLE_AGENT, TEAM);
	struct actor far_lead = fixture_staff(f, "far", ROLE_SUPERVISOR, OTHER_BRANCH);
	uint64_t team = add(f, &lead, QUICK_TEAM, "branch");
	uint64_t own = add(f, &chen, QUICK_PERSONAL, "own");

	fixture_call(f, adding(&chen, QUICK_TEAM, "mine", NULL), ERR_DENIED);
	fixture_call(f, adding(&chen, QUICK_GLOBAL, "mine", NULL), ERR_DENIED);
	fixture_call(f, changing(&chen, ROW_REMOVE, team), ERR_DENIED);
	fixture_call(f, changing(&far_lead, ROW_REMOVE, team), ERR_NOT_FOUND);
	fixture_call(f, changing(&lead, ROW_REMOVE, own), ERR_NOT_FOUND);
	fixture_call(f, changing(&lead, ROW_REMOVE, team), ERR_OK);
	assert_string_equal(titles(f, &chen), "own ");
}

static void
titles_and_shortcuts_are_unique_in_their_place(void **state)
{
	struct store_fixture *f = *state;
	struct actor chen = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	struct actor zhou = fixture_staff(f, "zhou", ROLE_AGENT, UNIT_ROOT);
	uint64_t id =
		fixture_call(f, adding(&chen, QUICK_PERSONAL, "开户", "kh"), ERR_OK)->id;
	struct change *c;

	fixture_call(f, adding(&chen, QUICK_PERSONAL, "开户", NULL), ERR_CONFLICT);
	fixture_call(f, adding(&chen, QUICK_PERSONAL, "开户二", "kh"), ERR_CONFLICT);
	fixture_call(f, adding(&chen, QUICK_PERSONAL, "开户三", "KH"), ERR_INVALID);
	fixture_call(f, adding(&zhou, QUICK_PERSONAL, "开户", "kh"), ERR_OK);
	fixture_call(f, changing(&chen, ROW_REMOVE, id), ERR_OK);
	assert_true(seen(f, &chen, id).removed);
	fixture_call(f, adding(&chen, QUICK_PERSONAL, "开户", "kh"), ERR_OK);
	/* Its title is taken now: it can come back under another one. */
	c = changing(&chen, ROW_EDIT, id);
	c->quick_reply.restore = true;
	fixture_call(f, c, ERR_CONFLICT);
	c = changing(&chen, ROW_EDIT, id);
	c->quick_reply.restore = true;
	c->quick_reply.reply.title = "开户（旧）";
	c->quick_reply.reply.shortcut = "";
	fixture_call(f, c, ERR_OK);
	assert_false(seen(f, &chen, id).removed);
	assert_null(seen(f, &chen, id).shortcut);
	assert_string_equal(titles(f, &chen), "开户（旧） 开户 ");
}

static void
an_edit_keeps_what_it_does_not_name(void **state)
{
	struct store_fixture *f = *state;
	struct actor chen = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	uint64_t id =
		fixture_call(f, adding(&chen, QUICK_PERSONAL, "开户", "kh"), ERR_OK)->id;
	struct change *c = changing(&chen, ROW_EDIT, id);
	struct quick_reply q;

	c->quick_reply.reply.folder = "业务";
	c->quick_reply.reply.version = 1;
	fixture_call(f, c, ERR_OK);
	q = seen(f, &chen, id);
	assert_string_equal(q.folder, "业务");
	assert_string_equal(q.title, "开户");
	assert_string_equal(q.shortcut, "kh");
	assert_string_equal(q.body, "您好，{{customer.name}}");
	assert_int_equal(q.version, 2);
	c = changing(&chen, ROW_EDIT, id);
	c->quick_reply.reply.title = "别的";
	c->quick_reply.reply.version = 1;
	fixture_call(f, c, ERR_CONFLICT);
}

static uint64_t
upload(struct store_fixture *f, const struct actor *a, const char *name)
{
	struct change *c = change_create(CHANGE_FILE, a);

	c->file.file = (struct file_row){.size = 9, .type = "application/pdf", .name = name};
	return fixture_call(f, c, ERR_OK)->id;
}

static struct change *
with_file(struct change *c, uint64_t file)
{
	uint64_t *files = arena_alloc(c->arena, sizeof(*files));

	files[0] = file;
	c->quick_reply.set_files = true;
	c->quick_reply.files = files;
	c->quick_reply.file_count = 1;
	return c;
}

static void
files_are_uploads_of_the_one_who_adds_them(void **state)
{
	struct store_fixture *f = *state;
	struct actor lead = fixture_staff(f, "lead", ROLE_SUPERVISOR, UNIT_ROOT);
	struct actor boss = fixture_staff(f, "boss", ROLE_SUPERVISOR, UNIT_ROOT);
	uint64_t file = upload(f, &lead, "材料清单.pdf");
	uint64_t foreign = upload(f, &boss, "别人的.pdf");
	struct quick_reply q;
	uint64_t id;

	fixture_call(f, with_file(adding(&lead, QUICK_TEAM, "材料", NULL), foreign),
		ERR_INVALID);
	id = fixture_call(f, with_file(adding(&lead, QUICK_TEAM, "材料", NULL), file), ERR_OK)
			 ->id;
	q = seen(f, &boss, id);
	assert_non_null(strstr(q.files, "材料清单.pdf"));
	/* Another editor keeps the file that is there, and cannot bring in a stranger's. */
	fixture_call(f, with_file(changing(&boss, ROW_EDIT, id), file), ERR_OK);
	fixture_call(f, with_file(changing(&boss, ROW_EDIT, id), upload(f, &lead, "b.pdf")),
		ERR_INVALID);
	q = seen(f, &boss, id);
	assert_non_null(strstr(q.files, "材料清单.pdf"));
}

static struct change *
answer(const struct actor *a, uint64_t conversation, const char *ref, uint64_t reply)
{
	struct change *c = change_create(CHANGE_POST, a);
	uint64_t *used = arena_alloc(c->arena, sizeof(*used));

	used[0] = reply;
	memcpy(c->ref, ref, strlen(ref) + 1);
	c->post.party.conversation = conversation;
	c->post.kind = FACT_MESSAGE;
	c->post.text = "您好";
	c->post.quick_replies = used;
	c->post.quick_reply_count = 1;
	return c;
}

static void
use_is_counted_once_with_the_message(void **state)
{
	struct store_fixture *f = *state;
	struct actor chen = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	struct actor zhou = fixture_staff(f, "zhou", ROLE_AGENT, UNIT_ROOT);
	struct actor boss = fixture_staff(f, "boss", ROLE_SUPERVISOR, UNIT_ROOT);
	uint64_t channel = fixture_channel(f, "webchat");
	struct actor visitor = fixture_visitor(f, channel);
	uint64_t conversation = fixture_say(f, &visitor, channel, "在吗")->conversation->id;
	uint64_t shared = add(f, &boss, QUICK_GLOBAL, "问候");
	uint64_t own = add(f, &zhou, QUICK_PERSONAL, "私用");

	fixture_call(f, answer(&chen, conversation, "01J0000000000000000000000A", shared),
		ERR_OK);
	fixture_call(f, answer(&chen, conversation, "01J0000000000000000000000B", shared),
		ERR_OK);
	/* The same message again is the same message. */
	assert_true(fixture_call(f,
		answer(&chen, conversation, "01J0000000000000000000000B", shared), ERR_OK)
					->duplicate);
	/* What she may not see does not count, and does not hold the message up. */
	fixture_call(f, answer(&chen, conversation, "01J0000000000000000000000C", own),
		ERR_OK);
	assert_int_equal(seen(f, &chen, shared).used, 2);
	assert_int_equal(seen(f, &chen, shared).used_by_me, 2);
	assert_true(seen(f, &chen, shared).used_at > 0);
	assert_int_equal(seen(f, &zhou, shared).used, 2);
	assert_int_equal(seen(f, &zhou, shared).used_by_me, 0);
	assert_int_equal(seen(f, &zhou, own).used, 0);
}

static const char *
import(struct store_fixture *f, const struct actor *a, const struct quick_reply *rows,
	size_t count, bool try_only)
{
	struct change *c = change_create(CHANGE_QUICK_REPLY, a);
	struct quick_reply_change *change = &c->quick_reply;
	const char *text = "";

	change->action = ROW_ADD;
	change->reply.scope = QUICK_TEAM;
	change->reply.place = quick_place_of(a, QUICK_TEAM);
	change->rows = rows;
	change->row_count = count;
	change->results = arena_alloc(f->arena, count * sizeof(*change->results));
	change->try_only = try_only;
	enum quick_import_result *results = change->results;
	fixture_call(f, c, ERR_OK);
	for (size_t i = 0; i < count; i++) {
		text = arena_printf(f->arena, "%s%d", text, (int)results[i]);
	}
	return text;
}

static void
an_import_repeated_changes_nothing(void **state)
{
	struct store_fixture *f = *state;
	struct actor lead = fixture_staff(f, "lead", ROLE_SUPERVISOR, BRANCH);
	struct quick_reply rows[] = {
		{.folder = "问候", .title = "早安", .shortcut = "za", .body = "早上好"},
		{.folder = "", .title = "晚安", .shortcut = "", .body = "晚安"},
	};

	assert_string_equal(import(f, &lead, rows, 2, true), "11");
	assert_string_equal(titles(f, &lead), "");
	assert_string_equal(import(f, &lead, rows, 2, false), "11");
	assert_string_equal(import(f, &lead, rows, 2, false), "33");
	rows[1].body = "晚安，好梦";
	assert_string_equal(import(f, &lead, rows, 2, true), "32");
	assert_string_equal(import(f, &lead, rows, 2, false), "32");
	assert_string_equal(import(f, &lead, rows, 2, false), "33");
	rows[1].title = "午安";
	rows[1].shortcut = "za";
	assert_string_equal(import(f, &lead, rows, 2, false), "34");
	assert_string_equal(titles(f, &lead), "早安 晚安 ");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(everybody_sees_the_places_she_belongs_to),
		ON_BOTH(only_those_in_charge_change_a_place),
		ON_BOTH(titles_and_shortcuts_are_unique_in_their_place),
		ON_BOTH(an_edit_keeps_what_it_does_not_name),
		ON_BOTH(files_are_uploads_of_the_one_who_adds_them),
		ON_BOTH(use_is_counted_once_with_the_message),
		ON_BOTH(an_import_repeated_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
