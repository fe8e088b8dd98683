#include "store/store.h"
enum err
store_verify(const struct store_conf *conf, uint64_t only_customer,
	verify_progress *progress, void *ctx, struct verify_report *out, struct error *e)
{
	(void)conf;
	(void)only_customer;
	(void)progress;
	(void)ctx;
	(void)out;
	return error_set(e, ERR_UNAVAILABLE, "verify is being written");
}
