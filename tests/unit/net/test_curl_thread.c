/* The thread under calls and mails: every job that is submitted is told, once, whatever comes. */
#include "net/curl_thread.h"

#include <arpa/inet.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "lib/test.h"
#include "net/mail_client.h"
#include "net/web_client.h"

struct told {
	int times;
	char error[160];
};

static void
woken(void *ctx)
{
	sem_post(ctx);
}

static void
called(struct web_call *call)
{
	struct told *told = call->ctx;

	told->times++;
	assert_int_equal(call->status, 0);
	strcpy(told->error, call->error);
	web_call_destroy(call);
}

static void
mailed(struct mail_call *call)
{
	struct told *told = call->ctx;

	told->times++;
	assert_int_equal(call->status, 0);
	assert_false(call->uncertain);
	strcpy(told->error, call->error);
	mail_call_destroy(call);
}

static void
submit(struct curl_thread *c, const char *url, struct told *told)
{
	struct web_call *call = web_call_create();

	call->url = arena_strdup(call->arena, url);
	call->done = called;
	call->ctx = told;
	web_client_submit(c, call);
}

static struct curl_thread *
calling(const char *networks, sem_t *wake)
{
	const struct curl_thread_conf conf = {
		.timeout_ms = 60000,
		.private_networks = networks,
		.ca_file = "",
	};
	struct curl_thread *c;
	struct error e;

	sem_init(wake, 0, 0);
	assert_int_equal(web_client_create(&c, &conf, woken, wake, &e), ERR_OK);
	return c;
}

/* Takes connections, as the system does for it, and never says a word. */
static int
silent_server(char *url, size_t size)
{
	struct sockaddr_in at = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t length = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 128), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &length), 0);
	snprintf(url, size, "http://127.0.0.1:%d/", ntohs(at.sin_port));
	return fd;
}

static void
a_private_address_that_is_not_named_is_refused(void **state)
{
	struct told told = {0};
	sem_t wake;
	struct curl_thread *c = calling("", &wake);
	char url[64];
	int fd = silent_server(url, sizeof(url));

	(void)state;
	submit(c, url, &told);
	assert_true(curl_thread_busy(c));
	assert_int_equal(told.times, 0);
	sem_wait(&wake);
	curl_thread_drain(c);
	assert_int_equal(told.times, 1);
	assert_string_equal(told.error,
		"it must be https, or in a private network that is allowed");
	assert_false(curl_thread_busy(c));
	curl_thread_destroy(c);
	close(fd);
}

static void
stopping_tells_those_that_go_and_those_that_wait(void **state)
{
	enum { CALLS = 40 }; /* more than go at once */
	struct told told[CALLS] = {0};
	sem_t wake;
	struct curl_thread *c = calling("127.0.0.0/8", &wake);
	char url[64];
	int fd = silent_server(url, sizeof(url));
	int taken;

	(void)state;
	for (size_t i = 0; i < CALLS; i++) {
		submit(c, url, &told[i]);
	}
	taken = accept(fd, NULL, NULL); /* some go by now */
	assert_true(taken >= 0);
	curl_thread_stop(c);
	for (size_t i = 0; i < CALLS; i++) {
		assert_int_equal(told[i].times, 1);
		assert_string_not_equal(told[i].error, "");
	}
	assert_string_equal(told[CALLS - 1].error, "the server is stopping");
	assert_false(curl_thread_busy(c));
	curl_thread_destroy(c);
	close(taken);
	close(fd);
}

static void
what_comes_after_stopping_is_told_too(void **state)
{
	struct told told = {0};
	sem_t wake;
	struct curl_thread *c = calling("", &wake);

	(void)state;
	curl_thread_stop(c);
	submit(c, "https://example.org/", &told);
	assert_int_equal(told.times, 0);
	curl_thread_drain(c);
	assert_int_equal(told.times, 1);
	assert_string_equal(told.error, "too many calls wait already");
	curl_thread_destroy(c);
}

static void
a_mail_does_not_go_in_the_clear_to_a_server_that_is_not_named(void **state)
{
	const struct curl_thread_conf conf = {.timeout_ms = 60000, .ca_file = ""};
	const char *const to[] = {"li@example.org"};
	struct mail_call *call = mail_call_create();
	struct told told = {0};
	struct curl_thread *c;
	struct error e;
	sem_t wake;

	(void)state;
	sem_init(&wake, 0, 0);
	assert_int_equal(mail_client_create(&c, &conf, woken, &wake, &e), ERR_OK);
	call->url = "smtp://127.0.0.1:25";
	call->from = "desk@example.org";
	call->to = to;
	call->to_count = 1;
	call->done = mailed;
	call->ctx = &told;
	mail_client_submit(c, call);
	sem_wait(&wake);
	curl_thread_drain(c);
	assert_int_equal(told.times, 1);
	assert_string_equal(told.error,
		"the server's address is private, or it has no TLS, which the configuration does "
		"not allow");
	curl_thread_destroy(c);
}

static void
networks_that_are_none_are_refused(void **state)
{
	const struct curl_thread_conf conf = {.private_networks = "here/8", .ca_file = ""};
	struct curl_thread *c = NULL;
	struct error e;

	(void)state;
	assert_int_equal(web_client_create(&c, &conf, woken, NULL, &e), ERR_INVALID);
	assert_null(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_private_address_that_is_not_named_is_refused),
		cmocka_unit_test(stopping_tells_those_that_go_and_those_that_wait),
		cmocka_unit_test(what_comes_after_stopping_is_told_too),
		cmocka_unit_test(a_mail_does_not_go_in_the_clear_to_a_server_that_is_not_named),
		cmocka_unit_test(networks_that_are_none_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
