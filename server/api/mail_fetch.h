/* One thread that reads all mailboxes: it keeps a line to each (net/mail_link.h, opened by
 * helpers of its own, because that blocks), runs its dialogue (channels/email/imap.h), and hands
 * mails to the loop, one of each mailbox at a time: the next comes after mail_fetch_go_on. A
 * line that breaks is opened again after a pause that grows and is scattered.
 *
 * Threads: all functions: loop thread; news are taken there too, after the wake. */
#ifndef API_MAIL_FETCH_H
#define API_MAIL_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/queue.h"
#include "channels/email/imap.h"
#include "net/mail_link.h"

struct arena;
struct mail_fetch;

/* A mailbox as the thread reads it. Lies in its arena, which goes with it. */
struct mail_source {
	struct arena *arena;
	uint64_t channel;
	uint64_t generation; /* of its settings: what an older one brings is dropped */
	struct mail_place place;
	char *password; /* that of the place; wiped at the end */
	struct imap_conf imap;
};

enum mail_news_kind {
	MAIL_NEWS_CONNECTING,
	MAIL_NEWS_CONNECTED, /* the folder is open */
	MAIL_NEWS_FAILED,    /* trouble and next_try_at */
	MAIL_NEWS_MAIL,      /* event: its bytes are the receiver's; then mail_fetch_go_on */
	MAIL_NEWS_CAUGHT_UP,
};

struct mail_news {
	struct queue_node node; /* first */
	enum mail_news_kind kind;
	uint64_t channel;
	uint64_t generation;
	struct imap_event event;
	struct mail_trouble trouble;
	int64_t next_try_at; /* UTC ms */
};

struct mail_fetch_conf {
	int64_t retry_ms; /* the first pause */
};
typedef void mail_fetch_wake(void *ctx); /* any thread: take the news soon */

MUST_CHECK enum err
mail_fetch_create(struct mail_fetch **out, const struct mail_fetch_conf *conf,
	mail_fetch_wake *wake, void *ctx, struct error *e);
void mail_fetch_stop(struct mail_fetch *f);    /* closes all lines */
void mail_fetch_destroy(struct mail_fetch *f); /* stops it first; NULL is fine */

/* Begins to read it, in the place of what was read for this channel before. Owns the source. */
void mail_fetch_set(struct mail_fetch *f, struct mail_source *source);
void mail_fetch_remove(struct mail_fetch *f, uint64_t channel);
void mail_fetch_go_on(struct mail_fetch *f, uint64_t channel, uint64_t generation);

struct mail_news *mail_fetch_news(struct mail_fetch *f); /* NULL: nothing new */
void mail_news_destroy(struct mail_news *n);             /* with its mail */

struct mail_source *mail_source_create(void);
void mail_source_destroy(struct mail_source *s); /* wipes; NULL is fine */

/* How long to wait after so many failures in a row; chance in [0, 1). Who was not let in waits
 * longer, so that nobody is locked out. */
int64_t
mail_fetch_pause(int64_t retry_ms, unsigned failures, bool password, double chance);

#endif
