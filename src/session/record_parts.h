#ifndef WSTAP_SESSION_RECORD_PARTS_H
#define WSTAP_SESSION_RECORD_PARTS_H

#include "format/jsonl.h"
#include "session/gather.h"
#include "session/record.h"
#include "session/record_file.h"

/* What the files of session/record share. */

struct recorder {
	struct record_file file;
	bool secrets;
	bool wanted;        /* by --record: there is no run without it */
	bool told;          /* that the file is broken */
	bool left_out;      /* of a HAR: what has no place in it ... */
	bool left_out_told; /* ... and that was said */
	uint64_t most;      /* bytes of a message that goes out */
	const struct record_link *entry; /* of a HAR: whose is begun */

	/* of what is written now */
	int64_t now_ns; /* since 1970 */
	char time[JSONL_TIME_SIZE];
};

struct record_link {
	struct recorder *recorder; /* NULL before the connection is open */
	unsigned client;
	char *request, *response; /* owned: the heads, blanked */

	/* the message that goes out */
	bool in_message;
	bool lost; /* it began before the recorder, or is too long */
	struct gather gather;
};

/* Puts what happened into the file's buffer; in the form that the file has,
 * and as far as that can say it. */
void record_put_open(struct session *s, struct record_link *l);
void record_put_message(struct record_link *l, enum jsonl_dir dir,
	enum ws_opcode opcode, const uint8_t *data, size_t len);
void record_put_control(struct record_link *l, enum jsonl_dir dir,
	enum ws_opcode opcode, const uint8_t *data, size_t len);
void record_put_close(struct record_link *l, enum jsonl_dir dir, uint16_t code,
	const uint8_t *reason, size_t len);
void record_put_error(
	struct recorder *r, unsigned client, int exit, const char *message);
void record_put_fault(struct record_link *l, const uint8_t *data, size_t len);
void record_put_frame(struct record_link *l, const struct rawframe *f);

#endif
