/* A plan names what each socket needs beyond its number: one line per socket, customers
 * first, the fields parted by tabs:
 *   path  cookie  hello
 * cookie may be empty; hello is the JSON text of the first frame. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"

static char *
read_whole(const char *path)
{
	FILE *file = fopen(path, "r");
	if (!file) {
		perror(path);
		exit(1);
	}
	fseek(file, 0, SEEK_END);
	long size = ftell(file);
	rewind(file);
	char *text = malloc((size_t)size + 1);
	if (!text || fread(text, 1, (size_t)size, file) != (size_t)size) {
		fprintf(stderr, "load: cannot read %s\n", path);
		exit(1);
	}
	text[size] = '\0';
	fclose(file);
	return text;
}

/* The text stays allocated for as long as the clients point into it: until exit. */
void
plan_read(struct load *l, const char *path)
{
	char *rest = read_whole(path);
	for (size_t i = 0; i < l->client_count; i++) {
		char *line = strsep(&rest, "\n");
		struct client *c = &l->clients[i];
		c->path = strsep(&line, "\t");
		c->cookie = strsep(&line, "\t");
		c->hello = line;
		if (!c->path || !c->hello) {
			fprintf(stderr, "load: %s has too few lines or fields\n", path);
			exit(1);
		}
	}
}
