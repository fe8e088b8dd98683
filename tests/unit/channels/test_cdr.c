#include "lib/test.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "channels/phone/cdr.h"
#include "model/names.h"

#define ASTERISK "tests/channels/asterisk-16.0.1"
#define FREESWITCH "tests/channels/freeswitch"
#define CALLS_MAX 8

/* What an import gave, kept beyond the reader's life. */
struct harvest {
	struct arena *arena;
	struct cdr_call calls[CALLS_MAX];
	size_t call_count;
	size_t bad_count;
	size_t skipped_count;
	char last_reason[200];
};

static void
keep_call(void *ctx, const struct cdr_call *found)
{
	struct harvest *h = ctx;
	assert_true(h->call_count < CALLS_MAX);
	struct cdr_call *copy = &h->calls[h->call_count++];
	*copy = *found;
	const char **texts[] = {&copy->call.external_id, &copy->call.customer_number,
		&copy->call.house_number, &copy->call.caller_name, &copy->call.queue,
		&copy->call.transfers, &copy->call.hangup_by, &copy->staff_extension};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		*texts[i] = arena_strdup(h->arena, *texts[i]);
	}
}

static void
count_bad(void *ctx, size_t line, const char *reason)
{
	struct harvest *h = ctx;
	(void)line;
	h->bad_count++;
	str_copy(h->last_reason, sizeof(h->last_reason), reason);
}

static void
count_skipped(void *ctx, size_t line, const char *reason)
{
	struct harvest *h = ctx;
	(void)line;
	h->skipped_count++;
	str_copy(h->last_reason, sizeof(h->last_reason), reason);
}

static void
harvest_init(struct harvest *h)
{
	*h = (struct harvest){.arena = arena_create()};
}

static struct cdr_options
options_for(enum cdr_format format)
{
	return (struct cdr_options){
		.format = format,
		.plan = {.region = "CN", .area = "021", .extension_max = 4},
		.zone = {.local = false, .offset_min = 0},
	};
}

/* Feeds in pieces of `step` bytes, so that records are cut anywhere. */
static void
read_bytes(struct harvest *h, const struct cdr_options *options, const char *data,
	size_t length, size_t step)
{
	struct cdr_sink sink = {keep_call, count_bad, count_skipped, h};
	struct cdr_reader *reader;
	struct error e;
	assert_int_equal(cdr_open(options, &sink, &reader, &e), ERR_OK);
	for (size_t i = 0; i < length; i += step) {
		cdr_feed(reader, data + i, length - i < step ? length - i : step);
	}
	cdr_finish(reader);
	cdr_close(reader);
}

static char *
slurp(const char *path, size_t *length)
{
	FILE *f = fopen(path, "rb");
	assert_non_null(f);
	struct buf b;
	buf_init(&b, 1024 * 1024);
	char piece[4096];
	size_t got;
	while ((got = fread(piece, 1, sizeof(piece), f)) > 0) {
		buf_append(&b, piece, got);
	}
	fclose(f);
	*length = b.length;
	return buf_take(&b);
}

static void
read_file(struct harvest *h, const struct cdr_options *options, const char *path)
{
	size_t length;
	char *data = slurp(path, &length);
	read_bytes(h, options, data, length, 997);
	free(data);
}

/* The words of the truth files in our words. "" = no call is to be kept. */
static const char *
expected_result(const char *truth)
{
	static const char *const pairs[][2] = {{"answered", "completed"},
		{"abandoned", "abandoned"}, {"busy", "busy"}, {"cancelled", "missed"},
		{"noanswer", "missed"}, {"queue_timeout", "missed"}, {"ivr_timeout", "missed"},
		{"voicemail", "voicemail"}, {"agent_noanswer", ""}};
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		if (strcmp(pairs[i][0], truth) == 0) {
			return pairs[i][1];
		}
	}
	fail_msg("a truth file says %s", truth);
	return NULL;
}

static void
check_number(const char *what, const char *raw, const char *actual)
{
	struct dial_plan plan = {"CN", "021", 4};
	char expected[NUMBER_SIZE];
	number_normalise(&plan, raw, expected);
	if (strcmp(expected, actual) != 0) {
		fail_msg("%s is %s, expected %s", what, actual, expected);
	}
}

static void
check_transfer(const struct json *truth, const struct cdr_call *found)
{
	const char *to = json_string(truth, "transferred_to");
	if (to == NULL) {
		assert_string_equal(found->call.transfers, "");
		return;
	}
	char expected[100];
	snprintf(expected, sizeof(expected), "[{\"to\":\"%s\",\"kind\":\"%s\"}]", to,
		json_string(truth, "transfer"));
	assert_string_equal(found->call.transfers, expected);
}

static void
check_call(const struct json *truth, const struct cdr_call *found)
{
	assert_string_equal(call_result_name(found->call.result),
		expected_result(json_string(truth, "result")));
	assert_string_equal(call_direction_name(found->call.direction),
		json_string(truth, "direction"));
	bool outbound = found->call.direction == CALL_OUT;
	check_number("the customer", json_string(truth, outbound ? "callee" : "caller"),
		found->call.customer_number);
	const char *name = json_string(truth, "caller_name");
	if (name != NULL) {
		assert_string_equal(found->call.caller_name, name);
	}
	const char *agent = json_string(truth, "agent");
	if (agent != NULL && strcmp(agent, "LocalAgent") != 0) {
		assert_string_equal(found->staff_extension, agent);
	}
	const char *queue = json_string(truth, "queue");
	assert_string_equal(found->call.queue, queue == NULL ? "" : queue);
	check_transfer(truth, found);
	if (strcmp(json_string(truth, "result"), "answered") == 0) {
		assert_true(found->call.talk_ms > 0);
		assert_true(found->call.answered_at >= found->call.started_at);
	} else {
		assert_int_equal(found->call.talk_ms, 0);
	}
}

static void
check_scenario(const char *path, enum cdr_format format, const struct json *truth)
{
	struct harvest h;
	harvest_init(&h);
	struct cdr_options options = options_for(format);
	read_file(&h, &options, path);
	assert_int_equal(h.bad_count, 0);
	const struct json *calls = json_get(truth, "calls");
	size_t expected = 0;
	for (size_t i = 0; i < json_length(calls); i++) {
		if (expected_result(json_string(json_at(calls, i), "result"))[0] != '\0') {
			check_call(json_at(calls, i), &h.calls[expected]);
			expected++;
		}
	}
	assert_int_equal(h.call_count, expected);
	arena_destroy(h.arena);
}

static size_t
check_scenarios(const char *suffix, enum cdr_format format)
{
	size_t scenarios = 0;
	DIR *folder = opendir(ASTERISK);
	assert_non_null(folder);
	for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
		const char *end = strstr(entry->d_name, ".truth.json");
		if (end == NULL) {
			continue;
		}
		char path[600];
		int stem = (int)(end - entry->d_name);
		snprintf(path, sizeof(path), "%s/%s", ASTERISK, entry->d_name);
		size_t length;
		char *text = slurp(path, &length);
		struct json *truth;
		assert_int_equal(json_parse_foreign(text, length, &truth, NULL), ERR_OK);
		snprintf(path, sizeof(path), "%s/%.*s%s", ASTERISK, stem, entry->d_name, suffix);
		print_message("%s\n", path);
		check_scenario(path, format, truth);
		json_free(truth);
		free(text);
		scenarios++;
	}
	closedir(folder);
	return scenarios;
}

static void
every_captured_call_comes_out_of_master_csv_as_it_was(void **state)
{
	(void)state;
	assert_true(check_scenarios(".cdr.csv", CDR_ASTERISK) >= 22);
}

static void
every_captured_call_comes_out_of_cdr_custom_as_it_was(void **state)
{
	(void)state;
	assert_true(check_scenarios(".cdr-custom.csv", CDR_ASTERISK_CUSTOM) >= 22);
}

/* The columns that older installations have. */
static char *
without_linkedid(const char *path, size_t *length)
{
	char *data = slurp(path, length);
	struct buf out;
	buf_init(&out, 1024 * 1024);
	char *rest = data;
	for (char *line = strtok_r(rest, "\n", &rest); line != NULL;
		 line = strtok_r(NULL, "\n", &rest)) {
		char *cut = line + strlen(line);
		for (int commas = 0; commas < 3 && cut > line;) {
			commas += *--cut == ',';
		}
		buf_append(&out, line, (size_t)(cut - line));
		buf_putc(&out, '\n');
	}
	free(data);
	*length = out.length;
	return buf_take(&out);
}

static void
an_attended_transfer_is_one_call_even_without_linkedid(void **state)
{
	(void)state;
	struct harvest h;
	harvest_init(&h);
	size_t length;
	char *rows = without_linkedid(ASTERISK "/attended_transfer_dtmf.cdr.csv", &length);
	struct cdr_options options = options_for(CDR_ASTERISK);
	read_bytes(&h, &options, rows, length, 64);
	assert_int_equal(h.bad_count, 0);
	assert_int_equal(h.call_count, 1);
	assert_int_equal(h.calls[0].rows, 5);
	assert_string_equal(h.calls[0].call.customer_number, "+8613700003333");
	assert_string_equal(h.calls[0].call.transfers,
		"[{\"to\":\"1002\",\"kind\":\"attended\"}]");
	free(rows);
	arena_destroy(h.arena);
}

static void
a_name_cut_in_the_middle_of_a_character_is_repaired(void **state)
{
	(void)state;
	struct harvest h;
	harvest_init(&h);
	struct cdr_options options = options_for(CDR_ASTERISK);
	read_file(&h, &options, ASTERISK "/long_ids_weird_names.cdr.csv");
	assert_int_equal(h.call_count, 1);
	const char *name = h.calls[0].call.caller_name;
	assert_true(utf8_valid(name, strlen(name)));
	assert_non_null(strstr(name, "《超"));
	assert_null(strstr(name, "\xef\xbf\xbd"));
	arena_destroy(h.arena);
}

static void
two_calls_that_reuse_a_channel_name_stay_apart(void **state)
{
	(void)state;
	static const char rows[] =
		"\"\",\"13800138000\",\"95001\",\"in\",\"a\",\"SIP/t-01\",\"SIP/1001-02\","
		"\"Dial\",\"x\",\"2026-01-01 10:00:00\",\"2026-01-01 10:00:05\","
		"\"2026-01-01 10:01:00\",60,55,\"ANSWERED\",\"D\",\"1.1\",\"\"\n"
		"\"\",\"13900139000\",\"95001\",\"in\",\"b\",\"SIP/1001-02\",\"SIP/1002-01\","
		"\"Dial\",\"x\",\"2026-01-01 10:30:00\",\"2026-01-01 10:30:05\","
		"\"2026-01-01 10:31:00\",60,55,\"ANSWERED\",\"D\",\"2.1\",\"\"\n";
	struct harvest h;
	harvest_init(&h);
	struct cdr_options options = options_for(CDR_ASTERISK);
	read_bytes(&h, &options, rows, sizeof(rows) - 1, sizeof(rows));
	assert_int_equal(h.call_count, 2);
	arena_destroy(h.arena);
}

static void
rows_that_cannot_be_used_are_named_and_the_rest_is_kept(void **state)
{
	(void)state;
	static const char rows[] =
		"too,few\n"
		"\"\",\"13800138000\",\"95001\",\"in\",\"a\",\"SIP/t-01\",\"SIP/1001-02\","
		"\"Dial\",\"x\",\"yesterday\",\"\",\"\",60,55,\"ANSWERED\",\"D\",\"1.1\",\"\"\n"
		"\n"
		"\"\",\"13800138000\",\"95001\",\"in\",\"a\",\"SIP/t-01\",\"SIP/1001-02\","
		"\"Dial\",\"x\",\"2026-01-01 10:00:00\",\"2026-01-01 10:00:05\","
		"\"2026-01-01 10:01:00\",60,55,\"ANSWERED\",\"D\",\"1.1\",\"\"";
	struct harvest h;
	harvest_init(&h);
	struct cdr_options options = options_for(CDR_ASTERISK);
	read_bytes(&h, &options, rows, sizeof(rows) - 1, 1);
	assert_int_equal(h.bad_count, 2);
	assert_int_equal(h.call_count, 1);
	arena_destroy(h.arena);
}

static void
local_times_are_taken_in_the_zone_of_the_exchange(void **state)
{
	(void)state;
	struct cdr_zone shanghai = {.local = false, .offset_min = 480};
	int64_t expected;
	assert_true(time_parse("2026-11-21T12:06:53.500Z", &expected));
	assert_int_equal(cdr_time(&shanghai, "2026-11-21 20:06:53.5"), expected);
	assert_int_equal(cdr_time(&shanghai, "2026-13-21 20:06:53"), 0);
	assert_int_equal(cdr_time(&shanghai, ""), 0);
}

static void
freeswitch_records_of_old_and_new_versions_are_read(void **state)
{
	(void)state;
	static const struct {
		const char *file, *id, *by;
		int64_t start_s, talk_ms, hold_ms;
	} rows[] = {
		{"fs-json-cdr-1.json", "3da8bf84-c133-4959-9e24-e72875cb33a1", "house",
			1515666344, 67540, 67139},
		{"fs-json-cdr-2.json", "e3133bf7-dcde-4daf-9663-9a79ffcef5ad", "customer",
			1436280728, 65039, 0},
		{"fs-json-cdr-3.json", "01df56f4-d99a-4ef6-b7fe-b924b2415b7f", "house",
			1375609854, 3920, 0},
		{"fs-json-cdr-4.json", "c8ccef5e-34c2-4fd2-9a2e-fa6f295f3a1e", "house",
			1368707608, 20977, 0},
		{"fs-json-cdr-5.json", "5a3a1d91-90d3-4db4-af5c-cc3ae15d93a4", "customer",
			1521025758, 20600, 15486},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct harvest h;
		harvest_init(&h);
		struct cdr_options options = options_for(CDR_FREESWITCH);
		char path[200];
		snprintf(path, sizeof(path), "%s/%s", FREESWITCH, rows[i].file);
		read_file(&h, &options, path);
		assert_int_equal(h.bad_count, 0);
		assert_int_equal(h.call_count, 1);
		const struct call *call = &h.calls[0].call;
		assert_string_equal(call->external_id, rows[i].id);
		assert_int_equal(call->result, CALL_COMPLETED);
		assert_string_equal(call->hangup_by, rows[i].by);
		assert_int_equal(call->started_at / 1000, rows[i].start_s);
		assert_int_equal(call->talk_ms, rows[i].talk_ms);
		assert_int_equal(call->hold_ms, rows[i].hold_ms);
		arena_destroy(h.arena);
	}
}

static bool
is_8001(void *ctx, const char *extension)
{
	(void)ctx;
	return strcmp(extension, "8001") == 0;
}

static void
a_call_between_colleagues_is_told_apart(void **state)
{
	(void)state;
	static const char rows[] =
		"\"\",\"8001\",\"8002\",\"in\",\"a\",\"SIP/8001-01\",\"SIP/8002-02\","
		"\"Dial\",\"x\",\"2026-01-01 10:00:00\",\"2026-01-01 10:00:05\","
		"\"2026-01-01 10:01:00\",60,55,\"ANSWERED\",\"D\",\"1.1\",\"\"\n";
	struct harvest h;
	harvest_init(&h);
	struct cdr_options options = options_for(CDR_ASTERISK);
	read_bytes(&h, &options, rows, sizeof(rows) - 1, 50);
	assert_false(h.calls[0].internal); /* nobody of them is known here */
	options.is_staff = is_8001;
	read_bytes(&h, &options, rows, sizeof(rows) - 1, 50);
	assert_true(h.calls[1].internal);
	arena_destroy(h.arena);
}

static void
any_csv_is_read_by_its_own_headings(void **state)
{
	(void)state;
	static const char rows[] =
		"\xef\xbb\xbf编号,主叫,被叫,开始,通话秒数,姓名\r\n"
		"A-1,138 0013 8000,95001,2026-01-01 10:00:00,30,\"王,小明\"\r\n"
		"A-2,8001,13900139000,2026-01-01 11:00:00,0,\r\n"
		",1,2,2026-01-01 11:00:00,0,\r\n";
	struct harvest h;
	harvest_init(&h);
	struct cdr_options options = options_for(CDR_CSV);
	options.zone.offset_min = 480;
	options.columns =
		"call_id=编号,from=主叫,to=被叫,started_at=开始,talk_seconds=通话秒数,"
		"caller_name=姓名";
	read_bytes(&h, &options, rows, sizeof(rows) - 1, 3);
	assert_int_equal(h.call_count, 2);
	assert_int_equal(h.bad_count, 1);
	assert_string_equal(h.calls[0].call.customer_number, "+8613800138000");
	assert_string_equal(h.calls[0].call.caller_name, "王,小明");
	assert_int_equal(h.calls[0].call.result, CALL_COMPLETED);
	assert_int_equal(h.calls[0].call.talk_ms, 30000);
	assert_int_equal(h.calls[1].call.direction, CALL_OUT);
	assert_int_equal(h.calls[1].call.result, CALL_NO_ANSWER);
	assert_string_equal(h.calls[1].staff_extension, "8001");
	arena_destroy(h.arena);
}

static void
a_heading_that_lacks_a_column_is_named(void **state)
{
	(void)state;
	static const char rows[] = "call_id,from,started_at,ended_at\n1,2,3,4\n";
	struct harvest h;
	harvest_init(&h);
	struct cdr_options options = options_for(CDR_CSV);
	read_bytes(&h, &options, rows, sizeof(rows) - 1, 9);
	assert_int_equal(h.call_count, 0);
	assert_non_null(strstr(h.last_reason, "`to`"));
	arena_destroy(h.arena);

	struct cdr_reader *reader = NULL;
	struct cdr_sink sink = {0};
	struct error e;
	options.columns = "caller=主叫";
	assert_int_equal(cdr_open(&options, &sink, &reader, &e), ERR_INVALID);
	assert_non_null(strstr(e.text, "caller=主叫"));
	assert_null(reader);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_captured_call_comes_out_of_master_csv_as_it_was),
		cmocka_unit_test(every_captured_call_comes_out_of_cdr_custom_as_it_was),
		cmocka_unit_test(an_attended_transfer_is_one_call_even_without_linkedid),
		cmocka_unit_test(a_name_cut_in_the_middle_of_a_character_is_repaired),
		cmocka_unit_test(two_calls_that_reuse_a_channel_name_stay_apart),
		cmocka_unit_test(rows_that_cannot_be_used_are_named_and_the_rest_is_kept),
		cmocka_unit_test(local_times_are_taken_in_the_zone_of_the_exchange),
		cmocka_unit_test(freeswitch_records_of_old_and_new_versions_are_read),
		cmocka_unit_test(a_call_between_colleagues_is_told_apart),
		cmocka_unit_test(any_csv_is_read_by_its_own_headings),
		cmocka_unit_test(a_heading_that_lacks_a_column_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
