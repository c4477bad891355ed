#include "cli/values.h"

#include <string.h>
#include <strings.h>

/* None of these lines shows the value. */

bool value_bearer(struct config *config, const char *what, const char *arg,
	struct err *err)
{
	const char *p = arg;

	while (*p > ' ' && *p < 0x7f)
		p++;
	if (!*arg || *p)
		return err_set(err, ERR_USAGE,
			"%s: not a token: visible ASCII characters and no "
			"blanks (RFC 6750 2.1)",
			what);
	config->bearer = arg;
	config->user = NULL;
	return true;
}

bool value_user(struct config *config, const char *what, const char *arg,
	struct err *err)
{
	if (!ws_handshake_check_value(what, arg, err))
		return false;
	config->user = arg;
	config->bearer = NULL;
	return true;
}

bool value_check_cookie(const char *what, const char *value, struct err *err)
{
	const char *p = value;

	if (!ws_handshake_check_value(what, value, err))
		return false;
	do {
		size_t n;

		p += strspn(p, "; ");
		n = strcspn(p, ";=");
		if (!n || p[n] != '=')
			return err_set(err, ERR_USAGE,
				"%s: not NAME=VALUE, or several with \"; \" "
				"between (--cookie-jar is for a file)",
				what);
		p += strcspn(p, ";");
	} while (*p && p[strspn(p, "; ")]);
	return true;
}

bool value_secret_any(const char *value)
{
	return value[0] != '@';
}

bool value_secret_user(const char *value)
{
	const char *colon = strchr(value, ':');

	return colon && colon[1];
}

bool value_secret_url(const char *value)
{
	const char *scheme = strstr(value, "://");
	const char *p = scheme ? scheme + 3 : value;
	const char *end = p + strcspn(p, "/?#");
	const char *colon = memchr(p, ':', (size_t)(end - p));

	return colon && memchr(colon, '@', (size_t)(end - colon)) != NULL;
}

bool value_secret_header(const char *value)
{
	static const char *const names[] = { "authorization", "cookie",
		"proxy-authorization" };
	size_t len = strcspn(value, ":");

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i]) == len &&
			strncasecmp(value, names[i], len) == 0)
			return value[len] && value[len + 1];
	return false;
}
