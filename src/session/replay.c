#define _GNU_SOURCE /* O_CLOEXEC */
#include "session/replay.h"

#include "session/gather.h"
#include "ui/diag.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* --- reading --- */

static bool fail(struct err *err, const char *path, const char *why)
{
	return err_set(err, ERR_INPUT, "reading the record %s: %s", path, why);
}

static bool read_all(
	int fd, struct gather *g, const char *path, struct err *err)
{
	uint8_t piece[64 * 1024];
	ssize_t n;

	while ((n = read(fd, piece, sizeof(piece))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(err, path, strerror(errno));
		if (!gather_add(g, piece, (size_t)n))
			return fail(err, path, "out of memory");
	}
	return true;
}

bool replay_load(
	struct tape *t, const char *path, const char *url, struct err *err)
{
	struct gather g = { 0 };
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool ok;

	if (fd < 0)
		return fail(err, path, strerror(errno));
	ok = read_all(fd, &g, path, err) &&
	     tape_read(t, path, g.len ? g.mem : (const uint8_t *)"", g.len, url,
		     err);
	close(fd);
	gather_release(&g);
	if (ok && t->note[0])
		diag("%s: %s", path, t->note);
	return ok;
}

/* --- playing --- */

void replay_init(struct replay *r, const struct replay_config *config)
{
	*r = (struct replay){ .config = *config };
}

bool replay_ended(const struct replay *r)
{
	return !r->config.tape || r->at == r->config.tape->n;
}

static bool is_data(const struct tape_entry *e)
{
	return e->kind == TAPE_MESSAGE && !ws_opcode_is_control(e->opcode);
}

/* When an entry is due. */
static int64_t due_ns(const struct replay *r, const struct tape_entry *e)
{
	const double never = 9e18;
	double after;

	if (r->config.speed <= 0)
		return r->began_ns;
	after = (double)e->at_ns / r->config.speed;
	return after < never - (double)r->began_ns
		       ? r->began_ns + (int64_t)after
		       : INT64_MAX;
}

/* Whether the other end has had its say, or time enough for it. */
static int64_t close_due_ns(const struct replay *r)
{
	if (r->heard >= r->expected)
		return 0;
	return r->config.patience_ms < 0
		       ? INT64_MAX
		       : r->quiet_ns + r->config.patience_ms * 1000000;
}

/* Whether it is what the protocol has us say in any case, or nothing to be
 * said here. */
static bool goes_by_itself(const struct replay *r, const struct tape_entry *e)
{
	const struct tape_entry *ping;

	if (e->kind == TAPE_CLOSE)
		return r->closed || r->config.open_ended;
	if (e->kind != TAPE_MESSAGE || e->opcode != WS_PONG || !r->last_ping)
		return false;
	ping = &r->config.tape->entries[r->last_ping - 1];
	return ping->len == e->len &&
	       (e->len == 0 || memcmp(ping->data, e->data, e->len) == 0);
}

/* What the other end said then is not to be sent, but waited for. */
static void pass(struct replay *r, const struct tape_entry *e)
{
	if (!replay_is_ours(r, e)) {
		r->expected += is_data(e);
		if (e->kind == TAPE_MESSAGE && e->opcode == WS_PING)
			r->last_ping = r->at + 1;
		r->closed = r->closed || e->kind == TAPE_CLOSE;
	}
	r->at++;
}

static void give(const struct tape_entry *e, struct feed_piece *piece)
{
	*piece = (struct feed_piece){
		.opcode = e->kind == TAPE_CLOSE   ? WS_CLOSE
			  : e->kind == TAPE_FRAME ? WS_CONTINUATION
						  : e->opcode,
		.data = e->data,
		.len = e->len,
		.first = true,
		.last = true,
		.code = e->code,
		.frame = e->frame,
	};
}

bool replay_next(struct replay *r, struct feed_piece *piece)
{
	int64_t now;

	if (replay_ended(r))
		return false;
	now = clock_now_ns();
	if (r->began_ns == 0)
		r->began_ns = r->quiet_ns = now;
	while (!replay_ended(r)) {
		const struct tape_entry *e = &r->config.tape->entries[r->at];

		if (due_ns(r, e) > now)
			return false;
		if (replay_is_ours(r, e) && !goes_by_itself(r, e)) {
			if (e->kind == TAPE_CLOSE && close_due_ns(r) > now)
				return false;
			give(e, piece);
			return true;
		}
		pass(r, e);
	}
	return false;
}

void replay_step(struct replay *r)
{
	const struct tape_entry *e = &r->config.tape->entries[r->at];

	r->sent += is_data(e) || e->kind == TAPE_FRAME;
	r->quiet_ns = clock_now_ns();
	r->at++;
}

struct deadline replay_deadline(const struct replay *r)
{
	const struct tape_entry *e;
	int64_t due, close;

	if (replay_ended(r) || r->began_ns == 0)
		return DEADLINE_NEVER;
	e = &r->config.tape->entries[r->at];
	due = due_ns(r, e);
	close = e->kind == TAPE_CLOSE && replay_is_ours(r, e) ? close_due_ns(r)
							      : 0;
	return (struct deadline){ due > close ? due : close };
}

void replay_heard(struct replay *r)
{
	r->heard++;
	if (r->config.tape)
		r->quiet_ns = clock_now_ns();
}

uint64_t replay_held(const struct replay *r)
{
	uint64_t held = 0;

	for (size_t i = r->at; !replay_ended(r) && i < r->config.tape->n; i++) {
		const struct tape_entry *e = &r->config.tape->entries[i];

		held += replay_is_ours(r, e) &&
			(is_data(e) || e->kind == TAPE_FRAME);
	}
	return held;
}
