/* Typed reads, called inside query.run on a reader thread (or with a reader of one's own).
 * Everything returned lives in the arena that the caller passes. Lists carry their count. */
#ifndef STORE_READ_H
#define STORE_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/err.h"
#include "model/actor.h"
#include "model/call.h"
#include "model/conversation.h"
#include "model/customer.h"
#include "model/fact.h"
#include "model/field.h"
#include "model/hours.h"
#include "model/import_job.h"
#include "model/mailbox.h"
#include "model/outbox.h"
#include "model/phrase.h"
#include "model/quick_reply.h"
#include "model/rule_row.h"
#include "model/staff.h"
#include "model/tag.h"

struct arena;
struct party;
struct reader;

#define READ_LIMIT_MAX 500

/* --- conversations ------------------------------------------------------------------- */
enum conversation_view { VIEW_MINE = 1, VIEW_UNASSIGNED, VIEW_ALL };
struct conversation_filter {
	struct scope scope;
	enum conversation_view view; /* of open ones, unless `state` says otherwise */
	bool resolved;               /* list the resolved ones instead */
	bool any_state;              /* open and resolved: the transcripts page */
	uint64_t assignee;           /* 0: any */
	uint64_t customer;           /* primary; 0: any */
	const char *channel_kind;    /* NULL: any */
	bool flagged;                /* only where a watched phrase was sent */
	bool waiting;                /* only where the customer waits for an answer */
	int64_t from;                /* last_at in [from, to); 0: open end */
	int64_t to;
	const char *search; /* part of the customer's name or a contact value; NULL */
	const char *tag;    /* that the customer has, or a topic; NULL: any */
	int64_t before_at;  /* page: strictly older than (before_at, before_id); 0: newest */
	uint64_t before_id;
	size_t limit;
};
struct conversation_item {
	struct conversation conversation;
	const char *customer_name;
	bool anonymous;
	uint64_t inbound_read; /* of scope.self, on this conversation */
	int64_t place_at;      /* with the id, where the next page goes on */
};
/* The newest entry first, to within CONVERSATION_PLACE_MS. */
MUST_CHECK enum err
read_conversations(struct reader *r, const struct conversation_filter *f, struct arena *a,
	struct conversation_item **out, size_t *count, struct error *e);
MUST_CHECK enum err read_conversation(struct reader *r, uint64_t id, uint64_t self,
	struct arena *a, struct conversation_item *out, struct error *e); /* ERR_NOT_FOUND */
struct conversation_counts {
	uint64_t mine, unassigned, all, mine_unread;
};
MUST_CHECK enum err read_conversation_counts(struct reader *r, const struct scope *scope,
	struct conversation_counts *out, struct error *e);

/* --- the floor ------------------------------------------------------------------------ */
struct floor_share {
	uint64_t assignee; /* 0: nobody yet */
	uint64_t open;
	uint64_t waiting;
	int64_t waiting_since; /* the longest; 0: nobody waits */
};
struct floor {
	struct floor_share *shares;
	size_t share_count;
	struct conversation_item *waiting; /* the longest first */
	size_t waiting_count;
};
MUST_CHECK enum err read_floor(struct reader *r, const struct scope *scope, size_t limit,
	struct arena *a, struct floor *out, struct error *e);

/* --- the team ------------------------------------------------------------------------- */
struct mention {
	uint64_t id;
	uint64_t fact;
	uint64_t author;
	int64_t at;
	int64_t seen_at; /* 0: not yet */
	uint64_t conversation;
	uint64_t customer; /* primary */
	const char *customer_name;
	bool anonymous;
	const char *text; /* the beginning of the note */
};
/* Of scope.self, the newest first, of customers whom she may see; and how many she has not
 * looked at. */
MUST_CHECK enum err read_mentions(struct reader *r, const struct scope *scope,
	uint64_t before_id, size_t limit, struct arena *a, struct mention **out,
	size_t *count, uint64_t *unseen, struct error *e);
/* Her own and those shared with her unit. */
MUST_CHECK enum err read_filters(struct reader *r, uint64_t staff, uint64_t unit,
	struct arena *a, struct saved_filter **out, size_t *count, struct error *e);
struct presence_row {
	const char *state;
	const char *reason;
	int64_t at;
};
MUST_CHECK enum err
read_presence(struct reader *r, uint64_t staff, int64_t from, int64_t to, struct arena *a,
	struct presence_row **out, size_t *count, struct error *e);

/* --- entries ---------------------------------------------------------------------------
 * Facts read from history have references == 1 and must be put; has_conversation is false. */
struct fact_list {
	struct fact **items;
	size_t count;
};
void fact_list_release(struct fact_list *l);
/* All timelines read under this customer, newest first, strictly before (at, id) (0: the end). */
MUST_CHECK enum err read_customer_entries(struct reader *r, uint64_t customer,
	int64_t before_at, uint64_t before_id, size_t limit, struct arena *a,
	struct fact_list *out, struct error *e);
/* One timeline by seq, ascending, seq > after. */
MUST_CHECK enum err read_timeline(struct reader *r, uint64_t timeline, uint64_t after_seq,
	size_t limit, struct arena *a, struct fact_list *out, struct error *e);
/* What a visitor sees: pub > after ascending, or (after == 0 and before > 0) pub < before,
 * returned ascending too. */
MUST_CHECK enum err
read_public(struct reader *r, uint64_t timeline, uint64_t after_pub, uint64_t before_pub,
	size_t limit, struct arena *a, struct fact_list *out, struct error *e);
/* The feed of one node: id > after, ascending, each with `after`, customer, unit and owner
 * filled in as they are now. */
MUST_CHECK enum err read_feed(struct reader *r, uint64_t after_id, size_t limit,
	struct arena *a, struct fact_list *out, struct error *e);
MUST_CHECK enum err
read_feed_end(struct reader *r, unsigned node, uint64_t *newest_id, struct error *e);
MUST_CHECK enum err read_fact(struct reader *r, uint64_t id, struct arena *a,
	struct fact_list *out, struct error *e);
/* One timeline with what its chain covers, by seq, ascending, seq > after: for proofs. */
struct chain_link {
	struct fact *fact;
	uint8_t salt[FACT_SALT_SIZE];
	bool salted; /* false: erased */
	uint8_t body_digest[DIGEST_SIZE];
	uint8_t hash[DIGEST_SIZE];
	bool erased;
};
struct chain_list {
	struct chain_link *items;
	size_t count;
};
void chain_list_release(struct chain_list *l);
MUST_CHECK enum err read_chain(struct reader *r, uint64_t timeline, uint64_t after_seq,
	size_t limit, struct arena *a, struct chain_list *out, struct error *e);
struct timeline_end {
	uint64_t timeline, seq;
};
MUST_CHECK enum err read_timelines_of(struct reader *r, uint64_t customer,
	struct arena *a, struct timeline_end **out, size_t *count, struct error *e);
/* The newest of the customer's own numbers. */
MUST_CHECK enum err read_public_end(struct reader *r, const struct timeline_end *end,
	struct arena *a, uint64_t *out, struct error *e);

/* --- marks ---------------------------------------------------------------------------- */
struct mark_row {
	uint64_t timeline, party, delivered, seen, conversation, inbound_read;
};
MUST_CHECK enum err read_marks(struct reader *r, uint64_t timeline, struct arena *a,
	struct mark_row **out, size_t *count, struct error *e);

/* --- customers ------------------------------------------------------------------------- */
MUST_CHECK enum err read_customer(struct reader *r, uint64_t id, struct arena *a,
	struct customer *out, struct error *e);
enum customer_sort { SORT_UPDATED, SORT_CREATED, SORT_NAME, SORT_CONTACT };
/* One of the house's fields; all that are set must hold. */
struct value_filter {
	uint64_t field;
	bool absent;          /* she has no value that fits the rest */
	const char *equals;   /* normal form, of one choice; NULL: any */
	const char *contains; /* part of a text; NULL: any */
	bool ranged;          /* by field_number(), both ends included */
	int64_t low;
	int64_t high;
};
enum { VALUE_FILTERS_MAX = 4 };
struct customer_filter {
	struct scope scope;
	const char *search; /* name part, number part, external id; NULL: all */
	uint64_t owner;     /* 0: any */
	bool ownerless;
	uint64_t unit;            /* of this subtree; 0: any */
	const char *channel_kind; /* has had a conversation on it; NULL: any */
	int64_t created_from;     /* [from, to); 0: open end */
	int64_t created_to;
	bool contacted; /* last contact in [from, to); never is 0 */
	int64_t contact_from;
	int64_t contact_to;
	int anonymous;   /* 0, 1, or -1: both */
	const char *tag; /* tag or topic; NULL: any */
	struct value_filter values[VALUE_FILTERS_MAX];
	size_t value_count;
	enum customer_sort sort;
	bool ascending;
	int64_t after_at;  /* the place of the last item of the page before */
	uint64_t after_id; /* 0: from the beginning */
	size_t limit;
};
struct customer_item {
	struct customer customer;
	int64_t last_contact_at; /* 0: never */
	int64_t place_at;        /* after_at and after_id for what follows */
	uint64_t place_id;
};
/* Keyset paging: quick wherever the page is. In the order of the last contact, which holds to
 * within CONVERSATION_PLACE_MS, those who never had one stand at the far end. */
MUST_CHECK enum err read_customers(struct reader *r, const struct customer_filter *f,
	struct arena *a, struct customer_item **out, size_t *count, struct error *e);
/* Of the customer and of all that were attached to her. */
MUST_CHECK enum err read_contacts(struct reader *r, uint64_t customer, struct arena *a,
	struct contact_point **out, size_t *count, struct error *e);
/* Who has this value, proven or claimed: candidates for a call or an attachment. */
MUST_CHECK enum err
read_customers_by_contact(struct reader *r, const char *kind, const char *value,
	struct arena *a, struct customer **out, size_t *count, struct error *e);

/* --- fields of the house ------------------------------------------------------------------ */
/* In their order, those put aside too. */
MUST_CHECK enum err read_fields(struct reader *r, struct arena *a, struct field **out,
	size_t *count, struct error *e);
/* What she has now, a value for each field at most; several choices joined by lines. */
MUST_CHECK enum err read_values(struct reader *r, uint64_t customer, struct arena *a,
	struct field_value **out, size_t *count, struct error *e);
/* What she had in this field before, newest first. */
MUST_CHECK enum err
read_former_values(struct reader *r, uint64_t customer, uint64_t field, struct arena *a,
	struct field_value **out, size_t *count, struct error *e);

/* --- hours, tags -------------------------------------------------------------------------- */
MUST_CHECK enum err
read_hours(struct reader *r, struct arena *a, struct hours *out, struct error *e);
/* Of a primary and of all that are read under her: tags, topics, intent, the oldest first. */
MUST_CHECK enum err read_tags(struct reader *r, uint64_t customer, struct arena *a,
	struct customer_tag **out, size_t *count, struct error *e);
/* That customers of the scope have, the most frequent first. */
MUST_CHECK enum err read_known_tags(struct reader *r, const struct scope *scope,
	struct arena *a, struct known_tag **out, size_t *count, struct error *e);

/* --- imports of customers ----------------------------------------------------------------- */
/* Newest first, of the units of the scope. */
MUST_CHECK enum err read_imports(struct reader *r, const struct scope *scope,
	struct arena *a, struct import_job **out, size_t *count, struct error *e);
MUST_CHECK enum err read_import(struct reader *r, const struct scope *scope, uint64_t id,
	struct arena *a, struct import_job *out, struct error *e); /* ERR_NOT_FOUND */
/* The mapping that these headings had last time; "[]": they are new. */
MUST_CHECK enum err read_import_mapping(struct reader *r, uint64_t columns_hash,
	struct arena *a, const char **out, struct error *e);

/* --- calls ------------------------------------------------------------------------------ */
MUST_CHECK enum err read_call(struct reader *r, uint64_t id, struct arena *a,
	struct call *out, struct error *e);
MUST_CHECK enum err read_calls_of(struct reader *r, uint64_t customer, size_t limit,
	struct arena *a, struct call **out, size_t *count, struct error *e);

/* --- the house --------------------------------------------------------------------------- */
MUST_CHECK enum err read_staff(struct reader *r, uint64_t id, struct arena *a,
	struct staff *out, struct error *e);
MUST_CHECK enum err read_staff_by_login(struct reader *r, const char *login,
	struct arena *a, struct staff *out, struct error *e);
MUST_CHECK enum err read_staff_list(struct reader *r, struct arena *a, struct staff **out,
	size_t *count, struct error *e);
struct session_row {
	uint8_t token_hash[DIGEST_SIZE];
	uint64_t staff;
	int64_t expires_at;
};
MUST_CHECK enum err
read_session(struct reader *r, const uint8_t token_hash[static DIGEST_SIZE],
	struct arena *a, struct session_row *out, struct staff *staff, struct error *e);
/* Those of one member of staff that last still, the newest first. */
struct session_item {
	uint8_t token_hash[DIGEST_SIZE];
	int64_t created_at;
	int64_t expires_at;
	const char *address;
	const char *agent;
};
MUST_CHECK enum err read_sessions(struct reader *r, uint64_t staff, struct arena *a,
	struct session_item **out, size_t *count, struct error *e);
MUST_CHECK enum err
read_api_key(struct reader *r, const uint8_t key_hash[static DIGEST_SIZE],
	struct arena *a, struct api_key *out, struct error *e);
MUST_CHECK enum err read_api_keys(struct reader *r, struct arena *a, struct api_key **out,
	size_t *count, struct error *e);
/* All that this person may see, with her own use; at most QUICK_READ_MAX. */
enum { QUICK_READ_MAX = 10000 };
MUST_CHECK enum err read_quick_replies(struct reader *r, const struct actor *a,
	struct arena *arena, struct quick_reply **out, size_t *count, struct error *e);
/* Also one that was removed. ERR_NOT_FOUND. */
MUST_CHECK enum err read_quick_reply(struct reader *r, const struct actor *a, uint64_t id,
	struct arena *arena, struct quick_reply *out, struct error *e);
/* All that are not removed, in the order of judgement: by priority, then the older first. */
MUST_CHECK enum err read_rules(struct reader *r, struct arena *a, struct rule_row **out,
	size_t *count, struct error *e);
/* Also one that was removed. ERR_NOT_FOUND. */
MUST_CHECK enum err read_rule(struct reader *r, uint64_t id, struct arena *a,
	struct rule_row *out, struct error *e);
/* What it was, the newest first; created_* say nothing. */
MUST_CHECK enum err read_rule_versions(struct reader *r, uint64_t id, size_t limit,
	struct arena *a, struct rule_row **out, size_t *count, struct error *e);
/* In order of rule and day. */
MUST_CHECK enum err read_rule_hits(struct reader *r, int64_t since_day, struct arena *a,
	struct rule_day **out, size_t *count, struct error *e);
MUST_CHECK enum err read_rule_hits_of(struct reader *r, uint64_t rule, int64_t since_day,
	struct arena *a, struct rule_day **out, size_t *count, struct error *e);
MUST_CHECK enum err read_rule_settings(struct reader *r, struct arena *a,
	struct rule_settings_row *out, struct error *e);
MUST_CHECK enum err read_channels(struct reader *r, struct arena *a,
	struct channel_row **out, size_t *count, struct error *e);
/* The privacy notices that she accepted, newest first. */
struct accepted_notice {
	uint64_t channel;
	int64_t version;
	int64_t at;
};
MUST_CHECK enum err read_notices_of(struct reader *r, uint64_t customer, struct arena *a,
	struct accepted_notice **out, size_t *count, struct error *e);
MUST_CHECK enum err
read_visitor(struct reader *r, const uint8_t token_hash[static DIGEST_SIZE],
	struct arena *a, struct visitor *out, struct error *e);
/* Where the visitor of this timeline wants to be answered, and in which language; address ""
 * when nowhere. */
MUST_CHECK enum err read_answer_mail(struct reader *r, uint64_t timeline, int64_t now,
	struct arena *a, const char **address, const char **language, struct error *e);
MUST_CHECK enum err read_file(struct reader *r, uint64_t id, struct arena *a,
	struct file_row *out, struct error *e);
MUST_CHECK enum err read_files_of(struct reader *r, uint64_t customer, size_t limit,
	struct arena *a, struct file_row **out, size_t *count, struct error *e);
/* Bytes uploaded by this author since `since`: for quotas. */
MUST_CHECK enum err read_upload_volume(struct reader *r, enum author_kind kind,
	uint64_t author, int64_t since, int64_t *bytes, struct error *e);
MUST_CHECK enum err
read_audit(struct reader *r, int64_t from, int64_t to, uint64_t before_id, size_t limit,
	struct arena *a, struct audit_row **out, size_t *count, struct error *e);

/* --- mailboxes ------------------------------------------------------------------------------ */
MUST_CHECK enum err read_mailboxes(struct reader *r, struct arena *a,
	struct mailbox_row **out, size_t *count, struct error *e);

/* --- automatic answers, phrases that are watched ------------------------------------------- */
MUST_CHECK enum err read_phrases(struct reader *r, struct arena *a,
	struct phrase_row **out, size_t *count, struct error *e);
/* Also one that was taken out. ERR_NOT_FOUND. */
MUST_CHECK enum err read_phrase(struct reader *r, uint64_t id, struct arena *a,
	struct phrase_row *out, struct error *e);
/* Rules whose answers were not sent for a phrase in them. */
enum { HELD_BACK_MAX = 50000 };
struct held_back {
	uint64_t rule;
	const char *title; /* "": it is gone */
	uint64_t count;
	int64_t at; /* the last one */
};
MUST_CHECK enum err read_held_back(struct reader *r, struct arena *a,
	struct held_back **out, size_t *count, struct error *e);
/* What the bot has to know about a timeline before it answers. */
struct bot_memory {
	uint64_t timeline; /* 0: she has none yet */
	uint64_t version;  /* of the state; 0: none yet */
	const char *state; /* JSON; "" none */
	bool has_conversation;
	struct conversation conversation; /* the open one, else the one resolved last */
	const char *name;                 /* "" unknown */
	const char *language;
};
/* Of this timeline, or where it is 0 of the party: a visitor or a proven contact point. */
MUST_CHECK enum err read_bot_memory(struct reader *r, const struct party *p,
	uint64_t timeline, struct arena *a, struct bot_memory *out, struct error *e);

/* --- the outbox ---------------------------------------------------------------------------- */
/* An item with what its carrier has to know. */
struct outbox_due {
	struct outbox_due *next;
	struct outbox_item item;
	struct fact *fact;   /* NULL: it is gone */
	const char *subject; /* the integrator's user id; NULL: none */
	uint64_t delivered;  /* how far she has got, by her own numbers ... */
	uint64_t seen;       /* ... and read */
	uint64_t unread;     /* entries of the house that she has not seen */
};
/* The first items of their lanes that are due, at most so many of each channel, put in front of
 * *out; *next_at: when the next one will be, 0: there is none. Facts: outbox_due_release. */
MUST_CHECK enum err read_outbox_due(struct reader *r, int64_t now, size_t per_channel,
	struct arena *a, struct outbox_due **out, int64_t *next_at, struct error *e);
void outbox_due_release(struct outbox_due *first); /* NULL is fine */
/* Fills in how far those of the facts got that are mail of the house. */
MUST_CHECK enum err read_deliveries(struct reader *r, struct fact *const *facts,
	size_t count, struct arena *a, struct error *e);
/* Newest first, id < before_id (0: all). */
MUST_CHECK enum err read_outbox(struct reader *r, uint64_t channel,
	enum outbox_state state, uint64_t before_id, size_t limit, struct arena *a,
	struct outbox_item **out, size_t *count, struct error *e);
MUST_CHECK enum err read_outbox_summary(struct reader *r, uint64_t channel,
	struct arena *a, struct outbox_summary *out, struct error *e);

#endif
