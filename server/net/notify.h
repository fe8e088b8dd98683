/* Tells systemd what we are doing ("READY=1"); does nothing when it did not start us. */
#ifndef NET_NOTIFY_H
#define NET_NOTIFY_H

void notify_supervisor(const char *state);

#endif
