#include "session/network.h"

#include "session/delivery.h"
#include "session/misbehave.h"
#include "session/session.h"

#include <stdio.h>

enum {
	/* Bytes that are gathered for one write where they come in fast. */
	BATCH = 128 * 1024,
	/* What is read where a payload that is not to be read follows. */
	HEAD_ONLY = 4096,
	/* The payload of a full record of TLS. */
	RECORD = 16384,
};

/* --- writing --- */

/* The end has its time from the latest byte. */
static void note_end(struct session *s)
{
	s->link->quiet_since_ns = s->now_ns;
	if (buf_len(&s->link->out) == 0)
		s->link->untaken = transport_unacknowledged(s->link->net);
}

static void note_blocked(struct session *s)
{
	s->link->write_blocked = true;
	if (s->link->blocked_since_ns == 0)
		s->link->blocked_since_ns = s->now_ns;
}

bool network_write(struct session *s)
{
	bool moved = false;

	while (buf_len(&s->link->out) > 0 && !s->link->net_broken &&
		!s->link->write_blocked) {
		struct err err;
		size_t len = misbehave_share(s, buf_len(&s->link->out)), n = 0;

		if (len == 0)
			break;
		switch (transport_write(
			s->link->net, buf_head(&s->link->out), len, &n, &err)) {
		case IO_OK:
			if (s->link->trace)
				tracing_bytes(
					s, true, buf_head(&s->link->out), n);
			outgoing_wrote(&s->link->outgoing, n);
			s->link->stats.out.wire += n;
			s->link->blocked_since_ns = 0;
			if (s->link->asked == ASKED_END)
				note_end(s);
			moved = true;
			break;
		case IO_WANT_READ:
			s->link->write_wants_read = true;
			note_blocked(s);
			break;
		case IO_WANT_WRITE:
			note_blocked(s);
			break;
		case IO_EOF:
		case IO_ERROR:
			/* What the peer said last may still be read. */
			s->link->net_broken = true;
			break;
		}
	}
	return moved;
}

/* --- reading --- */

bool network_wanted(const struct session *s)
{
	return s->link->net && !s->link->net_eof && !s->link->have_event &&
	       !s->pipe_full && buf_room(&s->link->in) > 0 &&
	       buf_room(&s->text) >= PRINTER_RESERVE;
}

static void lose_network(struct session *s, const struct err *err)
{
	s->link->net_broken = s->link->net_eof = true;
	snprintf(s->link->lost_why, sizeof(s->link->lost_why), "%.*s",
		(int)sizeof(s->link->lost_why) - 1, err->line);
}

/* Reads once; gives back what came of it. */
static enum io_status read_once(struct session *s, size_t room)
{
	size_t n = 0;
	struct err err = { 0 };
	enum io_status status = transport_read(
		s->link->net, buf_reserve(&s->link->in, room), room, &n, &err);

	switch (status) {
	case IO_OK:
		buf_commit(&s->link->in, n);
		if (s->link->trace)
			tracing_bytes(s, false,
				s->link->in.mem + s->link->in.end - n, n);
		s->link->stats.in.wire += n;
		s->link->more_waits = n == room;
		break;
	case IO_WANT_READ:
		break;
	case IO_WANT_WRITE:
		s->link->read_wants_write = true;
		break;
	case IO_ERROR:
		lose_network(s, &err);
		break;
	case IO_EOF:
		s->link->net_eof = true;
		break;
	}
	return status;
}

bool network_read(struct session *s)
{
	size_t room = buf_room(&s->link->in);

	if (delivery_splice(s))
		return true;
	/* The next large payload's header will do. */
	if (s->link->spliced && room > HEAD_ONLY)
		room = HEAD_ONLY;
	s->link->spliced = s->link->read_wants_write = s->link->more_waits =
		false;
	switch (read_once(s, room)) {
	case IO_OK:
		break;
	case IO_EOF:
	case IO_ERROR:
		return true;
	case IO_WANT_READ:
	case IO_WANT_WRITE:
		/* A record of TLS may come a byte at a time. */
		return s->link->net->secure != NULL;
	}
	/* A pong cannot overtake the frame that it is behind. */
	if (s->link->conn.in_frame)
		keepalive_excuse(&s->link->keepalive, s->now_ns);
	/* As many records of TLS as are there are taken together. */
	while (transport_pending(s->link->net) > 0 &&
		buf_room(&s->link->in) >= RECORD &&
		read_once(s, buf_room(&s->link->in)) == IO_OK)
		;
	return true;
}

bool network_reads_on(const struct session *s)
{
	return network_wanted(s) && buf_len(&s->text) < BATCH &&
	       !delivery_wants_splice(s) &&
	       (s->link->more_waits || transport_pending(s->link->net) > 0);
}
