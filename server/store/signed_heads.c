#include "store/signed_heads.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/map.h"
#include "store/batch.h"
#include "store/heads_key.h"
#include "store/heads_log.h"
#include "store/store.h"

enum {
	CATCH_UP_PAGE = 1000,
};

struct signer {
	struct heads_key *key;
	FILE *file;
	unsigned node;
	int64_t every_ms;
	int64_t written_at;
	bool unsynced;
	bool broken; /* signs nothing more until the next start */

	/* of the last record */
	uint64_t n;
	uint64_t audit;
	uint8_t previous[DIGEST_SIZE];

	/* since then */
	uint64_t pending_n;
	uint8_t feed[DIGEST_SIZE];
	uint64_t pending_audit;
	uint8_t audit_hash[DIGEST_SIZE];
	uint8_t *hashes; /* of the facts, whole */
	size_t hash_capacity;
	struct map heads; /* timeline → seq, as the value itself */
};

static void
gather(struct signer *s, uint64_t timeline, uint64_t seq, const uint8_t hash[DIGEST_SIZE])
{
	size_t count = (size_t)(s->pending_n - s->n);

	if (count == s->hash_capacity) {
		s->hash_capacity = count == 0 ? 256 : count * 2;
		s->hashes = xrealloc(s->hashes, s->hash_capacity * DIGEST_SIZE);
	}
	memcpy(s->hashes + count * DIGEST_SIZE, hash, DIGEST_SIZE);
	s->pending_n++;
	map_put(&s->heads, timeline, (void *)(uintptr_t)seq);
}

static struct signed_head *
list_heads(const struct map *m)
{
	struct signed_head *list = xcalloc(m->count, sizeof(*list));
	size_t position = 0;
	size_t count = 0;
	uint64_t timeline;
	void *seq;

	while (map_next(m, &position, &timeline, &seq)) {
		list[count++] = (struct signed_head){timeline, (uint64_t)(uintptr_t)seq};
	}
	return list;
}

static uint8_t *
prefixes_of(const uint8_t *hashes, size_t count)
{
	uint8_t *prefixes = xmalloc(count * HEADS_PREFIX_SIZE + 1);

	for (size_t i = 0; i < count; i++) {
		memcpy(prefixes + i * HEADS_PREFIX_SIZE, hashes + i * DIGEST_SIZE,
			HEADS_PREFIX_SIZE);
	}
	return prefixes;
}

static bool
append_line(struct signer *s, const struct buf *line)
{
	if (fwrite(line->data, 1, line->length, s->file) != line->length ||
		fflush(s->file) != 0) {
		/* A cut line at the end is repaired at the next start. */
		log_event(LOG_ERROR, "signed_heads_failed", "reason=%d", errno);
		s->broken = true;
		return false;
	}
	return true;
}

static void
write_record(struct signer *s)
{
	size_t count = (size_t)(s->pending_n - s->n);
	uint8_t *prefixes = prefixes_of(s->hashes, count);
	struct heads_record r = {
		.version = HEADS_VERSION,
		.at = clock_now_ms(),
		.node = s->node,
		.from = s->n + 1,
		.n = s->pending_n,
		.prefixes = prefixes,
		.head_count = s->heads.count,
		.audit = s->pending_audit,
	};
	struct signed_head *heads = list_heads(&s->heads);
	struct buf line;

	heads_feed_add(HEADS_VERSION, s->feed, s->hashes, count);
	r.heads = heads;
	memcpy(r.feed, s->feed, DIGEST_SIZE);
	memcpy(r.audit_hash, s->audit_hash, DIGEST_SIZE);
	memcpy(r.previous, s->previous, DIGEST_SIZE);
	buf_init(&line, HEADS_LINE_MAX);
	heads_record_encode(&r, s->key, &line);
	if (append_line(s, &line)) {
		sha256(line.data, line.length - 1, s->previous);
		s->n = s->pending_n;
		s->audit = s->pending_audit;
		s->unsynced = true;
		map_fini(&s->heads);
		map_init(&s->heads);
	}
	buf_fini(&line);
	free(heads);
	free(prefixes);
}

void
signer_add(struct signer *s, const struct pending_fact *facts, size_t count,
	const struct position *position)
{
	if (s == NULL || s->broken) {
		return;
	}
	for (size_t i = 0; i < count && !s->broken; i++) {
		gather(s, facts[i].fact->timeline, facts[i].fact->seq, facts[i].hash);
		if (s->pending_n - s->n == HEADS_FACTS_MAX) {
			write_record(s);
		}
	}
	s->pending_audit = position->audit;
	memcpy(s->audit_hash, position->audit_hash, DIGEST_SIZE);
}

void
signer_tick(struct signer *s, bool now)
{
	int64_t time = clock_monotonic_ms();

	if (s == NULL || s->broken || (!now && time - s->written_at < s->every_ms)) {
		return;
	}
	s->written_at = time;
	if (s->pending_n != s->n || s->pending_audit != s->audit) {
		write_record(s);
	}
	if (s->unsynced && !s->broken) {
		s->unsynced = false;
		if (fdatasync(fileno(s->file)) != 0) {
			log_event(LOG_ERROR, "signed_heads_failed", "reason=%d", errno);
			s->broken = true;
		}
	}
}

/* --- start ------------------------------------------------------------------------------ */

static enum err
open_log(const char *data_dir, struct signer *s, struct error *e)
{
	char path[HEADS_PATH_SIZE];
	enum err err = heads_log_path(data_dir, s->node, path, e);
	char *slash;
	int fd;

	if (err != ERR_OK) {
		return err;
	}
	slash = strrchr(path, '/');
	*slash = '\0';
	if (mkdir(path, 0700) != 0 && errno != EEXIST) {
		return error_set(e, ERR_UNAVAILABLE, "cannot make %s: %s", path, strerror(errno));
	}
	*slash = '/';
	fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0) {
		return error_set(e, ERR_UNAVAILABLE, "cannot open %s: %s", path, strerror(errno));
	}
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		close(fd);
		return error_set(e, ERR_UNAVAILABLE,
			"another process with this data folder writes as node %u", s->node);
	}
	s->file = fdopen(fd, "r+");
	if (s->file == NULL) {
		abort();
	}
	return ERR_OK;
}

/* The last whole line; what follows it was cut by a crash and goes. */
static enum err
read_last(struct signer *s, char *tail, size_t size, const char **line, size_t *length,
	struct error *e)
{
	off_t end = lseek(fileno(s->file), 0, SEEK_END);
	off_t start = end > (off_t)size ? end - (off_t)size : 0;
	ssize_t got = pread(fileno(s->file), tail, (size_t)(end - start), start);
	const char *newline;
	const char *before;

	*length = 0;
	if (end < 0 || got != end - start) {
		return error_set(e, ERR_UNAVAILABLE, "cannot read the signed heads");
	}
	newline = got > 0 ? memrchr(tail, '\n', (size_t)got) : NULL;
	if (newline == NULL) {
		if (start > 0) {
			return error_set(e, ERR_CORRUPT, "the signed heads end in no record");
		}
		return ftruncate(fileno(s->file), 0) == 0
			? ERR_OK
			: error_set(e, ERR_UNAVAILABLE, "cannot repair the signed heads");
	}
	if (newline + 1 < tail + got &&
		ftruncate(fileno(s->file), start + (newline + 1 - tail)) != 0) {
		return error_set(e, ERR_UNAVAILABLE, "cannot repair the signed heads");
	}
	before = newline > tail ? memrchr(tail, '\n', (size_t)(newline - tail)) : NULL;
	*line = before != NULL ? before + 1 : tail;
	*length = (size_t)(newline - *line);
	return ERR_OK;
}

static enum err
load_last(struct signer *s, const struct position *position, struct error *e)
{
	struct arena *a = arena_create();
	char *tail = xmalloc(2 * HEADS_LINE_MAX);
	struct heads_record r;
	const char *line = NULL;
	size_t length = 0;
	enum err err = read_last(s, tail, 2 * HEADS_LINE_MAX, &line, &length, e);

	if (err == ERR_OK && length == 0) {
		/* A new log vouches for what comes from now on. */
		s->n = position->n;
	} else if (err == ERR_OK) {
		err = heads_record_decode(line, length, s->key, a, &r, e);
		if (err == ERR_OK) {
			s->n = r.n;
			s->audit = r.audit;
			memcpy(s->feed, r.feed, DIGEST_SIZE);
			sha256(line, length, s->previous);
		}
	}
	s->pending_n = s->n;
	s->pending_audit = position->audit;
	memcpy(s->audit_hash, position->audit_hash, DIGEST_SIZE);
	free(tail);
	arena_destroy(a);
	return err;
}

static void
stop_signing(struct signer *s, const char *reason)
{
	struct log_quoted q;

	s->broken = true;
	log_event(LOG_ERROR, "signed_heads_stopped", "node=%u reason=%s", s->node,
		log_quote(&q, reason));
}

/* Gathers what follows in the feed; *whole is false when a number is missing. */
static enum err
catch_up_page(struct signer *s, struct store_conn *db, uint64_t n, bool *whole,
	struct error *e)
{
	struct arena *a = arena_create();
	struct value args[] = {
		value_id(FACT_ID(s->node, s->pending_n)),
		value_id(FACT_ID(s->node, n)),
		value_i64(CATCH_UP_PAGE),
	};
	struct rows r = {0};
	enum err err = db->driver->read(db, STATEMENT_VERIFY_FEED, args, a, &r, e);

	*whole = r.count > 0;
	for (size_t i = 0; err == ERR_OK && i < r.count; i++) {
		const struct value *row = rows_at(&r, i);
		uint8_t hash[DIGEST_SIZE] = {0};

		if (value_as_id(&row[0]) != FACT_ID(s->node, s->pending_n + 1)) {
			*whole = false;
			break;
		}
		(void)value_as_bytes(&row[3], hash, sizeof(hash));
		gather(s, value_as_id(&row[1]), value_as_id(&row[2]), hash);
		if (s->pending_n - s->n == HEADS_FACTS_MAX) {
			write_record(s);
		}
	}
	arena_destroy(a);
	return err;
}

/* What was committed after the last record, before a crash. */
static enum err
catch_up(struct signer *s, struct store_conn *db, uint64_t n, struct error *e)
{
	bool whole = true;

	while (s->pending_n < n && !s->broken) {
		enum err err = catch_up_page(s, db, n, &whole, e);

		if (err != ERR_OK) {
			return err;
		}
		if (!whole) {
			stop_signing(s, "a fact is missing in the feed: verify the database");
		}
	}
	return ERR_OK;
}

static enum err
begin(struct signer *s, const struct store_conf *conf, struct store_conn *db,
	const struct position *position, struct error *e)
{
	enum err err = heads_key_open(conf->data_dir, &s->key, e);

	if (err == ERR_OK) {
		err = open_log(conf->data_dir, s, e);
	}
	if (err == ERR_OK) {
		err = load_last(s, position, e);
	}
	if (err == ERR_CORRUPT) {
		stop_signing(s, e->text);
		return ERR_OK;
	}
	if (err != ERR_OK) {
		return err;
	}
	if (s->n > position->n) {
		stop_signing(s,
			"the database holds less than was signed: verify it, or move the "
			"log away after restoring a backup");
		return ERR_OK;
	}
	return catch_up(s, db, position->n, e);
}

enum err
signer_create(const struct store_conf *conf, struct store_conn *db,
	const struct position *position, struct signer **out, struct error *e)
{
	struct signer *s;
	struct error why = {0};
	enum err err;

	if (conf->data_dir == NULL) {
		*out = NULL;
		return ERR_OK;
	}
	s = xcalloc(1, sizeof(*s));
	s->node = (unsigned)conf->node;
	s->every_ms = conf->heads_ms;
	s->written_at = clock_monotonic_ms();
	map_init(&s->heads);
	err = begin(s, conf, db, position, &why);
	if (err != ERR_OK) {
		signer_destroy(s);
		return error_set(e, err, "%s", why.text);
	}
	*out = s;
	return ERR_OK;
}

void
signer_destroy(struct signer *s)
{
	if (s == NULL) {
		return;
	}
	if (s->file != NULL) {
		fclose(s->file);
	}
	heads_key_close(s->key);
	map_fini(&s->heads);
	free(s->hashes);
	free(s);
}
