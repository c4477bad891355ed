#include "session/outgoing.h"
#include "session/raw.h"

#include <criterion/criterion.h>
#include <string.h>

enum { OUT = 64 * 1024 };

static uint8_t memory[OUT];
static struct ws_conn conn;
static struct buf out;
static struct outgoing o;
static struct rawframe f;

static void begin(enum ws_role role)
{
	buf_init(&out, memory, sizeof(memory));
	ws_conn_init(&conn, role, NULL);
	outgoing_init(&o, &conn, &out, &(struct outgoing_config){ 0 });
}

static void word(bool raw, const char *line)
{
	char why[RAWFRAME_WHY];

	rawframe_release(&f);
	rawframe_init(&f, raw);
	cr_assert(rawframe_parse(&f, line, why), "%s", why);
}

/* Puts what fits, and compares all that is in out. */
static void expect(bool done, const void *bytes, size_t n)
{
	size_t at = 0;

	cr_assert_eq(raw_put(&o, &f, &at), done);
	cr_assert_eq(at, n);
	cr_assert_eq(buf_len(&out), n);
	cr_assert_eq(memcmp(buf_head(&out), bytes, n), 0);
	outgoing_wrote(&o, n);
}

/* All of a frame without cuts. */
static void send(const char *line)
{
	size_t at = 0;

	word(false, line);
	cr_assert_not(raw_put(&o, &f, &at));
	outgoing_wrote(&o, buf_len(&out));
	cr_assert(raw_put(&o, &f, &at));
}

static bool put_text(void)
{
	size_t at = 0;

	return outgoing_put(
		&o, SENDER_INPUT, WS_TEXT, (const uint8_t *)"x", 1, true, &at);
}

Test(raw, it_has_out_for_itself)
{
	size_t at = 0;

	begin(WS_SERVER);
	cr_assert(put_text());
	word(false, "rsv=7 opcode=5 text:hi");
	cr_assert_not(raw_put(&o, &f, &at), "before all has left");
	cr_assert_eq(o.busy, SENDER_NONE);
	cr_assert_eq(at, 0);
	outgoing_wrote(&o, buf_len(&out));
	expect(false, "\xf5\2hi", 4);
	cr_assert_eq(o.busy, SENDER_RAW);
	cr_assert_not(put_text());
	cr_assert_not(outgoing_short_ready(&o));
	cr_assert_not(outgoing_control(&o, WS_PING, "", 0));
	conn.owes_pong = true;
	outgoing_answer(&o);
	cr_assert_eq(buf_len(&out), 0);
	expect(true, "", 0);
	outgoing_answer(&o);
	cr_assert_eq(buf_len(&out), 2);
	cr_assert(put_text());
	cr_assert_eq(outgoing_unsent(&o), 1);
}

Test(raw, bytes_that_are_no_frame_are_not_read_as_one)
{
	size_t at = 0;

	begin(WS_SERVER);
	word(true, "hex:81ff");
	cr_assert_not(raw_put(&o, &f, &at));
	cr_assert_eq(outgoing_unsent(&o), 0);
	outgoing_wrote(&o, 1);
	cr_assert_not(raw_put(&o, &f, &at), "a byte is left");
	cr_assert_eq(outgoing_unsent(&o), 0);
	outgoing_wrote(&o, 1);
	cr_assert(raw_put(&o, &f, &at));
	cr_assert_eq(at, 2);
	cr_assert(put_text());
	cr_assert_eq(outgoing_unsent(&o), 1);
	cr_assert_eq(o.messages, 2);
	cr_assert_eq(o.gone, 1);
	cr_assert_eq(o.raw.no_message, 1);
}

Test(raw, cuts_and_pauses)
{
	size_t at = 0;

	begin(WS_SERVER);
	word(false, "cut=1,3 pause=1s text:hi");
	expect(false, "\x81", 1);
	cr_assert_eq(raw_deadline(&o).at_ns, DEADLINE_NEVER.at_ns);
	cr_assert_not(raw_put(&o, &f, &at));
	cr_assert_eq(buf_len(&out), 0);
	cr_assert_lt(raw_deadline(&o).at_ns, clock_now_ns());
	cr_assert_not(raw_wake(&o, clock_now_ns()));

	int64_t until = raw_deadline(&o).at_ns;

	cr_assert_gt(until, 0);
	cr_assert_not(raw_wake(&o, until - 1));
	cr_assert_not(raw_put(&o, &f, &at));
	cr_assert(raw_wake(&o, until));
	expect(false, "\2h", 2);
	cr_assert_not(raw_put(&o, &f, &at));
	cr_assert_not(raw_wake(&o, until), "each has its own");
	cr_assert(raw_wake(&o, raw_deadline(&o).at_ns));
	expect(false, "i", 1);
	expect(true, "", 0);
	cr_assert_eq(raw_deadline(&o).at_ns, DEADLINE_NEVER.at_ns);
}

Test(raw, without_a_pause_it_goes_on_once_it_left)
{
	begin(WS_SERVER);
	word(false, "cut=1,4,9 text:hi");
	expect(false, "\x81", 1);
	expect(false, "\2hi", 3);
	expect(true, "", 0);
}

Test(raw, more_than_out_takes)
{
	size_t total = 0, at = 0;

	begin(WS_SERVER);
	word(false, "fill:200000:ab");
	while (!raw_put(&o, &f, &at)) {
		size_t n = buf_len(&out) > 1000 ? buf_len(&out) - 1000
						: buf_len(&out);

		cr_assert_gt(n, 0);
		cr_assert_eq(buf_head(&out)[n - 1], 0xab);
		total += n;
		outgoing_wrote(&o, n);
	}
	cr_assert_eq(total, 200010);
	cr_assert_eq(at, 200010);
	cr_assert_eq(conn.out_frames[WS_TEXT].frames, 1);
	cr_assert_eq(conn.out_frames[WS_TEXT].bytes, 200000);
	cr_assert_eq(o.bytes, 200000);
}

Test(raw, messages_of_raw_frames_and_the_engine_s_own)
{
	char doubts[RAWFRAME_DOUBTS];
	size_t at = 0;

	begin(WS_CLIENT);
	send("fin=0 text:a");
	cr_assert(o.raw.unfinished);
	cr_assert(put_text());
	outgoing_wrote(&o, buf_len(&out));
	word(false, "opcode=cont text:b");
	raw_put(&o, &f, &at);
	raw_doubts(&o, doubts);
	cr_assert_str_empty(doubts);
	outgoing_wrote(&o, buf_len(&out));
	cr_assert(raw_put(&o, &f, &at));
	cr_assert_not(o.raw.unfinished);
	word(false, "opcode=cont text:c");
	raw_put(&o, &f, &at);
	raw_doubts(&o, doubts);
	cr_assert_str_not_empty(doubts);
}

Test(raw, a_close)
{
	begin(WS_CLIENT);
	send("opcode=close hex:03");
	cr_assert_not(o.raw.closed);
	cr_assert(ws_conn_may_send(&conn));
	send("code=4001 reason=bye");
	cr_assert(o.raw.closed);
	cr_assert_eq(o.raw.code, 4001);
	cr_assert(conn.close_sent);
	cr_assert_not(put_text());
	cr_assert(raw_ready(&o));
	send("text:behind it");
	begin(WS_CLIENT);
	send("opcode=close");
	cr_assert_eq(o.raw.code, WS_CLOSE_NO_CODE);
	begin(WS_CLIENT);
	ws_conn_close(&conn, 1000, NULL);
	cr_assert_not(raw_ready(&o), "first the close that is owed");
}

Test(raw, given_up_where_the_end_is_near)
{
	size_t at = 0;

	begin(WS_CLIENT);
	word(false, "cut=3 pause=1s text:hi");
	raw_put(&o, &f, &at);
	ws_conn_close(&conn, 1000, NULL);
	cr_assert_not(raw_give_up(&o), "what is before the cut goes");
	outgoing_wrote(&o, buf_len(&out));
	cr_assert_not(raw_put(&o, &f, &at));
	cr_assert(raw_give_up(&o));
	cr_assert_not(raw_give_up(&o), "once");
	cr_assert_eq(raw_deadline(&o).at_ns, DEADLINE_NEVER.at_ns);
	cr_assert_not(raw_put(&o, &f, &at));
	outgoing_answer(&o);
	cr_assert_eq(buf_len(&out), 0, "nothing follows it");
}
