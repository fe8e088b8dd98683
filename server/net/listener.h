/* Listening sockets: "127.0.0.1:8080, [::1]:8080, *:8443" and accepting in bounded batches. */
#ifndef NET_LISTENER_H
#define NET_LISTENER_H

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "net/address.h"

#define LISTENERS_MAX 8

struct net;

struct listener {
	struct ev_io accepting;
	struct ev_timer pause; /* after EMFILE: try again later instead of spinning */
	struct net *net;
	struct address address;
	int port; /* the real one */
	int fd;
	bool monitoring; /* of metrics_listen */
};

/* "host:port" or "[ipv6]:port"; the host may be empty or *, meaning all addresses. */
bool listener_is_endpoint(const char *text);
/* Opens all of a setting's list besides those that are open; none stays open on failure. */
MUST_CHECK enum err listeners_open(struct net *n, const char *setting, const char *list,
	bool monitoring, struct error *e);
void listeners_close(struct net *n);

#endif
