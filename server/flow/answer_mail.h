/* Answers that go by mail: one letter with all that is said, its menu as numbered lines. Pure but
 * for the rules. Private to flow/answer*.c. */
#ifndef FLOW_ANSWER_MAIL_H
#define FLOW_ANSWER_MAIL_H

#include <stdbool.h>

#include "knowledge/rule_set.h"
#include "model/auto_answer.h"

struct arena;
struct mail;

#define ANSWER_MAIL_MENU_MS (INT64_C(7) * 24 * 3600 * 1000) /* a menu waits so long */

/* What a question has when it came by mail. */
struct answer_mail {
	const char *subject;
	bool begins; /* an exchange: the subject is part of the question */
};

struct answer_mail answer_mail_of(const struct mail *m);
/* As rule_answer(). The text is what is new in the mail; `q->text` may be "". */
void answer_mail_judge(const struct rule_set *set, const struct rule_question *q,
	const struct answer_mail *m, struct arena *a, struct rule_answer *out);
/* One text of all that the answer says, with what a person should know about it. */
void answer_mail_shape(const struct rule_set *set, const struct rule_answer *r,
	bool english, struct arena *a, struct auto_answer *answer);
/* "Re: ..." */
const char *answer_mail_subject(const struct answer_mail *m, struct arena *a);
/* Instead of a subject that must not leave the house. */
const char *answer_mail_plain_subject(bool english);

#endif
