/* SPDX-License-Identifier: ISC */
/*
 * arena.c - blocks in one stretch of memory
 *
 * See arena.h.  Blocks are not joined again with their neighbours: a set takes
 * the sizes that it gives back, and now and then copies itself.
 *
 * Where the address sanitizer looks on, what has been given back is poison.  A
 * load may reach behind a block, and what it has from there is dropped; where a
 * sanitizer would mind, blocks have some slack.
 */
#include "arena.h"

#include <string.h>

#include "alloc.h"
#include "le.h"

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#define POISON(at, bytes) __asan_poison_memory_region(at, bytes)
#define CURE(at, bytes) __asan_unpoison_memory_region(at, bytes)
#define SLACK 64
#else
#define POISON(at, bytes) ((void)(at))
#define CURE(at, bytes) ((void)(at))
#if defined(__SANITIZE_THREAD__) || __has_feature(thread_sanitizer)
#define SLACK 64
#else
#define SLACK 0
#endif
#endif

enum {
	ALIGN = 64
};

uint8_t *
delist_arena_at(const struct delist_arena *arena, uint32_t at)
{
	return arena->base + (size_t)at * DELIST_ARENA_UNIT;
}

uint32_t
delist_arena_units(size_t bytes)
{
	return (uint32_t)((bytes + SLACK + DELIST_ARENA_UNIT - 1) /
			  DELIST_ARENA_UNIT);
}

static size_t
padding_of(const void *memory)
{
	return (ALIGN - (uintptr_t)memory % ALIGN) % ALIGN;
}

static size_t
bytes_for(size_t units)
{
	return units * DELIST_ARENA_UNIT + ALIGN + DELIST_ARENA_PAD;
}

bool
delist_arena_init(
    struct delist_arena *arena, const struct delist_alloc *alloc, size_t units)
{
	size_t bytes = bytes_for(units);
	void *memory;

	if (units > DELIST_ARENA_MOST)
		return false;
	memory = delist_alloc_zeroed(alloc, 1, bytes);
	if (memory == NULL)
		return false;
	*arena = (struct delist_arena){.memory = memory,
	    .base = (uint8_t *)memory + padding_of(memory),
	    .bytes = bytes,
	    .size = (uint32_t)units};
	return true;
}

void
delist_arena_fini(struct delist_arena *arena, const struct delist_alloc *alloc)
{
	if (arena->memory != NULL)
		CURE(arena->memory, arena->bytes);
	delist_alloc_release(alloc, arena->memory, 1, arena->bytes);
	*arena = (struct delist_arena){.base = NULL};
}

void
delist_arena_retire(struct delist_arena *arena)
{
	CURE(arena->memory, arena->bytes);
}

bool
delist_arena_resize(
    struct delist_arena *arena, const struct delist_alloc *alloc, size_t units)
{
	size_t old = padding_of(arena->memory), bytes, filled;
	uint8_t *memory;

	units = units != 0 ? units : arena->used;
	bytes = bytes_for(units);
	if (units > DELIST_ARENA_MOST)
		return false;
	CURE(arena->memory, arena->bytes);
	memory =
	    delist_alloc_grow(alloc, arena->memory, arena->bytes, bytes, 1);
	if (memory == NULL)
		return false;
	filled = (size_t)arena->used * DELIST_ARENA_UNIT;
	memmove(memory + padding_of(memory), memory + old, filled);
	arena->memory = memory;
	arena->base = memory + padding_of(memory);
	memset(arena->base + filled, 0,
	    bytes - (size_t)(arena->base - memory) - filled);
	arena->bytes = bytes;
	arena->size = (uint32_t)units;
	return true;
}

/* ---- blocks ---- */

static unsigned
list_of(uint32_t units)
{
	if (units <= DELIST_ARENA_SIZES)
		return units - 1;
	return DELIST_ARENA_SIZES - 7 +
	       (31 - (unsigned)__builtin_clz(units - 1)) + 1;
}

static uint32_t
alignment_of(uint32_t units)
{
	uint32_t power = units & -units;

	return power < 4 ? power : 4;
}

void
delist_arena_give(struct delist_arena *arena, uint32_t at, uint32_t units)
{
	uint32_t *head = &arena->free[list_of(units)];
	uint8_t *block = delist_arena_at(arena, at);

	CURE(block, (size_t)units * DELIST_ARENA_UNIT);
	delist_le32_put(block, *head);
	delist_le32_put(block + 4, units);
	POISON(block, (size_t)units * DELIST_ARENA_UNIT);
	*head = at;
	arena->given += units;
}

/* The first of a list, if it has the room and lies right; what is over is
   given back. */
static uint32_t
take_from(struct delist_arena *arena, unsigned list, uint32_t units)
{
	uint32_t at = arena->free[list], has;
	uint8_t *block = delist_arena_at(arena, at);

	if (at == 0)
		return 0;
	CURE(block, DELIST_ARENA_UNIT);
	has = delist_le32(block + 4);
	if (has < units || at % alignment_of(units) != 0) {
		POISON(block, DELIST_ARENA_UNIT);
		return 0;
	}
	CURE(block, (size_t)has * DELIST_ARENA_UNIT);
	arena->free[list] = delist_le32(block);
	arena->given -= has;
	if (has > units)
		delist_arena_give(arena, at + units, has - units);
	return at;
}

static uint32_t
take_new(struct delist_arena *arena, uint32_t units)
{
	uint32_t align = alignment_of(units);
	uint32_t gap = (align - arena->used % align) % align;
	uint32_t at = arena->used;

	if (arena->size - at < gap || arena->size - at - gap < units)
		return 0;
	arena->used += gap + units;
	if (gap > 0)
		delist_arena_give(arena, at, gap);
	return at + gap;
}

uint32_t
delist_arena_take(struct delist_arena *arena, uint32_t units)
{
	uint32_t at = take_from(arena, list_of(units), units);

	if (at == 0)
		at = take_new(arena, units);
	for (unsigned list = list_of(units) + 1;
	     at == 0 && list < DELIST_ARENA_LISTS; list++)
		at = take_from(arena, list, units);
	return at;
}
