/* The chain over the audit rows of one node: tag, length, bytes of each column and the hash of
 * the row before. */
#include <string.h>

#include "base/buf.h"
#include "store/batch.h"

static const char algorithm[] = "trunkline-audit-1";

enum { ENCODING_MAX_BYTES = 16 * 1024 };

static void
put(struct buf *out, uint8_t tag, const void *data, size_t length)
{
	uint8_t head[] = {tag, (uint8_t)(length >> 8), (uint8_t)length};

	buf_append(out, head, sizeof(head));
	buf_append(out, data, length);
}

static void
put_number(struct buf *out, uint8_t tag, uint64_t value)
{
	uint8_t bytes[8];

	for (int i = 7; i >= 0; i--) {
		bytes[i] = (uint8_t)value;
		value >>= 8;
	}
	put(out, tag, bytes, sizeof(bytes));
}

void
audit_hash(const struct audit_row *row, const uint8_t previous[static DIGEST_SIZE],
	uint8_t out[static DIGEST_SIZE])
{
	struct buf b;

	buf_init(&b, ENCODING_MAX_BYTES);
	put(&b, 1, algorithm, sizeof(algorithm) - 1);
	put(&b, 2, previous, DIGEST_SIZE);
	put_number(&b, 3, row->id);
	put_number(&b, 4, (uint64_t)row->at);
	put_number(&b, 5, (uint64_t)row->actor_kind);
	put_number(&b, 6, row->actor);
	put(&b, 7, row->action, strlen(row->action));
	put(&b, 8, row->subject_kind, strlen(row->subject_kind));
	put_number(&b, 9, row->subject);
	put(&b, 10, row->address, strlen(row->address));
	put(&b, 11, row->detail, strlen(row->detail));
	sha256(b.data, b.length, out);
	buf_fini(&b);
}
