#include "command/command.h"

#include <stddef.h>

const struct command *const commands[] = {
	&command_serve,
	NULL,
};
