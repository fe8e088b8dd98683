#include "store/house_signature.h"

#include <assert.h>

#include "base/str.h"
#include "store/heads_key.h"

static_assert(HOUSE_KEY_SIZE >= HEADS_PEM_SIZE, "a key has its place");
static_assert(HOUSE_SIGNATURE_SIZE >= (HEADS_SIGNATURE_SIZE * 4 + 2) / 3 + 1,
	"a signature has its place");

enum err
house_sign(const char *data_dir, const void *data, size_t length,
	struct house_signature *out, struct error *e)
{
	uint8_t signature[HEADS_SIGNATURE_SIZE];
	struct heads_key *key;
	enum err err = heads_key_load(data_dir, &key, e);

	if (err != ERR_OK) {
		return err;
	}
	heads_key_sign(key, data, length, signature);
	base64url_encode(signature, sizeof(signature), out->signature);
	heads_key_public_pem(key, out->key);
	heads_key_close(key);
	return ERR_OK;
}
