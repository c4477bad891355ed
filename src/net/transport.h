#ifndef WSTAP_NET_TRANSPORT_H
#define WSTAP_NET_TRANSPORT_H

#include "base/err.h"
#include "net/deadline.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * A connected, non-blocking byte stream: TCP, a unix socket, or TLS over
 * either. Nobody above knows which.
 */
enum io_status {
	IO_OK,         /* *n bytes moved, at least one */
	IO_EOF,        /* read: the peer has finished sending */
	IO_WANT_READ,  /* nothing moved: try again when the fd is readable */
	IO_WANT_WRITE, /* ... when it is writable */
	IO_ERROR,      /* err is set: ERR_LOST (read) or ERR_SEND (write) */
};

struct transport;

struct transport_ops {
	enum io_status (*read)(struct transport *t, void *data, size_t cap,
		size_t *n, struct err *err);
	enum io_status (*write)(struct transport *t, const void *data,
		size_t len, size_t *n, struct err *err);
	/* NULL where it can't be done */
	enum io_status (*splice)(
		struct transport *t, int pipe, size_t len, size_t *n);
	size_t (*pending)(struct transport *t);
	void (*shutdown)(struct transport *t);
	void (*free)(struct transport *t);
};

/* The first member of each transport's own struct. */
struct transport {
	const struct transport_ops *ops;
	int fd;             /* for select; owned */
	const char *secure; /* "TLSv1.3" ..., NULL in the clear */
	const char *cipher; /* with secure */
};

/* One read or write, without waiting, of at least one byte. EINTR is seen to.
 * After IO_WANT_* from a write the next one must begin with the same bytes
 * (at any address, and more may follow them). */
enum io_status transport_read(struct transport *t, void *data, size_t cap,
	size_t *n, struct err *err);
enum io_status transport_write(struct transport *t, const void *data,
	size_t len, size_t *n, struct err *err);

/* Moves at most len bytes to a pipe, without waiting and without seeing them;
 * IO_WANT_WRITE: the pipe is full. IO_ERROR: it can't be done, here or any
 * more, and nothing moved: transport_read() tells why. */
enum io_status transport_splice(
	struct transport *t, int pipe, size_t len, size_t *n);

/* Bytes that can be had without the descriptor being readable: ask before
 * going to sleep. Where they are only the start of a TLS record, one read
 * gives IO_WANT_READ, and after that this is 0. */
size_t transport_pending(struct transport *t);

/* How many bytes of what was written the other end's system has not
 * acknowledged; 0 where this one can't say, as of a unix socket. */
size_t transport_unacknowledged(const struct transport *t);

/* Says that no more will be sent (close_notify where there is TLS, then FIN);
 * reading goes on. Best effort, never waits. */
void transport_shutdown(struct transport *t);

/* Closes and frees; NULL is fine. */
void transport_free(struct transport *t);

/* Set-up only: the same, but waiting until something moved or the deadline
 * came (IO_ERROR with ERR_TIMEOUT, whose line ends in `doing`). Never gives
 * back IO_WANT_*. */
enum io_status transport_read_by(struct transport *t, void *data, size_t cap,
	size_t *n, struct deadline deadline, const char *doing,
	struct err *err);

/* Set-up only: writes all len bytes; false with ERR_TIMEOUT or ERR_SEND. */
bool transport_write_by(struct transport *t, const void *data, size_t len,
	struct deadline deadline, const char *doing, struct err *err);

/* Waits until the descriptor is ready for what status wants; false when the
 * deadline came first. */
bool transport_wait(int fd, enum io_status want, struct deadline deadline);

#endif
