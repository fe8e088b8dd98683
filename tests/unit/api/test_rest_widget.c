/* Visitors, signed identities and files over REST: what outsiders may and may not. */
#include "rest_fixture.h"

#include "base/clock.h"
#include "base/digest.h"
#include "base/id.h"

#define SESSION "/api/v1/widget/session"
/* The smallest PNG there is: one pixel. */
static const char png[] =
	"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDAT"
	"\x78\xda\x63\x64\xf8\xcf\x50\x0f\0\x03\x86\x01\x80\x5a\x34\x7d\x6b\0\0\0\0IEND\xae\x42\x60\x82";

struct widget {
	struct house *house;
	char kid[40];
	char secret[60];
	char channel[24];
};

/* The test channel with an identity key. */
static int
open_widget(void **state)
{
	struct widget *w = calloc(1, sizeof(*w));
	struct client root;
	struct answer a;
	const struct json *items;
	char path[80];

	w->house = house_open("127.0.0.1", NULL);
	root = logged_in(w->house, "root", PASSWORD);
	assert_int_equal(ask(&root, "GET", "/api/v1/channels", NULL, &a), 200);
	items = json_get(a.json, "items");
	for (size_t i = 0; i < json_length(items); i++) {
		if (str_equals(json_string(json_at(items, i), "public_key"), PUBLIC_KEY)) {
			str_copy(w->channel, sizeof(w->channel),
				json_string(json_at(items, i), "id"));
		}
	}
	answer_free(&a);
	snprintf(path, sizeof(path), "/api/v1/channels/%s/keys", w->channel);
	assert_int_equal(ask(&root, "POST", path, "{}", &a), 201);
	str_copy(w->kid, sizeof(w->kid), answer_text(&a, "kid"));
	str_copy(w->secret, sizeof(w->secret), answer_text(&a, "secret"));
	answer_free(&a);
	*state = w;
	return 0;
}

static int
close_widget(void **state)
{
	struct widget *w = *state;

	house_close(w->house);
	free(w);
	return 0;
}

static void
sign_identity(const struct widget *w, const char *subject, int64_t issued, char *out,
	size_t size)
{
	char header[200];
	char claims[400];
	char ref[REF_SIZE];
	char encoded[2][600];
	uint8_t code[DIGEST_SIZE];
	char signature[44];
	int length;

	ref_make(ref);
	snprintf(header, sizeof(header), "{\"alg\":\"HS256\",\"kid\":\"%s\"}", w->kid);
	snprintf(claims, sizeof(claims),
		"{\"aud\":\"" PUBLIC_KEY "\",\"sub\":\"%s\",\"iat\":%lld,\"exp\":%lld,"
		"\"jti\":\"%s\",\"name\":\"Lin\",\"phone\":\"13800138000\"}",
		subject, (long long)issued, (long long)issued + 300, ref);
	base64url_encode(header, strlen(header), encoded[0]);
	base64url_encode(claims, strlen(claims), encoded[1]);
	length = snprintf(out, size, "%s.%s", encoded[0], encoded[1]);
	hmac_sha256(w->secret, strlen(w->secret), out, (size_t)length, code);
	base64url_encode(code, sizeof(code), signature);
	snprintf(out + length, size - (size_t)length, ".%s", signature);
}

/* Opens a session; token and identity may be NULL. The new token is put into `token_out`. */
static int
open_session(const struct widget *w, const char *token, const char *identity,
	char token_out[static 64], bool *identified)
{
	struct client c = anybody(w->house);
	struct answer a;
	char body[2000];
	int status;

	snprintf(body, sizeof(body),
		"{\"key\":\"" PUBLIC_KEY "\",\"language\":\"zh-Hans-CN\"%s%s%s%s%s%s}",
		token != NULL ? ",\"token\":\"" : "", token != NULL ? token : "",
		token != NULL ? "\"" : "", identity != NULL ? ",\"identity\":\"" : "",
		identity != NULL ? identity : "", identity != NULL ? "\"" : "");
	status = ask(&c, "POST", SESSION, body, &a);
	if (status == 200) {
		str_copy(token_out, 64, answer_text(&a, "token"));
		assert_true(json_bool(a.json, "identified", identified));
	}
	answer_free(&a);
	return status;
}

static int64_t
now_seconds(void)
{
	return clock_now_ms() / 1000;
}

static void
a_visitor_keeps_her_token(void **state)
{
	char first[64];
	char second[64];
	bool identified = true;

	assert_int_equal(open_session(*state, NULL, NULL, first, &identified), 200);
	assert_false(identified);
	assert_int_equal(strncmp(first, "tv_", 3), 0);
	assert_int_equal(open_session(*state, first, NULL, second, &identified), 200);
	assert_string_equal(first, second);
	/* One that nobody gave out is no visitor's. */
	assert_int_equal(open_session(*state,
						 "tv_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", NULL, second,
						 &identified),
		200);
	assert_string_not_equal(second, "tv_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
}

static void
other_sites_get_no_session(void **state)
{
	const struct widget *w = *state;
	static const char body[] = "{\"key\":\"" PUBLIC_KEY "\"}";
	struct client evil = {.house = w->house,
		.headers = "Origin: https://evil.example\r\n"};
	struct client shop = {.house = w->house,
		.headers = "Origin: https://shop.example\r\n"};
	struct client c = anybody(w->house);
	struct answer a;

	assert_int_equal(ask(&evil, "POST", SESSION, body, NULL), 403);
	assert_int_equal(ask(&evil, "GET", "/api/v1/widget/config?key=" PUBLIC_KEY, NULL,
						 NULL),
		403);
	assert_int_equal(ask(&shop, "POST", SESSION, body, &a), 200);
	/* No credentialed CORS: the frame is ours. */
	assert_null(strcasestr(a.head, "access-control-allow"));
	answer_free(&a);
	assert_int_equal(ask(&c, "POST", SESSION, "{\"key\":\"wk_none\"}", NULL), 404);
	assert_int_equal(ask(&c, "POST", SESSION, "{\"key\":\"pk_test\"}", NULL), 404);
	assert_int_equal(ask(&c, "POST", SESSION, "{}", NULL), 400);
}

/* ⛔ */
static void
identifying_rotates_the_token(void **state)
{
	const struct widget *w = *state;
	char identity[1200];
	char before[64];
	char after[64];
	char again[64];
	bool identified = false;
	struct client old;

	assert_int_equal(open_session(w, NULL, NULL, before, &identified), 200);
	sign_identity(w, "u-1", now_seconds(), identity, sizeof(identity));
	assert_int_equal(open_session(w, before, identity, after, &identified), 200);
	assert_true(identified);
	assert_string_not_equal(before, after);
	old = bearer(w->house, before);
	assert_int_equal(ask(&old, "DELETE", SESSION, NULL, NULL), 401);
	/* Each further page brings an identity of the same user: she keeps her token. */
	sign_identity(w, "u-1", now_seconds(), identity, sizeof(identity));
	assert_int_equal(open_session(w, after, identity, again, &identified), 200);
	assert_string_equal(after, again);
	assert_true(identified);
	/* Somebody else on this device begins anew. */
	sign_identity(w, "u-2", now_seconds(), identity, sizeof(identity));
	assert_int_equal(open_session(w, after, identity, again, &identified), 200);
	assert_string_not_equal(after, again);
}

/* ⛔ */
static void
an_identity_counts_once(void **state)
{
	const struct widget *w = *state;
	char identity[1200];
	char token[64];
	char other[64];
	bool identified = false;

	sign_identity(w, "u-1", now_seconds(), identity, sizeof(identity));
	assert_int_equal(open_session(w, NULL, identity, token, &identified), 200);
	assert_true(identified);
	assert_int_equal(open_session(w, NULL, identity, other, &identified), 401);
	assert_int_equal(open_session(w, token, identity, other, &identified), 401);
	/* Also one that changed nothing. */
	sign_identity(w, "u-1", now_seconds(), identity, sizeof(identity));
	assert_int_equal(open_session(w, token, identity, other, &identified), 200);
	assert_int_equal(open_session(w, token, identity, other, &identified), 401);
	assert_int_equal(open_session(w, NULL, identity, other, &identified), 401);
}

/* ⛔ A failure is refused, never treated as anonymous. */
static void
a_wrong_identity_gets_nothing(void **state)
{
	const struct widget *w = *state;
	struct widget forged = *w;
	char identity[1200];
	char token[64];
	bool identified;

	sign_identity(w, "u-1", now_seconds() - 301, identity, sizeof(identity));
	assert_int_equal(open_session(w, NULL, identity, token, &identified), 401);
	sign_identity(w, "u-1", now_seconds() + 120, identity, sizeof(identity));
	assert_int_equal(open_session(w, NULL, identity, token, &identified), 401);
	strcpy(forged.secret, "guessed");
	sign_identity(&forged, "u-1", now_seconds(), identity, sizeof(identity));
	assert_int_equal(open_session(w, NULL, identity, token, &identified), 401);
	strcpy(forged.kid, "unknown");
	sign_identity(&forged, "u-1", now_seconds(), identity, sizeof(identity));
	assert_int_equal(open_session(w, NULL, identity, token, &identified), 401);
	assert_int_equal(open_session(w, NULL, "", token, &identified), 401);
	assert_int_equal(open_session(w, NULL, "a.b.c", token, &identified), 401);
}

static void
a_revoked_key_signs_nothing(void **state)
{
	const struct widget *w = *state;
	struct client root = logged_in(w->house, "root", PASSWORD);
	char identity[1200];
	char path[80];
	char body[80];
	char token[64];
	bool identified;

	snprintf(path, sizeof(path), "/api/v1/channels/%s", w->channel);
	snprintf(body, sizeof(body), "{\"revoke\":\"%s\"}", w->kid);
	assert_int_equal(ask(&root, "PATCH", path, body, NULL), 200);
	sign_identity(w, "u-1", now_seconds(), identity, sizeof(identity));
	assert_int_equal(open_session(w, NULL, identity, token, &identified), 401);
	/* The channel off: nothing at all. */
	assert_int_equal(ask(&root, "PATCH", path, "{\"enabled\":false}", NULL), 200);
	assert_int_equal(open_session(w, NULL, NULL, token, &identified), 403);
}

static void
log_out_ends_the_token(void **state)
{
	const struct widget *w = *state;
	struct client visitor;
	char token[64];
	bool identified;

	assert_int_equal(open_session(w, NULL, NULL, token, &identified), 200);
	visitor = bearer(w->house, token);
	assert_int_equal(ask(&visitor, "DELETE", SESSION, NULL, NULL), 204);
	assert_int_equal(ask(&visitor, "DELETE", SESSION, NULL, NULL), 401);
}

static void
a_visitor_is_no_staff(void **state)
{
	const struct widget *w = *state;
	static const char *const paths[] = {"/api/v1/session", "/api/v1/customers",
		"/api/v1/conversations", "/api/v1/staff", "/api/v1/channels", "/api/v1/audit"};
	struct client visitor;
	char token[64];
	bool identified;

	assert_int_equal(open_session(w, NULL, NULL, token, &identified), 200);
	visitor = bearer(w->house, token);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		assert_int_equal(ask(&visitor, "GET", paths[i], NULL, NULL), 403);
	}
}

static int
upload(const struct client *c, const void *data, size_t length, char id[static 24])
{
	struct answer a;

	ask_bytes(c, "POST", "/api/v1/files", "X-File-Name: %E5%9B%BE.png\r\n", data, length,
		&a);
	if (a.status == 201) {
		assert_true(str_copy(id, 24, answer_text(&a, "file.id")));
		assert_string_equal(answer_text(&a, "file.name"), "图.png");
	}
	length = (size_t)a.status;
	answer_free(&a);
	return (int)length;
}

static int
fetch(const struct client *c, const char *id, struct answer *out)
{
	char path[80];

	snprintf(path, sizeof(path), "/api/v1/files/%s", id);
	return ask(c, "GET", path, NULL, out);
}

static void
an_upload_is_its_owners_until_it_is_sent(void **state)
{
	const struct widget *w = *state;
	struct client anna = logged_in(w->house, "anna", PASSWORD);
	struct client root = logged_in(w->house, "root", PASSWORD);
	struct client one;
	struct client two;
	struct answer a;
	char id[24];
	char token[64];
	char policy[200];
	bool identified;

	assert_int_equal(open_session(w, NULL, NULL, token, &identified), 200);
	one = bearer(w->house, token);
	assert_int_equal(open_session(w, NULL, NULL, token, &identified), 200);
	two = bearer(w->house, token);
	assert_int_equal(upload(&one, png, sizeof(png) - 1, id), 201);
	assert_int_equal(fetch(&one, id, &a), 200);
	assert_non_null(answer_header(&a, "content-security-policy", policy, sizeof(policy)));
	assert_non_null(strstr(policy, "sandbox"));
	assert_non_null(strcasestr(a.head, "x-content-type-options: nosniff"));
	answer_free(&a);
	assert_int_equal(fetch(&two, id, NULL), 404);
	assert_int_equal(fetch(&anna, id, NULL), 404);
	assert_int_equal(fetch(&root, id, NULL), 404);
	assert_int_equal(upload(&anna, png, sizeof(png) - 1, id), 201);
	assert_int_equal(fetch(&anna, id, NULL), 200);
	assert_int_equal(audited(w->house, "file.downloaded", id_of(id)), 1);
	assert_int_equal(fetch(&root, id, NULL), 404);
	assert_int_equal(fetch(&one, id, NULL), 404);
}

/* The newest open conversation, as this member of staff sees it. */
static void
newest_conversation(const struct client *c, char id[static 24], char customer[static 24])
{
	struct answer a;
	const struct json *first;

	assert_int_equal(ask(c, "GET", "/api/v1/conversations?limit=1", NULL, &a), 200);
	first = json_at(json_get(a.json, "items"), 0);
	assert_non_null(first);
	str_copy(id, 24, json_string(first, "id"));
	str_copy(customer, 24, json_string(first, "customer"));
	answer_free(&a);
}

static void
send_file(const struct client *c, const char *conversation, const char *ref,
	const char *kind, const char *file)
{
	char path[80];
	char body[200];

	snprintf(path, sizeof(path), "/api/v1/conversations/%s/entries", conversation);
	snprintf(body, sizeof(body),
		"{\"ref\":\"%s\",\"kind\":\"%s\",\"text\":\"x\",\"files\":[\"%s\"]}", ref, kind,
		file);
	assert_int_equal(ask(c, "POST", path, body, NULL), 200);
}

/* ⛔ What is inside the house stays there, the file of a note too. */
static void
a_visitor_gets_the_files_of_her_messages_only(void **state)
{
	const struct widget *w = *state;
	struct client anna = logged_in(w->house, "anna", PASSWORD);
	struct client hers;
	struct client others;
	char conversation[24];
	char customer[24];
	char token[64];
	char note[24];
	char message[24];
	char own[24];
	char own_quoted[32];
	bool identified;

	assert_int_equal(open_session(w, NULL, NULL, token, &identified), 200);
	hers = bearer(w->house, token);
	assert_int_equal(upload(&hers, png, sizeof(png) - 1, own), 201);
	snprintf(own_quoted, sizeof(own_quoted), "\"%s\"", own);
	visitor_writes(w->house, token, "visitor-0001", own_quoted);
	newest_conversation(&anna, conversation, customer);
	assert_int_equal(upload(&anna, png, sizeof(png) - 1, note), 201);
	send_file(&anna, conversation, "staff-0001", "note", note);
	assert_int_equal(upload(&anna, png, sizeof(png) - 1, message), 201);
	send_file(&anna, conversation, "staff-0002", "message", message);
	assert_int_equal(fetch(&anna, own, NULL), 200);
	assert_int_equal(fetch(&anna, note, NULL), 200);
	assert_int_equal(fetch(&hers, own, NULL), 200);
	assert_int_equal(fetch(&hers, message, NULL), 200);
	assert_int_equal(fetch(&hers, note, NULL), 404);
	assert_int_equal(open_session(w, NULL, NULL, token, &identified), 200);
	others = bearer(w->house, token);
	visitor_writes(w->house, token, "visitor-0002", "");
	assert_int_equal(fetch(&others, own, NULL), 404);
	assert_int_equal(fetch(&others, message, NULL), 404);
}

/* ⛔ Her token reads her own timeline, also when she is read under another customer. */
static void
a_merge_shows_a_visitor_nothing_new(void **state)
{
	const struct widget *w = *state;
	struct client anna = logged_in(w->house, "anna", PASSWORD);
	struct client second;
	char conversation[2][24];
	char customer[2][24];
	char token[64];
	char file[24];
	char path[80];
	char body[60];
	bool identified;

	assert_int_equal(open_session(w, NULL, NULL, token, &identified), 200);
	visitor_writes(w->house, token, "visitor-0001", "");
	newest_conversation(&anna, conversation[0], customer[0]);
	assert_int_equal(upload(&anna, png, sizeof(png) - 1, file), 201);
	send_file(&anna, conversation[0], "staff-0001", "message", file);
	assert_int_equal(open_session(w, NULL, NULL, token, &identified), 200);
	second = bearer(w->house, token);
	visitor_writes(w->house, token, "visitor-0002", "");
	newest_conversation(&anna, conversation[1], customer[1]);
	assert_string_not_equal(customer[0], customer[1]);
	snprintf(path, sizeof(path), "/api/v1/customers/%s/attach", customer[1]);
	snprintf(body, sizeof(body), "{\"to\":\"%s\"}", customer[0]);
	assert_int_equal(ask(&anna, "POST", path, body, NULL), 200);
	assert_int_equal(fetch(&anna, file, NULL), 200);
	assert_int_equal(fetch(&second, file, NULL), 404);
}

/* ⛔ A number that an integrator names is a claim: it resolves to nobody. */
static void
a_claimed_number_is_no_identity(void **state)
{
	const struct widget *w = *state;
	struct client anna = logged_in(w->house, "anna", PASSWORD);
	struct answer a;
	const struct json *items;
	char identity[1200];
	char token[64];
	char id[24];
	bool identified;

	assert_int_equal(ask(&anna, "POST", "/api/v1/customers",
						 "{\"name\":\"Owner\",\"contacts\":[{\"kind\":\"phone\","
						 "\"value\":\"13800138000\",\"proven\":true}]}",
						 &a),
		201);
	str_copy(id, sizeof(id), answer_text(&a, "customer.id"));
	answer_free(&a);
	sign_identity(w, "u-1", now_seconds(), identity, sizeof(identity));
	assert_int_equal(open_session(w, NULL, identity, token, &identified), 200);
	assert_int_equal(ask(&anna, "GET",
						 "/api/v1/customers/lookup?kind=phone&value=13800138000", NULL,
						 &a),
		200);
	items = json_get(a.json, "items");
	assert_int_equal(json_length(items), 2); /* the owner, and who claims it */
	answer_free(&a);
	assert_int_equal(ask(&anna, "GET", "/api/v1/customers/lookup?kind=user&value=u-1",
						 NULL, &a),
		200);
	items = json_get(a.json, "items");
	assert_int_equal(json_length(items), 1);
	assert_string_not_equal(json_string(json_at(items, 0), "id"), id);
	answer_free(&a);
}

/* ⛔ */
static void
markup_comes_back_as_an_attachment(void **state)
{
	const struct widget *w = *state;
	static const char page[] = "<html><script>alert(1)</script></html>";
	struct client anna = logged_in(w->house, "anna", PASSWORD);
	struct answer a;
	char id[24];
	char text[200];

	assert_int_equal(upload(&anna, page, sizeof(page) - 1, id), 201);
	assert_int_equal(fetch(&anna, id, &a), 200);
	answer_header(&a, "content-type", text, sizeof(text));
	assert_string_equal(text, "application/octet-stream");
	answer_header(&a, "content-disposition", text, sizeof(text));
	assert_int_equal(strncmp(text, "attachment;", 11), 0);
	answer_free(&a);
	assert_int_equal(upload(&anna, "", 0, id), 400);
	assert_int_equal(upload(&anna,
						 "\x7f"
						 "ELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02",
						 17, id),
		415);
}

static void
uploads_have_a_size_and_a_quota(void **state)
{
	static const char *const settings[] = {"server.upload_max=2k",
		"security.upload_quota=3000", NULL};
	static char text[3000];
	struct widget w = {.house = house_open("127.0.0.1", settings)};
	struct client anna = logged_in(w.house, "anna", PASSWORD);
	struct client visitor;
	char token[64];
	char id[24];
	bool identified;

	(void)state;
	memset(text, 'a', sizeof(text));
	assert_int_equal(upload(&anna, text, 2049, id), 413);
	assert_int_equal(open_session(&w, NULL, NULL, token, &identified), 200);
	visitor = bearer(w.house, token);
	assert_int_equal(upload(&visitor, text, 2049, id), 413);
	assert_int_equal(upload(&visitor, text, 2048, id), 201);
	assert_int_equal(upload(&visitor, text, 953, id), 429);
	assert_int_equal(upload(&visitor, text, 952, id), 201);
	assert_int_equal(upload(&anna, text, 2048, id), 201);
	house_close(w.house);
}

static void
only_the_channels_sites_may_frame_the_widget(void **state)
{
	const struct widget *w = *state;
	struct client c = anybody(w->house);
	struct answer a;
	char policy[600];

	if (ask(&c, "GET", "/widget/frame.html?key=" PUBLIC_KEY, NULL, &a) == 404) {
		answer_free(&a); /* the pages were not built: net has nothing to frame */
		return;
	}
	assert_int_equal(a.status, 200);
	assert_non_null(answer_header(&a, "content-security-policy", policy, sizeof(policy)));
	assert_non_null(strstr(policy, "frame-ancestors 'self' https://shop.example"));
	assert_null(strstr(policy, "unsafe"));
	answer_free(&a);
	assert_int_equal(ask(&c, "GET", "/widget/frame.html?key=wk_none", NULL, NULL), 403);
	assert_int_equal(ask(&c, "GET", "/widget/frame.html", NULL, NULL), 403);
}

#define widget_test(name) cmocka_unit_test_setup_teardown(name, open_widget, close_widget)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		widget_test(a_visitor_keeps_her_token),
		widget_test(other_sites_get_no_session),
		widget_test(identifying_rotates_the_token),
		widget_test(an_identity_counts_once),
		widget_test(a_wrong_identity_gets_nothing),
		widget_test(a_revoked_key_signs_nothing),
		widget_test(log_out_ends_the_token),
		widget_test(a_visitor_is_no_staff),
		widget_test(an_upload_is_its_owners_until_it_is_sent),
		widget_test(a_visitor_gets_the_files_of_her_messages_only),
		widget_test(a_merge_shows_a_visitor_nothing_new),
		widget_test(a_claimed_number_is_no_identity),
		widget_test(markup_comes_back_as_an_attachment),
		cmocka_unit_test(uploads_have_a_size_and_a_quota),
		widget_test(only_the_channels_sites_may_frame_the_widget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
