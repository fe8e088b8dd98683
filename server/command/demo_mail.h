/* The demo's mail: letters that came, answers that went. One thread, as all of the demo. */
#ifndef COMMAND_DEMO_MAIL_H
#define COMMAND_DEMO_MAIL_H

#include <stdbool.h>

#include "command/demo_private.h"

struct actor;
struct change;
struct outcome;

/* Of the demo's mailbox, which has no server: nothing is fetched and nothing leaves. */
extern const char demo_mailbox_settings[];

/* The letter of the step as it comes from outside; NULL after printing why. */
struct change *demo_mail_in(struct demo *d, const struct step *step);
struct change *
demo_mail_out(struct demo *d, const struct step *step, const struct actor *actor);
/* After its commit: what later steps answer, and that it has left. False after printing why. */
bool demo_mail_done(struct demo *d, struct step *step, const struct outcome *outcome);

#endif
