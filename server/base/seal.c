#include "base/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/id.h"
#include "base/str.h"

/* The sealed bytes: version, nonce, ciphertext, tag. */
enum {
	VERSION = 1,
	NONCE_SIZE = 12,
	TAG_SIZE = 16,
	OVERHEAD = 1 + NONCE_SIZE + TAG_SIZE,
};

static enum err
make_folder(const char *path, struct error *e)
{
	if (mkdir(path, 0700) != 0 && errno != EEXIST) {
		return error_set(e, ERR_UNAVAILABLE, "cannot make %s: %s", path, strerror(errno));
	}
	return ERR_OK;
}

static bool
write_key(int fd, const uint8_t secret[static SEAL_SECRET_SIZE])
{
	return write(fd, secret, SEAL_SECRET_SIZE) == SEAL_SECRET_SIZE && fsync(fd) == 0;
}

/* The key appears under its name complete and on the disk, or not at all. Two processes that
 * start together agree: link() lets one win, and both read the file afterwards. */
static enum err
make_key(const char *folder, const char *path, struct error *e)
{
	uint8_t secret[SEAL_SECRET_SIZE];
	char temporary[PATH_MAX];
	enum err rc = ERR_OK;
	int folder_fd;
	int fd;

	if (snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path) >=
		(int)sizeof(temporary)) {
		return error_set(e, ERR_INVALID, "path too long: %s", path);
	}
	fd = mkostemp(temporary, O_CLOEXEC); /* 0600 */
	if (fd < 0) {
		return error_set(e, ERR_UNAVAILABLE, "cannot make %s: %s", temporary,
			strerror(errno));
	}
	random_bytes(secret, sizeof(secret));
	if (!write_key(fd, secret) || (link(temporary, path) != 0 && errno != EEXIST)) {
		rc = error_set(e, ERR_UNAVAILABLE, "cannot write %s: %s", path, strerror(errno));
	}
	explicit_bzero(secret, sizeof(secret));
	close(fd);
	unlink(temporary);
	folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder_fd >= 0) {
		fsync(folder_fd);
		close(folder_fd);
	}
	return rc;
}

static enum err
read_key(int fd, const char *path, uint8_t secret[static SEAL_SECRET_SIZE],
	struct error *e)
{
	uint8_t bytes[SEAL_SECRET_SIZE + 1];
	struct stat status;

	if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
		return error_set(e, ERR_INVALID, "%s is not a file", path);
	}
	if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
		return error_set(e, ERR_INVALID,
			"%s can be read by others: chmod 600 it, and renew the secrets if they may "
			"have been seen",
			path);
	}
	if (read(fd, bytes, sizeof(bytes)) != SEAL_SECRET_SIZE) {
		return error_set(e, ERR_INVALID, "%s does not hold %d bytes", path,
			SEAL_SECRET_SIZE);
	}
	memcpy(secret, bytes, SEAL_SECRET_SIZE);
	explicit_bzero(bytes, sizeof(bytes));
	return ERR_OK;
}

enum err
seal_secret_load(const char *data_dir, uint8_t secret[static SEAL_SECRET_SIZE],
	struct error *e)
{
	char folder[PATH_MAX - 32];
	char path[PATH_MAX - 16];
	enum err rc;
	int fd;

	if (snprintf(folder, sizeof(folder), "%s/keys", data_dir) >= (int)sizeof(folder)) {
		return error_set(e, ERR_INVALID, "path too long: %s", data_dir);
	}
	snprintf(path, sizeof(path), "%s/server.key", folder);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT) {
		rc = make_folder(data_dir, e);
		rc = rc == ERR_OK ? make_folder(folder, e) : rc;
		rc = rc == ERR_OK ? make_key(folder, path, e) : rc;
		if (rc != ERR_OK) {
			return rc;
		}
		fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	if (fd < 0) {
		return error_set(e, ERR_UNAVAILABLE, "cannot open %s: %s", path, strerror(errno));
	}
	rc = read_key(fd, path, secret, e);
	close(fd);
	return rc;
}

void
seal_derive(const uint8_t secret[static SEAL_SECRET_SIZE], const char *purpose,
	uint8_t key[static SEAL_SECRET_SIZE])
{
	_Static_assert(SEAL_SECRET_SIZE == DIGEST_SIZE, "a derived key is one digest");
	hmac_sha256(secret, SEAL_SECRET_SIZE, purpose, strlen(purpose), key);
}

static bool
encrypt(EVP_CIPHER_CTX *cipher, const uint8_t key[static SEAL_SECRET_SIZE],
	const char *context, const void *plain, size_t length, uint8_t *out)
{
	uint8_t *nonce = out + 1;
	uint8_t *text = nonce + NONCE_SIZE;
	int written;

	out[0] = VERSION;
	random_bytes(nonce, NONCE_SIZE);
	return EVP_EncryptInit_ex(cipher, EVP_aes_256_gcm(), NULL, key, nonce) == 1 &&
		EVP_EncryptUpdate(cipher, NULL, &written, (const uint8_t *)context,
			(int)strlen(context)) == 1 &&
		EVP_EncryptUpdate(cipher, text, &written, plain, (int)length) == 1 &&
		EVP_EncryptFinal_ex(cipher, text + length, &written) == 1 &&
		EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_GET_TAG, TAG_SIZE, text + length) == 1;
}

enum err
seal(const uint8_t secret[static SEAL_SECRET_SIZE], const char *context,
	const void *plain, size_t length, char sealed[static SEAL_TEXT_SIZE])
{
	uint8_t bytes[OVERHEAD + SEAL_PLAIN_MAX];
	uint8_t key[SEAL_SECRET_SIZE];
	EVP_CIPHER_CTX *cipher;

	if (length > SEAL_PLAIN_MAX) {
		return ERR_INVALID;
	}
	cipher = EVP_CIPHER_CTX_new();
	seal_derive(secret, "seal", key);
	if (cipher == NULL || !encrypt(cipher, key, context, plain, length, bytes)) {
		abort(); /* only without memory */
	}
	EVP_CIPHER_CTX_free(cipher);
	explicit_bzero(key, sizeof(key));
	base64url_encode(bytes, OVERHEAD + length, sealed);
	return ERR_OK;
}

static bool
decrypt(EVP_CIPHER_CTX *cipher, const uint8_t key[static SEAL_SECRET_SIZE],
	const char *context, uint8_t *bytes, size_t length, uint8_t *plain)
{
	const uint8_t *nonce = bytes + 1;
	const uint8_t *text = nonce + NONCE_SIZE;
	uint8_t *tag = bytes + OVERHEAD - TAG_SIZE + length;
	int written;

	return EVP_DecryptInit_ex(cipher, EVP_aes_256_gcm(), NULL, key, nonce) == 1 &&
		EVP_DecryptUpdate(cipher, NULL, &written, (const uint8_t *)context,
			(int)strlen(context)) == 1 &&
		EVP_DecryptUpdate(cipher, plain, &written, text, (int)length) == 1 &&
		EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_SET_TAG, TAG_SIZE, tag) == 1 &&
		EVP_DecryptFinal_ex(cipher, plain + length, &written) == 1;
}

enum err
seal_open(const uint8_t secret[static SEAL_SECRET_SIZE], const char *context,
	const char *sealed, void *plain, size_t plain_size, size_t *plain_length)
{
	uint8_t bytes[OVERHEAD + SEAL_PLAIN_MAX];
	uint8_t opened[SEAL_PLAIN_MAX + TAG_SIZE];
	uint8_t key[SEAL_SECRET_SIZE];
	EVP_CIPHER_CTX *cipher;
	size_t length;
	bool whole;

	if (base64url_decode(sealed, strlen(sealed), bytes, sizeof(bytes), &length) !=
			ERR_OK ||
		length < OVERHEAD || bytes[0] != VERSION || length - OVERHEAD > plain_size) {
		return ERR_CORRUPT;
	}
	length -= OVERHEAD;
	cipher = EVP_CIPHER_CTX_new();
	if (cipher == NULL) {
		abort();
	}
	seal_derive(secret, "seal", key);
	whole = decrypt(cipher, key, context, bytes, length, opened);
	EVP_CIPHER_CTX_free(cipher);
	explicit_bzero(key, sizeof(key));
	if (whole) {
		memcpy(plain, opened, length);
		*plain_length = length;
	}
	explicit_bzero(opened, sizeof(opened));
	return whole ? ERR_OK : ERR_CORRUPT;
}
