#include "model/customer.h"

#include "base/json.h"

void
customer_encode(const struct customer *c, struct json_writer *w)
{
	jw_kid(w, "id", c->id);
	jw_kid(w, "primary", c->primary);
	jw_kid(w, "unit", c->unit);
	jw_kid(w, "owner", c->owner);
	jw_kbool(w, "anonymous", c->anonymous);
	jw_kstring(w, "name", c->name);
	jw_kstring(w, "external_id", c->external_id);
	jw_kstring(w, "language", c->language);
	jw_kstring(w, "gender", c->gender);
	jw_kstring(w, "company", c->company);
	jw_kstring(w, "remark", c->remark);
	jw_kbool(w, "restricted", c->restricted);
	jw_ktime(w, "created_at", c->created_at);
	jw_ktime(w, "updated_at", c->updated_at);
	jw_ki64(w, "version", (int64_t)c->version);
}

void
contact_point_encode(const struct contact_point *p, struct json_writer *w)
{
	jw_kid(w, "id", p->id);
	jw_kid(w, "customer", p->customer);
	jw_kstring(w, "kind", p->kind);
	jw_kstring(w, "value", p->value);
	jw_kbool(w, "proven", p->proven);
	jw_kstring(w, "label", p->label);
	jw_kstring(w, "source", p->source);
	jw_ktime(w, "created_at", p->created_at);
	jw_kid(w, "created_by", p->created_by);
	jw_kid(w, "proven_by", p->proven_by);
	jw_ktime(w, "proven_at", p->proven_at);
	jw_kstring(w, "proven_reason", p->proven_reason != NULL ? p->proven_reason : "");
}
