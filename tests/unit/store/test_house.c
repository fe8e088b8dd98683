/* Staff, sessions, keys, channels, files, marks, audit. */
#include "lib/store_both.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"

static struct change *
staff_change(const struct actor *a, enum row_action action, uint64_t id)
{
	struct change *c = change_create(CHANGE_STAFF, a);

	c->staff.action = action;
	c->staff.staff.id = id;
	return c;
}

static void
log_in(struct store_fixture *f, const struct actor *staff, uint8_t mark,
	enum err expected)
{
	struct change *c = change_create(CHANGE_SESSION, staff);

	c->session.action = ROW_ADD;
	memset(c->session.token_hash, mark, DIGEST_SIZE);
	c->session.staff = staff->id;
	c->session.expires_at = INT64_MAX;
	c->session.agent = "test";
	fixture_call(f, c, expected);
}

static enum err
session(struct store_fixture *f, uint8_t mark)
{
	uint8_t hash[DIGEST_SIZE];
	struct session_row row;
	struct staff staff;

	memset(hash, mark, sizeof(hash));
	return read_session(f->reader, hash, f->arena, &row, &staff, NULL);
}

static void
changed_rights_end_sessions(void **state)
{
	struct store_fixture *f = *state;
	struct actor system = fixture_system();
	struct actor chen = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	struct change *c;

	log_in(f, &chen, 1, ERR_OK);
	assert_int_equal(session(f, 1), ERR_OK);
	c = staff_change(&system, ROW_EDIT, chen.id);
	c->staff.staff.name = "陈嘉禾";
	fixture_call(f, c, ERR_OK);
	assert_int_equal(session(f, 1), ERR_OK);
	c = staff_change(&system, ROW_EDIT, chen.id);
	c->staff.staff.role = ROLE_SUPERVISOR;
	fixture_call(f, c, ERR_OK);
	assert_int_equal(session(f, 1), ERR_NOT_FOUND);
	log_in(f, &chen, 2, ERR_OK);
	c = staff_change(&system, ROW_EDIT, chen.id);
	c->staff.staff.password_hash = "y";
	fixture_call(f, c, ERR_OK);
	assert_int_equal(session(f, 2), ERR_NOT_FOUND);
	log_in(f, &chen, 3, ERR_OK);
	fixture_call(f, staff_change(&system, ROW_REMOVE, chen.id), ERR_OK);
	assert_int_equal(session(f, 3), ERR_NOT_FOUND);
	log_in(f, &chen, 4, ERR_DENIED);
}

static const char *
password_of(struct store_fixture *f, uint8_t mark)
{
	uint8_t hash[DIGEST_SIZE];
	struct session_row row;
	struct staff staff;

	memset(hash, mark, sizeof(hash));
	assert_int_equal(read_session(f->reader, hash, f->arena, &row, &staff, NULL), ERR_OK);
	return staff.password_hash;
}

/* As log_in, with a stronger hash of the password that was checked against `old`. */
static void
log_in_stronger(struct store_fixture *f, const struct actor *staff, uint8_t mark,
	const char *old, const char *hash)
{
	struct change *c = change_create(CHANGE_SESSION, staff);

	c->session.action = ROW_ADD;
	memset(c->session.token_hash, mark, DIGEST_SIZE);
	c->session.staff = staff->id;
	c->session.expires_at = INT64_MAX;
	c->session.agent = "test";
	c->session.outdated_hash = old;
	c->session.password_hash = hash;
	fixture_call(f, c, ERR_OK);
}

static void
a_stronger_hash_replaces_only_the_one_that_was_checked(void **state)
{
	struct store_fixture *f = *state;
	struct actor system = fixture_system();
	struct actor chen = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	struct change *c = staff_change(&system, ROW_EDIT, chen.id);

	c->staff.staff.password_hash = "weak";
	fixture_call(f, c, ERR_OK);
	log_in(f, &chen, 1, ERR_OK);
	log_in_stronger(f, &chen, 2, "weak", "strong");
	assert_string_equal(password_of(f, 2), "strong");
	/* The same password: nobody is logged out. */
	assert_int_equal(session(f, 1), ERR_OK);
	/* The password was changed while the old one was checked. */
	log_in_stronger(f, &chen, 3, "weak", "stronger");
	assert_string_equal(password_of(f, 3), "strong");
}

static void
staff_is_edited_by_administrators(void **state)
{
	struct store_fixture *f = *state;
	struct actor admin = fixture_staff(f, "admin", ROLE_ADMINISTRATOR, UNIT_ROOT);
	struct actor chen = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	struct change *c = staff_change(&chen, ROW_EDIT, chen.id);
	struct staff s;

	c->staff.staff.role = ROLE_ADMINISTRATOR;
	fixture_call(f, c, ERR_DENIED);
	c = staff_change(&chen, ROW_EDIT, admin.id);
	c->staff.staff.password_hash = "mine";
	fixture_call(f, c, ERR_DENIED);
	c = staff_change(&chen, ROW_EDIT, chen.id);
	c->staff.staff.password_hash = "mine";
	fixture_call(f, c, ERR_OK);
	c = staff_change(&admin, ROW_ADD, 0);
	c->staff.staff.login = "chen";
	c->staff.staff.name = "another";
	fixture_call(f, c, ERR_CONFLICT);
	fixture_call(f, staff_change(&admin, ROW_REMOVE, admin.id), ERR_CONFLICT);
	c = staff_change(&admin, ROW_EDIT, chen.id);
	c->staff.staff.extension = "8001";
	c->staff.set_extension = true;
	fixture_call(f, c, ERR_OK);
	c = staff_change(&admin, ROW_EDIT, admin.id);
	c->staff.staff.extension = "8001";
	c->staff.set_extension = true;
	fixture_call(f, c, ERR_CONFLICT);
	assert_int_equal(read_staff_by_login(f->reader, "chen", f->arena, &s, NULL), ERR_OK);
	assert_string_equal(s.extension, "8001");
	assert_string_equal(s.password_hash, "mine");
}

static void
keys_and_channels_are_kept(void **state)
{
	struct store_fixture *f = *state;
	struct actor admin = fixture_staff(f, "admin", ROLE_ADMINISTRATOR, UNIT_ROOT);
	struct actor agent = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	struct change *c = change_create(CHANGE_API_KEY, &agent);
	uint64_t channel = fixture_channel(f, "webchat");
	uint8_t hash[DIGEST_SIZE];
	struct channel_row *rows;
	struct api_key key;
	uint64_t id;
	size_t count;

	memset(hash, 7, sizeof(hash));
	c->api_key.action = ROW_ADD;
	fixture_call(f, c, ERR_DENIED);
	c = change_create(CHANGE_API_KEY, &admin);
	c->api_key.action = ROW_ADD;
	c->api_key.key.name = "crm";
	c->api_key.key.scopes = "calls:write";
	memcpy(c->api_key.key_hash, hash, sizeof(hash));
	id = fixture_call(f, c, ERR_OK)->id;
	assert_int_equal(read_api_key(f->reader, hash, f->arena, &key, NULL), ERR_OK);
	assert_int_equal(key.id, id);
	assert_int_equal(key.created_by, admin.id);
	c = change_create(CHANGE_API_KEY, &admin);
	c->api_key.action = ROW_REMOVE;
	c->api_key.key.id = id;
	fixture_call(f, c, ERR_OK);
	assert_int_equal(read_api_key(f->reader, hash, f->arena, &key, NULL), ERR_OK);
	assert_true(key.revoked_at > 0);
	c = change_create(CHANGE_CHANNEL, &admin);
	c->channel.action = ROW_EDIT;
	c->channel.channel.id = channel;
	c->channel.channel.settings = "{\"origins\":[]}";
	fixture_call(f, c, ERR_OK);
	assert_int_equal(read_channels(f->reader, f->arena, &rows, &count, NULL), ERR_OK);
	assert_int_equal(count, 2); /* the counter is there from the start */
	while (count > 0 && rows->id != channel) {
		rows++;
		count--;
	}
	assert_int_not_equal(count, 0);
	assert_string_equal(rows->settings, "{\"origins\":[]}");
	assert_true(rows->enabled);
	assert_int_equal(rows->version, 2);
}

static void
changes_of_the_house_are_audited(void **state)
{
	struct store_fixture *f = *state;
	struct actor admin = fixture_staff(f, "admin", ROLE_ADMINISTRATOR, UNIT_ROOT);
	struct change *c = change_create(CHANGE_AUDIT, &admin);
	struct audit_row *rows;
	size_t count;

	c->audit.action = "customer.opened";
	c->audit.subject_kind = "customer";
	c->audit.subject = 12;
	c->audit.detail = "by search";
	fixture_call(f, c, ERR_OK);
	assert_int_equal(read_audit(f->reader, 0, 0, 0, 10, f->arena, &rows, &count, NULL),
		ERR_OK);
	assert_int_equal(count, 2);
	assert_string_equal(rows[0].action, "customer.opened");
	assert_int_equal(rows[0].actor, admin.id);
	assert_string_equal(rows[0].address, "127.0.0.1");
	assert_string_equal(rows[1].action, "staff.created");
}

static uint64_t
upload(struct store_fixture *f, const struct actor *a, const char *name)
{
	struct change *c = change_create(CHANGE_FILE, a);

	c->file.file = (struct file_row){.size = 1234, .type = "image/png", .name = name};
	memset(c->file.file.digest, 3, DIGEST_SIZE);
	return fixture_call(f, c, ERR_OK)->id;
}

static const struct outcome *
send_file(struct store_fixture *f, const struct actor *visitor, uint64_t channel,
	uint64_t file, enum err expected)
{
	struct change *c = change_create(CHANGE_POST, visitor);
	uint64_t *files = arena_alloc(c->arena, sizeof(*files));

	files[0] = file;
	c->post.party.visitor = visitor->id;
	c->post.kind = FACT_MESSAGE;
	c->post.channel = channel;
	c->post.channel_kind = "webchat";
	c->post.text = "";
	c->post.files = files;
	c->post.file_count = 1;
	return fixture_call(f, c, expected);
}

static void
files_are_sent_once_by_their_owner(void **state)
{
	struct store_fixture *f = *state;
	uint64_t channel = fixture_channel(f, "webchat");
	struct actor visitor = fixture_visitor(f, channel);
	struct actor thief = fixture_visitor(f, channel);
	uint64_t file = upload(f, &visitor, "身份证.png");
	const struct outcome *o;
	struct file_row row;
	int64_t bytes = 0;

	send_file(f, &thief, channel, file, ERR_INVALID);
	assert_int_equal(fixture_number(f, "SELECT COUNT(*) FROM customer"), 0);
	o = send_file(f, &visitor, channel, file, ERR_OK);
	assert_non_null(strstr(o->facts[0]->files, "\"name\":\"身份证.png\""));
	assert_string_equal(o->conversation->preview, "身份证.png");
	send_file(f, &visitor, channel, file, ERR_INVALID);
	send_file(f, &visitor, channel, 4711, ERR_INVALID);
	assert_int_equal(read_file(f->reader, file, f->arena, &row, NULL), ERR_OK);
	assert_int_equal(row.timeline, o->timeline);
	assert_int_equal(row.fact, o->facts[0]->id);
	assert_int_equal(read_upload_volume(f->reader, AUTHOR_CUSTOMER, visitor.id, 0, &bytes,
						 NULL),
		ERR_OK);
	assert_int_equal(bytes, 1234);
}

static const struct outcome *
mark(struct store_fixture *f, const struct actor *a, uint64_t timeline, uint64_t party,
	uint64_t seen)
{
	struct change *c = change_create(CHANGE_MARK, a);

	c->mark.timeline = timeline;
	c->mark.party = party;
	c->mark.seen = seen;
	return fixture_call(f, c, ERR_OK);
}

static void
marks_go_forward_only(void **state)
{
	struct store_fixture *f = *state;
	uint64_t channel = fixture_channel(f, "webchat");
	struct actor visitor = fixture_visitor(f, channel);
	struct actor agent = fixture_staff(f, "chen", ROLE_AGENT, UNIT_ROOT);
	uint64_t timeline =
		fixture_say(f, &visitor, channel, "one")->timeline; /* 1, opened 2 */
	const struct outcome *o;
	struct mark_row *rows;
	size_t count;

	fixture_say(f, &visitor, channel, "two");   /* 3 */
	fixture_say(f, &visitor, channel, "three"); /* 4 */
	o = mark(f, &agent, timeline, agent.id, 3);
	assert_int_equal(o->mark_seen, 3);
	assert_int_equal(o->mark_inbound_read, 2);
	o = mark(f, &agent, timeline, agent.id, 1);
	assert_int_equal(o->mark_seen, 3);
	o = mark(f, &agent, timeline, agent.id, 999);
	assert_int_equal(o->mark_seen, 4);
	assert_int_equal(o->mark_inbound_read, 3);
	o = mark(f, &visitor, timeline, PARTY_CUSTOMER, 2);
	assert_int_equal(o->mark_seen, 2);
	assert_int_equal(o->mark_delivered, 2);
	assert_int_equal(read_marks(f->reader, timeline, f->arena, &rows, &count, NULL),
		ERR_OK);
	assert_int_equal(count, 3);
	assert_int_equal(rows[0].party, PARTY_CUSTOMER);
	assert_int_equal(rows[1].party, PARTY_HOUSE);
	assert_int_equal(rows[1].seen, 3); /* in the customer's numbers */
	assert_int_equal(rows[2].party, agent.id);
}

static void
visitor_tokens_rotate_and_end(void **state)
{
	struct store_fixture *f = *state;
	uint64_t channel = fixture_channel(f, "webchat");
	struct actor visitor = fixture_visitor(f, channel);
	struct actor system = fixture_system();
	struct change *c = change_create(CHANGE_VISITOR, &system);
	uint8_t hash[DIGEST_SIZE];
	struct visitor v;

	memset(hash, 5, sizeof(hash));
	c->visitor.action = ROW_EDIT;
	c->visitor.visitor = visitor.id;
	memcpy(c->visitor.token_hash, hash, sizeof(hash));
	c->visitor.expires_at = INT64_MAX;
	fixture_call(f, c, ERR_OK);
	assert_int_equal(read_visitor(f->reader, hash, f->arena, &v, NULL), ERR_OK);
	assert_int_equal(v.id, visitor.id);
	assert_string_equal(v.language, "zh-CN");
	c = change_create(CHANGE_VISITOR, &system);
	c->visitor.action = ROW_REMOVE;
	c->visitor.visitor = visitor.id;
	fixture_call(f, c, ERR_OK);
	assert_int_equal(read_visitor(f->reader, hash, f->arena, &v, NULL), ERR_OK);
	assert_true(v.expires_at <= clock_now_ms());
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(changed_rights_end_sessions),
		ON_BOTH(a_stronger_hash_replaces_only_the_one_that_was_checked),
		ON_BOTH(staff_is_edited_by_administrators),
		ON_BOTH(keys_and_channels_are_kept),
		ON_BOTH(changes_of_the_house_are_audited),
		ON_BOTH(files_are_sent_once_by_their_owner),
		ON_BOTH(marks_go_forward_only),
		ON_BOTH(visitor_tokens_rotate_and_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
