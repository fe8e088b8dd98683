/* What of each member of staff her live sessions stand on: role, unit, password, whether she is
 * active. A command beside the server may change that; then her sessions end as after a change by
 * the API. Private to sessions.c. Loop thread only. */
#ifndef API_STANDINGS_H
#define API_STANDINGS_H

#include <stdint.h>

struct directory;
struct standings;

struct standings *standings_create(void);
void standings_destroy(struct standings *s); /* NULL is fine */

typedef void standing_changed(void *ctx, uint64_t staff);
/* Takes over what the directory says, and tells whose standing is another than the time before;
 * who is new is not told. */
void standings_read(struct standings *s, const struct directory *d,
	standing_changed *changed, void *ctx);

#endif
