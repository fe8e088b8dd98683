/* What the files of the rules' REST share. */
#ifndef API_REST_RULES_H
#define API_REST_RULES_H

#include <stddef.h>

struct exchange;
struct http_request;
struct error;
struct outcome;

enum {
	RULE_BODY_MAX = 512 * 1024,
	RULE_FILE_MAX = 8 * 1024 * 1024,
};

void rules_export(struct http_request *rq, void *app);
void rules_import(struct http_request *rq, void *app);
void rules_test(struct http_request *rq, void *app);
void rule_settings_get(struct http_request *rq, void *app);
void rule_settings_put(struct http_request *rq, void *app);

/* Replies "any[2]: is too long" with its field. */
void rule_refuse(struct exchange *x, const struct error *e);

#endif
