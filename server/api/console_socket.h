/* One open console. Private to console_socket*.c. */
#ifndef API_CONSOLE_SOCKET_H
#define API_CONSOLE_SOCKET_H

#include "api/sockets.h"
#include "desk/presence.h"
#include "desk/rooms.h"
#include "model/actor.h"

struct fact;
struct json_writer;

/* A thread that is open in this console. */
struct watched {
	struct place place; /* in a room once the right to look was checked */
	uint64_t asked;     /* as the client named the customer; 0: free */
	uint64_t followed;  /* the customer under whom that one is read */
};

struct console {
	struct socket socket;            /* first */
	struct identity *who;            /* until hello was accepted */
	struct hello_frame *early_hello; /* came before we knew who; its csrf is ours */
	uint64_t staff;
	enum staff_role role;
	struct scope scope;
	enum presence_state state; /* of this socket, as presence knows it */
	unsigned views;
	uint64_t sent;        /* newest fact that was sent or passed by */
	bool catching_up;     /* the store is asked for what it missed; no welcome yet */
	struct fact **missed; /* what it answered, sent before anything from the bus */
	size_t missed_count;
	size_t missed_sent;
	struct watched *watched; /* FRAME_WATCH_MAX of them, once there is one */
	struct rows_frame *rows; /* in sight here; NULL: none were named yet */
};

struct actor console_actor(const struct console *c);
bool console_may_see(const struct console *c, const struct fact *f);
bool console_listens(const struct console *c); /* welcome was said: broadcasts may come */

/* console_socket.c */
void console_forget_missed(struct console *c);
/* console_socket_hello.c */
void console_hello(struct console *c, const struct hello_frame *hello);
void console_identified(void *socket, enum err rc, const struct identity *who);
void console_welcome(struct console *c, bool resumed);
/* console_socket_entries.c */
void console_send(struct console *c, const struct frame *f);
void console_act(struct console *c, const struct frame *f);
void console_mark(struct console *c, const struct mark_frame *f);
void console_range(struct console *c, const struct range_frame *f);
/* console_socket_rooms.c */
void console_watch(struct console *c, const struct id_list *customers);
void console_views(struct console *c, unsigned views);
void console_rows(struct console *c, const struct rows_frame *rows);
void console_typing(struct console *c, const struct typing_frame *f);
/* By her own choice: in all her windows. */
void console_choose(struct console *c, const struct presence_frame *chosen);
enum presence_state console_state_of(const struct presence_frame *chosen);
void console_write_presence(struct app *app, struct json_writer *w, uint64_t staff,
	enum presence_state state);
void console_set_state(struct console *c, enum presence_state state);
void console_leave_rooms(struct console *c);
bool console_looks_at(struct console *c, uint64_t customer);
/* console_socket_calls.c */
void console_write_calls(const struct console *c, struct json_writer *w);

#endif
