/* Width and height of a picture from its first bytes: PNG, JPEG, GIF, WebP. Pure; the bytes are
 * hostile. Pictures are never decoded by us. */
#ifndef API_PICTURE_SIZE_H
#define API_PICTURE_SIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct picture_size {
	uint32_t width;
	uint32_t height;
};

/* False: none of these formats, cut off, or without a sensible size (1 to 65535 each way). */
bool picture_size(const void *data, size_t length, struct picture_size *out);

#endif
