#ifndef WSTAP_BASE_WIPE_H
#define WSTAP_BASE_WIPE_H

#include <stddef.h>

/* Overwrites a secret; no compiler leaves it out. */
void wipe(void *secret, size_t n);

/* Wipes a string and frees it; NULL is fine. */
void wipe_free(char *s);

#endif
