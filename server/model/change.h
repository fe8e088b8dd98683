/* A change is what somebody wants to happen; the store's writer turns it into facts, rows and
 * audit in one transaction. Everything durable enters by this type and by store_submit().
 * A change owns an arena in which all that its pointers name must live. */
#ifndef MODEL_CHANGE_H
#define MODEL_CHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/id.h"
#include "model/actor.h"
#include "model/call.h"
#include "model/customer.h"
#include "model/field.h"
#include "model/import_job.h"
#include "model/mailbox.h"
#include "model/merge.h"
#include "model/outbox.h"
#include "model/phrase.h"
#include "model/quick_reply.h"
#include "model/rule_row.h"
#include "model/staff.h"
#include "model/types.h"

struct arena;
struct auto_answer;
struct mail;
struct mail_arrival;
struct visit;

enum change_kind {
	CHANGE_POST = 1,     /* a message, note or visit */
	CHANGE_CALL,         /* one event of a call, or a whole past call */
	CHANGE_CALL_OUTCOME, /* the agent's note about a call */
	CHANGE_CONVERSATION, /* take, assign, release, resolve, reopen */
	CHANGE_RELEASE_ALL,  /* all open conversations of one member of staff */
	CHANGE_MARK,         /* delivered / read watermark */
	CHANGE_CUSTOMER,     /* create or edit */
	CHANGE_FIELD,        /* define, edit or put aside a field of customers */
	CHANGE_IMPORT,       /* an import of customers, and how far it came */
	CHANGE_CONTACT,      /* add, prove or remove a contact point */
	CHANGE_ATTACH,       /* read one customer under another: attach or merge */
	CHANGE_UNMERGE,      /* take them apart again */
	CHANGE_DISTINCT,     /* two that look alike are not the same person */
	CHANGE_VISITOR,      /* a new visitor, rotated or ended token */
	CHANGE_IDENTIFY,     /* a visitor proved her identity */
	CHANGE_ANSWER_MAIL,  /* a visitor left an address for answers */
	CHANGE_NOTICE,       /* a visitor accepted the privacy notice */
	CHANGE_STAFF,        /* create, edit, password, deactivate */
	CHANGE_SESSION,      /* log in, log out */
	CHANGE_API_KEY,
	CHANGE_CHANNEL,
	CHANGE_QUICK_REPLY,
	CHANGE_RULES,         /* keyword rules: add, edit, remove, take back */
	CHANGE_RULE_SETTINGS, /* what holds for all of them */
	CHANGE_RULE_HITS,     /* how often they answered */
	CHANGE_OUTBOX,        /* what becomes of an item on its way out */
	CHANGE_MAILBOX,       /* how far a mailbox has been read */
	CHANGE_FILE,          /* an upload is on the disk: register it */
	CHANGE_FILE_DROP,     /* it goes with no entry after all: forget it */
	CHANGE_MENTIONS,      /* mentions of oneself were looked at */
	CHANGE_PRESENCE,      /* what somebody is from now on: kept for reports */
	CHANGE_FILTER,        /* a saved filter */
	CHANGE_ANSWER,   /* an automatic answer to a question that is committed already */
	CHANGE_FEEDBACK, /* whether an automatic answer helped */
	CHANGE_HOURS,    /* when somebody is there */
	CHANGE_TAGS,     /* tags, topics and intent of a customer */
	CHANGE_PHRASE,   /* a phrase that is watched in what leaves the house */
	CHANGE_AUDIT,    /* only an audit row: opened a customer, failed log-in, export */
};

/* Who an entry is from or for. Exactly one way is used, in this order. */
struct party {
	uint64_t conversation; /* an agent answers here */
	uint64_t customer;     /* a note or message straight to a customer (her primary id) */
	uint64_t visitor; /* a widget visitor; her customer is created with the first entry */
	const char
		*contact_kind; /* "phone": resolved by the proven contact points, else an */
	const char
		*contact_value; /* anonymous customer is created and owns this proven point */
	const char *name;   /* for a customer that has to be created; may be NULL */
};

#define POST_MAIL_FILES_MAX 60 /* attachments of one mail that comes */

struct post {
	struct party party;
	enum fact_kind kind; /* FACT_MESSAGE, FACT_NOTE or FACT_VISIT */
	uint64_t channel;    /* 0: that of the conversation */
	const char *channel_kind;
	const char *text;          /* valid UTF-8; "" only with files */
	const struct visit *visit; /* FACT_VISIT: instead of the text */
	const struct mail *
		mail; /* what it has when it comes or goes by mail; NULL: it does not. Of what goes
	              the caller sets subject, from, to, cc and, if she answers a certain one,
	              `answers`; the writer all else */
	const struct mail_arrival
		*arrival;            /* of mail that comes: where it may belong; may be NULL */
	bool reply_to_confirmed; /* she knows that it goes where Reply-To says, not From */
	const struct auto_answer *answer; /* to this question; NULL: none */
	const uint64_t *files; /* registered uploads of the same author, not yet sent */
	size_t file_count;
	const uint64_t *mentions; /* members of staff who are named in a note */
	size_t mention_count;
	int64_t at; /* 0: now; else clamped to the commit */
	/* An agent saw the timeline up to this entry. If the customer has written or a colleague
	 * answered since and `stale_check` is set, the change fails with ERR_CONFLICT. */
	uint64_t seen_seq;
	bool stale_check;
	const uint64_t *quick_replies; /* that the text was made of: their use is counted */
	size_t quick_reply_count;
	const uint64_t *acknowledged; /* phrases of which the author was told, and sends */
	size_t acknowledged_count;
	/* What the check of outgoing texts found and let through: FACT_FLAGGED beside the entry. */
	const struct phrase_found *found;
	size_t found_count;
	bool ask_human; /* she pressed "talk to a person": no rule is asked */
};

struct call_change {
	uint64_t channel; /* the PBX account */
	enum call_event event;
	bool whole;       /* a finished call from a CDR: `call` is complete, no episode */
	struct call call; /* what this event knows; "" and 0 where it does not */
	const char *staff_extension; /* resolved to staff inside the transaction */
};

struct call_outcome {
	uint64_t call;
	const char *outcome; /* short code: "resolved" "callback" "no_interest" ... or "" */
	const char *note;
};

enum conversation_action {
	ACTION_TAKE = 1, /* fails with ERR_CONFLICT when somebody else has it */
	ACTION_ASSIGN,   /* to `assignee`; supervisors and the present assignee */
	ACTION_RELEASE,
	ACTION_RESOLVE,
	ACTION_REOPEN,
	ACTION_QUIET, /* no more automatic answers until it is resolved */
};

#define HANDOVER_NOTE_MAX 4000 /* bytes */
#define MENTIONS_MAX 10
#define MENTIONS_SEEN_MAX 200

struct conversation_change {
	uint64_t conversation;
	enum conversation_action action;
	uint64_t assignee; /* ACTION_ASSIGN */
	uint64_t version;  /* expected version; 0: any */
	const char *note; /* ACTION_ASSIGN, ACTION_RELEASE: for who has it next; NULL: none */
};

struct mark_change {
	uint64_t
		timeline; /* PARTY_CUSTOMER: of the visitor; staff: any timeline of the customer */
	uint64_t party; /* PARTY_CUSTOMER or the member of staff (also raises PARTY_HOUSE) */
	uint64_t delivered; /* pub for the customer, seq for staff; never goes back */
	uint64_t seen;
};

enum row_action { ROW_ADD = 1, ROW_EDIT, ROW_REMOVE };

struct value_change {
	const char *key;  /* of the field */
	const char *text; /* as typed, see field_normalise(); "" clears */
};

struct customer_change {
	bool create;
	/* Whoever has customer.external_id is edited, else created. Contact points that she
	 * lacks are added, proven where nobody else has proven them. A change that finds all as it
	 * says leaves no trace: outcome.duplicate. */
	bool by_external_id;
	struct customer
		customer; /* NULL strings stay as they are; version = expected, 0: any */
	bool clear_owner;
	const struct contact_point *contacts; /* with create or by_external_id */
	size_t contact_count;
	const struct value_change *values;
	size_t value_count;
};

struct field_change {
	enum row_action action; /* ADD or EDIT; a field is put aside by active = false */
	struct field field;     /* NULL texts, role 0 and position -1 stay as they are */
	bool set_active;
};

struct import_change {
	enum row_action action; /* ADD or EDIT */
	struct import_job import;
	const char
		*audit; /* with EDIT, worth an audit row: "import.started" ...; NULL: none */
	const char *detail;
};

struct contact_change {
	enum row_action action;
	struct contact_point point; /* id for edit and remove */
};

struct attach_change {
	uint64_t from; /* its timeline stays, read under `to` from now on */
	uint64_t to;
	/* What follows is for a merge by hand, after a preview. */
	bool by_hand;
	uint64_t from_version; /* as they were seen: ERR_CONFLICT when not so now; 0: any */
	uint64_t to_version;
	unsigned take;          /* MERGE_TAKE() of the values of `from` that win */
	bool different_numbers; /* both have customer numbers, and are one all the same */
	enum merge_right right;
	const char *reason; /* NULL: none */
};

struct unmerge_change {
	uint64_t merge;
	enum merge_right right;
	const char *reason; /* NULL: none */
};

struct distinct_change {
	uint64_t one;      /* primaries; either way round */
	uint64_t other;    /* 0: whom the proposal names */
	uint64_t proposal; /* FACT_LINK_PROPOSED that is judged so; 0: none */
	bool undo;         /* it was said before and is taken back */
};

struct visitor_change {
	enum row_action action; /* ROW_EDIT rotates the token, ROW_REMOVE ends it */
	uint64_t visitor;
	uint64_t channel;
	uint8_t token_hash[DIGEST_SIZE];
	int64_t expires_at;
	const char *language;
};

struct identify_change {
	uint64_t visitor;
	uint64_t channel;
	const char *key_id;  /* dedupe scope of the nonce */
	const char *nonce;   /* used once: a second use fails with ERR_DENIED */
	const char *subject; /* the integrator's user id */
	const char *name;    /* NULL: none */
	const char *phone;   /* claims, NULL: none */
	const char *email;
	uint8_t token_hash[DIGEST_SIZE]; /* the new token's */
	int64_t expires_at;
};

struct answer_mail_change {
	uint64_t visitor;
	const char *address; /* as typed; "" takes it away. A claim: it resolves nobody */
};

struct notice_change {
	uint64_t visitor;
	int64_t version;
};

struct staff_change {
	enum row_action
		action;         /* REMOVE = deactivate: ends sessions, releases conversations */
	struct staff staff; /* NULL strings and role 0 stay as they are */
	bool set_extension; /* staff.extension NULL then clears it */
	bool set_active;    /* reactivate by an edit */
};

struct session_change {
	enum row_action action; /* ADD = log in, REMOVE = log out */
	uint8_t token_hash[DIGEST_SIZE];
	uint64_t staff;
	bool all_of_staff; /* REMOVE every session of `staff` */
	bool others;       /* REMOVE all of `staff` but this one */
	int64_t expires_at;
	const char *agent; /* browser, for the list of sessions */
	/* Her password as the settings want it now, instead of outdated_hash if that still
	 * stands. It is the same password: her other sessions go on. NULL: nothing to do. */
	const char *password_hash;
	const char *outdated_hash;
};

struct api_key_change {
	enum row_action action; /* REMOVE = revoke */
	struct api_key key;
	uint8_t key_hash[DIGEST_SIZE];
};

struct channel_change {
	enum row_action action; /* ADD or EDIT; channels are switched off, not removed */
	struct channel_row channel;
	bool set_enabled;
	bool set_outbox; /* whether entries of the house go into the outbox */
	bool outbox;
};

struct file_change {
	struct file_row file; /* CHANGE_FILE_DROP: the id alone */
};

struct quick_reply_change {
	enum row_action action;
	struct quick_reply
		reply;    /* NULL strings stay as they are; version = expected, 0: any */
	bool restore; /* ROW_EDIT of one that was removed */
	bool set_files;
	const uint64_t *files; /* uploads of the same person, or those it has already */
	size_t file_count;
	/* ROW_ADD with rows: an import into the scope and place of `reply`, keyed by title. The
	 * writer fills one result for each; nothing is written when it is only tried. */
	const struct quick_reply *rows;
	size_t row_count;
	enum quick_import_result *results;
	bool try_only;
};

struct mentions_change {
	const uint64_t *ids;
	size_t count;
};

struct presence_change {
	uint64_t staff;
	const char *state;
	const char *reason;
};

struct answer_change {
	uint64_t timeline;
	uint64_t question; /* the entry that is answered */
	const struct auto_answer *answer;
};

struct feedback_change {
	uint64_t visitor;
	uint64_t pub; /* of the answer, in her own numbers */
	bool helpful;
};

struct phrase_change {
	enum row_action action;
	struct phrase_row row; /* NULL texts stay as they are; version = expected, 0: any */
	bool restore;          /* ROW_EDIT of one that was removed */
	/* ROW_ADD with rows: an import, keyed by text. What is there already is edited. */
	const struct phrase_row *rows;
	size_t row_count;
};

struct hours_change {
	const char *body; /* JSON of model/hours.h */
	int64_t version;  /* that was edited, 0 the first; -1: any */
};

struct tag_list {
	const char *const *texts;
	size_t count;
};

struct tags_change {
	uint64_t customer; /* primary */
	struct tag_list tags;
	struct tag_list topics;
	struct tag_list tags_removed;
	struct tag_list topics_removed;
	bool whole_tags; /* what she has besides goes */
	bool whole_topics;
	const char *intent; /* NULL: as it is; "": none */
};

struct filter_change {
	enum row_action action;
	struct saved_filter filter; /* NULL strings stay as they are */
	bool set_shared;
};

struct audit_change {
	const char *action;
	const char *subject_kind;
	uint64_t subject;
	const char *detail;
};

struct change {
	enum change_kind kind;
	struct arena *arena; /* owns everything below, and is owned by the change */
	struct actor actor;
	char ref[REF_SIZE];       /* the client's; "" when none */
	const char *dedupe_scope; /* what comes from a provider: scope and its id there */
	const char *dedupe_id;
	bool imported; /* history: never raises unread, opens no conversation */
	union {
		struct post post;
		struct call_change call;
		struct call_outcome call_outcome;
		struct conversation_change conversation;
		uint64_t release_all_of; /* staff id */
		struct mark_change mark;
		struct customer_change customer;
		struct field_change field;
		struct import_change import;
		struct contact_change contact;
		struct attach_change attach;
		struct unmerge_change unmerge;
		struct distinct_change distinct;
		struct visitor_change visitor;
		struct identify_change identify;
		struct answer_mail_change answer_mail;
		struct notice_change notice;
		struct staff_change staff;
		struct session_change session;
		struct api_key_change api_key;
		struct channel_change channel;
		struct outbox_change outbox;
		struct mailbox_change mailbox;
		struct file_change file;
		struct quick_reply_change quick_reply;
		struct rules_change rules;
		struct rule_settings_change rule_settings;
		struct rule_hits_change rule_hits;
		struct mentions_change mentions;
		struct presence_change presence;
		struct filter_change filter;
		struct answer_change answer;
		struct feedback_change feedback;
		struct phrase_change phrase;
		struct hours_change hours;
		struct tags_change tags;
		struct audit_change audit;
	};
};

struct change *change_create(enum change_kind kind, const struct actor *actor);
void change_destroy(struct change *c); /* NULL is fine */

#endif
