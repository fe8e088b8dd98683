/* The body of a reply that comes from a file: read by the workers, a bounded chunk at a
 * time, the next one only when the peer has taken the last. */
#ifndef NET_FILE_REPLY_H
#define NET_FILE_REPLY_H

#include <stdbool.h>

struct file_reply;

bool file_reply_ended(const struct file_reply *f); /* nothing more will come */
void file_reply_next(struct file_reply *f);        /* reads on and writes, later */
void file_reply_destroy(struct file_reply *f); /* NULL is fine; a read may be under way */

#endif
