#define _GNU_SOURCE /* clock_gettime */
#include "base/bytes.h"
#include "session/record_parts.h"
#include "session/session.h"

#include <string.h>
#include <time.h>

enum {
	PIECE_ROOM = 64 * 1024, /* a message's next piece */
	OPEN_ROOM = 16 * 1024,  /* an opening without its heads */
	FAULT_MOST = 4096,      /* bytes of a frame that broke the protocol */
};

static const int64_t ns_per_s = 1000000000;

/* --- times --- */

static int64_t wall_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * ns_per_s + now.tv_nsec;
}

static struct jsonl_mark mark(
	struct recorder *r, unsigned client, enum jsonl_dir dir)
{
	r->now_ns = wall_ns();
	jsonl_time(r->time, r->now_ns / ns_per_s, (long)(r->now_ns % ns_per_s));
	return (struct jsonl_mark){
		.time = r->time,
		.dir = dir,
		.client = client,
	};
}

/* --- what is written --- */

/* A HAR's entries are not to be mixed: what another connection than the latest
 * has to say is left out. */
static bool has_entry(const struct record_link *l)
{
	return l->recorder->entry == l;
}

static void put_archive(struct record_link *l, enum jsonl_dir dir,
	enum ws_opcode opcode, const uint8_t *data, size_t len)
{
	struct recorder *r = l->recorder;
	const struct har_message m = {
		.time_ns = wall_ns(),
		.out = dir == JSONL_OUT,
		.opcode = opcode,
		.data = data,
		.len = len,
	};
	size_t at = 0;

	if (!has_entry(l))
		return;
	while (!har_message(&r->file.archive,
		record_file_room(&r->file, PIECE_ROOM), 0, &m, &at))
		;
}

void record_put_message(struct record_link *l, enum jsonl_dir dir,
	enum ws_opcode opcode, const uint8_t *data, size_t len)
{
	struct recorder *r = l->recorder;
	size_t at = 0;

	if (r->file.har) {
		put_archive(l, dir, opcode, data, len);
		return;
	}

	const struct jsonl_mark m = mark(r, l->client, dir);

	while (!jsonl_write_message(record_file_room(&r->file, PIECE_ROOM), 0,
		&m, opcode, data, len, &at))
		;
}

void record_put_control(struct record_link *l, enum jsonl_dir dir,
	enum ws_opcode opcode, const uint8_t *data, size_t len)
{
	struct recorder *r = l->recorder;

	if (r->file.har) {
		put_archive(l, dir, opcode, data, len);
		return;
	}

	const struct jsonl_mark m = mark(r, l->client, dir);

	jsonl_write_control(record_file_room(&r->file, JSONL_CONTROL_ROOM), &m,
		opcode, data, len);
}

void record_put_close(struct record_link *l, enum jsonl_dir dir, uint16_t code,
	const uint8_t *reason, size_t len)
{
	struct recorder *r = l->recorder;
	uint8_t payload[WS_CONTROL_MAX];
	size_t n = 0;

	if (!r->file.har) {
		const struct jsonl_mark m = mark(r, l->client, dir);

		jsonl_write_close(
			record_file_room(&r->file, JSONL_CONTROL_ROOM), &m,
			code, reason, len);
		return;
	}
	if (code != WS_CLOSE_NO_CODE && len <= sizeof(payload) - 2) {
		store16(payload, code);
		memcpy(payload + 2, reason, len);
		n = len + 2;
	}
	put_archive(l, dir, WS_CLOSE, payload, n);
}

void record_put_error(
	struct recorder *r, unsigned client, int exit, const char *message)
{
	if (r->file.har) {
		/* Others than these have nothing else that went over the
		 * connection. */
		r->left_out |= exit == 0 || exit == ERR_PROTOCOL;
		return;
	}

	const struct jsonl_mark m = mark(r, client, JSONL_NO_DIR);

	jsonl_write_error(
		record_file_room(&r->file, OPEN_ROOM), &m, exit, message);
}

/* --- the opening --- */

/* How long a phase took, that ended then; -1: there was none. */
static int64_t phase(int64_t *before, int64_t end)
{
	int64_t took = end ? end - *before : -1;

	if (end)
		*before = end;
	return took;
}

static void put_entry(struct session *s, struct record_link *l)
{
	struct recorder *r = l->recorder;
	const struct stats_phases *p = &s->link->stats.phases;
	int64_t at = p->began ? p->began : s->link->opened_ns;
	struct har_entry entry = {
		.started_ns = wall_ns() - (clock_now_ns() - at),
		.url = s->url,
		.address = s->link->address,
		.request = l->request,
		.response = l->response,
		.client = l->client,
	};

	entry.times = (struct har_times){
		.dns = phase(&at, p->resolved),
		.connect = phase(&at, p->connected),
		.ssl = phase(&at, p->secured),
		.send = 0,
	};
	entry.times.wait = phase(&at, p->upgraded);
	har_entry(&r->file.archive,
		record_file_room(&r->file, har_entry_room(&entry)), &entry);
	r->entry = l;
}

static size_t escaped_most(const char *head)
{
	return head ? JSONPUT_ESCAPED_MOST * strlen(head) : 0;
}

static void put_opening(struct session *s, struct record_link *l)
{
	struct recorder *r = l->recorder;
	char extension[WS_EXTENSION_TEXT];
	const char *extensions[1];
	struct jsonl_open open;
	size_t room = OPEN_ROOM + escaped_most(s->url) +
		      escaped_most(l->request) + escaped_most(l->response);

	session_facts(s, &open, extensions, extension);
	if (!s->link->opened) {
		open.status = s->link->status;
		open.subprotocol = NULL;
		open.extensions_n = 0;
	}
	open.request = l->request;
	open.response = l->response;

	const struct jsonl_mark m = mark(r, l->client, JSONL_NO_DIR);

	jsonl_write_open(record_file_room(&r->file, room), &m, &open);
}

void record_put_open(struct session *s, struct record_link *l)
{
	if (l->recorder->file.har)
		put_entry(s, l);
	else
		put_opening(s, l);
}

void record_put_frame(struct record_link *l, const struct rawframe *f)
{
	struct recorder *r = l->recorder;

	/* An archive has no words for it. */
	if (r->file.har) {
		r->left_out = true;
		return;
	}

	const struct jsonl_mark m = mark(r, l->client, JSONL_OUT);

	jsonl_write_frame(
		record_file_room(&r->file, jsonl_frame_room(f)), &m, f);
}

/* How many bytes the frame that begins there has, or should have. */
static uint64_t frame_size(const uint8_t *p, size_t len)
{
	struct ws_frame f;
	const char *why;
	int header = ws_frame_read(&f, p, len, &why);

	return header > 0 ? (uint64_t)header + f.len : len;
}

void record_put_fault(struct record_link *l, const uint8_t *data, size_t len)
{
	struct recorder *r = l->recorder;
	uint64_t size = frame_size(data, len);

	/* record_put_error() says that an archive leaves it out. */
	if (r->file.har || len == 0)
		return;
	if (len > size)
		len = (size_t)size;
	if (len > FAULT_MOST)
		len = FAULT_MOST;

	const struct jsonl_mark m = mark(r, l->client, JSONL_IN);

	jsonl_write_raw(record_file_room(&r->file, jsonl_raw_room(len)), &m,
		size, data, len);
}
