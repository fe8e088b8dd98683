#include "net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"

enum {
	NETWORKS_MAX = 64,
	IPV4_OFFSET = 12,
};

static void
from_ipv4(const void *four_bytes, struct address *out)
{
	memset(out->bytes, 0, 10);
	memset(out->bytes + 10, 0xff, 2);
	memcpy(out->bytes + IPV4_OFFSET, four_bytes, 4);
}

static bool
is_ipv4(const struct address *a)
{
	static const uint8_t mapped[IPV4_OFFSET] = {[10] = 0xff, [11] = 0xff};

	return memcmp(a->bytes, mapped, sizeof(mapped)) == 0;
}

bool
address_parse(const char *text, struct address *out)
{
	char bare[ADDRESS_TEXT_SIZE];
	struct in_addr ipv4;
	struct in6_addr ipv6;
	size_t length = strlen(text);

	if (length >= 2 && text[0] == '[' && text[length - 1] == ']') {
		text++;
		length -= 2;
	}
	if (length >= sizeof(bare)) {
		return false;
	}
	memcpy(bare, text, length);
	bare[length] = '\0';
	if (inet_pton(AF_INET, bare, &ipv4) == 1) {
		from_ipv4(&ipv4, out);
		return true;
	}
	if (inet_pton(AF_INET6, bare, &ipv6) == 1) {
		memcpy(out->bytes, &ipv6, sizeof(out->bytes));
		return true;
	}
	return false;
}

void
address_format(const struct address *a, char out[static ADDRESS_TEXT_SIZE])
{
	if (is_ipv4(a)) {
		inet_ntop(AF_INET, a->bytes + IPV4_OFFSET, out, ADDRESS_TEXT_SIZE);
	} else {
		inet_ntop(AF_INET6, a->bytes, out, ADDRESS_TEXT_SIZE);
	}
}

void
address_from_socket(const struct sockaddr *from, struct address *out)
{
	if (from->sa_family == AF_INET) {
		from_ipv4(&((const struct sockaddr_in *)from)->sin_addr, out);
	} else if (from->sa_family == AF_INET6) {
		memcpy(out->bytes, &((const struct sockaddr_in6 *)from)->sin6_addr,
			sizeof(out->bytes));
	} else {
		memset(out, 0, sizeof(*out));
	}
}

bool
address_is_loopback(const struct address *a)
{
	static const struct address ipv6 = {{[15] = 1}};

	return (is_ipv4(a) && a->bytes[IPV4_OFFSET] == 127) || address_equals(a, &ipv6);
}

bool
address_equals(const struct address *a, const struct address *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

static bool
parse_network(char *text, struct network *out)
{
	char *slash = strchr(text, '/');
	int64_t bits = 0;
	int64_t max;

	if (slash != NULL) {
		*slash = '\0';
	}
	if (!address_parse(text, &out->address)) {
		return false;
	}
	max = is_ipv4(&out->address) ? 32 : 128;
	if (slash == NULL) {
		bits = max;
	} else if (!str_parse_i64(slash + 1, &bits) || bits < 0 || bits > max) {
		return false;
	}
	out->prefix_bits = (uint8_t)(bits + 128 - max);
	return true;
}

enum err
network_list_parse(struct network_list *out, const char *text, struct error *e)
{
	struct network_list list = {xcalloc(NETWORKS_MAX, sizeof(struct network)), 0};

	while (*(text += strspn(text, ", \t\n")) != '\0') {
		size_t length = strcspn(text, ", \t\n");
		char item[64];

		if (list.count == NETWORKS_MAX || length >= sizeof(item)) {
			network_list_fini(&list);
			return error_set(e, ERR_INVALID, "at most %d networks of usual length",
				NETWORKS_MAX);
		}
		memcpy(item, text, length);
		item[length] = '\0';
		if (!parse_network(item, &list.items[list.count])) {
			network_list_fini(&list);
			return error_set(e, ERR_INVALID,
				"\"%.*s\" is not an address or network (10.0.0.1, 10.0.0.0/8, fd00::/8)",
				(int)length, text);
		}
		list.count++;
		text += length;
	}
	*out = list;
	return ERR_OK;
}

void
network_list_fini(struct network_list *l)
{
	free(l->items);
	*l = (struct network_list){0};
}

bool
network_is_one(const char *text)
{
	struct network_list list = {0};
	bool one = network_list_parse(&list, text, NULL) == ERR_OK && list.count == 1;

	network_list_fini(&list);
	return one;
}

static bool
network_has(const struct network *n, const struct address *a)
{
	size_t whole = n->prefix_bits / 8;
	unsigned rest = n->prefix_bits % 8;
	unsigned mask = 0xff00u >> rest & 0xff;

	return memcmp(n->address.bytes, a->bytes, whole) == 0 &&
		(rest == 0 || ((n->address.bytes[whole] ^ a->bytes[whole]) & mask) == 0);
}

bool
network_list_has(const struct network_list *l, const struct address *a)
{
	for (size_t i = 0; i < l->count; i++) {
		if (network_has(&l->items[i], a)) {
			return true;
		}
	}
	return false;
}

/* The last item of a comma list; cuts it off. NULL when nothing is left. */
static char *
take_last(char *list)
{
	char *comma = strrchr(list, ',');
	char *item = comma != NULL ? comma + 1 : list;

	item += strspn(item, " \t");
	item[strcspn(item, " \t")] = '\0';
	if (comma != NULL) {
		*comma = '\0';
	}
	return item;
}

void
address_of_client(const struct network_list *trusted, const struct address *peer,
	const char *forwarded_for, struct address *out)
{
	char list[512];
	size_t length = forwarded_for != NULL ? strlen(forwarded_for) : 0;
	size_t skipped = length >= sizeof(list) ? length - sizeof(list) + 1 : 0;
	struct address address = *peer;

	/* Only its end counts: what was there first is the client's own invention. */
	memcpy(list, forwarded_for != NULL ? forwarded_for + skipped : "",
		length - skipped + 1);
	*out = *peer;
	while (network_list_has(trusted, out) && list[0] != '\0') {
		bool last = strchr(list, ',') == NULL;

		if (!address_parse(take_last(list), &address)) {
			return;
		}
		*out = address;
		if (last) {
			return;
		}
	}
}
