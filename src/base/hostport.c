#include "base/hostport.h"

#include <string.h>

bool hostport_parse(struct hostport *out, const char *text)
{
	const char *digits = text, *end;
	unsigned port = 0;

	*out = (struct hostport){ .host = text };
	if (*text == '[') {
		end = strchr(text, ']');
		if (!end || end == text + 1 || end[1] != ':')
			return false;
		out->host = text + 1;
		out->host_len = (size_t)(end - text) - 1;
		digits = end + 2;
	} else if ((end = strchr(text, ':')) != NULL) {
		out->host_len = (size_t)(end - text);
		digits = end + 1;
	}
	if (!*digits || strlen(digits) > 5)
		return false;
	for (; *digits; digits++) {
		if (*digits < '0' || *digits > '9')
			return false;
		port = port * 10 + (unsigned)(*digits - '0');
	}
	out->port = (uint16_t)port;
	return port <= UINT16_MAX;
}
