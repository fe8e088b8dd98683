/* Gives memory back to the system after a burst. When thousands of sockets come or go at once
 * the allocator keeps what their look-ups needed for a moment; idle servers should be small. */
#ifndef API_TIDY_H
#define API_TIDY_H

struct net;
struct tidy;
struct workers;

struct tidy *tidy_create(struct net *net, struct workers *workers);
void tidy_destroy(struct tidy *t); /* after the workers have stopped; NULL is fine */

#endif
