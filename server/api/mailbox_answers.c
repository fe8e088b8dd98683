#include "api/mailbox_answers.h"

#include <inttypes.h>
#include <string.h>

#include "api/directory.h"
#include "api/mailbox_settings.h"
#include "base/arena.h"
#include "base/log.h"

static void
list_ours(const struct directory *d, struct arena *a, struct mail_answerable *m)
{
	size_t count = directory_channel_count(d);
	const char **ours = arena_alloc(a, (count + 1) * sizeof(*ours));

	m->ours = ours;
	m->our_count = 0;
	for (size_t i = 0; i < count; i++) {
		const struct channel_row *c = directory_channel_at(d, i);
		struct mailbox_settings s;

		if (strcmp(c->kind, "email") == 0 &&
			mailbox_settings_parse(c->settings, a, &s) == ERR_OK) {
			ours[m->our_count++] = s.address;
		}
	}
}

bool
mailbox_answers(const struct directory *d, uint64_t channel, struct mail_answerable *m)
{
	struct arena *a;
	const char *why;

	if (m->answering == MAILBOX_ANSWERS_NOBODY) {
		return false;
	}
	a = arena_create();
	list_ours(d, a, m);
	why = mail_not_answerable(m);
	m->ours = NULL;
	m->our_count = 0;
	arena_destroy(a);
	if (why != NULL) {
		log_event(LOG_INFO, "mail_not_answered", "channel=%" PRIu64 " reason=%s", channel,
			why);
	}
	return why == NULL;
}
