/* How a parsed document lies in memory; shared by json.c and json_read.c alone. A document
 * is a chain of chunks that go together: first a copy of the text, in which strings are
 * unescaped and terminated in place, then nodes as they come. */
#ifndef BASE_JSON_NODE_H
#define BASE_JSON_NODE_H

#include <stddef.h>
#include <stdint.h>

enum json_kind {
	KIND_NULL,
	KIND_FALSE,
	KIND_TRUE,
	KIND_INTEGER,
	KIND_REAL, /* kept as it was written: nobody calculates with it */
	KIND_STRING,
	KIND_ARRAY,
	KIND_OBJECT,
};

struct json {
	enum json_kind kind;
	uint32_t length; /* bytes of the text, or number of children */
	uint32_t key_length;
	const char *key; /* in an object */
	struct json *next; /* sibling */
	struct json **index; /* of an array with more than a few children */
	union {
		const char *text;
		int64_t integer;
		struct json *first; /* child */
	} value;
};

enum { JSON_FEW = 16 }; /* up to here walking is quicker than hashing or an index */

struct json_chunk {
	struct json_chunk *next;
	size_t used;
	size_t capacity;
	_Alignas(max_align_t) unsigned char data[];
};

/* What json_parse() gives out is the root of one of these. */
struct json_document {
	struct json root;
	struct json_chunk *chunks;
};

#endif
