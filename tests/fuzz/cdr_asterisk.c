/* Asterisk call records from a hostile or broken file: whatever the bytes, no call may carry
 * texts that are not UTF-8 or lengths that the store does not take. */
#include <assert.h>
#include <string.h>

#include "base/str.h"
#include "channels/phone/cdr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
on_call(void *ctx, const struct cdr_call *found)
{
	const struct call *call = &found->call;
	(void)ctx;
	assert(call->external_id[0] != '\0');
	assert(strlen(call->external_id) <= CALL_EXTERNAL_ID_MAX);
	assert(strlen(call->caller_name) <= 120);
	assert(utf8_valid(call->caller_name, strlen(call->caller_name)));
	assert(utf8_valid(call->customer_number, strlen(call->customer_number)));
	assert(utf8_valid(call->queue, strlen(call->queue)));
	assert(call->ended_at >= call->started_at);
}

static void
on_row(void *ctx, size_t line, const char *reason)
{
	(void)ctx;
	(void)line;
	assert(reason != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0) {
		return 0;
	}
	struct cdr_options options = {
		.format = data[0] % 3, /* all but FreeSWITCH */
		.plan = {.region = "CN", .area = "021", .extension_max = 5},
	};
	struct cdr_sink sink = {.call = on_call, .bad = on_row, .skipped = on_row};
	struct cdr_reader *reader;
	if (cdr_open(&options, &sink, &reader, NULL) != ERR_OK) {
		return 0;
	}
	/* In two pieces: a record may be cut anywhere. */
	cdr_feed(reader, (const char *)data + 1, (size - 1) / 2);
	cdr_feed(reader, (const char *)data + 1 + (size - 1) / 2, size - 1 - (size - 1) / 2);
	cdr_finish(reader);
	cdr_close(reader);
	return 0;
}
