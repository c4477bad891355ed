#include "session/sends.h"

#include <stdlib.h>

void sends_add(struct sends *s, bool file, const char *value)
{
	struct send_item *v = realloc(s->v, (s->n + 1) * sizeof(*v));

	if (!v)
		abort();
	s->v = v;
	s->v[s->n++] = (struct send_item){ .file = file, .value = value };
}

void sends_release(struct sends *s)
{
	free(s->v);
	*s = (struct sends){ 0 };
}
