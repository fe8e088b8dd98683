/* Imports of customers that run in this server, one at a time: the file is read in pieces on the
 * reader threads, its rows go through the store's door like everything else, and how far it
 * came is kept in the database, so that it goes on when the browser is closed.
 * Loop thread only. */
#ifndef API_IMPORTS_H
#define API_IMPORTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "crm/customer_import.h"
#include "model/import_job.h"

struct app;
struct arena;
struct imports;

struct imports *imports_create(struct app *app);
void imports_destroy(struct imports *m); /* after the store was closed; NULL is fine */

/* Where the file of an import lies, and its bad rows. */
const char *imports_path(struct arena *a, const struct app *app, uint64_t id);
const char *imports_bad_path(struct arena *a, const struct app *app, uint64_t id);

/* ERR_BUSY: another one runs. Texts are copied. */
MUST_CHECK enum err imports_start(struct imports *m, const struct import_job *job,
	const struct import_options *options, struct error *e);
/* False: it does not run here. */
bool imports_stop(struct imports *m, uint64_t id);
/* Brings what the database says up to date: counts of a running one; what says to be running
 * but does not was cut off with the server. */
void imports_refresh(const struct imports *m, struct import_job *job);

#endif
