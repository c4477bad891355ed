#ifndef WSTAP_NET_TLS_KEYLOG_H
#define WSTAP_NET_TLS_KEYLOG_H

#include "base/err.h"

/* The keys of a session, in the format that Wireshark reads
 * (SSLKEYLOGFILE's). */

/* Opens file to write behind what it has (0600 where it is new). Without one,
 * SSLKEYLOGFILE's, where that can be done. *fd is -1 where there is nothing to
 * write to. false: ERR_OUTPUT, with file only. */
bool tls_keylog_open(int *fd, const char *file, struct err *err);

/* Writes one line, at once. false: errno says why. */
bool tls_keylog_write(int fd, const char *line);

#endif
