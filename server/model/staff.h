/* Members of staff, API keys, configured channels, visitors, files: rows that the house keeps. */
#ifndef MODEL_STAFF_H
#define MODEL_STAFF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/digest.h"
#include "model/types.h"

struct json_writer;

struct staff {
	uint64_t id;
	const char *login;
	const char *name;
	enum staff_role role;
	uint64_t unit;
	const char *extension;     /* NULL: none */
	const char *language;      /* "zh-CN" or "en" */
	const char *password_hash; /* Argon2id; never encoded */
	bool active;
	bool demo; /* may log in on a loopback listener only */
	int64_t created_at;
	int64_t password_at;
	uint64_t version;
};

struct api_key {
	uint64_t id;
	const char *name;
	const char *scopes; /* "calls:write customers:read ..." */
	uint64_t created_by;
	int64_t created_at;
	int64_t expires_at; /* 0: never */
	int64_t revoked_at; /* 0: valid */
};

struct channel_row {
	uint64_t id;
	const char *kind; /* "webchat" "phone" */
	const char *name;
	const char *public_key;
	const char *settings; /* JSON; secrets encrypted */
	uint64_t unit;
	bool enabled;
	int64_t created_at;
	uint64_t version;
};

struct visitor {
	uint64_t id;
	uint64_t channel;
	uint64_t customer; /* 0 until the first message */
	bool identified;
	const char *language;
	int64_t created_at;
	int64_t expires_at;
};

struct file_row {
	uint64_t id;
	uint8_t digest[DIGEST_SIZE];
	int64_t size;
	const char *type;
	const char *name;
	int64_t width;
	int64_t height;
	enum author_kind author_kind;
	uint64_t author;
	uint64_t timeline; /* 0 until it was sent */
	uint64_t fact;
	int64_t created_at;
	bool restricted;
};

/* A filter of a list of conversations, kept under a name. */
struct saved_filter {
	uint64_t id;
	uint64_t owner;
	bool shared;       /* with everybody of the owner's unit and below */
	const char *place; /* "conversations" "transcripts" */
	const char *name;
	const char *query; /* of the page's address */
	uint64_t version;
};

struct audit_row {
	uint64_t id;
	int64_t at;
	enum author_kind actor_kind;
	uint64_t actor;
	const char *action;
	const char *subject_kind;
	uint64_t subject;
	const char *address;
	const char *detail;
};

/* The members of the wire objects; the braces are the caller's. */
void staff_encode(const struct staff *s, struct json_writer *w);
void api_key_encode(const struct api_key *k, struct json_writer *w);
void
channel_encode(const struct channel_row *c, struct json_writer *w); /* without settings */
void file_encode(const struct file_row *f, struct json_writer *w);
void audit_encode(const struct audit_row *r, struct json_writer *w);

#endif
