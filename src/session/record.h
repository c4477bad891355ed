#ifndef WSTAP_SESSION_RECORD_H
#define WSTAP_SESSION_RECORD_H

#include "format/rawframe.h"
#include "ws/frame.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * --record and /record: all that goes over the connections, both ways, in a
 * file of jsonl or a HAR (session/record_file).
 *
 *     network -> in -> event ------------> recorder -> file
 *     input, echo, prompt -> outgoing ---/
 *
 * Messages are put together first: what comes in by the session, which passes
 * whole messages on while there is a recorder; what goes out here. It is in the
 * file before the loop sleeps.
 */
struct session;
struct recorder;

/* Of a connection. */
struct record_link;

/* Begins --record, where that is wanted: false with s->link->err where it
 * can't. The end. */
bool record_open(struct session *s);
void record_release(struct session *s);

/* /record: to another file, or (NULL) no more. False, and why was said, where
 * it can't. */
bool record_switch(struct session *s, const char *path);

/* The file's name, of a recorder that there is. */
const char *record_path(const struct session *s);

/* Writes what there is. True where it just turned out that it can't be
 * written: then all connections are told to close. */
bool record_turn(struct session *s);

/* --- what happened; nothing without a recorder --- */

/* The handshake's heads, before the connection is open. */
void record_head(struct session *s, bool request, const void *head, size_t len);

/* It is open; it has ended. */
void record_begin(struct session *s);
void record_end(struct session *s);
void record_link_free(struct record_link *l);

/* The event at hand came in: a message is whole. */
void record_event(struct session *s);

/* s->link->err; before it the handshake, where that was refused. */
void record_error(struct session *s);

/* A piece of a message, and a control frame, go out. */
void record_piece(struct record_link *l, enum ws_opcode opcode,
	const uint8_t *data, size_t len, bool last);
void record_control(struct record_link *l, enum ws_opcode opcode,
	const uint8_t *data, size_t len);

/* The same, of whole control frames as they are on the wire. */
void record_frames(struct record_link *l, const uint8_t *p, size_t len);

/* A raw frame. */
void record_raw(struct record_link *l, const struct rawframe *f);

#endif
