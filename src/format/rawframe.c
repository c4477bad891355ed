#include "format/rawframe.h"

#include "ws/mask.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void rawframe_init(struct rawframe *f, bool raw)
{
	*f = (struct rawframe){
		.raw = raw,
		.fin = true,
		.opcode = WS_TEXT,
		.lenbits = 7,
	};
}

void rawframe_release(struct rawframe *f)
{
	free(f->bytes);
	free(f->reason);
	*f = (struct rawframe){ 0 };
}

/* --- on the wire --- */

static bool is_masked(const struct rawframe *f, enum ws_role role)
{
	switch (f->mask) {
	case RAWFRAME_MASK_ROLE:
		return role == WS_CLIENT;
	case RAWFRAME_MASK_NONE:
		return false;
	case RAWFRAME_MASK_RANDOM:
	case RAWFRAME_MASK_KEY:
	case RAWFRAME_MASK_WRONG:
		break;
	}
	return true;
}

static size_t header_size(const struct rawframe *f, enum ws_role role)
{
	if (f->raw)
		return 0;
	return 2u +
	       (f->lenbits == 64          ? 8
		       : f->lenbits == 16 ? 2
					  : 0) +
	       (is_masked(f, role) ? 4 : 0);
}

/* Any form of the length, which ws_frame_write() would not write. */
static void write_header(
	uint8_t p[WS_HEADER_MAX], const struct rawframe *f, const uint8_t *key)
{
	uint8_t form = (uint8_t)f->len;
	size_t at = 2;

	if (f->lenbits == 64) {
		form = 127;
		store64(p + at, f->len);
		at += 8;
	} else if (f->lenbits == 16) {
		form = 126;
		store16(p + at, (uint16_t)f->len);
		at += 2;
	}
	p[0] = (uint8_t)((f->fin ? 0x80 : 0) | f->rsv << 4 | f->opcode);
	p[1] = (uint8_t)((key ? 0x80 : 0) | form);
	if (key)
		memcpy(p + at, key, 4);
}

uint64_t rawframe_size(const struct rawframe *f, enum ws_role role)
{
	return header_size(f, role) + f->size;
}

/* n > 0 bytes of the payload from offset `at` on, in the clear. */
static void write_payload(
	const struct rawframe *f, uint64_t at, uint8_t *to, size_t n)
{
	size_t turn = (size_t)(at % f->nbytes), rest = f->nbytes - turn;
	size_t done = n < rest ? n : rest;

	memcpy(to, f->bytes + turn, done);
	if (done < n) {
		size_t more = n - done < turn ? n - done : turn;

		memcpy(to + done, f->bytes, more);
		done += more;
	}
	/* What is there now is whole turns of the pattern. */
	while (done < n) {
		size_t more = n - done < done ? n - done : done;

		memcpy(to + done, to, more);
		done += more;
	}
}

size_t rawframe_read(const struct rawframe *f, enum ws_role role,
	const uint8_t key[4], uint64_t at, uint8_t *to, size_t n)
{
	const uint8_t *said = f->mask == RAWFRAME_MASK_KEY ? f->key : key;
	bool masked = !f->raw && is_masked(f, role);
	size_t header = header_size(f, role), done = 0;
	uint64_t size = rawframe_size(f, role);

	if (at >= size)
		return 0;
	n = size - at < n ? (size_t)(size - at) : n;
	if (at < header) {
		uint8_t p[WS_HEADER_MAX];
		size_t rest = header - (size_t)at;

		write_header(p, f, masked ? said : NULL);
		done = n < rest ? n : rest;
		memcpy(to, p + at, done);
	}
	if (done < n) {
		uint8_t used[4];
		uint64_t from = at + done - header;

		write_payload(f, from, to + done, n - done);
		memcpy(used, said, sizeof(used));
		if (f->mask == RAWFRAME_MASK_WRONG)
			for (size_t i = 0; i < sizeof(used); i++)
				used[i] ^= 0xff;
		if (masked)
			ws_mask(to + done, to + done, n - done, used, from);
	}
	return n;
}

uint64_t rawframe_next_cut(const struct rawframe *f, uint64_t at)
{
	for (size_t i = 0; i < f->ncuts; i++)
		if (f->cuts[i] > at)
			return f->cuts[i];
	return UINT64_MAX;
}

/* --- what it does to a connection --- */

/* Clauses, each of which is there whole or not at all. */
struct doubts {
	char *out;
	size_t len;
};

__attribute__((format(printf, 2, 3))) static void doubt(
	struct doubts *d, const char *format, ...)
{
	const char *between = d->len > 0 ? "; " : "";
	size_t at = d->len + strlen(between);
	va_list args;
	int n;

	if (at >= RAWFRAME_DOUBTS)
		return;
	va_start(args, format);
	n = vsnprintf(d->out + at, RAWFRAME_DOUBTS - at, format, args);
	va_end(args);
	if (n >= 0 && (size_t)n < RAWFRAME_DOUBTS - at) {
		memcpy(d->out + d->len, between, strlen(between));
		d->len = at + (size_t)n;
	}
	d->out[d->len] = '\0';
}

static bool is_shortest(const struct rawframe *f)
{
	return f->lenbits == 7 || (f->lenbits == 16 && f->len > 125) ||
	       (f->lenbits == 64 && f->len > UINT16_MAX);
}

static void doubt_length(const struct rawframe *f, struct doubts *d)
{
	unsigned long long len = f->len, size = f->size;

	if (f->len >> 63)
		doubt(d, "its length has the top bit set (RFC 6455 5.2)");
	else if (!is_shortest(f))
		doubt(d, "its length is not in the shortest form (RFC 6455 "
			 "5.2)");
	if (len > size)
		doubt(d,
			"the length says %llu, %llu byte%s: the other end "
			"takes the next %llu sent for its payload",
			len, size, size == 1 ? " follows" : "s follow",
			len - size);
	if (len < size)
		doubt(d,
			"the length says %llu, %llu byte%s: the other end "
			"takes the last %llu for a frame of %s own",
			len, size, size == 1 ? " follows" : "s follow",
			size - len, size - len == 1 ? "its" : "their");
}

static void doubt_mask(
	const struct rawframe *f, enum ws_role role, struct doubts *d)
{
	bool masked = is_masked(f, role);

	if (role == WS_CLIENT && !masked)
		doubt(d, "it has no mask: a server must fail the connection "
			 "(RFC 6455 5.1)");
	if (role == WS_SERVER && masked)
		doubt(d, "it has a mask: a client must fail the connection "
			 "(RFC 6455 5.1)");
	if (f->mask == RAWFRAME_MASK_WRONG && f->size > 0)
		doubt(d, "its payload is masked with another key than it says: "
			 "the other end reads other bytes");
}

static void doubt_rsv(
	const struct rawframe *f, const struct ws_conn *conn, struct doubts *d)
{
	bool begins = f->opcode == WS_TEXT || f->opcode == WS_BINARY;

	if (f->rsv & 3)
		doubt(d,
			"%s set, which no extension was agreed on for (RFC "
			"6455 5.2)",
			(f->rsv & 3) == 3 ? "RSV2 and RSV3 are"
			: f->rsv & 2      ? "RSV2 is"
					  : "RSV3 is");
	if (!(f->rsv & 4))
		return;
	if (!conn->deflate)
		doubt(d, "RSV1 is set without permessage-deflate (RFC 6455 "
			 "5.2)");
	else if (!begins)
		doubt(d, "RSV1 is set where no message begins (RFC 7692 6)");
	else
		doubt(d,
			"RSV1 is set: the other end inflates a payload that "
			"was not compressed here%s",
			conn->deflate->deflate_resets
				? ""
				: ", and may inflate later messages wrongly");
}

static void doubt_opcode(
	const struct rawframe *f, const struct ws_conn *conn, struct doubts *d)
{
	switch (f->opcode) {
	case WS_CONTINUATION:
		if (!conn->sending)
			doubt(d, "there is no message for it to continue (RFC "
				 "6455 5.4)");
		break;
	case WS_TEXT:
	case WS_BINARY:
		if (conn->sending)
			doubt(d, "it is a new message inside an unfinished one "
				 "(RFC 6455 5.4)");
		break;
	case WS_CLOSE:
	case WS_PING:
	case WS_PONG:
		if (!f->fin)
			doubt(d, "it is a fragmented control frame (RFC 6455 "
				 "5.5)");
		if (f->len > WS_CONTROL_MAX)
			doubt(d,
				"it is a control frame of more than %d bytes "
				"(RFC 6455 5.5)",
				WS_CONTROL_MAX);
		break;
	default:
		doubt(d, "opcode %u is reserved (RFC 6455 5.2)", f->opcode);
		break;
	}
}

static bool is_text(const uint8_t *p, size_t n, bool ends)
{
	struct utf8 utf8 = UTF8_START;

	return utf8_check(&utf8, p, n) && (!ends || utf8_complete(&utf8));
}

/* Whether the payload is text, without a look at each turn of its pattern: no
 * turn can begin inside a character, as the first one does not. */
static bool payload_is_text(const struct rawframe *f)
{
	size_t n = f->size < f->nbytes ? (size_t)f->size : f->nbytes;
	size_t rest = n > 0 ? (size_t)(f->size % n) : 0;

	return n == 0 || (is_text(f->bytes, n, f->fin || f->size > n) &&
				 is_text(f->bytes, rest, f->fin));
}

/* What is wrong with a close frame's payload: NULL for nothing. */
static const char *close_fault(const struct rawframe *f)
{
	uint8_t p[WS_CONTROL_MAX];
	size_t n = (size_t)f->size;

	if (f->size == 0 || f->size > sizeof(p))
		return NULL;
	if (f->size == 1)
		return "it is a close frame of one byte (RFC 6455 5.5.1)";
	write_payload(f, 0, p, n);
	if (!ws_close_may_send(load16(p)))
		return "its close code may not be sent (RFC 6455 7.4)";
	if (!is_text(p + 2, n - 2, true))
		return "its close reason is not UTF-8 (RFC 6455 5.5.1)";
	return NULL;
}

/* Whether the other end reads the payload that is meant. */
static bool is_legible(const struct rawframe *f)
{
	return f->len == f->size && f->mask != RAWFRAME_MASK_WRONG;
}

static void doubt_payload(
	const struct rawframe *f, const struct ws_conn *conn, struct doubts *d)
{
	bool inflated = f->rsv & 4 && conn->deflate;
	const char *fault;

	if (!is_legible(f) || inflated)
		return;
	if (f->opcode == WS_TEXT && !payload_is_text(f))
		doubt(d, "its text is not UTF-8 (RFC 6455 8.1)");
	fault = f->opcode == WS_CLOSE ? close_fault(f) : NULL;
	if (fault)
		doubt(d, "%s", fault);
}

/* Whether a frame is our close, as it should be. */
static bool closes(const struct rawframe *f, enum ws_role role)
{
	return !f->raw && f->opcode == WS_CLOSE && f->fin && f->rsv == 0 &&
	       f->lenbits == 7 && is_legible(f) &&
	       is_masked(f, role) == (role == WS_CLIENT) && !close_fault(f);
}

/* What comes of a frame, be it right or not. */
static void doubt_sequel(const struct rawframe *f, enum ws_role role,
	const struct ws_conn *conn, struct doubts *d)
{
	bool goes_on = f->opcode == WS_CONTINUATION && conn->sending;

	if (!f->fin &&
		(goes_on || f->opcode == WS_TEXT || f->opcode == WS_BINARY))
		doubt(d, "the message is unfinished: what is sent next as a "
			 "message is a new one inside it");
	if (f->opcode != WS_CLOSE || conn->close_sent)
		return;
	if (closes(f, role))
		doubt(d, "it is our close: no message and no answer of ours "
			 "follows it");
	else
		doubt(d, "it does not count as our close: another follows");
}

void rawframe_doubts(const struct rawframe *f, enum ws_role role,
	const struct ws_conn *conn, char out[RAWFRAME_DOUBTS])
{
	struct doubts d = { .out = out };
	uint64_t size = rawframe_size(f, role);

	out[0] = '\0';
	if (conn->close_sent)
		doubt(&d, "our close was sent before it: nothing may follow "
			  "that (RFC 6455 5.5.1)");
	if (f->raw) {
		doubt(&d, "these bytes have no header of ours: where the other "
			  "end sees the next frame begin is unknown");
	} else {
		doubt_length(f, &d);
		doubt_mask(f, role, &d);
		doubt_rsv(f, conn, &d);
		doubt_opcode(f, conn, &d);
		doubt_payload(f, conn, &d);
		doubt_sequel(f, role, conn, &d);
	}
	if (f->ncuts > 0 && f->cuts[f->ncuts - 1] > size)
		doubt(&d, "cut=%llu is behind its end, it has %llu byte%s",
			(unsigned long long)f->cuts[f->ncuts - 1],
			(unsigned long long)size, size == 1 ? "" : "s");
}

void rawframe_apply(
	const struct rawframe *f, enum ws_role role, struct ws_conn *conn)
{
	if (f->raw)
		return;
	if (f->opcode == WS_TEXT || f->opcode == WS_BINARY)
		conn->sending = !f->fin;
	else if (f->opcode == WS_CONTINUATION && f->fin)
		conn->sending = false;
	if (closes(f, role)) {
		conn->owes_pong = conn->owes_close = false;
		conn->close_sent = true;
	}
}
