#include "api/contact_input.h"

#include <string.h>

#include "api/app.h"
#include "api/input.h"
#include "base/arena.h"
#include "base/str.h"
#include "channels/phone/e164.h"
#include "model/customer.h"
#include "model/email.h"

enum {
	KIND_MAX = 16,
	VALUE_MAX = 200,
	LABEL_MAX = 60,
	WECHAT_MAX = 64,
};

static const char *
normalise_phone(struct input *in, const struct app *app, const char *value,
	const char *field)
{
	struct dial_plan plan = {
		.region = app->conf->home_region,
		.area = app->conf->home_area,
	};
	char number[NUMBER_SIZE];

	if (number_normalise(&plan, value, number) != NUMBER_E164) {
		input_wrong(in, field,
			"is not a telephone number that can be called from outside");
		return NULL;
	}
	return arena_strdup(in->arena, number);
}

static const char *
normalise_email(struct input *in, const char *value, const char *field)
{
	char email[EMAIL_SIZE];

	if (!email_normalise(value, email)) {
		input_wrong(in, field, "is not an e-mail address");
		return NULL;
	}
	return arena_strdup(in->arena, email);
}

const char *
contact_normalise(struct input *in, const struct app *app, const char *kind,
	const char *value, const char *field)
{
	if (str_empty(value) || in->field != NULL) {
		return NULL;
	}
	if (strcmp(kind, "phone") == 0) {
		return normalise_phone(in, app, value, field);
	}
	if (strcmp(kind, "email") == 0) {
		return normalise_email(in, value, field);
	}
	if (strlen(value) > WECHAT_MAX) {
		input_wrong(in, field, "is longer than %d bytes", WECHAT_MAX);
		return NULL;
	}
	return value;
}

void
contact_read(struct input *in, const struct app *app, struct contact_point *out)
{
	const char *kind = input_required_line(in, "kind", KIND_MAX);
	const char *value = input_required_line(in, "value", VALUE_MAX);
	const char *label = input_line(in, "label", LABEL_MAX);

	memset(out, 0, sizeof(*out));
	if (kind != NULL && strcmp(kind, "phone") != 0 && strcmp(kind, "email") != 0 &&
		strcmp(kind, "wechat") != 0) {
		input_wrong(in, "kind", "must be phone, email or wechat");
	}
	out->kind = kind;
	out->value = kind != NULL ? contact_normalise(in, app, kind, value, "value") : NULL;
	out->proven = input_flag(in, "proven", false);
	out->label = label != NULL ? label : "";
	out->source = "agent";
	out->proven_reason = out->proven ? input_line(in, "reason", CONTACT_REASON_MAX)
									 : NULL;
}
