/* SPDX-License-Identifier: ISC */
#ifndef LIB_ARENA_H
#define LIB_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <delist/alloc.h>

/*
 * One stretch of memory that holds all blocks of a set, so that a block is
 * named by a small number: its place, counted in units of 16 bytes.
 *
 *	base                                  used          size
 *	| unit 0 |  block  | given |  block  |   never taken  | pad |
 *	                       ^
 *	          free[units] -+-> the next of the same size ...
 *
 * A block starts at a multiple of the largest power of two, up to 64 bytes,
 * that divides its size.  What is given back waits in a list by its size for
 * the next one of that size, or for a smaller one when all else is taken.
 * Unit 0 to the first block are the owner's, and the pad (zeros) may be read:
 * so a lookup may load more than the block has.
 *
 * The arena never moves while a lookup may be in it.  When it is full, or too
 * much of it lies in the lists, its owner copies what is alive to another.
 */
enum {
	DELIST_ARENA_UNIT = 16,
	DELIST_ARENA_SIZES = 64, /* lists: by 1 unit to 64, then by the power */
	DELIST_ARENA_LISTS = DELIST_ARENA_SIZES + 27,
	DELIST_ARENA_PAD = 64,
	/* so that half a place has 27 bits, with some units to spare where an
	   image begins its blocks, and the bytes are a size_t of 32 bits */
	DELIST_ARENA_MOST = (1 << 28) - 64
};

struct delist_arena {
	uint8_t *base; /* at a multiple of 64 */
	void *memory;  /* as the allocator gave it */
	size_t bytes;
	uint32_t used, size; /* units */
	uint32_t given;	     /* units in the lists */
	uint32_t free[DELIST_ARENA_LISTS];
};

/* An arena of so many units, zeroed; false if there is no memory, or they are
   more than DELIST_ARENA_MOST. */
bool delist_arena_init(
    struct delist_arena *arena, const struct delist_alloc *alloc, size_t units);
void delist_arena_fini(
    struct delist_arena *arena, const struct delist_alloc *alloc);

/*
 * Make the arena this large, or end it behind the last block for 0.  It may
 * move: only for an arena that no lookup has seen.
 */
bool delist_arena_resize(
    struct delist_arena *arena, const struct delist_alloc *alloc, size_t units);

/* How many units a block of so many bytes has. */
uint32_t delist_arena_units(size_t bytes);

/* Room for a block; 0 if there is none. */
uint32_t delist_arena_take(struct delist_arena *arena, uint32_t units);
void delist_arena_give(struct delist_arena *arena, uint32_t at, uint32_t units);

/* What was given back may be read again: before all of it is retired. */
void delist_arena_retire(struct delist_arena *arena);

uint8_t *delist_arena_at(const struct delist_arena *arena, uint32_t at);

#endif
