#ifndef WSTAP_UI_DIAG_H
#define WSTAP_UI_DIAG_H

#include <stdarg.h>
#include <stddef.h>

/*
 * Lines for people on standard error. Each is one write(2), so that lines of
 * several processes don't mix; what could harm a terminal is escaped
 * (format/escape), wherever standard error leads. Lines too long for 16 KiB
 * are cut. A meter on the screen (ui/progress) is taken off it first. errno is
 * kept.
 *
 * A line waits until standard error takes it; where there is a time by which
 * all is to be over, no longer than that: what nobody reads is dropped then.
 */

/* left_ms says how long lines may wait: milliseconds, as poll() takes them. */
void diag_limit(int (*left_ms)(void));

/* How many of the bytes a pipe that takes anything takes at once: whole lines
 * of those at p, where it can be. */
size_t diag_piece(const void *p, size_t len);

/* "wstap: " and the text. */
void diag(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A line of -v: "* text". */
void diag_star(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A bare line, as it is formatted. */
void diag_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Whole lines that are safe as they are, and not only for people. */
void diag_safe(const void *lines, size_t len);

/* Each line of a head (or of any text), marked: "> GET / HTTP/1.1". The
 * values of fields that are secrets (http/secret) are shown as *** unless
 * secrets. */
void diag_head(char mark, const void *head, size_t len, int secrets);

/* A refusal's body, as text of several lines, each line as it is; ends with a
 * newline in any case. Nothing for no bytes. */
void diag_body(const void *body, size_t len);

#endif
