#ifndef WSTAP_NET_TCP_H
#define WSTAP_NET_TCP_H

#include "net/transport.h"

/* The transport in the clear over a connected, non-blocking stream socket,
 * which it owns from here on. NULL only where memory is out (fd closed). */
struct transport *tcp_new(int fd);

#endif
