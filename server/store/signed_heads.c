#include "store/signed_heads.h"

enum err
signer_create(const struct store_conf *conf, struct store_conn *db,
	const struct position *position, struct signer **out, struct error *e)
{
	(void)conf;
	(void)db;
	(void)position;
	(void)e;
	*out = NULL;
	return ERR_OK;
}
void
signer_destroy(struct signer *s)
{
	(void)s;
}
void
signer_add(struct signer *s, const struct pending_fact *facts, size_t count,
	const struct position *position)
{
	(void)s;
	(void)facts;
	(void)count;
	(void)position;
}
void
signer_tick(struct signer *s, bool now)
{
	(void)s;
	(void)now;
}
