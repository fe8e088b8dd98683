/* Rows of the database to the structs of the model. The columns are those of the lists with the
 * same name in statements.def, in their order. Text stays where the row lies. */
#ifndef STORE_RECORDS_H
#define STORE_RECORDS_H

#include "model/call.h"
#include "model/conversation.h"
#include "model/customer.h"
#include "model/field.h"
#include "model/import_job.h"
#include "model/mailbox.h"
#include "model/merge.h"
#include "model/staff.h"
#include "store/value.h"

struct fact;

enum {
	CONVERSATION_COLUMN_COUNT = 24,
	FACT_FIELD_COUNT = 17,
	FACT_COLUMN_COUNT = 15,
	STAFF_COLUMN_COUNT = 13,
	CALL_COLUMN_COUNT = 26,
	CUSTOMER_COLUMN_COUNT = 15,
};

void record_conversation(const struct value *v, struct conversation *out);
void record_customer(const struct value *v, struct customer *out);
void record_contact(const struct value *v, struct contact_point *out);
void record_field(const struct value *v, struct field *out);
void record_value(const struct value *v, struct field_value *out);
void record_merge(const struct value *v, struct merge *out);
void record_import(const struct value *v, struct import_job *out);
void record_staff(const struct value *v, struct staff *out);
void record_call(const struct value *v, struct call *out);
void record_file(const struct value *v, struct file_row *out);
void record_channel(const struct value *v, struct channel_row *out);
void record_mailbox(const struct value *v, struct mailbox_row *out);
void record_api_key(const struct value *v, struct api_key *out);
void record_filter(const struct value *v, struct saved_filter *out);
void record_audit(const struct value *v, struct audit_row *out);
/* FACT_COLUMNS only; into a fact that the caller zeroed, body and files copied. */
void record_fact_columns(const struct value *v, struct fact *out);
struct fact *record_fact(const struct value *v); /* FACT_FIELDS; a new reference */

#endif
