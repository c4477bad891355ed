#include "session/sends.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void sends_add(struct sends *s, bool file, const char *value)
{
	struct send_item *v = realloc(s->v, (s->n + 1) * sizeof(*v));

	if (!v)
		abort();
	s->v = v;
	s->v[s->n++] = (struct send_item){ .file = file, .value = value };
}

void sends_release(struct sends *s)
{
	free(s->v);
	*s = (struct sends){ 0 };
}

bool sends_is_standard(const struct send_item *item)
{
	return item->file && strcmp(item->value, "-") == 0;
}

static bool fail_file(struct err *err, const char *path, const char *why)
{
	return err_set(err, ERR_INPUT, "-f %s: cannot read it: %s", path, why);
}

bool sends_check(const struct sends *sends, uint64_t *total, bool *unknown,
	struct err *err)
{
	for (size_t n = 0; n < sends->n; n++) {
		const struct send_item *item = &sends->v[n];
		struct stat st;

		if (!item->file)
			continue;
		if (sends_is_standard(item)
				? fstat(0, &st) != 0
				: stat(item->value, &st) != 0 ||
					  access(item->value, R_OK) != 0)
			return fail_file(err, item->value, strerror(errno));
		if (S_ISDIR(st.st_mode))
			return fail_file(err, item->value, strerror(EISDIR));
		if (S_ISREG(st.st_mode))
			*total += (uint64_t)st.st_size;
		else
			*unknown = true;
	}
	return true;
}
