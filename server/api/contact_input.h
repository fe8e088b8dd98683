/* A contact point as somebody types it, brought to the form under which it is kept. */
#ifndef API_CONTACT_INPUT_H
#define API_CONTACT_INPUT_H

struct app;
struct contact_point;
struct input;

/* Characters of the reason why a contact point is proven. */
enum { CONTACT_REASON_MAX = 60 };

/* Reads kind, value, proven, reason and label of in->object. Only kinds that people can name are taken
 * ("phone" "email" "wechat"); who a visitor or a signed user is comes from elsewhere. */
void contact_read(struct input *in, const struct app *app, struct contact_point *out);
/* The normal form of a value of this kind, in the input's arena; NULL and noted in `in` under
 * the name `field` when it is none. */
const char *contact_normalise(struct input *in, const struct app *app, const char *kind,
	const char *value, const char *field);

#endif
