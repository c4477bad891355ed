#ifndef WSTAP_TESTS_UNIT_PRINTER_CASE_H
#define WSTAP_TESTS_UNIT_PRINTER_CASE_H

#include "ui/printer.h"
#include "unit/guard.h"

#include <criterion/criterion.h>
#include <string.h>

/* What the tests of the printer share; _GNU_SOURCE is theirs. */

enum { SHOWN = 1 << 20 };

static struct buf text;
static struct printer p;
static char shown_text[SHOWN + 1];
static size_t shown_len;

static inline void begin(const struct printer_config *config)
{
	static uint8_t zeros[PRINTER_TEXT_MIN];

	buf_init(&text, guard_copy(zeros, sizeof(zeros)), sizeof(zeros));
	printer_init(&p, config, &text);
	strcpy(p.time, "T");
}

static inline void begin_mode(enum print_mode mode)
{
	begin(&(struct printer_config){ .mode = mode });
}

static inline void begin_format(enum record_format format)
{
	begin(&(struct printer_config){
		.mode = PRINT_BYTES, .format = format });
}

static inline struct ws_event data_event(enum ws_opcode opcode,
	const char *data, size_t len, bool first, bool last)
{
	return (struct ws_event){
		.type = WS_EVENT_DATA,
		.opcode = opcode,
		.first = first,
		.last = last,
		.data = guard_copy_slot(1, data, len),
		.len = len,
	};
}

static inline void show(enum ws_opcode opcode, const char *data, size_t len,
	bool first, bool last)
{
	struct ws_event ev = data_event(opcode, data, len, first, last);
	size_t at = 0;

	cr_assert(printer_data(&p, &ev, &at));
	cr_assert_eq(at, len);
}

/* Takes what is ready, behind what was taken before. */
static inline void take(void)
{
	size_t n = printer_ready(&p);

	cr_assert_leq(n, SHOWN - shown_len);
	memcpy(shown_text + shown_len, buf_head(&text), n);
	shown_len += n;
	shown_text[shown_len] = 0;
	buf_consume(&text, n);
	printer_wrote(&p);
}

static inline const char *shown(void)
{
	shown_len = 0;
	take();
	return shown_text;
}

#endif
