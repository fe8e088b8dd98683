#include <stdio.h>
#include <unistd.h>

#include "api/app.h"
#include "base/str.h"
#include "command/command.h"
#include "store/store.h"

static void
show_progress(void *ctx, uint64_t done, uint64_t total)
{
	(void)ctx;
	if (total > 0) {
		fprintf(stderr, "\r%3llu %% (%llu of %llu facts)",
			(unsigned long long)(done * 100 / total), (unsigned long long)done,
			(unsigned long long)total);
	}
}

static int
verify(const struct app_conf *conf, uint64_t customer)
{
	bool interactive = isatty(STDERR_FILENO);
	struct verify_report report = {0};
	struct error e = {0};
	enum err rc = store_verify(&conf->store, customer, interactive ? show_progress : NULL,
		NULL, &report, &e);

	if (interactive) {
		fputs("\r\033[K", stderr);
	}
	if (rc == ERR_OK) {
		printf(
			"Whole: %llu facts in %llu histories, %llu audit rows, %llu signed heads.\n",
			(unsigned long long)report.facts, (unsigned long long)report.timelines,
			(unsigned long long)report.audits, (unsigned long long)report.heads);
		return EXIT_STATUS_OK;
	}
	if (rc != ERR_CORRUPT) {
		fprintf(stderr, "trunkline: %s\n", e.text);
		return EXIT_STATUS_FAILED;
	}
	printf("BROKEN: %s\n", e.text);
	if (report.first_reason[0] != '\0') {
		printf("First broken: timeline %llu, seq %llu, fact %llu: %s\n",
			(unsigned long long)report.first_timeline,
			(unsigned long long)report.first_seq, (unsigned long long)report.first_fact,
			report.first_reason);
	}
	printf("Found %llu broken in %llu facts of %llu histories.\n",
		(unsigned long long)report.broken, (unsigned long long)report.facts,
		(unsigned long long)report.timelines);
	return EXIT_STATUS_FAILED;
}

static int
run(int argc, char **argv)
{
	const char *text = command_value(&argc, argv, "--customer");
	uint64_t customer = 0;
	struct app_settings *settings;
	int status = EXIT_STATUS_USAGE;

	if (text != NULL && !str_parse_u64(text, &customer)) {
		fprintf(stderr, "trunkline verify: --customer takes the number of a customer\n");
		return EXIT_STATUS_USAGE;
	}
	if (!command_settings(&argc, argv, &settings)) {
		return EXIT_STATUS_USAGE;
	}
	if (command_rest_empty(argc, argv)) {
		status = verify(app_settings_conf(settings), customer);
	}
	app_settings_destroy(settings);
	return status;
}

const struct command command_verify = {
	.name = "verify",
	.summary = "prove that no history has a gap or was altered",
	.help =
		"Usage: trunkline verify [--customer ID] [--config FILE]\n"
		"                        [--set SECTION.NAME=VALUE ...]\n\n"
		"Walks every history: numbers without gap, every text against its digest, every fact\n"
		"against the chain, the chain against the signed heads kept outside the database,\n"
		"and the audit. Exits with 1 and names the first broken fact when something does\n"
		"not hold. Works beside a running server.\n",
	.run = run,
};
