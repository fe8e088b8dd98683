/* How far the mailboxes have been read. */
#include "base/arena.h"
#include "store/reader_private.h"
#include "store/records.h"

enum { MAILBOXES_MAX = 1000 };

DEFINE_LIST(mailboxes, struct mailbox_row, record_mailbox)

enum err
read_mailboxes(struct reader *r, struct arena *a, struct mailbox_row **out, size_t *count,
	struct error *e)
{
	struct value args[] = {value_i64(MAILBOXES_MAX)};

	return mailboxes(r, STATEMENT_MAILBOX_LIST, args, a, out, count, e);
}
