#include "store/heads_key.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"

enum { PATH_SIZE = 1024 };

struct heads_key {
	EVP_PKEY *key;
};

static struct heads_key *
wrap(EVP_PKEY *key)
{
	struct heads_key *k = xcalloc(1, sizeof(*k));

	k->key = key;
	return k;
}

static bool
path_of(char *out, const char *data_dir, const char *name)
{
	int length = snprintf(out, PATH_SIZE, "%s/keys%s%s", data_dir,
		name[0] != '\0' ? "/" : "", name);

	return length > 0 && length < PATH_SIZE;
}

/* O_EXCL: never over a key that signed something. */
static FILE *
create_file(const char *path, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);

	return fd < 0 ? NULL : fdopen(fd, "w");
}

static bool
finish_file(FILE *file, bool written)
{
	written = fflush(file) == 0 && fsync(fileno(file)) == 0 && written;
	return fclose(file) == 0 && written;
}

static enum err
make(const char *data_dir, const char *path, EVP_PKEY **out, struct error *e)
{
	char public_path[PATH_SIZE];
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	FILE *file;
	bool written;

	if (key == NULL) {
		return error_set(e, ERR_UNAVAILABLE, "cannot make a key for the signed heads");
	}
	file = create_file(path, 0600);
	written = file != NULL &&
		finish_file(file,
			PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL) == 1);
	if (!written) {
		EVP_PKEY_free(key);
		return error_set(e, ERR_UNAVAILABLE, "cannot write %s: %s", path,
			strerror(errno));
	}
	if (path_of(public_path, data_dir, "heads.pub")) {
		file = create_file(public_path, 0644);
		if (file != NULL) {
			(void)finish_file(file, PEM_write_PUBKEY(file, key) == 1);
		}
	}
	*out = key;
	return ERR_OK;
}

enum err
heads_key_load(const char *data_dir, struct heads_key **out, struct error *e)
{
	char path[PATH_SIZE];
	EVP_PKEY *key;
	FILE *file;

	if (!path_of(path, data_dir, "heads.key")) {
		return error_set(e, ERR_INVALID, "the name of the data folder is too long");
	}
	file = fopen(path, "re");
	if (file == NULL) {
		return error_set(e, errno == ENOENT ? ERR_NOT_FOUND : ERR_UNAVAILABLE,
			"cannot read %s: %s", path, strerror(errno));
	}
	key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
	fclose(file);
	if (key == NULL || EVP_PKEY_get_base_id(key) != EVP_PKEY_ED25519) {
		EVP_PKEY_free(key);
		return error_set(e, ERR_INVALID, "%s is no Ed25519 key", path);
	}
	*out = wrap(key);
	return ERR_OK;
}

enum err
heads_key_open(const char *data_dir, struct heads_key **out, struct error *e)
{
	char path[PATH_SIZE];
	EVP_PKEY *key = NULL;
	enum err err;

	if (!path_of(path, data_dir, "")) {
		return error_set(e, ERR_INVALID, "the name of the data folder is too long");
	}
	if (mkdir(path, 0700) != 0 && errno != EEXIST) {
		return error_set(e, ERR_UNAVAILABLE, "cannot make %s: %s", path, strerror(errno));
	}
	err = heads_key_load(data_dir, out, e);
	if (err != ERR_NOT_FOUND) {
		return err;
	}
	if (!path_of(path, data_dir, "heads.key")) {
		return error_set(e, ERR_INVALID, "the name of the data folder is too long");
	}
	err = make(data_dir, path, &key, e);
	if (err == ERR_OK) {
		*out = wrap(key);
	}
	return err;
}

enum err
heads_key_open_public(const char *data_dir, struct heads_key **out, struct error *e)
{
	char path[PATH_SIZE];
	EVP_PKEY *key = NULL;
	FILE *file = NULL;

	if (path_of(path, data_dir, "heads.pub")) {
		file = fopen(path, "re");
	}
	if (file != NULL) {
		key = PEM_read_PUBKEY(file, NULL, NULL, NULL);
		fclose(file);
	} else if (path_of(path, data_dir, "heads.key")) {
		file = fopen(path, "re");
		if (file == NULL) {
			return error_set(e, ERR_NOT_FOUND, "there is no key of signed heads");
		}
		key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
		fclose(file);
	}
	if (key == NULL) {
		return error_set(e, ERR_INVALID, "the key of the signed heads cannot be read");
	}
	*out = wrap(key);
	return ERR_OK;
}

void
heads_key_close(struct heads_key *k)
{
	if (k != NULL) {
		EVP_PKEY_free(k->key);
		free(k);
	}
}

void
heads_key_sign(const struct heads_key *k, const void *data, size_t length,
	uint8_t out[static HEADS_SIGNATURE_SIZE])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	size_t size = HEADS_SIGNATURE_SIZE;

	if (context == NULL || EVP_DigestSignInit(context, NULL, NULL, NULL, k->key) != 1 ||
		EVP_DigestSign(context, out, &size, data, length) != 1 ||
		size != HEADS_SIGNATURE_SIZE) {
		abort(); /* the key was checked when it was opened */
	}
	EVP_MD_CTX_free(context);
}

void
heads_key_public_pem(const struct heads_key *k, char out[static HEADS_PEM_SIZE])
{
	BIO *memory = BIO_new(BIO_s_mem());
	int length = 0;

	if (memory != NULL && PEM_write_bio_PUBKEY(memory, k->key) == 1) {
		length = BIO_read(memory, out, HEADS_PEM_SIZE - 1);
	}
	if (length <= 0) {
		abort(); /* the key was checked when it was opened */
	}
	out[length] = '\0';
	BIO_free(memory);
}

bool
heads_key_verifies(const struct heads_key *k, const void *data, size_t length,
	const uint8_t signature[static HEADS_SIGNATURE_SIZE])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool valid = context != NULL &&
		EVP_DigestVerifyInit(context, NULL, NULL, NULL, k->key) == 1 &&
		EVP_DigestVerify(context, signature, HEADS_SIGNATURE_SIZE, data, length) == 1;

	EVP_MD_CTX_free(context);
	return valid;
}
