#define _GNU_SOURCE /* O_CLOEXEC, strndup */
#include "session/input_parts.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <unistd.h>

static enum ws_opcode opcode_of(const struct input *i)
{
	return i->config.binary ? WS_BINARY : WS_TEXT;
}

void input_init(struct input *i, const struct input_config *config,
	struct buf *line, struct buf *file)
{
	*i = (struct input){ .config = *config };
	feed_init(&i->standard, config->fd, "standard input", config->format,
		opcode_of(i), line);
	i->standard.max_line = config->max_line;
	i->standard.slash = config->slash;
	replay_init(&i->replay, &config->replay);
	feed_init(&i->file, -1, "", RECORD_WHOLE, opcode_of(i), file);
}

void input_release(struct input *i)
{
	typed_clear(&i->typed);
	free(i->command);
	feed_release(&i->standard);
	feed_release(&i->file);
}

/* --- files --- */

bool input_sends_standard(const struct input *i)
{
	return i->in_file && i->next_send < i->config.sends->n &&
	       sends_is_standard(&i->config.sends->v[i->next_send]);
}

void input_skip_standard(struct input *i)
{
	const struct sends *s = i->config.sends;

	while (i->left_out && i->next_send < s->n &&
		sends_is_standard(&s->v[i->next_send]))
		i->next_send++;
}

/* Whether what is being sent was typed, and not of the command line. */
static bool typing(const struct input *i)
{
	return i->next_send >= i->config.sends->n;
}

static bool fail_open(struct input *i, const char *path, const char *why)
{
	i->stuck = true;
	return err_set(&i->err, ERR_INPUT, "%s %s: cannot read it: %s",
		typing(i) ? "/file" : "-f", path, why);
}

static bool open_file(
	struct input *i, const char *path, bool standard, enum ws_opcode opcode)
{
	/* Not to wait for a FIFO's writer here: select() does. */
	int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
	int fd = standard ? 0 : open(path, flags);

	if (fd < 0)
		return fail_open(i, path, strerror(errno));
	if (fd >= FD_SETSIZE) {
		close(fd);
		return fail_open(i, path, "too many open files");
	}
	feed_init(&i->file, fd, path, RECORD_WHOLE, opcode, i->file.buf);
	i->file.own = !standard;
	i->in_file = true;
	return true;
}

void input_close_file(struct input *i)
{
	feed_close(&i->file);
	i->in_file = false;
}

/* --- reading --- */

static struct feed *reading(const struct input *i)
{
	return (struct feed *)(i->in_file ? &i->file : &i->standard);
}

int input_fd(const struct input *i, const struct outlet *to)
{
	const struct feed *f = reading(i);

	if (i->source != FROM_NOTHING || i->err.kind != ERR_NONE ||
		buf_room(f->buf) == 0)
		return -1;
	if (i->in_file)
		return f->fd;
	if (i->next_send < i->config.sends->n || !replay_ended(&i->replay) ||
		(i->config.keep && !outlet_written(to)))
		return -1;
	return f->fd;
}

void input_read(struct input *i)
{
	struct feed *f = reading(i);
	size_t before = buf_len(f->buf);

	feed_read(f);
	i->taken += buf_len(f->buf) - before;
	if (f == &i->file) {
		i->emptied = i->emptied || input_sends_standard(i);
		return;
	}
	i->finished = i->settled = 0;
	i->given_up = i->skipping;
}

void input_type(struct input *i, struct typed_item item)
{
	typed_add(&i->typed, item);
}

bool input_may_type(const struct input *i)
{
	return !typed_full(&i->typed);
}

/* --- what is next --- */

bool input_next_record(struct input *i)
{
	while (feed_next(&i->standard, &i->piece)) {
		bool skip = i->skipping && !i->piece.first;

		i->skipping = skip && !i->piece.last;
		if (!skip)
			return true;
	}
	return false;
}

static bool whole(struct input *i, enum input_source source, const char *data,
	size_t len, enum ws_opcode opcode)
{
	i->source = source;
	i->piece = (struct feed_piece){
		.opcode = opcode,
		.data = (const uint8_t *)data,
		.len = len,
		.first = true,
		.last = true,
	};
	return true;
}

static bool next_of_file(struct input *i)
{
	if (feed_next(&i->file, &i->piece)) {
		i->source = FROM_FILE;
		return true;
	}
	i->err = i->file.err;
	i->stuck = i->err.kind != ERR_NONE;
	return false;
}

static bool next_send(struct input *i, const struct send_item *item)
{
	if (!item->file)
		return whole(i, FROM_EXECUTE, item->value, strlen(item->value),
			opcode_of(i));
	return (i->in_file || open_file(i, item->value, sends_is_standard(item),
				      opcode_of(i))) &&
	       next_of_file(i);
}

static bool next_typed(struct input *i, const struct typed_item *item)
{
	enum ws_opcode opcode = item->binary ? WS_BINARY : WS_TEXT;

	if (item->frame) {
		whole(i, FROM_TYPED, "", 0, WS_CONTINUATION);
		i->piece.frame = item->frame;
		return true;
	}
	if (!item->file)
		return whole(i, FROM_TYPED, item->data, item->len, opcode);
	return (i->in_file || open_file(i, item->data, false, opcode)) &&
	       next_of_file(i);
}

/* Finds the next piece; false where there is none. */
static bool next_piece(struct input *i)
{
	i->at = 0;
	if (i->next_send < i->config.sends->n)
		return next_send(i, &i->config.sends->v[i->next_send]);
	if (i->typed.n)
		return next_typed(i, typed_next(&i->typed));
	if (!replay_ended(&i->replay)) {
		if (replay_next(&i->replay, &i->piece))
			i->source = FROM_REPLAY;
		return i->source == FROM_REPLAY;
	}
	if (input_next_record(i)) {
		i->source = FROM_STANDARD;
		return true;
	}
	i->err = i->standard.err;
	return false;
}

/* Whether a piece, behind those before it, is text. */
static bool is_text(struct utf8 *u, const struct feed_piece *p)
{
	if (p->first && p->last)
		return utf8_valid(p->data, p->len);
	if (p->first)
		*u = UTF8_START;
	return utf8_check(u, p->data, p->len) && (!p->last || utf8_complete(u));
}

static bool check_text(struct input *i)
{
	if (is_text(&i->utf8, &i->piece))
		return true;
	switch (i->source) {
	case FROM_EXECUTE:
		return err_set(&i->err, ERR_INPUT,
			"the text of -x \"%.100s\" is not UTF-8 and was not "
			"sent (--binary sends any bytes)",
			i->config.sends->v[i->next_send].value);
	case FROM_FILE:
		return err_set(&i->err, ERR_INPUT,
			"%s %s: is not UTF-8 and was not sent (%s sends any "
			"bytes)",
			typing(i) ? "/file" : "-f", i->file.name,
			typing(i) ? "/binary" : "--binary");
	case FROM_TYPED:
		return err_set(&i->err, ERR_INPUT,
			"%s is not UTF-8 and was not sent",
			i->config.slash ? "the text of a command"
					: "what was typed");
	case FROM_STANDARD:
	case FROM_REPLAY:
	case FROM_NOTHING:
		break;
	}
	return err_set(&i->err, ERR_INPUT,
		"record %" PRIu64 " of standard input is not UTF-8 and was "
		"not sent (--binary sends any bytes)",
		i->standard.records.number);
}

/* The one of -x and -f, or typed, is through. */
static void next_item(struct input *i)
{
	if (i->in_file)
		input_close_file(i);
	if (typing(i)) {
		typed_drop(&i->typed);
	} else {
		i->next_send++;
		input_skip_standard(i);
	}
}

void input_forgive(struct input *i)
{
	i->err = (struct err){ 0 };
	if (i->stuck)
		next_item(i);
	i->stuck = false;
}

static void finish_piece(struct input *i)
{
	enum input_source source = i->source;

	i->source = FROM_NOTHING;
	if (!i->piece.last)
		return;
	if (feed_is_data(&i->piece))
		i->awaited = i->piece.frame ? 0 : i->config.lockstep;
	if (source == FROM_STANDARD)
		i->finished += input_counts(&i->piece);
	if (source == FROM_REPLAY)
		replay_step(&i->replay);
	else if (source != FROM_STANDARD)
		next_item(i);
}

static void ask_close(struct input *i)
{
	assert(i->piece.len < sizeof(i->close_reason));
	i->close_asked = true;
	i->close_client = i->piece.client;
	i->close_code = i->piece.code;
	memcpy(i->close_reason, i->piece.data, i->piece.len);
	i->close_reason[i->piece.len] = 0;
	/* What stands behind it is nothing to this connection; but others may
	 * share it. */
	if (i->config.sender != SENDER_SHARED)
		feed_close(&i->standard);
}

/* What it says is for who knows the commands. */
static void ask_command(struct input *i)
{
	const struct feed_piece *p = &i->piece;

	i->command = strndup((const char *)p->data, p->len);
	if (!i->command)
		abort();
	i->command_fault = NULL;
	if (!p->last)
		i->command_fault = "it is longer than a command can be";
	else if (strlen(i->command) < p->len)
		i->command_fault = "it has a NUL byte in it";
	i->skipping = !p->last;
}

char *input_take_command(struct input *i, const char **fault)
{
	char *command = i->command;

	i->command = NULL;
	*fault = i->command_fault;
	return command;
}

void input_stop(struct input *i)
{
	feed_close(&i->standard);
	i->skipping = false;
}

void input_send_as(struct input *i, enum ws_opcode opcode)
{
	i->standard.opcode = opcode;
}

static bool put(struct input *i, struct outlet *to)
{
	const struct feed_piece *p = &i->piece;

	if (p->command) {
		ask_command(i);
		return true;
	}
	if (p->frame)
		return outlet_raw(to, p->client, p->frame, &i->at);
	if (p->opcode == WS_CLOSE) {
		ask_close(i);
		return true;
	}
	if (!feed_is_data(p))
		return outlet_control(
			to, p->client, p->opcode, p->data, p->len);
	return outlet_put(to, i->config.sender, p->client, p->opcode, p->data,
		p->len, p->first, p->last, &i->at);
}

/* Short lines come by the million: those that are there go at once, without
 * the questions that others need. What isn't one of them, or is no text, is
 * left where it is. */
static bool pump_short(struct input *i, struct outlet *to)
{
	struct feed *f = &i->standard;
	struct outgoing *o = to->only;
	struct record_piece p;
	bool moved = false;

	if (!o || i->source != FROM_NOTHING || !replay_ended(&i->replay) ||
		i->config.lockstep || i->typed.n || i->skipping ||
		i->config.slash || i->next_send < i->config.sends->n ||
		i->err.kind != ERR_NONE)
		return false;
	while (outgoing_short_ready(o)) {
		const struct records before = f->records;
		const size_t start = f->buf->start;

		if (!records_next_short(
			    &f->records, f->buf, WS_FRAME_SHORT, &p))
			break;
		if (f->opcode == WS_TEXT && !utf8_valid(p.data, p.len)) {
			f->records = before;
			f->buf->start = start;
			break;
		}
		outgoing_put_short(o, f->opcode, p.data, p.len);
		i->finished++;
		moved = true;
	}
	return moved;
}

/* Whether a raw frame comes next, or may, behind one that was our close. */
static bool frame_is_next(const struct input *i, const struct outlet *to)
{
	if (i->next_send < i->config.sends->n)
		return false;
	return i->typed.n ? typed_next(&i->typed)->frame != NULL
			  : outlet_raw_closed(to);
}

static bool outlet_free(const struct input *i, const struct outlet *to)
{
	return outlet_ready(to, i->config.sender) ||
	       (outlet_raw_ready(to) && frame_is_next(i, to));
}

bool input_pump(struct input *i, struct outlet *to)
{
	bool moved = pump_short(i, to);
	size_t replayed = i->replay.at;

	while (i->err.kind == ERR_NONE && !i->close_asked && !i->command) {
		if (i->source == FROM_NOTHING) {
			if (i->awaited || !outlet_free(i, to) || !next_piece(i))
				break;
			if (i->piece.opcode == WS_TEXT && !i->piece.command &&
				!check_text(i)) {
				i->stuck = i->source == FROM_FILE &&
					   !i->piece.last;
				finish_piece(i);
				break;
			}
		}

		size_t before = i->at;

		if (!put(i, to)) {
			moved = moved || i->at > before;
			break;
		}
		finish_piece(i);
		moved = true;
	}
	return moved || i->replay.at > replayed;
}

struct deadline input_deadline(const struct input *i)
{
	return i->source == FROM_NOTHING && !i->awaited && !i->close_asked &&
			       i->err.kind == ERR_NONE
		       ? replay_deadline(&i->replay)
		       : DEADLINE_NEVER;
}

void input_heard(struct input *i)
{
	replay_heard(&i->replay);
	if (i->awaited)
		i->awaited--;
}
