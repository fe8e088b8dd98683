/* The privacy notice of a channel: what a visitor agrees to before she writes. Part of the channel's
 * settings, {"notice":{"version":2,"zh":"...","en":"...","url":"https://..."}}. Each change of
 * its words raises the version, and who agreed to an older one is asked again. */
#ifndef API_CHANNEL_NOTICE_H
#define API_CHANNEL_NOTICE_H

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct input;
struct json;
struct json_writer;

enum { NOTICE_TEXT_MAX = 1000, NOTICE_URL_MAX = 300 };

struct channel_notice {
	int64_t version; /* 0: there never was one */
	const char *zh;  /* "" in both languages: none is shown */
	const char *en;
	const char *url; /* "": no page with the whole of it */
};

/* From the object of the settings; texts are copied into the arena. */
void
notice_parse(const struct json *settings, struct arena *a, struct channel_notice *out);
/* Writes the member "notice"; null when none is shown, unless it is to be `stored`. */
void notice_write(const struct channel_notice *n, bool stored, struct json_writer *w);
/* What an administrator typed, if she typed anything. */
void notice_read(struct input *in, struct channel_notice *n);
/* The version that has to be accepted; 0: nothing has to. */
int64_t notice_required(const struct channel_notice *n);

#endif
