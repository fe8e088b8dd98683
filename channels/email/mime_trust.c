/* The mail server that received a mail writes what it could check into its
 * Authentication-Results and removes such fields that came with the mail (RFC 8601, section
 * 5). Only those fields are believed that name the trusted host and stand in one block at the
 * top: what a sender forged stands below the fields of the journey. */
#include "channels/email/mime_nature.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "channels/email/mime_part.h"

enum { RESULTS_MAX = 8192, VALUE_SIZE = 256 };

/* Without comments in brackets, folds as blanks, lower case. */
static char *
plain_results(struct slice field, struct arena *a)
{
	size_t length = field.length > RESULTS_MAX ? RESULTS_MAX : field.length;
	char *out = arena_alloc(a, length + 1);
	size_t n = 0;
	int depth = 0;

	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)field.data[i];
		if (c == '(') {
			depth++;
		} else if (c == ')' && depth > 0) {
			depth--;
		} else if (depth == 0) {
			out[n++] = c < ' ' ? ' ' : (char)tolower(c);
		}
	}
	out[n] = '\0';
	return out;
}

/* The host that says it, the first word; *rest is what follows. */
static bool
is_from_host(char *results, const char *host, char **rest)
{
	char *start = results + strspn(results, " \t\"");
	size_t length = strcspn(start, " \t\";");

	*rest = start + length;
	return length == strlen(host) && strncasecmp(start, host, length) == 0;
}

/* The value of "name=value" within one result; false when it is not there. */
static bool
property(const char *result, const char *name, char out[static VALUE_SIZE])
{
	size_t length = strlen(name);

	for (const char *p = result; (p = strstr(p, name)) != NULL; p += length) {
		const char *value = p + length;
		value += strspn(value, " ");
		if (*value != '=' || (p > result && strchr(" \t;", p[-1]) == NULL)) {
			continue;
		}
		value++;
		value += strspn(value, " \"");
		size_t n = strcspn(value, " \t;\"");
		const char *at = memchr(value, '@', n);
		if (at != NULL) {
			n -= (size_t)(at - value) + 1;
			value = at + 1;
		}
		if (n >= VALUE_SIZE) {
			return false;
		}
		memcpy(out, value, n);
		out[n] = '\0';
		return true;
	}
	return false;
}

/* A signature of a domain speaks for it and what lies under it. */
static bool
speaks_for(const char *signer, const char *domain)
{
	size_t signer_length = strlen(signer);
	size_t length = strlen(domain);

	if (strcmp(signer, domain) == 0) {
		return true;
	}
	return signer_length > 0 && length > signer_length && strchr(signer, '.') != NULL &&
		domain[length - signer_length - 1] == '.' &&
		strcmp(domain + length - signer_length, signer) == 0;
}

struct verdicts {
	bool dmarc_seen;
	bool dmarc_pass;
	bool dmarc_fail;
	bool dkim_own; /* a passed signature of the sender's domain */
	bool dkim_fail;
	bool spf_fail;
};

static void
judge(char *result, const char *domain, struct verdicts *v)
{
	char value[VALUE_SIZE];

	if (property(result, "dmarc", value) && !v->dmarc_seen) {
		char checked[VALUE_SIZE];
		bool same = !property(result, "header.from", checked) ||
			strcmp(checked, domain) == 0;
		v->dmarc_seen = true;
		v->dmarc_pass = same && strcmp(value, "pass") == 0;
		v->dmarc_fail = strcmp(value, "fail") == 0;
	} else if (property(result, "dkim", value)) {
		char signer[VALUE_SIZE];
		bool named = property(result, "header.d", signer) ||
			property(result, "header.i", signer);
		if (strcmp(value, "pass") == 0 && named && speaks_for(signer, domain)) {
			v->dkim_own = true;
		}
		v->dkim_fail = v->dkim_fail || strcmp(value, "fail") == 0;
	} else if (property(result, "spf", value)) {
		v->spf_fail = v->spf_fail || strcmp(value, "fail") == 0;
	}
}

static bool
is_named(struct slice name, const char *other)
{
	return name.length == strlen(other) &&
		strncasecmp(name.data, other, name.length) == 0;
}

static bool
gather(const struct mime_part *root, const char *host, const char *domain,
	struct verdicts *v, struct arena *a)
{
	bool found = false;

	for (size_t i = 0; i < root->field_count; i++) {
		const struct mime_field *field = &root->fields[i];
		if (!is_named(field->name, "Authentication-Results")) {
			if (found && !is_named(field->name, "Received-SPF")) {
				break; /* the block has ended */
			}
			continue;
		}
		char *rest;
		char *results = plain_results(field->value, a);
		if (!is_from_host(results, host, &rest)) {
			continue;
		}
		found = true;
		for (char *one = rest; one != NULL && *one != '\0';) {
			char *end = strchr(one, ';');
			if (end != NULL) {
				*end++ = '\0';
			}
			judge(one, domain, v);
			one = end;
		}
	}
	return found;
}

enum mail_trust
mime_trust(const struct mime_part *root, const struct mail_address *from,
	const struct mime_reader *how, struct arena *a)
{
	struct verdicts v = {0};
	const char *at = strrchr(from->address, '@');

	if (how->trusted_host == NULL || how->trusted_host[0] == '\0' || at == NULL) {
		return MAIL_TRUST_NONE;
	}
	if (!gather(root, how->trusted_host, at + 1, &v, a)) {
		return MAIL_TRUST_NONE;
	}
	/* Two From lines are a trick: programs show one and check the other. */
	if (mime_field_count(root, "From") != 1 || v.dmarc_fail) {
		return MAIL_TRUST_FAILED;
	}
	if (v.dmarc_pass || v.dkim_own) {
		return MAIL_TRUST_PROVEN;
	}
	return v.dkim_fail && v.spf_fail ? MAIL_TRUST_FAILED : MAIL_TRUST_NONE;
}
