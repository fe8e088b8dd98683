#include "model/actor.h"

/* 8 bits a level: the subtree of 0x01020000 ends at 0x0102ffff. */
uint64_t
unit_high(uint64_t unit)
{
	uint64_t low_bits = 0xff;

	if (unit == 0) {
		return UNIT_LAST;
	}
	while ((unit & low_bits) == 0) {
		low_bits = low_bits << 8 | 0xff;
	}
	return unit | low_bits >> 8;
}

struct scope
actor_scope(const struct actor *a)
{
	struct scope all = {.unit_low = 0, .unit_high = UNIT_LAST};
	struct scope nothing = {.unit_low = 1, .unit_high = 0};

	switch (a->kind) {
	case AUTHOR_STAFF:
		return (struct scope){
			.unit_low = a->unit,
			.unit_high = unit_high(a->unit),
			.self = a->id,
		};
	case AUTHOR_SYSTEM:
	case AUTHOR_BOT:
	case AUTHOR_API:
		return all;
	case AUTHOR_CUSTOMER:
		return nothing;
	}
	return nothing;
}

bool
scope_allows(const struct scope *s, uint64_t unit, uint64_t owner, uint64_t assignee)
{
	if (unit >= s->unit_low && unit <= s->unit_high) {
		return true;
	}
	return s->self != 0 && (owner == s->self || assignee == s->self);
}
