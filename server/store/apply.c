#include "store/apply.h"

#include <string.h>

#include "store/dedupe.h"
#include "store/records.h"

typedef enum err apply_step(struct batch *b, struct job *j);

static apply_step *const steps[] = {
	[CHANGE_POST] = apply_post,
	[CHANGE_CALL] = apply_call,
	[CHANGE_CALL_OUTCOME] = apply_call_outcome,
	[CHANGE_CONVERSATION] = apply_conversation,
	[CHANGE_RELEASE_ALL] = apply_release_all,
	[CHANGE_MARK] = apply_mark,
	[CHANGE_CUSTOMER] = apply_customer,
	[CHANGE_FIELD] = apply_field,
	[CHANGE_IMPORT] = apply_import,
	[CHANGE_CONTACT] = apply_contact,
	[CHANGE_ATTACH] = apply_attach,
	[CHANGE_UNMERGE] = apply_unmerge,
	[CHANGE_DISTINCT] = apply_distinct,
	[CHANGE_VISITOR] = apply_visitor,
	[CHANGE_IDENTIFY] = apply_identify,
	[CHANGE_ANSWER_MAIL] = apply_answer_mail,
	[CHANGE_NOTICE] = apply_notice,
	[CHANGE_STAFF] = apply_staff,
	[CHANGE_SESSION] = apply_session,
	[CHANGE_API_KEY] = apply_api_key,
	[CHANGE_CHANNEL] = apply_channel,
	[CHANGE_OUTBOX] = apply_outbox,
	[CHANGE_MAILBOX] = apply_mailbox,
	[CHANGE_FILE] = apply_file,
	[CHANGE_FILE_DROP] = apply_file_drop,
	[CHANGE_QUICK_REPLY] = apply_quick_reply,
	[CHANGE_RULES] = apply_rules,
	[CHANGE_RULE_SETTINGS] = apply_rule_settings,
	[CHANGE_RULE_HITS] = apply_rule_hits,
	[CHANGE_MENTIONS] = apply_mentions,
	[CHANGE_PRESENCE] = apply_presence,
	[CHANGE_FILTER] = apply_filter,
	[CHANGE_ANSWER] = apply_answer,
	[CHANGE_FEEDBACK] = apply_feedback,
	[CHANGE_PHRASE] = apply_phrase,
	[CHANGE_HOURS] = apply_hours,
	[CHANGE_TAGS] = apply_tags,
	[CHANGE_AUDIT] = apply_audit,
};

/* The original goes back to the sender as if it had just been made. */
static enum err
answer_with(struct batch *b, struct job *j, struct fact *original)
{
	struct head *h = timeline_head(b, original->timeline);

	j->outcome.duplicate = true;
	j->outcome.id = original->timeline;
	job_add_fact(j, original);
	if (b->failed != ERR_OK) {
		return b->failed;
	}
	if (h != NULL) {
		outcome_of(j, h);
	}
	return ERR_OK;
}

static enum err
answer_from_database(struct batch *b, struct job *j, uint64_t fact)
{
	struct value args[] = {value_id(fact)};
	struct rows r;

	if (batch_read(b, STATEMENT_FACT_BY_ID, args, &r) != ERR_OK) {
		return b->failed;
	}
	if (r.count == 0) {
		return job_refuse(j, ERR_CORRUPT, "the original entry is missing");
	}
	return answer_with(b, j, record_fact(rows_at(&r, 0)));
}

/* Changes that come one by one may look the key up; messages find theirs out at the flush. */
static bool
looks_up(const struct job *j)
{
	return j->change->kind != CHANGE_POST && j->change->kind != CHANGE_CONVERSATION;
}

static const struct job *
twin_in(const struct batch *b, const struct job *j)
{
	const struct job *twin;
	uint64_t number;

	memcpy(&number, j->key + 8, sizeof(number));
	twin = map_get(&b->key_map, number);
	if (twin == NULL || memcmp(twin->key, j->key, sizeof(j->key)) != 0) {
		return NULL;
	}
	return twin;
}

static enum err
find_duplicate(struct batch *b, struct job *j, uint64_t *out)
{
	struct value args[] = {value_blob(j->key, sizeof(j->key))};
	struct rows r;

	if (b->before != NULL && twin_in(b->before, j) != NULL &&
		batch_take_turn(b) != ERR_OK) {
		return b->failed;
	}
	*out = j->duplicate_of != 0 ? j->duplicate_of : dedupe_recent_get(b->recent, j->key);
	if (*out != 0 || !looks_up(j)) {
		return ERR_OK;
	}
	if (batch_read(b, STATEMENT_DEDUPE_READ, args, &r) != ERR_OK) {
		return b->failed;
	}
	*out = r.count > 0 ? value_as_id(rows_at(&r, 0)) : 0;
	return ERR_OK;
}

enum err
apply_change(struct batch *b, struct job *j)
{
	enum change_kind kind = j->change->kind;
	uint64_t original = 0;

	if ((unsigned)kind >= sizeof(steps) / sizeof(steps[0]) || steps[kind] == NULL) {
		return job_refuse(j, ERR_INVALID, "no such kind of change");
	}
	if (j->has_key) {
		const struct job *twin = twin_in(b, j);

		if (twin != NULL) {
			return answer_with(b, j, fact_get(twin->facts[0]));
		}
		if (find_duplicate(b, j, &original) != ERR_OK) {
			return b->failed;
		}
		if (original != 0) {
			return answer_from_database(b, j, original);
		}
	}
	return steps[kind](b, j);
}
