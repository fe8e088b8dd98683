/* WebSocket frames from a hostile peer: the same events, however the bytes are cut, and
 * never more than was allowed. The first byte says how they are cut. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/str.h"
#include "net/websocket_frame.h"

enum { MAX_MESSAGE = 300 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct outcome {
	uint8_t digest[DIGEST_SIZE]; /* of all events so far */
	int close_code;
	size_t events;
};

static void
note(struct outcome *o, enum frame_event event, const char *payload, size_t length)
{
	uint8_t kind = (uint8_t)event;
	uint8_t digest[DIGEST_SIZE];

	sha256_two(&kind, 1, payload, length, digest);
	sha256_two(o->digest, sizeof(o->digest), digest, sizeof(digest), o->digest);
	o->events++;
}

static void
read_all(const uint8_t *bytes, size_t size, size_t step, struct outcome *out)
{
	struct frame_reader r;
	char *copy = memcpy(xmalloc(size + 1), bytes, size);
	bool over = false;

	*out = (struct outcome){0};
	frame_reader_init(&r, MAX_MESSAGE);
	for (size_t at = 0; at < size && !over; at += step) {
		char *data = copy + at;
		size_t left = size - at < step ? size - at : step;

		while (!over) {
			const char *payload = "";
			size_t length = 0;
			enum frame_event event = frame_read(&r, &data, &left, &payload, &length,
				&out->close_code);

			if (event == FRAME_MORE) {
				assert(left == 0);
				break;
			}
			over = event == FRAME_ERROR || event == FRAME_CLOSE;
			if (event == FRAME_MESSAGE) {
				assert(length <= MAX_MESSAGE && utf8_valid(payload, length));
			}
			note(out, event, event == FRAME_ERROR ? "" : payload,
				event == FRAME_ERROR ? 0 : length);
		}
	}
	frame_reader_fini(&r);
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct outcome whole;
	struct outcome cut;

	if (size < 2) {
		return 0;
	}
	read_all(data + 1, size - 1, size - 1, &whole);
	read_all(data + 1, size - 1, 1 + data[0] % 16, &cut);
	assert(whole.events == cut.events);
	assert(whole.close_code == cut.close_code);
	assert(memcmp(whole.digest, cut.digest, sizeof(whole.digest)) == 0);
	return 0;
}
