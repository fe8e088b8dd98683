#include "lib/mail_fixture.h"

#include "lib/test.h"

#include "base/arena.h"
#include "base/json.h"

uint64_t
fixture_mailbox(struct store_fixture *f)
{
	struct actor system = fixture_system();
	struct change *c = change_create(CHANGE_CHANNEL, &system);

	c->channel.action = ROW_ADD;
	c->channel.channel = (struct channel_row){
		.kind = "email",
		.name = "Service",
		.public_key = "pk-mailbox",
		.settings = "{\"mailbox\":{\"address\":\"service@broker.example\","
					"\"name\":\"Broker\"}}",
		.unit = UNIT_ROOT,
		.enabled = true,
	};
	return fixture_call(f, c, ERR_OK)->id;
}

static const char *
text_or(const char *text, const char *otherwise)
{
	return text != NULL ? text : otherwise;
}

struct change *
fixture_letter(uint64_t mailbox, const struct letter *l)
{
	static unsigned letters;
	struct actor outside = {.kind = AUTHOR_CUSTOMER};
	struct change *c = change_create(CHANGE_POST, &outside);
	struct mail *m = arena_alloc(c->arena, sizeof(*m));
	struct mail_arrival *arrival = arena_alloc(c->arena, sizeof(*arrival));

	*arrival = l->arrival;
	arrival->answerable = !l->unanswerable;
	m->subject = text_or(l->subject, "Question");
	m->from = (struct mail_address){"Alice", text_or(l->from, "alice@x.example")};
	m->reply_to.address = text_or(l->reply_to, "");
	m->message_id = l->id != NULL ? l->id
								  : arena_printf(c->arena, "next-%u@x", ++letters);
	m->in_reply_to = text_or(l->answers, "");
	m->trust = l->trust;
	m->nature = l->nature;
	c->post.kind = FACT_MESSAGE;
	c->post.party.contact_kind = l->trust == MAIL_TRUST_PROVEN ? "email" : "sender";
	c->post.party.contact_value = m->from.address;
	c->post.party.name = "Alice";
	c->post.channel = mailbox;
	c->post.channel_kind = "email";
	c->post.text = text_or(l->text, "What is the fee?");
	c->post.mail = m;
	c->post.arrival = arrival;
	c->dedupe_scope = "email";
	c->dedupe_id = m->message_id;
	return c;
}

void
fixture_read_mail(struct store_fixture *f, const struct fact *fact, struct mail *out)
{
	struct json *body;

	assert_int_equal(json_parse(fact->body, fact->body_length, &body, NULL), ERR_OK);
	assert_int_equal(mail_decode(body, f->arena, out, NULL), ERR_OK);
	json_free(body);
}
