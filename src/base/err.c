#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>

bool err_set(struct err *err, enum err_kind kind, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	err->kind = kind;
	vsnprintf(err->line, sizeof(err->line), format, args);
	va_end(args);
	return false;
}
