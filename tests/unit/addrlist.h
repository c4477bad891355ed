#ifndef WSTAP_TESTS_UNIT_ADDRLIST_H
#define WSTAP_TESTS_UNIT_ADDRLIST_H

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

/* A list of addresses to try, as a look-up would give it. */
struct list {
	struct addrinfo info[40];
	struct sockaddr_storage at[40];
	int n;
};

static inline void list_add(struct list *l, const char *host, unsigned port)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	struct addrinfo *a = &l->info[l->n];

	a->ai_socktype = SOCK_STREAM;
	a->ai_addr = (struct sockaddr *)&l->at[l->n];
	if (inet_pton(AF_INET, host, &v4.sin_addr) == 1) {
		v4.sin_port = htons((uint16_t)port);
		a->ai_family = AF_INET;
		a->ai_addrlen = sizeof(v4);
		memcpy(&l->at[l->n], &v4, sizeof(v4));
	} else {
		cr_assert(inet_pton(AF_INET6, host, &v6.sin6_addr) == 1);
		v6.sin6_port = htons((uint16_t)port);
		a->ai_family = AF_INET6;
		a->ai_addrlen = sizeof(v6);
		memcpy(&l->at[l->n], &v6, sizeof(v6));
	}
	if (l->n)
		l->info[l->n - 1].ai_next = a;
	l->n++;
}

#endif
