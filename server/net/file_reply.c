#include "net/file_reply.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/wheel.h"
#include "base/worker.h"
#include "net/connection.h"
#include "net/http.h"
#include "net/http_range.h"
#include "net/loop.h"
#include "net/request.h"

enum {
	CHUNK = 64 * 1024,
	RETRY_MS = 100,
};

struct file_reply {
	struct job job;               /* first: a job is cast to its file reply */
	struct http_request *request; /* NULL: nobody waits for it any more */
	struct workers *workers;
	struct wheel *wheel;
	struct timer retry;       /* when the workers' queue was full */
	const char *content_type; /* in the request's arena */
	char *path;
	int fd;
	int error;    /* errno of the last job */
	bool running; /* the job is with the workers, and with it all below */
	uint64_t size;
	int64_t modified_ms;
	uint64_t offset;
	uint64_t left;
	size_t chunk_length;
	char chunk[CHUNK];
};

/* --- on a worker ---------------------------------------------------------------------- */

static void
run_open(struct job *job)
{
	struct file_reply *f = (struct file_reply *)job;
	struct stat status;

	f->fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (f->fd < 0 || fstat(f->fd, &status) != 0) {
		f->error = errno;
	} else if (!S_ISREG(status.st_mode)) {
		f->error = ENOENT;
	} else {
		f->size = (uint64_t)status.st_size;
		f->modified_ms = (int64_t)status.st_mtim.tv_sec * 1000 +
			status.st_mtim.tv_nsec / 1000000;
	}
}

static void
run_read(struct job *job)
{
	struct file_reply *f = (struct file_reply *)job;
	size_t wanted = f->left < CHUNK ? (size_t)f->left : CHUNK;
	ssize_t got = pread(f->fd, f->chunk, wanted, (off_t)f->offset);

	if (got <= 0) {
		f->error = got == 0 ? EIO : errno; /* 0: it was cut while we sent it */
		return;
	}
	f->chunk_length = (size_t)got;
	f->offset += (size_t)got;
	f->left -= (size_t)got;
}

/* --- on the loop ---------------------------------------------------------------------- */

void
file_reply_destroy(struct file_reply *f)
{
	if (f == NULL) {
		return;
	}
	f->request = NULL;
	timer_cancel(&f->retry);
	if (f->running) {
		return; /* when the job is done */
	}
	if (f->fd >= 0) {
		close(f->fd);
	}
	free(f->path);
	free(f);
}

bool
file_reply_ended(const struct file_reply *f)
{
	return !f->running && f->left == 0;
}

/* True when there is still somebody to work for; otherwise f is gone. */
static bool
take_back(struct file_reply *f)
{
	f->running = false;
	if (f->request == NULL) {
		file_reply_destroy(f);
		return false;
	}
	return true;
}

static void
refuse(struct file_reply *f)
{
	struct http_request *rq = f->request;
	int error = f->error;

	rq->file = NULL;
	file_reply_destroy(f);
	if (error == ENOENT || error == ELOOP) {
		request_refuse(rq, 404, "not_found", "the file is gone", NULL);
		return;
	}
	log_event(LOG_ERROR, "file_unreadable", "reason=\"%s\"", strerror(error));
	request_refuse(rq, 503, "unavailable", "the file cannot be read now", NULL);
}

static void
done_read(struct job *job)
{
	struct file_reply *f = (struct file_reply *)job;
	struct connection *c;

	if (!take_back(f)) {
		return;
	}
	c = f->request->connection;
	if (f->error != 0) {
		/* Its length has been announced: only closing tells that it is cut. */
		log_event(LOG_ERROR, "file_cut", "reason=\"%s\"", strerror(f->error));
		connection_doom(c);
		return;
	}
	connection_write(c, f->chunk, f->chunk_length);
	http_reply_written(c);
}

static void
retry(struct timer *t)
{
	file_reply_next(list_item(t, struct file_reply, retry));
}

void
file_reply_next(struct file_reply *f)
{
	if (f->running || timer_pending(&f->retry)) {
		return;
	}
	f->job.run = run_read;
	f->job.done = done_read;
	f->running = true;
	if (workers_submit(f->workers, &f->job) != ERR_OK) {
		f->running = false;
		wheel_add(f->wheel, &f->retry, clock_monotonic_ms() + RETRY_MS);
	}
}

static void
set_range_headers(struct http_request *rq, const struct file_reply *f, bool part)
{
	http_set_header(rq, "Accept-Ranges", "bytes");
	if (part) {
		http_set_header(rq, "Content-Range",
			arena_printf(rq->arena, "bytes %llu-%llu/%llu", (unsigned long long)f->offset,
				(unsigned long long)(f->offset + f->left - 1),
				(unsigned long long)f->size));
	}
}

static enum range_result
choose_range(struct http_request *rq, struct file_reply *f)
{
	const char *etag = arena_printf(rq->arena, "\"%llx-%llx\"",
		(unsigned long long)f->modified_ms, (unsigned long long)f->size);
	const char *condition = web_header(&rq->web, "if-range");
	enum range_result result = RANGE_WHOLE;

	http_set_header(rq, "ETag", etag);
	f->offset = 0;
	f->left = f->size;
	if (condition == NULL || strcmp(condition, etag) == 0) {
		result = http_range_parse(web_header(&rq->web, "range"), f->size, &f->offset,
			&f->left);
	}
	return result;
}

static void
done_open(struct job *job)
{
	struct file_reply *f = (struct file_reply *)job;
	struct http_request *rq;
	enum range_result range;
	uint64_t length;

	if (!take_back(f)) {
		return;
	}
	if (f->error != 0) {
		refuse(f);
		return;
	}
	rq = f->request;
	range = choose_range(rq, f);
	if (range == RANGE_UNSATISFIABLE) {
		http_set_header(rq, "Content-Range",
			arena_printf(rq->arena, "bytes */%llu", (unsigned long long)f->size));
		rq->file = NULL;
		file_reply_destroy(f);
		request_refuse(rq, 416, "invalid", "the file has no such range", NULL);
		return;
	}
	set_range_headers(rq, f, range == RANGE_PART);
	length = f->left;
	if (strcmp(rq->web.method, "HEAD") == 0) {
		f->left = 0;
	}
	if (request_reply_begin(rq, range == RANGE_PART ? 206 : 200, f->content_type,
			length)) {
		http_reply_written(rq->connection);
	}
}

void
http_reply_file(struct http_request *rq, const char *path, const char *content_type)
{
	struct file_reply *f = xcalloc(1, sizeof(*f));

	rq->file = f;
	f->request = rq;
	f->workers = rq->net->workers;
	f->wheel = rq->net->wheel;
	f->content_type = arena_strdup(rq->arena, content_type);
	f->path = xstrdup(path);
	f->fd = -1;
	timer_init(&f->retry, retry);
	f->job.run = run_open;
	f->job.done = done_open;
	f->running = true;
	if (f->workers == NULL || workers_submit(f->workers, &f->job) != ERR_OK) {
		f->running = false;
		rq->file = NULL;
		file_reply_destroy(f);
		request_refuse(rq, 503, "busy", "too much work at the moment", NULL);
	}
}
