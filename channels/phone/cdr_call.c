/* What happened in a call, told from its joined rows. The traps behind the rules were seen in
 * captures of Asterisk 16: an answered queue row says only that the queue answered; a row
 * without destination channel was never with a person; after a blind transfer the number first
 * dialled is overwritten by the transfer's target. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/str.h"
#include "channels/phone/cdr_row.h"

#define LEGS_MAX 16

/* Somebody of the house who was rung. */
struct leg {
	char extension[NUMBER_SIZE];
	bool answered;
	bool attended; /* reached by a call of her own, not by the customer's channel */
	int64_t answered_at;
};

struct picture {
	const struct cdr_options *options;
	struct arena *arena;
	const struct cdr_row *const *rows;
	size_t count;
	const struct cdr_row *origin; /* the row of the channel that began the call */
	enum call_direction direction;
	struct leg legs[LEGS_MAX];
	size_t leg_count;
	int64_t start;
	int64_t end;
};

void
channel_peer(const char *channel, char out[static NUMBER_SIZE])
{
	out[0] = '\0';
	const char *name = strchr(channel, '/');
	if (name == NULL) {
		return;
	}
	name++;
	size_t length = strcspn(name, "@;");
	if (name[length] != '@') {
		/* The last "-0000000d" is the channel's number, not the peer's name. */
		const char *dash = NULL;
		for (size_t i = 0; i < length; i++) {
			if (name[i] == '-') {
				dash = name + i;
			}
		}
		if (dash != NULL) {
			length = (size_t)(dash - name);
		}
	}
	if (length < NUMBER_SIZE) {
		memcpy(out, name, length);
		out[length] = '\0';
	}
}

const char *
caller_name_of(struct arena *a, const char *clid)
{
	const char *begin = clid;
	size_t length;
	if (clid[0] == '"') {
		begin = clid + 1;
		const char *end = strstr(begin, "\" <");
		if (end == NULL) {
			/* Cut by the PBX in the middle, closing quote and all. */
			length = strlen(begin);
			if (length > 0 && begin[length - 1] == '"') {
				length--;
			}
		} else {
			length = (size_t)(end - begin);
		}
	} else {
		length = strcspn(clid, "<");
	}
	char *name = arena_alloc(a, length + 1);
	size_t used = 0;
	for (size_t i = 0; i < length; i++) {
		if (begin[i] == '\\' && i + 1 < length && strchr("\"\\", begin[i + 1]) != NULL) {
			i++;
		}
		name[used++] = begin[i];
	}
	/* Half a character at the end was already replaced by U+FFFD; a name reads better
	 * without it. */
	while (used >= 3 && memcmp(name + used - 3, "\xef\xbf\xbd", 3) == 0) {
		used -= 3;
	}
	while (used > 0 && name[used - 1] == ' ') {
		used--;
	}
	name[utf8_truncate(name, used, 120)] = '\0';
	return name;
}

static bool
is_extension(const struct picture *p, const char *number)
{
	char normal[NUMBER_SIZE];
	return number_normalise(&p->options->plan, number, normal) == NUMBER_EXTENSION;
}

static bool
is_local(const char *channel)
{
	return str_starts_with(channel, "Local/");
}

/* "AppDial (Outgoing Line)" rows describe the far end of somebody else's Dial. */
static bool
is_far_end(const struct cdr_row *row)
{
	return str_starts_with(row->lastapp, "AppDial");
}

static const struct cdr_row *
find_origin(const struct picture *p)
{
	const struct cdr_row *best = NULL;
	int best_rank = 0;
	for (size_t i = 0; i < p->count; i++) {
		const struct cdr_row *row = p->rows[i];
		int rank = 1 + (is_far_end(row) ? 0 : 4) + (is_local(row->channel) ? 0 : 2);
		/* linkedid is the uniqueid of the channel that began it all. */
		if (row->linkedid[0] != '\0' && strcmp(row->linkedid, row->uniqueid) == 0 &&
			!is_far_end(row)) {
			rank += 8;
		}
		if (rank > best_rank) {
			best_rank = rank;
			best = row;
		}
	}
	return best;
}

/* A call begun by an extension's own channel goes out. Its src is then often the number that
 * the house shows, not the extension. */
static enum call_direction
find_direction(const struct picture *p)
{
	char peer[NUMBER_SIZE];
	channel_peer(p->origin->channel, peer);
	bool from_house = is_extension(p, peer) || is_extension(p, p->origin->src);
	if (!from_house) {
		return CALL_IN;
	}
	return is_extension(p, p->origin->dst) ? CALL_INTERNAL : CALL_OUT;
}

static struct leg *
leg_of(struct picture *p, const char *extension)
{
	for (size_t i = 0; i < p->leg_count; i++) {
		if (strcmp(p->legs[i].extension, extension) == 0) {
			return &p->legs[i];
		}
	}
	if (p->leg_count == LEGS_MAX) {
		return NULL;
	}
	struct leg *leg = &p->legs[p->leg_count++];
	str_copy(leg->extension, sizeof(leg->extension), extension);
	return leg;
}

static bool
row_answered(const struct cdr_row *row)
{
	return strcmp(row->disposition, "ANSWERED") == 0 && row->dstchannel[0] != '\0' &&
		row->answer != 0 && !is_far_end(row) &&
		(row->billsec_ms > 0 || row->end > row->answer);
}

/* Some row of this call has the peer of a Local channel as its own destination: that row knows
 * when the person answered, the one that rang the Local channel does not. */
static bool
described_elsewhere(const struct picture *p, const struct cdr_row *row)
{
	size_t base = strcspn(row->dstchannel, ";");
	for (size_t i = 0; i < p->count; i++) {
		const struct cdr_row *other = p->rows[i];
		if (other != row && other->dstchannel[0] != '\0' &&
			strncmp(other->channel, row->dstchannel, base) == 0) {
			return true;
		}
	}
	return false;
}

static void
find_legs(struct picture *p)
{
	for (size_t i = 0; i < p->count; i++) {
		const struct cdr_row *row = p->rows[i];
		char peer[NUMBER_SIZE];
		channel_peer(row->dstchannel, peer);
		if (peer[0] == '\0' || is_far_end(row) ||
			(is_local(row->dstchannel) && described_elsewhere(p, row))) {
			continue;
		}
		/* A Local member may have a name: "Local/agent@lab". */
		if (!is_extension(p, peer) && !is_local(row->dstchannel)) {
			continue;
		}
		struct leg *leg = leg_of(p, peer);
		if (leg == NULL) {
			continue;
		}
		if (row_answered(row) && !leg->answered) {
			leg->answered = true;
			leg->attended = strcmp(row->uniqueid, p->origin->uniqueid) != 0;
			/* The queue answered at once and let ring later. */
			leg->answered_at = row->answer;
		}
	}
}

static int
compare_legs(const void *a, const void *b)
{
	const struct leg *left = a;
	const struct leg *right = b;
	if (left->answered != right->answered) {
		return left->answered ? -1 : 1;
	}
	return left->answered_at < right->answered_at
		? -1
		: left->answered_at > right->answered_at;
}

static bool
any_row(const struct picture *p, const char *application)
{
	for (size_t i = 0; i < p->count; i++) {
		if (strcasecmp(p->rows[i]->lastapp, application) == 0) {
			return true;
		}
	}
	return false;
}

static bool
any_disposition(const struct picture *p, const char *disposition)
{
	for (size_t i = 0; i < p->count; i++) {
		if (strcmp(p->rows[i]->disposition, disposition) == 0) {
			return true;
		}
	}
	return false;
}

static enum call_result
result_in(const struct picture *p)
{
	if (p->leg_count > 0 && p->legs[0].answered) {
		return CALL_COMPLETED;
	}
	if (any_row(p, "VoiceMail")) {
		return CALL_VOICEMAIL;
	}
	if (any_disposition(p, "BUSY")) {
		return CALL_BUSY;
	}
	/* Left the queue by itself when the queue's row is the last thing that happened; sent on by
	 * the queue's time-out when the dial plan went on after it. */
	const struct cdr_row *last = p->rows[p->count - 1];
	if (strcasecmp(last->lastapp, "Queue") == 0) {
		return CALL_ABANDONED;
	}
	return CALL_MISSED;
}

static enum call_result
result_out(const struct picture *p, int64_t *answered_at)
{
	for (size_t i = 0; i < p->count; i++) {
		if (row_answered(p->rows[i])) {
			*answered_at = p->rows[i]->answer;
			return CALL_COMPLETED;
		}
	}
	if (any_disposition(p, "BUSY")) {
		return CALL_BUSY;
	}
	if (any_disposition(p, "NO ANSWER")) {
		return CALL_NO_ANSWER;
	}
	return CALL_FAILED;
}

static const char *
queue_of(struct picture *p)
{
	for (size_t i = 0; i < p->count; i++) {
		if (strcasecmp(p->rows[i]->lastapp, "Queue") == 0) {
			const char *data = p->rows[i]->lastdata;
			size_t length = utf8_truncate(data, strcspn(data, ","), 60);
			return arena_strndup(p->arena, data, length);
		}
	}
	return "";
}

static const char *
transfers_of(struct picture *p)
{
	struct buf text;
	buf_init(&text, 400);
	struct json_writer w;
	jw_init(&w, &text);
	jw_array(&w);
	size_t transfers = 0;
	for (size_t i = 1; i < p->leg_count && p->legs[i].answered; i++) {
		jw_object(&w);
		jw_kstring(&w, "to", p->legs[i].extension);
		jw_kstring(&w, "kind", p->legs[i].attended ? "attended" : "blind");
		jw_object_end(&w);
		transfers++;
	}
	jw_array_end(&w);
	const char *out = "";
	if (transfers > 0 && !text.overflowed) {
		out = arena_strndup(p->arena, text.data, text.length);
	}
	buf_fini(&text);
	return out;
}

/* After a transfer the dst column names its target. Dial plans commonly keep the number that
 * was dialled in the user field as "did=…". */
static const char *
dialled_number(struct picture *p, bool transferred)
{
	for (size_t i = 0; i < p->count; i++) {
		const char *did = strstr(p->rows[i]->userfield, "did=");
		if (did != NULL) {
			did += 4;
			return arena_strndup(p->arena, did, strcspn(did, ",; "));
		}
	}
	if (transferred && is_extension(p, p->origin->dst)) {
		return "";
	}
	return p->origin->dst;
}

static const char *
normal_number(struct picture *p, const char *number)
{
	char normal[NUMBER_SIZE];
	number_normalise(&p->options->plan, number, normal);
	return arena_strdup(p->arena, normal);
}

/* The call's own key. Files without uniqueid get a stable one of what makes a call unlike
 * any other. */
static const char *
external_id(struct picture *p)
{
	const char *id = p->origin->linkedid[0] != '\0' ? p->origin->linkedid
													: p->origin->uniqueid;
	if (id[0] != '\0' && strlen(id) <= CALL_EXTERNAL_ID_MAX) {
		return arena_strdup(p->arena, id);
	}
	const char *text = id[0] != '\0'
		? id
		: arena_printf(p->arena, "%lld|%s|%s|%s", (long long)p->start, p->origin->src,
			  p->origin->dst, p->origin->channel);
	uint8_t digest[DIGEST_SIZE];
	sha256(text, strlen(text), digest);
	char *hex = arena_alloc(p->arena, 2 * DIGEST_SIZE + 8);
	memcpy(hex, "cdr-", 4);
	hex_encode(digest, DIGEST_SIZE, hex + 4);
	return hex;
}

static void
fill_inbound(struct picture *p, struct cdr_call *out)
{
	struct call *call = &out->call;
	call->result = result_in(p);
	call->customer_number = normal_number(p, p->origin->src);
	call->caller_name = caller_name_of(p->arena, p->origin->clid);
	if (p->leg_count > 0) {
		out->staff_extension = arena_strdup(p->arena, p->legs[0].extension);
		call->answered_at = p->legs[0].answered ? p->legs[0].answered_at : 0;
	}
	call->transfers = transfers_of(p);
	call->house_number = normal_number(p, dialled_number(p, call->transfers[0] != '\0'));
}

static void
fill_outbound(struct picture *p, struct cdr_call *out)
{
	struct call *call = &out->call;
	char peer[NUMBER_SIZE];
	channel_peer(p->origin->channel, peer);
	call->result = result_out(p, &call->answered_at);
	call->customer_number = normal_number(p, p->origin->dst);
	call->house_number = normal_number(p, p->origin->src);
	call->caller_name = "";
	call->transfers = "";
	out->staff_extension = is_extension(p, peer) ? arena_strdup(p->arena, peer)
												 : call->house_number;
}

/* Both ends look like extensions, but only our own people make a call internal: where no one
 * of them is known, the caller may well be a customer with a short number. */
static bool
is_internal(const struct picture *p)
{
	if (p->direction != CALL_INTERNAL) {
		return false;
	}
	const struct cdr_options *o = p->options;
	return o->is_staff != NULL &&
		(o->is_staff(o->is_staff_ctx, p->origin->src) ||
			o->is_staff(o->is_staff_ctx, p->origin->dst));
}

bool
cdr_call_from_rows(const struct cdr_options *options, struct arena *a,
	const struct cdr_row *const *rows, size_t count, struct cdr_call *out,
	const char **why)
{
	struct picture p = {.options = options, .arena = a, .rows = rows, .count = count};
	p.origin = find_origin(&p);
	p.start = rows[0]->start;
	for (size_t i = 0; i < count; i++) {
		p.end = rows[i]->end > p.end ? rows[i]->end : p.end;
	}
	if (is_far_end(p.origin) && p.origin->dst[0] == '\0') {
		*why = "nobody outside was called: the colleague did not pick up";
		return false;
	}
	p.direction = find_direction(&p);
	find_legs(&p);
	qsort(p.legs, p.leg_count, sizeof(p.legs[0]), compare_legs);

	struct cdr_call found = {.staff_extension = "", .rows = count};
	found.internal = is_internal(&p);
	if (p.direction == CALL_INTERNAL) {
		p.direction = CALL_IN;
	}
	struct call *call = &found.call;
	call->direction = p.direction;
	if (p.direction == CALL_OUT) {
		fill_outbound(&p, &found);
	} else {
		fill_inbound(&p, &found);
	}
	call->external_id = external_id(&p);
	call->queue = queue_of(&p);
	call->extension = found.staff_extension;
	call->started_at = p.start;
	call->ended_at = p.end;
	call->ring_ms = (call->answered_at != 0 ? call->answered_at : p.end) - p.start;
	call->talk_ms = call->answered_at != 0 ? p.end - call->answered_at : 0;
	call->hangup_by = "";
	call->recording = "";
	call->outcome = "";
	call->outcome_note = "";
	call->imported = true;
	*out = found;
	return true;
}
