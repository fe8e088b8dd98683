#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "channels/email/imap_dialogue.h"
#include "channels/email/imap_text.h"

enum { LATE_CLOCK_MS = 10 * 60 * 1000 };
#define DAY_MS (24LL * 3600 * 1000)

static void
send_line(struct imap *i, const char *line)
{
	buf_puts(&i->output, line);
	buf_puts(&i->output, "\r\n");
}

void
imap_command(struct imap *i, enum imap_state state, const char *text, int64_t now)
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
	imap_command(i, SEARCHING, text, now);
}

void
imap_sleep(struct imap *i, int64_t now)
{
	if (!i->told) {
		imap_add_event(i, IMAP_CAUGHT_UP);
		i->told = true;
	}
	i->backlog = false;
	if (i->news) {
		search(i, now);
	} else if (i->can_idle) {
		i->awake = false;
		i->idling = false;
		imap_command(i, ASLEEP, "IDLE", now);
	} else {
		i->state = PAUSING;
		i->deadline = now + IMAP_POLL_MS;
	}
}

/* A search of an empty folder is an error to some. */
void
imap_look(struct imap *i, int64_t now)
{
	if (i->exists == 0) {
		i->news = false;
		imap_sleep(i, now);
	} else {
		search(i, now);
	}
}

void
imap_wake(struct imap *i, int64_t now)
{
	if (i->state == ASLEEP && i->idling && !i->awake) {
		i->awake = true;
		i->deadline = now + IMAP_COMMAND_MS;
		send_line(i, "DONE");
	}
}

void
imap_measure(struct imap *i, int64_t now)
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
	imap_command(i, MEASURING, text.data, now);
	buf_fini(&text);
}

void
imap_fetch(struct imap *i, bool head_only, int64_t now)
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
	imap_command(i, FETCHING, text, now);
}

void
imap_pass_by(struct imap *i)
{
	i->fetching = 0;
	i->conf.uid = i->portion[i->at++].uid;
	i->told = false;
}

void
imap_hand_out(struct imap *i)
{
	const struct portion_item *item = &i->portion[i->at];
	struct imap_event *event = imap_add_event(i, IMAP_MAIL);

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

void
imap_next_mail(struct imap *i, int64_t now)
{
	for (; i->at < i->portion_count; imap_pass_by(i)) {
		const struct portion_item *item = &i->portion[i->at];

		if (item->known && item->uid == i->conf.hopeless) {
			buf_fini(&i->body);
			i->body_size = 0;
			i->head_only = true;
			imap_hand_out(i);
			return;
		}
		if (is_wanted(i, item)) {
			imap_fetch(i, item->size > i->conf.mail_max, now);
			return;
		}
	}
	search(i, now);
}
