#define _GNU_SOURCE

#include "net/dial_from.h"

#include "net/interface.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* 0, or why this machine cannot be at the address. Only the system knows:
 * 127.0.0.2 is on no list. */
static int try_address(const struct address *at)
{
	int fd = socket(at->at.ss_family, SOCK_STREAM, 0);
	int error = 0;

	if (fd < 0)
		return errno;
	if (bind(fd, address_generic(at), at->len) != 0)
		error = errno;
	close(fd);
	return error;
}

static bool find_address(
	const struct dial_from *from, const char *name, struct err *err)
{
	int error = try_address(&from->at);
	char have[INTERFACE_LIST_MAX];

	if (error == 0)
		return true;
	if (error != EADDRNOTAVAIL)
		return err_set(err, ERR_CONNECT, "cannot connect from %s: %s",
			name, strerror(error));
	interface_list_addresses(have);
	return err_set(err, ERR_CONNECT,
		"cannot connect from %s: no interface has this address "
		"(there are: %s)",
		name, have);
}

bool dial_from_find(struct dial_from *from, const char *name, struct err *err)
{
	char have[INTERFACE_LIST_MAX];

	*from = (struct dial_from){ .name = name };
	if (!name)
		return true;
	if (address_parse(&from->at, name, strlen(name), 0))
		return find_address(from, name, err);
	from->at.len = 0;
	if (interface_exists(name))
		return true;
	interface_list(have);
	return err_set(err, ERR_CONNECT,
		"cannot connect from %.100s: no such interface, nor a local "
		"address (there are: %s)",
		name, have);
}

bool dial_from_reaches(
	const struct dial_from *from, const struct address *target)
{
	struct address at;

	if (!from->name)
		return true;
	if (from->at.len)
		return from->at.at.ss_family == target->at.ss_family;
	return interface_source(&at, from->name, target);
}

#ifdef SO_BINDTODEVICE
static bool keep_to_device(int fd, const char *name)
{
	return setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name,
		       (socklen_t)strlen(name)) == 0;
}
#else
static bool keep_to_device(int fd, const char *name)
{
	(void)fd;
	(void)name;
	errno = ENOPROTOOPT;
	return false;
}
#endif

bool dial_from_bind(
	const struct dial_from *from, int fd, const struct address *target)
{
	struct address at = from->at;

	if (!from->name)
		return true;
	if (!at.len) {
		if (keep_to_device(fd, from->name))
			return true;
		if (errno != EPERM && errno != ENOPROTOOPT)
			return false;
		if (!interface_source(&at, from->name, target)) {
			errno = EADDRNOTAVAIL;
			return false;
		}
	}
	return bind(fd, address_generic(&at), at.len) == 0;
}
