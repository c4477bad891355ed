#define _GNU_SOURCE /* MAP_ANONYMOUS */
#include "session/input.h"
#include "unit/guard.h"
#include "unit/wire.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * input_restart() against a model: records of any length come through a pipe
 * in pieces of any size, a network takes what it likes of what is sent, and
 * breaks whenever it likes. What its other end got of one connection after
 * another is compared with what was to come.
 */
enum {
	RECORDS = 12,
	SENDS = 3,
	BREAKS = 12,
	SMALL_LINE = 64,
	BIG_LINE = 40000, /* more than what goes out at once */
	OUT = 17500,      /* hardly more than a message needs to begin */
	STREAM = 4 << 20,
	PIPE = 16384, /* as much as any takes */
};

struct record {
	enum { MESSAGE, PING, NOTHING } kind;
	size_t at, len; /* of its payload in `text` */
	size_t size;    /* on the stream, with what marks its edges */
	bool lost, seen;
};

/* --- the input --- */

static uint64_t seed;
static uint8_t stream[STREAM], text[STREAM];
static size_t stream_len, text_len;
static struct record records[RECORDS];
static size_t n_records;

static size_t draw(size_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (size_t)((seed >> 11) % n);
}

static void put(const void *data, size_t n)
{
	memcpy(stream + stream_len, data, n);
	stream_len += n;
}

static void put_string(const char *s)
{
	put(s, strlen(s));
}

/* Letters, some of them of more than a byte. */
static void draw_text(struct record *r, size_t len)
{
	static const char *const letters[] = { "a", "b", "\xc3\xa9",
		"\xe2\x82\xac", "\xf0\x9f\x90\x9d" };

	r->at = text_len;
	while (text_len - r->at < len) {
		const char *letter = letters[draw(5)];

		memcpy(text + text_len, letter, strlen(letter));
		text_len += strlen(letter);
	}
	r->len = text_len - r->at;
}

static void put_payload(const struct record *r)
{
	put(text + r->at, r->len);
}

static void put_json(struct record *r, size_t number)
{
	char ping[64];

	r->kind = draw(3) ? MESSAGE : draw(2) ? PING : NOTHING;
	switch (r->kind) {
	case MESSAGE:
		put_string("{\"type\":\"text\",\"data\":\"");
		put_payload(r);
		put_string("\"}\n");
		break;
	case PING:
		sprintf(ping, "{\"type\":\"ping\",\"data\":\"%zu\"}\n", number);
		put_string(ping);
		break;
	case NOTHING:
		put_string(draw(2) ? "\n" : "{\"type\":\"open\"}\r\n");
		break;
	}
}

static void put_record(
	enum record_format format, struct record *r, size_t number)
{
	const uint8_t length[] = { (uint8_t)(r->len >> 24),
		(uint8_t)(r->len >> 16), (uint8_t)(r->len >> 8),
		(uint8_t)r->len };

	switch (format) {
	case RECORD_LINES:
		put_payload(r);
		put_string(draw(2) ? "\n" : "\r\n");
		break;
	case RECORD_NUL:
		put_payload(r);
		put("", 1);
		break;
	case RECORD_LENGTH:
		put(length, sizeof(length));
		put_payload(r);
		break;
	case RECORD_RAW:
	case RECORD_WHOLE:
		put_payload(r);
		break;
	case RECORD_JSONL:
		put_json(r, number);
		break;
	}
}

static void draw_stream(enum record_format format, size_t cap)
{
	stream_len = text_len = 0;
	n_records = format == RECORD_WHOLE ? 1 : draw(RECORDS + 1);
	for (size_t i = 0; i < n_records; i++) {
		struct record *r = &records[i];
		size_t before = stream_len;

		*r = (struct record){ .kind = MESSAGE };
		draw_text(r, draw(3) ? draw(cap / 3) : draw(3 * cap));
		put_record(format, r, i);
		/* Of all of a stream the end is to be seen, too. */
		r->size = stream_len - before + (format == RECORD_WHOLE);
	}
	/* The last line's end may lack. */
	if (n_records && format == RECORD_LINES && draw(2) &&
		records[n_records - 1].len > 0) {
		stream_len -= stream[stream_len - 2] == '\r' ? 2 : 1;
	}
}

/* --- the other end --- */

static struct peer {
	uint8_t wire[STREAM]; /* of this connection */
	size_t wire_len;
	uint8_t message[STREAM];
	size_t len;
	bool inside;
	size_t sends; /* whole ones of -x on this connection */
	size_t next;  /* record that must come next */
	size_t raw;   /* bytes of the stream that came, for `raw` */
} peer;

static struct sends sends;
static enum record_format format;

/* The next record that makes a message; n_records where there is none. */
static size_t next_record(void)
{
	while (peer.next < n_records &&
		(records[peer.next].kind != MESSAGE || records[peer.next].lost))
		peer.next++;
	return peer.next;
}

/* Whether what the peer has of a message is what should come, all of it or
 * the beginning. */
static void check_message(bool all)
{
	const uint8_t *want = stream + peer.raw;
	size_t len = all ? peer.len : stream_len - peer.raw;

	if (peer.sends < sends.n) {
		want = (const uint8_t *)sends.v[peer.sends].value;
		len = strlen((const char *)want);
	} else if (format != RECORD_RAW) {
		cr_assert_lt(next_record(), n_records, "one too many");
		want = text + records[peer.next].at;
		len = records[peer.next].len;
	}
	cr_assert(all ? peer.len == len : peer.len <= len, "%s: %zu, not %zu",
		record_format_name(format), peer.len, len);
	cr_assert_eq(memcmp(want, peer.message, peer.len), 0, "%s, record %zu",
		record_format_name(format), peer.next + 1);
}

static void take_message(void)
{
	check_message(true);
	if (peer.sends < sends.n)
		peer.sends++;
	else if (format == RECORD_RAW)
		peer.raw += peer.len;
	else
		peer.next++;
	peer.len = 0;
}

static void take_frame(const struct ws_frame *f)
{
	uint8_t *payload = peer.message + peer.len;

	if (f->opcode == WS_PING) {
		payload[f->len] = 0;
		records[atoi((char *)payload)].seen = true;
		return;
	}
	if (ws_opcode_is_control(f->opcode))
		return;
	cr_assert_eq(f->opcode == WS_CONTINUATION, peer.inside);
	peer.len += (size_t)f->len;
	peer.inside = !f->fin;
	if (f->fin)
		take_message();
}

/* All that came on this connection. */
static void take_wire(void)
{
	size_t at = 0, n;
	struct ws_frame f;

	while ((n = wire_frame(peer.wire + at, peer.wire_len - at, &f,
			peer.message + peer.len)) > 0) {
		take_frame(&f);
		at += n;
	}
}

/* --- this end --- */

static uint8_t out_memory[OUT], file_memory[64];
static struct buf line, file, out;
static struct ws_conn conn;
static struct outgoing o;
static struct outlet to;
static struct input in;
static int fds[2];
static size_t written, in_pipe;
static bool again;

static void connect_again(void)
{
	buf_clear(&out);
	ws_conn_init(&conn, WS_CLIENT, NULL);
	outgoing_init(&o, &conn, &out, &(struct outgoing_config){ 0 });
	outlet_init_only(&to, &o);
	peer.wire_len = peer.len = peer.sends = 0;
	peer.inside = false;
}

static void write_pipe(size_t cap)
{
	size_t left = stream_len - written, n = 1 + draw(2 * cap);

	n = n < left ? n : left;
	n = n < PIPE - in_pipe ? n : PIPE - in_pipe;
	if (n > 0)
		cr_assert_eq(write(fds[1], stream + written, n), (ssize_t)n);
	written += n;
	in_pipe += n;
	if (written == stream_len && fds[1] >= 0) {
		close(fds[1]);
		fds[1] = -1;
	}
}

static void read_pipe(void)
{
	uint64_t before = in.taken;
	int fd = input_fd(&in, &to);

	cr_assert(fd < 0 || !in.config.keep || buf_len(&out) == 0);
	if (fd < 0 || (in_pipe == 0 && fds[1] >= 0))
		return;
	input_read(&in);
	in_pipe -= (size_t)(in.taken - before);
}

static void network(void)
{
	size_t n = buf_len(&out);

	if (draw(3) == 0)
		n = draw(n + 1);
	memcpy(peer.wire + peer.wire_len, buf_head(&out), n);
	peer.wire_len += n;
	outgoing_wrote(&o, n);
}

/* Everything is the next connection's again but what came whole: a record
 * that is cut must have been too long. */
static void break_keeping(void)
{
	uint64_t cut;

	take_wire();
	cut = input_restart(&in, true, outgoing_unsent(&o));
	if (cut == 0)
		return;
	cr_assert_lt(next_record(), n_records);
	cr_assert_eq(cut, peer.next + 1);
	cr_assert_gt(records[peer.next].size, line.cap, "it was kept whole");
	cr_assert_neq(format, RECORD_JSONL);
	records[peer.next].lost = true;
}

/* What was begun is this connection's, whether it came or not. */
static void break_dropping(void)
{
	uint64_t cut;
	size_t begun = 0;

	memcpy(peer.wire + peer.wire_len, buf_head(&out), buf_len(&out));
	peer.wire_len += buf_len(&out);
	take_wire();
	if (peer.inside)
		check_message(false);
	if (peer.inside && peer.sends == sends.n) {
		begun = next_record() + 1;
		records[begun - 1].lost = true;
	}
	cut = input_restart(&in, false, 0);
	cr_assert_eq(cut, begun, "%s", record_format_name(format));
}

static void step(size_t cap)
{
	switch (draw(8)) {
	case 0:
		write_pipe(cap);
		break;
	case 1:
	case 2:
		read_pipe();
		break;
	case 3:
	case 4:
		input_pump(&in, &to);
		break;
	case 5:
	case 6:
		network();
		break;
	case 7:
		input_heard(&in);
		if (buf_room(&out) > 1000)
			outgoing_control(&o, WS_PONG, "pong", 4);
		break;
	}
}

static void begin(size_t cap, size_t n_sends, uint64_t lockstep)
{
	static uint8_t zeros[BIG_LINE];
	struct input_config config = {
		.sends = &sends,
		.format = format,
		.keep = again,
		.lockstep = lockstep,
		.sender = SENDER_INPUT,
	};

	draw_stream(format, cap);
	cr_assert_eq(pipe(fds), 0);
	config.fd = fds[0];
	sends.n = n_sends;
	written = in_pipe = 0;
	buf_init(&line, guard_copy(zeros, cap), cap);
	buf_init(&file, file_memory, sizeof(file_memory));
	buf_init(&out, out_memory, sizeof(out_memory));
	peer.next = peer.raw = 0;
	outlet_init_only(&to, &o);
	input_init(&in, &config, &line, &file);
	connect_again();
}

/* Nothing is missing but what was cut. */
static void check_end(void)
{
	take_wire();
	cr_assert_eq(in.err.kind, ERR_NONE, "%s", in.err.line);
	cr_assert_eq(input_held(&in), 0);
	cr_assert_not(peer.inside);
	cr_assert_eq(peer.sends, sends.n);
	if (format == RECORD_RAW)
		cr_assert_eq(peer.raw, stream_len);
	else
		cr_assert_eq(next_record(), n_records, "record %zu is missing",
			peer.next + 1);
	for (size_t i = 0; again && i < n_records; i++)
		cr_assert(records[i].kind != PING || records[i].seen);
}

static void run(size_t cap, size_t n_sends, uint64_t lockstep)
{
	unsigned breaks = 0, eager = 4 + (unsigned)draw(60);

	begin(cap, n_sends, lockstep);
	while (!input_ended(&in) || buf_len(&out) > 0) {
		if (breaks < BREAKS && draw(eager) == 0) {
			breaks++;
			if (again)
				break_keeping();
			else
				break_dropping();
			connect_again();
		}
		step(cap);
	}
	check_end();
	input_release(&in);
	close(fds[0]);
	if (fds[1] >= 0)
		close(fds[1]);
}

static void rounds(unsigned n, size_t cap)
{
	for (size_t i = 0; i < SENDS; i++)
		sends_add(&sends, false, i % 2 ? "" : "first of all");
	for (unsigned k = 0; k < n; k++) {
		format = (enum record_format)(k % 6);
		/* Nobody knows how much of `raw` is one record. */
		if (format == RECORD_RAW && !again && cap > OUT)
			continue;
		seed = (k + 1) * UINT64_C(0x9e3779b97f4a7c15);
		run(cap, draw(2) ? draw(SENDS + 1) : 0,
			draw(2) ? 0 : 1 + draw(2));
	}
	sends.n = SENDS;
	sends_release(&sends);
}

/* With --reconnect each record arrives once and in its place, whenever the
 * connection broke; but one that is longer than the buffer may be cut. */
Test(restart, nothing_is_lost_or_doubled)
{
	again = true;
	rounds(2400, SMALL_LINE);
}

Test(restart, nothing_is_lost_or_doubled_of_long_records)
{
	again = true;
	rounds(60, BIG_LINE);
}

/* A listener's next client gets what was not begun. */
Test(restart, the_next_client_s_records_were_not_begun)
{
	again = false;
	rounds(2400, SMALL_LINE);
}

Test(restart, the_next_client_s_long_records_were_not_begun)
{
	again = false;
	rounds(60, BIG_LINE);
}
