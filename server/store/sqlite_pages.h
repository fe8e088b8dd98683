/* SQLite's own page cache, spared a search. When a table's tree is balanced, two pages may change
 * places by way of a number far behind the end of the file; at the next commit SQLite asks its cache
 * to drop all pages behind that end, and the cache, which remembers only its highest number ever,
 * looks through all it has: with 16,000 pages 0.3 ms in nearly every commit. Here it is asked only
 * when there may be such a page. */
#ifndef STORE_SQLITE_PAGES_H
#define STORE_SQLITE_PAGES_H

/* For all connections of the process. Once, before anything else is asked of SQLite but its
 * configuration; later it changes nothing. */
void sqlite_pages_register(void);

#endif
