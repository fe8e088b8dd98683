/* Resources that are rows of a table which people keep: how one is added, edited, removed and
 * brought back, the same for all of them. Loop thread only. */
#ifndef API_ROWS_H
#define API_ROWS_H

#include <stdint.h>

#include "api/exchange.h"
#include "model/change.h"

struct http_request;
struct input;

struct row_resource {
	enum change_kind kind;
	enum staff_role role; /* that may change them at least; programs may not */
	/* Mandatory: notes in the change what becomes of which row; id is 0 with ROW_ADD. */
	void (*mark)(struct change *c, enum row_action action, uint64_t id);
	/* For adding and editing: what the body says of the marked row. Texts go into c->arena. */
	void (*read)(struct exchange *x, struct input *in, struct change *c);
	/* For bringing back: makes of an edit without a body that. */
	void (*restore)(struct change *c);
	/* Both reply, after the commit. */
	exchange_outcome *stored;  /* for all but removing */
	exchange_outcome *removed; /* for removing */
};

/* The resource outlives its requests. All but rows_create are about ":id" of the path. */
void rows_create(struct http_request *rq, void *app,
	const struct row_resource *rows); /* 201 */
void rows_edit(struct http_request *rq, void *app, const struct row_resource *rows);
void rows_remove(struct http_request *rq, void *app, const struct row_resource *rows);
void rows_restore(struct http_request *rq, void *app, const struct row_resource *rows);

#endif
