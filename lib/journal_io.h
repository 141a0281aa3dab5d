/* SPDX-License-Identifier: ISC */
#ifndef LIB_JOURNAL_IO_H
#define LIB_JOURNAL_IO_H

#include <stddef.h>
#include <stdint.h>

/*
 * All that a journal asks of the system: one call each, which may be
 * interrupted, be short, and fail.  The tests put a disk of their own here.
 *
 * The result is 0 or more, or an errno value made negative.  errno itself
 * is left alone.
 */

enum delist_journal_how {
	DELIST_JOURNAL_READ,  /* a file that is there, to read */
	DELIST_JOURNAL_WRITE, /* a file that is there, to read and write */
	DELIST_JOURNAL_NEW,   /* one that is not there: O_EXCL */
	DELIST_JOURNAL_LOCK   /* there or not */
};

struct delist_journal_io {
	/* A descriptor, of a directory or of a regular file in one. */
	int (*open_directory)(void *arg, const char *path);
	int (*open_file)(void *arg, int directory, const char *name, int how);

	/* -EAGAIN: somebody else has locked it. */
	int (*lock)(void *arg, int file);

	int64_t (*size)(void *arg, int file);
	int64_t (*read)(
	    void *arg, int file, void *bytes, size_t len, uint64_t at);
	int64_t (*write)(
	    void *arg, int file, const void *bytes, size_t len, uint64_t at);
	int (*truncate)(void *arg, int file, uint64_t size);
	int (*sync_data)(void *arg, int file); /* and a size that grew */
	int (*sync)(void *arg, int file);      /* or a directory's names */

	int (*rename)(
	    void *arg, int directory, const char *from, const char *to);
	int (*unlink)(void *arg, int directory, const char *name);
	void (*close)(void *arg, int file);

	/* A number that a child does not share with its parent. */
	int64_t (*process)(void *arg);
	void *arg;
};

/* The system's own calls. */
extern const struct delist_journal_io delist_journal_system;

#endif
