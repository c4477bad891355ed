#ifndef WSTAP_UI_STAMP_H
#define WSTAP_UI_STAMP_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The time before a message, in one of these formats:
 *
 *     NULL     12:34:56.789                      local time
 *     "iso"    2026-01-31T12:34:56.789+01:00     RFC 3339, local time
 *     "unix"   1769859296.789                    seconds since 1970
 *     "delta"  +0.123                            seconds since the one before
 *     else     what strftime(3) makes of it, of local time; it has a % in it
 *
 * Milliseconds are cut, not rounded. Local is what TZ said at the first call.
 */
enum {
	STAMP_MAX = 100,            /* bytes a checked format may give */
	STAMP_SIZE = STAMP_MAX + 1, /* room for it and its NUL */
};

/* What the formats are, for a line of help. */
#define STAMP_FORMATS "iso, unix, delta, or as strftime(3): %H:%M:%S"

/* Whether format is one of them. False with ERR_USAGE where it is no word from
 * above and has no %, or gives nothing or more than STAMP_MAX bytes; the line
 * begins with what ("--time"). */
bool stamp_check(const char *what, const char *format, struct err *err);

/* Writes the time now_ns in a checked format, as a string, to out; gives back
 * its length. Both times are nanoseconds since 1970; before_ns is what "delta"
 * counts from. A clock that was set back in between makes "+0.000".
 *
 * The text is safe for a terminal: newline and tab, in a format of the user's,
 * become blanks; other control characters, and bytes that are no UTF-8, are
 * dropped. What doesn't fit in cap, NUL included, is cut after a whole
 * character; with a cap of 0 nothing is written. Empty where the format gives
 * nothing. */
size_t stamp_text(char *out, size_t cap, const char *format, int64_t now_ns,
	int64_t before_ns);

#endif
