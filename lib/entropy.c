/* SPDX-License-Identifier: ISC */
/*
 * entropy.c - random bytes from the system
 *
 *	getrandom --ENOSYS--> /dev/urandom
 *
 * Only a kernel without the call is a reason for the file: any other error
 * is an error.  Reading the file can work where the pool is not yet full,
 * so to fall back on it at will would turn a failure into weak keys.
 */
#define _DEFAULT_SOURCE
#include <delist/entropy.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/random.h>
#include <unistd.h>

#include "bytes.h"

typedef ssize_t source(int fd, uint8_t *out, size_t len);

static ssize_t
from_kernel(int fd, uint8_t *out, size_t len)
{
	(void)fd;
	return getrandom(out, len, 0);
}

static ssize_t
from_file(int fd, uint8_t *out, size_t len)
{
	return read(fd, out, len);
}

/* Ask until all is there.  A source that gives nothing is at its end. */
static bool
fill(source *some, int fd, uint8_t *out, size_t len)
{
	while (len != 0) {
		ssize_t n = some(fd, out, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		out += n;
		len -= (size_t)n;
	}
	return true;
}

static bool
fill_from_urandom(uint8_t *out, size_t len)
{
	bool filled;
	int fd;

	do
		fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
	while (fd < 0 && errno == EINTR);
	if (fd < 0)
		return false;
	filled = fill(from_file, fd, out, len);
	close(fd);
	return filled;
}

int
delist_entropy(void *arg, uint8_t *out, size_t len)
{
	int kept = errno;
	bool filled;

	(void)arg;
	errno = 0;
	filled = fill(from_kernel, -1, out, len);
	if (!filled && errno == ENOSYS)
		filled = fill_from_urandom(out, len);
	errno = kept;
	if (filled)
		return DELIST_OK;
	delist_bytes_wipe(out, len);
	return DELIST_EIO;
}
