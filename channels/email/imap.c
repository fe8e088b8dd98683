#include "channels/email/imap.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "channels/email/imap_reader.h"
#include "channels/email/imap_text.h"

enum {
	OUTPUT_MAX = 64 * 1024,
	EVENTS_MAX = 5, /* that may wait: one of each kind */
	/* Beside the mail itself a command may be answered with so much. */
	CHATTER_MAX = 32 * 1024 * 1024,
	LATE_CLOCK_MS = 10 * 60 * 1000,
};
#define DAY_MS (24LL * 3600 * 1000)

enum state {
	ASKING,    /* CAPABILITY */
	GREETING,  /* ID: some providers let nobody read who does not say what it is */
	OPENING,   /* EXAMINE */
	SEARCHING, /* UID SEARCH */
	MEASURING, /* UID FETCH of size and date, a portion */
	FETCHING,  /* UID FETCH of one mail */
	HOLDING,   /* a mail was handed out */
	ASLEEP,    /* IDLE, from the command to its end */
	PAUSING,   /* no IDLE: until the next poll */
	POLLING,   /* NOOP */
	OVER,
};

struct portion_item {
	uint32_t uid;
	uint64_t size;
	int64_t received_at;
	bool known; /* it was measured: it is still there */
};

struct imap {
	struct arena *arena;
	struct imap_conf conf;
	const char *folder; /* as it is sent */
	struct imap_reader reader;
	struct buf output;
	enum state state;
	unsigned tag;
	int64_t deadline;
	uint64_t chatter; /* bytes since the command */

	bool can_idle;
	bool can_identify;
	bool awake; /* IDLE: DONE was sent */
	bool idling;
	bool news; /* there may be mail that we have not looked for */
	bool backlog;
	bool told; /* IMAP_CAUGHT_UP with this cursor */
	uint64_t exists;

	struct portion_item portion[IMAP_PORTION];
	size_t portion_count;
	size_t at; /* in the portion */
	uint32_t fetching;
	bool head_only;
	struct buf body;
	bool has_body;
	uint64_t body_size;

	struct imap_event events[EVENTS_MAX];
	size_t event_count;
};

/* --- events --------------------------------------------------------------------------------- */

static struct imap_event *
add_event(struct imap *i, enum imap_event_kind kind)
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

static void
end(struct imap *i, enum imap_event_kind kind, const char *words)
{
	if (i->state == OVER) {
		return;
	}
	i->state = OVER;
	i->deadline = INT64_MAX;
	copy_words(i, words, add_event(i, kind)->words);
}

/* --- commands ------------------------------------------------------------------------------- */

static void
send_line(struct imap *i, const char *line)
{
	buf_puts(&i->output, line);
	buf_puts(&i->output, "\r\n");
}

static void
command(struct imap *i, enum state state, const char *text, int64_t now)
{
	struct arena *a = arena_create();

	i->tag++;
	i->state = state;
	i->chatter = 0;
	i->deadline = now + IMAP_COMMAND_MS;
	send_line(i, arena_printf(a, "t%u %s", i->tag, text));
	arena_destroy(a);
}

static void
search(struct imap *i, int64_t now)
{
	int64_t since = i->conf.since - DAY_MS; /* their days begin elsewhere */
	char day[IMAP_DAY_SIZE];
	char text[100];

	i->news = false;
	imap_day(since, day);
	imap_reader_forget_found(&i->reader, i->conf.uid);
	if (since > 0) {
		snprintf(text, sizeof(text), "UID SEARCH UID %lu:* SINCE %s",
			(unsigned long)i->conf.uid + 1, day);
	} else {
		snprintf(text, sizeof(text), "UID SEARCH UID %lu:*",
			(unsigned long)i->conf.uid + 1);
	}
	command(i, SEARCHING, text, now);
}

static void
sleep_until_news(struct imap *i, int64_t now)
{
	if (!i->told) {
		add_event(i, IMAP_CAUGHT_UP);
		i->told = true;
	}
	i->backlog = false;
	if (i->news) {
		search(i, now);
	} else if (i->can_idle) {
		i->awake = false;
		i->idling = false;
		command(i, ASLEEP, "IDLE", now);
	} else {
		i->state = PAUSING;
		i->deadline = now + IMAP_POLL_MS;
	}
}

/* A search of an empty folder is an error to some. */
static void
look_for_mail(struct imap *i, int64_t now)
{
	if (i->exists == 0) {
		i->news = false;
		sleep_until_news(i, now);
	} else {
		search(i, now);
	}
}

static void
wake(struct imap *i, int64_t now)
{
	if (i->state == ASLEEP && i->idling && !i->awake) {
		i->awake = true;
		i->deadline = now + IMAP_COMMAND_MS;
		send_line(i, "DONE");
	}
}

static void
measure(struct imap *i, int64_t now)
{
	struct buf text;

	i->portion_count = i->reader.found_count;
	i->at = 0;
	buf_init(&text, 8192);
	buf_puts(&text, "UID FETCH ");
	for (size_t at = 0; at < i->portion_count; at++) {
		i->portion[at] = (struct portion_item){.uid = i->reader.found[at]};
		buf_printf(&text, "%s%lu", at > 0 ? "," : "", (unsigned long)i->portion[at].uid);
	}
	buf_puts(&text, " (UID INTERNALDATE RFC822.SIZE)");
	command(i, MEASURING, text.data, now);
	buf_fini(&text);
}

static void
fetch(struct imap *i, bool head_only, int64_t now)
{
	char text[80];

	i->fetching = i->portion[i->at].uid;
	i->head_only = head_only;
	i->has_body = false;
	buf_fini(&i->body);
	i->reader.literal_max = head_only ? IMAP_HEAD_MAX : i->conf.mail_max;
	buf_init(&i->body, i->reader.literal_max);
	snprintf(text, sizeof(text), "UID FETCH %lu (UID BODY.PEEK[%s])",
		(unsigned long)i->portion[i->at].uid, head_only ? "HEADER" : "");
	command(i, FETCHING, text, now);
}

static void
pass_by(struct imap *i)
{
	i->fetching = 0;
	i->conf.uid = i->portion[i->at++].uid;
	i->told = false;
}

static void
hand_out(struct imap *i)
{
	const struct portion_item *item = &i->portion[i->at];
	struct imap_event *event = add_event(i, IMAP_MAIL);

	event->uid = item->uid;
	event->length = i->body.length;
	event->bytes = buf_take(&i->body);
	event->size = i->body_size > item->size ? i->body_size : item->size;
	event->received_at = item->received_at;
	event->head_only = i->head_only;
	event->backlog = i->backlog;
	i->fetching = 0;
	i->reader.literal_max = 0;
	i->state = HOLDING;
	i->deadline = INT64_MAX;
}

/* Their clock says whole seconds. What comes while we look on is new, though their clock may be
 * late; yet old mail that somebody moves into the folder is not. */
static bool
is_wanted(const struct imap *i, const struct portion_item *item)
{
	int64_t since = i->conf.since - i->conf.since % 1000;

	since -= i->backlog ? 0 : LATE_CLOCK_MS;
	return item->known && (item->received_at == 0 || item->received_at >= since);
}

/* The next mail of the portion, past those that are gone or older than what is wanted. */
static void
next_mail(struct imap *i, int64_t now)
{
	for (; i->at < i->portion_count; pass_by(i)) {
		const struct portion_item *item = &i->portion[i->at];

		if (item->known && item->uid == i->conf.hopeless) {
			buf_fini(&i->body);
			i->body_size = 0;
			i->head_only = true;
			hand_out(i);
			return;
		}
		if (is_wanted(i, item)) {
			fetch(i, item->size > i->conf.mail_max, now);
			return;
		}
	}
	search(i, now);
}

void
imap_go_on(struct imap *i, int64_t now)
{
	if (i->state == HOLDING) {
		pass_by(i);
		next_mail(i, now);
	}
}

/* --- what the server says ------------------------------------------------------------------- */

static void
take_capabilities(struct imap *i, const char *text)
{
	for (const char *word = text; *word != '\0'; word += strspn(word, " ")) {
		size_t length = strcspn(word, " ]");

		if (length == 4 && strncasecmp(word, "IDLE", 4) == 0) {
			i->can_idle = true;
		} else if (length == 2 && strncasecmp(word, "ID", 2) == 0) {
			i->can_identify = true;
		}
		word += length + (word[length] == ']');
	}
}

static void
take_uidvalidity(struct imap *i, const char *line)
{
	const char *at = strcasestr(line, "[UIDVALIDITY ");
	char text[16];
	uint64_t value = 0;
	size_t length;

	if (at == NULL) {
		return;
	}
	at += strlen("[UIDVALIDITY ");
	length = strspn(at, "0123456789");
	if (length == 0 || length >= sizeof(text)) {
		return;
	}
	memcpy(text, at, length);
	text[length] = '\0';
	if (!str_parse_u64(text, &value) || value == 0 || value > UINT32_MAX) {
		return;
	}
	if (i->conf.uidvalidity != value) {
		i->conf.uidvalidity = (uint32_t)value;
		i->conf.uid = 0; /* its numbers are others now: what is known dies as such */
		i->backlog = true;
		i->told = false;
	}
}

static void
take_exists(struct imap *i, const char *line, int64_t now)
{
	char text[24];
	size_t length = strspn(line + 2, "0123456789");
	uint64_t count = 0;

	if (length >= sizeof(text)) {
		return;
	}
	memcpy(text, line + 2, length);
	text[length] = '\0';
	if (str_parse_u64(text, &count)) {
		i->news = i->news || count > i->exists || i->state == ASLEEP;
		i->exists = count;
	}
	if (i->news) {
		wake(i, now);
	}
}

static void
measured(struct portion_item *p, const struct imap_item *item)
{
	p->known = true;
	p->size = item->has_size ? item->size : p->size;
	p->received_at = item->received_at != 0 ? item->received_at : p->received_at;
}

static void
take_item(struct imap *i, const char *line)
{
	struct imap_item item;
	struct buf quoted;

	buf_init(&quoted, IMAP_LINE_MAX);
	if (!imap_item_parse(line, &item, &quoted)) {
		buf_fini(&quoted);
		return;
	}
	for (size_t at = 0; i->state == MEASURING && at < i->portion_count; at++) {
		if (i->portion[at].uid == item.uid) {
			measured(&i->portion[at], &item);
		}
	}
	if (i->state == FETCHING && item.has_body && !i->has_body &&
		item.uid == i->portion[i->at].uid) {
		i->has_body = true;
		buf_fini(&i->body);
		i->body = item.body_quoted ? quoted : i->reader.literal;
		i->body_size = item.body_quoted ? quoted.length : i->reader.literal_size;
		buf_init(item.body_quoted ? &quoted : &i->reader.literal, IMAP_LINE_MAX);
	}
	buf_fini(&quoted);
}

static bool
is_number_then(const char *line, const char *word)
{
	size_t length = strspn(line + 2, "0123456789");

	return length > 0 && strncasecmp(line + 2 + length, word, strlen(word)) == 0;
}

static void
untagged(struct imap *i, const char *line, int64_t now)
{
	if (strncasecmp(line, "* BYE", 5) == 0) {
		end(i, IMAP_ENDED, line + 5 + (line[5] == ' '));
	} else if (strncasecmp(line, "* CAPABILITY ", 13) == 0) {
		take_capabilities(i, line + 13);
	} else if (strncasecmp(line, "* OK [UIDVALIDITY ", 18) == 0) {
		if (i->state == OPENING) {
			take_uidvalidity(i, line);
		}
	} else if (is_number_then(line, " EXISTS")) {
		take_exists(i, line, now);
	} else if (is_number_then(line, " EXPUNGE")) {
		i->exists -= i->exists > 0;
	} else if (is_number_then(line, " FETCH (")) {
		take_item(i, line);
	}
}

/* --- what follows what ---------------------------------------------------------------------- */

static void
open_folder(struct imap *i, int64_t now)
{
	char *text = arena_printf(i->arena, "EXAMINE %s", i->folder);

	command(i, OPENING, text, now);
}

static void
fetched(struct imap *i, bool fine, const char *words, int64_t now)
{
	if (!fine) {
		end(i, IMAP_ENDED, words);
	} else if (!i->has_body) {
		pass_by(i); /* somebody moved it away meanwhile */
		next_mail(i, now);
	} else if (!i->head_only && i->body_size > i->conf.mail_max) {
		i->portion[i->at].size = i->body_size; /* the server had said less */
		fetch(i, true, now);
	} else {
		hand_out(i);
	}
}

static void
after_idle(struct imap *i, bool fine, int64_t now)
{
	if (!fine) {
		i->can_idle = false;
	}
	look_for_mail(i, now);
}

static void
done(struct imap *i, bool fine, const char *words, int64_t now)
{
	switch (i->state) {
	case ASKING:
		if (i->can_identify) {
			command(i, GREETING, "ID (\"name\" \"Trunkline\" \"vendor\" \"Trunkline\")",
				now);
			return;
		}
		open_folder(i, now);
		return;
	case GREETING:
		open_folder(i, now);
		return;
	case OPENING:
		if (!fine || i->conf.uidvalidity == 0) {
			end(i, IMAP_REFUSED, fine ? "the folder has no UIDVALIDITY" : words);
			return;
		}
		add_event(i, IMAP_OPENED);
		look_for_mail(i, now);
		return;
	case SEARCHING:
		if (!fine) {
			end(i, IMAP_ENDED, words);
		} else if (i->reader.found_count > 0) {
			measure(i, now);
		} else {
			sleep_until_news(i, now);
		}
		return;
	case MEASURING:
		if (!fine) {
			end(i, IMAP_ENDED, words);
			return;
		}
		next_mail(i, now);
		return;
	case FETCHING:
		fetched(i, fine, words, now);
		return;
	case ASLEEP:
		after_idle(i, fine, now);
		return;
	case POLLING:
		look_for_mail(i, now);
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
			take_capabilities(i, code + 12);
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
		wake(i, now);
	}
}

static void
response(struct imap *i, int64_t now)
{
	const char *line = i->reader.line.length > 0 ? i->reader.line.data : "";

	if (line[0] == '*') {
		untagged(i, line, now);
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
		end(i, IMAP_ENDED, "the server talks without an end");
	}
	while (length > 0 && i->state != OVER) {
		size_t used = 0;

		if (imap_reader_take(&i->reader, data, length, &used, &e)) {
			response(i, now);
			imap_reader_next(&i->reader);
		} else if (e.code != ERR_OK) {
			end(i, IMAP_ENDED, e.text);
		}
		data += used;
		length -= used;
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
		end(i, IMAP_REFUSED, "the name of the folder is not valid");
		return i;
	}
	command(i, ASKING, "CAPABILITY", now);
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
		command(i, POLLING, "NOOP", now);
	} else if (i->state == ASLEEP && i->idling && !i->awake) {
		wake(i, now);
	} else {
		end(i, IMAP_ENDED, "the server does not answer");
	}
}
