#ifndef WSTAP_BASE_BASE64_H
#define WSTAP_BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Base64 (RFC 4648 section 4): the alphabet with + and /, padded. */

/* Room that the base64 of n bytes takes, NUL included. */
#define BASE64_SIZE(n) (((n) + 2) / 3 * 4 + 1)

/* Writes the base64 of n bytes and a NUL to out, which has BASE64_SIZE(n). */
void base64_encode(char *out, const void *data, size_t n);

/* Room that base64_decode() wants for n characters: two bytes more, at most,
 * than come out. */
#define BASE64_DECODE_SIZE(n) ((n) / 4 * 3)

/* Decodes n characters of text to out, which has BASE64_DECODE_SIZE(n), and
 * says how many bytes came out. False where the text is not what encoding
 * gives: any other character, a line end among them, padding that lacks or is
 * elsewhere, or bits that are not used and not zero. What out holds then is of
 * no use. */
bool base64_decode(uint8_t *out, size_t *len, const char *text, size_t n);

#endif
