/* SPDX-License-Identifier: ISC */
/*
 * journal_io.c - the calls of the system that a journal makes
 *
 * Files are opened below a directory that is open, never through a symbolic
 * link, never to be handed to another program, and for their owner only.
 * O_NONBLOCK is for what is no regular file, to which an open could wait.
 *
 * The lock belongs to the open file (F_OFD_SETLK) and not to the process, so
 * that it is not lost when some other part of the program opens and closes
 * the same file, and it ends by itself with the last process that has it.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include "journal_io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a call returned, or its errno; `kept` is what errno was before. */
static int64_t
result(int64_t returned, int kept)
{
	int error = errno;

	errno = kept;
	return returned < 0 ? -(int64_t)error : returned;
}

static int
open_directory(void *arg, const char *path)
{
	int kept = errno;

	(void)arg;
	return (int)result(
	    open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), kept);
}

/* A file that is no regular one is of no use: -EINVAL. */
static int
only_regular(int file)
{
	struct stat status;

	if (fstat(file, &status) == 0 && S_ISREG(status.st_mode))
		return file;
	close(file);
	errno = EINVAL;
	return -1;
}

static int
open_file(void *arg, int directory, const char *name, int how)
{
	static const int flags[] = {
	    [DELIST_JOURNAL_READ] = O_RDONLY,
	    [DELIST_JOURNAL_WRITE] = O_RDWR,
	    [DELIST_JOURNAL_NEW] = O_RDWR | O_CREAT | O_EXCL,
	    [DELIST_JOURNAL_LOCK] = O_RDWR | O_CREAT,
	};
	int kept = errno;
	int file = openat(directory, name,
	    flags[how] | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);

	(void)arg;
	return (int)result(file < 0 ? file : only_regular(file), kept);
}

static int
lock(void *arg, int file)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int kept = errno;
	int error = (int)result(fcntl(file, F_OFD_SETLK, &whole), kept);

	(void)arg;
	return error == -EACCES ? -EAGAIN : error;
}

static int64_t
size(void *arg, int file)
{
	int kept = errno;

	(void)arg;
	return result(lseek(file, 0, SEEK_END), kept);
}

static int64_t
read_at(void *arg, int file, void *bytes, size_t len, uint64_t at)
{
	int kept = errno;

	(void)arg;
	return result(pread(file, bytes, len, (off_t)at), kept);
}

static int64_t
write_at(void *arg, int file, const void *bytes, size_t len, uint64_t at)
{
	int kept = errno;

	(void)arg;
	return result(pwrite(file, bytes, len, (off_t)at), kept);
}

static int
truncate_to(void *arg, int file, uint64_t to)
{
	int kept = errno;

	(void)arg;
	return (int)result(ftruncate(file, (off_t)to), kept);
}

static int
sync_data(void *arg, int file)
{
	int kept = errno;

	(void)arg;
	return (int)result(fdatasync(file), kept);
}

static int
sync_all(void *arg, int file)
{
	int kept = errno;

	(void)arg;
	return (int)result(fsync(file), kept);
}

static int
rename_to(void *arg, int directory, const char *from, const char *to)
{
	int kept = errno;

	(void)arg;
	return (int)result(renameat(directory, from, directory, to), kept);
}

static int
unlink_name(void *arg, int directory, const char *name)
{
	int kept = errno;

	(void)arg;
	return (int)result(unlinkat(directory, name, 0), kept);
}

static void
close_file(void *arg, int file)
{
	int kept = errno;

	(void)arg;
	close(file);
	errno = kept;
}

static int64_t
process(void *arg)
{
	(void)arg;
	return getpid();
}

const struct delist_journal_io delist_journal_system = {
    .open_directory = open_directory,
    .open_file = open_file,
    .lock = lock,
    .size = size,
    .read = read_at,
    .write = write_at,
    .truncate = truncate_to,
    .sync_data = sync_data,
    .sync = sync_all,
    .rename = rename_to,
    .unlink = unlink_name,
    .close = close_file,
    .process = process,
};
