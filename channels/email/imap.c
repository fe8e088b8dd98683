#include "channels/email/imap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "channels/email/imap_dialogue.h"
#include "channels/email/imap_text.h"

enum {
	OUTPUT_MAX = 64 * 1024,
	/* Beside the mail itself a command may be answered with so much. */
	CHATTER_MAX = 32 * 1024 * 1024,
};

/* --- events --------------------------------------------------------------------------------- */

struct imap_event *
imap_add_event(struct imap *i, enum imap_event_kind kind)
{
	size_t at = 0;
	struct imap_event *event;

	while (at < i->event_count && i->events[at].kind != kind) {
		at++;
	}
	event = &i->events[at]; /* one of a kind: the newer says all that the older did */
	i->event_count += at == i->event_count;
	memset(event, 0, sizeof(*event));
	event->kind = kind;
	event->uidvalidity = i->conf.uidvalidity;
	event->uid = i->conf.uid;
	event->idle = i->can_idle;
	return event;
}

/* Words of the server for people: printable, bounded, valid. */
static void
copy_words(struct imap *i, const char *text, char out[static IMAP_WORDS_SIZE])
{
	char *fine = utf8_repair(i->arena, text, strlen(text), NULL);
	size_t length = utf8_truncate(fine, strlen(fine), IMAP_WORDS_SIZE - 1);

	for (size_t at = 0; at < length; at++) {
		out[at] = (unsigned char)fine[at] < 0x20 || fine[at] == 0x7f ? ' ' : fine[at];
	}
	out[length] = '\0';
}

void
imap_end(struct imap *i, enum imap_event_kind kind, const char *words)
{
	if (i->state == OVER) {
		return;
	}
	i->state = OVER;
	i->deadline = INT64_MAX;
	copy_words(i, words, imap_add_event(i, kind)->words);
}

/* --- what follows what ---------------------------------------------------------------------- */

static void
open_folder(struct imap *i, int64_t now)
{
	char *text = arena_printf(i->arena, "EXAMINE %s", i->folder);

	imap_command(i, OPENING, text, now);
}

static void
fetched(struct imap *i, bool fine, const char *words, int64_t now)
{
	if (!fine) {
		imap_end(i, IMAP_ENDED, words);
	} else if (!i->has_body) {
		imap_pass_by(i); /* somebody moved it away meanwhile */
		imap_next_mail(i, now);
	} else if (!i->head_only && i->body_size > i->conf.mail_max) {
		i->portion[i->at].size = i->body_size; /* the server had said less */
		imap_fetch(i, true, now);
	} else {
		imap_hand_out(i);
	}
}

static void
after_idle(struct imap *i, bool fine, int64_t now)
{
	if (!fine) {
		i->can_idle = false;
	}
	imap_look(i, now);
}

static void
done(struct imap *i, bool fine, const char *words, int64_t now)
{
	switch (i->state) {
	case ASKING:
		if (i->can_identify) {
			imap_command(i, GREETING,
				"ID (\"name\" \"Trunkline\" \"vendor\" \"Trunkline\")", now);
			return;
		}
		open_folder(i, now);
		return;
	case GREETING:
		open_folder(i, now);
		return;
	case OPENING:
		if (!fine || i->conf.uidvalidity == 0) {
			imap_end(i, IMAP_REFUSED, fine ? "the folder has no UIDVALIDITY" : words);
			return;
		}
		imap_add_event(i, IMAP_OPENED);
		imap_look(i, now);
		return;
	case SEARCHING:
		if (!fine) {
			imap_end(i, IMAP_ENDED, words);
		} else if (i->reader.found_count > 0) {
			imap_measure(i, now);
		} else {
			imap_sleep(i, now);
		}
		return;
	case MEASURING:
		if (!fine) {
			imap_end(i, IMAP_ENDED, words);
			return;
		}
		imap_next_mail(i, now);
		return;
	case FETCHING:
		fetched(i, fine, words, now);
		return;
	case ASLEEP:
		after_idle(i, fine, now);
		return;
	case POLLING:
		imap_look(i, now);
		return;
	case HOLDING:
	case PAUSING:
	case OVER:
		return; /* no command of ours */
	}
}

static void
tagged(struct imap *i, const char *line, int64_t now)
{
	char tag[16];
	size_t length = (size_t)snprintf(tag, sizeof(tag), "t%u ", i->tag);
	const char *result;
	bool fine;

	if (strncmp(line, tag, length) != 0) {
		return; /* of a command before */
	}
	result = line + length;
	fine = strncasecmp(result, "OK", 2) == 0;
	if (i->state == ASKING || i->state == OPENING) {
		const char *code = strcasestr(result, "[CAPABILITY ");

		if (code != NULL) {
			imap_take_capabilities(i, code + 12);
		}
	}
	result += strcspn(result, " ");
	result += strspn(result, " ");
	done(i, fine, result, now);
}

static void
more_wanted(struct imap *i, int64_t now)
{
	if (i->state != ASLEEP || i->idling) {
		return;
	}
	i->idling = true;
	i->deadline = now + IMAP_IDLE_MS;
	if (i->news) {
		imap_wake(i, now);
	}
}

static void
response(struct imap *i, int64_t now)
{
	const char *line = i->reader.line.length > 0 ? i->reader.line.data : "";

	if (line[0] == '*') {
		imap_untagged(i, line, now);
	} else if (line[0] == '+') {
		more_wanted(i, now);
	} else {
		tagged(i, line, now);
	}
}

void
imap_receive(struct imap *i, const void *bytes, size_t length, int64_t now)
{
	const char *data = bytes;
	struct error e;

	if (i->state != ASLEEP && i->state != PAUSING && i->state != HOLDING) {
		i->deadline = i->state == OVER ? INT64_MAX : now + IMAP_COMMAND_MS;
	}
	i->chatter += length;
	if (i->chatter > (uint64_t)i->conf.mail_max + CHATTER_MAX && i->state != ASLEEP &&
		!i->reader.keeping) {
		imap_end(i, IMAP_ENDED, "the server talks without an end");
	}
	while (length > 0 && i->state != OVER) {
		size_t used = 0;

		if (imap_reader_take(&i->reader, data, length, &used, &e)) {
			response(i, now);
			imap_reader_next(&i->reader);
		} else if (e.code != ERR_OK) {
			imap_end(i, IMAP_ENDED, e.text);
		}
		data += used;
		length -= used;
	}
}

void
imap_go_on(struct imap *i, int64_t now)
{
	if (i->state == HOLDING) {
		imap_pass_by(i);
		imap_next_mail(i, now);
	}
}

/* --- life ----------------------------------------------------------------------------------- */

struct imap *
imap_create(const struct imap_conf *conf, int64_t now)
{
	struct imap *i = xcalloc(1, sizeof(*i));

	i->arena = arena_create();
	i->conf = *conf;
	i->folder = imap_folder(conf->folder, i->arena);
	i->backlog = conf->uid == 0;
	imap_reader_init(&i->reader);
	buf_init(&i->output, OUTPUT_MAX);
	buf_init(&i->body, 1);
	if (i->folder == NULL) {
		imap_end(i, IMAP_REFUSED, "the name of the folder is not valid");
		return i;
	}
	imap_command(i, ASKING, "CAPABILITY", now);
	return i;
}

void
imap_destroy(struct imap *i)
{
	if (i == NULL) {
		return;
	}
	for (size_t at = 0; at < i->event_count; at++) {
		free(i->events[at].bytes);
	}
	imap_reader_fini(&i->reader);
	buf_fini(&i->output);
	buf_fini(&i->body);
	arena_destroy(i->arena);
	free(i);
}

void
imap_next(struct imap *i, struct imap_event *out)
{
	if (i->event_count == 0) {
		memset(out, 0, sizeof(*out));
		return;
	}
	*out = i->events[0];
	i->event_count--;
	memmove(&i->events[0], &i->events[1], i->event_count * sizeof(i->events[0]));
}

uint32_t
imap_fetching(const struct imap *i)
{
	return i->fetching;
}

struct slice
imap_output(const struct imap *i)
{
	return (struct slice){i->output.data, i->output.length};
}

void
imap_sent(struct imap *i, size_t length)
{
	i->output.length -= length;
	memmove(i->output.data, i->output.data + length, i->output.length);
}

int64_t
imap_deadline(const struct imap *i)
{
	return i->deadline;
}

void
imap_tick(struct imap *i, int64_t now)
{
	if (now < i->deadline || i->state == OVER) {
		return;
	}
	if (i->state == PAUSING) {
		imap_command(i, POLLING, "NOOP", now);
	} else if (i->state == ASLEEP && i->idling && !i->awake) {
		imap_wake(i, now);
	} else {
		imap_end(i, IMAP_ENDED, "the server does not answer");
	}
}
