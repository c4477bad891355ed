#define _POSIX_C_SOURCE 200809L /* strndup, fstat */
#include "session/files.h"

#include "session/config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Which file a name is for: of one that is not there yet, where it would be. */
struct identity {
	bool known; /* a device or a pipe may be written by many */
	dev_t dev;
	ino_t ino;
	const char *name; /* in that directory; NULL: it is there */
};

static bool stat_directory(const char *path, struct stat *st)
{
	const char *slash = strrchr(path, '/');
	char *directory =
		slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	bool ok;

	if (!directory)
		abort();
	ok = stat(directory, st) == 0;
	free(directory);
	return ok;
}

static struct identity identify(const char *path)
{
	struct identity id = { 0 };
	struct stat st = { 0 };

	if (!path)
		return id;
	if (stat(path, &st) == 0) {
		id.known = S_ISREG(st.st_mode);
	} else if (stat_directory(path, &st)) {
		const char *slash = strrchr(path, '/');

		id.name = slash ? slash + 1 : path;
		id.known = true;
	}
	id.dev = st.st_dev;
	id.ino = st.st_ino;
	return id;
}

static bool is_same(const struct identity *a, const struct identity *b)
{
	if (!a->known || !b->known || a->dev != b->dev || a->ino != b->ino)
		return false;
	return a->name && b->name ? strcmp(a->name, b->name) == 0
				  : !a->name && !b->name;
}

bool files_apart(const struct config *config, const char *what,
	const char *record, struct err *err)
{
	const struct {
		const char *option, *path;
	} files[] = {
		{ what, record },
		{ "--trace", config->trace_file },
		{ "--keylog", config->tls.keylog },
		{ "--cookie-jar", config->cookie_jar },
		{ "--replay", config->replay },
	};
	enum { N = sizeof(files) / sizeof(*files) };
	struct identity ids[N];

	if (record && strcmp(record, "-") == 0)
		return err_set(err, ERR_USAGE,
			"%s -: a record is a file (./- for one of that name; "
			"-O jsonl writes what comes in to standard output)",
			what);
	for (size_t i = 0; i < N; i++) {
		ids[i] = identify(files[i].path);
		for (size_t j = 0; j < i; j++)
			if (is_same(&ids[i], &ids[j]))
				return err_set(err, ERR_USAGE,
					"%s and %s: two files are needed",
					files[j].option, files[i].option);
	}
	return true;
}
