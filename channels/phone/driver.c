#include "channels/phone/driver.h"

#include "base/json.h"
#include "channels/phone/events.h"

static enum err
check_settings(const struct json *settings, struct error *e)
{
	void *iterator = NULL;
	const struct json *value;
	const char *key;

	if (!json_is_object(settings)) {
		return error_set(e, ERR_INVALID, "settings: must be an object");
	}
	key = json_iterate(settings, &iterator, &value);
	if (key != NULL) {
		return error_set(e, ERR_INVALID, "%.40s: a phone channel has no such setting", key);
	}
	return ERR_OK;
}

const struct channel_driver phone_driver = {
	.name = "phone",
	.caps = { .writes = false },
	.check_settings = check_settings,
	.decode_call = call_event_parse,
};
