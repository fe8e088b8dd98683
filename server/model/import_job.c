#include "model/import_job.h"

#include <string.h>

#include "base/json.h"

static const char *
state_name(enum import_state state)
{
	switch (state) {
	case IMPORT_READY:
		return "ready";
	case IMPORT_RUNNING:
		return "running";
	case IMPORT_DONE:
		return "done";
	case IMPORT_STOPPED:
		return "stopped";
	case IMPORT_FAILED:
		return "failed";
	}
	return "unknown";
}

void
import_job_encode(const struct import_job *i, struct json_writer *w)
{
	jw_kid(w, "id", i->id);
	jw_kstring(w, "name", i->name);
	jw_kstring(w, "state", state_name(i->state));
	jw_kstring(w, "charset", i->charset);
	jw_key(w, "mapping");
	jw_raw(w, i->mapping, strlen(i->mapping));
	jw_ki64(w, "size", i->size);
	jw_ki64(w, "done", i->done);
	jw_ki64(w, "created", i->created);
	jw_ki64(w, "changed", i->changed);
	jw_ki64(w, "unchanged", i->unchanged);
	jw_ki64(w, "bad", i->bad);
	jw_kstring(w, "problem", i->problem);
	jw_kid(w, "author", i->author);
	jw_ktime(w, "created_at", i->created_at);
	jw_ktime(w, "started_at", i->started_at);
	jw_ktime(w, "ended_at", i->ended_at);
}
