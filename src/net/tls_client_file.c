#define _GNU_SOURCE

#include "net/tls_client_file.h"

#include "base/wipe.h"
#include "net/tls_words.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = 1 << 20, SECRET_MAX = 1024, TRIES = 3 };

/* A file in memory. */
struct file {
	const char *path;
	char *data;
	size_t len;
	bool again; /* it can be read again */
};

/* A pass phrase, and where it comes from. */
struct secret {
	const struct tls_config *config;
	const char *path;  /* of what it is for */
	const char *given; /* NULL: none yet */
	int tries;
	bool wanted; /* OpenSSL has asked for it ... */
	bool asked;  /* ... and we the person */
	char typed[SECRET_MAX];
};

static bool fail(struct err *err, const char *path, const char *why)
{
	return err_set(err, ERR_CLIENT_CERTIFICATE,
		"cannot read the certificate or key %s: %s", path, why);
}

static void forget(struct file *f)
{
	if (f->data)
		wipe(f->data, f->len);
	free(f->data);
	f->data = NULL;
}

/* Not by stdio, whose buffer would hold the key. */
static bool read_all(struct file *f, int fd, struct err *err)
{
	ssize_t n;

	f->data = malloc(FILE_MAX);
	if (!f->data)
		return fail(err, f->path, "out of memory");
	do {
		n = read(fd, f->data + f->len, FILE_MAX - f->len);
		if (n > 0)
			f->len += (size_t)n;
	} while ((n > 0 && f->len < FILE_MAX) || (n < 0 && errno == EINTR));
	if (n < 0)
		return fail(err, f->path, strerror(errno));
	if (f->len == FILE_MAX)
		return fail(err, f->path, "it is too long for one");
	return true;
}

static bool open_file(struct file *f, const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	bool ok;

	*f = (struct file){ .path = path };
	if (fd < 0)
		return fail(err, path, strerror(errno));
	f->again = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
	ok = read_all(f, fd, err);
	close(fd);
	if (!ok)
		forget(f);
	return ok;
}

/* Puts the next pass phrase to try in s->given; false: there is none. */
static bool next_secret(struct secret *s, struct err *err)
{
	char question[256];
	struct err why = { 0 };

	if (s->given && s->given != s->typed)
		return err_set(err, ERR_CLIENT_CERTIFICATE,
			"%s: the pass phrase is wrong", s->path);
	if (!s->given && s->config->passphrase) {
		s->given = s->config->passphrase;
		return true;
	}
	if (!s->config->ask)
		return err_set(err, ERR_CLIENT_CERTIFICATE,
			"%s needs a pass phrase (try --passphrase @FILE)",
			s->path);
	if (s->tries++ == TRIES)
		return err_set(err, ERR_CLIENT_CERTIFICATE,
			"%s: the pass phrase was wrong %d times", s->path,
			TRIES);
	snprintf(question, sizeof(question),
		"%sPass phrase of %.200s: ", s->given ? "Wrong. " : "",
		s->path);
	s->asked = true;
	if (!s->config->ask(question, s->typed, sizeof(s->typed), &why))
		return err_set(err, ERR_CLIENT_CERTIFICATE,
			"%s needs a pass phrase: %s (try --passphrase @FILE)",
			s->path, why.line);
	s->given = s->typed;
	return true;
}

/* OpenSSL's question for a pass phrase. */
static int give_secret(char *out, int size, int writing, void *arg)
{
	struct secret *s = arg;
	size_t n = s->given ? strlen(s->given) : 0;

	(void)writing;
	s->wanted = true;
	if (!s->given || size < 0 || n > (size_t)size)
		return -1;
	memcpy(out, s->given, n);
	return (int)n;
}

/* What old programs wrote is encrypted with ciphers that OpenSSL 3 keeps in a
 * part of its own, which is not always there. */
static bool is_legacy(void)
{
	unsigned long code;
	bool found = false;

	while ((code = ERR_get_error()))
		found |= ERR_GET_LIB(code) == ERR_LIB_EVP &&
			 (ERR_GET_REASON(code) == ERR_R_UNSUPPORTED ||
				 ERR_GET_REASON(code) ==
					 EVP_R_UNSUPPORTED_ALGORITHM ||
				 ERR_GET_REASON(code) ==
					 EVP_R_UNKNOWN_PBE_ALGORITHM);
	return found;
}

static bool legacy(struct err *err, const char *path)
{
	return fail(err, path,
		"it is encrypted with an old cipher (such as RC2), which is "
		"only in OpenSSL's legacy provider (try to convert it: openssl "
		"pkcs12 -legacy -nodes -in OLD -out NEW.pem)");
}

/* --- PEM --- */

static bool pem_certificates(
	struct tls_identity *who, const struct file *f, struct err *err)
{
	BIO *b = BIO_new_mem_buf(f->data, (int)f->len);
	struct secret nobody = { .path = f->path };
	const char *why = NULL;
	X509 *next;

	ERR_clear_error();
	who->cert =
		b ? PEM_read_bio_X509_AUX(b, NULL, give_secret, &nobody) : NULL;
	if (who->cert)
		who->chain = sk_X509_new_null();
	while (who->chain &&
		(next = PEM_read_bio_X509(b, NULL, give_secret, &nobody)))
		if (!sk_X509_push(who->chain, next))
			X509_free(next);
	if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		why = ERR_reason_error_string(ERR_peek_error());
	else if (!who->cert)
		why = "there is no certificate in it (PEM or PKCS#12 is what "
		      "it takes)";
	BIO_free(b);
	ERR_clear_error();
	return !why || fail(err, f->path, why);
}

static bool no_key(
	struct err *err, const struct tls_config *config, const struct file *f)
{
	static const char mark[] = "PRIVATE KEY-----";

	if (memmem(f->data, f->len, mark, sizeof(mark) - 1))
		return fail(err, f->path, "its private key is broken");
	return fail(err, f->path,
		config->key ? "there is no private key in it (PEM is what it "
			      "takes)"
			    : "there is no private key in it (try --key FILE)");
}

static bool pem_key(struct tls_identity *who, const struct file *f,
	struct secret *s, struct err *err)
{
	do {
		BIO *b = BIO_new_mem_buf(f->data, (int)f->len);

		ERR_clear_error();
		s->wanted = false;
		who->key = b ? PEM_read_bio_PrivateKey(b, NULL, give_secret, s)
			     : NULL;
		BIO_free(b);
		if (who->key)
			return true;
		if (!s->wanted)
			return no_key(err, s->config, f);
		if (is_legacy())
			return legacy(err, f->path);
	} while (next_secret(s, err));
	return false;
}

/* --- PKCS#12 --- */

static PKCS12 *as_pkcs12(const struct file *f)
{
	const unsigned char *p = (const unsigned char *)f->data;
	PKCS12 *p12 = f->len && p[0] == 0x30
			      ? d2i_PKCS12(NULL, &p, (long)f->len)
			      : NULL;

	ERR_clear_error();
	return p12;
}

/* Finds the pass phrase that p12's check sum is made with; none, NULL and ""
 * are three different things there. */
static bool unlock(PKCS12 *p12, struct secret *s, struct err *err)
{
	if (!PKCS12_mac_present(p12)) {
		s->given = s->config->passphrase;
		return true;
	}
	if (PKCS12_verify_mac(p12, NULL, 0))
		return true;
	s->given = "";
	if (PKCS12_verify_mac(p12, "", 0))
		return true;
	s->given = NULL;
	while (next_secret(s, err))
		if (PKCS12_verify_mac(p12, s->given, -1))
			return true;
	return false;
}

/* What keeps it from being read, where it isn't the pass phrase. */
static bool broken_pkcs12(struct err *err, const struct file *f)
{
	const char *why = ERR_reason_error_string(ERR_peek_error());

	if (is_legacy())
		return legacy(err, f->path);
	return fail(err, f->path, why ? why : "it is broken");
}

static bool read_pkcs12(struct tls_identity *who, PKCS12 *p12,
	const struct file *f, struct secret *s, struct err *err)
{
	if (!unlock(p12, s, err))
		return false;
	ERR_clear_error();
	if (PKCS12_parse(p12, s->given, &who->key, &who->cert, &who->chain) !=
		1)
		return broken_pkcs12(err, f);
	if (!who->cert)
		return fail(err, f->path, "there is no certificate in it");
	if (!who->key && !s->config->key)
		return fail(err, f->path,
			"there is no private key in it (try --key FILE)");
	if (s->config->key) {
		EVP_PKEY_free(who->key);
		who->key = NULL;
	}
	return true;
}

/* --- both --- */

static bool read_key_file(
	struct tls_identity *who, struct secret *s, struct err *err)
{
	struct file f;
	bool ok;

	if (!open_file(&f, s->config->key, err))
		return false;
	s->path = f.path;
	s->given = NULL;
	s->tries = 0;
	ok = pem_key(who, &f, s, err);
	who->only_once |= !f.again;
	forget(&f);
	return ok;
}

static bool read_files(
	struct tls_identity *who, struct secret *s, struct err *err)
{
	struct file f;
	PKCS12 *p12;
	bool ok;

	if (!open_file(&f, s->config->cert, err))
		return false;
	s->path = f.path;
	p12 = as_pkcs12(&f);
	ok = p12 ? read_pkcs12(who, p12, &f, s, err)
		 : pem_certificates(who, &f, err);
	PKCS12_free(p12);
	if (ok && !who->key && !s->config->key)
		ok = pem_key(who, &f, s, err);
	who->only_once = !f.again;
	forget(&f);
	return ok && (!s->config->key || read_key_file(who, s, err));
}

static bool fits(const struct tls_identity *who,
	const struct tls_config *config, struct err *err)
{
	char subject[TLS_NAME_MAX];

	if (X509_check_private_key(who->cert, who->key) == 1)
		return true;
	tls_name_words(subject, X509_get_subject_name(who->cert));
	return err_set(err, ERR_CLIENT_CERTIFICATE,
		"the private key %s does not belong to the certificate %s (%s)",
		config->key ? config->key : config->cert, config->cert,
		subject);
}

bool tls_identity_read(struct tls_identity *who,
	const struct tls_config *config, struct err *err)
{
	struct secret s = { .config = config };
	bool ok = read_files(who, &s, err) && fits(who, config, err);

	who->only_once |= s.asked;
	wipe(s.typed, sizeof(s.typed));
	ERR_clear_error();
	return ok;
}
