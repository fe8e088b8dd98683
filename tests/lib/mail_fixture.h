/* Mail for tests of the writer and of what stands before it: a mailbox, letters that come to it,
 * and what an entry says of its mail. */
#ifndef TESTS_MAIL_FIXTURE_H
#define TESTS_MAIL_FIXTURE_H

#include "lib/store_fixture.h"
#include "model/mail.h"

/* One of Alice's, or of whoever is behind `from`. */
struct letter {
	const char *from;    /* NULL: alice@x.example */
	const char *id;      /* Message-ID; NULL: one that no other has */
	const char *answers; /* In-Reply-To */
	const char *reply_to;
	const char *subject; /* NULL: "Question" */
	const char *text;    /* NULL: "What is the fee?" */
	enum mail_trust trust;
	enum mail_nature nature;
	bool unanswerable; /* no rule may answer it */
	struct mail_arrival arrival;
};

/* One that has an address of its own, service@broker.example, as administrators make it. */
uint64_t fixture_mailbox(struct store_fixture *f);
/* The change that stores it; the texts stay the caller's. */
struct change *fixture_letter(uint64_t mailbox, const struct letter *l);
/* The mail of an entry, within the fixture's arena. */
void
fixture_read_mail(struct store_fixture *f, const struct fact *fact, struct mail *out);

#endif
