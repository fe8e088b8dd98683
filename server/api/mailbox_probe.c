#include "api/mailbox_probe.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "api/app.h"
#include "api/exchange.h"
#include "api/mailbox_settings.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/str.h"
#include "base/worker.h"
#include "channels/email/imap.h"
#include "net/address.h"
#include "net/mail_link.h"

enum { THREADS = 2, WAITING_MAX = 8, READ_SIZE = 4096, POLL_MS = 200 };

struct mailbox_probes {
	struct app *app;
	struct workers *workers;
	struct network_list networks;
	atomic_bool stopping;
};

struct attempt {
	bool wanted;
	struct mail_place place;
	char password[MAILBOX_PASSWORD_MAX + 1];
	struct mail_trouble trouble;
};

struct probe {
	struct job job; /* first */
	struct exchange *exchange;
	struct arena *arena;
	const char *folder;
	struct attempt imap;
	struct attempt smtp;
};

/* --- the worker's part ------------------------------------------------------------------------ */

/* Whether the folder opened or was refused; not yet: neither. */
static bool
folder_known(struct imap *imap, struct mail_trouble *trouble)
{
	struct imap_event event;

	imap_next(imap, &event);
	free(event.bytes);
	if (event.kind == IMAP_REFUSED || event.kind == IMAP_ENDED) {
		trouble->step = MAIL_STEP_FOLDER;
		trouble->advice = MAIL_ADVICE_FOLDER;
		str_copy(trouble->words, sizeof(trouble->words), event.words);
	}
	return event.kind != IMAP_NOTHING;
}

static bool
exchange_bytes(struct mail_link *link, struct imap *imap)
{
	struct slice out = imap_output(imap);
	char bytes[READ_SIZE];
	size_t length = 0;

	if (out.length > 0) {
		if (mail_link_send(link, out.data, out.length, &length) != ERR_OK) {
			return false;
		}
		imap_sent(imap, length);
	}
	if (mail_link_receive(link, bytes, sizeof(bytes), &length) != ERR_OK) {
		return false;
	}
	imap_receive(imap, bytes, length, clock_monotonic_ms());
	if (length == 0) {
		struct pollfd wait = {.fd = mail_link_socket(link), .events = POLLIN};

		poll(&wait, 1, POLL_MS);
	}
	return true;
}

static void
open_folder(struct mail_link *link, const struct attempt *a, const char *folder,
	struct mail_trouble *trouble)
{
	int64_t until = clock_monotonic_ms() + a->place.timeout_ms;
	struct imap_conf conf = {.folder = folder, .uid = UINT32_MAX - 1, .mail_max = 1024};
	struct imap *imap = imap_create(&conf, clock_monotonic_ms());
	bool known = false;

	while (!known && !atomic_load(a->place.stop)) {
		bool lost = !exchange_bytes(link, imap);

		known = folder_known(imap, trouble);
		if (!known && (lost || clock_monotonic_ms() > until)) {
			trouble->step = MAIL_STEP_FOLDER;
			trouble->advice = MAIL_ADVICE_REFUSED;
			str_copy(trouble->words, sizeof(trouble->words),
				lost ? "the server closed the connection" : "the server does not answer");
			break;
		}
	}
	imap_destroy(imap);
}

static void
run(struct job *job)
{
	struct probe *p = (struct probe *)job;
	struct mail_link *link = NULL;

	if (p->imap.wanted &&
		mail_link_open(&p->imap.place, &link, &p->imap.trouble) == ERR_OK) {
		open_folder(link, &p->imap, p->folder, &p->imap.trouble);
		mail_link_close(link);
	}
	if (p->smtp.wanted &&
		mail_link_open(&p->smtp.place, &link, &p->smtp.trouble) == ERR_OK) {
		if (mail_link_noop(link, p->smtp.place.timeout_ms, &p->smtp.trouble) == ERR_OK) {
			p->smtp.trouble.step = MAIL_STEP_READY;
		}
		mail_link_close(link);
	}
}

/* --- the reply ---------------------------------------------------------------------------------- */

static void
write_step(struct json_writer *w, const char *server, enum mail_step step,
	const struct mail_trouble *trouble)
{
	bool fine = step != trouble->step || step == MAIL_STEP_READY;

	jw_object(w);
	jw_kstring(w, "server", server);
	jw_kstring(w, "step", mail_step_name(step));
	jw_kbool(w, "ok", fine);
	jw_kstring(w, "words", !fine || step == MAIL_STEP_READY ? trouble->words : "");
	jw_kstring(w, "advice", mail_advice_name(fine ? MAIL_ADVICE_NONE : trouble->advice));
	jw_object_end(w);
}

static void
write_attempt(struct json_writer *w, const char *server, const struct attempt *a)
{
	bool folder = strcmp(server, "imap") == 0;

	if (!a->wanted) {
		return;
	}
	for (int step = MAIL_STEP_CONNECT; step <= (int)a->trouble.step; step++) {
		if ((step == MAIL_STEP_SECURE && a->place.secure == MAIL_SECURE_NONE &&
				a->trouble.step != MAIL_STEP_SECURE) ||
			(step == MAIL_STEP_LOGIN && str_empty(a->place.user)) ||
			(step == MAIL_STEP_FOLDER && !folder)) {
			continue;
		}
		write_step(w, server, (enum mail_step)step, &a->trouble);
	}
}

static bool
went_well(const struct attempt *a)
{
	return !a->wanted || a->trouble.step == MAIL_STEP_READY;
}

static void
ran(struct job *job)
{
	struct probe *p = (struct probe *)job;
	struct exchange *x = p->exchange;
	struct buf out;
	struct json_writer w;

	explicit_bzero(p->imap.password, sizeof(p->imap.password));
	explicit_bzero(p->smtp.password, sizeof(p->smtp.password));
	exchange_open(&out, &w);
	jw_kbool(&w, "ok", went_well(&p->imap) && went_well(&p->smtp));
	jw_key(&w, "steps");
	jw_array(&w);
	write_attempt(&w, "imap", &p->imap);
	write_attempt(&w, "smtp", &p->smtp);
	jw_array_end(&w);
	exchange_close(x, &out, &w);
	arena_destroy(p->arena);
	free(p);
}

/* --- the loop's part ---------------------------------------------------------------------------- */

static void
set_attempt(struct mailbox_probes *all, struct probe *p, struct attempt *a,
	const char *scheme, const struct mailbox_server *s, const char *public_key)
{
	const struct app_conf *conf = all->app->conf;
	enum err rc = mailbox_password(s, all->app->secret, public_key, a->password);

	a->wanted = s->host[0] != '\0';
	a->place = (struct mail_place){
		.scheme = scheme,
		.host = arena_strdup(p->arena, s->host),
		.port = s->port,
		.secure = (enum mail_secure)s->security,
		.user = arena_strdup(p->arena, s->user),
		.password = rc == ERR_OK ? a->password : "",
		.timeout_ms = conf->outbox_timeout_ms,
		.private_networks = &all->networks,
		.ca_file = conf->outbox_ca_file,
		.stop = &all->stopping,
	};
}

void
mailbox_probe(struct mailbox_probes *all, struct exchange *x,
	const struct mailbox_settings *s, const char *public_key)
{
	struct probe *p = xcalloc(1, sizeof(*p));

	p->job.run = run;
	p->job.done = ran;
	p->exchange = x;
	p->arena = arena_create();
	p->folder = arena_strdup(p->arena, s->folder);
	set_attempt(all, p, &p->imap, "imap", &s->imap, public_key);
	set_attempt(all, p, &p->smtp, "smtp", &s->smtp, public_key);
	if (workers_submit(all->workers, &p->job) != ERR_OK) {
		explicit_bzero(p->imap.password, sizeof(p->imap.password));
		explicit_bzero(p->smtp.password, sizeof(p->smtp.password));
		arena_destroy(p->arena);
		free(p);
		exchange_fail(x, ERR_BUSY, NULL,
			"other mailboxes are being tried; wait a little");
	}
}

enum err
mailbox_probes_create(struct mailbox_probes **out, struct app *app,
	mailbox_probes_wake *wake, void *ctx, struct error *e)
{
	struct mailbox_probes *p = xcalloc(1, sizeof(*p));
	enum err rc = network_list_parse(&p->networks,
		app->conf->outbox_private != NULL ? app->conf->outbox_private : "", e);

	if (rc != ERR_OK) {
		free(p);
		return rc;
	}
	p->app = app;
	p->workers = workers_create(THREADS, WAITING_MAX, wake, ctx);
	*out = p;
	return ERR_OK;
}

void
mailbox_probes_drain(struct mailbox_probes *p)
{
	if (p != NULL) {
		workers_drain(p->workers);
	}
}

void
mailbox_probes_stop(struct mailbox_probes *p)
{
	atomic_store(&p->stopping, true);
	workers_stop(p->workers);
}

void
mailbox_probes_destroy(struct mailbox_probes *p)
{
	if (p == NULL) {
		return;
	}
	mailbox_probes_stop(p);
	workers_destroy(p->workers);
	network_list_fini(&p->networks);
	free(p);
}
