/* The one way to say that something failed. A function that can fail returns enum err;
 * where a person needs the reason it also fills a struct error that the caller owns. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#define MUST_CHECK __attribute__((warn_unused_result))

enum err {
	ERR_OK = 0,
	ERR_INVALID, /* the peer or the operator is wrong; report to them    */
	ERR_DENIED,  /* known, but not allowed                               */
	ERR_NOT_FOUND,
	ERR_CONFLICT,    /* unique key or stale version                          */
	ERR_BUSY,        /* back off and retry                                   */
	ERR_UNAVAILABLE, /* a dependency is down                                 */
	ERR_UNCERTAIN,   /* a write may or may not have happened: look it up     */
	ERR_CORRUPT,     /* stored data contradicts itself                       */
};

#define ERROR_TEXT_SIZE 240

struct error {
	enum err code;
	char text[ERROR_TEXT_SIZE];
};

/* Fills e (NULL is allowed) and returns code, so that `return error_set(...)` reads well. */
enum err error_set(struct error *e, enum err code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Stable lower-case name for logs and the API: "invalid", "not_found", ... */
const char *err_name(enum err code);

#endif
