/* What the writer must know of a kind of channel. Declared here, because the store knows no
 * channel; answered by channels/registry.c from the drivers. Any thread. */
#ifndef MODEL_CHANNEL_KIND_H
#define MODEL_CHANNEL_KIND_H

#include <stdbool.h>

/* The house can write to a customer on it. True for kinds that no driver names. */
bool channel_kind_writes(const char *kind);

#endif
