#include "session/outlet.h"
#include "unit/wire.h"

#include <criterion/criterion.h>
#include <string.h>

enum { OUT = 128 * 1024, LONG = 400 * 1024, CLIENTS = 3 };

static struct client {
	uint8_t memory[OUT];
	struct ws_conn conn;
	struct buf out;
	struct outgoing o;
	/* what it was sent */
	uint8_t got[2 * LONG];
	size_t len;
	unsigned messages;
} clients[CLIENTS];
static struct outlet t;
static uint8_t message[LONG];

static void add(unsigned number, bool chosen)
{
	struct client *c = &clients[number - 1];

	t.v[t.n++] = (struct outlet_target){ &c->o, number, chosen };
}

static void begin(void)
{
	for (size_t i = 0; i < LONG; i++)
		message[i] = (uint8_t)(i * 7 + i / 251);
	for (unsigned i = 0; i < CLIENTS; i++) {
		struct client *c = &clients[i];

		buf_init(&c->out, c->memory, OUT);
		ws_conn_init(&c->conn, WS_CLIENT, NULL);
		outgoing_init(&c->o, &c->conn, &c->out,
			&(struct outgoing_config){ 0 });
	}
}

/* It takes all that is there for it. */
static void take(unsigned number)
{
	struct client *c = &clients[number - 1];

	while (buf_len(&c->out) > 0) {
		struct ws_frame f;
		size_t n = wire_frame(buf_head(&c->out), buf_len(&c->out), &f,
			c->got + c->len);

		cr_assert_gt(n, 0);
		outgoing_wrote(&c->o, n);
		c->len += (size_t)f.len;
		c->messages += f.fin;
	}
}

static bool put_piece(unsigned number, const char *text, bool first, bool last)
{
	size_t at = 0;

	return outlet_put(&t, SENDER_SHARED, number, WS_TEXT,
		(const uint8_t *)text, strlen(text), first, last, &at);
}

static bool put_text(unsigned number, const char *text)
{
	return put_piece(number, text, true, true);
}

static bool has(unsigned number, const char *text)
{
	struct client *c = &clients[number - 1];

	take(number);
	return c->len == strlen(text) && memcmp(c->got, text, c->len) == 0;
}

Test(outlet, who_is_chosen_gets_it)
{
	begin();
	cr_assert_not(outlet_ready(&t, SENDER_SHARED));
	add(1, false);
	cr_assert_not(outlet_ready(&t, SENDER_SHARED));
	add(2, true);
	add(3, true);
	cr_assert(outlet_ready(&t, SENDER_SHARED));
	cr_assert(put_text(0, "a"));
	cr_assert(has(1, "") && has(2, "a") && has(3, "a"));
}

Test(outlet, who_is_named_gets_it)
{
	begin();
	add(1, true);
	add(2, false);
	cr_assert(put_text(2, "a"));
	cr_assert(has(1, "") && has(2, "a"));
	cr_assert_eq(t.missed, 0);
	cr_assert(outlet_control(&t, 2, WS_PING, "p", 1));
	cr_assert(has(1, "") && has(2, "ap"));
}

Test(outlet, who_is_named_and_is_not_there)
{
	begin();
	add(1, true);
	cr_assert(put_text(3, "a"));
	cr_assert_eq(t.missed, 3);
	t.missed = 0;
	cr_assert(outlet_control(&t, 3, WS_PING, "p", 1));
	cr_assert_eq(t.missed, 3);
	cr_assert(has(1, ""));
}

/* Until the slowest has all of it, and each of them once. */
Test(outlet, the_slowest_sets_the_pace)
{
	size_t at = 0;
	unsigned rounds = 0;

	begin();
	add(1, true);
	add(2, true);
	while (!outlet_put(&t, SENDER_SHARED, 0, WS_BINARY, message, LONG, true,
		true, &at)) {
		cr_assert_lt(++rounds, 100);
		take(1);
		cr_assert(outlet_ready(&t, SENDER_SHARED));
		cr_assert_not(outlet_waits(&t, SENDER_SHARED, &t.v[0]) &&
			      clients[0].len == LONG);
		cr_assert(outlet_waits(&t, SENDER_SHARED, &t.v[1]));
		if (rounds % 2)
			take(2);
	}
	cr_assert_eq(at, LONG);
	for (unsigned i = 1; i <= 2; i++) {
		take(i);
		cr_assert_eq(clients[i - 1].len, LONG);
		cr_assert_eq(clients[i - 1].messages, 1);
		cr_assert_arr_eq(clients[i - 1].got, message, LONG);
	}
}

Test(outlet, who_comes_in_the_middle_gets_the_next)
{
	begin();
	add(1, true);
	cr_assert(put_piece(0, "a", true, false));
	add(2, true);
	cr_assert(put_piece(0, "b", false, true));
	cr_assert(put_text(0, "c"));
	cr_assert(has(1, "abc") && has(2, "c"));
}

Test(outlet, who_comes_in_the_middle_of_a_piece_gets_nothing_of_it)
{
	size_t at = 0;

	begin();
	add(1, true);
	cr_assert_not(outlet_put(&t, SENDER_SHARED, 0, WS_BINARY, message, LONG,
		true, true, &at));
	add(2, true);
	while (!outlet_put(&t, SENDER_SHARED, 0, WS_BINARY, message, LONG, true,
		true, &at))
		take(1);
	cr_assert(has(2, ""));
}

Test(outlet, who_goes_in_the_middle_leaves_the_others_theirs)
{
	begin();
	add(1, true);
	add(2, true);
	cr_assert(put_piece(0, "a", true, false));
	t.v[0] = t.v[1];
	t.n = 1;
	cr_assert(put_piece(0, "b", false, true));
	cr_assert(has(2, "ab"));
}

Test(outlet, the_rest_goes_to_nobody_where_all_have_gone)
{
	size_t at = 0;

	begin();
	add(1, true);
	cr_assert(put_piece(0, "a", true, false));
	t.n = 0;
	cr_assert(outlet_ready(&t, SENDER_SHARED));
	cr_assert(put_piece(0, "b", false, false));
	add(2, true);
	cr_assert(outlet_ready(&t, SENDER_SHARED));
	cr_assert(put_piece(0, "c", false, true));
	cr_assert(put_text(0, "d"));
	cr_assert(has(2, "d"));
	/* In the middle of a piece, too. */
	cr_assert_not(outlet_put(&t, SENDER_SHARED, 0, WS_BINARY, message, LONG,
		true, true, &at));
	t.n = 0;
	cr_assert(outlet_put(&t, SENDER_SHARED, 0, WS_BINARY, message, LONG,
		true, true, &at));
	cr_assert_eq(at, LONG);
	cr_assert_not(outlet_ready(&t, SENDER_SHARED));
}

Test(outlet, a_message_that_comes_to_no_end_is_forgotten)
{
	begin();
	add(1, true);
	cr_assert(put_piece(0, "a", true, false));
	outlet_forget(&t);
	t.n = 0;
	add(2, true);
	cr_assert(put_text(0, "b"));
	cr_assert(has(2, "b"));
}

Test(outlet, who_was_chosen_then_is_not_cut_off)
{
	begin();
	add(1, true);
	cr_assert(put_piece(0, "a", true, false));
	t.v[0].chosen = false;
	add(2, true);
	cr_assert(put_piece(0, "b", false, true));
	cr_assert(has(1, "ab") && has(2, ""));
}

Test(outlet, another_senders_message_is_not_cut)
{
	size_t at = 0;

	begin();
	add(1, true);
	cr_assert(outgoing_put(&clients[0].o, SENDER_ECHO, WS_TEXT,
		(const uint8_t *)"e", 1, false, &at));
	cr_assert_not(outlet_ready(&t, SENDER_SHARED));
	cr_assert_not(put_text(0, "a"));
	at = 0;
	cr_assert(outgoing_put(&clients[0].o, SENDER_ECHO, WS_TEXT,
		(const uint8_t *)"f", 1, true, &at));
	cr_assert(put_text(0, "a"));
	cr_assert(has(1, "efa"));
}

Test(outlet, all_has_left)
{
	begin();
	add(1, true);
	add(2, true);
	cr_assert(outlet_written(&t));
	put_text(0, "a");
	take(1);
	cr_assert_not(outlet_written(&t));
	take(2);
	cr_assert(outlet_written(&t));
}
