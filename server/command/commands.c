#include "command/command.h"

#include <stddef.h>

const struct command *const commands[] = {
	&command_serve,
	&command_init,
	&command_migrate,
	&command_check_config,
	&command_user,
	&command_import,
	&command_verify,
	&command_index,
	&command_backup,
	&command_restore,
	NULL,
};
