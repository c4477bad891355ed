#ifndef WSTAP_BASE_BASE64_H
#define WSTAP_BASE_BASE64_H

#include <stddef.h>

/* Room that the base64 (RFC 4648 section 4) of n bytes takes, NUL included. */
#define BASE64_SIZE(n) (((n) + 2) / 3 * 4 + 1)

/* Writes the base64 of n bytes and a NUL to out, which has BASE64_SIZE(n). */
void base64_encode(char *out, const void *data, size_t n);

#endif
