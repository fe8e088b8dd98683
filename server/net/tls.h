/* The certificate: when it ends, and reading it again while connections go on. Loop thread. */
#ifndef NET_TLS_H
#define NET_TLS_H

struct net;
struct ssl_ctx_st;

/* From lws: the context in which it has loaded the certificate. */
void tls_begin(struct net *n, struct ssl_ctx_st *context);
/* Reads the files of the settings again. New connections get the new certificate, those that
 * are open go on. What cannot be used is logged, and the old one stays. */
void tls_reload(struct net *n);

#endif
