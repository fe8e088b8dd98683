/* A customer and the ways to reach her. */
#ifndef MODEL_CUSTOMER_H
#define MODEL_CUSTOMER_H

#include <stdbool.h>
#include <stdint.h>

struct json_writer;

struct customer {
	uint64_t id;
	uint64_t primary; /* == id unless merged under another */
	uint64_t unit;
	uint64_t owner;
	bool anonymous; /* nobody has named her yet */
	const char *name;
	const char *external_id; /* NULL: none */
	const char *language;
	const char *gender; /* "", "female", "male" */
	const char *company;
	const char *remark;
	bool restricted;
	int64_t created_at;
	int64_t updated_at;
	uint64_t version;
};

struct contact_point {
	uint64_t id;
	uint64_t customer; /* whose timeline it feeds */
	const char *kind;  /* "phone" "email" "visitor" "user" "wechat" */
	const char *value; /* normalised: E.164, lower-case address ... */
	bool proven;
	const char *label;
	const char *source; /* "agent" "pbx" "claim" "signed" "import" */
	int64_t created_at;
	uint64_t created_by; /* staff, 0: a machine */
	uint64_t proven_by;  /* staff who proved it, 0: a claim, or proven by `source` */
	int64_t proven_at;
	const char *proven_reason; /* how she knows; "" or NULL: nobody said */
};

/* The members of the wire objects; the braces are the caller's. */
void customer_encode(const struct customer *c, struct json_writer *w);
void contact_point_encode(const struct contact_point *p, struct json_writer *w);

#endif
