#include <stddef.h>
#include <string.h>

#include "base/str.h"
#include "net/address.h"
#include "net/listener.h"
#include "net/net.h"

#define FIELD(member) offsetof(struct net_conf, member)

static const struct option_form endpoint = {
	.words = "ADDRESS:PORT (127.0.0.1:8080, [::1]:8080, *:8080)",
	.fits = listener_is_endpoint,
};

const struct option_form net_network_form = {
	.words = "an address or network (10.0.0.1, 10.0.0.0/8, fd00::/8)",
	.fits = network_is_one,
};

static bool
is_web_address(const char *text)
{
	const char *host = str_starts_with(text, "https://") ? text + 8
		: str_starts_with(text, "http://")               ? text + 7
														 : "";
	size_t length = strcspn(host, "/");

	return length > 0 && strcspn(host, " \t?#@\\\"<>") == strlen(host);
}

static const struct option_form web_address = {
	.words = "an address of the web (https://cc.example.com)",
	.fits = is_web_address,
};

const struct option net_options[] = {
	{.name = "server.listen",
		.type = OPTION_LIST,
		.offset = FIELD(listen),
		.fallback = "127.0.0.1:8080",
		.min = 1,
		.form = &endpoint,
		.help = "Addresses to listen on: 127.0.0.1:8080, [::1]:8080, or *:8080 for all. "
				"Demo accounts work on loopback addresses only."},
	{.name = "server.tls_certificate",
		.type = OPTION_PATH,
		.offset = FIELD(tls_certificate),
		.fallback = "",
		.help = "Certificate chain (PEM). With tls_key, all addresses speak TLS only."},
	{.name = "server.tls_key",
		.type = OPTION_PATH,
		.offset = FIELD(tls_key),
		.fallback = "",
		.help = "Private key of the certificate (PEM)."},
	{.name = "server.metrics_listen",
		.type = OPTION_LIST,
		.offset = FIELD(metrics_listen),
		.fallback = "",
		.form = &endpoint,
		.help =
			"Addresses that serve /metrics to Prometheus: 127.0.0.1:9464. Plain HTTP for "
			"everybody who reaches them, so never a public one. Empty: nowhere."},
	{.name = "server.web_root",
		.type = OPTION_PATH,
		.offset = FIELD(web_root),
		.fallback = "",
		.help = "Folder of the built web pages. Empty: found beside the program."},
	{.name = "server.trusted_proxies",
		.type = OPTION_LIST,
		.offset = FIELD(trusted_proxies),
		.fallback = "",
		.form = &net_network_form,
		.help =
			"Addresses and networks (10.0.0.0/8) of proxies in front of the server. Only "
			"their X-Forwarded-For is believed."},
	{.name = "server.public_url",
		.type = OPTION_STRING,
		.offset = FIELD(public_url),
		.fallback = "",
		.form = &web_address,
		.help =
			"How browsers reach the server: https://cc.example.com. Empty: as it listens."},
	{.name = "server.max_connections",
		.type = OPTION_INT,
		.offset = FIELD(max_connections),
		.fallback = "20000",
		.min = 16,
		.max = 1000000,
		.help =
			"Connections at the same time; more are refused. The limit on open files is "
			"raised for it as far as the system allows."},
	{.name = "server.max_connections_per_address",
		.type = OPTION_INT,
		.offset = FIELD(max_connections_per_address),
		.fallback = "1000",
		.min = 0,
		.max = 1000000,
		.help =
			"Connections of one address (IPv6: one /64 network); 0: no limit. Proxies that "
			"are trusted have none."},
	{.name = "server.requests_per_minute",
		.type = OPTION_INT,
		.offset = FIELD(requests_per_minute),
		.fallback = "6000",
		.min = 0,
		.max = 10000000,
		.help = "Requests of one address, also as a burst; 0: no limit."},
	{.name = "server.header_timeout",
		.type = OPTION_DURATION,
		.offset = FIELD(header_timeout_ms),
		.fallback = "10s",
		.min = 100,
		.max = 600000,
		.help = "A client must have sent the head of its request by then."},
	{.name = "server.idle_timeout",
		.type = OPTION_DURATION,
		.offset = FIELD(idle_timeout_ms),
		.fallback = "75s",
		.min = 100,
		.max = 3600000,
		.help = "Connections without a request are closed after this."},
	{.name = "server.ping",
		.type = OPTION_DURATION,
		.offset = FIELD(ping_ms),
		.fallback = "30s",
		.min = 100,
		.max = 3600000,
		.help = "WebSockets are pinged this often; two unanswered pings close them."},
	{0},
};
