/* What a mail server may say, hostile or broken. The first byte chooses how it is cut into
 * pieces and when we answer. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "channels/email/imap.h"

enum { MAIL_MAX = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const struct imap_event *event)
{
	size_t max = event->head_only ? IMAP_HEAD_MAX : MAIL_MAX;

	assert(event->length <= max);
	assert(event->length == 0 || event->bytes != NULL);
	assert(utf8_valid(event->words, strlen(event->words)));
}

static void
look(struct imap *imap, int64_t now)
{
	struct imap_event event;

	for (imap_next(imap, &event); event.kind != IMAP_NOTHING; imap_next(imap, &event)) {
		check(&event);
		free(event.bytes);
		if (event.kind == IMAP_MAIL) {
			imap_go_on(imap, now);
		}
	}
	imap_sent(imap, imap_output(imap).length);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct imap_conf conf = {.folder = "INBOX", .mail_max = MAIL_MAX};
	struct imap *imap;
	size_t piece;
	int64_t now = 0;

	if (size < 1) {
		return 0;
	}
	piece = (size_t)(data[0] & 0x3f) + 1;
	conf.hopeless = data[0] >> 6;
	imap = imap_create(&conf, now);
	for (size_t at = 1; at < size; at += piece) {
		size_t length = size - at < piece ? size - at : piece;

		imap_receive(imap, data + at, length, now);
		look(imap, now);
		now += 1000;
		imap_tick(imap, now);
	}
	look(imap, now);
	imap_destroy(imap);
	return 0;
}
