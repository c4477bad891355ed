#define _GNU_SOURCE

#include "http/challenge.h"

#include "http/auth.h"
#include "unit/guard.h"

#include <criterion/criterion.h>
#include <openssl/evp.h>
#include <stdio.h>

#define N(a) (sizeof(a) / sizeof(*(a)))

static const char field[] = "WWW-Authenticate";
static struct http_head head;

static void add_field(const char *name, int slot, const char *value, size_t n)
{
	const char *p = (char *)guard_copy_slot(slot, value, n);

	head.fields[head.nfields].name = http_span_of(name);
	head.fields[head.nfields++].value =
		http_span_trim((struct http_span){ p, n });
}

/* A head with a field for each line of the first len bytes of text, each
 * ending at an unreadable page. */
static void read_bytes(struct challenge *c, const char *text, size_t len)
{
	const char *end = text + len;

	head.nfields = 0;
	for (int slot = 0; text < end; slot++) {
		const char *eol = memchr(text, '\n', (size_t)(end - text));
		size_t n = (size_t)((eol ? eol : end) - text);

		add_field(slot % 2 ? "www-AUTHENTICATE" : field, slot, text, n);
		text += n + 1;
	}
	memset(c, 0xee, sizeof(*c));
	challenge_read(c, &head, field);
}

static void read_text(struct challenge *c, const char *text)
{
	read_bytes(c, text, strlen(text));
}

static bool is_line(const char *text)
{
	for (; *text; text++)
		if (((unsigned char)*text < 0x20 && *text != '\t') ||
			*text == 0x7f)
			return false;
	return true;
}

static char *answer(const struct challenge *c)
{
	return challenge_answer(c, "user\r\nX: \"y\\", "p\r\n", "GET",
		"/\"a\\?b", "0123456789abcdef");
}

/* What is so whatever the peer sent. */
static void check_any(const struct challenge *c, const char *text)
{
	char *value = answer(c);

	cr_expect_eq(!value, c->scheme == CHALLENGE_NONE, "%s", text);
	cr_expect(!value || is_line(value), "%s: %s", text, value);
	cr_expect(memchr(c->asked, 0, sizeof(c->asked)), "%s", text);
	cr_expect(is_line(c->asked), "%s", text);
	cr_expect_eq(c->scheme == CHALLENGE_DIGEST, c->realm && c->nonce, "%s",
		text);
	http_auth_free(value);
}

static bool same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

enum { AUTH = 1, USERHASH = 2, UTF8 = 4, STALE = 8 };

struct digest {
	const char *text, *realm, *nonce, *opaque, *algorithm;
	int flags;
};

#define MD5_R "Digest realm=r, nonce=n"

static const struct digest digests[] = {
	{ "Digest realm=\"r\", nonce=\"n\"", "r", "n", NULL, "", 0 },
	/* any case; blanks and tabs around; empty elements */
	{ "dIGEST  REALM=\"r\",Nonce=\"n\"", "r", "n", NULL, "", 0 },
	{ "Digest\trealm\t=\t\"r\"\t,,\tnonce = \"n\" ,", "r", "n", NULL, "",
		0 },
	{ ", Digest, realm=r, nonce=n", "r", "n", NULL, "", 0 },
	{ "Digest realm=\"\", nonce=\"\", opaque=\"\"", "", "", "", "", 0 },
	/* quoted strings */
	{ "Digest realm=\"a\\\"b\\\\c\\d, nonce=e\", nonce=\"n\"",
		"a\"b\\cd, nonce=e", "n", NULL, "", 0 },
	{ "Digest realm=\"\t\xc3\xa9\xff=,\", nonce=n", "\t\xc3\xa9\xff=,", "n",
		NULL, "", 0 },
	{ "Digest realm=r, nonce=a/b+c==, opaque=@", "r", "a/b+c==", "@", "",
		0 },
	/* algorithms, as they were spelled */
	{ MD5_R ", algorithm=MD5", "r", "n", NULL, "MD5", 0 },
	{ MD5_R ", algorithm=\"md5\"", "r", "n", NULL, "md5", 0 },
	{ MD5_R ", algorithm=MD5-sess", "r", "n", NULL, "MD5-sess", 0 },
	{ MD5_R ", algorithm=sha-256", "r", "n", NULL, "sha-256", 0 },
	{ MD5_R ", algorithm=SHA-256-sess", "r", "n", NULL, "SHA-256-sess", 0 },
	{ MD5_R ", algorithm=SHA-512-256", "r", "n", NULL, "SHA-512-256", 0 },
	{ MD5_R ", algorithm=SHA-512-256-SESS", "r", "n", NULL,
		"SHA-512-256-SESS", 0 },
	/* qop */
	{ MD5_R ", qop=\"auth\"", "r", "n", NULL, "", AUTH },
	{ MD5_R ", qop=AUTH", "r", "n", NULL, "", AUTH },
	{ MD5_R ", qop=\"auth-int, auth\"", "r", "n", NULL, "", AUTH },
	{ MD5_R ", qop=\"x,,auth,auth-int\"", "r", "n", NULL, "", AUTH },
	{ MD5_R ", qop=\"\"", "r", "n", NULL, "", 0 },
	/* the rest */
	{ MD5_R ", userhash=true, charset=\"utf-8\", stale=TRUE", "r", "n",
		NULL, "", USERHASH | UTF8 | STALE },
	{ MD5_R ", userhash=false, charset=latin1, stale=no", "r", "n", NULL,
		"", 0 },
	{ MD5_R ", domain=\"/a /b\", foo=bar, foo=\"bar\"", "r", "n", NULL, "",
		0 },
	/* the strongest of several; of equals the first */
	{ "Basic realm=b, " MD5_R ", Negotiate", "r", "n", NULL, "", 0 },
	{ MD5_R ", opaque=1, Basic realm=b, charset=UTF-8", "r", "n", "1", "",
		0 },
	{ MD5_R ", algorithm=MD5, qop=auth, stale=true, opaque=1\n"
		"Digest realm=s, nonce=o, algorithm=SHA-256",
		"s", "o", NULL, "SHA-256", 0 },
	{ "Digest realm=s, nonce=o, algorithm=SHA-256\n" MD5_R ", qop=auth",
		"s", "o", NULL, "SHA-256", 0 },
	{ MD5_R ", Digest realm=s, nonce=o, qop=auth", "s", "o", NULL, "",
		AUTH },
	{ "Digest realm=s, nonce=o, algorithm=SHA-512-256, " MD5_R
	  ", algorithm=SHA-256",
		"s", "o", NULL, "SHA-512-256", 0 },
	{ MD5_R ", algorithm=SHA-256, Digest realm=s, nonce=o, "
		"algorithm=SHA-512-256",
		"r", "n", NULL, "SHA-256", 0 },
	{ "Digest realm=s, nonce=o, algorithm=SHA-1, " MD5_R, "r", "n", NULL,
		"", 0 },
	/* token68 and other schemes before and behind */
	{ "Negotiate YII/+a==, " MD5_R ", NTLM\nBearer realm=x, nonce=y", "r",
		"n", NULL, "", 0 },
	{ "Newauth realm=\"apps\", type=1, title=\"Login to \\\"apps\\\"\", "
	  "Basic realm=\"simple\", " MD5_R,
		"r", "n", NULL, "", 0 },
	/* what another field says is another's */
	{ "realm=x, nonce=y\n" MD5_R "\nopaque=z", "r", "n", NULL, "", 0 },
};

static int flags_of(const struct challenge *c)
{
	return (c->qop_auth ? AUTH : 0) | (c->userhash ? USERHASH : 0) |
	       (c->utf8 ? UTF8 : 0) | (c->stale ? STALE : 0);
}

Test(challenge, digest)
{
	for (size_t i = 0; i < N(digests); i++) {
		const struct digest *d = &digests[i];
		struct challenge c;

		read_text(&c, d->text);
		cr_expect_eq(c.scheme, CHALLENGE_DIGEST, "%s", d->text);
		cr_expect(same(c.realm, d->realm), "%s: %s", d->text, c.realm);
		cr_expect(same(c.nonce, d->nonce), "%s: %s", d->text, c.nonce);
		cr_expect(same(c.opaque, d->opaque), "%s", d->text);
		cr_expect_str_eq(c.algorithm, d->algorithm, "%s", d->text);
		cr_expect_eq(flags_of(&c), d->flags, "%s: %x", d->text,
			(unsigned)flags_of(&c));
		check_any(&c, d->text);
		challenge_release(&c);
	}
}

struct other {
	const char *text;
	enum challenge_scheme scheme;
	const char *asked;
};

static const struct other others[] = {
	{ "", CHALLENGE_NONE, "" },
	{ ",,", CHALLENGE_NONE, "" },
	{ "Negotiate\nNTLM", CHALLENGE_NONE, "Negotiate, NTLM" },
	{ "NTLM, ntlm, Negotiate abc=, NTLM", CHALLENGE_NONE,
		"NTLM, Negotiate" },
	{ "Bearer realm=\"Digest\", scope=\"Basic, Digest realm=r\"",
		CHALLENGE_NONE, "Bearer" },
	{ "Basic", CHALLENGE_BASIC, "Basic" },
	{ "BASIC realm=\"x\"", CHALLENGE_BASIC, "BASIC" },
	{ "Basic realm=not quoted", CHALLENGE_BASIC, "Basic" },
	{ "Basic realm=\"not closed", CHALLENGE_BASIC, "Basic" },
	{ "Basicrealm=\"x\"", CHALLENGE_NONE, "" },
	{ "XBasic, Basic realm=a", CHALLENGE_BASIC, "XBasic, Basic" },
	{ "Basic a\nDigest nonce=n", CHALLENGE_BASIC,
		"Basic, Digest (no realm)" },
	{ "Digest", CHALLENGE_NONE, "Digest (no realm)" },
	{ "Digest abc==", CHALLENGE_NONE, "Digest (no realm)" },
	{ "Digest nonce=n", CHALLENGE_NONE, "Digest (no realm)" },
	{ "Digest realm=r", CHALLENGE_NONE, "Digest (no nonce)" },
	{ "Digest realm=r\nDigest nonce=n", CHALLENGE_NONE,
		"Digest (no nonce), Digest (no realm)" },
	{ MD5_R ", algorithm=SHA-1", CHALLENGE_NONE,
		"Digest (unknown algorithm)" },
	{ MD5_R ", algorithm=MD5-sess-sess", CHALLENGE_NONE,
		"Digest (unknown algorithm)" },
	{ MD5_R ", qop=auth-int", CHALLENGE_NONE, "Digest (qop is not auth)" },
	{ MD5_R ", qop=\"auth-conf,auth-int\"", CHALLENGE_NONE,
		"Digest (qop is not auth)" },
	/* malformed */
	{ "Digest a/b", CHALLENGE_NONE, "Digest (malformed)" },
	{ MD5_R ", a/b", CHALLENGE_NONE, "Digest (malformed)" },
	{ MD5_R ", =b", CHALLENGE_NONE, "Digest (malformed)" },
	{ MD5_R ", a=", CHALLENGE_NONE, "Digest (malformed)" },
	{ MD5_R ", realm=r", CHALLENGE_NONE, "Digest (malformed)" },
	{ MD5_R ", NONCE=\"n\"", CHALLENGE_NONE, "Digest (malformed)" },
	{ MD5_R ", qop=auth, qop=auth", CHALLENGE_NONE, "Digest (malformed)" },
	{ "Digest realm=\"r\" nonce=\"n\"", CHALLENGE_NONE,
		"Digest (malformed)" },
	{ "Digest realm=a b, nonce=n", CHALLENGE_NONE, "Digest (malformed)" },
	{ "Digest realm=a\"b\", nonce=n", CHALLENGE_NONE,
		"Digest (malformed)" },
	{ "Digest realm=a\\b, nonce=n", CHALLENGE_NONE, "Digest (malformed)" },
	{ "Digest nonce=n, realm=\"", CHALLENGE_NONE, "Digest (malformed)" },
	{ "Digest nonce=n, realm=\"a", CHALLENGE_NONE, "Digest (malformed)" },
	{ "Digest nonce=n, realm=\"a\\\"", CHALLENGE_NONE,
		"Digest (malformed)" },
	{ "Digest nonce=n, realm=\"a\"b", CHALLENGE_NONE,
		"Digest (malformed)" },
	/* more than there is room for */
	{ "Averylongnameofascheme, A, AB, ABC, ABCD, ABCDE, ABCDEF, ABCDEFG, "
	  "ABCDEFGH, ABCDEFGHI, A",
		CHALLENGE_NONE,
		"Averylongnameofasche, A, AB, ABC, ABCD, ABCDE, ABCDEF, ..." },
};

Test(challenge, others)
{
	for (size_t i = 0; i < N(others); i++) {
		struct challenge c;

		read_text(&c, others[i].text);
		cr_expect_eq(c.scheme, others[i].scheme, "%s", others[i].text);
		cr_expect_str_eq(c.asked, others[i].asked, "%s: %s",
			others[i].text, c.asked);
		check_any(&c, others[i].text);
		challenge_release(&c);
		cr_expect_eq(c.scheme, CHALLENGE_NONE);
		challenge_release(&c);
	}
}

static void check_cuts(const char *text)
{
	for (size_t n = 0; n < strlen(text); n++) {
		struct challenge c;

		read_bytes(&c, text, n);
		check_any(&c, text);
		challenge_release(&c);
	}
}

Test(challenge, cuts)
{
	for (size_t i = 0; i < N(digests); i++)
		check_cuts(digests[i].text);
	for (size_t i = 0; i < N(others); i++)
		check_cuts(others[i].text);
}

/* Where a byte or a long value is put. */
static const struct form {
	const char *before, *after;
	size_t own; /* characters of the value that are there already */
} forms[] = {
	{ "Digest nonce=n, realm=\"a", "b\"", 2 },
	{ "Digest nonce=n, realm=\"a\\", "b\"", 2 },
	{ "Digest realm=n, nonce=a", "b", 2 },
	{ "Digest realm=r, nonce=n, opaque=\"", "\"", 0 },
};

static void read_form(struct challenge *c, const struct form *form,
	const char *value, size_t n)
{
	static char text[3 * CHALLENGE_VALUE_MAX];
	size_t before = strlen(form->before), after = strlen(form->after);

	memcpy(text, form->before, before);
	memcpy(text + before, value, n);
	memcpy(text + before + n, form->after, after);
	head.nfields = 0;
	add_field(field, 0, text, before + n + after);
	challenge_read(c, &head, field);
	check_any(c, form->before);
}

/* No parser of heads lets these pass; they would split the request. */
Test(challenge, control_characters)
{
	for (size_t i = 0; i < N(forms); i++) {
		for (int byte = 0; byte < 0x80; byte++) {
			const char value = (char)byte;
			struct challenge c;

			if ((byte >= 0x20 && byte != 0x7f) || byte == '\t')
				continue;
			read_form(&c, &forms[i], &value, 1);
			cr_expect_eq(c.scheme, CHALLENGE_NONE, "%d in %s", byte,
				forms[i].before);
			challenge_release(&c);
		}
	}
}

Test(challenge, lengths)
{
	static char value[CHALLENGE_VALUE_MAX + 1];

	memset(value, '#', sizeof(value));
	for (size_t i = 0; i < N(forms); i++) {
		size_t most = CHALLENGE_VALUE_MAX - forms[i].own;
		struct challenge c;

		read_form(&c, &forms[i], value, most);
		cr_expect_str_eq(c.asked, "Digest", "%zu", i);
		challenge_release(&c);
		read_form(&c, &forms[i], value, most + 1);
		cr_expect_str_eq(c.asked, "Digest (too long)", "%zu", i);
		challenge_release(&c);
	}
}

/* Another field's challenges are not ours. */
Test(challenge, reads_the_field_that_it_is_told)
{
	static const char proxy[] = "Proxy-Authenticate";
	struct challenge c;

	head.nfields = 0;
	add_field(field, 0, "Digest realm=a, nonce=b", 23);
	add_field(proxy, 1, "Basic", 5);
	challenge_read(&c, &head, proxy);
	cr_expect_eq(c.scheme, CHALLENGE_BASIC);
	cr_expect_str_eq(c.asked, "Basic");
	challenge_release(&c);
	challenge_read(&c, &head, field);
	cr_expect_eq(c.scheme, CHALLENGE_DIGEST);
	challenge_release(&c);
}

struct answered {
	const char *text, *user, *password, *method, *target, *cnonce, *value;
};

#define MUFASA "Digest username=\"Mufasa\", "
#define R7616                                                                  \
	"realm=\"http-auth@example.org\", nonce=\"7ypf/"                       \
	"xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\""
#define O7616 "opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""
#define C7616 "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
#define DIR "uri=\"/dir/index.html\""
#define QOP ", qop=auth, nc=00000001, cnonce=\"" C7616 "\""
#define LIFE(text, value)                                                      \
	{                                                                      \
		text, "Mufasa", "Circle of Life", "GET", "/dir/index.html",    \
			C7616, value                                           \
	}
/* One algorithm of RFC 7616's first example, with qop and without. */
#define BOTH(name, with, without, own)                                         \
	LIFE("Digest " R7616 ", qop=auth, algorithm=" name, MUFASA R7616       \
		", " DIR ", algorithm=" name ", response=\"" with "\"" QOP),   \
		LIFE("Digest " R7616 ", algorithm=" name,                      \
			MUFASA R7616 ", " DIR ", algorithm=" name              \
				     ", response=\"" without "\"" own)
#define OWN ", cnonce=\"" C7616 "\""
#define R2617                                                                  \
	"realm=\"testrealm@host.com\", "                                       \
	"nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\""
#define O2617 "opaque=\"5ccc069c403ebaf9f0171e9517f40e41\""
#define R392                                                                   \
	"realm=\"api@example.org\", "                                          \
	"nonce=\"5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK\""
#define O392 "opaque=\"HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS\""
#define C392 "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v"
#define JASON "J\xc3\xa4s\xc3\xb8n Doe"
#define A392                                                                   \
	", " R392 ", uri=\"/doe.json\", algorithm=SHA-512-256, "               \
	"response="                                                            \
	"\"3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5\"" \
	", qop=auth, nc=00000001, cnonce=\"" C392 "\", " O392

static const struct answered answers[] = {
	/* RFC 7616 3.9.1: of the two the stronger */
	LIFE("Digest " R7616 ", qop=\"auth, auth-int\", algorithm=MD5, " O7616
	     "\nDigest " R7616
	     ", qop=\"auth, auth-int\", algorithm=SHA-256, " O7616,
		MUFASA R7616 ", " DIR ", algorithm=SHA-256, response=\""
			     "753927fa0e85d155564e2e272a28d180"
			     "2ca10daf4496794697cf8db5856cb6c1\"" QOP
			     ", " O7616),
	BOTH("MD5", "8ca523f5e9506fed4657c9700eebdbec",
		"7b2cc3b30e75b4777ea31027084363fd", ""),
	BOTH("SHA-256",
		"753927fa0e85d155564e2e272a28d180"
		"2ca10daf4496794697cf8db5856cb6c1",
		"a1306b0595a6c7fe96c448631fb5cfbd"
		"5107bd1fe1da729d978dd7446b812363",
		""),
	BOTH("SHA-512-256",
		"430d05014cecc49cab6fbe03176d41a1"
		"da86cbfe24a16580e22aaad928d960d0",
		"93e9122020ea0624d2ca801426d5bfbe"
		"b93d10ff4cc24cb410af3920fa4730e7",
		""),
	BOTH("MD5-sess", "e783283f46242139c486a698fec7211d",
		"37a7f42db2090a3fcac4e26e747d4fc8", OWN),
	BOTH("SHA-256-sess",
		"2fd51b3a77ad75bad6afad6003e818d7"
		"67133c46d9e2749e7f5232ae1ea3efd7",
		"30bc0742357e535c85094121d22cf826"
		"b794be0667e19537beb7b28f2251c274",
		OWN),
	BOTH("SHA-512-256-sess",
		"3f2a34f923c38b0fb26dce2fdfc2ce32"
		"6c23cecf86fbb1444f3e51fbbc2cb92e",
		"7c70dbd9f483cbccedbd3e92ac246a9f"
		"2b712bed77914b52c3ae2254fdb2edba",
		OWN),
	/* RFC 7616 3.9.2 (the hashes of erratum 4897) */
	{ "Digest " R392 ", qop=\"auth\", algorithm=SHA-512-256, " O392
	  ", charset=UTF-8, userhash=true",
		JASON, "Secret, or not?", "GET", "/doe.json", C392,
		"Digest username=\"793263caabb707a56211940d90411ea4"
		"a575adeccb7e360aeb624ed06ece9b0b\"" A392 ", userhash=true" },
	{ "Digest " R392 ", qop=\"auth\", algorithm=SHA-512-256, " O392
	  ", charset=UTF-8, userhash=false",
		JASON, "Secret, or not?", "GET", "/doe.json", C392,
		"Digest username*=UTF-8''J%C3%A4s%C3%B8n%20Doe" A392 },
	{ "Digest " R392 ", qop=\"auth\", algorithm=SHA-512-256, " O392, JASON,
		"Secret, or not?", "GET", "/doe.json", C392,
		"Digest username=\"" JASON "\"" A392 },
	/* RFC 2617 3.5 */
	{ "Digest " R2617 ", qop=\"auth,auth-int\", " O2617, "Mufasa",
		"Circle Of Life", "GET", "/dir/index.html", "0a4f113b",
		MUFASA R2617
		", " DIR ", response=\"6629fae49393a05397450978507c4ef1\", "
		"qop=auth, nc=00000001, cnonce=\"0a4f113b\", " O2617 },
	/* RFC 2069 2.4 (the hash of its erratum) */
	{ "Digest " R2617 ", " O2617, "Mufasa", "CircleOfLife", "GET",
		"/dir/index.html", "0a4f113b",
		MUFASA R2617
		", " DIR
		", response=\"1949323746fe6a43ef61f9606e7febea\", " O2617 },
	/* what has to be quoted, and CONNECT */
	{ "Digest realm=\"r\\\"\\\\\", nonce=n, qop=auth, algorithm=SHA-256",
		"a\"b\\c", "p:\"", "CONNECT", "/a\"b?\\c", "0123456789abcdef",
		"Digest username=\"a\\\"b\\\\c\", realm=\"r\\\"\\\\\", "
		"nonce=\"n\", uri=\"/a\\\"b?\\\\c\", algorithm=SHA-256, "
		"response=\"86c7b0d3562db1f19df9d93bfb86ef25"
		"14875d86ce20616c59bef9850e9a7168\", qop=auth, nc=00000001, "
		"cnonce=\"0123456789abcdef\"" },
	{ MD5_R, "a\r\nb*'%", "p", "GET", "/", "0123456789abcdef",
		"Digest username*=UTF-8''a%0D%0Ab%2A%27%25, realm=\"r\", "
		"nonce=\"n\", uri=\"/\", "
		"response=\"773c51f864e17cf3c236c948cd2a3fe5\"" },
	/* RFC 7617 */
	{ "Basic realm=\"WallyWorld\"", "Aladdin", "open sesame", "GET", "/",
		"0123456789abcdef", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==" },
	{ "Basic realm=\"foo\", charset=\"UTF-8\"", "test", "123\xc2\xa3",
		"GET", "/", "0123456789abcdef", "Basic dGVzdDoxMjPCow==" },
	{ "Negotiate", "u", "p", "GET", "/", "0123456789abcdef", NULL },
};

Test(challenge, answers)
{
	for (size_t i = 0; i < N(answers); i++) {
		const struct answered *a = &answers[i];
		struct challenge c;

		read_text(&c, a->text);

		char *value = challenge_answer(&c, a->user, a->password,
			a->method, a->target, a->cnonce);

		cr_expect(same(value, a->value), "%s\n   gave %s\n   not  %s",
			a->text, value, a->value);
		http_auth_free(value);
		challenge_release(&c);
	}
}

/* As in FIPS mode. */
Test(challenge, passes_over_what_openssl_lacks)
{
	struct challenge c;

	cr_assert(EVP_set_default_properties(NULL, "fips=yes"));
	read_text(&c, MD5_R ", Basic");
	cr_expect_eq(c.scheme, CHALLENGE_BASIC);
	cr_expect_str_eq(c.asked, "Digest (algorithm not available), Basic");
	check_any(&c, MD5_R);
	challenge_release(&c);
}

Test(challenge, no_password_is_an_empty_one)
{
	static const char *const texts[] = { MD5_R, "Basic" };

	for (size_t i = 0; i < N(texts); i++) {
		struct challenge c;

		read_text(&c, texts[i]);

		char *one = challenge_answer(&c, "u", NULL, "GET", "/", "0");
		char *other = challenge_answer(&c, "u", "", "GET", "/", "0");

		cr_expect_str_eq(one, other);
		http_auth_free(one);
		http_auth_free(other);
		challenge_release(&c);
	}
}

Test(challenge, joins)
{
	static const struct {
		const char *separator, *a, *b, *c, *joined;
	} cases[] = {
		{ ":", NULL, NULL, NULL, "" },
		{ ":", "a", NULL, NULL, "a" },
		{ ":", "", "", NULL, ":" },
		{ ":", "a", "bc", "", "a:bc:" },
		{ "", "a", "", "bc", "abc" },
		{ ", ", "a", "b", "c", "a, b, c" },
	};

	for (size_t i = 0; i < N(cases); i++) {
		char *joined = http_auth_join(
			cases[i].separator, cases[i].a, cases[i].b, cases[i].c);

		cr_expect_str_eq(joined, cases[i].joined);
		http_auth_free(joined);
	}
}
