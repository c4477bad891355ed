#ifndef WSTAP_TESTS_UNIT_CONN_SCRIPT_H
#define WSTAP_TESTS_UNIT_CONN_SCRIPT_H

#include "base/bytes.h"
#include "ws/conn.h"

#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/*
 * Frames as words, to bytes. A script is frames with ';' between; a frame is
 * an opcode, flags and a payload of any number of pieces:
 *
 *     text+ 'Hel'; ping; cont 'lo'; close 03e8 'bye'
 *
 *     text binary cont close ping pong op3 ... opf     '+' behind: not final
 *     rsv1 rsv2 rsv3    the bit is set
 *     len16 len64       the length in two or eight bytes, minimal or not
 *     len=N             the header says N, whatever the payload is
 *     wrongmask         masked from a server, unmasked from a client
 *     'text'  03e8ff  x*65535     characters, hex, one character many times
 *     z'text'  zx*65535           deflated as a message of its own, without
 *                                 the tail
 *
 * The writing is separate from ws/frame and ws/mask on purpose: two mistakes
 * that agree would not show.
 */
enum { SCRIPT_MAX = 1 << 18 };

struct script_frame {
	uint8_t first; /* FIN, RSV, opcode */
	bool masked;
	unsigned form; /* 0: the shortest; 16, 64 */
	bool lies;     /* len= was given */
	uint64_t says;
	uint8_t payload[SCRIPT_MAX / 2];
	size_t len;
};

static inline bool script_opcode(struct script_frame *f, char *word)
{
	static const char *const names[16] = { "cont", "text", "binary", "op3",
		"op4", "op5", "op6", "op7", "close", "ping", "pong", "opb",
		"opc", "opd", "ope", "opf" };
	const size_t len = strlen(word);
	const bool more = word[len - 1] == '+';

	if (more)
		word[len - 1] = '\0';
	for (uint8_t i = 0; i < 16; i++)
		if (strcmp(word, names[i]) == 0) {
			f->first = (uint8_t)(f->first | i | (more ? 0 : 0x80));
			return true;
		}
	return false;
}

static inline bool script_flag(struct script_frame *f, const char *word)
{
	if (strncmp(word, "rsv", 3) == 0) {
		f->first |= (uint8_t)(0x80 >> (word[3] - '0'));
	} else if (strncmp(word, "len=", 4) == 0) {
		f->lies = true;
		f->says = strtoull(word + 4, NULL, 0);
	} else if (strncmp(word, "len", 3) == 0) {
		f->form = (unsigned)atoi(word + 3);
	} else if (strcmp(word, "wrongmask") == 0) {
		f->masked = !f->masked;
	} else {
		return false;
	}
	return true;
}

/* What is in the payload from `start` on, deflated. */
static inline void script_deflate(struct script_frame *f, size_t start)
{
	static uint8_t plain[SCRIPT_MAX / 2];
	z_stream z = { .next_in = plain };

	z.avail_in = (uInt)(f->len - start);
	memcpy(plain, f->payload + start, f->len - start);
	z.next_out = f->payload + start;
	z.avail_out = (uInt)(sizeof(f->payload) - start);
	cr_assert_eq(deflateInit2(&z, 6, Z_DEFLATED, -15, 8, 0), Z_OK);
	cr_assert_eq(deflate(&z, Z_SYNC_FLUSH), Z_OK);
	f->len = start + z.total_out - 4;
	deflateEnd(&z);
}

static inline bool script_payload(struct script_frame *f, const char *word)
{
	const size_t n = strlen(word);

	if (word[0] == 'z' && word[1] != '*') {
		const size_t start = f->len;
		const bool good = script_payload(f, word + 1);

		script_deflate(f, start);
		return good;
	}
	if (word[0] == '\'') {
		memcpy(f->payload + f->len, word + 1, n - 2);
		f->len += n - 2;
		return n >= 2 && word[n - 1] == '\'';
	}
	if (word[1] == '*') {
		size_t times = strtoul(word + 2, NULL, 10);

		memset(f->payload + f->len, word[0], times);
		f->len += times;
		return true;
	}
	for (; word[0] && word[1]; word += 2) {
		const char digits[] = { word[0], word[1], '\0' };
		char *end;

		f->payload[f->len++] = (uint8_t)strtoul(digits, &end, 16);
		if (*end)
			return false;
	}
	return !word[0];
}

/* The frame to bytes; the key is another for every frame. */
static inline size_t script_put(
	uint8_t *p, const struct script_frame *f, uint8_t turn)
{
	const uint8_t key[4] = { (uint8_t)(0x37 + turn), 0xfa, 0x21,
		(uint8_t)(0x3d ^ turn) };
	const uint64_t says = f->lies ? f->says : f->len;
	size_t n = 2;
	unsigned form = f->form;

	if (form == 0)
		form = says > 65535 ? 64 : says > 125 ? 16 : 0;
	p[0] = f->first;
	p[1] = (uint8_t)(form == 64 ? 127 : form == 16 ? 126 : says);
	for (unsigned bits = form; bits; bits -= 8)
		p[n++] = (uint8_t)(says >> (bits - 8));
	if (f->masked) {
		p[1] |= 0x80;
		memcpy(p + n, key, 4);
		n += 4;
	}
	for (size_t i = 0; i < f->len; i++)
		p[n++] = f->payload[i] ^ (f->masked ? key[i % 4] : 0);
	return n;
}

/* One word off the script: up to a space or ';', but for what is quoted. */
static inline const char *script_word(const char *s, char *word)
{
	const char *end = s;

	if (end[0] == 'z' && end[1] == '\'')
		end++;
	if (*end == '\'')
		end = strchr(end + 1, '\'') + 1;
	else
		end += strcspn(end, " ;");
	memcpy(word, s, (size_t)(end - s));
	word[end - s] = '\0';
	return end;
}

/* Writes what the peer of `role` sends; gives back the length. */
static inline size_t script_bytes(
	uint8_t *out, const char *script, enum ws_role role)
{
	static struct script_frame f;
	const char *s = script;
	size_t n = 0;

	for (uint8_t turn = 0; *s; turn++) {
		char word[512];

		f.first = 0;
		f.masked = role == WS_SERVER;
		f.form = 0;
		f.lies = false;
		f.len = 0;
		while (*s && *s != ';') {
			s = script_word(s, word);
			if (!script_opcode(&f, word) &&
				!script_flag(&f, word) &&
				!script_payload(&f, word))
				cr_assert_fail(
					"script: %s in %s", word, script);
			s += strspn(s, " ");
		}
		n += script_put(out + n, &f, turn);
		s += strspn(s, "; ");
	}
	return n;
}

/*
 * A log: what happened, as text, items with "; " between.
 *
 *     text[first] "Hel"; ping "x"; text[last] "lo"; close 1000 "bye"
 *
 * A payload of 16 equal bytes or more is x*65535. Spans of one message with
 * nothing between them are one item.
 */
struct conn_log {
	char text[8192];
	size_t len;
	bool in_run, first, last; /* spans not written yet */
	enum ws_opcode opcode;
	uint8_t run[SCRIPT_MAX];
	size_t run_len;
};

static inline void log_add(struct conn_log *log, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static inline void log_add(struct conn_log *log, const char *format, ...)
{
	const size_t room = sizeof(log->text) - log->len;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(log->text + log->len, room, format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= room)
		cr_assert_fail("the log is full");
	log->len += (size_t)n;
}

static inline void log_item(struct conn_log *log)
{
	if (log->len)
		log_add(log, "; ");
}

static inline void log_bytes(struct conn_log *log, const uint8_t *p, size_t len)
{
	if (len >= 16 && memcmp(p, p + 1, len - 1) == 0) {
		log_add(log, " %c*%zu", p[0], len);
		return;
	}
	log_add(log, " \"");
	for (size_t i = 0; i < len; i++)
		if (p[i] >= ' ' && p[i] <= '~')
			log_add(log, "%c", p[i]);
		else
			log_add(log, "<%02x>", p[i]);
	log_add(log, "\"");
}

static inline void log_flush(struct conn_log *log)
{
	if (!log->in_run)
		return;
	log->in_run = false;
	log_item(log);
	log_add(log, "%s[%s%s%s]", ws_opcode_name(log->opcode),
		log->first ? "first" : "", log->first && log->last ? " " : "",
		log->last ? "last" : "");
	log_bytes(log, log->run, log->run_len);
}

static inline void log_data(struct conn_log *log, const struct ws_event *ev)
{
	if (ev->first || log->last || ev->opcode != log->opcode)
		log_flush(log);
	if (!log->in_run) {
		log->in_run = true;
		log->first = ev->first;
		log->opcode = ev->opcode;
		log->run_len = 0;
	}
	log->last = ev->last;
	if (log->run_len + ev->len > sizeof(log->run))
		cr_assert_fail("a message out of nothing");
	if (ev->len)
		memcpy(log->run + log->run_len, ev->data, ev->len);
	log->run_len += ev->len;
	if (ev->len == 0 && !ev->last)
		log_add(log, "(an empty span)");
}

/* "5.2" of "... (RFC 6455 5.2)", "7692 6" of "... (RFC 7692 6)". */
static inline const char *log_section(const char *why)
{
	static char section[16];
	const char *at = strstr(why, " (RFC ");

	if (!at)
		return "without a section";
	at += strncmp(at + 6, "6455 ", 5) == 0 ? 11 : 6;
	snprintf(section, sizeof(section), "%s", at);
	section[strcspn(section, ")")] = '\0';
	return section;
}

static inline void log_event(struct conn_log *log, const struct ws_event *ev)
{
	if (ev->type == WS_EVENT_DATA) {
		log_data(log, ev);
		return;
	}
	log_flush(log);
	log_item(log);
	switch (ev->type) {
	case WS_EVENT_NONE:
	case WS_EVENT_DATA:
		break;
	case WS_EVENT_PING:
	case WS_EVENT_PONG:
		log_add(log, ev->type == WS_EVENT_PING ? "ping" : "pong");
		log_bytes(log, ev->data, ev->len);
		break;
	case WS_EVENT_CLOSE:
		log_add(log, "close %u", ev->code);
		log_bytes(log, ev->data, ev->len);
		break;
	case WS_EVENT_FAIL:
		log_add(log, "fail %u %s", ev->code, log_section(ev->why));
		break;
	}
}

/* The names of what was queued to be sent, read without ws/frame: "text+"
 * is not final, "text rsv1" has RSV1, a close without a code is "close". All
 * of it must be masked with key (NULL: unmasked), in the shortest form.
 * rule: 6455-5.1-client-masks 6455-5.1-server-does-not-mask
 * 6455-5.2-rsv-sent 6455-5.2-length-sent */
static inline void log_sent(
	struct conn_log *log, const uint8_t *p, size_t len, const uint8_t *key)
{
	static uint8_t payload[SCRIPT_MAX];

	while (len) {
		const unsigned opcode = p[0] & 0xf, form = p[1] & 0x7f;
		size_t at = form == 127 ? 10 : form == 126 ? 4 : 2;
		const uint64_t n = at == 10  ? load64(p + 2)
				   : at == 4 ? load16(p + 2)
					     : form;

		cr_assert_eq(p[0] & 0x30, 0, "reserved bits");
		cr_assert_eq(at, n > 65535 ? 10 : n > 125 ? 4 : 2);
		cr_assert_eq(p[1] >> 7, key != NULL, "masked");
		if (key) {
			cr_assert_arr_eq(p + at, key, 4, "the key");
			at += 4;
		}
		cr_assert_leq(at + n, len, "a frame that is cut");
		for (size_t i = 0; i < n; i++)
			payload[i] = p[at + i] ^ (key ? key[i % 4] : 0);
		log_item(log);
		log_add(log, "%s%s%s", ws_opcode_name(opcode),
			p[0] & 0x80 ? "" : "+", p[0] & 0x40 ? " rsv1" : "");
		if (opcode != WS_CLOSE)
			log_bytes(log, payload, (size_t)n);
		else if (n >= 2) {
			log_add(log, " %u", load16(payload));
			log_bytes(log, payload + 2, (size_t)n - 2);
		}
		p += at + n;
		len -= at + (size_t)n;
	}
}

#endif
