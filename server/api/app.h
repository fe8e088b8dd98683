/* What the parts of the running server share. One instance, made by main, loop thread only. */
#ifndef API_APP_H
#define API_APP_H

#include <stdbool.h>
#include <stdint.h>

#include "flow/ingest.h"
#include "net/net.h"
#include "store/store.h"

#define APP_VERSION "0.1.0"

struct answers;
struct bus;
struct curl_thread;
struct directory;
struct house_hours;
struct imports;
struct index_feed;
struct limits;
struct mailbox_probes;
struct mailboxes;
struct marks;
struct metrics;
struct option_set;
struct outbox;
struct outgoing;
struct presence;
struct rooms;
struct rules;
struct sessions;
struct sockets;
struct workers;

struct app_conf {
	char *data_dir;
	int log_level;
	int log_format;
	int home_region_index;
	const char *home_region;   /* "CN": numbers without a country code belong here */
	char *home_area;           /* "021": local numbers without an area code; may be "" */
	int64_t extension_digits;  /* numbers of at most so many digits are extensions, 5 */
	int64_t upload_max;        /* bytes of one file, 20m */
	int64_t upload_quota;      /* bytes a visitor may upload in 24 h, 100m */
	int64_t session_ms;        /* staff session, 12h */
	int64_t visitor_ms;        /* visitor token, 180d */
	int64_t send_per_minute;   /* entries a visitor may send, 60 */
	int64_t logins_per_minute; /* failed log-ins per account and per address, 10 */
	int64_t searches_per_minute; /* of one member of staff or key, 120 */
	int64_t argon2_memory_kib;   /* 19456 */
	int64_t argon2_passes;       /* 2 */
	int64_t
		frames_per_second; /* of one socket, 100; 0: no limit. Above it we read slower */
	int export_right;      /* enum export_right: who may export customers, supervisor */
	int merge_right;       /* enum merge_right: who may merge customers, owner */
	int64_t outbox_grace_ms;   /* 3s: time for an open app to say that it has the entry */
	int64_t outbox_give_up_ms; /* 3d */
	int64_t outbox_retry_ms;   /* 5s, growing */
	int64_t outbox_timeout_ms; /* 15s for one call */
	char *outbox_private;   /* networks that calls may go to besides public addresses */
	char *outbox_ca_file;   /* "": the system's */
	bool mail_reply_tokens; /* support+TOKEN@... */
	int64_t mail_answer_after_ms; /* 1m */
	int64_t mail_timeout_ms;      /* 3m for one mail */
	int64_t mail_max;             /* bytes of one mail that comes, 50m */
	int64_t leave_ms; /* away this long: conversations return to Unassigned, 5m */
	struct net_conf net;
	struct store_conf store;
};
extern const struct option app_options[]; /* sections "desk", "security", "server" */
/* app, net, store, drivers; NULL. For listing: the offsets of each are into its own struct,
 * so to fill an app_conf use app_settings. */
extern const struct option *const all_option_tables[];

/* The settings on their way into an app_conf, which lives as long as they do. */
struct app_settings;
struct app_settings *app_settings_create(void);    /* the defaults */
void app_settings_destroy(struct app_settings *s); /* NULL is fine */
struct option_set *app_settings_options(struct app_settings *s);
/* What no single option can know: values that contradict each other. */
MUST_CHECK enum err app_settings_check(struct app_settings *s, struct error *e);
const struct app_conf *app_settings_conf(const struct app_settings *s);

struct app {
	const struct app_conf *conf;
	struct store *store;
	struct net *net;
	struct bus *bus;
	struct workers *workers;
	struct directory
		*directory;            /* staff, channels, API keys in memory: api/directory.h */
	struct sessions *sessions; /* who is logged in: api/sessions.h */
	struct limits *limits;     /* rates per key: api/limits.h */
	struct presence *presence; /* who is there: desk/presence.h */
	struct rooms *rooms;       /* who looks at which customer, typing: desk/rooms.h */
	struct metrics *metrics;   /* what is counted for monitoring: api/metrics.h */
	struct marks *marks;       /* watermarks on their way to the store: desk/marks.h */
	struct house_hours *house_hours; /* who is told of them: api/house_hours.h */
	struct imports *imports;         /* of customers, that run: api/imports.h */
	struct index_feed *index_feed;   /* the search index: flow/index_feed.h */
	struct sockets *sockets;         /* all live sockets: api/sockets.h */
	struct curl_thread *web_client;  /* calls to other servers: net/web_client.h */
	struct curl_thread *mail_client; /* mail on its way: net/mail_client.h */
	struct mailboxes *mailboxes;     /* mail that comes: api/mailboxes.h */
	struct mailbox_probes *probes;   /* mailboxes that are tried: api/mailbox_probe.h */
	struct outbox *outbox;           /* what leaves the house: flow/outbox.h */
	struct rules *rules;             /* automatic answers: flow/rules.h */
	struct outgoing *outgoing;       /* the phrases that are watched: flow/outgoing.h */
	struct answers *answers;         /* automatic answers: flow/answers.h */
	struct ingest ingest;            /* the gate of all messages: flow/ingest.h */
	uint8_t secret[32]; /* from <data_dir>/keys/server.key: CSRF, sealing of secrets */
	bool stopping;
};

#endif
