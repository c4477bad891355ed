#ifndef WSTAP_UI_TEMPFILE_H
#define WSTAP_UI_TEMPFILE_H

#include <stdbool.h>
#include <stddef.h>

/* A new file of mode 0600 in $TMPDIR, where that is a directory to write in,
 * else in /tmp, whose name ends with suffix: its descriptor, close-on-exec,
 * and its path, to be freed. -1 with errno. */
int tempfile_make(char **path, const char *suffix);

/* Writes all n bytes; false with errno. */
bool tempfile_write(int fd, const void *data, size_t n);

#endif
