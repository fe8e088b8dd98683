/* The built web pages: which file answers a path, in which encoding, with which headers. */
#ifndef NET_PAGE_H
#define NET_PAGE_H

#include <stdbool.h>

struct http_request;

/* False: web_root has nothing there. */
bool page_serve(struct http_request *rq);

#endif
