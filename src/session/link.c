#include "session/link.h"

#include "session/misbehave.h"

#include "session/record.h"
#include "session/tracing.h"

#include <stdlib.h>

void link_init(struct link *l)
{
	buf_init(&l->in, l->in_mem, IN_SIZE);
	buf_init(&l->out, l->out_mem, OUT_SIZE);
}

struct link *link_new(void)
{
	struct link *l = calloc(1, sizeof(*l));

	if (!l)
		abort();
	link_init(l);
	return l;
}

void link_release(struct link *l)
{
	transport_free(l->net);
	l->net = NULL;
	ws_deflate_release(&l->deflate);
	gather_release(&l->gather);
	record_link_free(l->record);
	l->record = NULL;
	tracing_link_free(l->trace);
	l->trace = NULL;
	if (l->input == &l->own)
		input_release(&l->own);
	misbehave_free(l->misbehave);
	l->misbehave = NULL;
	free(l->line.mem);
	free(l->file.mem);
	l->line = l->file = (struct buf){ 0 };
}

void link_free(struct link *l)
{
	if (!l)
		return;
	link_release(l);
	free(l);
}
