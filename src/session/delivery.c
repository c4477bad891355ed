#include "session/delivery.h"

#include "session/away.h"
#include "session/repl.h"
#include "session/session.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

/* Less than this is better copied, to be written together. */
enum { DIRECT_MIN = 32 * 1024, SPLICE_MIN = 64 * 1024 };

void delivery_break(struct session *s, int error)
{
	s->output_broken = true;
	s->cut = 0;
	buf_clear(&s->text);
	printer_wrote(&s->printer);
	if (error == EPIPE)
		s->signal = SIGPIPE;
	else
		session_fail(s, ERR_OUTPUT, "writing standard output: %s",
			strerror(error));
	session_close_all(s, ASKED_ABORT, WS_CLOSE_GOING_AWAY, NULL);
}

bool delivery_write(struct session *s)
{
	size_t ready = s->cut ? s->cut : printer_ready(&s->printer);
	size_t before = buf_len(&s->text), wrote;

	if (ready == 0 || s->output_broken || s->output.waiting || away(s))
		return false;
	repl_hide(s);
	errno = 0;
	if (!output_write(&s->output, &s->text, ready)) {
		delivery_break(s, errno);
		return true;
	}
	wrote = before - buf_len(&s->text);
	printer_wrote(&s->printer);
	if (s->cut)
		s->cut -= wrote;
	else if (s->repl && wrote < ready)
		s->cut = printer_rest(&s->printer);
	repl_show(s);
	if (wrote > 0)
		s->link->quiet_since_ns = s->now_ns;
	return wrote > 0;
}

size_t delivery_direct(struct session *s, const uint8_t *data, size_t len)
{
	struct buf piece;

	if (len < DIRECT_MIN || s->whole || s->output.waiting ||
		buf_len(&s->text) > 0 || !printer_adds_nothing(&s->printer))
		return 0;
	buf_init(&piece, (uint8_t *)data, len);
	piece.end = len;
	errno = 0;
	if (!output_write(&s->output, &piece, len)) {
		delivery_break(s, errno);
		return 0;
	}
	s->link->quiet_since_ns = s->now_ns;
	return piece.start;
}

bool delivery_wants_splice(const struct session *s)
{
	return s->output.pipe && !s->output_broken && !s->torn &&
	       !s->config->echo && !s->link->unsplicable &&
	       !s->link->have_event && !s->link->trace &&
	       buf_len(&s->link->in) == 0 && !s->whole &&
	       s->link->asked < ASKED_ENOUGH &&
	       printer_adds_nothing(&s->printer) &&
	       ws_conn_unseen(&s->link->conn) >= SPLICE_MIN;
}

bool delivery_splice(struct session *s)
{
	size_t n = 0;

	if (!delivery_wants_splice(s) || buf_len(&s->text) > 0)
		return false;
	switch (transport_splice(s->link->net, s->output.fd,
		(size_t)ws_conn_unseen(&s->link->conn), &n)) {
	case IO_OK:
		ws_conn_pass(&s->link->conn, n);
		s->bytes_in += n;
		s->link->bytes_in += n;
		s->link->stats.in.wire += n;
		s->link->quiet_since_ns = s->now_ns;
		s->link->spliced = s->link->in_part = true;
		break;
	case IO_WANT_WRITE:
		s->pipe_full = s->output.waiting = true;
		break;
	case IO_WANT_READ:
		break;
	case IO_EOF:
	case IO_ERROR:
		/* The usual way finds out which, and says it. */
		s->link->unsplicable = true;
		return false;
	}
	return true;
}
