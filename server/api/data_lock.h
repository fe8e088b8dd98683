/* One server at a time works on a data folder. */
#ifndef API_DATA_LOCK_H
#define API_DATA_LOCK_H

#include "base/err.h"

/* Makes the folder (0700) when there is none and locks <data_dir>/server.lock until *fd is
 * closed or the process ends. ERR_CONFLICT: another one holds it, `e` says which. */
MUST_CHECK enum err data_lock(const char *data_dir, int *fd, struct error *e);

#endif
