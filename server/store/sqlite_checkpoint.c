#include "store/sqlite_checkpoint.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/arena.h"

/* In pages of 4 KiB. */
enum {
	COPY_FROM = 4000,     /* so many that are not copied yet wake the thread */
	RESTART_FROM = 16000, /* from here on the writer looks whether little is left ... */
	LITTLE = 2000,        /* ... so little that it holds nobody up */
	LONGEST = 64000,      /* or copies whatever is left */
};

struct checkpointer {
	sqlite3 *db; /* the thread's own */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wanted_changed;
	bool wanted; /* under the lock, as are the following */
	bool running;
	bool stopping;
	int copied; /* pages of the present log that the last pass left behind it */
};

/* SQLite does so only when the whole log was copied, which the writer's last bit completes:
 * it would then wait for all that we wrote. */
static void
bring_to_disk(struct checkpointer *c)
{
	sqlite3_file *file = NULL;

	if (sqlite3_file_control(c->db, "main", SQLITE_FCNTL_FILE_POINTER, &file) ==
			SQLITE_OK &&
		file != NULL && file->pMethods != NULL) {
		(void)file->pMethods->xSync(file, SQLITE_SYNC_NORMAL);
	}
}

static void
copy_pages(struct checkpointer *c)
{
	int length = 0;
	int copied = 0;
	int rc = sqlite3_wal_checkpoint_v2(c->db, NULL, SQLITE_CHECKPOINT_PASSIVE, &length,
		&copied);

	/* A full or broken disk shows in the writer's commit; here the log just stays. */
	if (rc == SQLITE_OK) {
		bring_to_disk(c);
	}
	pthread_mutex_lock(&c->lock);
	c->running = false;
	if (rc == SQLITE_OK) {
		c->copied = copied;
	}
	pthread_mutex_unlock(&c->lock);
}

static void *
run(void *ctx)
{
	struct checkpointer *c = ctx;

	pthread_mutex_lock(&c->lock);
	while (!c->stopping) {
		if (!c->wanted) {
			pthread_cond_wait(&c->wanted_changed, &c->lock);
			continue;
		}
		c->wanted = false;
		c->running = true;
		pthread_mutex_unlock(&c->lock);
		copy_pages(c);
		pthread_mutex_lock(&c->lock);
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

/* After each commit, in the writer's thread. */
static int
committed(void *ctx, sqlite3 *writer, const char *schema, int pages)
{
	struct checkpointer *c = ctx;
	int left;
	bool restart;

	pthread_mutex_lock(&c->lock);
	if (pages < c->copied) {
		c->copied = 0; /* the log began anew */
	}
	left = pages - c->copied;
	restart = !c->running &&
		((pages >= RESTART_FROM && left <= LITTLE) || pages >= LONGEST);
	if (!restart && !c->running && left >= COPY_FROM) {
		c->wanted = true;
		pthread_cond_signal(&c->wanted_changed);
	}
	pthread_mutex_unlock(&c->lock);
	if (restart) {
		(void)sqlite3_wal_checkpoint_v2(writer, schema, SQLITE_CHECKPOINT_PASSIVE, NULL,
			NULL);
	}
	return SQLITE_OK;
}

static void
start_thread(struct checkpointer *c)
{
	sigset_t all;
	sigset_t before;

	/* Signals belong to the loop thread. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (pthread_create(&c->thread, NULL, run, c) != 0) {
		abort();
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

struct checkpointer *
checkpointer_start(sqlite3 *writer, const char *path)
{
	struct checkpointer *c = xcalloc(1, sizeof(*c));
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
	int rc;

	/* A connection knows of the log only after it has read something. */
	rc = sqlite3_open_v2(path, &c->db, flags, NULL);
	if (rc == SQLITE_OK) {
		rc = sqlite3_exec(c->db, "SELECT COUNT(*) FROM sqlite_schema", NULL, NULL, NULL);
	}
	if (rc != SQLITE_OK) {
		sqlite3_close(c->db);
		free(c);
		return NULL;
	}
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->wanted_changed, NULL);
	start_thread(c);
	sqlite3_wal_hook(writer, committed, c);
	return c;
}

void
checkpointer_stop(struct checkpointer *c)
{
	if (c == NULL) {
		return;
	}
	pthread_mutex_lock(&c->lock);
	c->stopping = true;
	pthread_cond_signal(&c->wanted_changed);
	pthread_mutex_unlock(&c->lock);
	pthread_join(c->thread, NULL);
	sqlite3_close(c->db);
	pthread_cond_destroy(&c->wanted_changed);
	pthread_mutex_destroy(&c->lock);
	free(c);
}
