#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "channels/email/imap_dialogue.h"
#include "channels/email/imap_text.h"

void
imap_take_capabilities(struct imap *i, const char *text)
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
		imap_wake(i, now);
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

void
imap_untagged(struct imap *i, const char *line, int64_t now)
{
	if (strncasecmp(line, "* BYE", 5) == 0) {
		imap_end(i, IMAP_ENDED, line + 5 + (line[5] == ' '));
	} else if (strncasecmp(line, "* CAPABILITY ", 13) == 0) {
		imap_take_capabilities(i, line + 13);
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
