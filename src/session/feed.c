#include "session/feed.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void feed_init(struct feed *f, int fd, const char *name,
	enum record_format format, enum ws_opcode opcode, struct buf *buf)
{
	*f = (struct feed){
		.fd = fd,
		.name = name,
		.opcode = format == RECORD_RAW ? WS_BINARY : opcode,
		.buf = buf,
		/* Of nothing at all not even `whole` makes a message. */
		.records.format = fd < 0 ? RECORD_LINES : format,
	};
	f->place.records = f->records;
}

static void end(struct feed *f)
{
	if (f->own && f->fd >= 0)
		close(f->fd);
	f->fd = -1;
}

void feed_release(struct feed *f)
{
	end(f);
	gather_release(&f->line);
	jsonl_release(&f->json);
}

void feed_close(struct feed *f)
{
	end(f);
	buf_clear(f->buf);
	f->records.in_record = false;
	f->place.start = 0;
	f->place.records = f->records;
}

void feed_read(struct feed *f)
{
	/* As much as fits, and never a byte less: reserving all the room
	 * moves what is there to the front. */
	size_t room = buf_room(f->buf);
	uint8_t *p = buf_reserve(f->buf, room);
	ssize_t n = read(f->fd, p, room);
	int error = errno;

	f->place = (struct feed_place){
		.records = f->records,
		.start = f->buf->start,
		.gathered = f->records.in_record ? f->line.len : 0,
	};
	if (n < 0 && (error == EINTR || error == EAGAIN))
		return;
	if (n > 0) {
		buf_commit(f->buf, (size_t)n);
		return;
	}
	end(f);
	/* A terminal that went away is its end. */
	if (n < 0 && error != EIO) {
		f->broken = true;
		err_set(&f->err, ERR_INPUT, "reading %s: %s", f->name,
			strerror(error));
	}
}

static bool fail_record(struct feed *f, const char *what, const char *why)
{
	/* It stands before what could not be read. */
	f->broken = false;
	return err_set(&f->err, ERR_INPUT, "record %" PRIu64 " of %s %s%s",
		f->records.number, f->name, what, why);
}

/* Puts the pieces of a jsonl line together; true once it is whole. */
static bool whole_line(struct feed *f, struct record_piece *r)
{
	if (r->first && r->last)
		return true;
	if (r->first)
		gather_clear(&f->line);
	if (f->max_line && r->len > f->max_line - f->line.len)
		return fail_record(
			f, "is longer than --max-message allows", "");
	if (!gather_add(&f->line, r->data, r->len))
		return fail_record(f, "does not fit into memory", "");
	r->data = f->line.mem;
	r->len = f->line.len;
	return r->last;
}

/* What a jsonl line says; false where it is nothing to be sent. */
static bool read_line(struct feed *f, const struct record_piece *line,
	struct feed_piece *piece)
{
	struct jsonl_object o;
	char why[JSONL_WHY_SIZE];

	if (!jsonl_read(&f->json, line->data, line->len, &o, why))
		return fail_record(f, "was not sent: ", why);
	if (o.type == JSONL_NOTHING)
		return false;
	if (!jsonl_check_client(&f->json, why))
		return fail_record(f, "was not sent: ", why);
	*piece = (struct feed_piece){
		.opcode = o.type == JSONL_CLOSE ? WS_CLOSE : o.opcode,
		.data = o.data,
		.len = o.len,
		.first = true,
		.last = true,
		.code = o.code,
		.client = o.client,
		.frame = o.frame,
	};
	return true;
}

static void miss_rest(struct feed *f)
{
	uint64_t missing = records_missing(&f->records, f->buf);

	if (missing)
		err_set(&f->err, ERR_INPUT,
			"%s ended inside record %" PRIu64 ": %" PRIu64
			" byte%s missing",
			f->name, f->records.number + !f->records.in_record,
			missing, missing == 1 ? " is" : "s are");
}

/* Of a record that does not fit the buffer this is the start, and the rest
 * comes as its own pieces. */
static void judge_slash(const struct feed *f, struct feed_piece *piece)
{
	if (!f->slash || !piece->first || piece->len == 0 ||
		piece->data[0] != '/')
		return;
	piece->command = piece->len < 2 || piece->data[1] != '/';
	if (!piece->command) {
		piece->data++;
		piece->len--;
	}
}

bool feed_is_data(const struct feed_piece *piece)
{
	return !piece->command && !ws_opcode_is_control(piece->opcode);
}

bool feed_next(struct feed *f, struct feed_piece *piece)
{
	bool ended = f->fd < 0 && !f->broken;
	struct record_piece r;

	while ((f->err.kind == ERR_NONE || f->broken) &&
		records_next(&f->records, f->buf, ended, &r)) {
		if (f->records.format != RECORD_JSONL) {
			*piece = (struct feed_piece){
				.opcode = f->opcode,
				.data = r.data,
				.len = r.len,
				.first = r.first,
				.last = r.last,
			};
			judge_slash(f, piece);
			return true;
		}
		if (whole_line(f, &r) && read_line(f, &r, piece))
			return true;
	}
	if (f->fd < 0 && f->err.kind == ERR_NONE)
		miss_rest(f);
	return false;
}

bool feed_ended(const struct feed *f)
{
	const struct records *r = &f->records;

	return f->fd < 0 && buf_len(f->buf) == 0 && !r->in_record &&
	       !(r->format == RECORD_WHOLE && r->number == 0);
}

void feed_rewind(struct feed *f)
{
	f->records = f->place.records;
	f->line.len = f->place.gathered;
	f->buf->start = f->place.start;
}
