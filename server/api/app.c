#include "api/app.h"

#include <limits.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/str.h"

static const char *const log_levels[] = {"debug", "info", "warn", "error", NULL};
static const char *const log_formats[] = {"text", "json", NULL};
static const char *const regions[] = {"CN", "HK", "MO", "TW", "SG", "US", "GB", "JP",
	NULL};

static const char *const export_rights[] = {"supervisor", "agent", "administrator",
	"nobody", NULL};
static const char *const merge_rights[] = {"supervisor", "owner", "agent", NULL};

const struct option app_options[] = {
	{"desk.home_region", OPTION_ENUM, offsetof(struct app_conf, home_region_index), "CN",
		0, 0, regions, "Where a phone number without a country code belongs.", NULL},
	{"desk.home_area", OPTION_STRING, offsetof(struct app_conf, home_area), "021", 0, 8,
		NULL, "Area code of local numbers that are dialled without one.", NULL},
	{"desk.extension_digits", OPTION_INT, offsetof(struct app_conf, extension_digits),
		"5", 0, 8, NULL,
		"Numbers of at most so many digits are extensions of the house; 0: there are none.",
		NULL},
	{"desk.merge", OPTION_ENUM, offsetof(struct app_conf, merge_right), "owner", 0, 0,
		merge_rights,
		"Who besides supervisors may merge customers that have names and take them apart: "
		"supervisor (nobody), owner (whoever owns them), agent (whoever sees both).",
		NULL},
	{"desk.leave", OPTION_DURATION, offsetof(struct app_conf, leave_ms), "5m", 1000,
		24LL * 3600 * 1000, NULL,
		"A member of staff who is offline for longer than this has left: her open "
		"conversations return to Unassigned.",
		NULL},

	{"mail.reply_tokens", OPTION_BOOL, offsetof(struct app_conf, mail_reply_tokens), "on",
		0, 0, NULL,
		"Answers go to support+TOKEN@broker.example, by which they find their conversation. "
		"Turn it off where the mail server does not know such addresses.",
		NULL},
	{"mail.answer_after", OPTION_DURATION,
		offsetof(struct app_conf, mail_answer_after_ms), "1m", 0, 24LL * 3600 * 1000,
		NULL,
		"How long a visitor who left an address has to see an answer, before it goes to her "
		"by mail with those that followed it.",
		NULL},
	{"mail.timeout", OPTION_DURATION, offsetof(struct app_conf, mail_timeout_ms), "3m",
		1000, 9 * 60 * 1000, NULL, "How long handing over one mail may take.", NULL},
	{"mail.largest", OPTION_SIZE, offsetof(struct app_conf, mail_max), "50m", 64 * 1024,
		200LL << 20, NULL,
		"Of a mail that is larger only the head is fetched; the whole stays in its "
		"mailbox.",
		NULL},

	{"outbox.grace", OPTION_DURATION, offsetof(struct app_conf, outbox_grace_ms), "3s", 0,
		3600 * 1000, NULL,
		"How long an open app has to say that it got an entry, before its server is told.",
		NULL},
	{"outbox.give_up", OPTION_DURATION, offsetof(struct app_conf, outbox_give_up_ms),
		"3d", 1000, 90LL * 24 * 3600 * 1000, NULL,
		"What could not be delivered to another server for so long is given up.", NULL},
	{"outbox.retry", OPTION_DURATION, offsetof(struct app_conf, outbox_retry_ms), "5s",
		10, 3600 * 1000, NULL,
		"The pause after a first failure; it doubles with each more, up to an hour.",
		NULL},
	{"outbox.timeout", OPTION_DURATION, offsetof(struct app_conf, outbox_timeout_ms),
		"15s", 100, 120 * 1000, NULL, "How long another server may take to answer.",
		NULL},
	{.name = "outbox.private",
		.type = OPTION_LIST,
		.offset = offsetof(struct app_conf, outbox_private),
		.fallback = "",
		.form = &net_network_form,
		.help =
			"Private networks (10.1.0.0/16, 127.0.0.1) that webhooks and mail may go to, also without "
			"TLS. All other private, link-local and loopback addresses are refused."},
	{"outbox.ca_file", OPTION_PATH, offsetof(struct app_conf, outbox_ca_file), "", 0, 0,
		NULL,
		"Certificates (PEM) by which other servers are verified. Empty: the system's.",
		NULL},

	{"security.export", OPTION_ENUM, offsetof(struct app_conf, export_right),
		"supervisor", 0, 0, export_rights,
		"Who may export lists of customers: supervisor (and administrators), agent "
		"(everybody), administrator, nobody. Each export is audited.",
		NULL},
	{"security.session", OPTION_DURATION, offsetof(struct app_conf, session_ms), "12h",
		60 * 1000, 30LL * 24 * 3600 * 1000, NULL,
		"How long a member of staff stays logged in.", NULL},
	{"security.visitor_token", OPTION_DURATION, offsetof(struct app_conf, visitor_ms),
		"180d", 60 * 1000, 730LL * 24 * 3600 * 1000, NULL,
		"How long the widget remembers a visitor.", NULL},
	{"security.send_per_minute", OPTION_INT, offsetof(struct app_conf, send_per_minute),
		"60", 0, 100000000, NULL,
		"Messages that a visitor may send a minute; 0 is no limit.", NULL},
	{"security.logins_per_minute", OPTION_INT,
		offsetof(struct app_conf, logins_per_minute), "10", 0, 1000000, NULL,
		"Failed log-ins a minute per account, and five times as many per address; 0 is no "
		"limit.",
		NULL},
	{"security.searches_per_minute", OPTION_INT,
		offsetof(struct app_conf, searches_per_minute), "120", 0, 1000000, NULL,
		"Searches of transcripts a minute per member of staff or API key; 0 is no limit.",
		NULL},
	{"security.frames_per_second", OPTION_INT,
		offsetof(struct app_conf, frames_per_second), "100", 0, 1000000, NULL,
		"Frames a second that are read from one socket; 0 is no limit.", NULL},
	{"security.argon2_memory_kib", OPTION_INT,
		offsetof(struct app_conf, argon2_memory_kib), "19456", 1024, 1048576, NULL,
		"Memory for hashing one password, in KiB.", NULL},
	{"security.argon2_passes", OPTION_INT, offsetof(struct app_conf, argon2_passes), "2",
		1, 20, NULL, "Passes over that memory.", NULL},
	{"security.upload_quota", OPTION_SIZE, offsetof(struct app_conf, upload_quota),
		"100m", 0, 1LL << 40, NULL, "Bytes that one visitor may upload within 24 hours.",
		NULL},

	{"server.data_dir", OPTION_PATH, offsetof(struct app_conf, data_dir), "var", 1,
		PATH_MAX - 100, NULL,
		"Folder of the embedded database, of uploaded files and of keys.", NULL},
	{"server.log_level", OPTION_ENUM, offsetof(struct app_conf, log_level), "info", 0, 0,
		log_levels, "The least important events that are logged.", NULL},
	{"server.log_format", OPTION_ENUM, offsetof(struct app_conf, log_format), "text", 0,
		0, log_formats, "How an event is written, one a line.", NULL},
	{"server.upload_max", OPTION_SIZE, offsetof(struct app_conf, upload_max), "20m", 1024,
		60LL << 20, NULL, "Bytes of one uploaded file.", NULL},
	{0},
};

const struct option *const all_option_tables[] = {
	app_options,
	net_options,
	store_options,
	NULL,
};

/* Each table's offsets start at its own struct; these are copies that start at app_conf. */
struct app_settings {
	struct app_conf conf;
	struct option *net;
	struct option *store;
	const struct option *tables[4];
	struct option_set *options;
};

static struct option *
shifted_copy(const struct option *table, size_t offset)
{
	size_t count = 0;
	struct option *copy;

	while (table[count].name != NULL) {
		count++;
	}
	copy = xcalloc(count + 1, sizeof(*copy));
	for (size_t i = 0; i < count; i++) {
		copy[i] = table[i];
		copy[i].offset += offset;
	}
	return copy;
}

struct app_settings *
app_settings_create(void)
{
	struct app_settings *s = xcalloc(1, sizeof(*s));

	s->net = shifted_copy(net_options, offsetof(struct app_conf, net));
	s->store = shifted_copy(store_options, offsetof(struct app_conf, store));
	s->tables[0] = app_options;
	s->tables[1] = s->net;
	s->tables[2] = s->store;
	s->options = options_create(s->tables, &s->conf);
	return s;
}

void
app_settings_destroy(struct app_settings *s)
{
	if (s == NULL) {
		return;
	}
	options_destroy(s->options);
	free(s->net);
	free(s->store);
	free(s);
}

struct option_set *
app_settings_options(struct app_settings *s)
{
	return s->options;
}

enum err
app_settings_check(struct app_settings *s, struct error *e)
{
	struct app_conf *conf = &s->conf;

	if (str_empty(conf->data_dir)) {
		return error_set(e, ERR_INVALID, "server.data_dir must be set");
	}
	if (str_empty(conf->net.tls_certificate) != str_empty(conf->net.tls_key)) {
		return error_set(e, ERR_INVALID,
			"server.tls_certificate and server.tls_key belong together: "
			"set both or none");
	}
	if (str_empty(conf->store.tls_certificate) != str_empty(conf->store.tls_key) ||
		(!str_empty(conf->store.tls_key) && str_empty(conf->store.tls_ca))) {
		return error_set(e, ERR_INVALID,
			"store.tls_certificate and store.tls_key belong together, and to store.tls_ca");
	}
	conf->home_region = regions[conf->home_region_index];
	conf->store.data_dir = conf->data_dir;
	conf->store.outbox_grace_ms = conf->outbox_grace_ms;
	conf->store.answer_mail_ms = conf->mail_answer_after_ms;
	conf->store.outbox_give_up_ms = conf->outbox_give_up_ms;
	return ERR_OK;
}

const struct app_conf *
app_settings_conf(const struct app_settings *s)
{
	return &s->conf;
}
