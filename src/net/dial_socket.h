#ifndef WSTAP_NET_DIAL_SOCKET_H
#define WSTAP_NET_DIAL_SOCKET_H

/* What every descriptor that net/dial gives out has gone through. */

/* Makes a new descriptor non-blocking and close-on-exec, moves it behind 0, 1
 * and 2, and refuses one that select() cannot take. Gives back the descriptor
 * to use from here on, or -1 with errno (closed). fd -1: the same. */
int dial_socket_settle(int fd);

/* Frames are small and gathered already; waiting to send would only delay
 * them. Not possible on a unix socket, and no loss. */
void dial_socket_nodelay(int fd);

/* After a minute's silence, every minute; as far as the system has it. */
void dial_socket_keepalive(int fd);

/* close() that leaves errno as it is; fd -1 is fine. */
void dial_socket_close(int fd);

#endif
