#include "session/typed.h"

#include <assert.h>
#include <stdlib.h>

void typed_add(struct typed *t, struct typed_item item)
{
	assert(t->n < TYPED_MAX);
	t->v[(t->first + t->n++) % TYPED_MAX] = item;
}

const struct typed_item *typed_next(const struct typed *t)
{
	return t->n ? &t->v[t->first] : NULL;
}

void typed_drop(struct typed *t)
{
	struct typed_item *item = &t->v[t->first];

	assert(t->n > 0);
	if (item->frame)
		rawframe_release(item->frame);
	free(item->frame);
	free(item->data);
	t->first = (t->first + 1) % TYPED_MAX;
	t->n--;
}

bool typed_full(const struct typed *t)
{
	return t->n == TYPED_MAX;
}

void typed_clear(struct typed *t)
{
	while (t->n > 0)
		typed_drop(t);
}
