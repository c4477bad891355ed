#include "base/strings.h"

#include <stdlib.h>

void strings_add(struct strings *list, const char *s)
{
	const char **v = realloc(list->v, (list->n + 1) * sizeof(*v));

	if (!v)
		abort();
	list->v = v;
	list->v[list->n++] = s;
}

void strings_release(struct strings *list)
{
	free(list->v);
	*list = (struct strings){ 0 };
}
