#include "backup/sealed.h"

#include <argon2.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/id.h"

enum {
	KEY_SIZE = 32,
	NONCE_SIZE = 12,
	LANES = 1,
	MEMORY_KIB = 64 * 1024,
	PASSES = 3,
	MEMORY_KIB_MAX = 1024 * 1024,
	PASSES_MAX = 20,
};

static const char mark[SEALED_MARK_SIZE + 1] = "trunkline-seal1\n";

struct sealing {
	EVP_CIPHER_CTX *cipher;
	uint8_t key[KEY_SIZE];
	uint64_t frame; /* number of the next one */
};

bool
sealed_has_mark(const uint8_t *head, size_t length)
{
	return length >= SEALED_MARK_SIZE && memcmp(head, mark, SEALED_MARK_SIZE) == 0;
}

static void
put_u32(uint8_t *out, uint32_t value)
{
	for (int i = 0; i < 4; i++) {
		out[i] = (uint8_t)(value >> (24 - 8 * i));
	}
}

static uint32_t
get_u32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static enum err
derive(const char *passphrase, const uint8_t *head, struct sealing **out, struct error *e)
{
	uint32_t memory = get_u32(head + SEALED_MARK_SIZE + SEALED_SALT_SIZE);
	uint32_t passes = get_u32(head + SEALED_MARK_SIZE + SEALED_SALT_SIZE + 4);
	struct sealing *s = xcalloc(1, sizeof(*s));

	if (argon2id_hash_raw(passes, memory, LANES, passphrase, strlen(passphrase),
			head + SEALED_MARK_SIZE, SEALED_SALT_SIZE, s->key, KEY_SIZE) != ARGON2_OK) {
		free(s);
		return error_set(e, ERR_UNAVAILABLE,
			"there is not enough memory to work with the passphrase");
	}
	s->cipher = EVP_CIPHER_CTX_new();
	if (s->cipher == NULL) {
		abort();
	}
	*out = s;
	return ERR_OK;
}

enum err
sealing_create(const char *passphrase, uint8_t head[static SEALED_HEAD_SIZE],
	struct sealing **out, struct error *e)
{
	memcpy(head, mark, SEALED_MARK_SIZE);
	random_bytes(head + SEALED_MARK_SIZE, SEALED_SALT_SIZE);
	put_u32(head + SEALED_MARK_SIZE + SEALED_SALT_SIZE, MEMORY_KIB);
	put_u32(head + SEALED_MARK_SIZE + SEALED_SALT_SIZE + 4, PASSES);
	return derive(passphrase, head, out, e);
}

enum err
sealing_open(const char *passphrase, const uint8_t head[static SEALED_HEAD_SIZE],
	struct sealing **out, struct error *e)
{
	uint32_t memory = get_u32(head + SEALED_MARK_SIZE + SEALED_SALT_SIZE);
	uint32_t passes = get_u32(head + SEALED_MARK_SIZE + SEALED_SALT_SIZE + 4);

	if (!sealed_has_mark(head, SEALED_HEAD_SIZE) || memory < 8 ||
		memory > MEMORY_KIB_MAX || passes < 1 || passes > PASSES_MAX) {
		return error_set(e, ERR_CORRUPT, "the head of the sealed archive is wrong");
	}
	return derive(passphrase, head, out, e);
}

void
sealing_destroy(struct sealing *s)
{
	if (s != NULL) {
		EVP_CIPHER_CTX_free(s->cipher);
		explicit_bzero(s->key, sizeof(s->key));
		free(s);
	}
}

static void
make_nonce(struct sealing *s, bool last, uint8_t nonce[static NONCE_SIZE])
{
	memset(nonce, 0, NONCE_SIZE);
	for (int i = 0; i < 8; i++) {
		nonce[i] = (uint8_t)(s->frame >> (56 - 8 * i));
	}
	nonce[NONCE_SIZE - 1] = last;
	s->frame++;
}

void
sealing_close_frame(struct sealing *s, const uint8_t *plain, size_t length, bool last,
	uint8_t *out)
{
	uint8_t nonce[NONCE_SIZE];
	int written;

	make_nonce(s, last, nonce);
	if (EVP_EncryptInit_ex(s->cipher, EVP_aes_256_gcm(), NULL, s->key, nonce) != 1 ||
		EVP_EncryptUpdate(s->cipher, out, &written, plain, (int)length) != 1 ||
		EVP_EncryptFinal_ex(s->cipher, out + length, &written) != 1 ||
		EVP_CIPHER_CTX_ctrl(s->cipher, EVP_CTRL_GCM_GET_TAG, SEALED_TAG_SIZE,
			out + length) != 1) {
		abort(); /* only without memory */
	}
}

bool
sealing_open_frame(struct sealing *s, const uint8_t *frame, size_t length, bool last,
	uint8_t *out)
{
	uint8_t nonce[NONCE_SIZE];
	uint8_t tag[SEALED_TAG_SIZE];
	int written;

	if (length < SEALED_TAG_SIZE) {
		return false;
	}
	length -= SEALED_TAG_SIZE;
	memcpy(tag, frame + length, SEALED_TAG_SIZE);
	make_nonce(s, last, nonce);
	return EVP_DecryptInit_ex(s->cipher, EVP_aes_256_gcm(), NULL, s->key, nonce) == 1 &&
		EVP_DecryptUpdate(s->cipher, out, &written, frame, (int)length) == 1 &&
		EVP_CIPHER_CTX_ctrl(s->cipher, EVP_CTRL_GCM_SET_TAG, SEALED_TAG_SIZE, tag) == 1 &&
		EVP_DecryptFinal_ex(s->cipher, out + length, &written) == 1;
}
