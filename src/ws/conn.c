#include "ws/conn.h"

#include "base/bytes.h"
#include "ws/mask.h"

#include <assert.h>
#include <string.h>

void ws_conn_init(
	struct ws_conn *c, enum ws_role role, struct ws_deflate *deflate)
{
	*c = (struct ws_conn){ .role = role, .deflate = deflate };
}

static void owe_close(
	struct ws_conn *c, uint16_t code, const void *reason, size_t len)
{
	if (c->owes_close || c->close_sent)
		return;
	c->owes_close = true;
	c->close_len = 0;
	if (code == WS_CLOSE_NO_CODE)
		return;
	store16(c->close, code);
	if (len)
		memcpy(c->close + 2, reason, len);
	c->close_len = (uint8_t)(2 + len);
}

/* The peer broke a rule: why is both for our user and, cut before its
 * section, for the peer. */
static void fail(
	struct ws_conn *c, struct ws_event *ev, uint16_t code, const char *why)
{
	const char *section = strstr(why, " (RFC");
	size_t len = section ? (size_t)(section - why) : strlen(why);

	assert(len <= WS_CONTROL_MAX - 2);
	c->failed = c->deaf = true;
	c->owes_pong = false;
	owe_close(c, code, why, len);
	*ev = (struct ws_event){
		.type = WS_EVENT_FAIL, .code = code, .why = why
	};
}

enum { OPCODE = 0xf }; /* of a header's first byte */

/* What is wrong with a header, whatever comes behind it: NULL for nothing. */
static const char *header_fault(
	const struct ws_conn *c, const struct ws_frame *f)
{
	if (f->rsv & 4 && !c->deflate)
		return "RSV1 is set, but no extension was agreed on "
		       "(RFC 6455 5.2)";
	if (f->rsv & 4 && f->opcode != WS_TEXT && f->opcode != WS_BINARY)
		return "RSV1 is set where no message begins (RFC 7692 6)";
	if (f->rsv & 3)
		return "a reserved bit is set, but no extension was agreed on "
		       "(RFC 6455 5.2)";
	switch (f->opcode) {
	case WS_CONTINUATION:
		if (!c->in_message)
			return "a continuation frame with nothing to continue "
			       "(RFC 6455 5.4)";
		break;
	case WS_TEXT:
	case WS_BINARY:
		if (c->in_message)
			return "a new message inside a fragmented one "
			       "(RFC 6455 5.4)";
		break;
	case WS_CLOSE:
	case WS_PING:
	case WS_PONG:
		if (!f->fin)
			return "a fragmented control frame (RFC 6455 5.5)";
		if (f->len > WS_CONTROL_MAX)
			return "a control frame of more than 125 bytes "
			       "(RFC 6455 5.5)";
		break;
	default:
		return "a reserved opcode (RFC 6455 5.2)";
	}
	if (c->role == WS_CLIENT && f->masked)
		return "a masked frame from a server (RFC 6455 5.1)";
	if (c->role == WS_SERVER && !f->masked)
		return "an unmasked frame from a client (RFC 6455 5.1)";
	return NULL;
}

static void take_close(struct ws_conn *c, struct ws_event *ev)
{
	struct utf8 utf8 = UTF8_START;

	c->deaf = true;
	ev->type = WS_EVENT_CLOSE;
	ev->code = WS_CLOSE_NO_CODE;
	if (ev->len == 1) {
		fail(c, ev, WS_CLOSE_PROTOCOL,
			"a close frame of one byte (RFC 6455 5.5.1)");
		return;
	}
	if (ev->len >= 2) {
		ev->code = load16(ev->data);
		ev->data += 2;
		ev->len -= 2;
		if (!ws_close_may_send(ev->code)) {
			fail(c, ev, WS_CLOSE_PROTOCOL,
				"a close code that may not be sent "
				"(RFC 6455 7.4)");
			return;
		}
		if (!utf8_check(&utf8, ev->data, ev->len) ||
			!utf8_complete(&utf8)) {
			fail(c, ev, WS_CLOSE_NOT_UTF8,
				"a close reason that is not UTF-8 "
				"(RFC 6455 5.5.1)");
			return;
		}
	}
	c->close_received = true;
	owe_close(c, ev->code, ev->data, ev->len);
}

/* A control frame, once it is all there. False: not yet. */
static bool take_control(struct ws_conn *c, struct buf *in, int header,
	struct ws_frame *f, struct ws_event *ev)
{
	size_t len = (size_t)f->len;
	uint8_t *p = buf_head(in) + header;

	if (buf_len(in) < (size_t)header + len)
		return false;
	buf_consume(in, (size_t)header + len);
	ws_tally_add(&c->in_frames[f->opcode], len);
	if (f->masked)
		ws_mask(p, p, len, f->key, 0);
	ev->data = p;
	ev->len = len;
	switch (f->opcode) {
	case WS_PING:
		ev->type = WS_EVENT_PING;
		c->owes_pong = !c->close_sent && !c->owes_close;
		c->pong_len = (uint8_t)len;
		memcpy(c->pong, p, len);
		break;
	case WS_PONG:
		ev->type = WS_EVENT_PONG;
		break;
	default:
		take_close(c, ev);
		if (ev->type != WS_EVENT_FAIL)
			break;
		if (f->masked)
			ws_mask(p, p, len, f->key, 0);
		ev->data = p - header;
		ev->len = (size_t)header + len;
		break;
	}
	return true;
}

static const char not_utf8[] =
	"a text message that is not UTF-8 (RFC 6455 8.1)";
static const char too_big[] =
	"a message longer than the limit (RFC 6455 7.4.1)";
static const char not_deflate[] =
	"a compressed message that is not DEFLATE (RFC 7692 7.2.2)";

static void begin_frame(struct ws_conn *c, const struct ws_frame *f)
{
	if (f->opcode != WS_CONTINUATION) {
		c->in_message = true;
		c->message_begun = false;
		c->message_len = 0;
		c->message_opcode = f->opcode == WS_TEXT ? WS_TEXT : WS_BINARY;
		c->inflating = f->rsv & 4;
		c->inflated = c->inflated || c->inflating;
		c->utf8 = UTF8_START;
	}
	ws_tally_add(&c->in_frames[f->opcode], f->len);
	c->frame = *f;
	c->frame_at = 0;
	c->in_frame = true;
}

/* A fault later in the stream is noted before an earlier one. */
static void doom(struct ws_conn *c, uint16_t code, const char *why)
{
	c->doom.code = code;
	c->doom.why = why;
}

/* How many of the len bytes of a message are good; the rest dooms it. What is
 * good is given out first, so that the events are the same however the bytes
 * were cut. */
static size_t check_data(
	struct ws_conn *c, const uint8_t *p, size_t len, bool last)
{
	struct utf8 before = c->utf8;

	if (c->max_message && len > c->max_message - c->message_len) {
		len = (size_t)(c->max_message - c->message_len);
		doom(c, WS_CLOSE_TOO_BIG, too_big);
		last = false;
	}
	if (c->message_opcode != WS_TEXT)
		return len;
	if (!utf8_check(&c->utf8, p, len)) {
		doom(c, WS_CLOSE_NOT_UTF8, not_utf8);
		return utf8_valid_prefix(&before, p, len);
	}
	if (last && !utf8_complete(&c->utf8))
		doom(c, WS_CLOSE_NOT_UTF8, not_utf8);
	return len;
}

/* Tells of a message's next bytes, or of what is wrong with them. False:
 * nothing to tell yet. */
static bool give(struct ws_conn *c, struct ws_event *ev, const uint8_t *p,
	size_t len, bool last)
{
	len = check_data(c, p, len, last);
	if (c->doom.why) {
		last = false;
		if (len == 0) {
			fail(c, ev, c->doom.code, c->doom.why);
			return true;
		}
	}
	if (len == 0 && !last)
		return false;
	*ev = (struct ws_event){
		.type = WS_EVENT_DATA,
		.opcode = c->message_opcode,
		.first = !c->message_begun,
		.last = last,
		.data = p,
		.len = len,
	};
	c->message_len += len;
	c->message_begun = true;
	c->in_message = !last;
	return true;
}

/* Takes n bytes of the frame's payload off `in`. */
static void take_bytes(struct ws_conn *c, struct buf *in, size_t n)
{
	buf_consume(in, n);
	c->frame_at += n;
	c->in_frame = c->frame_at < c->frame.len;
}

/* What is there of a data frame's payload: unmasked, up to the frame's end. */
static size_t payload(struct ws_conn *c, struct buf *in)
{
	uint64_t left = c->frame.len - c->frame_at;
	size_t len = left < buf_len(in) ? (size_t)left : buf_len(in);

	if (c->frame.masked)
		ws_mask(buf_head(in), buf_head(in), len, c->frame.key,
			c->frame_at);
	return len;
}

static bool take_plain(struct ws_conn *c, struct buf *in, struct ws_event *ev)
{
	uint8_t *p = buf_head(in);
	size_t len = payload(c, in);

	take_bytes(c, in, len);
	return give(c, ev, p, len, !c->in_frame && c->frame.fin);
}

/* The same through inflate, whose scratch may be full before the payload is
 * used up: what is left is masked again, to be met as it came. */
static bool take_deflated(
	struct ws_conn *c, struct buf *in, struct ws_event *ev)
{
	struct ws_deflate *d = c->deflate;
	size_t len = payload(c, in), taken;
	bool ends = c->frame.fin && c->frame_at + len == c->frame.len;
	bool good = ws_inflate(d, buf_head(in), len, ends, &taken);

	if (c->frame.masked)
		ws_mask(buf_head(in) + taken, buf_head(in) + taken, len - taken,
			c->frame.key, c->frame_at + taken);
	take_bytes(c, in, taken);
	/* Until all that was read has come out, the frame goes on. */
	if (d->more || (ends && !d->done))
		c->in_frame = true;
	if (!good)
		doom(c, WS_CLOSE_NOT_UTF8, not_deflate);
	return give(c, ev, d->scratch, d->have, good && d->done);
}

/* A limit that a frame's header already breaks needs no look at the rest. */
static bool too_long(const struct ws_conn *c)
{
	return c->max_message && !c->inflating &&
	       c->frame.len > c->max_message - c->message_len;
}

/* Goes on with a data frame. False: nothing to tell yet. */
static bool take_payload(struct ws_conn *c, struct buf *in, struct ws_event *ev)
{
	if (c->frame_at == 0 && too_long(c)) {
		fail(c, ev, WS_CLOSE_TOO_BIG, too_big);
		return true;
	}
	return c->inflating ? take_deflated(c, in, ev) : take_plain(c, in, ev);
}

/* Whether going on with the frame can lead anywhere. */
static bool has_more(const struct ws_conn *c, const struct buf *in)
{
	bool stored = c->inflating && c->deflate->in_message &&
		      (c->deflate->more || c->frame_at == c->frame.len);

	return buf_len(in) > 0 || stored;
}

/* Reads what is next in `in`: true where ev tells of it, false where more is
 * needed first. */
static bool take(struct ws_conn *c, struct buf *in, struct ws_event *ev)
{
	for (;;) {
		struct ws_frame f;
		const char *why;
		int header;

		if (c->in_frame) {
			if (!has_more(c, in))
				return false;
			if (take_payload(c, in, ev))
				return true;
			continue;
		}
		header = ws_frame_read(&f, buf_head(in), buf_len(in), &why);
		if (header == 0)
			return false;
		why = header < 0 ? why : header_fault(c, &f);
		if (why) {
			/* Nobody reads its payload. */
			ws_tally_add(
				&c->in_frames[buf_head(in)[0] & OPCODE], 0);
			fail(c, ev, WS_CLOSE_PROTOCOL, why);
			ev->data = buf_head(in);
			ev->len = buf_len(in);
			return true;
		}
		if (ws_opcode_is_control(f.opcode))
			return take_control(c, in, header, &f, ev);
		buf_consume(in, (size_t)header);
		begin_frame(c, &f);
		if ((f.len == 0 || too_long(c)) && take_payload(c, in, ev))
			return true;
	}
}

/* The common case: a message from a server in one short frame, all of which is
 * there and good. False for anything else, which take() goes through; nothing
 * has changed then. Small messages come by the million. */
static inline bool take_common(
	struct ws_conn *c, struct buf *in, struct ws_event *ev)
{
	const uint8_t *p = buf_head(in);
	size_t have = buf_len(in), header, len;
	bool text;

	if (c->in_frame || c->in_message || c->deaf || c->doom.why ||
		c->role != WS_CLIENT)
		return false;
	header = ws_frame_read_common(p, have, &text, &len);
	if (header == 0 || have - header < len ||
		(c->max_message && len > c->max_message) ||
		(text && !utf8_valid(p + header, len)))
		return false;
	ws_tally_add(&c->in_frames[text ? WS_TEXT : WS_BINARY], len);
	*ev = (struct ws_event){
		.type = WS_EVENT_DATA,
		.opcode = text ? WS_TEXT : WS_BINARY,
		.first = true,
		.last = true,
		.data = p + header,
		.len = len,
	};
	buf_consume(in, header + len);
	return true;
}

void ws_conn_next(struct ws_conn *c, struct buf *in, struct ws_event *ev)
{
	if (take_common(c, in, ev))
		return;
	*ev = (struct ws_event){ .type = WS_EVENT_NONE };
	if (c->doom.why && !c->deaf)
		fail(c, ev, c->doom.code, c->doom.why);
	else if (!c->deaf && take(c, in, ev) && !c->failed)
		return;
	if (c->deaf)
		buf_clear(in);
}

uint64_t ws_conn_unseen(const struct ws_conn *c)
{
	if (!c->in_frame || c->deaf || c->doom.why || c->inflating ||
		c->frame.masked || c->message_opcode != WS_BINARY ||
		too_long(c))
		return 0;
	return c->frame.len - c->frame_at - 1;
}

void ws_conn_pass(struct ws_conn *c, uint64_t n)
{
	assert(n <= ws_conn_unseen(c));
	c->frame_at += n;
	c->message_len += n;
	c->message_begun = c->message_begun || n > 0;
}

void ws_conn_close(struct ws_conn *c, uint16_t code, const char *reason)
{
	size_t len = reason ? strlen(reason) : 0;

	assert(code == WS_CLOSE_NO_CODE || ws_close_may_send(code));
	if (len > WS_CONTROL_MAX - 2) {
		len = WS_CONTROL_MAX - 2;
		while (len && ((uint8_t)reason[len] & 0xc0) == 0x80)
			len--;
	}
	owe_close(c, code, reason, len);
}
