/* Bodies of REST requests, read by every kind of field. What is taken keeps its bounds; what is
 * not is named. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "api/app.h"
#include "api/channel_settings.h"
#include "api/contact_input.h"
#include "api/exchange.h"
#include "api/input.h"
#include "base/arena.h"
#include "base/id.h"
#include "base/str.h"
#include "model/customer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_line(const char *text, size_t max)
{
	if (text == NULL) {
		return;
	}
	assert(utf8_count(text, strlen(text)) <= max);
	for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++) {
		assert(*p >= 0x20 && *p != 0x7f);
	}
}

static void
read_fields(struct input *in)
{
	char ref[REF_SIZE] = "";
	size_t count = 0;
	const uint64_t *ids;
	int64_t number;

	check_line(input_line(in, "name", 20), 20);
	check_line(input_clearable(in, "label", 10), 10);
	input_text(in, "text", 50);
	number = input_number(in, "version", 0, 100, 7);
	assert(number >= 0 && number <= 100);
	assert(input_id(in, "id") <= INT64_MAX);
	assert(input_time(in, "at") >= 0);
	input_flag(in, "on", true);
	ids = input_ids(in, "files", 4, &count);
	assert(count <= 4);
	for (size_t i = 0; i < count; i++) {
		assert(ids[i] != 0 && ids[i] <= INT64_MAX);
	}
	input_ref(in, "ref", ref);
	assert(in->field != NULL || ref_valid(ref, strlen(ref)));
}

static void
read_contact(struct input *in, const struct app *app)
{
	struct contact_point point;

	contact_read(in, app, &point);
	if (in->field == NULL) {
		assert(point.kind != NULL && point.value != NULL);
		assert(point.value[0] != '\0' && strlen(point.value) <= 200);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char area[] = "021";
	static const struct app_conf conf = {.home_region = "CN", .home_area = area};
	struct app app = {.conf = &conf};
	struct exchange x = {.app = &app};
	struct chat_settings settings;
	struct arena *a;
	struct input in;

	if (json_parse((const char *)data, size, &x.body, NULL) != ERR_OK) {
		return 0;
	}
	a = arena_create();
	if (json_is_object(x.body)) {
		input_init(&in, &x, a);
		read_fields(&in);
		assert(in.field == NULL || in.text[0] != '\0');
		input_init(&in, &x, a);
		read_contact(&in, &app);
		assert(in.field == NULL || in.text[0] != '\0');
	}
	if (settings_parse(arena_strndup(a, (const char *)data, size), a, &settings) ==
		ERR_OK) {
		settings_text(&settings, a);
	}
	arena_destroy(a);
	json_free(x.body);
	return 0;
}
