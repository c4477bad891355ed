#include "ws/close.h"

#include <stddef.h>

bool ws_close_may_send(unsigned code)
{
	return (code >= 1000 && code <= 1003) ||
	       (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

bool ws_close_is_error(unsigned code)
{
	return code >= 1002 && code != WS_CLOSE_NO_CODE;
}

const char *ws_close_name(unsigned code)
{
	/* The registry's words, from 1000 on. */
	static const char *const names[] = {
		"normal closure",
		"going away",
		"protocol error",
		"unsupported data",
		"reserved",
		"no code",
		"abnormal closure",
		"invalid payload data",
		"policy violation",
		"message too big",
		"mandatory extension missing",
		"internal error",
		"service restart",
		"try again later",
		"bad gateway",
		"TLS handshake failed",
	};
	const size_t n = sizeof(names) / sizeof(names[0]);

	if (code >= 1000 && code - 1000 < n)
		return names[code - 1000];
	if (code >= 3000 && code <= 3999)
		return "registered";
	if (code >= 4000 && code <= 4999)
		return "private use";
	return "unassigned";
}
