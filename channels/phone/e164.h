/* Telephone numbers as people and exchanges write them, brought to E.164 (ITU-T E.164) where
 * they are such, so that one customer's number is always the same text.
 * Pure: no allocation, no state. Rules of the Chinese numbering plan: MIIT "电信网编号计划"
 * (2017 edition): mobiles 1[3-9] + 9 digits, landlines 0 + area + 7 or 8 digits, service
 * numbers 10xxx, 11x, 12xxx, 95xxx, 96xxx, 400 and 800. */
#ifndef CHANNELS_PHONE_E164_H
#define CHANNELS_PHONE_E164_H

#include <stdbool.h>
#include <stddef.h>

#define NUMBER_SIZE 40

struct dial_plan {
	const char *region; /* where numbers without a country code belong: "CN", "HK", ... */
	const char *area;   /* home area code with its trunk prefix ("021"); "" = none */
	size_t
		extension_max; /* numbers of at most so many digits are extensions; 0: none are */
};

enum number_kind {
	NUMBER_E164,      /* "+8613800138000" */
	NUMBER_EXTENSION, /* "8001": stays inside the house */
	NUMBER_SERVICE,   /* "95001", "4008001234": dialled as it is, no country code */
	NUMBER_WITHHELD,  /* "" */
	NUMBER_OTHER, /* none of these: the digits as they came, for display and equality */
};

/* Brings `dialled` (any bytes, NULL is withheld) to its normal text. Understands full-width
 * digits, spaces, dashes, dots and brackets, "sip:user@host", "tel:", 00 and + prefixes, the
 * Chinese carrier prefixes 12593, 17909, 17911 and 17951, and a wrongly kept trunk zero. */
enum number_kind number_normalise(const struct dial_plan *plan, const char *dialled,
	char out[static NUMBER_SIZE]);

/* True for a region that number_normalise knows. */
bool region_known(const char *region);

#endif
