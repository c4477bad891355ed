#ifndef WSTAP_SESSION_PAGE_H
#define WSTAP_SESSION_PAGE_H

#include <stdbool.h>
#include <stddef.h>

struct session;

/*
 * --pager: a message that is over a screenful, as it would be shown, goes to a
 * file without a name instead, and from there to the user's pager. A message
 * of any size takes no more memory than another.
 */
struct page {
	bool open; /* a message is on its way into the file, or in it ... */
	int fd;
	bool whole;     /* ... whole: it is the pager's turn */
	bool full;      /* the file takes no more: the rest is shown as usual */
	size_t pending; /* bytes of the message in hand at text's end */
	size_t rows;    /* that it takes, as far as known ... */
	int column;     /* ... and where its last one ends */
};

/* The printer put what is in text behind the first `before` bytes: of a
 * message; ended: to its end. Nothing without --pager. */
void page_take(struct session *s, size_t before, bool ended);

/* Whether nothing more may be printed before the pager had its turn. */
bool page_waits(const struct session *s);

/* Gives the pager its turn, once what stands before is on the screen. Gives
 * back whether it did. */
bool page_turn(struct session *s);

void page_release(struct page *p);

#endif
