#include "wire.h"

#include <errno.h>
#include <limits.h>
#include <sys/socket.h>
#include <unistd.h>

bool wire_open(struct wire *w, int fd, SSL_CTX *tls, bool server)
{
	w->fd = fd;
	w->ssl = NULL;
	if (tls == NULL)
		return true;
	w->ssl = SSL_new(tls);
	if (w->ssl == NULL || SSL_set_fd(w->ssl, fd) != 1)
		return false;
	return (server ? SSL_accept(w->ssl) : SSL_connect(w->ssl)) == 1;
}

size_t wire_read(struct wire *w, void *bytes, size_t n)
{
	ssize_t did;

	if (w->ssl != NULL) {
		int got =
			SSL_read(w->ssl, bytes, n > INT_MAX ? INT_MAX : (int)n);
		return got > 0 ? (size_t)got : 0;
	}
	do
		did = recv(w->fd, bytes, n, 0);
	while (did < 0 && errno == EINTR);
	return did > 0 ? (size_t)did : 0;
}

bool wire_write(struct wire *w, const void *bytes, size_t n)
{
	const char *p = bytes;

	while (n > 0) {
		ssize_t did;

		if (w->ssl != NULL) {
			did = SSL_write(
				w->ssl, p, n > INT_MAX ? INT_MAX : (int)n);
			if (did <= 0)
				return false;
		} else {
			did = send(w->fd, p, n, 0);
			if (did < 0 && errno == EINTR)
				continue;
			if (did < 0)
				return false;
		}
		p += did;
		n -= (size_t)did;
	}
	return true;
}

void wire_finish(struct wire *w)
{
	if (w->ssl != NULL)
		SSL_shutdown(w->ssl);
	shutdown(w->fd, SHUT_WR);
}

void wire_close(struct wire *w)
{
	SSL_free(w->ssl);
	close(w->fd);
}
