#ifndef WSTAP_SESSION_INPUT_PARTS_H
#define WSTAP_SESSION_INPUT_PARTS_H

#include "session/input.h"

/* What the files of session/input share. */

/* Whether -f - is what is being sent. */
bool input_sends_standard(const struct input *i);

/* Standard input is there only once: what read it for one connection is
 * nothing to the next. */
void input_skip_standard(struct input *i);

void input_close_file(struct input *i);

/* Whether `finished` counts its record: a message, or a command. */
bool input_counts(const struct feed_piece *piece);

/* The next piece of a record of standard input, past what is skipped. */
bool input_next_record(struct input *i);

#endif
