/* Tags, topics and intents of customers. */
#include "base/arena.h"
#include "store/reader_private.h"
#include "store/tags.h"

void
record_tag(const struct value *v, struct customer_tag *out)
{
	*out = (struct customer_tag){
		.customer = value_as_id(&v[0]),
		.kind = (enum tag_kind)value_as_i64(&v[1]),
		.text = value_as_text(&v[2]),
		.source = (enum tag_source)value_as_i64(&v[3]),
		.rule = value_as_id(&v[4]),
		.author = value_as_id(&v[5]),
		.at = value_as_i64(&v[6]),
	};
}

static void
record_known(const struct value *v, struct known_tag *out)
{
	*out = (struct known_tag){
		.kind = (enum tag_kind)value_as_i64(&v[0]),
		.text = value_as_text(&v[1]),
		.customers = value_as_i64(&v[2]),
	};
}

DEFINE_LIST(list_tags, struct customer_tag, record_tag)
DEFINE_LIST(list_known, struct known_tag, record_known)

enum err
read_tags(struct reader *r, uint64_t customer, struct arena *a, struct customer_tag **out,
	size_t *count, struct error *e)
{
	struct value args[] = {value_id(customer), value_i64(3 * TAGS_MAX * 10)};

	return list_tags(r, STATEMENT_TAGS_OF, args, a, out, count, e);
}

enum err
read_known_tags(struct reader *r, const struct scope *scope, struct arena *a,
	struct known_tag **out, size_t *count, struct error *e)
{
	struct value args[] = {
		value_id(scope->unit_low),
		value_id(scope->unit_high),
		scope->self != 0 ? value_id(scope->self) : value_i64(-1),
		value_i64(TAGS_KNOWN_MAX),
	};

	return list_known(r, STATEMENT_TAGS_KNOWN, args, a, out, count, e);
}
