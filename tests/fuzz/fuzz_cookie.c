#define _GNU_SOURCE /* unit/guard.h */
#include "fuzz/fuzz.h"
#include "http/cookie.h"
#include "http/cookie_date.h"

/*
 * A jar under any Set-Cookie fields and any file. What a server sets is only
 * ever for its own host or a domain that it is in, is within the limits, and
 * has nothing in it that would break a line of the file or of a request. What
 * goes to a server is in the jar for it. A file that is written is read as the
 * same cookies.
 *
 *     input: lines, each a byte that chooses the server and a Set-Cookie
 *     value; what follows a zero byte instead is a file
 */
enum { NOW = 1700000000, SERVERS = 8 };

static const char *const addresses[SERVERS] = { "ws://example.test/",
	"wss://www.example.test/a/b?c", "ws://a.www.example.test:99/a/",
	"wss://localhost/", "ws://10.0.0.1/a", "wss://[::1]/", "ws://0.1/a/b/c",
	"ws+unix:/run/socket:/x/y" };

static struct url servers[SERVERS];

static void parse_addresses(void)
{
	struct err err;

	for (int i = 0; i < SERVERS && !servers[i].target; i++)
		REQUIRE(url_parse(&servers[i], addresses[i], &err));
}

static bool is_clean(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return false;
	return true;
}

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && !strcmp(text + n - m, end);
}

/* By the letter of RFC 6265 5.1.3, for the hosts above. */
static bool is_for(const struct cookie *c, const struct url *url)
{
	const char *host = url->host ? url->host : "localhost";
	size_t n = strlen(host), m = strlen(c->domain);

	if (!strcmp(host, c->domain))
		return true;
	return !c->host_only && strstr(host, "test") && n > m &&
	       ends_with(host, c->domain) && host[n - m - 1] == '.';
}

static void check_cookie(const struct cookie *c)
{
	REQUIRE(is_clean(c->name) && is_clean(c->value));
	REQUIRE(is_clean(c->domain) && is_clean(c->path));
	REQUIRE(*c->domain && *c->path == '/');
	REQUIRE(strlen(c->name) + strlen(c->value) <= COOKIE_MAX);
	REQUIRE(strlen(c->domain) + strlen(c->path) <= COOKIE_MAX);
}

static void check_jar(const struct cookie_jar *jar)
{
	size_t bytes = 0;

	for (size_t i = 0; i < jar->n; i++) {
		const struct cookie *c = &jar->v[i];

		check_cookie(c);
		bytes += strlen(c->name) + strlen(c->value) +
			 strlen(c->domain) + strlen(c->path);
	}
	REQUIRE(jar->bytes == bytes && bytes <= COOKIE_JAR_BYTES);
	REQUIRE(jar->n <= COOKIE_JAR_MAX);
}

/* What a server has just set. */
static void check_changed(const struct cookie_jar *jar, const struct url *from)
{
	for (size_t i = 0; i < jar->n; i++) {
		const struct cookie *c = &jar->v[i];

		if (!c->changed)
			continue;
		REQUIRE(*c->name && is_for(c, from));
		REQUIRE(c->host_only || strchr(c->domain, '.'));
		REQUIRE(from->secure || !c->secure || c->expires == INT64_MIN);
		REQUIRE(strncmp(c->name, "__Secure-", 9) || c->secure);
		REQUIRE(strncmp(c->name, "__Host-", 7) ||
			(c->secure && c->host_only && !strcmp(c->path, "/")));
	}
}

/* The secure cookies of a jar, which a ws server must not change. */
static void gather_secure(struct gathered *g, const struct cookie_jar *jar)
{
	g->len = 0;
	for (size_t i = 0; i < jar->n; i++) {
		const struct cookie *c = &jar->v[i];

		if (!c->secure)
			continue;
		gather(g, c->name, strlen(c->name) + 1);
		gather(g, c->value, strlen(c->value) + 1);
	}
}

static void set(struct cookie_jar *jar, const struct url *from,
	const uint8_t *value, size_t len)
{
	static struct gathered before, after;

	cookie_jar_settle(jar, NOW);
	gather_secure(&before, jar);
	cookie_jar_set(jar, (char *)guard_copy(value, len), len, from, NOW);
	gather_secure(&after, jar);
	check_jar(jar);
	check_changed(jar, from);
	/* But for those that had to go. */
	REQUIRE(from->secure || gathered_same(&before, &after) ||
		after.len < before.len);
}

static void check_header(const struct cookie_jar *jar, const struct url *to)
{
	char *header = cookie_jar_header(jar, to, NULL, NOW);
	size_t most = 0;

	for (size_t i = 0; i < jar->n; i++) {
		const struct cookie *c = &jar->v[i];

		if (is_for(c, to) && (to->secure || !c->secure) &&
			c->expires >= 0 &&
			!strncmp(to->target, c->path, strlen(c->path)))
			most += strlen(c->name) + strlen(c->value) + 3;
		else if (is_for(c, to) && !strcmp(c->path, "/"))
			REQUIRE(c->secure || c->expires < 0);
	}
	if (header) {
		REQUIRE(*header && is_clean(header));
		REQUIRE(strlen(header) <= COOKIE_HEADER_MAX);
		REQUIRE(strlen(header) <= most);
	}
	free(header);
}

static void check_file(const struct cookie_jar *jar)
{
	struct cookie_jar again = { 0 }, merged = { 0 };
	size_t len, length;
	struct err err;
	char *text = cookie_jar_write(jar, NOW, &len), *twice;

	REQUIRE(strlen(text) == len);
	REQUIRE(cookie_jar_read(
		&again, (char *)guard_copy(text, len), len, NOW, &err));
	check_jar(&again);
	twice = cookie_jar_write(&again, NOW, &length);
	REQUIRE(len == length && !memcmp(text, twice, len));
	cookie_jar_merge(&merged, jar, NOW);
	check_jar(&merged);
	free(text);
	free(twice);
	cookie_jar_release(&again);
	cookie_jar_release(&merged);
}

static void read_text(struct cookie_jar *jar, const uint8_t *p, size_t len)
{
	struct err err = { 0 };

	if (cookie_jar_read(jar, (char *)guard_copy(p, len), len, NOW, &err))
		REQUIRE(err.kind == ERR_NONE);
	else
		REQUIRE(err.kind == ERR_INPUT && *err.line);
	check_jar(jar);
}

static void check_date(const uint8_t *p, size_t len)
{
	const struct http_span text = { (char *)guard_copy(p, len), len };
	int64_t seconds;

	if (cookie_date(text, &seconds))
		REQUIRE(seconds >= -11644473600 && seconds <= 253402300799);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct cookie_jar jar = { 0 };
	size_t n;

	if (size > GUARD_MAX / 4)
		return 0;
	parse_addresses();
	while (in.len) {
		unsigned server = input_byte(&in);

		if (!server) {
			const uint8_t *p = input_bytes(&in, in.len, &n);

			read_text(&jar, p, n);
			break;
		}

		const uint8_t *end = memchr(in.p, '\n', in.len);
		const uint8_t *p = input_bytes(
			&in, end ? (size_t)(end - in.p) : in.len, &n);

		input_byte(&in);
		set(&jar, &servers[server % SERVERS], p, n);
		check_date(p, n);
	}
	for (int i = 0; i < SERVERS; i++)
		check_header(&jar, &servers[i]);
	check_file(&jar);
	cookie_jar_release(&jar);
	return 0;
}
