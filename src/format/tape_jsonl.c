#include "format/jsonl.h"
#include "format/tape_parts.h"
#include "ws/close.h"

#include <stdio.h>
#include <stdlib.h>

/* A line of the record. */
struct line {
	const uint8_t *p;
	size_t len;
	size_t number; /* from 1 */
	bool ended;    /* by a line end */
};

static bool next_line(const struct tape_source *source, struct line *line)
{
	size_t at = line->p ? (size_t)(line->p - source->text) + line->len +
				      line->ended
			    : 0;
	const uint8_t *end;

	if (at == source->len)
		return false;
	line->p = source->text + at;
	end = memchr(line->p, '\n', source->len - at);
	line->ended = end != NULL;
	line->len = end ? (size_t)(end - line->p) : source->len - at;
	line->number++;
	return true;
}

/* Takes the frame over from the reader. */
static bool keep_frame(struct tape_entry *entry, struct rawframe *frame)
{
	entry->frame = malloc(sizeof(*entry->frame));
	if (!entry->frame)
		return false;
	*entry->frame = *frame;
	*frame = (struct rawframe){ 0 };
	return true;
}

static bool add(struct tape *t, const struct tape_source *source,
	const struct jsonl_object *o, struct err *err)
{
	struct tape_entry entry = {
		.out = o->dir != JSONL_IN,
		.opcode = o->opcode,
		.code = o->code,
		.client = o->client,
		.data = o->data,
		.len = o->len,
	};

	switch (o->type) {
	case JSONL_NOTHING:
		return true;
	case JSONL_MESSAGE:
		entry.kind = TAPE_MESSAGE;
		break;
	case JSONL_CLOSE:
		entry.kind = TAPE_CLOSE;
		break;
	case JSONL_FRAME:
		entry.kind = TAPE_FRAME;
		if (!keep_frame(&entry, o->frame))
			return tape_no_memory(source, err);
		break;
	}
	if (tape_add(t, source, &entry, o->time_ns, err))
		return true;
	if (entry.frame)
		rawframe_release(entry.frame);
	free(entry.frame);
	return false;
}

static bool add_line(struct tape *t, const struct tape_source *source,
	struct jsonl_reader *reader, const struct line *line, struct err *err)
{
	struct jsonl_object object;
	char why[JSONL_WHY_SIZE];

	if (jsonl_read(reader, line->p, line->len, &object, why))
		return add(t, source, &object, err);
	/* A file of one line that is broken is hardly a record at all. */
	if (line->ended || line->number == 1)
		return err_set(err, ERR_INPUT,
			"reading the record %s: line %zu: %s", source->name,
			line->number, why);
	snprintf(t->note, sizeof(t->note),
		"its last line, %zu, is cut off and left out", line->number);
	return true;
}

bool tape_read_jsonl(
	struct tape *t, const struct tape_source *source, struct err *err)
{
	struct jsonl_reader reader = { 0 };
	struct line line = { 0 };
	bool ok = true;

	while (ok && next_line(source, &line))
		ok = add_line(t, source, &reader, &line, err);
	jsonl_release(&reader);
	return ok;
}
