#ifndef WSTAP_CLI_TABLE_H
#define WSTAP_CLI_TABLE_H

#include "cli/options.h"

#include <stddef.h>

/*
 * The rows of cli/options, a table for each group: what they are written
 * with, and where they are.
 */

/* The place of a field of that type; for another type it does not compile. */
#define PLACE(type, member)                                                    \
	_Generic(&((struct config *)0)->member, type *                         \
		 : offsetof(struct config, member))
#define FIELD(kind_, type, member)                                             \
	.kind = OPTION_##kind_, .field = PLACE(type, member)
#define FLAG(member) FIELD(FLAG, bool, member)
#define COUNT(member) FIELD(COUNT, int, member), .repeats = true
#define SWITCH(member) FIELD(SWITCH, enum when, member)
#define STRING(member) FIELD(STRING, const char *, member)
#define LIST(member) FIELD(LIST, struct strings, member), .repeats = true
#define SECONDS(member) FIELD(SECONDS, int64_t, member)
#define NUMBER(member) FIELD(NUMBER, uint64_t, member)
#define SIZE(member) FIELD(SIZE, uint64_t, member)
#define INT(member) FIELD(INT, int, member)
#define WHEN(member) FIELD(WHEN, enum when, member)
#define SPECIAL(function)                                                      \
	.kind = OPTION_SPECIAL, .field = OPTION_NO_FIELD, .special = function

struct option_table {
	const struct option_row *rows;
	size_t n;
};

#define TABLE(rows_)                                                           \
	{                                                                      \
		.rows = rows_, .n = sizeof(rows_) / sizeof((rows_)[0])         \
	}

extern const struct option_table table_connect, table_tls, table_messages,
	table_protocol, table_display, table_debug, table_other;

#endif
