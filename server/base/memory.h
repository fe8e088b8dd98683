/* The allocator is mimalloc: what one thread makes another one frees, some thousand times a second,
 * and glibc's threads would wait for each other's locks meanwhile. Builds with a sanitizer keep the
 * sanitizer's. https://microsoft.github.io/mimalloc/ */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

/* Gives back to the system what the calling thread has freed: some milliseconds for a large heap. */
void memory_give_back(void);

#endif
