#include "api/password_job.h"

#include <stdlib.h>
#include <string.h>

#include "api/app.h"
#include "api/exchange.h"
#include "api/password.h"
#include "base/arena.h"
#include "base/str.h"
#include "base/worker.h"

struct password_job {
	struct job job;
	struct exchange *exchange;
	int64_t memory_kib;
	int64_t passes;
	char *password;
	char hash[PASSWORD_HASH_SIZE];
	char stronger[PASSWORD_HASH_SIZE]; /* "": not needed */
	bool right;
	password_checked *checked;
	password_hashed *hashed;
};

static void
destroy(struct password_job *p)
{
	explicit_bzero(p->password, strlen(p->password));
	free(p->password);
	explicit_bzero(p, sizeof(*p));
	free(p);
}

static void
run_check(struct job *job)
{
	struct password_job *p = (struct password_job *)job;

	p->right = password_verify(p->hash, p->password, p->memory_kib, p->passes);
	if (p->right && password_outdated(p->hash, p->memory_kib, p->passes)) {
		password_hash(p->password, p->memory_kib, p->passes, p->stronger);
	}
}

static void
check_done(struct job *job)
{
	struct password_job *p = (struct password_job *)job;

	p->checked(p->exchange, p->right, p->stronger[0] != '\0' ? p->stronger : NULL);
	destroy(p);
}

static void
run_hash(struct job *job)
{
	struct password_job *p = (struct password_job *)job;

	password_hash(p->password, p->memory_kib, p->passes, p->hash);
}

static void
hash_done(struct job *job)
{
	struct password_job *p = (struct password_job *)job;

	p->hashed(p->exchange, p->hash);
	destroy(p);
}

static struct password_job *
create(struct exchange *x, const char *password, job_step *run, job_step *done)
{
	struct password_job *p = xcalloc(1, sizeof(*p));

	_Static_assert(offsetof(struct password_job, job) == 0, "a job is cast to its owner");
	p->job.run = run;
	p->job.done = done;
	p->exchange = x;
	p->memory_kib = x->app->conf->argon2_memory_kib;
	p->passes = x->app->conf->argon2_passes;
	p->password = xstrdup(password);
	return p;
}

static void
submit(struct password_job *p)
{
	if (workers_submit(p->exchange->app->workers, &p->job) != ERR_OK) {
		exchange_fail(p->exchange, ERR_BUSY, NULL,
			"too much is going on; try again soon");
		destroy(p);
	}
}

void
exchange_check_password(struct exchange *x, const char *hash, const char *password,
	password_checked *next)
{
	struct password_job *p = create(x, password, run_check, check_done);

	str_copy(p->hash, sizeof(p->hash), hash != NULL ? hash : "");
	p->checked = next;
	submit(p);
}

void
exchange_hash_password(struct exchange *x, const char *password, password_hashed *next)
{
	struct password_job *p = create(x, password, run_hash, hash_done);

	p->hashed = next;
	submit(p);
}
