/* One reading connection. One thread at a time. */
#ifndef STORE_READER_PRIVATE_H
#define STORE_READER_PRIVATE_H

#include "store/driver.h"
#include "store/read.h"
#include "store/store.h"

struct reader {
	const struct store_driver *driver;
	struct store_conf conf;
	struct store_conn *db; /* NULL: away */
	int64_t used_at;
	int64_t failed_at;
};

struct reader *
reader_create(const struct store_driver *driver, const struct store_conf *conf);
MUST_CHECK enum err reader_connect(struct reader *r, struct error *e);
MUST_CHECK enum err reader_run(struct reader *r, enum statement s,
	const struct value *args, struct arena *a, struct rows *out, struct error *e);

#endif
