#include "backup/contents.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"

enum { PIECE_DIGITS = 6, NODE_MAX = 255 };

bool
table_is_copied(const char *name)
{
	return strcmp(name, "migration") != 0 && strcmp(name, "staff_session") != 0;
}

static bool
parse_table(const char *rest, struct member_name *out)
{
	const char *dot = strchr(rest, '.');
	size_t length = dot != NULL ? (size_t)(dot - rest) : 0;

	if (length == 0 || length >= TABLE_NAME_SIZE || strlen(dot + 1) != PIECE_DIGITS ||
		strspn(dot + 1, "0123456789") != PIECE_DIGITS) {
		return false;
	}
	memcpy(out->table, rest, length);
	out->table[length] = '\0';
	return table_name_valid(out->table) && table_is_copied(out->table);
}

static bool
parse_heads(const char *rest)
{
	char number[8];
	size_t length = strspn(rest, "0123456789");
	uint64_t node;

	if (length == 0 || length >= sizeof(number) || rest[0] == '0' ||
		strcmp(rest + length, ".log") != 0) {
		return false;
	}
	memcpy(number, rest, length);
	number[length] = '\0';
	return str_parse_u64(number, &node) && node <= NODE_MAX;
}

static bool
parse_file(const char *rest, struct member_name *out)
{
	char hex[2 * DIGEST_SIZE + 1];

	if (strlen(rest) != 2 * DIGEST_SIZE + 1 || rest[2] != '/' ||
		strspn(rest, "0123456789abcdef") != 2 ||
		strspn(rest + 3, "0123456789abcdef") != 2 * DIGEST_SIZE - 2) {
		return false;
	}
	memcpy(hex, rest, 2);
	memcpy(hex + 2, rest + 3, 2 * DIGEST_SIZE - 1);
	return hex_decode(hex, out->digest, DIGEST_SIZE) == ERR_OK;
}

bool
key_name_valid(const char *name)
{
	size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-");

	return length > 0 && length < 60 && name[length] == '\0' && name[0] != '.';
}

bool
key_is_public(const char *name)
{
	size_t length = strlen(name);

	return length > 4 && strcmp(name + length - 4, ".pub") == 0;
}

bool
member_parse(const char *name, struct member_name *out)
{
	memset(out, 0, sizeof(*out));
	if (str_starts_with(name, "database/")) {
		out->kind = MEMBER_TABLE;
		return parse_table(name + strlen("database/"), out);
	}
	if (str_starts_with(name, "heads/")) {
		out->kind = MEMBER_HEADS;
		return parse_heads(name + strlen("heads/"));
	}
	if (str_starts_with(name, "files/")) {
		out->kind = MEMBER_FILE;
		return parse_file(name + strlen("files/"), out);
	}
	if (str_starts_with(name, "keys/")) {
		out->kind = MEMBER_KEY;
		out->file = name + strlen("keys/");
		return key_name_valid(out->file);
	}
	return false;
}

static enum err
broken(const char *path, const char *what, struct error *e)
{
	return error_set(e, ERR_CORRUPT, "%.150s cannot be used: %s", path, what);
}

static enum err
read_json(struct archive_reader *r, const char *path, const struct archive_member *m,
	struct json **out, struct error *e)
{
	char *text = xmalloc(CONTENTS_TEXT_MAX);
	size_t got = 0;
	enum err err = archive_read(r, text, CONTENTS_TEXT_MAX, &got, e);

	if (err == ERR_OK &&
		(m->size > CONTENTS_TEXT_MAX || json_parse(text, got, out, NULL) != ERR_OK)) {
		err = broken(path, "its head or its closing part is damaged", e);
	}
	free(text);
	return err;
}

/* It is shown to a person at a terminal: nothing but plain characters. */
static bool
read_text(const struct json *j, const char *key, char *out, size_t size)
{
	const char *text = json_string(j, key);

	return text != NULL && str_copy(out, size, text) &&
		text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789.-+~")] == '\0';
}

static enum err
read_head(struct archive_reader *r, const char *path, struct backup_facts *out,
	struct error *e)
{
	struct archive_member m;
	struct json *j = NULL;
	int64_t format = 0;
	int64_t schema = 0;
	enum err err = archive_next(r, &m, e);

	if (err == ERR_NOT_FOUND || (err == ERR_OK && strcmp(m.name, CONTENTS_HEAD) != 0)) {
		return broken(path, "it is no backup of this program", e);
	}
	if (err == ERR_OK) {
		err = read_json(r, path, &m, &j, e);
	}
	if (err != ERR_OK) {
		return err;
	}
	if (!json_i64(j, "format", &format) || !json_i64(j, "schema", &schema) ||
		!json_i64(j, "created_at", &out->created_at) || schema < 1 || schema > 100000 ||
		!read_text(j, "program", out->program, sizeof(out->program)) ||
		!read_text(j, "driver", out->driver, sizeof(out->driver)) || format < 1) {
		err = broken(path, "its head is incomplete", e);
	} else if (format != CONTENTS_FORMAT) {
		err = error_set(e, ERR_INVALID,
			"%.150s has format %lld, this program reads %d: use a newer trunkline", path,
			(long long)format, CONTENTS_FORMAT);
	}
	out->schema = (int)schema;
	json_free(j);
	return err;
}

/* The digest was taken before the closing member itself. */
static enum err
read_end(struct archive_reader *r, const char *path, const struct archive_member *m,
	uint64_t members, const uint8_t chain[static DIGEST_SIZE], struct backup_facts *out,
	struct error *e)
{
	char expected[2 * DIGEST_SIZE + 1];
	struct json *j = NULL;
	int64_t numbers[4] = {0};
	enum err err = read_json(r, path, m, &j, e);
	bool whole;

	if (err != ERR_OK) {
		return err;
	}
	hex_encode(chain, DIGEST_SIZE, expected);
	whole = json_i64(j, "members", &numbers[0]) && json_i64(j, "rows", &numbers[1]) &&
		json_i64(j, "entries", &numbers[2]) && json_i64(j, "files", &numbers[3]) &&
		(uint64_t)numbers[0] == members && str_equals(json_string(j, "digest"), expected);
	json_free(j);
	if (!whole) {
		return broken(path, "it was changed since it was made", e);
	}
	out->rows = (uint64_t)numbers[1];
	out->entries = (uint64_t)numbers[2];
	out->files = (uint64_t)numbers[3];
	return ERR_OK;
}

static enum err
visit_one(struct archive_reader *r, const char *path, const struct archive_member *m,
	contents_visit *visit, void *ctx, struct backup_facts *out, struct error *e)
{
	struct member_name name;

	if (!member_parse(m->name, &name)) {
		return broken(path, "something in it does not belong there", e);
	}
	out->has_keys |= name.kind == MEMBER_KEY && !key_is_public(name.file);
	return visit(ctx, r, m, &name, e);
}

enum err
contents_walk(struct archive_reader *r, const char *path, contents_visit *visit,
	void *ctx, struct backup_facts *out, struct error *e)
{
	struct backup_facts facts = {.sealed = archive_is_sealed(r)};
	struct archive_member m;
	uint8_t chain[DIGEST_SIZE];
	bool ended = false;
	uint64_t total;
	enum err err = read_head(r, path, &facts, e);

	while (err == ERR_OK) {
		uint64_t members;

		err = archive_next(r, &m, e);
		if (err != ERR_OK) {
			break;
		}
		/* Without the member that has just begun. */
		members = archive_members_read(r);
		archive_chain_read(r, chain);
		if (ended) {
			return broken(path, "something follows its end", e);
		}
		ended = strcmp(m.name, CONTENTS_END) == 0;
		err = ended ? read_end(r, path, &m, members, chain, &facts, e)
					: visit_one(r, path, &m, visit, ctx, &facts, e);
	}
	if (err != ERR_NOT_FOUND) {
		return err;
	}
	if (!ended) {
		return broken(path, "its closing part is missing", e);
	}
	archive_position(r, &facts.bytes, &total);
	*out = facts;
	return ERR_OK;
}
