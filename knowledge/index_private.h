/* What index.c and index_search.c share. */
#ifndef KNOWLEDGE_INDEX_PRIVATE_H
#define KNOWLEDGE_INDEX_PRIVATE_H

#include <pthread.h>
#include <sys/types.h>

#include "knowledge/index.h"
#include "knowledge/index_file.h"

#define INDEX_PATH_SIZE 900

struct index_block {
	unsigned node;
	uint64_t number; /* ids (node, number << INDEX_BLOCK_BITS ...) */
	struct index_file *file;
};

struct index {
	char path[INDEX_PATH_SIZE];
	int folder;   /* open; -1: there is none */
	dev_t device; /* of the folder as it was opened */
	ino_t inode;
	int lock; /* -1: only searches */
	/* Searching reads the list, the feeder alone makes it longer. */
	pthread_rwlock_t changing;
	struct index_block *blocks; /* by node, then number */
	size_t count;
};

uint32_t index_agent_hash(uint64_t id);

#endif
