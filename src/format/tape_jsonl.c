#include "format/jsonl.h"
#include "format/tape_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

struct tape_connection {
	unsigned client;
	int64_t at_ns;  /* when it was opened, or its first entry */
	size_t entries; /* that it has */
};

/* A connection begins. */
static struct tape_connection *add_connection(
	struct tape *t, unsigned client, int64_t at_ns)
{
	struct tape_connections *c = &t->connections;

	if (c->n == c->cap) {
		size_t cap = c->cap ? c->cap * 2 : 16;
		struct tape_connection *more =
			realloc(c->v, cap * sizeof(*more));

		if (!more)
			return NULL;
		c->v = more;
		c->cap = cap;
	}
	c->v[c->n] = (struct tape_connection){
		.client = client,
		.at_ns = at_ns,
	};
	return &c->v[c->n++];
}

/* The one that a client has at the moment. Only so many are looked at: no
 * listener has more clients at a time. */
static struct tape_connection *find_connection(
	const struct tape *t, unsigned client)
{
	enum { LOOKED_AT = 1024 };
	const struct tape_connections *c = &t->connections;

	for (size_t i = c->n; i-- > 0 && c->n - i <= LOOKED_AT;)
		if (c->v[i].client == client)
			return &c->v[i];
	return NULL;
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

static bool add_to_connection(struct tape *t, const struct tape_source *source,
	struct tape_entry *entry, int64_t time_ns, struct err *err)
{
	struct tape_connection *c = find_connection(t, entry->client);

	if (!c)
		c = add_connection(t, entry->client, tape_at_ns(t, time_ns));
	if (!c)
		return tape_no_memory(source, err);
	entry->connection = (size_t)(c - t->connections.v);
	if (!tape_add(t, source, entry, time_ns, err))
		return false;
	c->entries++;
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

	if (o->opens &&
		!add_connection(t, o->client, tape_at_ns(t, o->time_ns)))
		return tape_no_memory(source, err);
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
	if (!add_to_connection(t, source, &entry, o->time_ns, err)) {
		tape_entry_release(&entry);
		return false;
	}
	/* The tape has the frame now. */
	return true; /* NOLINT(clang-analyzer-unix.Malloc) */
}

static bool refuse(const struct tape_source *source, const struct line *line,
	const char *why, struct err *err)
{
	return err_set(err, ERR_INPUT, "reading the record %s: line %zu: %s",
		source->name, line->number, why);
}

static bool add_line(struct tape *t, const struct tape_source *source,
	struct jsonl_reader *reader, const struct line *line, struct err *err)
{
	struct jsonl_object object;
	char why[JSONL_WHY_SIZE];

	if (!jsonl_read(reader, line->p, line->len, &object, why)) {
		/* A file of one line that is broken is hardly a record at
		 * all. */
		if (line->ended || line->number == 1)
			return refuse(source, line, why, err);
		snprintf(t->note, sizeof(t->note),
			"its last line, %zu, is cut off and left out",
			line->number);
		return true;
	}
	if (object.mark_fault)
		return refuse(source, line, object.mark_fault, err);
	return add(t, source, &object, err);
}

static void note(struct tape *t, size_t connections)
{
	size_t n = strlen(t->note);

	if (connections > 1)
		snprintf(t->note + n, sizeof(t->note) - n,
			"%sthe last of its %zu connections is taken",
			n ? "; " : "", connections);
}

/* Keeps the entries of the last connection that has any. */
static void choose(struct tape *t)
{
	const struct tape_connections *c = &t->connections;
	size_t chosen = 0, with_entries = 0, kept = 0;

	for (size_t i = 0; i < c->n; i++)
		if (c->v[i].entries > 0) {
			chosen = i;
			with_entries++;
		}
	for (size_t i = 0; i < t->n; i++) {
		struct tape_entry *e = &t->entries[i];

		if (e->connection != chosen) {
			tape_entry_release(e);
			continue;
		}
		e->at_ns -= c->v[chosen].at_ns;
		t->entries[kept++] = *e;
	}
	t->n = kept;
	note(t, with_entries);
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
	if (ok && t->connections.n == 0)
		ok = err_set(err, ERR_INPUT,
			"reading the record %s: there is no connection and no "
			"message in it",
			source->name);
	if (ok)
		choose(t);
	return ok;
}
