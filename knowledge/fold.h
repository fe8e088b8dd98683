/* Text made equal that people take for the same: NFKC (full width becomes half width), lower
 * case, traditional characters to simplified ones, runs of white space and control characters to
 * one space, nothing for what cannot be seen (zero-width characters). The ground of matching
 * rules and of searching transcripts. Folding again changes nothing. Pure; thread-safe. */
#ifndef KNOWLEDGE_FOLD_H
#define KNOWLEDGE_FOLD_H

#include <stddef.h>
#include <stdint.h>

struct arena;

struct folded {
	char *text; /* UTF-8 without NUL, ends with one */
	size_t length;
	/* For each byte of `text`, and the end: where in the original its character began. For
	 * showing what was found. */
	uint32_t *origin;
};

/* The version is stored by whoever keeps folded text: another one means to fold anew. */
#define FOLD_VERSION 1

/* `text`: valid UTF-8 below 4 GB. */
void fold_text(const char *text, size_t length, struct arena *a, struct folded *out);

/* Where the original has what stands at begin..end (bytes) of the folded text: whole characters,
 * and what cannot be seen behind them. */
void
fold_place(const struct folded *f, size_t begin, size_t end, size_t *from, size_t *to);

#endif
