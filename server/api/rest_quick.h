/* What the two files of the quick replies' REST share. */
#ifndef API_REST_QUICK_H
#define API_REST_QUICK_H

#include "model/quick_reply.h"

struct http_request;
struct input;

enum { QUICK_CSV_MAX = 4 * 1024 * 1024 };

/* Wrong or missing: the input says so. */
enum quick_scope quick_scope_read(const char *name, struct input *in);

void quick_replies_export(struct http_request *rq, void *app);
void quick_replies_import(struct http_request *rq, void *app);

#endif
