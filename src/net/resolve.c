#define _GNU_SOURCE

#include "net/resolve.h"

#include "net/interface.h"
#include "net/transport.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* What getaddrinfo() gave: a status of 0, or why there is nothing. */
struct answer {
	int status;
	int error; /* errno, with EAI_SYSTEM */
	struct addresses found;
};

/* Shared with the thread; whoever lets go last frees it. */
struct job {
	pthread_mutex_t lock;
	int refs;
	bool done;
	int wake[2]; /* a pipe: readable once the job is done */
	struct answer answer;
	uint16_t port;
	int family;
	char host[];
};

bool resolve_is_loopback(const char *host)
{
	static const char name[] = "localhost";
	size_t len = strlen(host), want = sizeof(name) - 1;

	if (len && host[len - 1] == '.')
		len--;
	return len >= want && strncasecmp(host + len - want, name, want) == 0 &&
	       (len == want || host[len - want - 1] == '.');
}

static void look_up(struct answer *answer, const char *host, uint16_t port,
	int family, int flags)
{
	const struct addrinfo hints = {
		.ai_family = family,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = flags | AI_NUMERICSERV,
	};
	struct addrinfo *list = NULL;
	char service[sizeof("65535")];

	snprintf(service, sizeof(service), "%u", (unsigned)port);
	answer->status = getaddrinfo(host, service, &hints, &list);
	answer->error = errno;
	addresses_take(&answer->found, answer->status ? NULL : list);
	if (answer->status)
		return;
	freeaddrinfo(list);
	if (answer->found.n == 0)
		answer->status = EAI_NONAME;
}

static void release(struct job *j)
{
	bool last;

	pthread_mutex_lock(&j->lock);
	last = --j->refs == 0;
	pthread_mutex_unlock(&j->lock);
	if (!last)
		return;
	pthread_mutex_destroy(&j->lock);
	for (int i = 0; i < 2; i++)
		if (j->wake[i] >= 0)
			close(j->wake[i]);
	free(j);
}

static void *work(void *arg)
{
	struct job *j = arg;
	struct answer answer;

	look_up(&answer, j->host, j->port, j->family, 0);
	pthread_mutex_lock(&j->lock);
	j->answer = answer;
	j->done = true;
	pthread_mutex_unlock(&j->lock);
	while (write(j->wake[1], "", 1) < 0 && errno == EINTR)
		continue;
	release(j);
	return NULL;
}

static struct job *job_new(const char *host, uint16_t port, int family)
{
	size_t size = strlen(host) + 1;
	struct job *j = calloc(1, sizeof(*j) + size);

	if (!j)
		return NULL;
	memcpy(j->host, host, size);
	j->port = port;
	j->family = family;
	j->refs = 1;
	pthread_mutex_init(&j->lock, NULL);
	if (pipe(j->wake) != 0) {
		int error = errno;

		j->wake[0] = j->wake[1] = -1;
		release(j);
		errno = error;
		return NULL;
	}
	for (int i = 0; i < 2; i++)
		fcntl(j->wake[i], F_SETFD, FD_CLOEXEC);
	return j;
}

/* Gives the job to a thread. Signals are for the main thread: its handlers
 * and its waiting for them must not miss one. */
static bool start(struct job *j)
{
	sigset_t all, before;
	pthread_t thread;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	j->refs++;
	error = pthread_create(&thread, NULL, work, j);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error) {
		j->refs--;
		errno = error;
		return false;
	}
	pthread_detach(thread);
	return true;
}

/* Asks the system's resolver. */
static bool ask(struct answer *answer, const char *host, uint16_t port,
	int family, struct deadline deadline, struct err *err)
{
	struct job *j = job_new(host, port, family);
	bool ok = false;

	if (!j || !start(j)) {
		err_set(err, ERR_RESOLVE, "cannot resolve %s: %s", host,
			strerror(errno));
		goto done;
	}
	if (!transport_wait(j->wake[0], IO_WANT_READ, deadline)) {
		err_set(err, ERR_TIMEOUT,
			"resolving %s: no answer in time (--connect-timeout)",
			host);
		goto done;
	}
	pthread_mutex_lock(&j->lock);
	if (j->done)
		*answer = j->answer;
	pthread_mutex_unlock(&j->lock);
	ok = true;
done:
	if (j)
		release(j);
	return ok;
}

static void loopback(struct answer *answer, uint16_t port)
{
	static const char *const hosts[] = { "::1", "127.0.0.1" };
	struct address one;

	*answer = (struct answer){ 0 };
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		if (address_parse(&one, hosts[i], strlen(hosts[i]), port))
			addresses_add(&answer->found, &one);
}

/* False: not an address, in any way to write one. */
static bool number(struct answer *answer, const char *host, uint16_t port)
{
	struct address one;

	*answer = (struct answer){ 0 };
	if (address_parse(&one, host, strlen(host), port))
		addresses_add(&answer->found, &one);
	else
		look_up(answer, host, port, AF_UNSPEC, AI_NUMERICHOST);
	return answer->status == 0;
}

const char *resolve_option(int family)
{
	return family == AF_INET6 ? "--ipv6" : "--ipv4";
}

/* Whether the resolver knows the name, and says that it has no address of the
 * family; not every system tells that from a name that there isn't. */
static bool lacks_family(const struct answer *answer, int family)
{
	if (family == AF_UNSPEC)
		return false;
	switch (answer->status) {
	case 0:
#ifdef EAI_NODATA
	case EAI_NODATA:
#endif
#ifdef EAI_ADDRFAMILY
	case EAI_ADDRFAMILY:
#endif
		return true;
	}
	return false;
}

static bool unresolved(
	const struct answer *a, const char *host, int family, struct err *err)
{
	if (lacks_family(a, family))
		return err_set(err, ERR_RESOLVE,
			"cannot resolve %s: it has no %s address (%s)", host,
			address_family(family), resolve_option(family));
	if (a->status == EAI_NONAME && family != AF_UNSPEC)
		return err_set(err, ERR_RESOLVE,
			"cannot resolve %s: %s (only %s was asked for: %s)",
			host, gai_strerror(a->status), address_family(family),
			resolve_option(family));
	return err_set(err, ERR_RESOLVE, "cannot resolve %s: %s", host,
		a->status == EAI_SYSTEM ? strerror(a->error)
					: gai_strerror(a->status));
}

/* What has a colon and is no address: no resolver would know better. */
static bool bad_number(const char *host, struct err *err)
{
	const char *zone = strchr(host, '%');
	char names[INTERFACE_LIST_MAX];

	if (!zone)
		return err_set(err, ERR_RESOLVE,
			"cannot resolve %s: not an IPv6 address", host);
	interface_list(names);
	return err_set(err, ERR_RESOLVE,
		"cannot resolve %s: no interface is called %s (there are: %s)",
		host, zone + 1, names);
}

bool resolve_family(struct addresses *to, const char *host, uint16_t port,
	int family, struct deadline deadline, struct err *err)
{
	struct answer answer;

	if (resolve_is_loopback(host)) {
		loopback(&answer, port);
	} else if (!number(&answer, host, port)) {
		if (strchr(host, ':'))
			return bad_number(host, err);
		if (!ask(&answer, host, port, family, deadline, err))
			return false;
	}
	addresses_keep(&answer.found, family);
	if (answer.status != 0 || answer.found.n == 0)
		return unresolved(&answer, host, family, err);
	*to = answer.found;
	return true;
}

bool resolve(struct addresses *to, const char *host, uint16_t port,
	struct deadline deadline, struct err *err)
{
	return resolve_family(to, host, port, AF_UNSPEC, deadline, err);
}
