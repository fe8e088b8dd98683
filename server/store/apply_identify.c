/* A visitor proved who she is. The subject is a contact point of its own; its timeline is what she
 * reads and writes from now on, on every device. What she wrote before as an unknown visitor is
 * attached to it. */
#include <stdlib.h>

#include "base/arena.h"
#include "base/str.h"
#include "store/apply.h"
#include "store/attach.h"
#include "store/dedupe.h"
#include "store/records.h"

struct identity {
	uint64_t customer; /* of the visitor until now; 0: she wrote nothing yet */
	bool identified;
	uint64_t user; /* timeline of the subject; 0: unknown so far */
	bool is_new;
};

static enum err
use_nonce(struct batch *b, struct job *j, const uint8_t **key)
{
	const struct identify_change *i = &j->change->identify;
	uint8_t *k = arena_alloc(j->change->arena, DEDUPE_KEY_SIZE);
	const char *scope = arena_printf(b->arena, "nonce:%llu:%s",
		(unsigned long long)i->channel, i->key_id != NULL ? i->key_id : "");
	struct value args[] = {value_blob(k, DEDUPE_KEY_SIZE)};
	struct rows r;

	if (str_empty(i->nonce) || str_empty(i->subject)) {
		return job_refuse(j, ERR_INVALID, "an identity needs a nonce and a subject");
	}
	dedupe_key_of(0, scope, i->nonce, k);
	if (batch_flush(b) != ERR_OK ||
		batch_read(b, STATEMENT_DEDUPE_READ, args, &r) != ERR_OK) {
		return b->failed;
	}
	if (r.count > 0) {
		return job_refuse(j, ERR_DENIED, "this identity token was used before");
	}
	*key = k;
	return ERR_OK;
}

static enum err
find(struct batch *b, struct job *j, struct identity *out)
{
	const struct identify_change *i = &j->change->identify;
	struct value visitor[] = {value_id(i->visitor)};
	struct value subject[] = {value_text(contact_key(b, "user", i->subject))};
	struct rows r;

	if (batch_read(b, STATEMENT_VISITOR_BY_ID, visitor, &r) != ERR_OK) {
		return b->failed;
	}
	if (r.count == 0) {
		return job_refuse(j, ERR_NOT_FOUND, "there is no such visitor");
	}
	out->customer = value_as_id(&rows_at(&r, 0)[1]);
	out->identified = value_as_bool(&rows_at(&r, 0)[2]);
	if (batch_read(b, STATEMENT_CONTACT_BY_KEY, subject, &r) != ERR_OK) {
		return b->failed;
	}
	out->user = r.count > 0 ? value_as_id(rows_at(&r, 0)) : 0;
	return ERR_OK;
}

/* The first time: an anonymous customer becomes this user, or a new one is made. */
static enum err
begin_user(struct batch *b, struct job *j, struct identity *id)
{
	const struct identify_change *i = &j->change->identify;
	struct new_customer n = {.name = i->name};
	struct contact_point point = {
		.kind = "user",
		.value = i->subject,
		.proven = true,
		.source = "signed",
	};
	struct head *h;

	if (id->customer != 0 && !id->identified) {
		h = timeline_head(b, id->customer);
	} else {
		n.unit = channel_unit(b, i->channel);
		h = b->failed == ERR_OK ? customer_begin(b, &n) : NULL;
	}
	if (h == NULL) {
		return b->failed != ERR_OK
			? b->failed
			: job_refuse(j, ERR_CORRUPT, "the visitor's customer is missing");
	}
	id->user = h->timeline;
	id->is_new = true;
	return contact_add_fact(b, j, h, &point);
}

/* An attached customer keeps her name; one that nobody named gets the signed one. */
static enum err
name_user(struct batch *b, struct job *j, uint64_t user)
{
	const char *name = j->change->identify.name;
	struct customer c;
	enum err err = customer_load(b, j, user, &c);

	if (err != ERR_OK || !c.anonymous) {
		return err;
	}
	c.name = str_empty(name) ? c.name : name;
	c.anonymous = false;
	c.updated_at = b->now;
	c.version++;
	return customer_store(b, &c);
}

static enum err
add_claim(struct batch *b, struct job *j, uint64_t user, const char *kind,
	const char *value)
{
	struct value args[] = {value_id(user), value_text(kind), value_text(value)};
	struct contact_point claim = {.kind = kind, .value = value, .source = "claim"};
	struct head *h;
	struct rows r;

	if (str_empty(value) || contact_check(j, &claim) != ERR_OK) {
		return ERR_OK;
	}
	if (batch_read(b, STATEMENT_CONTACT_SAME, args, &r) != ERR_OK) {
		return b->failed;
	}
	h = timeline_head(b, user);
	if (b->failed != ERR_OK || r.count > 0 || h == NULL) {
		return b->failed;
	}
	return contact_add_fact(b, j, h, &claim);
}

static enum err
tell(struct batch *b, struct job *j, uint64_t user, const uint8_t *nonce)
{
	struct draft d = draft_of(j, FACT_IDENTIFIED);
	struct head *h = timeline_head(b, user);
	struct fact *f;
	enum err err;

	if (h == NULL) {
		return b->failed != ERR_OK ? b->failed
								   : job_refuse(j, ERR_CORRUPT, "the user is missing");
	}
	jw_kstring(batch_body(b), "subject", j->change->identify.subject);
	err = fact_append(b, j, h, &d, &f);
	if (err == ERR_OK) {
		batch_key(b, NULL, nonce, f->id);
	}
	return err;
}

static enum err
give_token(struct batch *b, struct job *j, uint64_t user)
{
	const struct identify_change *i = &j->change->identify;
	struct value args[] = {
		value_id(user),
		value_blob(i->token_hash, sizeof(i->token_hash)),
		value_i64(i->expires_at),
		value_id(i->visitor),
	};

	free(map_remove(b->visitors, i->visitor));
	return batch_run(b, STATEMENT_VISITOR_IDENTIFY, args, NULL);
}

/* What an unknown visitor wrote before is read under the user; a visitor who was somebody else
 * until now leaves that behind. */
static enum err
attach_past(struct batch *b, struct job *j, const struct identity *id)
{
	const struct head *past;
	const struct head *user;
	struct attaching a = {.from = id->customer, .how = MERGE_IDENTIFIED};
	bool fits = false;
	uint64_t merge;

	if (id->is_new || id->identified || id->customer == 0 || id->customer == id->user) {
		return ERR_OK;
	}
	past = timeline_head(b, id->customer);
	user = timeline_head(b, id->user);
	if (b->failed != ERR_OK || past == NULL || user == NULL) {
		return b->failed;
	}
	if (past->state.customer != past->timeline ||
		user->state.customer == past->timeline) {
		return ERR_OK; /* an agent attached her before */
	}
	a.to = user->state.customer;
	if (attach_fits(b, a.from, a.to, &fits) != ERR_OK) {
		return b->failed;
	}
	return fits ? attach_now(b, j, &a, &merge) : ERR_OK;
}

static enum err
identify(struct batch *b, struct job *j, struct identity *id, const uint8_t *nonce)
{
	const struct identify_change *i = &j->change->identify;
	enum err err = ERR_OK;

	if (id->user == 0) {
		err = begin_user(b, j, id);
	}
	if (err == ERR_OK) {
		err = tell(b, j, id->user, nonce);
	}
	if (err == ERR_OK) {
		err = name_user(b, j, id->user);
	}
	if (err == ERR_OK) {
		err = add_claim(b, j, id->user, "phone", i->phone);
	}
	if (err == ERR_OK) {
		err = add_claim(b, j, id->user, "email", i->email);
	}
	if (err == ERR_OK) {
		err = give_token(b, j, id->user);
	}
	if (err == ERR_OK) {
		err = attach_past(b, j, id);
	}
	return err;
}

enum err
apply_identify(struct batch *b, struct job *j)
{
	struct identity id = {0};
	const uint8_t *nonce = NULL;
	struct head *h;
	enum err err = use_nonce(b, j, &nonce);

	if (err == ERR_OK) {
		err = find(b, j, &id);
	}
	if (err == ERR_OK) {
		err = identify(b, j, &id, nonce);
	}
	if (err != ERR_OK) {
		return err;
	}
	h = timeline_head(b, id.user);
	if (h != NULL) {
		outcome_of(j, h);
	}
	j->outcome.id = j->change->identify.visitor;
	j->outcome.previous = id.customer != id.user ? id.customer : 0;
	return b->failed;
}
