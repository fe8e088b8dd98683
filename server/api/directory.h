/* The small tables of the house in memory, so that the loop never waits for them: staff,
 * channels, the hours. Loaded before the server listens, loaded again after each change of them.
 * Loop thread only. Rows stay valid until the next reload: do not keep pointers. */
#ifndef API_DIRECTORY_H
#define API_DIRECTORY_H

#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/err.h"
#include "model/hours.h"
#include "model/staff.h"

struct app;
struct directory;

struct directory *directory_create(struct app *app);
void directory_destroy(struct directory *d);
MUST_CHECK enum err
directory_load(struct directory *d, struct error *e); /* before the loop runs */
typedef void directory_reloaded(void *ctx);
void
directory_reload(struct directory *d, directory_reloaded *done, void *ctx); /* async */
/* Called after every reload: sockets of people who lost rights are closed then. */
void directory_on_reload(struct directory *d, directory_reloaded *hook, void *ctx);

/* Asks for a look at the database now and then, as commands change it beside the server. Cheap:
 * called for each request. Hooks are called only when something is different. */
void directory_refresh(struct directory *d);

const struct staff *
directory_staff(const struct directory *d, uint64_t id); /* NULL: none */
const struct staff *
directory_staff_by_extension(const struct directory *d, const char *ext);
size_t directory_staff_count(const struct directory *d);
const struct staff *directory_staff_at(const struct directory *d, size_t index);
const struct channel_row *directory_channel(const struct directory *d, uint64_t id);
const struct channel_row *
directory_channel_by_key(const struct directory *d, const char *key);
const struct channel_row *
directory_first_channel(const struct directory *d, const char *kind);
const struct hours *directory_hours(const struct directory *d); /* never NULL */
size_t directory_channel_count(const struct directory *d);
const struct channel_row *directory_channel_at(const struct directory *d, size_t index);

#endif
