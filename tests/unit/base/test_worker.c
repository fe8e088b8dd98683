#include "base/worker.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/arena.h"
#include "lib/test.h"

struct fixture {
	sem_t woken;
	sem_t gate; /* a blocking job waits here */
	sem_t started;
	int done;
	atomic_int ran;
	pthread_t loop_thread;
};

struct test_job {
	struct job job; /* first: a job is cast to its test_job */
	struct fixture *fixture;
};

static void
wake(void *ctx)
{
	sem_post(&((struct fixture *)ctx)->woken);
}

static void
fixture_init(struct fixture *f)
{
	*f = (struct fixture){.loop_thread = pthread_self()};
	sem_init(&f->woken, 0, 0);
	sem_init(&f->gate, 0, 0);
	sem_init(&f->started, 0, 0);
}

static void
run(struct job *job)
{
	atomic_fetch_add(&((struct test_job *)job)->fixture->ran, 1);
}

static void
run_blocking(struct job *job)
{
	struct fixture *f = ((struct test_job *)job)->fixture;

	sem_post(&f->started);
	sem_wait(&f->gate);
	run(job);
}

static void
done(struct job *job)
{
	struct fixture *f = ((struct test_job *)job)->fixture;

	assert_true(pthread_equal(pthread_self(), f->loop_thread));
	f->done++;
	free(job);
}

static struct job *
job_create(struct fixture *f, job_step *step)
{
	struct test_job *t = xcalloc(1, sizeof(*t));

	t->job.run = step;
	t->job.done = done;
	t->fixture = f;
	return &t->job;
}

static void
jobs_run_and_are_done_on_the_loop_thread(void **state)
{
	enum { JOBS = 200 };
	struct fixture f;
	struct workers *w;

	(void)state;
	fixture_init(&f);
	w = workers_create(3, JOBS, wake, &f);
	for (int i = 0; i < JOBS; i++) {
		assert_int_equal(workers_submit(w, job_create(&f, run)), ERR_OK);
	}
	while (f.done < JOBS) {
		sem_wait(&f.woken);
		workers_drain(w);
	}
	assert_int_equal(atomic_load(&f.ran), JOBS);
	workers_drain(w); /* nothing left: harmless */
	workers_destroy(w);
	workers_destroy(NULL);
}

static void
a_full_queue_is_busy(void **state)
{
	struct fixture f;
	struct workers *w;
	struct job *third;

	(void)state;
	fixture_init(&f);
	w = workers_create(1, 1, wake, &f);
	assert_int_equal(workers_submit(w, job_create(&f, run_blocking)), ERR_OK);
	sem_wait(&f.started); /* the only worker is taken */
	assert_int_equal(workers_submit(w, job_create(&f, run)), ERR_OK);
	third = job_create(&f, run);
	assert_int_equal(workers_submit(w, third), ERR_BUSY);
	free(third); /* still ours */
	sem_post(&f.gate);
	workers_destroy(w);
	assert_int_equal(f.done, 2);
}

static void
destroy_finishes_what_is_queued(void **state)
{
	enum { JOBS = 50 };
	struct fixture f;
	struct workers *w;

	(void)state;
	fixture_init(&f);
	w = workers_create(2, JOBS, wake, &f);
	for (int i = 0; i < JOBS; i++) {
		assert_int_equal(workers_submit(w, job_create(&f, run)), ERR_OK);
	}
	workers_destroy(w);
	assert_int_equal(f.done, JOBS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(jobs_run_and_are_done_on_the_loop_thread),
		cmocka_unit_test(a_full_queue_is_busy),
		cmocka_unit_test(destroy_finishes_what_is_queued),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
