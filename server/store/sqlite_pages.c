#include "store/sqlite_pages.h"

#include <sqlite3.h>
#include <stdlib.h>

#include "base/arena.h"

/* What SQLite takes for its cache. */
struct pages {
	sqlite3_pcache *real;
	unsigned highest; /* no page has a higher number ... */
	unsigned passing; /* ... but for the one that has this for a moment; 0: none */
};

static sqlite3_pcache_methods2 original;

static struct pages *
pages_of(sqlite3_pcache *cache)
{
	return (struct pages *)cache;
}

static sqlite3_pcache *
pages_create(int page_size, int extra_size, int purgeable)
{
	sqlite3_pcache *real = original.xCreate(page_size, extra_size, purgeable);
	struct pages *p;

	if (real == NULL) {
		return NULL;
	}
	p = xcalloc(1, sizeof(*p));
	p->real = real;
	return (sqlite3_pcache *)p;
}

static void
pages_destroy(sqlite3_pcache *cache)
{
	original.xDestroy(pages_of(cache)->real);
	free(cache);
}

static void
pages_cachesize(sqlite3_pcache *cache, int count)
{
	original.xCachesize(pages_of(cache)->real, count);
}

static int
pages_count(sqlite3_pcache *cache)
{
	return original.xPagecount(pages_of(cache)->real);
}

static sqlite3_pcache_page *
pages_fetch(sqlite3_pcache *cache, unsigned number, int create)
{
	struct pages *p = pages_of(cache);

	if (create != 0 && number > p->highest) {
		p->highest = number;
	}
	return original.xFetch(p->real, number, create);
}

static void
pages_unpin(sqlite3_pcache *cache, sqlite3_pcache_page *page, int discard)
{
	original.xUnpin(pages_of(cache)->real, page, discard);
}

static void
pages_rekey(sqlite3_pcache *cache, sqlite3_pcache_page *page, unsigned before,
	unsigned after)
{
	struct pages *p = pages_of(cache);

	if (before == p->passing) {
		p->passing = 0;
	}
	if (after > p->highest && p->passing == 0) {
		p->passing = after;
	} else if (after > p->highest) {
		p->highest = after;
	}
	original.xRekey(p->real, page, before, after);
}

/* Drops the pages from `first` on. */
static void
pages_truncate(sqlite3_pcache *cache, unsigned first)
{
	struct pages *p = pages_of(cache);

	if (first > p->highest && first > p->passing) {
		return;
	}
	original.xTruncate(p->real, first);
	if (p->highest >= first) {
		p->highest = first - 1;
	}
	if (p->passing >= first) {
		p->passing = 0;
	}
}

static void
pages_shrink(sqlite3_pcache *cache)
{
	original.xShrink(pages_of(cache)->real);
}

void
sqlite_pages_register(void)
{
	sqlite3_pcache_methods2 methods;

	if (sqlite3_config(SQLITE_CONFIG_GETPCACHE2, &original) != SQLITE_OK) {
		return;
	}
	methods = original; /* its version, start and end */
	methods.xCreate = pages_create;
	methods.xCachesize = pages_cachesize;
	methods.xPagecount = pages_count;
	methods.xFetch = pages_fetch;
	methods.xUnpin = pages_unpin;
	methods.xRekey = pages_rekey;
	methods.xTruncate = pages_truncate;
	methods.xDestroy = pages_destroy;
	methods.xShrink = pages_shrink;
	(void)sqlite3_config(SQLITE_CONFIG_PCACHE2, &methods);
}
