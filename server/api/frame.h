/* What a client's frame says: text in, a checked struct out. Pure, so that a fuzzer can own
 * it; who may do what is decided by the sockets. docs/protocol.md describes the frames. */
#ifndef API_FRAME_H
#define API_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/id.h"
#include "model/change.h"

struct arena;
struct json;

enum {
	FRAME_MAX_BYTES_IN = 64 * 1024,
	FRAME_TEXT_MAX = 20000, /* bytes of a message or note */
	FRAME_FILES_MAX = 10,
	FRAME_WATCH_MAX = 8,
	FRAME_ROWS_MAX = 64,
	FRAME_REASON_MAX = 40, /* bytes */
	FRAME_RANGE_MAX = 200,
	FRAME_RANGE_ID_SIZE = 65,
};

enum frame_side { SIDE_CONSOLE, SIDE_WIDGET };

enum frame_type {
	FRAME_HELLO = 1,
	FRAME_SEND,
	FRAME_ACT,
	FRAME_MARK,
	FRAME_TYPING,
	FRAME_WATCH,
	FRAME_VIEWS,
	FRAME_ROWS,
	FRAME_PRESENCE,
	FRAME_RANGE,
	FRAME_PING,
	FRAME_FEEDBACK,
};

enum frame_view { FRAME_VIEW_MINE = 1, FRAME_VIEW_UNASSIGNED = 2, FRAME_VIEW_ALL = 4 };

/* What she is, as she chose it. */
enum frame_state { FRAME_ONLINE = 1, FRAME_AWAY, FRAME_WRAPUP };

struct presence_frame {
	enum frame_state state;
	const char *reason; /* NULL: none */
};

struct id_list {
	uint64_t items[FRAME_FILES_MAX]; /* the longest of the lists */
	size_t count;
};

/* Whose rows of a list are in sight. */
struct rows_frame {
	uint64_t items[FRAME_ROWS_MAX];
	size_t count;
};

struct hello_frame {
	const char *secret; /* csrf of the console, token of the widget */
	uint64_t cursor;    /* 0: none */
	unsigned views;     /* of frame_view */
	struct id_list watch;
	struct presence_frame presence;
	int64_t pub; /* widget; -1: the newest, please */
	const char *language;
};

struct send_frame {
	uint64_t conversation;
	uint64_t customer; /* used when there is no conversation */
	bool note;
	const char *text;
	struct id_list files;
	struct id_list mentions;      /* of a note */
	struct id_list quick_replies; /* that the text was made of */
	struct id_list acknowledged;  /* phrases of which the author was warned */
	uint64_t seen_seq;
	bool check;
	bool human; /* of the widget: she asks for a person */
};

struct feedback_frame {
	uint64_t pub;
	bool helpful;
};

struct act_frame {
	uint64_t conversation;
	enum conversation_action action;
	uint64_t assignee;
	uint64_t version;
	const char *note; /* of a hand-over; NULL: none */
};

struct mark_frame {
	uint64_t customer;
	uint64_t timeline;
	uint64_t delivered; /* pub of the widget; the console's is `seen` */
	uint64_t seen;
};

struct typing_frame {
	uint64_t customer;
	bool on;
	bool note;
};

struct range_frame {
	char id[FRAME_RANGE_ID_SIZE];
	uint64_t timeline;
	uint64_t after;
	uint64_t before; /* widget */
	bool backwards;  /* from `before` (0: the newest) to older ones */
	size_t limit;
};

struct frame {
	enum frame_type type;
	char ref[REF_SIZE];    /* of send and act; set before anything else is checked */
	struct json *document; /* owns the texts */
	union {
		struct hello_frame hello;
		struct send_frame send;
		struct act_frame act;
		struct feedback_frame feedback;
		struct mark_frame mark;
		struct typing_frame typing;
		struct id_list watch;
		unsigned views;
		struct rows_frame rows;
		struct presence_frame presence;
		struct range_frame range;
	};
};

/* On failure `e` says what is wrong; type (0: unknown) and ref are set as far as they are
 * known, so that a refused send can be answered by its ref. Call frame_fini in any case. */
MUST_CHECK enum err frame_parse(enum frame_side side, const char *data, size_t length,
	struct frame *out, struct error *e);
void frame_fini(struct frame *f);
/* A copy of the list, NULL when there is none in it. */
const uint64_t *frame_ids(const struct id_list *list, struct arena *a);

#endif
