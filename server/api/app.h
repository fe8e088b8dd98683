/* What the parts of the running server share. One instance, made by main, loop thread only. */
#ifndef API_APP_H
#define API_APP_H

#include <stdbool.h>
#include <stdint.h>

#include "net/net.h"
#include "store/store.h"

struct bus;
struct directory;
struct limits;
struct presence;
struct rooms;
struct sessions;
struct workers;

struct app_conf {
	char *data_dir;
	int log_level;
	int log_format;
	char *home_region;       /* "CN": numbers without a country code belong here */
	char *home_area;         /* "021": local numbers without an area code; may be "" */
	int64_t upload_max;      /* bytes of one file, 20m */
	int64_t upload_quota;    /* bytes a visitor may upload in 24 h, 100m */
	int64_t session_ms;      /* staff session, 12h */
	int64_t visitor_ms;      /* visitor token, 180d */
	int64_t send_per_minute; /* entries a visitor may send, 60 */
	int64_t logins_per_minute; /* failed log-ins per account and per address, 10 */
	int64_t argon2_memory_kib; /* 19456 */
	int64_t argon2_passes;     /* 2 */
	struct net_conf net;
	struct store_conf store;
};
extern const struct option app_options[];          /* sections "server", "desk", "security" */
extern const struct option *const all_option_tables[]; /* app, net, store, drivers; NULL */

struct app {
	const struct app_conf *conf;
	struct store *store;
	struct net *net;
	struct bus *bus;
	struct workers *workers;
	struct directory *directory; /* staff, channels, API keys in memory: api/directory.h */
	struct sessions *sessions;   /* who is logged in: api/sessions.h */
	struct limits *limits;       /* rates per key: api/limits.h */
	struct presence *presence;   /* who is there: desk/presence.h */
	struct rooms *rooms;         /* who looks at which customer, typing: desk/rooms.h */
	uint8_t secret[32];          /* from <data_dir>/keys/server.key: CSRF, sealing of secrets */
	bool stopping;
};

#endif
