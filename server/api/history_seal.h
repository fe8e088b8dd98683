/* The end of an exported history: where each timeline ends, signed by the key of the signed
 * heads, so that a file that was changed and hashed anew is known. See docs/export.md. */
#ifndef API_HISTORY_SEAL_H
#define API_HISTORY_SEAL_H

#include "base/err.h"

struct buf;
struct history_export;

/* Appends ,"heads":[…],"signed":{…}: null when the house has no key. Reader thread: reads the
 * key's file. */
MUST_CHECK enum err
history_seal_write(const struct history_export *x, struct buf *out, struct error *e);

#endif
