#define _GNU_SOURCE /* unit/guard.h */
#include "unit/cookie_case.h"

static bool has(const struct cookie_jar *jar, const char *name)
{
	for (size_t i = 0; i < jar->n; i++)
		if (!strcmp(jar->v[i].name, name))
			return true;
	return false;
}

/* A jar's bytes are what its strings have. */
static void check(const struct cookie_jar *jar)
{
	size_t bytes = 0;

	for (size_t i = 0; i < jar->n; i++) {
		const struct cookie *c = &jar->v[i];

		bytes += strlen(c->name) + strlen(c->value) +
			 strlen(c->domain) + strlen(c->path);
		cr_assert(!i || c->created > jar->v[i - 1].created);
	}
	cr_assert_eq(jar->bytes, bytes);
	cr_assert_leq(jar->bytes, COOKIE_JAR_BYTES);
	cr_assert_leq(jar->n, COOKIE_JAR_MAX);
}

static struct cookie_jar jar_of(const char *text)
{
	struct cookie_jar jar = { 0 };
	struct err err;

	cr_assert(cookie_jar_read(&jar, text, strlen(text), NOW, &err), "%s",
		err.line);
	return jar;
}

/* One server pushes out its own. */
Test(cookie_store, many_of_a_domain)
{
	struct cookie_jar jar = { 0 };
	char value[64];

	set_all(&jar, "ws://other.test/", "other=1");
	set_all(&jar, "ws://h.test/",
		"last=1; Max-Age=9999\nnext=1; Max-Age=9");
	for (int i = 0; i < COOKIE_DOMAIN_MAX; i++) {
		snprintf(value, sizeof(value), "n%d=1; Max-Age=100", i);
		set_all(&jar, "ws://h.test/", value);
		check(&jar);
	}
	cr_expect_eq(jar.n, COOKIE_DOMAIN_MAX + 1);
	cr_expect(has(&jar, "other"));
	cr_expect(has(&jar, "last"));
	cr_expect_not(has(&jar, "next"));
	cr_expect_not(has(&jar, "n0"));
	cr_expect(has(&jar, "n1"));
	/* The session's go first, but the new one stays. */
	set_all(&jar, "ws://h.test/", "s=1");
	cr_expect(has(&jar, "s"));
	cr_expect_not(has(&jar, "n1"));
	set_all(&jar, "ws://h.test/", "t=1");
	cr_expect(has(&jar, "t"));
	cr_expect_not(has(&jar, "s"));
	/* Those of before that have a new value need no room. */
	set_all(&jar, "ws://h.test/", "t=2\nlast=2; Max-Age=9999");
	cr_expect_eq(jar.n, COOKIE_DOMAIN_MAX + 1);
	cr_expect(has(&jar, "n2"));
	check(&jar);
	cookie_jar_release(&jar);
}

/* Lines of cookies of as many domains. */
static char *lines_of(int n, size_t len)
{
	char *text = malloc((size_t)n * (len + 64)), *to = text;
	char *value = malloc(len + 1);

	memset(value, 'x', len);
	value[len] = '\0';
	for (int i = 0; i < n; i++)
		to += sprintf(to, "h%d.test\tFALSE\t/\tFALSE\t%d\tn%d\t%s\n", i,
			NOW + 1 + (i + n / 2) % n, i, value);
	free(value);
	return text;
}

Test(cookie_store, many)
{
	char *text = lines_of(COOKIE_JAR_MAX + 2, 1);
	struct cookie_jar jar = jar_of(text);

	check(&jar);
	cr_expect_eq(jar.n, COOKIE_JAR_MAX);
	cr_expect(has(&jar, "n0"));
	cr_expect(has(&jar, "n1500"));
	/* What ended first when there were too many. */
	cr_expect_not(has(&jar, "n1501"));
	cr_expect_not(has(&jar, "n1502"));
	cr_expect(has(&jar, "n1503"));
	set_all(&jar, "ws://h.test/", "a=b");
	cr_expect(has(&jar, "a"));
	cr_expect_not(has(&jar, "n1503"));
	check(&jar);
	/* What has ended goes before what has not begun to. */
	set_all(&jar, "ws://h1.test/", "n1=; Max-Age=0");
	set_all(&jar, "ws://h.test/", "c=d");
	cr_expect_not(has(&jar, "n1"));
	cr_expect(has(&jar, "a"));
	check(&jar);
	free(text);
	cookie_jar_release(&jar);
}

Test(cookie_store, much)
{
	char *text = lines_of(COOKIE_JAR_BYTES / 4000, 4000);
	struct cookie_jar jar = jar_of(text);
	size_t n = jar.n;

	check(&jar);
	cr_expect_geq(n, COOKIE_JAR_BYTES / 4100);
	cr_expect_lt(n, COOKIE_JAR_BYTES / 4000);
	free(text);
	text = malloc(4096);
	snprintf(text, 4096, "a=%04000d", 1);
	set_all(&jar, "ws://h.test/", text);
	check(&jar);
	cr_expect_eq(jar.n, n);
	cr_expect(has(&jar, "a"));
	/* One that grows keeps its place, too. */
	set_all(&jar, "ws://h.test/", "a=b");
	set_all(&jar, "ws://i.test/", text);
	set_all(&jar, "ws://h.test/", text);
	check(&jar);
	expect_header(&jar, "ws://h.test/", text);
	free(text);
	cookie_jar_release(&jar);
}

/* Several go for one that grows, which is not among them. */
Test(cookie_store, many_small_for_a_large_one)
{
	char *text = lines_of(COOKIE_JAR_BYTES / 4100, 4000), large[4096];
	struct cookie_jar jar = { 0 };
	struct err err;

	for (int i = 0; i < COOKIE_DOMAIN_MAX / 2; i++) {
		snprintf(large, sizeof(large), "s%d=1; Max-Age=1", i);
		set_all(&jar, "ws://s.test/", large);
	}
	cr_assert(cookie_jar_read(&jar, text, strlen(text), NOW, &err));
	set_all(&jar, "ws://h.test/", "a=1\nb=1");
	for (int i = 0; jar.bytes + 500 < COOKIE_JAR_BYTES; i++) {
		char from[32];

		snprintf(from, sizeof(from), "ws://c%d.test/", i);
		snprintf(large, sizeof(large), "c=%0400d; Max-Age=9999999", i);
		set_all(&jar, from, large);
	}
	cr_assert(has(&jar, "s0") && has(&jar, "b"));
	snprintf(large, sizeof(large), "a=%01000d", 1);
	set_all(&jar, "ws://h.test/", large);
	check(&jar);
	expect_header(&jar, "ws://h.test/", large);
	cr_expect_not(has(&jar, "b"));
	cr_expect_not(has(&jar, "s0"));
	cr_expect_not(has(&jar, "s1"));
	cr_expect(has(&jar, "c"));
	free(text);
	cookie_jar_release(&jar);
}

Test(cookie_store, changes)
{
	static const char text[] =
		"h.test\tFALSE\t/\tFALSE\t1700000050\ta\tb\n";
	static const struct {
		const char *value;
		bool changed;
	} cases[] = {
		{ "a=b; Max-Age=50", false },
		{ "a", false },
		{ "b=; Max-Age=0", false },
		{ "a=b; Max-Age=51", true },
		{ "a=c; Max-Age=50", true },
		{ "a=b; Max-Age=50; HttpOnly", true },
		{ "a=b", true },
		{ "a=b; Max-Age=0", true },
		{ "b=b", true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct cookie_jar jar = jar_of(text);

		cr_expect_not(jar.changed);
		set_all(&jar, "ws://h.test/", cases[i].value);
		cr_expect_eq(
			jar.changed, cases[i].changed, "%s", cases[i].value);
		cookie_jar_settle(&jar, NOW);
		cr_expect_not(jar.changed);
		check(&jar);
		cookie_jar_release(&jar);
	}
}

/* Two that began with one file: both changes last, and of the same cookie the
 * later. */
Test(cookie_store, merges)
{
	static const char text[] = "h.test\tFALSE\t/\tFALSE\t0\ta\t1\n"
				   "h.test\tFALSE\t/\tFALSE\t0\tb\t1\n"
				   "h.test\tFALSE\t/\tFALSE\t0\tc\t1\n"
				   "h.test\tFALSE\t/\tFALSE\t0\td\t1\n";
	struct cookie_jar first = jar_of(text), later = jar_of(text);

	set_all(&first, "ws://h.test/", "a=2\nb=; Max-Age=0\nc=2\ne=2");
	set_all(&later, "ws://h.test/", "c=3\nd=; Max-Age=0\nf=3\ng=3");
	set_all(&later, "ws://h.test/", "g=; Max-Age=0");
	cookie_jar_merge(&first, &later, NOW);
	expect_header(&first, "ws://h.test/", "a=2; c=3; e=2; f=3");
	check(&first);
	cookie_jar_settle(&first, NOW);
	expect_header(&first, "ws://h.test/", "a=2; c=3; e=2; f=3");
	cr_expect_eq(first.n, 4);
	check(&first);
	/* What is settled is no news. */
	cookie_jar_settle(&later, NOW);
	set_all(&first, "ws://h.test/", "c=4");
	cookie_jar_merge(&first, &later, NOW);
	expect_header(&first, "ws://h.test/", "a=2; c=4; e=2; f=3");
	cookie_jar_release(&first);
	cookie_jar_release(&later);
}
