#ifndef WSTAP_TESTS_UNIT_PROXY_SCRIPT_H
#define WSTAP_TESTS_UNIT_PROXY_SCRIPT_H

#include "net/proxy.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * A proxy that goes by a script, as a transport in memory: each step's answer
 * can be read once what it waits for was sent, to the byte. Bytes of an answer
 * that are not for proxy_open() must be left.
 */
struct span {
	const char *p;
	size_t len;
};

#define BYTES(text)                                                            \
	{                                                                      \
		text, sizeof(text) - 1                                         \
	}

enum { SCRIPT_STEPS = 4 };

struct script_step {
	struct span sent, answer;
};

struct proxy_case {
	const char *name;
	const char *proxy, *host;
	uint16_t port;
	struct script_step steps[SCRIPT_STEPS];
	enum proxy_result result;
	enum err_kind kind;
	const char *line; /* part of it */
	size_t left;      /* of the last answer */
};

struct script {
	struct transport transport;
	const struct script_step *steps;
	size_t step, sent, read; /* of this step */
	size_t total;            /* read of all */
	size_t cut;              /* no read goes across this */
	size_t end;              /* and none behind this: the proxy hung up */
	const char *name;
};

/* Whether everything that this step waits for has come. */
static inline bool script_ready(const struct script *s)
{
	return s->step < SCRIPT_STEPS && s->sent == s->steps[s->step].sent.len;
}

static inline enum io_status script_read(
	struct transport *t, void *data, size_t cap, size_t *n, struct err *err)
{
	struct script *s = (struct script *)(void *)t;
	const struct span *answer = &s->steps[s->step].answer;

	(void)err;
	*n = script_ready(s) ? answer->len - s->read : 0;
	if (*n > cap)
		*n = cap;
	if (s->total<s->cut && * n> s->cut - s->total)
		*n = s->cut - s->total;
	if (*n > s->end - s->total)
		*n = s->end - s->total;
	if (*n == 0)
		return IO_EOF;
	memcpy(data, answer->p + s->read, *n);
	s->read += *n;
	s->total += *n;
	return IO_OK;
}

static inline enum io_status script_write(struct transport *t, const void *data,
	size_t len, size_t *n, struct err *err)
{
	struct script *s = (struct script *)(void *)t;
	const struct script_step *step = &s->steps[s->step];

	(void)err;
	if (script_ready(s) && s->sent) {
		cr_assert_eq(s->read, step->answer.len,
			"%s: more is sent before the answer was read", s->name);
		step = &s->steps[++s->step];
		s->sent = s->read = 0;
		cr_assert_lt(s->step, SCRIPT_STEPS, "%s", s->name);
	}
	cr_assert(len <= step->sent.len - s->sent &&
			  !memcmp(data, step->sent.p + s->sent, len),
		"%s: sent in step %zu: \"%.*s\"", s->name, s->step, (int)len,
		(const char *)data);
	s->sent += len;
	*n = len;
	return IO_OK;
}

/* The next connection to the same proxy begins with the next step. */
static inline struct script script_begin(
	const struct proxy_case *c, size_t step, size_t cut, size_t end)
{
	static const struct transport_ops ops = {
		.read = script_read,
		.write = script_write,
	};

	return (struct script){
		.transport = { .ops = &ops, .fd = -1 },
		.steps = c->steps,
		.step = step,
		.cut = cut,
		.end = end,
		.name = c->name,
	};
}

static inline size_t script_size(const struct proxy_case *c)
{
	size_t n = 0;

	for (size_t i = 0; i < SCRIPT_STEPS; i++)
		n += c->steps[i].answer.len;
	return n;
}

static const char script_cnonce[] = "0123456789abcdef0123456789abcdef";

/* One proxy_open(). */
static inline enum proxy_result script_open(const struct proxy_case *c,
	struct script *s, struct proxy_talk *talk, struct err *err)
{
	struct proxy proxy;
	enum proxy_result result;

	*err = (struct err){ 0 };
	cr_assert(proxy_parse(&proxy, "--proxy", c->proxy, err), "%s: %s",
		c->name, err->line);
	*err = (struct err){ 0 };

	const struct proxy_config config = {
		.proxy = &proxy,
		.host = c->host,
		.port = c->port,
		.cnonce = script_cnonce,
	};

	result = proxy_open(
		&s->transport, &config, talk, deadline_in_ms(10000), err);
	proxy_release(&proxy);
	return result;
}

/* A case with its bytes cut there. */
static inline void script_check(const struct proxy_case *c, size_t cut)
{
	struct script s = script_begin(c, 0, cut, SIZE_MAX);
	struct proxy_talk talk = { 0 };
	enum proxy_result result;
	struct err err;

	result = script_open(c, &s, &talk, &err);
	proxy_talk_release(&talk);
	cr_assert_eq(result, c->result, "%s, cut at %zu: %d, %s", c->name, cut,
		(int)result, err.line);
	if (result == PROXY_REFUSED) {
		cr_assert_eq(err.kind, c->kind, "%s: %d", c->name, err.kind);
		cr_assert(
			strstr(err.line, c->line), "%s: %s", c->name, err.line);
		return;
	}
	cr_assert_eq(err.kind, ERR_NONE, "%s: %s", c->name, err.line);
	cr_assert_eq(s.steps[s.step].answer.len - s.read, c->left,
		"%s, cut at %zu: %zu bytes left", c->name, cut,
		s.steps[s.step].answer.len - s.read);
}

/* A proxy that hangs up there opens nothing; it is lost, or has refused. */
static inline void script_hang_up(const struct proxy_case *c, size_t end)
{
	struct script s = script_begin(c, 0, SIZE_MAX, end);
	struct proxy_talk talk = { 0 };
	enum proxy_result result;
	struct err err;

	result = script_open(c, &s, &talk, &err);
	proxy_talk_release(&talk);
	cr_assert_neq(result, PROXY_OPEN, "%s, ended at %zu", c->name, end);
	cr_assert(result == PROXY_AGAIN || err.kind == ERR_LOST ||
			  err.kind == c->kind,
		"%s, ended at %zu: %s", c->name, end, err.line);
}

static inline void script_check_all(const struct proxy_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t size = script_size(&cases[i]);

		for (size_t at = 0; at <= size; at++)
			script_check(&cases[i], at);
		size -= cases[i].left;
		for (size_t at = 0; at < size; at++)
			script_hang_up(&cases[i], at);
	}
}

#endif
