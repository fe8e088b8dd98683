#include "api/picture_size.h"

#include <string.h>

enum {
	SIDE_MAX = 65535,
	PNG_HEADER = 24,
	GIF_HEADER = 10,
	WEBP_HEADER = 30,
	ORIENTATION_TAG = 0x0112,
};

struct bytes {
	const uint8_t *data;
	size_t length;
};

static uint32_t
big16(const uint8_t *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t
big32(const uint8_t *p)
{
	return big16(p) << 16 | big16(p + 2);
}

static uint32_t
little16(const uint8_t *p)
{
	return (uint32_t)p[1] << 8 | p[0];
}

static uint32_t
little24(const uint8_t *p)
{
	return little16(p) | (uint32_t)p[2] << 16;
}

static bool
starts_with(struct bytes b, size_t offset, const char *magic, size_t length)
{
	return b.length >= offset + length && memcmp(b.data + offset, magic, length) == 0;
}

static bool
png(struct bytes b, struct picture_size *out)
{
	if (b.length < PNG_HEADER || !starts_with(b, 0, "\x89PNG\r\n\x1a\n", 8) ||
		!starts_with(b, 12, "IHDR", 4)) {
		return false;
	}
	*out = (struct picture_size){big32(b.data + 16), big32(b.data + 20)};
	return true;
}

static bool
gif(struct bytes b, struct picture_size *out)
{
	if (b.length < GIF_HEADER ||
		(!starts_with(b, 0, "GIF87a", 6) && !starts_with(b, 0, "GIF89a", 6))) {
		return false;
	}
	*out = (struct picture_size){little16(b.data + 6), little16(b.data + 8)};
	return true;
}

/* https://developers.google.com/speed/webp/docs/riff_container */
static bool
webp(struct bytes b, struct picture_size *out)
{
	const uint8_t *chunk = b.data + 12;
	const uint8_t *body = b.data + 20;

	if (b.length < WEBP_HEADER || !starts_with(b, 0, "RIFF", 4) ||
		!starts_with(b, 8, "WEBP", 4)) {
		return false;
	}
	if (memcmp(chunk, "VP8X", 4) == 0) {
		*out = (struct picture_size){little24(body + 4) + 1, little24(body + 7) + 1};
		return true;
	}
	if (memcmp(chunk, "VP8L", 4) == 0 && body[0] == 0x2f) {
		uint32_t bits = little16(body + 1) | little16(body + 3) << 16;

		*out = (struct picture_size){(bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1};
		return true;
	}
	if (memcmp(chunk, "VP8 ", 4) == 0 && memcmp(body + 3, "\x9d\x01\x2a", 3) == 0) {
		*out = (struct picture_size){little16(body + 6) & 0x3fff,
			little16(body + 8) & 0x3fff};
		return true;
	}
	return false;
}

/* Orientations 5 to 8 of the EXIF tag lay the picture on its side. */
static bool
exif_on_its_side(struct bytes segment)
{
	struct bytes tiff;
	uint32_t directory;
	uint32_t count;
	bool little;

	if (segment.length < 14 || !starts_with(segment, 0, "Exif\0\0", 6)) {
		return false;
	}
	tiff = (struct bytes){segment.data + 6, segment.length - 6};
	little = tiff.data[0] == 'I';
	directory = little ? little16(tiff.data + 4) | little16(tiff.data + 6) << 16
					   : big32(tiff.data + 4);
	if (directory > tiff.length || tiff.length - directory < 2) {
		return false;
	}
	count = little ? little16(tiff.data + directory) : big16(tiff.data + directory);
	for (uint32_t i = 0; i < count; i++) {
		size_t at = directory + 2 + (size_t)i * 12;
		uint32_t value;

		if (at + 12 > tiff.length) {
			return false;
		}
		if ((little ? little16(tiff.data + at) : big16(tiff.data + at)) !=
			ORIENTATION_TAG) {
			continue;
		}
		value = little ? little16(tiff.data + at + 8) : big16(tiff.data + at + 8);
		return value >= 5 && value <= 8;
	}
	return false;
}

/* SOF0 to SOF15, but for DHT, JPG and DAC that lie between them. */
static bool
is_frame(uint8_t marker)
{
	return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 &&
		marker != 0xcc;
}

static bool
jpeg(struct bytes b, struct picture_size *out)
{
	bool on_its_side = false;
	size_t at = 2;

	if (!starts_with(b, 0, "\xff\xd8\xff", 3)) {
		return false;
	}
	while (at + 4 <= b.length && b.data[at] == 0xff) {
		uint8_t marker = b.data[at + 1];
		size_t length;

		if (marker == 0xff || (marker >= 0xd0 && marker <= 0xd8) || marker == 0x01) {
			at += marker == 0xff ? 1 : 2; /* fill bytes; markers without a segment */
			continue;
		}
		length = big16(b.data + at + 2);
		if (length < 2 || at + 2 + length > b.length) {
			return false;
		}
		if (marker == 0xe1) {
			on_its_side |= exif_on_its_side((struct bytes){b.data + at + 4, length - 2});
		}
		if (is_frame(marker) && length >= 7) {
			uint32_t height = big16(b.data + at + 5);
			uint32_t width = big16(b.data + at + 7);

			*out = on_its_side ? (struct picture_size){height, width}
							   : (struct picture_size){width, height};
			return true;
		}
		at += 2 + length;
	}
	return false;
}

bool
picture_size(const void *data, size_t length, struct picture_size *out)
{
	struct bytes b = {data, length};
	struct picture_size found;

	if (!png(b, &found) && !jpeg(b, &found) && !gif(b, &found) && !webp(b, &found)) {
		return false;
	}
	if (found.width == 0 || found.height == 0 || found.width > SIDE_MAX ||
		found.height > SIDE_MAX) {
		return false;
	}
	*out = found;
	return true;
}
