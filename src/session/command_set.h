#ifndef WSTAP_SESSION_COMMAND_SET_H
#define WSTAP_SESSION_COMMAND_SET_H

#include <stddef.h>

struct session;

/* "/set": how messages are shown. "/set hex on" changes it, "/set" tells;
 * "/set time iso" also sets the form (ui/stamp). */
void command_set(struct session *s, const char *args);

#define COMMAND_SETTINGS "hex, json, time, ping-pong, raw, wrap, trace"

/* The words that Tab completes behind "/set": word 1 is the first. As
 * complete_words; NULL: none. */
const char *const *command_set_words(const char *line, size_t word);

#endif
