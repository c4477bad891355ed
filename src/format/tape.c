#include "format/tape.h"

#include "format/jsonl.h"
#include "format/tape_parts.h"

#include <stdlib.h>

bool tape_no_memory(const struct tape_source *source, struct err *err)
{
	return err_set(err, ERR_INPUT, "reading the record %s: out of memory",
		source->name);
}

uint8_t *tape_room(struct tape *t, size_t n)
{
	return n <= t->bytes_cap - t->nbytes ? t->bytes + t->nbytes : NULL;
}

static bool grow(struct tape *t)
{
	size_t cap = t->cap ? t->cap * 2 : 64;
	struct tape_entry *more;

	if (t->n < t->cap)
		return true;
	if (cap > SIZE_MAX / sizeof(*more))
		return false;
	more = realloc(t->entries, cap * sizeof(*more));
	if (!more)
		return false;
	t->entries = more;
	t->cap = cap;
	return true;
}

int64_t tape_at_ns(struct tape *t, int64_t time_ns)
{
	int64_t last = t->n > 0 ? t->entries[t->n - 1].at_ns : 0;

	if (time_ns == JSONL_NO_TIME)
		return last;
	if (t->first_ns == JSONL_NO_TIME)
		t->first_ns = time_ns;
	return time_ns - t->first_ns > last ? time_ns - t->first_ns : last;
}

bool tape_add(struct tape *t, const struct tape_source *source,
	const struct tape_entry *entry, int64_t time_ns, struct err *err)
{
	uint8_t *room = tape_room(t, entry->len);
	struct tape_entry *added;

	if (!room || !grow(t))
		return tape_no_memory(source, err);
	if (entry->len > 0)
		memmove(room, entry->data, entry->len);
	t->nbytes += entry->len;
	added = &t->entries[t->n];
	*added = *entry;
	added->data = room;
	added->at_ns = tape_at_ns(t, time_ns);
	t->n++;
	return true;
}

/* The length of the blanks that JSON allows before p's first character. */
static size_t blanks(const uint8_t *p, size_t len)
{
	size_t n = 0;

	while (n < len && p[n] && strchr(" \t\r\n", p[n]))
		n++;
	return n;
}

static bool is_har(const uint8_t *p, size_t len)
{
	static const char key[] = "\"log\"";
	size_t at = blanks(p, len), inside;

	if (at == len || p[at] != '{')
		return false;
	at++;
	inside = blanks(p + at, len - at);
	if (memchr(p + at, '\n', inside))
		return true;
	at += inside;
	return len - at >= sizeof(key) - 1 &&
	       memcmp(p + at, key, sizeof(key) - 1) == 0;
}

bool tape_read(struct tape *t, const char *name, const uint8_t *text,
	size_t len, const char *url, struct err *err)
{
	static const char bom[] = "\xef\xbb\xbf";
	struct tape_source source = { name, text, len, url };
	bool ok;

	if (len >= sizeof(bom) - 1 && memcmp(text, bom, sizeof(bom) - 1) == 0) {
		source.text += sizeof(bom) - 1;
		source.len -= sizeof(bom) - 1;
	}
	*t = (struct tape){ .first_ns = JSONL_NO_TIME };
	/* One byte more, as nothing may be what malloc(0) gives. */
	t->bytes = malloc(len + 1);
	t->bytes_cap = len;
	if (!t->bytes)
		return tape_no_memory(&source, err);
	if (is_har(source.text, source.len))
		ok = tape_read_har(t, &source, err);
	else
		ok = tape_read_jsonl(t, &source, err);
	if (!ok)
		tape_release(t);
	return ok;
}

void tape_entry_release(struct tape_entry *e)
{
	if (e->frame)
		rawframe_release(e->frame);
	free(e->frame);
}

void tape_release(struct tape *t)
{
	for (size_t i = 0; i < t->n; i++)
		tape_entry_release(&t->entries[i]);
	free(t->entries);
	free(t->connections.v);
	free(t->bytes);
	*t = (struct tape){ 0 };
}
