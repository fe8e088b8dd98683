/* One phone call: its present state, and the events that bring it there in any order. */
#ifndef MODEL_CALL_H
#define MODEL_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "model/types.h"

#define CALL_EXTERNAL_ID_MAX 159

struct json_writer;

struct call {
	uint64_t id;
	uint64_t channel;
	const char *external_id; /* the PBX's call key */
	uint64_t timeline;
	uint64_t conversation;
	enum call_direction direction;
	enum call_result result;
	const char *customer_number; /* E.164, or as dialled; "" withheld */
	const char *house_number;    /* the number dialled or shown */
	const char *caller_name;
	const char *queue;
	const char *extension;
	uint64_t staff; /* who answered or called; 0: nobody yet */
	int64_t started_at;
	int64_t answered_at;
	int64_t ended_at;
	int64_t ring_ms;
	int64_t talk_ms;
	int64_t hold_ms;
	const char *hangup_by; /* "customer" "house" "" */
	const char *transfers; /* JSON array of {"to","kind"} or "" */
	const char *recording; /* opaque reference or "" */
	const char *outcome;   /* code chosen by the agent or "" */
	const char *outcome_note;
	bool imported;
	uint64_t version;
};

enum call_event { CALL_EVENT_START = 1, CALL_EVENT_ANSWER = 2, CALL_EVENT_END = 3 };

/* The members of the wire object; the braces are the caller's, as with all encoders here. */
void call_encode(const struct call *c, struct json_writer *w);

#endif
