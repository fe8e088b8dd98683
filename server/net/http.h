/* HTTP on a connection: reads requests one after the other, finds who answers, sends the
 * reply. The public side is net.h; this is for the files of net/. */
#ifndef NET_HTTP_H
#define NET_HTTP_H

struct connection;
struct http_request;

/* From connection.c */
void http_receive(struct connection *c); /* something was added to c->in */
void http_drained(struct connection *c); /* all output is with the kernel */
void http_expired(struct connection *c);
void http_peer_gone(struct http_request *rq);

/* From reply.c and file_reply.c: a piece was written; go on if it has gone out already. */
void http_reply_written(struct connection *c);

#endif
