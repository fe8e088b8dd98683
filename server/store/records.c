#include "store/records.h"

#include "base/arena.h"
#include "base/str.h"
#include "model/fact.h"

void
record_conversation(const struct value *v, struct conversation *out)
{
	*out = (struct conversation){
		.id = value_as_id(&v[0]),
		.timeline = value_as_id(&v[1]),
		.customer = value_as_id(&v[2]),
		.unit = value_as_id(&v[3]),
		.owner = value_as_id(&v[4]),
		.state = (enum conversation_state)value_as_i64(&v[5]),
		.assignee = value_as_id(&v[6]),
		.channel = value_as_id(&v[7]),
		.version = value_as_id(&v[9]),
		.opened_at = value_as_i64(&v[10]),
		.resolved_at = value_as_i64(&v[11]),
		.waiting_since = value_as_i64(&v[12]),
		.inbound = value_as_id(&v[13]),
		.missed_calls = value_as_id(&v[14]),
		.last_fact = value_as_id(&v[15]),
		.last_seq = value_as_id(&v[16]),
		.last_at = value_as_i64(&v[17]),
		.last_kind = (enum fact_kind)value_as_i64(&v[18]),
		.last_author_kind = (enum author_kind)value_as_i64(&v[19]),
	};
	str_copy(out->channel_kind, sizeof(out->channel_kind), value_as_text(&v[8]));
	str_copy(out->preview, sizeof(out->preview), value_as_text(&v[20]));
	out->bot = (enum conversation_bot)value_as_i64(&v[21]);
	out->flags = value_as_id(&v[22]);
	out->listed_at = value_as_i64(&v[23]);
}

void
record_customer(const struct value *v, struct customer *out)
{
	*out = (struct customer){
		.id = value_as_id(&v[0]),
		.primary = value_as_id(&v[1]),
		.unit = value_as_id(&v[2]),
		.owner = value_as_id(&v[3]),
		.anonymous = value_as_bool(&v[4]),
		.name = value_as_text(&v[5]),
		.external_id = value_as_text_or_null(&v[6]),
		.language = value_as_text(&v[7]),
		.gender = value_as_text(&v[8]),
		.company = value_as_text(&v[9]),
		.remark = value_as_text(&v[10]),
		.restricted = value_as_bool(&v[11]),
		.created_at = value_as_i64(&v[12]),
		.updated_at = value_as_i64(&v[13]),
		.version = value_as_id(&v[14]),
	};
}

void
record_contact(const struct value *v, struct contact_point *out)
{
	*out = (struct contact_point){
		.id = value_as_id(&v[0]),
		.customer = value_as_id(&v[1]),
		.kind = value_as_text(&v[2]),
		.value = value_as_text(&v[3]),
		.proven = v[4].type != VALUE_NULL,
		.label = value_as_text(&v[5]),
		.source = value_as_text(&v[6]),
		.created_at = value_as_i64(&v[7]),
		.created_by = value_as_id(&v[8]),
		.proven_by = value_as_id(&v[9]),
		.proven_at = value_as_i64(&v[10]),
		.proven_reason = value_as_text(&v[11]),
	};
}

void
record_merge(const struct value *v, struct merge *out)
{
	*out = (struct merge){
		.id = value_as_id(&v[0]),
		.source = value_as_id(&v[1]),
		.target = value_as_id(&v[2]),
		.how = (enum merge_how)value_as_i64(&v[3]),
		.made_by_kind = (enum author_kind)value_as_i64(&v[4]),
		.made_by = value_as_id(&v[5]),
		.made_at = value_as_i64(&v[6]),
		.reason = value_as_text(&v[7]),
		.taken = value_as_text(&v[8]),
		.undone_by_kind = (enum author_kind)value_as_i64(&v[9]),
		.undone_by = value_as_id(&v[10]),
		.undone_at = value_as_i64(&v[11]),
		.undo_reason = value_as_text(&v[12]),
	};
}

void
record_field(const struct value *v, struct field *out)
{
	*out = (struct field){
		.id = value_as_id(&v[0]),
		.key = value_as_text(&v[1]),
		.kind = (enum field_kind)value_as_i64(&v[2]),
		.label_zh = value_as_text(&v[3]),
		.label_en = value_as_text(&v[4]),
		.choices = value_as_text(&v[5]),
		.edit_role = (enum staff_role)value_as_i64(&v[6]),
		.position = value_as_i64(&v[7]),
		.active = value_as_bool(&v[8]),
		.created_at = value_as_i64(&v[9]),
		.version = value_as_id(&v[10]),
	};
}

void
record_value(const struct value *v, struct field_value *out)
{
	*out = (struct field_value){
		.customer = value_as_id(&v[0]),
		.field = value_as_id(&v[1]),
		.text = value_as_text(&v[2]),
		.source = (enum value_source)value_as_i64(&v[3]),
		.author_kind = (enum author_kind)value_as_i64(&v[4]),
		.author = value_as_id(&v[5]),
		.at = value_as_i64(&v[6]),
		.until = value_as_i64(&v[7]),
	};
}

void
record_import(const struct value *v, struct import_job *out)
{
	*out = (struct import_job){
		.id = value_as_id(&v[0]),
		.name = value_as_text(&v[1]),
		.state = (enum import_state)value_as_i64(&v[2]),
		.charset = value_as_text(&v[3]),
		.columns_hash = value_as_id(&v[4]),
		.mapping = value_as_text(&v[5]),
		.size = value_as_i64(&v[6]),
		.done = value_as_i64(&v[7]),
		.created = value_as_i64(&v[8]),
		.changed = value_as_i64(&v[9]),
		.unchanged = value_as_i64(&v[10]),
		.bad = value_as_i64(&v[11]),
		.problem = value_as_text(&v[12]),
		.author = value_as_id(&v[13]),
		.unit = value_as_id(&v[14]),
		.created_at = value_as_i64(&v[15]),
		.started_at = value_as_i64(&v[16]),
		.ended_at = value_as_i64(&v[17]),
	};
}

void
record_staff(const struct value *v, struct staff *out)
{
	*out = (struct staff){
		.id = value_as_id(&v[0]),
		.login = value_as_text(&v[1]),
		.name = value_as_text(&v[2]),
		.role = (enum staff_role)value_as_i64(&v[3]),
		.unit = value_as_id(&v[4]),
		.extension = value_as_text_or_null(&v[5]),
		.language = value_as_text(&v[6]),
		.password_hash = value_as_text(&v[7]),
		.active = value_as_bool(&v[8]),
		.demo = value_as_bool(&v[9]),
		.created_at = value_as_i64(&v[10]),
		.password_at = value_as_i64(&v[11]),
		.version = value_as_id(&v[12]),
	};
}

void
record_call(const struct value *v, struct call *out)
{
	*out = (struct call){
		.id = value_as_id(&v[0]),
		.channel = value_as_id(&v[1]),
		.external_id = value_as_text(&v[2]),
		.timeline = value_as_id(&v[3]),
		.conversation = value_as_id(&v[4]),
		.direction = (enum call_direction)value_as_i64(&v[5]),
		.result = (enum call_result)value_as_i64(&v[6]),
		.customer_number = value_as_text(&v[7]),
		.house_number = value_as_text(&v[8]),
		.caller_name = value_as_text(&v[9]),
		.queue = value_as_text(&v[10]),
		.extension = value_as_text(&v[11]),
		.staff = value_as_id(&v[12]),
		.started_at = value_as_i64(&v[13]),
		.answered_at = value_as_i64(&v[14]),
		.ended_at = value_as_i64(&v[15]),
		.ring_ms = value_as_i64(&v[16]),
		.talk_ms = value_as_i64(&v[17]),
		.hold_ms = value_as_i64(&v[18]),
		.hangup_by = value_as_text(&v[19]),
		.transfers = value_as_text(&v[20]),
		.recording = value_as_text(&v[21]),
		.outcome = value_as_text(&v[22]),
		.outcome_note = value_as_text(&v[23]),
		.imported = value_as_bool(&v[24]),
		.version = value_as_id(&v[25]),
	};
}

void
record_file(const struct value *v, struct file_row *out)
{
	*out = (struct file_row){
		.id = value_as_id(&v[0]),
		.size = value_as_i64(&v[2]),
		.type = value_as_text(&v[3]),
		.name = value_as_text(&v[4]),
		.width = value_as_i64(&v[5]),
		.height = value_as_i64(&v[6]),
		.author_kind = (enum author_kind)value_as_i64(&v[7]),
		.author = value_as_id(&v[8]),
		.timeline = value_as_id(&v[9]),
		.fact = value_as_id(&v[10]),
		.created_at = value_as_i64(&v[11]),
		.restricted = value_as_bool(&v[12]),
	};
	(void)value_as_bytes(&v[1], out->digest, sizeof(out->digest));
}

void
record_channel(const struct value *v, struct channel_row *out)
{
	*out = (struct channel_row){
		.id = value_as_id(&v[0]),
		.kind = value_as_text(&v[1]),
		.name = value_as_text(&v[2]),
		.public_key = value_as_text(&v[3]),
		.settings = value_as_text(&v[4]),
		.unit = value_as_id(&v[5]),
		.enabled = value_as_bool(&v[6]),
		.created_at = value_as_i64(&v[7]),
		.version = value_as_id(&v[8]),
	};
}

void
record_mailbox(const struct value *v, struct mailbox_row *out)
{
	*out = (struct mailbox_row){
		.channel = value_as_id(&v[0]),
		.uidvalidity = (uint32_t)value_as_i64(&v[1]),
		.uid = (uint32_t)value_as_i64(&v[2]),
		.taken = value_as_i64(&v[3]),
		.last_at = value_as_i64(&v[4]),
		.told = value_as_i64(&v[5]),
		.told_at = value_as_i64(&v[6]),
		.told_text = value_as_text(&v[7]),
	};
}

void
record_api_key(const struct value *v, struct api_key *out)
{
	*out = (struct api_key){
		.id = value_as_id(&v[0]),
		.name = value_as_text(&v[1]),
		.scopes = value_as_text(&v[2]),
		.created_by = value_as_id(&v[3]),
		.created_at = value_as_i64(&v[4]),
		.expires_at = value_as_i64(&v[5]),
		.revoked_at = value_as_i64(&v[6]),
	};
}

void
record_filter(const struct value *v, struct saved_filter *out)
{
	*out = (struct saved_filter){
		.id = value_as_id(&v[0]),
		.owner = value_as_id(&v[1]),
		.shared = value_as_bool(&v[2]),
		.place = value_as_text(&v[3]),
		.name = value_as_text(&v[4]),
		.query = value_as_text(&v[5]),
		.version = value_as_id(&v[6]),
	};
}

void
record_audit(const struct value *v, struct audit_row *out)
{
	*out = (struct audit_row){
		.id = value_as_id(&v[0]),
		.at = value_as_i64(&v[1]),
		.actor_kind = (enum author_kind)value_as_i64(&v[2]),
		.actor = value_as_id(&v[3]),
		.action = value_as_text(&v[4]),
		.subject_kind = value_as_text(&v[5]),
		.subject = value_as_id(&v[6]),
		.address = value_as_text(&v[7]),
		.detail = value_as_text(&v[8]),
	};
}

static char *
copy_of(const struct value *v)
{
	char *copy;

	if (v->type != VALUE_TEXT && v->type != VALUE_BLOB) {
		return NULL;
	}
	copy = xmalloc((size_t)v->length + 1);
	memcpy(copy, v->data, v->length);
	copy[v->length] = '\0';
	return copy;
}

void
record_fact_columns(const struct value *v, struct fact *out)
{
	out->id = value_as_id(&v[0]);
	out->timeline = value_as_id(&v[1]);
	out->seq = value_as_id(&v[2]);
	out->pub = value_as_id(&v[3]);
	out->conversation = value_as_id(&v[4]);
	out->kind = (enum fact_kind)value_as_i64(&v[5]);
	out->channel = value_as_id(&v[6]);
	str_copy(out->channel_kind, sizeof(out->channel_kind), value_as_text(&v[7]));
	out->author_kind = (enum author_kind)value_as_i64(&v[8]);
	out->author = value_as_id(&v[9]);
	out->at = value_as_i64(&v[10]);
	out->committed_at = value_as_i64(&v[11]);
	str_copy(out->ref, sizeof(out->ref), value_as_text(&v[12]));
	out->body = copy_of(&v[13]);
	out->body_length = out->body != NULL ? v[13].length : 0;
	out->files = copy_of(&v[14]);
}

struct fact *
record_fact(const struct value *v)
{
	struct fact *f = fact_create();

	record_fact_columns(v, f);
	f->restricted = value_as_bool(&v[15]);
	f->customer = value_as_id(&v[16]);
	return f;
}
