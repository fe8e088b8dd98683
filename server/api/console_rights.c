#include "api/console_rights.h"

#include "store/read.h"

enum err
console_check_customer(struct reader *r, const struct scope *scope, uint64_t id,
	struct arena *a, struct customer *out, struct error *e)
{
	struct conversation_filter own = {
		.scope = *scope,
		.view = VIEW_MINE,
		.any_state = true,
		.assignee = scope->self,
		.limit = 1,
	};
	struct conversation_item *items;
	size_t count = 0;
	struct customer customer;
	enum err rc = read_customer(r, id, a, &customer, e);

	if (rc == ERR_OK && customer.primary != customer.id) {
		rc = read_customer(r, customer.primary, a, &customer, e);
	}
	if (rc != ERR_OK) {
		return rc;
	}
	if (!scope_allows(scope, customer.unit, customer.owner, 0)) {
		own.customer = customer.id;
		rc = read_conversations(r, &own, a, &items, &count, e);
		if (rc == ERR_OK && count == 0) {
			rc = error_set(e, ERR_DENIED, "She is not within your unit.");
		}
		if (rc != ERR_OK) {
			return rc;
		}
	}
	*out = customer;
	return ERR_OK;
}
