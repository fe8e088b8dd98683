/* Gives memory back to the system after a burst, and not before: the allocator would do so in the
 * middle of one, hundreds of times a second, and take it again. When thousands of sockets come or
 * go at once it keeps what their look-ups needed for a moment; idle servers should be small. */
#ifndef API_TIDY_H
#define API_TIDY_H

struct app;
struct tidy;

struct tidy *tidy_create(struct app *app); /* once net, store and sockets are there */
void tidy_destroy(struct tidy *t);         /* NULL is fine */

#endif
