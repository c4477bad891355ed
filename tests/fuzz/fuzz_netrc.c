#define _GNU_SOURCE /* unit/guard.h */
#include "fuzz/fuzz.h"
#include "http/netrc.h"

/*
 * netrc_find() on any text. What it finds is found again where that user is
 * wanted, where the host is written otherwise, and with more entries behind;
 * an entry put before the text is what is found, if the text is in the
 * format. Any text between quotes comes back as it was.
 *
 *     input: the netrc; the host is "h", the wanted user "u"
 */
struct answer {
	bool found;
	char *user, *password;
	struct err err;
};

static struct answer find(
	const struct gathered *text, const char *host, const char *wanted)
{
	struct answer a = { 0 };
	const char *p = (char *)guard_copy(text->p, text->len);

	a.found = netrc_find(
		p, text->len, host, wanted, &a.user, &a.password, &a.err);
	REQUIRE(a.found == (a.user != NULL));
	REQUIRE(a.found == (a.password != NULL));
	REQUIRE(a.err.kind == ERR_NONE || a.err.kind == ERR_INPUT);
	REQUIRE(!a.found || a.err.kind == ERR_NONE);
	REQUIRE((a.err.kind == ERR_INPUT) == (*a.err.line != '\0'));
	return a;
}

static void release(struct answer *a)
{
	free(a->user);
	free(a->password);
}

static bool same(const struct answer *a, const struct answer *b)
{
	if (a->found != b->found || a->err.kind != b->err.kind)
		return false;
	return !a->found ||
	       (!strcmp(a->user, b->user) && !strcmp(a->password, b->password));
}

static void put(struct gathered *text, const char *string)
{
	gather(text, string, strlen(string));
}

static void put_quoted(struct gathered *text, const char *string)
{
	static const char written[] = "nrt\"\\", meant[] = "\n\r\t\"\\";

	put(text, " \"");
	for (; *string; string++) {
		const char *escape = strchr(meant, *string);

		if (escape) {
			put(text, "\\");
			gather(text, &written[escape - meant], 1);
		} else {
			gather(text, string, 1);
		}
	}
	put(text, "\"");
}

static void check_again(struct gathered *text)
{
	struct answer first = find(text, "h", NULL);
	struct answer other = find(text, "H", NULL);

	REQUIRE(same(&first, &other));
	release(&other);
	other = find(text, "h", "u");
	REQUIRE(other.err.kind == first.err.kind);
	REQUIRE(!other.found || !strcmp(other.user, "u"));
	REQUIRE(!other.found || first.found);
	release(&other);
	if (first.found) {
		other = find(text, "h", first.user);
		REQUIRE(same(&first, &other));
		release(&other);
	}
	if (first.err.kind == ERR_NONE) {
		put(text, "\nmachine g login x password y\n");
		other = find(text, "h", NULL);
		REQUIRE(same(&first, &other));
		release(&other);
	}
	release(&first);
}

static void check_before(const char *data, size_t size, bool good)
{
	static struct gathered text;

	text.len = 0;
	put(&text, "machine h login \"my self\" password \"\\tp\"\n");
	gather(&text, data, size);

	struct answer a = find(&text, "h", NULL);

	REQUIRE(a.found == good);
	REQUIRE(!good || !strcmp(a.user, "my self"));
	REQUIRE(!good || !strcmp(a.password, "\tp"));
	release(&a);
}

/* string ends at the first NUL of the input, or at its end. */
static void check_quoted(const char *string)
{
	static struct gathered text;

	text.len = 0;
	put(&text, "default password");
	put_quoted(&text, string);
	put(&text, " login");
	put_quoted(&text, string);

	struct answer a = find(&text, "h", string);

	REQUIRE(a.found);
	REQUIRE(!strcmp(a.user, string) && !strcmp(a.password, string));
	release(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct gathered text;

	if (size > 4096)
		size = 4096;
	text.len = 0;
	gather(&text, data, size);

	struct answer a = find(&text, "g", NULL);
	bool good = a.err.kind == ERR_NONE;

	release(&a);
	gather(&text, "", 1);
	check_before((char *)text.p, size, good);
	check_quoted((char *)text.p);
	text.len = size;
	check_again(&text);
	return 0;
}
