/* Mail on its way into a timeline: which entry it answers, whether the sender belongs there, and
 * what is kept of it besides its entry. Writer thread; all within one change. */
#ifndef STORE_MAILS_H
#define STORE_MAILS_H

#include "model/mail.h"
#include "store/apply.h"

struct json_writer;

/* Where earlier mail has it. */
struct mail_thread {
	uint64_t entry; /* 0: the conversation has no mail yet */
	uint64_t timeline;
	uint64_t conversation;
	const char *why; /* "number" "token" "reference" "subject"; NULL: nothing was found */
};

/* What becomes of one mail. */
struct mail_plan {
	struct mail mail; /* as it will stand in the entry */
	uint64_t mailbox; /* channel */
	bool outgoing;
	bool hidden; /* the customer is none of those to whom it goes */
	/* A machine's: it stays with the conversation that it answers, opens none again, and
	 * nobody waits for an answer. */
	bool quiet;
	struct mail_thread thread;
	bool proposed; /* the thread is another customer's: for a person to decide */
};

/* Before anything is written; chooses the mailbox of what goes. */
MUST_CHECK enum err mail_check(struct batch *b, struct job *j, struct mail_plan *plan);
/* After the party is known; may choose another timeline of the same customer. */
MUST_CHECK enum err
mail_place(struct batch *b, struct job *j, struct head **head, struct mail_plan *plan);
/* The mail, as the last member of a body that was begun; false: the body is too long. */
bool mail_body(struct batch *b, struct json_writer *w, const struct mail *m);
/* The body of the entry: text and mail; of what comes nothing is ever too long: it is cut
 * and says so. */
MUST_CHECK enum err mail_write(struct batch *b, struct job *j, struct mail_plan *plan);
/* After the entry was appended: its Message-ID, its files, and what leaves the house. */
MUST_CHECK enum err mail_entered(struct batch *b, struct job *j,
	const struct mail_plan *plan, struct fact *f);

/* An entry did not arrive. */
struct send_failure {
	uint64_t entry;
	const char *status;
	const char *text;
	bool final; /* false: it is late */
};
/* Tells it in the entry's timeline; a final one opens its conversation again, so that somebody
 * looks. Nothing happens when the entry is gone. */
MUST_CHECK enum err
send_failed(struct batch *b, struct job *j, const struct send_failure *failure);

#endif
