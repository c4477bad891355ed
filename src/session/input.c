#include "session/input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void input_init(struct input *i, const struct strings *execute, int fd,
	bool open_ended, bool binary, struct buf *line)
{
	*i = (struct input){
		.execute = execute,
		.fd = fd,
		.open_ended = open_ended,
		.binary = binary,
		.line = line,
	};
}

void input_release(struct input *i)
{
	free(i->typed);
	i->typed = NULL;
}

void input_restart(struct input *i)
{
	bool from_stdin =
		i->have_piece && !i->typed && i->next_execute == i->execute->n;

	/* What was not begun is the next connection's. */
	if (from_stdin && i->piece.first && i->at == 0)
		return;
	if (from_stdin)
		i->skipping = !i->piece.last;
	else
		i->skipping = i->records.in_record;
	input_release(i);
	i->next_execute = 0;
	i->have_piece = false;
	i->at = 0;
	i->utf8 = UTF8_START;
}

bool input_wants_read(const struct input *i)
{
	return i->fd >= 0 && !i->have_piece && i->err.kind == ERR_NONE &&
	       buf_room(i->line) > 0;
}

void input_read(struct input *i)
{
	/* As much as fits, and never a byte less: reserving all the room
	 * moves what is there to the front. */
	size_t room = buf_room(i->line);
	uint8_t *p = buf_reserve(i->line, room);
	ssize_t n = read(i->fd, p, room);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n > 0) {
		buf_commit(i->line, (size_t)n);
		return;
	}
	i->fd = -1;
	/* A terminal that went away is its end. */
	if (n < 0 && errno != EIO)
		err_set(&i->err, ERR_INPUT, "reading standard input: %s",
			strerror(errno));
}

void input_type(struct input *i, char *text, bool binary)
{
	i->typed = text;
	i->typed_binary = binary;
}

/* The next piece of a record from standard input, past what is skipped. */
static bool next_record(struct input *i)
{
	while (records_next(&i->records, i->line, i->fd < 0, &i->piece)) {
		bool skip = i->skipping && !i->piece.first;

		i->skipping = skip && !i->piece.last;
		if (!skip)
			return true;
	}
	return false;
}

static void whole(struct input *i, const char *text)
{
	i->piece = (struct record_piece){
		.data = (const uint8_t *)text,
		.len = strlen(text),
		.first = true,
		.last = true,
	};
}

/* Finds the next piece; false where there is none. */
static bool next_piece(struct input *i)
{
	i->piece_binary = i->binary;
	if (i->next_execute < i->execute->n) {
		whole(i, i->execute->v[i->next_execute]);
	} else if (i->typed) {
		whole(i, i->typed);
		i->piece_binary = i->typed_binary;
	} else if (!next_record(i)) {
		return false;
	}
	i->have_piece = true;
	i->at = 0;
	return true;
}

static bool check_text(struct input *i)
{
	if (i->piece.first)
		i->utf8 = UTF8_START;
	if (utf8_check(&i->utf8, i->piece.data, i->piece.len) &&
		(!i->piece.last || utf8_complete(&i->utf8)))
		return true;
	if (i->next_execute < i->execute->n)
		return err_set(&i->err, ERR_INPUT,
			"the text of -x number %zu is not UTF-8 and was not "
			"sent (--binary sends any bytes)",
			i->next_execute + 1);
	if (i->typed)
		return err_set(&i->err, ERR_INPUT,
			"what was typed is not UTF-8 and was not sent");
	return err_set(&i->err, ERR_INPUT,
		"record %llu of standard input is not UTF-8 and was not sent "
		"(--binary sends any bytes)",
		(unsigned long long)i->records.number);
}

static void finish_piece(struct input *i)
{
	i->have_piece = false;
	if (i->next_execute < i->execute->n)
		i->next_execute++;
	else if (i->typed)
		input_release(i);
}

bool input_pump(struct input *i, struct outgoing *o)
{
	bool moved = false;

	while (i->err.kind == ERR_NONE) {
		if (!i->have_piece) {
			if (!outgoing_ready(o, SENDER_INPUT) || !next_piece(i))
				break;
			if (!i->piece_binary && !check_text(i)) {
				finish_piece(i);
				break;
			}
		}

		size_t before = i->at;

		if (!outgoing_put(o, SENDER_INPUT,
			    i->piece_binary ? WS_BINARY : WS_TEXT,
			    i->piece.data, i->piece.len, i->piece.last,
			    &i->at)) {
			moved = moved || i->at > before;
			break;
		}
		finish_piece(i);
		moved = true;
	}
	return moved;
}

bool input_busy(const struct input *i)
{
	return i->have_piece || i->typed || i->next_execute < i->execute->n;
}

bool input_ended(const struct input *i)
{
	if (i->err.kind != ERR_NONE)
		return true;
	return !i->open_ended && !input_busy(i) && i->fd < 0 &&
	       buf_len(i->line) == 0;
}

uint64_t input_held(const struct input *i)
{
	uint64_t held = i->execute->n - i->next_execute;

	if (i->have_piece && held == 0 && !i->piece.last)
		return 1;
	if (i->have_piece && held == 0)
		held++;
	return held + records_waiting(&i->records, i->line);
}
