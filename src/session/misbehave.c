#include "session/misbehave.h"

#include "session/command_raw.h"
#include "session/session.h"
#include "ui/diag.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum kind {
	IN_HANDSHAKE,
	MANNER_SILENT,
	MANNER_SLOW,
	MANNER_DRIP,
	MANNER_NO_PONG,
	MANNER_NO_CLOSE,
	DEED_FRAMES, /* and no more */
	DEED_RESET,  /* and a reset of the connection */
	DEED_CUT,    /* and its end */
	DEED_BOMB,
	DEED_CLOSE,
};

enum { FRAMES = 2 };

struct row {
	const char *name;
	const char *help; /* one line */
	enum kind kind;
	unsigned wrong;             /* IN_HANDSHAKE: enum ws_wrong */
	const char *frames[FRAMES]; /* as in format/rawframe */
	bool raw;                   /* they are bytes without headers */
};

/* In the order of the manual. */
static const struct row rows[] = {
	{ "silent", "never answers the request", MANNER_SILENT, 0, { NULL },
		false },
	{ "bad-status", "answers with 200 instead of 101", IN_HANDSHAKE,
		WS_WRONG_STATUS, { NULL }, false },
	{ "bad-upgrade", "answers without an Upgrade field", IN_HANDSHAKE,
		WS_WRONG_UPGRADE, { NULL }, false },
	{ "bad-accept", "answers with the accept of another key", IN_HANDSHAKE,
		WS_WRONG_ACCEPT, { NULL }, false },
	{ "bad-extension", "answers with an extension that was not offered",
		IN_HANDSHAKE, WS_WRONG_EXTENSION, { NULL }, false },
	{ "bad-subprotocol", "answers with a subprotocol that was not offered",
		IN_HANDSHAKE, WS_WRONG_SUBPROTOCOL, { NULL }, false },
	{ "masked", "a text whose frame is masked", DEED_FRAMES, 0,
		{ "mask=random text:masked" }, false },
	{ "rsv", "a text with RSV2 and RSV3 set", DEED_FRAMES, 0,
		{ "rsv=3 text:reserved bits" }, false },
	{ "reserved-opcode", "a frame of opcode 3", DEED_FRAMES, 0,
		{ "opcode=3 text:reserved" }, false },
	{ "reserved-control", "a frame of opcode 11", DEED_FRAMES, 0,
		{ "opcode=11 text:reserved" }, false },
	{ "long-length", "a short text whose length takes 8 bytes", DEED_FRAMES,
		0, { "lenbits=64 text:not minimal" }, false },
	{ "top-bit", "a header with a length of 2^63", DEED_FRAMES, 0,
		{ "hex:827f8000000000000000" }, true },
	{ "oversize-ping", "a ping of 126 bytes", DEED_FRAMES, 0,
		{ "opcode=ping fill:126:61" }, false },
	{ "fragmented-ping", "a ping without FIN", DEED_FRAMES, 0,
		{ "fin=0 opcode=ping text:half" }, false },
	{ "stray-continuation", "a continuation with nothing to continue",
		DEED_FRAMES, 0, { "opcode=cont text:stray" }, false },
	{ "interleaved", "a text inside a fragmented one", DEED_FRAMES, 0,
		{ "fin=0 text:the first", "text:the second" }, false },
	{ "bad-utf8", "a text that is not UTF-8", DEED_FRAMES, 0,
		{ "hex:c328" }, false },
	{ "bad-close-code", "a close with 1005", DEED_FRAMES, 0,
		{ "opcode=close code=1005" }, false },
	{ "bad-close-reason", "a close with a reason that is not UTF-8",
		DEED_FRAMES, 0, { "opcode=close hex:03e8c328" }, false },
	{ "one-byte-close", "a close with half a code", DEED_FRAMES, 0,
		{ "opcode=close hex:03" }, false },
	{ "bomb", "1 GiB of zeros, compressed to 1 MiB", DEED_BOMB, 0, { NULL },
		false },
	{ "huge", "the header of a frame of 2^62 bytes, and no more",
		DEED_FRAMES, 0, { "hex:827f4000000000000000" }, true },
	{ "cut", "half a frame, and the connection's end", DEED_CUT, 0,
		{ "hex:810a68616c66" }, true },
	{ "rst", "half a frame, and a reset of the connection", DEED_RESET, 0,
		{ "hex:810a68616c66" }, true },
	{ "close-first", "closes as soon as it is open", DEED_CLOSE, 0,
		{ NULL }, false },
	{ "no-close", "never answers a close frame", MANNER_NO_CLOSE, 0,
		{ NULL }, false },
	{ "no-pong", "never answers a ping", MANNER_NO_PONG, 0, { NULL },
		false },
	{ "slow", "waits two seconds before each time it writes", MANNER_SLOW,
		0, { NULL }, false },
	{ "drip", "writes a byte every 10 ms", MANNER_DRIP, 0, { NULL },
		false },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static const int64_t next_ns = 1000000000, slow_ns = 2000000000,
		     drip_ns = 10000000;

struct misbehave {
	size_t next;       /* of the list */
	uint64_t messages; /* of the client, when the latest deed was done */
	int64_t since_ns;  /* that was then; 0: not open yet */
	const struct row *deed; /* being done; NULL: none */
	size_t part;            /* of its frames */
	struct rawframe frame;  /* that is being sent ... */
	bool sending;
	size_t sent;      /* ... so far */
	bool flowing;     /* slow: the pause is over ... */
	int64_t write_ns; /* ... then; drip: the next byte; 0: none */
};

/* --- the command line --- */

const char *misbehave_name(size_t i)
{
	return i < ROWS ? rows[i].name : NULL;
}

const char *misbehave_help(size_t i)
{
	return i < ROWS ? rows[i].help : NULL;
}

static bool list_all(
	const char *what, const char *name, size_t len, struct err *err)
{
	size_t n;

	if (len)
		err_set(err, ERR_USAGE, "%s %.*s: there are", what,
			(int)(len < 40 ? len : 40), name);
	else
		err_set(err, ERR_USAGE, "%s: a name is empty: there are", what);
	n = strlen(err->line);
	for (size_t i = 0; i < ROWS && n < sizeof(err->line); i++)
		n += (size_t)snprintf(err->line + n, sizeof(err->line) - n,
			"%s %s", i ? "," : "", rows[i].name);
	return false;
}

bool misbehave_parse(struct misbehave_config *config, unsigned *wrong,
	const char *what, const char *list, struct err *err)
{
	for (;;) {
		size_t len = strcspn(list, ","), i = 0;

		while (i < ROWS && (strlen(rows[i].name) != len ||
					   memcmp(rows[i].name, list, len)))
			i++;
		if (i == ROWS)
			return list_all(what, list, len, err);
		if (config->n == MISBEHAVE_MAX)
			return err_set(err, ERR_USAGE,
				"%s: more than %d of them", what,
				MISBEHAVE_MAX);
		config->v[config->n++] = (uint8_t)i;
		*wrong |= rows[i].wrong;
		if (!list[len])
			return true;
		list += len + 1;
	}
}

/* --- a client --- */

static bool has(const struct session *s, enum kind kind)
{
	const struct misbehave_config *c = &s->config->misbehave;

	for (size_t i = 0; i < c->n; i++)
		if (rows[c->v[i]].kind == kind)
			return true;
	return false;
}

bool misbehave_begin(struct session *s)
{
	if (s->config->misbehave.n == 0 || s->link->misbehave)
		return true;
	s->link->misbehave = calloc(1, sizeof(*s->link->misbehave));
	if (!s->link->misbehave)
		abort();
	return !has(s, MANNER_SILENT);
}

void misbehave_free(struct misbehave *m)
{
	if (m)
		rawframe_release(&m->frame);
	free(m);
}

/* --- how it is written --- */

size_t misbehave_share(struct session *s, size_t len)
{
	struct misbehave *m = s->link->misbehave;

	if (!m || len == 0)
		return len;
	if (has(s, MANNER_SLOW) && !m->flowing) {
		if (m->write_ns == 0)
			m->write_ns = s->now_ns + slow_ns;
		if (m->write_ns > s->now_ns)
			return 0;
		m->flowing = true;
		m->write_ns = 0;
	}
	if (!has(s, MANNER_DRIP))
		return len;
	if (m->write_ns > s->now_ns)
		return 0;
	m->write_ns = s->now_ns + drip_ns;
	return 1;
}

bool misbehave_waits(const struct session *s)
{
	const struct misbehave *m = s->link->misbehave;

	return m && buf_len(&s->link->out) > 0 && m->write_ns > s->now_ns;
}

void misbehave_withhold(struct session *s)
{
	struct link *l = s->link;

	if (!l->misbehave)
		return;
	if (has(s, MANNER_NO_PONG))
		l->conn.owes_pong = false;
	if (has(s, MANNER_NO_CLOSE) && l->peer_closed &&
		l->asked == ASKED_NOTHING) {
		l->conn.owes_close = false;
		l->closing_since_ns = 0;
	}
}

/* --- what it does --- */

/* The next deed of the list; NULL: it was the last. */
static const struct row *next_deed(const struct session *s)
{
	const struct misbehave_config *c = &s->config->misbehave;
	struct misbehave *m = s->link->misbehave;

	while (m->next < c->n && rows[c->v[m->next]].kind < DEED_FRAMES)
		m->next++;
	return m->next < c->n ? &rows[c->v[m->next]] : NULL;
}

static bool may_do(const struct link *l)
{
	return !l->peer_closed && !l->net_eof && !l->net_broken &&
	       l->asked == ASKED_NOTHING && ws_conn_may_send(&l->conn);
}

static void say(struct session *s, const char *name, const char *more)
{
	if (s->repl)
		session_say(s, STYLE_CONTROL, "Misbehaving: %s%s", name, more);
	else if (s->config->verbose)
		diag_star("misbehaving: %s%s", name, more);
}

/* 1 GiB: 1 MiB of zeros, compressed as far as can be, over and over. The zeros
 * in it are nearly all that it is; it ends in a flush, of which the last is
 * without its tail (RFC 7692 7.2.1). */
static void make_bomb(struct rawframe *f)
{
	static const uint8_t head[] = { 0xec, 0xc1, 0x31, 0x01, 0, 0, 0, 0xc2,
		0xa0, 0xf5, 0x4f, 0x6d, 0x08, 0x5f, 0xa0 };
	static const uint8_t end[] = { 0x3e, 0x03, 0, 0, 0xff, 0xff };
	enum { ZEROS = 1016, TAIL = 4, TIMES = 1024 };
	const size_t n = sizeof(head) + ZEROS + sizeof(end);
	uint8_t *bytes = calloc(1, n);

	if (!bytes)
		abort();
	memcpy(bytes, head, sizeof(head));
	memcpy(bytes + n - sizeof(end), end, sizeof(end));
	rawframe_init(f, false);
	f->rsv = 4;
	f->opcode = WS_BINARY;
	f->bytes = bytes;
	f->nbytes = n;
	f->size = f->len = TIMES * n - TAIL;
	f->lenbits = 64;
}

static void make_frame(struct misbehave *m)
{
	char why[RAWFRAME_WHY];
	bool good;

	rawframe_release(&m->frame);
	if (m->deed->kind == DEED_BOMB) {
		make_bomb(&m->frame);
	} else {
		rawframe_init(&m->frame, m->deed->raw);
		good = rawframe_parse(&m->frame, m->deed->frames[m->part], why);
		assert(good);
		(void)good;
	}
	m->sent = 0;
	m->sending = true;
}

/* What is there of a deed, once its frames have left. */
static void finish_deed(struct session *s)
{
	static const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
	struct link *l = s->link;
	struct misbehave *m = l->misbehave;

	switch (m->deed->kind) {
	case DEED_RESET:
		setsockopt(l->net->fd, SOL_SOCKET, SO_LINGER, &at_once,
			sizeof(at_once));
		l->asked = ASKED_ENOUGH;
		l->net_eof = l->net_broken = true;
		break;
	case DEED_CUT:
		transport_shutdown(l->net);
		l->fin_sent = l->net_broken = true;
		l->asked = ASKED_ENOUGH;
		l->closing_since_ns = s->now_ns;
		break;
	default:
		break;
	}
	m->deed = NULL;
	m->since_ns = s->now_ns;
}

static bool go_on(struct session *s)
{
	struct link *l = s->link;
	struct misbehave *m = l->misbehave;
	size_t before = m->sent;

	/* Another's raw frame is on its way. */
	if (l->outgoing.busy == SENDER_RAW &&
		l->outgoing.raw.frame != &m->frame)
		return false;
	if (!raw_put(&l->outgoing, &m->frame, &m->sent))
		return m->sent > before;
	m->sending = false;
	m->part++;
	if (m->part < FRAMES && m->deed->frames[m->part])
		make_frame(m);
	else
		finish_deed(s);
	return true;
}

static bool is_due(const struct session *s, const struct row *deed)
{
	const struct misbehave *m = s->link->misbehave;

	return deed->kind == DEED_CLOSE || s->link->messages > m->messages ||
	       s->now_ns - m->since_ns >= next_ns;
}

static void begin_deed(struct session *s, const struct row *deed)
{
	struct misbehave *m = s->link->misbehave;
	bool none = deed->kind == DEED_BOMB && !s->link->deflate_agreed;

	m->next++;
	m->messages = s->link->messages;
	m->since_ns = s->now_ns;
	say(s, deed->name,
		none ? ": not without permessage-deflate, which was not "
		       "agreed on"
		     : "");
	if (none)
		return;
	if (deed->kind == DEED_CLOSE) {
		session_finish(s, ASKED_END);
		return;
	}
	m->deed = deed;
	m->part = 0;
	make_frame(m);
}

bool misbehave_run(struct session *s)
{
	struct misbehave *m = s->link->misbehave;
	const struct row *deed;

	if (!m)
		return false;
	misbehave_withhold(s);
	if (buf_len(&s->link->out) == 0)
		m->flowing = false;
	if (m->since_ns == 0)
		m->since_ns = s->now_ns;
	if (m->sending)
		return !s->link->net_broken && go_on(s);
	deed = may_do(s->link) ? next_deed(s) : NULL;
	if (!deed || !is_due(s, deed))
		return false;
	begin_deed(s, deed);
	return true;
}

struct deadline misbehave_deadline(const struct session *s)
{
	struct misbehave *m = s->link->misbehave;
	struct deadline d = DEADLINE_NEVER;

	if (!m)
		return d;
	if (misbehave_waits(s))
		d.at_ns = m->write_ns;
	if (s->link->stage == LINK_OPEN && !m->sending && may_do(s->link) &&
		next_deed(s))
		d = deadline_first(
			d, (struct deadline){ m->since_ns + next_ns });
	return d;
}
