#ifndef WSTAP_WS_CLOSE_H
#define WSTAP_WS_CLOSE_H

#include <stdbool.h>
#include <stdint.h>

/* Close codes (RFC 6455 section 7.4 and the IANA registry). */

enum {
	WS_CLOSE_NORMAL = 1000,
	WS_CLOSE_GOING_AWAY = 1001,
	WS_CLOSE_PROTOCOL = 1002,
	WS_CLOSE_UNSUPPORTED = 1003,
	WS_CLOSE_NO_CODE = 1005,  /* never on the wire: the frame had none */
	WS_CLOSE_ABNORMAL = 1006, /* never on the wire: no close frame came */
	WS_CLOSE_NOT_UTF8 = 1007,
	WS_CLOSE_TOO_BIG = 1009,
};

/* Whether a close frame may carry the code: 1000 to 1003, 1007 to 1014, 3000
 * to 4999. */
bool ws_close_may_send(unsigned code);

/* Whether the code tells of an error: 1002 and above, but for "no code". */
bool ws_close_is_error(unsigned code);

/* "normal closure" ..., or "registered" (3000s), "private use" (4000s),
 * "unassigned". */
const char *ws_close_name(unsigned code);

#endif
