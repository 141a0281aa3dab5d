/* SPDX-License-Identifier: ISC */
#ifndef LIB_EPOCH_H
#define LIB_EPOCH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <delist/alloc.h>

/*
 * When may memory that lookups have seen be used again?
 *
 *	epoch      1 ........ 2 ........ 3 ........ 4
 *	reader a       |-- inside, since 1 ---|
 *	reader b                    |- since 2 ------->
 *	retired          X (1)          Y (2)
 *
 * The writer counts epochs: it takes a block out of sight, notes the epoch in
 * which it did, and starts the next.  A reader notes the epoch in which it
 * goes inside.  X is free once all that are inside went there later than 1.
 *
 * Both sides touch a reader's word by read-modify-write.  If the reader comes
 * first, the writer sees it; if the writer comes first, the reader sees all
 * that the writer did before, so what is retired is out of its sight.  No
 * fence is needed for it, and no sequential consistency.
 */
struct delist_epoch_page;

struct delist_epoch {
	_Atomic uint64_t now;
	_Atomic(struct delist_epoch_page *) pages;
};

struct delist_reader {
	_Atomic uint64_t inside; /* the epoch of entering; 0: outside */
	_Atomic bool taken;
	struct delist_epoch *epoch;
	char own_line[64 - 3 * sizeof(uint64_t)];
};

void delist_epoch_init(struct delist_epoch *epoch);
void delist_epoch_fini(
    struct delist_epoch *epoch, const struct delist_alloc *alloc);

/* A reader's word, on any thread; NULL if there is no memory. */
struct delist_reader *delist_epoch_join(
    struct delist_epoch *epoch, const struct delist_alloc *alloc);

/* Whether no reader has ever joined.  One may join meanwhile, so this says that
   it is cheap to ask for the oldest, not what may be given back. */
bool delist_epoch_unread(const struct delist_epoch *epoch);

/* The epoch in which the earliest reader inside went there, or the next. */
uint64_t delist_epoch_oldest(struct delist_epoch *epoch);

/*
 * What is retired, in the order of the epochs.  Memory of the allocator, or a
 * block of an arena, which is the owner's to give back.
 */
struct delist_retired {
	uint64_t epoch;
	void *memory; /* NULL: a block */
	size_t bytes;
	uint32_t at, units;
};

enum {
	DELIST_LIMBO_ROOM = 48
};

struct delist_limbo {
	struct delist_retired first[DELIST_LIMBO_ROOM];
	struct delist_retired *many; /* NULL: `first` is in use */
	size_t begin, end, room;
	size_t bytes; /* of the memory that waits */
};

size_t delist_limbo_count(const struct delist_limbo *limbo);

/* Make room for so many more; false if there is no memory. */
bool delist_limbo_reserve(
    struct delist_limbo *limbo, const struct delist_alloc *alloc, size_t n);

/* There must be room. */
void delist_limbo_add(
    struct delist_limbo *limbo, const struct delist_retired *retired);

/* The next that is older than `oldest`; its memory is then the caller's. */
bool delist_limbo_take(struct delist_limbo *limbo,
    struct delist_retired *retired, uint64_t oldest);

/* Forget the blocks: their arena is retired as a whole. */
void delist_limbo_forget(struct delist_limbo *limbo);

/* Give back what an empty limbo does not need. */
void delist_limbo_trim(
    struct delist_limbo *limbo, const struct delist_alloc *alloc);

#endif
