#define _GNU_SOURCE /* unit/guard.h */
#include "format/hexdump.h"
#include "fuzz/content.h"
#include "fuzz/fuzz.h"

/*
 * What was dumped can be read back from the dump: its bytes, and how many they
 * were, where a maximum leaves some out. Each line is what its offset and
 * bytes are printed as, slowly and plainly; one line stands where lines
 * repeat, and none is wider than it had to be. However the bytes are cut and
 * however little room there is, the dump is the same.
 *
 *     input: columns, maximum, seed of cuts and room, content
 */
struct shape {
	size_t columns, per_line, max;
};

/* Columns of a line of 16, 8 and 4 bytes, counted on paper. */
static size_t widest(size_t columns)
{
	if (columns == 0 || columns >= 78)
		return 16;
	return columns >= 45 ? 8 : 4;
}

/* --- reading --- */

struct reader {
	const char *p;
	const struct shape *shape;
	struct gathered *data; /* what was read */
	uint8_t before[16];    /* the latest line, where there is data */
	bool folded;           /* "*" was read last */
	uint64_t left_out;
};

static void read_text(struct reader *r, const char *text)
{
	REQUIRE(!strncmp(r->p, text, strlen(text)));
	r->p += strlen(text);
}

/* "... 1,234 bytes left out": printed from the number, it reads the same. */
static void read_left_out(struct reader *r)
{
	char number[32], text[64];
	size_t n = 0;

	for (const char *p = r->p + 4; *p != ' '; p++) {
		REQUIRE((*p >= '0' && *p <= '9') || *p == ',');
		if (*p != ',')
			r->left_out = 10 * r->left_out + (uint64_t)(*p - '0');
	}
	n = (size_t)snprintf(number, sizeof(number), "%llu",
		(unsigned long long)r->left_out);
	for (size_t i = n; i > 3; i -= 3) {
		memmove(number + i - 2, number + i - 3, n + 4 - i);
		number[i - 3] = ',';
		n++;
	}
	snprintf(text, sizeof(text), "... %s byte%s left out\n", number,
		r->left_out == 1 ? "" : "s");
	read_text(r, text);
	REQUIRE(r->left_out > 0);
}

/* Repeats the line before up to a fold's end. */
static void unfold(struct reader *r, uint64_t end)
{
	size_t per_line = r->shape->per_line;

	if (!r->folded)
		return;
	REQUIRE(end > r->data->len && end <= CONTENT_MAX);
	REQUIRE((end - r->data->len) % per_line == 0);
	while (r->data->len < end)
		gather(r->data, r->before, per_line);
	r->folded = false;
}

/* A line of bytes, which hex is the blank before. */
static void read_line(struct reader *r, uint64_t offset, const char *hex)
{
	size_t per_line = r->shape->per_line, n, at;
	uint8_t bytes[16];
	char text[128];

	for (n = 0; n < per_line; n++) {
		const char *pair = hex + 2 + 3 * n + n / 8;

		if (*pair == ' ')
			break;
		bytes[n] = (uint8_t)strtoul(pair, NULL, 16);
	}
	REQUIRE(n > 0);
	at = (size_t)snprintf(
		text, sizeof(text), "%08llx", (unsigned long long)offset);
	for (size_t i = 0; i < per_line; i++) {
		char pair[3] = "  ";

		if (i < n)
			snprintf(pair, sizeof(pair), "%02x", bytes[i]);
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%s",
			i % 8 ? " " : "  ", pair);
	}
	at += (size_t)snprintf(text + at, sizeof(text) - at, "  |");
	for (size_t i = 0; i < n; i++)
		text[at++] = bytes[i] >= 0x20 && bytes[i] < 0x7f
				     ? (char)bytes[i]
				     : '.';
	snprintf(text + at, sizeof(text) - at, "|\n");
	read_text(r, text);
	REQUIRE(n < per_line || !r->data->len ||
		memcmp(bytes, r->before, per_line) != 0);
	memcpy(r->before, bytes, n);
	gather(r->data, bytes, n);
}

/* The whole dump, which ends in a NUL. */
static void read_back(const char *dump, const struct shape *shape,
	struct gathered *data, uint64_t *left_out)
{
	struct reader r = { .p = dump, .shape = shape, .data = data };
	bool ended = !*dump;

	data->len = 0;
	while (*r.p) {
		char *hex;
		uint64_t offset;

		REQUIRE(!ended);
		if (*r.p == '*') {
			REQUIRE(!r.folded && data->len);
			read_text(&r, "*\n");
			r.folded = true;
			continue;
		}
		if (*r.p == '.')
			read_left_out(&r);
		offset = strtoull(r.p, &hex, 16);
		REQUIRE(hex - r.p == 8);
		ended = *hex == '\n';
		REQUIRE(ended || !r.left_out);
		unfold(&r, offset - r.left_out);
		REQUIRE(offset == data->len + r.left_out);
		if (ended)
			r.p = hex + 1;
		else
			read_line(&r, offset, hex);
	}
	REQUIRE(ended);
	*left_out = r.left_out;
}

/* --- writing --- */

static void drain(struct buf *out, struct gathered *all)
{
	gather(all, buf_head(out), buf_len(out));
	buf_consume(out, buf_len(out));
}

static void dump(struct hexdump *h, const uint8_t *p, size_t len,
	struct cutter cutter, struct gathered *all)
{
	uint8_t memory[4 * HEXDUMP_ROOM];
	struct buf out;

	all->len = 0;
	buf_init(&out, memory,
		HEXDUMP_ROOM + dice_roll(&cutter.dice, 3 * HEXDUMP_ROOM + 1));
	for (size_t at = 0; at < len;) {
		size_t n = cutter_next(&cutter, len - at);
		const uint8_t *piece = guard_copy(p + at, n);

		for (size_t i = 0, taken; i < n; i += taken) {
			if (buf_room(&out) < HEXDUMP_ROOM)
				drain(&out, all);
			taken = hexdump_span(h, piece + i, n - i, &out);
			REQUIRE(taken > 0 && taken <= n - i);
		}
		at += n;
	}
	if (!hexdump_end(h, &out)) {
		REQUIRE(buf_room(&out) < 2 * HEXDUMP_ROOM);
		drain(&out, all);
		out.cap = sizeof(memory);
		REQUIRE(hexdump_end(h, &out));
	}
	drain(&out, all);
}

static void check(struct hexdump *h, const uint8_t *p, size_t len,
	const struct shape *shape, struct dice dice)
{
	static struct gathered wanted, got, back;
	size_t shown = len;
	uint64_t left_out;

	dump(h, p, len, (struct cutter){ CUT_WHOLE, dice }, &wanted);
	for (int how = CUT_BYTES; how < CUT_WAYS; how++) {
		dump(h, p, len, (struct cutter){ (enum cut)how, dice }, &got);
		REQUIRE(gathered_same(&wanted, &got));
	}
	REQUIRE(len || !wanted.len);
	gather(&wanted, "", 1);
	read_back((char *)wanted.p, shape, &back, &left_out);
	if (shape->max && len > shape->max && len > shape->per_line) {
		shown = shape->max - shape->max % shape->per_line;
		if (!shown)
			shown = shape->per_line;
	}
	REQUIRE(back.len == shown && left_out == len - shown);
	REQUIRE(!shown || !memcmp(back.p, p, shown));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct gathered content;
	struct input in = { data, size };
	struct shape shape = { .columns = input_byte(&in) };
	struct dice dice;
	struct hexdump h;

	shape.per_line = widest(shape.columns);
	shape.max = input_u16(&in);
	dice = dice_of(input_byte(&in));
	content.len = 0;
	gather_room(&content, 0); /* so that it is somewhere */
	hexdump_init(&h, shape.columns, shape.max);
	/* The next message of the same dumper: nothing of the last is left. */
	for (size_t start = 0; content_append(&in, &dice, &content);
		start = content.len)
		check(&h, content.p + start, content.len - start, &shape, dice);
	return 0;
}
