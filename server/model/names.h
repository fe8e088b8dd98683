/* Names of the domain's words on the wire and back. Unknown numbers give "unknown",
 * unknown names give false. */
#ifndef MODEL_NAMES_H
#define MODEL_NAMES_H

#include <stdbool.h>

#include "model/conversation.h"
#include "model/types.h"

const char *fact_kind_name(enum fact_kind kind); /* "message", "call_started", ... */
const char *
author_kind_name(enum author_kind kind); /* "system" "customer" "staff" "bot" "api" */
const char *
conversation_state_name(enum conversation_state state); /* "open" ... "resolved" */
bool conversation_state_parse(const char *name, enum conversation_state *out);
const char *
conversation_bot_name(enum conversation_bot bot); /* "none" "answered" ... "quiet" */
const char *
staff_role_name(enum staff_role role); /* "agent" "supervisor" "administrator" */
bool staff_role_parse(const char *name, enum staff_role *out);
const char *
call_direction_name(enum call_direction direction); /* "in" "out" "internal" */
bool call_direction_parse(const char *name, enum call_direction *out);
const char *
call_result_name(enum call_result result); /* "ringing" "talking" "completed" ... */
bool call_result_parse(const char *name, enum call_result *out);

#endif
