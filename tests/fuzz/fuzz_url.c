#define _GNU_SOURCE /* unit/guard.h */
#include "fuzz/fuzz.h"
#include "http/url.h"

/*
 * url_parse() on any text. What it accepts has parts that can go into a
 * request and a resolver, and is the same again when it is parsed as shown.
 * What it refuses leaves nothing behind, and its line has no password in it.
 *
 *     input: the URL, up to a NUL
 */

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

/* None of these bytes, no control character, nothing but ASCII. */
static bool is_clean(const char *text, const char *forbidden)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x20 || c >= 0x7f || strchr(forbidden, *text))
			return false;
	}
	return true;
}

static void check_host(const struct url *url)
{
	const char *zone = strchr(url->host, '%');
	char text[64];
	size_t n;

	if (!strchr(url->host, ':')) {
		/* A name or an IPv4 address. */
		REQUIRE(*url->host);
		REQUIRE(is_clean(url->host, " \"#%/:<>?@[\\]^`{|}"));
		n = strlen(url->host);
		REQUIRE(!strncmp(url->authority, url->host, n));
	} else {
		n = zone ? (size_t)(zone - url->host) : strlen(url->host);
		REQUIRE(n < sizeof(text) - 3);
		snprintf(text, sizeof(text), "[%.*s]", (int)n, url->host);
		n += 2;
		REQUIRE(strspn(text, "[0123456789abcdef:.]") == n);
		REQUIRE(!zone || zone[1]);
		REQUIRE(!zone || is_clean(zone + 1, " \"#%/:<>?@[\\]^`{|}"));
		REQUIRE(!strncmp(url->authority, text, n));
	}

	unsigned usual = url->secure ? 443 : 80;

	*text = '\0';
	if (url->port != usual)
		snprintf(text, sizeof(text), ":%u", (unsigned)url->port);
	REQUIRE(same(url->authority + n, text));
}

static void check_parts(const struct url *url)
{
	REQUIRE(url->target && *url->target == '/');
	REQUIRE(is_clean(url->target, " #"));
	REQUIRE(url->authority && url->port);
	REQUIRE((url->host == NULL) != (url->unix_path == NULL));
	REQUIRE(!url->password || url->user);
	if (url->host) {
		check_host(url);
	} else {
		REQUIRE(*url->unix_path && !url->secure);
		REQUIRE(same(url->authority, "localhost"));
	}
}

static void check_shown(const struct url *url)
{
	struct url again;
	struct err err;
	char *shown = url_show(url), *twice;

	REQUIRE(url_parse(&again, shown, &err));
	twice = url_show(&again);
	REQUIRE(!again.user && !again.password);
	REQUIRE(url->secure == again.secure && url->port == again.port);
	REQUIRE(same(url->host, again.host));
	REQUIRE(same(url->authority, again.authority));
	REQUIRE(same(url->target, again.target));
	REQUIRE(same(url->unix_path, again.unix_path));
	REQUIRE(same(shown, twice));
	free(shown);
	free(twice);
	url_release(&again);
}

static bool is_empty(const struct url *url)
{
	return !url->host && !url->authority && !url->target && !url->user &&
	       !url->password && !url->unix_path;
}

static void check(const char *text)
{
	struct err err = { 0 };
	struct url url;

	if (url_parse(&url, text, &err)) {
		check_parts(&url);
		check_shown(&url);
	} else {
		REQUIRE(err.kind == ERR_URL && *err.line);
		REQUIRE(is_empty(&url));
	}
	url_release(&url);
	REQUIRE(is_empty(&url));
}

/* A password, whatever follows it. */
static void check_secret(const char *scheme, const char *text)
{
	static const char secret[] = "S3CR3T";
	static struct gathered whole;
	struct err err = { 0 };
	struct url url;

	if (strstr(text, secret))
		return;
	whole.len = 0;
	gather(&whole, scheme, strlen(scheme));
	gather(&whole, "u:", 2);
	gather(&whole, secret, strlen(secret));
	gather(&whole, text, strlen(text) + 1);
	if (!strchr(text, '@'))
		return;
	if (!url_parse(&url, (char *)whole.p, &err)) {
		REQUIRE(!strstr(err.line, secret));
	} else {
		char *shown = url_show(&url);

		REQUIRE(!strstr(shown, secret));
		free(shown);
	}
	url_release(&url);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = size ? memchr(data, 0, size) : NULL;
	static struct gathered text;

	text.len = 0;
	gather(&text, data, nul ? (size_t)(nul - data) : size);
	gather(&text, "", 1);
	if (text.len > GUARD_MAX)
		return 0;

	const char *p = (char *)guard_copy(text.p, text.len);

	check(p);
	check_secret("ws://", p);
	check_secret("https://", p);
	check_secret("ws+unix://", p);
	check_secret("", p);
	return 0;
}
