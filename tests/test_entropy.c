/* SPDX-License-Identifier: ISC */
/*
 * The linker puts the functions below between the library and the system
 * (--wrap), so that each call can be made to fail, and to give little.
 */
#define _GNU_SOURCE
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/types.h>

#include <delist/entropy.h>

ssize_t __real_getrandom(void *out, size_t len, unsigned flags);
ssize_t __wrap_getrandom(void *out, size_t len, unsigned flags);
int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
/* what open() is called where files may be large */
int __wrap_open64(const char *path, int flags, ...)
    __attribute__((alias("__wrap_open")));
ssize_t __real_read(int fd, void *out, size_t len);
ssize_t __wrap_read(int fd, void *out, size_t len);
int __real_close(int fd);
int __wrap_close(int fd);

/* What one of the calls does. */
struct fake {
	int error;
	int fails_at;	 /* the call, from 1 */
	bool gives_none; /* returns 0 */
	int calls;
};

static struct {
	bool active;
	bool interrupts; /* every other call */
	size_t most;	 /* bytes a call gives; 0: as many as asked for */
	struct fake getrandom, open, read;
	int closes;
} system_;

/* Whether the call is to go on; else errno says why not. */
static bool
goes_on(struct fake *fake)
{
	fake->calls++;
	if (system_.interrupts && fake->calls % 2 == 1) {
		errno = EINTR;
		return false;
	}
	if (fake->error != 0 && fake->calls >= fake->fails_at) {
		errno = fake->error;
		return false;
	}
	return true;
}

static size_t
at_most(size_t len)
{
	return system_.most != 0 && system_.most < len ? system_.most : len;
}

ssize_t
__wrap_getrandom(void *out, size_t len, unsigned flags)
{
	assert_int_equal(flags, 0);
	if (!goes_on(&system_.getrandom))
		return -1;
	if (system_.getrandom.gives_none)
		return 0;
	return __real_getrandom(out, at_most(len), flags);
}

int
__wrap_open(const char *path, int flags, ...)
{
	if (!system_.active) {
		va_list rest;
		unsigned mode;

		va_start(rest, flags);
		mode = va_arg(rest, unsigned);
		va_end(rest);
		return __real_open(path, flags, mode);
	}
	assert_string_equal(path, "/dev/urandom");
	assert_int_equal(flags, O_RDONLY | O_CLOEXEC);
	return goes_on(&system_.open) ? __real_open(path, flags) : -1;
}

ssize_t
__wrap_read(int fd, void *out, size_t len)
{
	if (!system_.active)
		return __real_read(fd, out, len);
	if (!goes_on(&system_.read))
		return -1;
	return system_.read.gives_none ? 0 : __real_read(fd, out, at_most(len));
}

int
__wrap_close(int fd)
{
	system_.closes += system_.active;
	return __real_close(fd);
}

struct row {
	const char *name;
	struct fake getrandom, open, read;
	bool interrupts;
	size_t most;
	int want;
	int want_closes;
};

#define NO_SUCH_CALL .getrandom = {.error = ENOSYS}

static const struct row rows[] = {
    {"as it comes", .want = DELIST_OK},
    {"a byte at a time", .most = 1, .want = DELIST_OK},
    {"in pieces", .most = 300, .want = DELIST_OK},
    {"interrupted", .interrupts = true, .most = 300, .want = DELIST_OK},
    {"fails", .getrandom = {.error = EIO}, .want = DELIST_EIO},
    {"forbidden", .getrandom = {.error = EPERM}, .want = DELIST_EIO},
    {"fails later", .getrandom = {.error = EFAULT, .fails_at = 3}, .most = 300,
	.want = DELIST_EIO},
    {"gives none", .getrandom = {.gives_none = true}, .want = DELIST_EIO},

    {"no such call", NO_SUCH_CALL, .want = DELIST_OK, .want_closes = 1},
    {"no such call, a byte at a time", NO_SUCH_CALL, .most = 1,
	.want = DELIST_OK, .want_closes = 1},
    {"no such call, interrupted", NO_SUCH_CALL, .interrupts = true, .most = 300,
	.want = DELIST_OK, .want_closes = 1},
    {"no such call, no file", NO_SUCH_CALL, .open = {.error = ENOENT},
	.want = DELIST_EIO},
    {"no such call, no descriptor", NO_SUCH_CALL, .open = {.error = EMFILE},
	.want = DELIST_EIO},
    {"no such call, read fails", NO_SUCH_CALL, .read = {.error = EIO},
	.want = DELIST_EIO, .want_closes = 1},
    {"no such call, read fails later", NO_SUCH_CALL,
	.read = {.error = EIO, .fails_at = 4}, .most = 300, .want = DELIST_EIO,
	.want_closes = 1},
    {"no such call, file ends", NO_SUCH_CALL, .read = {.gives_none = true},
	.want = DELIST_EIO, .want_closes = 1},
};

enum {
	LEN = 1000
};

/* The call, with what the row makes of the system. */
static int
filled(const struct row *row, uint8_t *out, size_t len)
{
	int result;

	memset(&system_, 0, sizeof system_);
	system_.getrandom = row->getrandom;
	system_.open = row->open;
	system_.read = row->read;
	system_.interrupts = row->interrupts;
	system_.most = row->most;
	system_.active = true;
	errno = ENOSYS; /* of an earlier call, and none of ours */
	result = delist_entropy(NULL, out, len);
	system_.active = false;
	assert_int_equal(errno, ENOSYS);
	return result;
}

static void
fills_or_says_so(void **state)
{
	const struct row *row = *state;
	static const uint8_t zeros[LEN];
	uint8_t *out = (uint8_t *)support_guarded(zeros, LEN);

	memset(out, 'Z', LEN);
	assert_int_equal(filled(row, out, LEN), row->want);
	assert_int_equal(system_.closes, row->want_closes);
	if (row->want != DELIST_OK) {
		assert_memory_equal(out, zeros, LEN);
		return;
	}
	/* four such bytes in a row by chance: once in 4 million runs */
	for (size_t i = 0; i + 4 <= LEN; i++)
		assert_memory_not_equal(out + i, "ZZZZ", 4);
}

static void
only_enosys_leads_to_the_file(void **state)
{
	(void)state;
	for (int error = 1; error < 134; error++) {
		struct row row = {.getrandom = {.error = error}};
		uint8_t out[8];

		if (error == EINTR)
			continue;
		assert_int_equal(filled(&row, out, sizeof out),
		    error == ENOSYS ? DELIST_OK : DELIST_EIO);
		assert_int_equal(system_.open.calls, error == ENOSYS);
	}
}

static void
nothing_is_asked_for_nothing(void **state)
{
	struct row row = {.getrandom = {.error = EIO}};

	(void)state;
	assert_int_equal(filled(&row, NULL, 0), DELIST_OK);
	assert_int_equal(system_.getrandom.calls, 0);
}

static void
two_are_not_alike(void **state)
{
	struct row row = {.name = "as it comes"};
	uint8_t a[16], b[16];

	(void)state;
	assert_int_equal(filled(&row, a, sizeof a), DELIST_OK);
	assert_int_equal(filled(&row, b, sizeof b), DELIST_OK);
	assert_memory_not_equal(a, b, sizeof a);
}

int
main(void)
{
	ROWS(fills_or_says_so, rows);
	TEST(only_enosys_leads_to_the_file);
	TEST(nothing_is_asked_for_nothing);
	TEST(two_are_not_alike);
	return support_run("entropy");
}
