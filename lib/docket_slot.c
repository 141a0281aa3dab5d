/* SPDX-License-Identifier: ISC */
/*
 * docket_slot.c - the slots of a docket, and what waits for its readers
 *
 * Slots lie in chunks, which never move; the list of chunks does when it
 * grows.  A reader loads the word before the list, and the writer stores
 * them the other way round, so the slot of a word is always in the list.
 */
#include "docket.h"

#include <string.h>

#include "alloc.h"

/* ---- packed and unpacked ---- */

/* state: 2 bits, life: 2, kind: 2, family: 1 */
static void
pack(struct delist_docket_slot *slot, const struct delist_docket_entry *entry)
{
	int family = entry->prefix.addr.family == DELIST_INET6;

	memcpy(slot->addr, entry->prefix.addr.bytes, sizeof slot->addr);
	slot->due_s = entry->due_s;
	slot->sort = (uint8_t)(entry->state << 5 | entry->life << 3 |
			       entry->kind << 1 | family);
	slot->bits = entry->prefix.bits;
	slot->code = (uint8_t)(entry->code - DELIST_DOCKET_CODE);
}

static int
life_of(const struct delist_docket_slot *slot)
{
	return slot->sort >> 3 & 3;
}

struct delist_docket_entry
delist_docket_unpacked(const struct delist_docket_slot *slot)
{
	struct delist_docket_entry entry = {
	    .kind = slot->sort >> 1 & 3,
	    .state = slot->sort >> 5,
	    .life = (uint8_t)life_of(slot),
	    .code = (uint16_t)(DELIST_DOCKET_CODE + slot->code),
	    .due_s = slot->due_s,
	};

	entry.prefix.addr.family =
	    (slot->sort & 1) != 0 ? DELIST_INET6 : DELIST_INET4;
	memcpy(entry.prefix.addr.bytes, slot->addr, sizeof slot->addr);
	entry.prefix.bits = slot->bits;
	return entry;
}

int64_t
delist_docket_until_s(const struct delist_docket_entry *entry)
{
	if (entry->life == DELIST_DOCKET_MORTAL)
		return entry->due_s;
	return entry->life == DELIST_DOCKET_DEAD ? INT64_MIN : INT64_MAX;
}

bool
delist_docket_is_live(const struct delist_docket_slot *slot, int64_t now_s)
{
	int life = life_of(slot);

	if (life != DELIST_DOCKET_MORTAL)
		return life == DELIST_DOCKET_IMMORTAL;
	return now_s < slot->due_s || slot->due_s == INT64_MAX;
}

/* ---- slots ---- */

struct delist_docket_slot *
delist_docket_slot(const struct delist_docket *docket, uint32_t number)
{
	struct delist_docket_slot *const *chunks =
	    atomic_load_explicit(&docket->chunks, memory_order_acquire);

	return &chunks[number / DELIST_DOCKET_CHUNK]
		      [number % DELIST_DOCKET_CHUNK];
}

void
delist_docket_retire(
    struct delist_docket *docket, void *memory, size_t bytes, uint32_t slot)
{
	struct delist_retired retired = {
	    .epoch =
		atomic_load_explicit(&docket->epoch->now, memory_order_relaxed),
	    .memory = memory,
	    .bytes = bytes,
	    .at = slot,
	};

	delist_limbo_add(&docket->limbo, &retired);
}

/* There is room to retire the list that is there. */
static int
more_chunks(struct delist_docket *docket)
{
	struct delist_docket_slot **was =
	    atomic_load_explicit(&docket->chunks, memory_order_relaxed);
	struct delist_docket_slot **now;
	uint32_t room = 2 * docket->chunks_room + 4;

	now = delist_alloc_zeroed(&docket->alloc, room, sizeof(void *));
	if (now == NULL)
		return DELIST_ENOMEM;
	if (was != NULL) {
		memcpy(now, was, docket->chunks_n * sizeof(void *));
		delist_docket_retire(
		    docket, was, docket->chunks_room * sizeof(void *), 0);
	}
	docket->chunks_room = room;
	atomic_store_explicit(&docket->chunks, now, memory_order_release);
	return DELIST_OK;
}

/* The same of that list, and of all slots but number 0, which is nobody's. */
int
delist_docket_reserve_slots(struct delist_docket *docket, uint32_t n)
{
	uint32_t room = docket->chunks_n * DELIST_DOCKET_CHUNK;
	struct delist_docket_slot **chunks, *chunk;

	if (room >= docket->fresh && docket->spare + room - docket->fresh >= n)
		return DELIST_OK;
	if (room > DELIST_DOCKET_NUMBERS - DELIST_DOCKET_CHUNK ||
	    (docket->chunks_n == docket->chunks_room &&
		more_chunks(docket) != DELIST_OK))
		return DELIST_ENOMEM;
	chunk = delist_alloc_zeroed(
	    &docket->alloc, DELIST_DOCKET_CHUNK, sizeof *chunk);
	if (chunk == NULL)
		return DELIST_ENOMEM;
	chunks = atomic_load_explicit(&docket->chunks, memory_order_relaxed);
	chunks[docket->chunks_n++] = chunk;
	return DELIST_OK;
}

/* There is room. */
uint32_t
delist_docket_take_slot(
    struct delist_docket *docket, const struct delist_docket_entry *entry)
{
	uint32_t number = docket->first_spare;
	struct delist_docket_slot *slot;

	if (docket->spare == 0)
		number = docket->fresh++;
	slot = delist_docket_slot(docket, number);
	if (docket->spare != 0) {
		docket->first_spare = slot->place;
		docket->spare--;
	}
	pack(slot, entry);
	slot->place = DELIST_DOCKET_NOWHERE;
	return number;
}

void
delist_docket_give_slot(struct delist_docket *docket, uint32_t number)
{
	delist_docket_slot(docket, number)->place = docket->first_spare;
	docket->first_spare = number;
	docket->spare++;
}

/* Use again what no reader can see any more. */
void
delist_docket_reclaim(struct delist_docket *docket)
{
	uint64_t oldest = delist_epoch_oldest(docket->epoch);
	struct delist_retired retired;

	while (delist_limbo_take(&docket->limbo, &retired, oldest))
		if (retired.memory != NULL)
			delist_alloc_release(
			    &docket->alloc, retired.memory, retired.bytes, 1);
		else
			delist_docket_give_slot(docket, retired.at);
	delist_limbo_trim(&docket->limbo, &docket->alloc);
}
