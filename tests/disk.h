/* SPDX-License-Identifier: ISC */
#ifndef TESTS_DISK_H
#define TESTS_DISK_H

/*
 * A disk that a journal can be put on, and what a crash may leave of it
 *
 * It holds the files of one directory.  A write is seen at once by whoever
 * reads, and is on the disk when a sync of its file was answered with 0;
 * names, when a sync of the directory was.  After a sync that failed, what
 * it should have written is still seen, but no later sync writes it: so do
 * systems that mark what they could not write as clean.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "journal_io.h"
#include "support.h"

/* The same for all that share a disk. */
#ifndef DISK_ROOM_BITS
#define DISK_ROOM_BITS 14
#endif

enum {
	DISK_NAMES = 3, /* .lock, .journal, .journal.new */
	DISK_FILES = 8,
	DISK_ROOM = 1 << DISK_ROOM_BITS, /* bytes of a file */
	DISK_CHANGES = 48,
	DISK_HANDLES = 16
};

/* What one call of the system does instead of what it should. */
enum disk_fault_kind {
	DISK_FAILS = 1, /* no effect, or of a write some part of it */
	DISK_LIES,	/* done, but an error is returned */
	DISK_SHORT	/* some of the bytes */
};

/* The calls, as faults tell them apart. */
enum disk_call {
	DISK_ANY = 0,
	DISK_OPEN,
	DISK_LOCK,
	DISK_READ,
	DISK_WRITE,
	DISK_TRUNCATE,
	DISK_SYNC,
	DISK_SYNC_NAMES,
	DISK_RENAME,
	DISK_UNLINK,
	DISK_CALLS
};

/* `skip` calls of the kind `on` go well, and `times` after them do not. */
struct disk_fault {
	int kind;
	int error;
	int on;
	uint64_t skip, times;
};

/* One write, or cut, that no sync has taken to the disk. */
struct disk_change {
	bool cuts;
	bool abandoned;	  /* by a sync that failed */
	uint32_t at, len; /* cuts: `at` is the new size */
	uint32_t in_log;  /* where its bytes are */
};

struct disk_file {
	bool used;
	uint32_t size, durable_size, log_len, changes;
	struct disk_change change[DISK_CHANGES];
	uint8_t seen[DISK_ROOM], durable[DISK_ROOM], log[DISK_ROOM];
};

/* New meanings of names, all at once. */
struct disk_move {
	bool abandoned;
	int8_t name[DISK_NAMES]; /* a file, NONE, or KEPT */
};

struct disk {
	struct disk_file file[DISK_FILES];
	int8_t name[DISK_NAMES], durable_name[DISK_NAMES];
	struct disk_move move[DISK_CHANGES];
	uint32_t moves;
	int8_t handle[DISK_HANDLES]; /* a file, NONE, or the directory */
	int locked;		     /* the handle that has the lock, or -1 */
	uint8_t stale[DISK_ROOM];    /* what once was at each place */
	uint8_t *other;		     /* DISK_ROOM bytes, or NULL */
	bool is_other;		     /* what is written goes there */
	int was_cut; /* 2, 1: a file was, and synced so often since, 0 */
	uint64_t calls;
	struct disk_fault fault;
	uint64_t dies_at; /* a call: it, and all after it, do nothing; 0 */
	bool faulted;	  /* a fault, or death, took effect */
	struct support_random random;
	void (*before)(void *arg, struct disk *disk); /* each call; or NULL */
	void *arg;
};

/* Empty.  The disk must stay where it is for as long as it is used. */
void disk_init(struct disk *disk, uint64_t seed);
struct delist_journal_io disk_io(struct disk *disk);

/* Any bytes as the journal, on the disk for good. */
void disk_put_journal(struct disk *disk, const void *bytes, size_t len);

/* How a crash treats the bytes that are not on the disk. */
enum disk_fill {
	DISK_LOST, /* as if never written; the file does not grow */
	DISK_ZERO,
	DISK_GARBAGE,
	DISK_STALE, /* what this directory had there before */
	DISK_OTHER, /* what some other journal had there */
	DISK_FILLS
};

struct disk_crash {
	uint32_t names; /* bit n: the nth move that may be lost is done */
	bool random;	/* each few bytes have a fate of their own */
	uint32_t kept;	/* else: so many bytes were written ... */
	bool kept_last; /* ... the last of them, not the first */
	uint8_t fill;	/* and this is in the place of the others */
};

/* Moves, and bytes of the file of the journal or of a new one, in doubt. */
uint32_t disk_moves_in_doubt(const struct disk *disk);
uint32_t disk_bytes_in_doubt(const struct disk *disk);

/* What the next start of the system finds. */
void disk_after_crash(struct disk *out, const struct disk *disk,
    const struct disk_crash *crash, struct support_random *random);

#endif
