#include "format/har.h"

#include "base/version.h"
#include "format/jsonl.h"

enum { NS = 1000000000 };

/* A part of a string. */
struct span {
	const char *p;
	size_t len;
};

/* What of s is before the first of these bytes; s goes on behind that one. */
static struct span cut_at(struct span *s, const char *set)
{
	struct span part = { s->p, 0 };

	while (part.len < s->len && !strchr(set, s->p[part.len]))
		part.len++;

	size_t took = part.len + (part.len < s->len);

	s->p += took;
	s->len -= took;
	return part;
}

static struct span trim(struct span s)
{
	while (s.len > 0 && strchr(" \t\r", *s.p)) {
		s.p++;
		s.len--;
	}
	while (s.len > 0 && strchr(" \t\r", s.p[s.len - 1]))
		s.len--;
	return s;
}

static struct span whole(const char *s)
{
	return (struct span){ s, s ? strlen(s) : 0 };
}

static bool is_name(struct span s, const char *name)
{
	if (s.len != strlen(name))
		return false;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.p[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (c != name[i])
			return false;
	}
	return true;
}

static void put_span(struct jsonput *j, const char *key, struct span s)
{
	jsonput_raw(j, key);
	jsonput_string(j, s.p, s.len);
}

/* {"name":...,"value":...}, with a comma where it isn't the first. */
static void put_pair(
	struct jsonput *j, bool *any, struct span name, struct span value)
{
	put_span(j, *any ? ",{\"name\":" : "{\"name\":", name);
	put_span(j, ",\"value\":", value);
	jsonput_raw(j, "}");
	*any = true;
}

/* The lines of a head behind its first, as fields. */
static bool next_field(struct span *head, struct span *name, struct span *value)
{
	while (head->len > 0) {
		*value = cut_at(head, "\n");
		if (!memchr(value->p, ':', value->len))
			continue;
		*name = trim(cut_at(value, ":"));
		*value = trim(*value);
		return true;
	}
	return false;
}

static void put_fields(struct jsonput *j, struct span head)
{
	struct span name, value;
	bool any = false;

	jsonput_raw(j, ",\"headers\":[");
	while (next_field(&head, &name, &value))
		put_pair(j, &any, name, value);
	jsonput_raw(j, "]");
}

/* The cookies of those fields: name=value, and where a field sets one, its
 * attributes left out. */
static void put_cookies(
	struct jsonput *j, struct span head, const char *field, bool one)
{
	struct span name, value;
	bool any = false;

	jsonput_raw(j, ",\"cookies\":[");
	while (next_field(&head, &name, &value)) {
		bool more = is_name(name, field);

		while (more && value.len > 0) {
			struct span cookie = trim(cut_at(&value, ";"));

			more = !one;
			if (!memchr(cookie.p, '=', cookie.len))
				continue;
			name = cut_at(&cookie, "=");
			put_pair(j, &any, name, cookie);
		}
	}
	jsonput_raw(j, "]");
}

static void put_query(struct jsonput *j, const char *url)
{
	struct span query = whole(url);
	bool any = false;

	cut_at(&query, "?");
	jsonput_raw(j, ",\"queryString\":[");
	while (query.len > 0) {
		struct span value = cut_at(&query, "&");

		if (value.len > 0) {
			struct span name = cut_at(&value, "=");

			put_pair(j, &any, name, value);
		}
	}
	jsonput_raw(j, "]");
}

/* An empty head's size is not known. */
static void put_sizes(struct jsonput *j, struct span head, const char *body)
{
	jsonput_raw(j, ",\"headersSize\":");
	if (head.len > 0)
		jsonput_number(j, head.len);
	else
		jsonput_raw(j, "-1");
	jsonput_raw(j, body);
}

static void put_request(struct jsonput *j, const struct har_entry *e)
{
	struct span head = whole(e->request);
	struct span size = head, line = trim(cut_at(&head, "\n"));
	struct span method = cut_at(&line, " ");

	cut_at(&line, " ");
	put_span(j, "\"request\":{\"method\":", method);
	put_span(j, ",\"url\":", whole(e->url));
	put_span(j, ",\"httpVersion\":", line);
	put_cookies(j, head, "cookie", false);
	put_fields(j, head);
	put_query(j, e->url);
	put_sizes(j, size, ",\"bodySize\":0}");
}

/* Three digits, else 0. */
static uint64_t status_of(struct span s)
{
	uint64_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (s.len != 3 || s.p[i] < '0' || s.p[i] > '9')
			return 0;
		n = n * 10 + (uint64_t)(s.p[i] - '0');
	}
	return n;
}

static void put_response(struct jsonput *j, const struct har_entry *e)
{
	struct span head = whole(e->response);
	struct span size = head, line = trim(cut_at(&head, "\n"));
	struct span version = cut_at(&line, " ");

	jsonput_raw(j, ",\"response\":{\"status\":");
	jsonput_number(j, status_of(cut_at(&line, " ")));
	put_span(j, ",\"statusText\":", line);
	put_span(j, ",\"httpVersion\":", version);
	put_cookies(j, head, "set-cookie", true);
	put_fields(j, head);
	jsonput_raw(j, ",\"content\":{\"size\":0,"
		       "\"mimeType\":\"x-unknown\"},\"redirectURL\":\"\"");
	put_sizes(j, size, ",\"bodySize\":0}");
}

/* The host and the port of "127.0.0.1:80" and "[::1]:443"; nothing for any
 * other address, a socket's path, say. */
static void put_address(struct jsonput *j, const char *address)
{
	struct span port = whole(address);
	const char *colon = address ? strrchr(address, ':') : NULL;

	if (!colon)
		return;

	struct span host = { address, (size_t)(colon - address) };

	port.p = colon + 1;
	port.len -= host.len + 1;
	if (host.len > 2 && host.p[0] == '[' && host.p[host.len - 1] == ']')
		host = (struct span){ host.p + 1, host.len - 2 };
	for (size_t i = 0; i < host.len; i++)
		if (!strchr("0123456789abcdefABCDEF:.", host.p[i]))
			return;
	if (port.len == 0 || strspn(port.p, "0123456789") < port.len ||
		host.len == 0)
		return;
	put_span(j, ",\"serverIPAddress\":", host);
	put_span(j, ",\"connection\":", port);
}

/* n / unit, with the digits of n % unit behind a point. */
static void put_fraction(struct jsonput *j, int64_t n, int64_t unit, int count)
{
	char digits[16];

	if (n < 0)
		n = 0;
	jsonput_number(j, (uint64_t)(n / unit));
	jsonput_raw(j, ".");
	jsonput_digits(digits, (uint64_t)(n % unit), count);
	jsonput_bytes(j, digits, (size_t)count);
}

/* Of nanoseconds, in milliseconds. */
static void put_ms(struct jsonput *j, const char *key, int64_t ns)
{
	jsonput_raw(j, key);
	if (ns < 0)
		jsonput_raw(j, "-1");
	else
		put_fraction(j, ns / 1000, 1000, 3);
}

static int64_t or_0(int64_t ns)
{
	return ns < 0 ? 0 : ns;
}

/* The archive counts what TLS took as a part of connect, too. */
static void put_timings(struct jsonput *j, const struct har_times *t)
{
	int64_t connect = t->connect;

	if (connect >= 0 || t->ssl >= 0)
		connect = or_0(connect) + or_0(t->ssl);
	put_ms(j, ",\"time\":",
		or_0(t->dns) + or_0(connect) + or_0(t->send) + or_0(t->wait));
	jsonput_raw(j, ",\"cache\":{},\"timings\":{\"blocked\":-1");
	put_ms(j, ",\"dns\":", t->dns);
	put_ms(j, ",\"connect\":", connect);
	put_ms(j, ",\"ssl\":", t->ssl);
	put_ms(j, ",\"send\":", or_0(t->send));
	put_ms(j, ",\"wait\":", or_0(t->wait));
	jsonput_raw(j, ",\"receive\":0}");
}

#define LOG_HEAD                                                               \
	"{\"log\":{\"version\":\"1.2\",\"creator\":{\"name\":\"wstap\","       \
	"\"version\":\"" WSTAP_VERSION "\"},\"pages\":[],\"entries\":[\n"

size_t har_entry_room(const struct har_entry *e)
{
	/* What a byte becomes at most, on average: an escape, twice, and half
	 * of a pair ("\x01&" of a query). */
	enum { FIXED = 1024, EACH = 20 };

	return FIXED +
	       EACH * (whole(e->url).len + whole(e->address).len +
			      whole(e->request).len + whole(e->response).len);
}

bool har_entry(struct har *har, struct buf *out, const struct har_entry *e)
{
	struct jsonput j = jsonput_begin(out, har_entry_room(e));
	char started[JSONL_TIME_SIZE];
	int64_t ns = or_0(e->started_ns);

	assert(!har->message);
	jsonl_time(started, ns / NS, (long)(ns % NS));
	jsonput_raw(&j, har->entry ? "\n]},\n{" : LOG_HEAD "{");
	jsonput_member(&j, "\"startedDateTime\":", started);
	put_address(&j, e->address);
	if (e->client > 0) {
		jsonput_raw(&j, ",\"_client\":");
		jsonput_number(&j, e->client);
	}
	jsonput_raw(&j, ",");
	put_request(&j, e);
	put_response(&j, e);
	put_timings(&j, &e->times);
	jsonput_raw(&j, ",\"_resourceType\":\"websocket\","
			"\"_webSocketMessages\":[");
	if (!jsonput_end(&j))
		return false;
	*har = (struct har){ .entry = true };
	return true;
}

bool har_message(struct har *har, struct buf *out, size_t spare,
	const struct har_message *m, size_t *at)
{
	struct jsonput j;
	size_t was = *at;

	assert(har->entry && har->message == (was > 0));
	if (!jsonput_piece_begin(&j, out, spare, m->len, was))
		return false;
	if (was == 0) {
		jsonput_raw(&j, har->messages ? ",\n" : "\n");
		jsonput_raw(&j, m->out ? "{\"type\":\"send\",\"time\":"
				       : "{\"type\":\"receive\",\"time\":");
		put_fraction(&j, m->time_ns / 1000, 1000000, 6);
		jsonput_raw(&j, ",\"opcode\":");
		jsonput_number(&j, m->opcode);
		jsonput_raw(&j, ",\"data\":\"");
	}

	bool done = jsonput_piece_end(
		&j, m->opcode == WS_TEXT, m->data, m->len, at, "\"}");

	har->messages |= done || *at > was;
	har->message = !done && (har->message || *at > was);
	return done;
}

const char *har_trailer(const struct har *har)
{
	if (har->message)
		return "\"}\n]}\n]}}\n";
	return har->entry ? "\n]}\n]}}\n" : LOG_HEAD "]}}\n";
}
