#include "format/jsonl.h"

#include "format/jsonput.h"
#include "format/rawframe.h"
#include "ws/close.h"
#include "ws/utf8.h"

static const char ending[] = "\"}\n";

/* The beginning of any object: up to its type, the quotation mark behind that
 * too. */
static void put_mark(
	struct jsonput *j, const struct jsonl_mark *mark, const char *type)
{
	static const char *const dirs[] = {
		[JSONL_IN] = ",\"dir\":\"in\"",
		[JSONL_OUT] = ",\"dir\":\"out\"",
	};

	assert(strlen(mark->time) < JSONL_TIME_SIZE);
	jsonput_raw(j, "{\"time\":\"");
	jsonput_raw(j, mark->time);
	jsonput_raw(j, "\"");
	if (mark->dir != JSONL_NO_DIR)
		jsonput_raw(j, dirs[mark->dir]);
	if (mark->client > 0) {
		jsonput_raw(j, ",\"client\":");
		jsonput_number(j, mark->client);
	}
	jsonput_raw(j, ",\"type\":\"");
	jsonput_raw(j, type);
	jsonput_raw(j, "\"");
}

/* All of a message's object before what it holds. */
static void put_head(struct jsonput *j, const struct jsonl_mark *mark,
	const char *type, size_t len, bool text)
{
	put_mark(j, mark, type);
	jsonput_raw(j, ",\"size\":");
	jsonput_number(j, len);
	jsonput_raw(j, text ? ",\"data\":\"" : ",\"base64\":\"");
}

bool jsonl_write_message(struct buf *out, size_t spare,
	const struct jsonl_mark *mark, enum ws_opcode opcode,
	const uint8_t *data, size_t len, size_t *at)
{
	bool text = opcode == WS_TEXT;
	struct jsonput j;

	if (!jsonput_piece_begin(&j, out, spare, len, *at))
		return false;
	if (*at == 0)
		put_head(&j, mark, text ? "text" : "binary", len, text);
	return jsonput_piece_end(&j, text, data, len, at, ending);
}

bool jsonl_write_control(struct buf *out, const struct jsonl_mark *mark,
	enum ws_opcode opcode, const uint8_t *data, size_t len)
{
	bool text = utf8_valid(data, len);
	struct jsonput j = jsonput_begin(out, JSONL_CONTROL_ROOM);

	put_head(&j, mark, ws_opcode_name(opcode), len, text);
	if (text)
		jsonput_text(&j, data, len);
	else
		jsonput_base64(&j, data, len);
	jsonput_raw(&j, ending);
	return jsonput_end(&j);
}

bool jsonl_write_close(struct buf *out, const struct jsonl_mark *mark,
	uint16_t code, const uint8_t *reason, size_t len)
{
	struct jsonput j = jsonput_begin(out, JSONL_CONTROL_ROOM);

	put_mark(&j, mark, "close");
	jsonput_raw(&j, ",\"code\":");
	if (code == WS_CLOSE_NO_CODE)
		jsonput_raw(&j, "null");
	else
		jsonput_number(&j, code);
	jsonput_raw(&j, ",\"reason\":\"");
	jsonput_text(&j, reason, len);
	jsonput_raw(&j, ending);
	return jsonput_end(&j);
}

bool jsonl_write_open(struct buf *out, const struct jsonl_mark *mark,
	const struct jsonl_open *open)
{
	struct jsonput j = jsonput_begin(out, SIZE_MAX);

	assert(open->status >= 0);
	put_mark(&j, mark, "open");
	jsonput_member(&j, ",\"url\":", open->url);
	jsonput_raw(&j, ",\"status\":");
	jsonput_number(&j, (uint64_t)open->status);
	jsonput_member(&j, ",\"address\":", open->address);
	jsonput_member(&j, ",\"tls\":", open->tls);
	jsonput_member(&j, ",\"cipher\":", open->cipher);
	jsonput_member(&j, ",\"subprotocol\":", open->subprotocol);
	jsonput_raw(&j, ",\"extensions\":[");
	for (size_t i = 0; i < open->extensions_n; i++)
		jsonput_member(&j, i > 0 ? "," : "", open->extensions[i]);
	jsonput_raw(&j, "]");
	if (open->request)
		jsonput_member(&j, ",\"request\":", open->request);
	if (open->response)
		jsonput_member(&j, ",\"response\":", open->response);
	jsonput_raw(&j, "}\n");
	return jsonput_end(&j);
}

bool jsonl_write_error(struct buf *out, const struct jsonl_mark *mark, int exit,
	const char *message)
{
	struct jsonput j = jsonput_begin(out, SIZE_MAX);

	assert(exit >= 0);
	put_mark(&j, mark, "error");
	jsonput_raw(&j, ",\"exit\":");
	jsonput_number(&j, (uint64_t)exit);
	jsonput_member(&j, ",\"message\":", message);
	jsonput_raw(&j, "}\n");
	return jsonput_end(&j);
}

/* --- frames as they were asked for --- */

static void put_value(struct jsonput *j, const char *key, uint64_t n)
{
	jsonput_raw(j, key);
	jsonput_number(j, n);
}

static void put_hex(struct jsonput *j, const uint8_t *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++)
		jsonput_bytes(
			j, (char[]){ digits[p[i] >> 4], digits[p[i] & 15] }, 2);
}

static void put_mask(struct jsonput *j, const struct rawframe *f)
{
	static const char *const words[] = {
		[RAWFRAME_MASK_NONE] = "none",
		[RAWFRAME_MASK_RANDOM] = "random",
		[RAWFRAME_MASK_WRONG] = "wrong",
	};

	if (f->mask == RAWFRAME_MASK_ROLE)
		return;
	jsonput_raw(j, ",\"mask\":\"");
	if (f->mask == RAWFRAME_MASK_KEY)
		put_hex(j, f->key, sizeof f->key);
	else
		jsonput_raw(j, words[f->mask]);
	jsonput_raw(j, "\"");
}

static void put_payload(struct jsonput *j, const struct rawframe *f)
{
	/* Bytes with no header have a payload, be it empty. */
	if (f->nbytes == 0 && !f->raw)
		return;
	if (f->size == f->nbytes) {
		jsonput_raw(j, ",\"base64\":\"");
		jsonput_base64(j, f->bytes, f->nbytes);
	} else {
		put_value(j, ",\"fill\":\"", f->size);
		jsonput_raw(j, ":");
		put_hex(j, f->bytes, f->nbytes);
	}
	jsonput_raw(j, "\"");
}

static void put_cuts(struct jsonput *j, const struct rawframe *f)
{
	for (size_t i = 0; i < f->ncuts; i++)
		put_value(j, i == 0 ? ",\"cut\":\"" : ",", f->cuts[i]);
	if (f->ncuts > 0)
		jsonput_raw(j, "\"");
	if (f->pause_ms > 0) {
		put_value(j, ",\"pause\":\"", (uint64_t)f->pause_ms);
		jsonput_raw(j, "ms\"");
	}
}

size_t jsonl_frame_room(const struct rawframe *f)
{
	enum { NUMBER = 21, KEYS = 512 };

	return KEYS + RAWFRAME_CUTS * NUMBER + 2 * f->nbytes;
}

bool jsonl_write_frame(struct buf *out, const struct jsonl_mark *mark,
	const struct rawframe *f)
{
	struct jsonput j = jsonput_begin(out, jsonl_frame_room(f));

	put_mark(&j, mark, f->raw ? "raw" : "frame");
	if (!f->raw) {
		jsonput_raw(&j, f->fin ? ",\"fin\":true" : ",\"fin\":false");
		put_value(&j, ",\"rsv\":", f->rsv);
		put_value(&j, ",\"opcode\":", f->opcode);
		put_mask(&j, f);
		put_value(&j, ",\"len\":", f->len);
		put_value(&j, ",\"lenbits\":", f->lenbits);
	}
	put_payload(&j, f);
	put_cuts(&j, f);
	jsonput_raw(&j, "}\n");
	return jsonput_end(&j);
}

size_t jsonl_raw_room(size_t len)
{
	enum { KEYS = 256 };

	return KEYS + 2 * len;
}

bool jsonl_write_raw(struct buf *out, const struct jsonl_mark *mark,
	uint64_t size, const uint8_t *data, size_t len)
{
	struct jsonput j = jsonput_begin(out, jsonl_raw_room(len));

	put_mark(&j, mark, "raw");
	put_value(&j, ",\"size\":", size);
	jsonput_raw(&j, ",\"base64\":\"");
	jsonput_base64(&j, data, len);
	jsonput_raw(&j, ending);
	return jsonput_end(&j);
}
