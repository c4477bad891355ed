#define _GNU_SOURCE /* scandir; unit/guard.h */
#include "fuzz/fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Runs a target without a fuzzer: replay_NAME [-v] FILE|DIRECTORY...
 * Says how many inputs there were; status 1 where there were none. -v names
 * each before it is run, so that the last named is the one that aborted. One
 * that takes a minute is a finding too.
 */
enum { INPUT_TIME_S = 60, INPUT_SIZE = 1 << 20 };

static bool verbose;
static size_t count;

static void give_up(const char *path)
{
	fprintf(stderr, "replay: %s: %s\n", path, strerror(errno));
	exit(2);
}

static void run_file(const char *path)
{
	static uint8_t memory[INPUT_SIZE];
	FILE *file = fopen(path, "rb");

	if (!file)
		give_up(path);

	size_t len = fread(memory, 1, sizeof(memory), file);

	if (ferror(file))
		give_up(path);
	fclose(file);
	if (verbose)
		fprintf(stderr, "%s\n", path);
	alarm(INPUT_TIME_S);
	LLVMFuzzerTestOneInput(memory, len);
	alarm(0);
	count++;
}

static int is_shown(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void run_path(const char *path)
{
	struct dirent **entries;
	struct stat st;

	if (stat(path, &st) != 0)
		give_up(path);
	if (!S_ISDIR(st.st_mode)) {
		run_file(path);
		return;
	}

	int n = scandir(path, &entries, is_shown, alphasort);

	if (n < 0)
		give_up(path);
	for (int i = 0; i < n; i++) {
		char file[4096];

		snprintf(file, sizeof(file), "%s/%s", path, entries[i]->d_name);
		run_file(file);
		free(entries[i]);
	}
	free(entries);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (i == 1 && !strcmp(argv[i], "-v"))
			verbose = true;
		else
			run_path(argv[i]);
	printf("%zu inputs\n", count);
	return count ? 0 : 1;
}
