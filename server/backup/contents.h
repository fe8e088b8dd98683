/* What may stand in an archive, and in which order it is walked through. Shared by those who
 * write, check and restore. */
#ifndef BACKUP_CONTENTS_H
#define BACKUP_CONTENTS_H

#include <stdbool.h>

#include "backup/archive.h"
#include "backup/backup.h"
#include "store/tables.h"

#define CONTENTS_FORMAT 1
#define CONTENTS_HEAD "trunkline-backup.json"
#define CONTENTS_END "complete.json"

enum { CONTENTS_TEXT_MAX = 64 * 1024 };

enum member_kind {
	MEMBER_TABLE, /* database/<table>.<number of the piece> */
	MEMBER_HEADS, /* heads/<node>.log */
	MEMBER_FILE,  /* files/<2 digits>/<62 digits>: the SHA-256 of its content */
	MEMBER_KEY,   /* keys/<name> */
};

struct member_name {
	enum member_kind kind;
	char table[TABLE_NAME_SIZE];
	const char *file; /* of a key: its name within the folder */
	uint8_t digest[DIGEST_SIZE];
};

/* False: none of ours; nothing of it may be written anywhere. */
bool member_parse(const char *name, struct member_name *out);
bool key_name_valid(const char *name);
bool key_is_public(const char *name); /* "heads.pub" */

/* Tables that are not copied: the migrator's own, and who is logged in. */
bool table_is_copied(const char *name);

/* Called for each member between head and end; reads what it wants of it. */
typedef enum err contents_visit(void *ctx, struct archive_reader *r,
	const struct archive_member *m, const struct member_name *name, struct error *e);
/* Everything, in order, to the proper end. `out` is filled from head and end. */
MUST_CHECK enum err contents_walk(struct archive_reader *r, const char *path,
	contents_visit *visit, void *ctx, struct backup_facts *out, struct error *e);

#endif
