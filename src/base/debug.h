#ifndef WSTAP_BASE_DEBUG_H
#define WSTAP_BASE_DEBUG_H

/* Whether to look for bugs of ours that cost time: `make MODE=debug` and
 * `MODE=asan` do. */
#ifdef DEBUG
enum { DEBUG_BUILD = 1 };
#else
enum { DEBUG_BUILD = 0 };
#endif

#endif
