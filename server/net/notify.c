#include "net/notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"

/* The protocol of sd_notify(3): one datagram to the socket named by the environment; a
 * leading @ stands for the NUL of an abstract address. */
void
notify_supervisor(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un where = {.sun_family = AF_UNIX};
	size_t length = path != NULL ? strlen(path) : 0;
	int fd;

	if (length < 2 || length >= sizeof(where.sun_path) ||
		(path[0] != '/' && path[0] != '@')) {
		return;
	}
	memcpy(where.sun_path, path, length);
	if (path[0] == '@') {
		where.sun_path[0] = '\0';
	}
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		return;
	}
	if (sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&where,
			(socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)) < 0) {
		log_event(LOG_WARN, "supervisor_not_told", "state=%s", state);
	}
	close(fd);
}
