/* The words of the domain: who, what, in which state. Stored as small numbers that never
 * change their meaning, sent as lower-case names (see names.h). */
#ifndef MODEL_TYPES_H
#define MODEL_TYPES_H

enum fact_kind {
	FACT_MESSAGE = 1, /* text and files, from or to the customer; shown to her */
	FACT_NOTE = 2,    /* inside the house */
	FACT_CALL_STARTED = 10,
	FACT_CALL_ANSWERED = 11,
	FACT_CALL_ENDED = 12,
	FACT_CALL_OUTCOME = 13, /* what the agent noted about the call */
	FACT_VISIT = 14,        /* somebody of the house met the customer */
	FACT_OPENED = 20,       /* a conversation began */
	FACT_ASSIGNED = 21,     /* taken by or given to a member of staff */
	FACT_RELEASED = 22,     /* back to Unassigned */
	FACT_RESOLVED = 23,
	FACT_REOPENED = 24,
	FACT_CUSTOMER_CREATED = 30,
	FACT_CUSTOMER_EDITED = 31,
	FACT_CONTACT_ADDED = 32,
	FACT_CONTACT_REMOVED = 33,
	FACT_ATTACHED =
		34, /* this customer is from now on read under another, or the reverse */
	FACT_IDENTIFIED = 35,  /* a visitor proved who she is */
	FACT_SEPARATED = 36,   /* what was attached or merged was taken apart again */
	FACT_SEND_FAILED = 40, /* an entry did not leave the house, or came back */
	FACT_HANDED_OVER = 41, /* the bot brought the conversation to a person */
	FACT_FEEDBACK = 42,    /* whether an automatic answer helped */
	FACT_FLAGGED =
		43, /* an entry has a forbidden phrase: acknowledged or to be looked at */
	FACT_TAGGED = 44, /* intent, tags or topics of the customer changed */
	FACT_LINK_PROPOSED =
		45, /* this mail seems to belong to another customer's conversation */
	FACT_LINK_JUDGED = 46, /* somebody said that it does not, or took that back */
};

enum author_kind {
	AUTHOR_SYSTEM = 0,
	AUTHOR_CUSTOMER = 1, /* author = visitor id, or 0 for a phone */
	AUTHOR_STAFF = 2,
	AUTHOR_BOT = 3,
	AUTHOR_API = 4, /* author = API key */
};

enum conversation_state {
	CONVERSATION_OPEN = 1,
	CONVERSATION_PENDING = 2,
	CONVERSATION_SNOOZED = 3,
	CONVERSATION_RESOLVED = 4,
};

enum staff_role { ROLE_AGENT = 1, ROLE_SUPERVISOR = 2, ROLE_ADMINISTRATOR = 3 };

enum call_direction { CALL_IN = 1, CALL_OUT = 2, CALL_INTERNAL = 3 };

enum call_result {
	CALL_RINGING = 0,
	CALL_TALKING = 1,
	CALL_COMPLETED = 2, /* answered and ended */
	CALL_MISSED = 3,    /* inbound, nobody answered */
	CALL_ABANDONED = 4, /* the caller left the queue */
	CALL_NO_ANSWER = 5, /* outbound, the customer did not answer */
	CALL_BUSY = 6,
	CALL_FAILED = 7,
	CALL_VOICEMAIL = 8,
};

/* Parties of a watermark. Any other value is the id of a member of staff. */
#define PARTY_CUSTOMER 0
#define PARTY_HOUSE 1

#define UNIT_ROOT 0x01000000u
#define UNIT_LAST 0x01ffffffu

#endif
