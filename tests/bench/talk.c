#define _GNU_SOURCE
#include "talk.h"

#include "tool.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define BLOCK ((size_t)256 * 1024)
/* A message up to this long is prepared whole, header and all. */
#define PREPARED_MAX ((uint64_t)4 << 20)
#define REQUEST_MAX ((size_t)8192)

/* A frame that is coming in. */
struct frame {
	uint8_t first; /* FIN and opcode */
	bool open;     /* its header was read, not yet all of its payload */
	uint64_t left;
	uint8_t key[4];
	unsigned int turn; /* where in the key the next byte is */
};

static const char *const modes[] = { "echo", "sink", "source" };

const char *talk_mode_name(enum talk_mode mode)
{
	return modes[mode];
}

/* The value of name=... in a query, or missing where it is not there. */
static uint64_t query_number(
	const char *query, const char *name, uint64_t missing)
{
	size_t n = strlen(name);

	for (const char *p = query; p != NULL; p = strchr(p, '&')) {
		p++;
		if (strncmp(p, name, n) == 0 && p[n] == '=')
			return strtoull(p + n + 1, NULL, 10);
	}
	return missing;
}

bool talk_path(struct talk *t, const char *path)
{
	size_t n = strcspn(path, "?");
	const char *query = path[n] == '?' ? path + n : NULL;

	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
		if (n != strlen(modes[i]) + 1 || path[0] != '/' ||
			strncmp(path + 1, modes[i], n - 1) != 0)
			continue;
		t->mode = (enum talk_mode)i;
		t->count = query_number(query, "n", 0);
		t->size = query_number(query, "size", PAYLOAD_MIN);
		t->binary = query != NULL && strstr(query, "type=binary");
		return t->size >= PAYLOAD_MIN && t->size <= INT64_MAX;
	}
	return false;
}

/* The header of a server's frame; gives back its length, at most 10. */
static size_t put_head(uint8_t *to, uint8_t first, uint64_t length)
{
	size_t wide = length < 126 ? 0 : length <= 0xffff ? 2 : 8;

	to[0] = first;
	to[1] = (uint8_t)(wide == 0 ? length : wide == 2 ? 126 : 127);
	for (size_t i = 0; i < wide; i++)
		to[2 + i] = (uint8_t)(length >> 8 * (wide - 1 - i));
	return 2 + wide;
}

/* Reads a header at p into f; its length, or 0 where it is not all there. */
static size_t get_head(struct frame *f, const uint8_t *p, size_t n)
{
	size_t wide, need;

	if (n < 2)
		return 0;
	wide = (p[1] & 127) == 126 ? 2 : (p[1] & 127) == 127 ? 8 : 0;
	need = 2 + wide + (p[1] & 128 ? 4 : 0);
	if (n < need)
		return 0;
	f->first = p[0];
	f->left = wide == 0 ? p[1] & 127 : 0;
	for (size_t i = 0; i < wide; i++)
		f->left = f->left << 8 | p[2 + i];
	memset(f->key, 0, sizeof f->key);
	if (p[1] & 128)
		memcpy(f->key, p + 2 + wide, sizeof f->key);
	f->turn = 0;
	f->open = true;
	return need;
}

/* Copies n bytes of f's payload unmasked, eight at a time. */
static void unmask(struct frame *f, uint8_t *to, const uint8_t *from, size_t n)
{
	uint8_t turned[8];
	uint64_t key, word;
	size_t i = 0;

	for (unsigned int k = 0; k < 8; k++)
		turned[k] = f->key[(f->turn + k) & 3];
	memcpy(&key, turned, sizeof key);
	for (; i + 8 <= n; i += 8) {
		memcpy(&word, from + i, sizeof word);
		word ^= key;
		memcpy(to + i, &word, sizeof word);
	}
	for (; i < n; i++)
		to[i] = from[i] ^ turned[i & 7];
	f->turn = (unsigned int)((f->turn + n) & 3);
}

/* The buffers of a connection that reads frames. Answers never outgrow the
 * input they answer: a header without its key is the shorter one. */
struct room {
	size_t have; /* in `in` */
	size_t out_have;
	uint8_t in[BLOCK];
	uint8_t out[BLOCK];
};

static bool is_control(const struct frame *f)
{
	return f->first & 8;
}

/* Is f answered with its own payload: echoed, a pong, the close? */
static bool is_answered(const struct talk *t, const struct frame *f)
{
	if ((f->first & 15) == 10)
		return false;
	/* After a source's own close nothing more may be sent. */
	return is_control(f) ? t->mode != TALK_SOURCE : t->mode == TALK_ECHO;
}

static void begin_frame(const struct talk *t, struct room *r, struct frame *f)
{
	uint8_t first = f->first;

	if (!is_answered(t, f))
		return;
	if ((first & 15) == 9)
		first++;
	r->out_have += put_head(r->out + r->out_have, first, f->left);
}

/* Takes what is there of f's payload; true when that was the frame's end. */
static bool take_payload(struct talk *t, struct room *r, struct frame *f,
	const uint8_t *p, size_t n)
{
	if (is_answered(t, f)) {
		unmask(f, r->out + r->out_have, p, n);
		r->out_have += n;
	}
	if (!is_control(f))
		t->bytes += n;
	f->left -= n;
	if (f->left > 0)
		return false;
	f->open = false;
	if (!is_control(f) && (f->first & 128))
		t->messages++;
	return true;
}

/* Takes all whole headers and all payload of r->in; true at a close. */
static bool take_frames(struct talk *t, struct room *r, struct frame *f)
{
	size_t used = 0;
	bool closed = false;

	while (!closed) {
		size_t n;

		if (!f->open) {
			n = get_head(f, r->in + used, r->have - used);
			if (n == 0)
				break;
			used += n;
			begin_frame(t, r, f);
		}
		n = r->have - used;
		if (n > f->left)
			n = (size_t)f->left;
		if (!take_payload(t, r, f, r->in + used, n)) {
			used += n;
			break;
		}
		used += n;
		closed = (f->first & 15) == 8;
	}
	memmove(r->in, r->in + used, r->have - used);
	r->have -= used;
	return closed;
}

static bool send_close(struct talk *t)
{
	static const uint8_t normal[] = { 0x88, 2, 1000 >> 8, 1000 & 255 };

	return wire_write(&t->wire, normal, sizeof normal);
}

/* Reads frames and answers them, until a close or the end. */
static void converse(struct talk *t, struct room *r)
{
	struct frame f = { 0 };

	for (;;) {
		size_t n;
		bool closed;

		r->out_have = 0;
		closed = take_frames(t, r, &f);
		if (r->out_have > 0 &&
			!wire_write(&t->wire, r->out, r->out_have))
			return;
		if (closed) {
			t->ended = true;
			return;
		}
		if (t->mode == TALK_SINK && t->count > 0 &&
			t->messages >= t->count) {
			t->ended = send_close(t);
			return;
		}
		n = wire_read(&t->wire, r->in + r->have, BLOCK - r->have);
		if (n == 0)
			return;
		r->have += n;
	}
}

/* Payload, and around it what makes it a message on this wire. */
static size_t put_message(const struct talk *t, uint8_t *to, size_t payload)
{
	size_t n = 0;

	if (!t->raw)
		n = put_head(to, t->binary ? 0x82 : 0x81, t->size);
	payload_fill(to + n, payload, t->binary);
	n += payload;
	if (t->raw && payload == t->size)
		to[n++] = '\n';
	return n;
}

/* Messages of up to PREPARED_MAX: many a write, prepared once. */
static bool pour_blocks(struct talk *t)
{
	size_t room =
		(size_t)t->size + 10 > BLOCK ? (size_t)t->size + 10 : BLOCK;
	uint8_t *block = allocate(room);
	size_t unit = put_message(t, block, (size_t)t->size);
	uint64_t each = room / unit, left = t->count;

	for (uint64_t i = 1; i < each; i++)
		memcpy(block + i * unit, block, unit);
	while (left > 0) {
		if (each > left)
			each = left;
		if (!wire_write(&t->wire, block, each * unit))
			break;
		left -= each;
	}
	free(block);
	t->messages = t->count - left;
	t->bytes = t->messages * t->size;
	return left == 0;
}

/* A longer one: its start with the header, then pieces of whole periods. */
static bool pour_pieces(struct talk *t)
{
	uint8_t *first = allocate(BLOCK + 16), *rest = allocate(BLOCK);
	size_t start = put_message(t, first, BLOCK);
	bool good = true;

	payload_fill(rest, BLOCK, t->binary);
	while (good && t->messages < t->count) {
		uint64_t left = t->size - BLOCK;

		good = wire_write(&t->wire, first, start);
		while (good && left > 0) {
			size_t n = left < BLOCK ? (size_t)left : BLOCK;

			good = wire_write(&t->wire, rest, n);
			left -= n;
		}
		if (good && t->raw)
			good = wire_write(&t->wire, "\n", 1);
		t->messages += good;
	}
	t->bytes = t->messages * t->size;
	free(first);
	free(rest);
	return good;
}

static bool pour(struct talk *t)
{
	return t->size <= PREPARED_MAX ? pour_blocks(t) : pour_pieces(t);
}

/* The value of a header, up to its line's end, or NULL. */
static const char *header(const char *head, const char *name, size_t *n)
{
	const char *p = strcasestr(head, name);

	if (p == NULL)
		return NULL;
	p += strlen(name);
	p += strspn(p, " \t");
	*n = strcspn(p, " \t\r\n");
	return p;
}

static bool answer_upgrade(struct talk *t, const char *head)
{
	static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	uint8_t digest[SHA_DIGEST_LENGTH], accept[32];
	char text[256];
	size_t n = 0;
	const char *key = header(head, "\nSec-WebSocket-Key:", &n);

	if (key == NULL || n > 64)
		return false;
	memcpy(text, key, n);
	memcpy(text + n, guid, sizeof guid - 1);
	SHA1((uint8_t *)text, n + sizeof guid - 1, digest);
	EVP_EncodeBlock(accept, digest, sizeof digest);
	n = (size_t)snprintf(text, sizeof text,
		"HTTP/1.1 101 Switching Protocols\r\n"
		"Upgrade: websocket\r\nConnection: Upgrade\r\n"
		"Sec-WebSocket-Accept: %s\r\n\r\n",
		accept);
	return wire_write(&t->wire, text, n);
}

/* Reads the request's head and answers it; what came after stays in r. */
static bool upgrade(struct talk *t, struct room *r)
{
	char *end = NULL, *path, *space;
	size_t used;

	while (end == NULL) {
		size_t n = wire_read(
			&t->wire, r->in + r->have, REQUEST_MAX - r->have);

		if (n == 0)
			return false;
		r->have += n;
		r->in[r->have] = '\0';
		end = strstr((char *)r->in, "\r\n\r\n");
	}
	*end = '\0';
	used = (size_t)(end - (char *)r->in) + 4;
	if (!answer_upgrade(t, (char *)r->in))
		return false;
	path = strchr((char *)r->in, ' ');
	space = path == NULL ? NULL : strchr(path + 1, ' ');
	if (space == NULL)
		return false;
	*space = '\0';
	if (!talk_path(t, path + 1))
		return false;
	r->have -= used;
	memmove(r->in, r->in + used, r->have);
	return true;
}

static void talk_raw(struct talk *t, struct room *r)
{
	size_t n;

	if (t->mode == TALK_SOURCE) {
		t->ended = pour(t);
		return;
	}
	while ((n = wire_read(&t->wire, r->in, BLOCK)) > 0) {
		t->bytes += n;
		if (t->mode == TALK_ECHO && !wire_write(&t->wire, r->in, n))
			return;
	}
	t->ended = true;
}

void talk(struct talk *t)
{
	struct room *r = allocate(sizeof *r);

	r->have = 0;
	if (t->raw) {
		talk_raw(t, r);
	} else if (upgrade(t, r)) {
		if (t->mode != TALK_SOURCE || (pour(t) && send_close(t)))
			converse(t, r);
	}
	free(r);
}

void talk_end(struct talk *t)
{
	uint8_t rest[4096];

	if (t->wire.ssl == NULL || SSL_is_init_finished(t->wire.ssl))
		wire_finish(&t->wire);
	while (wire_read(&t->wire, rest, sizeof rest) > 0)
		continue;
}
