/* Whoever edits, rewrites or cuts history by SQL is found, and the first broken fact is named. */
#include "lib/store_both.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "store/records.h"

/* Two customers with ten messages each, in turn; closing the store signs the heads. */
struct history {
	uint64_t timelines[2];
};

static struct history
write_history(struct store_fixture *f)
{
	uint64_t channel = fixture_channel(f, "webchat");
	struct actor visitors[2] = {fixture_visitor(f, channel), fixture_visitor(f, channel)};
	struct history h = {0};

	for (unsigned i = 0; i < 20; i++) {
		char text[16];

		snprintf(text, sizeof(text), "message %u", i);
		h.timelines[i % 2] = fixture_say(f, &visitors[i % 2], channel, text)->timeline;
	}
	fixture_close(f);
	return h;
}

static struct verify_report
verify(struct store_fixture *f, enum err expected)
{
	struct verify_report report = {0};
	struct error e = {0};
	enum err err = store_verify(&f->conf, 0, NULL, NULL, &report, &e);

	if (err != expected) {
		fail_msg("expected %s, got %s: %s", err_name(expected), err_name(err), e.text);
	}
	return report;
}

static void
sql(struct store_fixture *f, const char *fmt, ...)
{
	char text[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	fixture_sql(f, text);
}

static void
untouched_history_is_whole(void **state)
{
	struct store_fixture *f = *state;
	struct verify_report r;

	write_history(f);
	r = verify(f, ERR_OK);
	assert_int_equal(r.timelines, 2);
	assert_int_equal(r.facts, 22);
	assert_true(r.audits > 0);
	assert_true(r.heads > 0);
	assert_int_equal(r.broken, 0);
}

static void
signing_goes_on_after_a_restart(void **state)
{
	struct store_fixture *f = *state;
	uint64_t heads;

	write_history(f);
	heads = verify(f, ERR_OK).heads;
	fixture_open(f);
	write_history(f);
	assert_true(verify(f, ERR_OK).heads > heads);
}

static void
edited_body_is_found(void **state)
{
	struct store_fixture *f = *state;
	struct history h = write_history(f);
	struct verify_report r;

	sql(f,
		"UPDATE fact SET body = '{\"text\":\"forged\"}' WHERE timeline = %llu AND seq = 5",
		(unsigned long long)h.timelines[0]);
	r = verify(f, ERR_CORRUPT);
	assert_int_equal(r.broken, 1);
	assert_int_equal(r.first_timeline, h.timelines[0]);
	assert_int_equal(r.first_seq, 5);
	assert_true(r.first_fact != 0);
	assert_non_null(strstr(r.first_reason, "body"));
}

static void
edited_time_is_found(void **state)
{
	struct store_fixture *f = *state;
	struct history h = write_history(f);
	struct verify_report r;

	sql(f, "UPDATE fact SET at = at - 86400000 WHERE timeline = %llu AND seq = 7",
		(unsigned long long)h.timelines[1]);
	r = verify(f, ERR_CORRUPT);
	assert_int_equal(r.first_timeline, h.timelines[1]);
	assert_int_equal(r.first_seq, 7);
}

static void
update_link(struct store_fixture *f, const struct fact *fact, const uint8_t *digest,
	const uint8_t *hash)
{
	char digest_text[2 * DIGEST_SIZE + 1];
	char hash_text[2 * DIGEST_SIZE + 1];

	hex_encode(digest, DIGEST_SIZE, digest_text);
	hex_encode(hash, DIGEST_SIZE, hash_text);
	sql(f,
		"UPDATE fact SET body = '%s', body_digest = X'%s', hash = X'%s' WHERE id = %llu",
		fact->body, digest_text, hash_text, (unsigned long long)fact->id);
}

/* What a forger with the program at hand would do: every digest and link is right again. */
static void
rewrite_chain(struct store_fixture *f, uint64_t timeline, uint64_t seq)
{
	const struct store_driver *driver = store_driver_of(&f->conf);
	struct value args[] = {value_id(timeline), value_id(0), value_i64(1000)};
	struct fact_chain_input in = {0};
	struct store_conn *db = NULL;
	struct rows rows;

	assert_int_equal(driver->connect(&f->conf, CONNECTION_READS, &db, NULL), ERR_OK);
	assert_int_equal(driver->read(db, STATEMENT_VERIFY_TIMELINE, args, f->arena, &rows,
						 NULL),
		ERR_OK);
	driver->disconnect(db);
	for (size_t i = 0; i < rows.count; i++) {
		const struct value *row = rows_at(&rows, i);
		const struct value *rest = row + FACT_COLUMN_COUNT;
		struct fact fact = {0};
		uint8_t salt[FACT_SALT_SIZE];
		uint8_t hash[DIGEST_SIZE];

		record_fact_columns(row, &fact);
		assert_true(value_as_bytes(&rest[0], salt, sizeof(salt)));
		if (fact.seq == seq) {
			free(fact.body);
			fact.body = xstrdup("{\"text\":\"forged\"}");
			fact.body_length = strlen(fact.body);
		}
		fact_body_digest(salt, fact.body, fact.body_length, in.body_digest);
		fact_hash(&fact, &in, hash);
		update_link(f, &fact, in.body_digest, hash);
		memcpy(in.previous, hash, DIGEST_SIZE);
		free(fact.body);
		free(fact.files);
	}
}

static void
rewritten_chain_is_found(void **state)
{
	struct store_fixture *f = *state;
	struct history h = write_history(f);
	struct verify_report r;

	rewrite_chain(f, h.timelines[0], 6);
	r = verify(f, ERR_CORRUPT);
	assert_int_equal(r.first_timeline, h.timelines[0]);
	assert_int_equal(r.first_seq, 6);
	assert_non_null(strstr(r.first_reason, "rewritten"));
}

static void
cut_tail_is_found(void **state)
{
	struct store_fixture *f = *state;
	struct history h = write_history(f);
	struct verify_report r;

	/* The newest fact of all, and the feed set back: the database agrees with itself. */
	sql(f, "DELETE FROM fact WHERE timeline = %llu AND seq = 11",
		(unsigned long long)h.timelines[1]);
	sql(f, "UPDATE feed SET n = n - 1 WHERE node = 1");
	r = verify(f, ERR_CORRUPT);
	assert_int_equal(r.first_timeline, h.timelines[1]);
	assert_int_equal(r.first_seq, 11);
	assert_non_null(strstr(r.first_reason, "cut off"));
}

static void
deleted_fact_is_found(void **state)
{
	struct store_fixture *f = *state;
	struct history h = write_history(f);
	struct verify_report r;

	sql(f, "DELETE FROM fact WHERE timeline = %llu AND seq = 4",
		(unsigned long long)h.timelines[0]);
	r = verify(f, ERR_CORRUPT);
	assert_int_equal(r.first_timeline, h.timelines[0]);
	assert_int_equal(r.first_seq, 4);
	assert_non_null(strstr(r.first_reason, "missing"));
}

static void
deleted_timeline_is_found(void **state)
{
	struct store_fixture *f = *state;
	struct history h = write_history(f);
	struct verify_report r;

	sql(f, "DELETE FROM fact WHERE timeline = %llu", (unsigned long long)h.timelines[0]);
	r = verify(f, ERR_CORRUPT);
	assert_int_equal(r.first_timeline, h.timelines[0]);
	assert_non_null(strstr(r.first_reason, "gone"));
}

static void
edited_audit_is_found(void **state)
{
	struct store_fixture *f = *state;
	struct verify_report r;

	write_history(f);
	sql(f, "UPDATE audit SET actor = 4711 WHERE action = 'channel.created'");
	r = verify(f, ERR_CORRUPT);
	assert_non_null(strstr(r.first_reason, "audit row"));
}

static void
cut_audit_is_found(void **state)
{
	struct store_fixture *f = *state;
	int64_t newest;
	struct verify_report r;

	write_history(f);
	newest = fixture_number(f, "SELECT MAX(id) FROM audit");
	sql(f, "DELETE FROM audit WHERE id = %lld", (long long)newest);
	r = verify(f, ERR_CORRUPT);
	assert_int_equal(r.first_fact, newest);
	assert_non_null(strstr(r.first_reason, "cut off"));
}

static void
edited_log_is_found(void **state)
{
	struct store_fixture *f = *state;
	char path[128];
	char line[4096] = {0};
	FILE *file;

	write_history(f);
	snprintf(path, sizeof(path), "%s/heads/1.log", f->dir);
	file = fopen(path, "r+");
	assert_non_null(file);
	assert_true(fread(line, 1, 10, file) == 10);
	assert_int_equal(fseek(file, 6, SEEK_SET), 0); /* the first digit of "at" */
	fputc(line[6] == '1' ? '2' : '1', file);
	fclose(file);
	assert_non_null(strstr(verify(f, ERR_CORRUPT).first_reason, "signature"));
}

static void
torn_last_line_is_repaired(void **state)
{
	struct store_fixture *f = *state;
	char path[128];
	FILE *file;

	write_history(f);
	snprintf(path, sizeof(path), "%s/heads/1.log", f->dir);
	file = fopen(path, "a");
	assert_non_null(file);
	fputs("{\"at\":17637", file);
	fclose(file);
	verify(f, ERR_OK);
	fixture_open(f);
	write_history(f);
	verify(f, ERR_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(untouched_history_is_whole),
		ON_BOTH(signing_goes_on_after_a_restart),
		ON_BOTH(edited_body_is_found),
		ON_BOTH(edited_time_is_found),
		ON_BOTH(rewritten_chain_is_found),
		ON_BOTH(cut_tail_is_found),
		ON_BOTH(deleted_fact_is_found),
		ON_BOTH(deleted_timeline_is_found),
		ON_BOTH(edited_audit_is_found),
		ON_BOTH(cut_audit_is_found),
		ON_BOTH(edited_log_is_found),
		ON_BOTH(torn_last_line_is_repaired),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
