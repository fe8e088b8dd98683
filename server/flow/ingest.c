#include "flow/ingest.h"

#include "flow/answers.h"
#include "flow/outgoing.h"
#include "model/change.h"

static enum err
refuse(struct change *c, const struct outgoing_result *r, store_done *done, void *ctx)
{
	struct outcome o = {
		.code = r->verdict == OUTGOING_WARNED ? ERR_CONFLICT : ERR_DENIED,
		.found = r->found,
		.found_count = r->found_count,
		.found_in = r->text,
	};

	outgoing_explain(r, o.text, sizeof(o.text));
	if (done != NULL) {
		done(ctx, &o);
	}
	change_destroy(c);
	return ERR_OK;
}

enum err
ingest_submit(const struct ingest *in, struct change *c, store_done *done, void *ctx)
{
	struct outgoing_result r;

	if (c->kind != CHANGE_POST) {
		return store_submit(in->store, c, done, ctx);
	}
	if (answers_wanted(in->answers, c)) {
		return answers_submit(in->answers, c, done, ctx);
	}
	outgoing_check(in->outgoing, c, &r);
	return r.verdict == OUTGOING_FREE ? store_submit(in->store, c, done, ctx)
									  : refuse(c, &r, done, ctx);
}
