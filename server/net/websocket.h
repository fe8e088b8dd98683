/* WebSockets on a connection: the handshake, messages, pings, closing. The public side is
 * net.h; this is for the files of net/. */
#ifndef NET_WEBSOCKET_H
#define NET_WEBSOCKET_H

#include <stdbool.h>
#include <stddef.h>

struct connection;
struct http_request;
struct net;
struct websocket;
struct websocket_handler;

/* NULL: no WebSocket at this path. */
const struct websocket_handler *websocket_find(const struct net *n, const char *path);
/* Answers the handshake. True: the connection is a WebSocket now and the request is spent. */
bool websocket_upgrade(struct http_request *rq, const struct websocket_handler *handler);

/* From connection.c */
void websocket_receive(struct websocket *ws, char *data, size_t length);
void websocket_drained(struct websocket *ws);
void websocket_expired(struct websocket *ws);
void websocket_destroy(struct websocket *ws);

#endif
