/* A conversation as lists show it: with the customer's name and what the reader has read. */
#ifndef API_CONVERSATION_ITEM_H
#define API_CONVERSATION_ITEM_H

struct conversation_filter;
struct conversation_item;
struct input;
struct json_writer;

/* The whole wire object "conversationItem". Any thread. */
void conversation_item_write(struct json_writer *w, const struct conversation_item *item);
/* Which conversations a query asks for: view, state, assignee, customer, channel, time, words. */
void conversation_filter_read(struct input *in, struct conversation_filter *f);

#endif
