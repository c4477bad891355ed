#ifndef WSTAP_HTTP_NOPROXY_H
#define WSTAP_HTTP_NOPROXY_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Which hosts are reached without the proxy: --noproxy and no_proxy, as curl
 * reads them. The list's items are separated by commas or blanks:
 *
 *     *                  all, where it is the whole list
 *     example.com        that name and all below it (www.example.com, not
 *                        badexample.com); so .example.com
 *     example.com:8080   the same on that port
 *     192.0.2.7, ::1, [::1], [::1]:8080
 *                        that address, however it is written
 *     192.0.2.0/24, 2001:db8::/32
 *                        those addresses
 *
 * Case does not count, nor does a dot at a name's end, nor a zone. What is
 * none of these matches nothing.
 */

/* host: ASCII, without brackets (url.host). */
bool noproxy_match(const char *list, const char *host, uint16_t port);

#endif
