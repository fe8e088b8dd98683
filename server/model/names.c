#include "model/names.h"

#include <stddef.h>
#include <string.h>

struct name {
	int value;
	const char *text;
};

static const struct name fact_kinds[] = {
	{FACT_MESSAGE, "message"},
	{FACT_NOTE, "note"},
	{FACT_CALL_STARTED, "call_started"},
	{FACT_CALL_ANSWERED, "call_answered"},
	{FACT_CALL_ENDED, "call_ended"},
	{FACT_CALL_OUTCOME, "call_outcome"},
	{FACT_VISIT, "visit"},
	{FACT_OPENED, "opened"},
	{FACT_ASSIGNED, "assigned"},
	{FACT_RELEASED, "released"},
	{FACT_RESOLVED, "resolved"},
	{FACT_REOPENED, "reopened"},
	{FACT_CUSTOMER_CREATED, "customer_created"},
	{FACT_CUSTOMER_EDITED, "customer_edited"},
	{FACT_CONTACT_ADDED, "contact_added"},
	{FACT_CONTACT_REMOVED, "contact_removed"},
	{FACT_ATTACHED, "attached"},
	{FACT_IDENTIFIED, "identified"},
	{FACT_SEPARATED, "separated"},
	{FACT_SEND_FAILED, "send_failed"},
	{FACT_HANDED_OVER, "handed_over"},
	{FACT_FEEDBACK, "feedback"},
	{FACT_FLAGGED, "flagged"},
	{FACT_TAGGED, "tagged"},
	{FACT_LINK_PROPOSED, "link_proposed"},
	{FACT_LINK_JUDGED, "link_judged"},
	{0, NULL},
};

static const struct name author_kinds[] = {
	{AUTHOR_SYSTEM, "system"},
	{AUTHOR_CUSTOMER, "customer"},
	{AUTHOR_STAFF, "staff"},
	{AUTHOR_BOT, "bot"},
	{AUTHOR_API, "api"},
	{0, NULL},
};

static const struct name conversation_states[] = {
	{CONVERSATION_OPEN, "open"},
	{CONVERSATION_PENDING, "pending"},
	{CONVERSATION_SNOOZED, "snoozed"},
	{CONVERSATION_RESOLVED, "resolved"},
	{0, NULL},
};

static const struct name conversation_bots[] = {
	{BOT_NONE, "none"},
	{BOT_ANSWERED, "answered"},
	{BOT_UNANSWERED, "unanswered"},
	{BOT_QUIET, "quiet"},
	{0, NULL},
};

static const struct name staff_roles[] = {
	{ROLE_AGENT, "agent"},
	{ROLE_SUPERVISOR, "supervisor"},
	{ROLE_ADMINISTRATOR, "administrator"},
	{0, NULL},
};

static const struct name call_directions[] = {
	{CALL_IN, "in"},
	{CALL_OUT, "out"},
	{CALL_INTERNAL, "internal"},
	{0, NULL},
};

static const struct name call_results[] = {
	{CALL_RINGING, "ringing"},
	{CALL_TALKING, "talking"},
	{CALL_COMPLETED, "completed"},
	{CALL_MISSED, "missed"},
	{CALL_ABANDONED, "abandoned"},
	{CALL_NO_ANSWER, "no_answer"},
	{CALL_BUSY, "busy"},
	{CALL_FAILED, "failed"},
	{CALL_VOICEMAIL, "voicemail"},
	{0, NULL},
};

static const char *
name_of(const struct name *table, int value)
{
	for (const struct name *n = table; n->text != NULL; n++) {
		if (n->value == value) {
			return n->text;
		}
	}
	return "unknown";
}

static bool
value_of(const struct name *table, const char *text, int *out)
{
	if (text == NULL) {
		return false;
	}
	for (const struct name *n = table; n->text != NULL; n++) {
		if (strcmp(n->text, text) == 0) {
			*out = n->value;
			return true;
		}
	}
	return false;
}

const char *
fact_kind_name(enum fact_kind kind)
{
	return name_of(fact_kinds, (int)kind);
}

const char *
author_kind_name(enum author_kind kind)
{
	return name_of(author_kinds, (int)kind);
}

const char *
conversation_state_name(enum conversation_state state)
{
	return name_of(conversation_states, (int)state);
}

bool
conversation_state_parse(const char *name, enum conversation_state *out)
{
	int value;

	if (!value_of(conversation_states, name, &value)) {
		return false;
	}
	*out = (enum conversation_state)value;
	return true;
}

const char *
conversation_bot_name(enum conversation_bot bot)
{
	return name_of(conversation_bots, (int)bot);
}

const char *
staff_role_name(enum staff_role role)
{
	return name_of(staff_roles, (int)role);
}

bool
staff_role_parse(const char *name, enum staff_role *out)
{
	int value;

	if (!value_of(staff_roles, name, &value)) {
		return false;
	}
	*out = (enum staff_role)value;
	return true;
}

const char *
call_direction_name(enum call_direction direction)
{
	return name_of(call_directions, (int)direction);
}

bool
call_direction_parse(const char *name, enum call_direction *out)
{
	int value;

	if (!value_of(call_directions, name, &value)) {
		return false;
	}
	*out = (enum call_direction)value;
	return true;
}

const char *
call_result_name(enum call_result result)
{
	return name_of(call_results, (int)result);
}

bool
call_result_parse(const char *name, enum call_result *out)
{
	int value;

	if (!value_of(call_results, name, &value)) {
		return false;
	}
	*out = (enum call_result)value;
	return true;
}
