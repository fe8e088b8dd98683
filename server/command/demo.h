/* Demo data: a fictional broker with customers, staff and two weeks of conversations. */
#ifndef COMMAND_DEMO_H
#define COMMAND_DEMO_H

#include <stdbool.h>
#include <stdio.h>

struct app_conf;
struct store;

#define DEMO_WEBCHAT_KEY "demo-web"
#define DEMO_PHONE_KEY "demo-phone"
#define DEMO_MAILBOX_KEY "demo-mail"

/* Fills an empty store and writes the log-ins to `logins`, one a line. The texts are read from
 * `folder`. False after printing why. Turns the process's clock back while it plays the stories
 * and leaves it frozen: the process should end soon after. */
bool demo_fill(const struct app_conf *conf, struct store *store, const char *folder,
	FILE *logins);

#endif
