#ifndef WSTAP_CLI_TOGETHER_H
#define WSTAP_CLI_TOGETHER_H

#include "base/err.h"
#include "session/config.h"

#include <stdbool.h>

/* What no option can see alone: whether those given go together, and are
 * enough. ERR_USAGE. */
bool together_check(const struct config *config, struct err *err);

#endif
