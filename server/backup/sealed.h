/* An archive under a passphrase: frames of AES-256-GCM under a key that Argon2id makes from it and
 * a fresh salt. Each frame's nonce has its number and whether it is the last, so that frames
 * cannot be swapped, left out or cut off.
 *
 * mark, salt, memory and passes of Argon2id (32 bits each, big-endian); then frames of up to
 * SEALED_FRAME_SIZE bytes, each with its tag; only the last may be shorter. */
#ifndef BACKUP_SEALED_H
#define BACKUP_SEALED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum {
	SEALED_MARK_SIZE = 16,
	SEALED_SALT_SIZE = 16,
	SEALED_HEAD_SIZE = SEALED_MARK_SIZE + SEALED_SALT_SIZE + 8,
	SEALED_FRAME_SIZE = 64 * 1024,
	SEALED_TAG_SIZE = 16,
	PASSPHRASE_MIN = 12,
	PASSPHRASE_MAX = 1024,
};

struct sealing;

bool sealed_has_mark(const uint8_t *head, size_t length);
/* A new salt; `head` is what the file begins with. */
MUST_CHECK enum err sealing_create(const char *passphrase,
	uint8_t head[static SEALED_HEAD_SIZE], struct sealing **out, struct error *e);
/* ERR_INVALID: no head of ours, or a cost beyond all reason. */
MUST_CHECK enum err sealing_open(const char *passphrase,
	const uint8_t head[static SEALED_HEAD_SIZE], struct sealing **out, struct error *e);
void sealing_destroy(struct sealing *s); /* NULL is fine */

/* `out` has room for `length` bytes and a tag. */
void sealing_close_frame(struct sealing *s, const uint8_t *plain, size_t length,
	bool last, uint8_t *out);
/* `length` with the tag; `out` may be `frame`. False: another key, changed, moved or cut. */
bool sealing_open_frame(struct sealing *s, const uint8_t *frame, size_t length, bool last,
	uint8_t *out);

#endif
