/* What a client sends over a WebSocket. The first byte chooses the side. Whatever is accepted
 * keeps the bounds that the sockets rely on. */
#include "api/frame.h"

#include <assert.h>
#include <string.h>

#include "base/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_ids(const struct id_list *list, size_t max)
{
	assert(list->count <= max);
	for (size_t i = 0; i < list->count; i++) {
		assert(list->items[i] != 0 && list->items[i] <= INT64_MAX);
	}
}

static void
check_frame(enum frame_side side, const struct frame *f)
{
	switch (f->type) {
	case FRAME_HELLO:
		assert(f->hello.secret != NULL);
		check_ids(&f->hello.watch, FRAME_WATCH_MAX);
		assert(side == SIDE_WIDGET || (f->hello.views & FRAME_VIEW_MINE) != 0);
		assert(f->hello.pub >= -1);
		break;
	case FRAME_SEND:
		assert(ref_valid(f->ref, strlen(f->ref)));
		check_ids(&f->send.files, FRAME_FILES_MAX);
		assert(strlen(f->send.text) <= FRAME_TEXT_MAX);
		assert(utf8_valid(f->send.text, strlen(f->send.text)));
		assert(f->send.text[0] != '\0' || f->send.files.count > 0);
		assert(side == SIDE_WIDGET || f->send.conversation != 0 || f->send.customer != 0);
		break;
	case FRAME_ACT:
		assert(side == SIDE_CONSOLE && f->act.conversation != 0);
		assert(f->act.action >= ACTION_TAKE && f->act.action <= ACTION_REOPEN);
		assert(f->act.action != ACTION_ASSIGN || f->act.assignee != 0);
		break;
	case FRAME_WATCH:
		assert(side == SIDE_CONSOLE);
		check_ids(&f->watch, FRAME_WATCH_MAX);
		break;
	case FRAME_RANGE:
		assert(f->range.id[0] != '\0' && f->range.limit >= 1);
		assert(f->range.limit <= FRAME_RANGE_MAX);
		break;
	default:
		assert(f->type >= FRAME_HELLO && f->type <= FRAME_PING);
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum frame_side side;
	struct frame f;
	struct error e = {0};

	if (size == 0) {
		return 0;
	}
	side = (data[0] & 1) != 0 ? SIDE_WIDGET : SIDE_CONSOLE;
	/* net hands over valid UTF-8 only. */
	if (!utf8_valid((const char *)data + 1, size - 1)) {
		return 0;
	}
	if (frame_parse(side, (const char *)data + 1, size - 1, &f, &e) == ERR_OK) {
		check_frame(side, &f);
	} else {
		assert(e.code == ERR_INVALID && e.text[0] != '\0');
	}
	frame_fini(&f);
	return 0;
}
