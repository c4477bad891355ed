#define _GNU_SOURCE /* unit/guard.h */
#include "fuzz/fuzz.h"
#include "http/noproxy.h"

/*
 * noproxy_match() against a plain model, which writes an address as a string
 * of 128 ones and zeros and a network as the beginning of such a string. Each
 * item of the list is asked for as a host, too, as it is, with something
 * before it and with one character changed: so that matches are frequent.
 *
 *     input: port (2), host, line end, list
 */
enum { BITS = 128, MAPPED = 96, ITEM_MAX = 200 };

struct model {
	bool ip, ip4;
	char bits[BITS + 1];
	char name[ITEM_MAX + 1];
};

static void put_bits(char *bits, unsigned n, unsigned value)
{
	while (n--)
		*bits++ = value >> n & 1 ? '1' : '0';
	*bits = '\0';
}

/* A number written in C's way (base 0) or in decimals; more than 2^32 is
 * 2^32. The text must be digits from its first to its last character. */
static bool number(const char *text, int base, uint64_t *value)
{
	static const char digits[] = "0123456789abcdef";
	size_t start = 0;

	if (!base) {
		base = text[0] == '0' && text[1] ? 8 : 10;
		if (base == 8 && (text[1] == 'x' || text[1] == 'X')) {
			base = 16;
			start = 2;
		}
	}
	*value = 0;
	for (const char *c = text + start; *c; c++) {
		bool big = *c >= 'A' && *c <= 'Z';
		const char *d = strchr(digits, big ? *c + 32 : *c);

		if (!d || d - digits >= base)
			return false;
		*value = *value * (unsigned)base + (unsigned)(d - digits);
		if (*value >> 32)
			*value = UINT64_C(1) << 32;
	}
	return text[start] != '\0';
}

/* Cuts text at the separator; the number of pieces, or 0 where they are more
 * than most. */
static size_t pieces(char *text, char separator, char **v, size_t most)
{
	size_t n = 0;

	for (;;) {
		if (n == most)
			return 0;
		v[n++] = text;
		text = strchr(text, separator);
		if (!text)
			return n;
		*text++ = '\0';
	}
}

/* 32 bits; strict: four decimals without zeros before them. */
static bool model_ip4(const char *from, bool strict, char *bits)
{
	char text[ITEM_MAX + 1], *v[4];
	uint64_t all = 0, part;

	strcpy(text, from);

	size_t n = pieces(text, '.', v, 4);

	if (!n || (strict && n != 4))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (strict && v[i][0] == '0' && v[i][1])
			return false;
		if (!number(v[i], strict ? 10 : 0, &part))
			return false;
		if (i + 1 == n) {
			if (part >= UINT64_C(1) << 8 * (5 - n))
				return false;
			all = (all << 8 * (5 - n)) + part;
		} else {
			if (part > 255)
				return false;
			all = all * 256 + part;
		}
	}
	put_bits(bits, 32, (unsigned)all);
	return true;
}

/* Groups of a side of the "::": how many bits they are, or -1. */
static int model_groups(char *text, bool last, char *bits)
{
	char *v[8];
	int done = 0;

	*bits = '\0';
	if (!*text)
		return 0;

	size_t n = pieces(text, ':', v, 8);

	for (size_t i = 0; i < n; i++) {
		uint64_t value = 0;
		char hex[8] = "0x";

		if (last && i + 1 == n && strchr(v[i], '.')) {
			if (done > BITS - 32 ||
				!model_ip4(v[i], true, bits + done))
				return -1;
			return done + 32;
		}
		if (strlen(v[i]) > 4)
			return -1;
		strcat(hex, v[i]);
		if (!number(hex, 0, &value))
			return -1;
		put_bits(bits + done, 16, (unsigned)value);
		done += 16;
	}
	return n ? done : -1;
}

static bool model_ip6(const char *from, char *bits)
{
	char text[ITEM_MAX + 1], high[BITS + 33], low[BITS + 33];

	strcpy(text, from);
	text[strcspn(text, "%")] = '\0';

	char *gap = strstr(text, "::");

	if (!gap) {
		if (!strchr(text, ':') ||
			model_groups(text, true, high) != BITS)
			return false;
		strcpy(bits, high);
		return true;
	}
	*gap = '\0';

	int nhigh = model_groups(text, false, high);
	int nlow = model_groups(gap + 2, true, low);

	if (nhigh < 0 || nlow < 0 || nhigh + nlow >= BITS)
		return false;
	memset(bits, '0', BITS);
	bits[BITS] = '\0';
	memcpy(bits, high, (size_t)nhigh);
	memcpy(bits + BITS - nlow, low, (size_t)nlow);
	return true;
}

static bool model_host(const char *text, struct model *m)
{
	size_t n = strlen(text);

	memset(m, 0, sizeof(*m));
	if (strchr(text, ':'))
		return m->ip = model_ip6(text, m->bits);
	strcpy(m->name, text);
	if (n && m->name[n - 1] == '.')
		m->name[n - 1] = '\0';
	memset(m->bits, '0', 80);
	memset(m->bits + 80, '1', 16);
	m->ip = m->ip4 = model_ip4(m->name, false, m->bits + MAPPED);
	for (char *c = m->name; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c += 32;
	return *m->name != '\0';
}

static bool model_network(char *item, const struct model *host)
{
	char *slash = strchr(item, '/'), bits[BITS + 1];
	bool ip4 = !memchr(item, ':', (size_t)(slash - item));
	uint64_t n;

	*slash = '\0';
	memset(bits, '0', 80);
	memset(bits + 80, '1', 16);
	if (!number(slash + 1, 10, &n) || n > (ip4 ? 32 : 128))
		return false;
	if (!(ip4 ? model_ip4(item, true, bits + MAPPED)
		  : model_ip6(item, bits)))
		return false;
	n += ip4 ? MAPPED : 0;
	if (host->ip4 && n < MAPPED)
		return false;
	return host->ip && !strncmp(bits, host->bits, (size_t)n);
}

static bool model_item(char *item, const struct model *host, unsigned port)
{
	char *colon = strchr(item, ':'), *bracket = strchr(item, ']');
	struct model listed;
	uint64_t n;

	if (strchr(item, '/'))
		return model_network(item, host);
	if (*item == '[') {
		if (!bracket || !colon || colon > bracket)
			return false;
		colon = bracket[1] ? bracket + 1 : NULL;
		if (colon && *colon != ':')
			return false;
		*bracket = '\0';
		item++;
	} else if (colon && strchr(colon + 1, ':')) {
		colon = NULL;
	}
	if (colon) {
		*colon = '\0';
		if (!number(colon + 1, 10, &n) || n != port)
			return false;
	}
	if (!model_host(item, &listed) || listed.ip != host->ip)
		return false;
	if (listed.ip)
		return !strcmp(listed.bits, host->bits);

	char name[ITEM_MAX + 2], whole[ITEM_MAX + 2];
	bool dot = *listed.name == '.';

	if (!listed.name[dot])
		return false;
	snprintf(name, sizeof(name), ".%s", listed.name + dot);
	snprintf(whole, sizeof(whole), ".%s", host->name);

	size_t more = strlen(whole), size = strlen(name);

	return size <= more && !strcmp(whole + more - size, name);
}

/* The list's next item from *at on; false at the end. */
static bool next_item(const char *list, size_t *at, char *item)
{
	size_t n;

	while (list[*at] && strchr(", \t", list[*at]))
		++*at;
	for (n = 0; list[*at] && !strchr(", \t", list[*at]); n++)
		item[n] = list[(*at)++];
	item[n] = '\0';
	return n > 0;
}

static bool model_match(const char *list, const char *host, unsigned port)
{
	char item[ITEM_MAX + 1];
	struct model wanted;
	size_t at = 0;

	if (next_item(list, &at, item) && !strcmp(item, "*") &&
		!next_item(list, &at, item))
		return true;
	if (!model_host(host, &wanted))
		return false;
	for (at = 0; next_item(list, &at, item);)
		if (model_item(item, &wanted, port))
			return true;
	return false;
}

static void check(const char *list, const char *host, unsigned port)
{
	const char *l = (char *)guard_copy_slot(0, list, strlen(list) + 1);
	const char *h = (char *)guard_copy_slot(1, host, strlen(host) + 1);

	REQUIRE(noproxy_match(l, h, (uint16_t)port) ==
		model_match(list, host, port));
}

static void check_items(const char *list, unsigned port)
{
	struct dice dice = dice_of(port);
	char item[ITEM_MAX + 1], host[ITEM_MAX + 1];

	for (size_t at = 0; next_item(list, &at, item);) {
		size_t from = *item == '[';

		item[from + strcspn(item + from, "]/")] = '\0';
		if (strlen(item) + 3 >= sizeof(item))
			continue;
		snprintf(host, sizeof(host), "%s", item + from);
		check(list, host, port);
		snprintf(host, sizeof(host), "w.%s", item + from);
		check(list, host, port);
		snprintf(host, sizeof(host), "%s.", item + from);
		check(list, host, port);
		if (!*host)
			continue;
		host[dice_roll(&dice, (uint32_t)strlen(host))] =
			"0129afF.:x"[dice_roll(&dice, 10)];
		check(list, host, port);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	unsigned port = input_u16(&in);
	char text[2 * ITEM_MAX + 2], *list;

	if (in.len > ITEM_MAX)
		in.len = ITEM_MAX;
	if (in.len)
		memcpy(text, in.p, in.len);
	text[in.len] = '\0';
	list = strchr(text, '\n');
	if (!list)
		return 0;
	*list++ = '\0';
	check(list, text, port);
	check_items(list, port);
	return 0;
}
