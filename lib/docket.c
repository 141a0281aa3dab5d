/* SPDX-License-Identifier: ISC */
/*
 * docket.c - listings in memory, changed and asked for
 */
#include "docket.h"

#include <string.h>

#include "alloc.h"
#include "bytes.h"

enum {
	WAITING_MAX = 4096, /* retired slots that one reader may hold up */
	/* Of one change: its slot, a table, a list of chunks. */
	RETIRED_BY_CHANGE = 3
};

/* ---- lengths in use ---- */

static void
count_length(struct delist_docket *docket,
    const struct delist_docket_entry *entry, bool more)
{
	bool v6 = entry->prefix.addr.family == DELIST_INET6;
	unsigned bits = entry->prefix.bits;
	uint32_t *n = &docket->lengths[entry->kind][v6][bits];
	_Atomic uint64_t *word = &docket->in_use[entry->kind][v6][bits / 64];

	*n += more ? 1 : UINT32_MAX;
	if (*n == 0)
		atomic_fetch_and_explicit(
		    word, ~(UINT64_C(1) << bits % 64), memory_order_release);
	else if (more && *n == 1)
		atomic_fetch_or_explicit(
		    word, UINT64_C(1) << bits % 64, memory_order_release);
}

static int
highest_bit(uint64_t word)
{
	int at = 0;

	for (int step = 32; step != 0; step /= 2)
		if (word >> step != 0) {
			word >>= step;
			at += step;
		}
	return at;
}

int
delist_docket_length_up_to(
    const _Atomic uint64_t in_use[DELIST_DOCKET_LENGTHS], int most)
{
	for (; most >= 0; most = most / 64 * 64 - 1) {
		uint64_t word = atomic_load_explicit(
		    &in_use[most / 64], memory_order_acquire);

		word &= UINT64_MAX >> (63 - most % 64);
		if (word != 0)
			return most / 64 * 64 + highest_bit(word);
	}
	return -1;
}

/* ---- all at once ---- */

/* What is retired so far is out of the sight of whoever enters from now on. */
static void
next_epoch(struct delist_docket *docket)
{
	atomic_fetch_add_explicit(&docket->epoch->now, 1, memory_order_acq_rel);
	delist_docket_reclaim(docket);
}

void
delist_docket_init(struct delist_docket *docket,
    const struct delist_alloc *alloc, struct delist_epoch *epoch,
    const uint8_t seed[16])
{
	*docket = (struct delist_docket){
	    .alloc = *alloc,
	    .epoch = epoch,
	    .seed = {delist_get_le64(seed), delist_get_le64(seed + 8)},
	    .fresh = 1,
	};
}

void
delist_docket_fini(struct delist_docket *docket)
{
	struct delist_docket_slot **chunks =
	    atomic_load_explicit(&docket->chunks, memory_order_relaxed);
	struct delist_retired retired;

	if (docket->epoch == NULL)
		return;
	while (delist_limbo_take(&docket->limbo, &retired, UINT64_MAX))
		delist_alloc_release(
		    &docket->alloc, retired.memory, retired.bytes, 1);
	delist_limbo_trim(&docket->limbo, &docket->alloc);
	for (uint32_t i = 0; i < docket->chunks_n; i++)
		delist_alloc_release(&docket->alloc, chunks[i],
		    DELIST_DOCKET_CHUNK, sizeof *chunks[i]);
	delist_alloc_release(
	    &docket->alloc, chunks, docket->chunks_room, sizeof *chunks);
	delist_alloc_release(&docket->alloc, docket->heap, docket->heap_room,
	    sizeof *docket->heap);
	delist_docket_drop_words(docket);
	*docket = (struct delist_docket){.fresh = 1};
}

static void
count(struct delist_docket *docket, uint32_t number, bool more)
{
	struct delist_docket_entry entry =
	    delist_docket_unpacked(delist_docket_slot(docket, number));
	uint64_t one = more ? 1 : UINT64_MAX;

	docket->count += (uint32_t)one;
	docket->count_of[entry.kind][entry.state] += one;
}

/* Room for what the changes of one call retire. */
static int
reserve_limbo(struct delist_docket *docket)
{
	if (!delist_limbo_reserve(&docket->limbo, &docket->alloc,
		(size_t)RETIRED_BY_CHANGE * DELIST_DOCKET_CHANGES))
		return DELIST_ENOMEM;
	return DELIST_OK;
}

int
delist_docket_load(
    struct delist_docket *docket, const struct delist_docket_entry *entry)
{
	int result = reserve_limbo(docket);

	if (result == DELIST_OK)
		result = delist_docket_reserve_slots(docket, 1);
	if (result != DELIST_OK)
		return result;
	count(docket, delist_docket_take_slot(docket, entry), true);
	count_length(docket, entry, true);
	return DELIST_OK;
}

int
delist_docket_loaded(struct delist_docket *docket)
{
	int result = reserve_limbo(docket);

	if (result == DELIST_OK)
		result = delist_docket_fill_words(docket);
	if (result == DELIST_OK)
		result = delist_docket_reserve_due(docket, 0);
	if (result != DELIST_OK)
		return result;
	delist_docket_fill_due(docket);
	next_epoch(docket);
	return DELIST_OK;
}

/* ---- one change ---- */

static int
reserve(struct delist_docket *docket)
{
	int result;

	if (delist_limbo_count(&docket->limbo) > WAITING_MAX)
		delist_docket_reclaim(docket);
	if (delist_limbo_count(&docket->limbo) > WAITING_MAX)
		return DELIST_EAGAIN;
	result = reserve_limbo(docket);
	if (result == DELIST_OK)
		result = delist_docket_reserve_slots(docket, 1);
	if (result == DELIST_OK)
		result =
		    delist_docket_reserve_words(docket, DELIST_DOCKET_CHANGES);
	if (result == DELIST_OK)
		result =
		    delist_docket_reserve_due(docket, DELIST_DOCKET_CHANGES);
	return result;
}

int
delist_docket_prepare(struct delist_docket *docket,
    const struct delist_docket_entry *entry, bool gone)
{
	struct delist_docket_key key =
	    delist_docket_key_of(entry->kind, entry->prefix.addr.bytes,
		entry->prefix.addr.family == DELIST_INET6, entry->prefix.bits);
	struct delist_docket_change change = {.entry = *entry};
	uint32_t place;
	int result = reserve(docket);

	if (result != DELIST_OK)
		return result;
	change.was = delist_docket_look(docket, &place, &key);
	if (change.was == 0 && gone)
		return DELIST_OK;
	if (!gone)
		change.now = delist_docket_take_slot(docket, entry);
	docket->changes[docket->changes_n++] = change;
	return DELIST_OK;
}

void
delist_docket_abandon(struct delist_docket *docket)
{
	for (size_t i = 0; i < docket->changes_n; i++)
		if (docket->changes[i].now != 0)
			delist_docket_give_slot(docket, docket->changes[i].now);
	docket->changes_n = 0;
}

static void
make(struct delist_docket *docket, const struct delist_docket_change *change)
{
	/* A length is in use before what has it can be found, and after. */
	if (change->was == 0)
		count_length(docket, &change->entry, true);
	delist_docket_set_word(docket, change->was, change->now);
	if (change->was != 0) {
		count(docket, change->was, false);
		delist_docket_drop_due(docket, change->was);
		delist_docket_retire(docket, NULL, 0, change->was);
	}
	if (change->now != 0) {
		count(docket, change->now, true);
		delist_docket_add_due(docket, change->now);
	} else {
		count_length(docket, &change->entry, false);
	}
}

void
delist_docket_publish(struct delist_docket *docket)
{
	if (docket->changes_n == 0)
		return;
	for (size_t i = 0; i < docket->changes_n; i++)
		make(docket, &docket->changes[i]);
	docket->changes_n = 0;
	next_epoch(docket);
}

/* ---- questions ---- */

bool
delist_docket_get(const struct delist_docket *docket,
    struct delist_docket_entry *entry, int kind,
    const struct delist_prefix *prefix)
{
	struct delist_docket_key key =
	    delist_docket_key_of(kind, prefix->addr.bytes,
		prefix->addr.family == DELIST_INET6, prefix->bits);
	uint32_t place, number = delist_docket_look(docket, &place, &key);

	if (number != 0)
		*entry =
		    delist_docket_unpacked(delist_docket_slot(docket, number));
	return number != 0;
}

bool
delist_docket_live(const struct delist_docket *docket,
    struct delist_docket_entry *entry, int kind, const struct delist_addr *addr,
    int at_least, int at_most, int64_t now_s)
{
	bool v6 = addr->family == DELIST_INET6;
	int bits = v6 ? 128 : 32;

	if (addr->family == DELIST_NOADDR)
		return false;
	if (at_most < bits)
		bits = at_most;
	for (;; bits--) {
		const struct delist_docket_slot *slot;
		struct delist_docket_key key;
		struct delist_prefix prefix;
		uint32_t place, number;

		bits =
		    delist_docket_length_up_to(docket->in_use[kind][v6], bits);
		if (bits < at_least)
			return false;
		prefix = delist_prefix_of(addr, (unsigned)bits);
		key = delist_docket_key_of(
		    kind, prefix.addr.bytes, v6, prefix.bits);
		number = delist_docket_look(docket, &place, &key);
		if (number == 0)
			continue;
		slot = delist_docket_slot(docket, number);
		if (!delist_docket_is_live(slot, now_s))
			continue;
		*entry = delist_docket_unpacked(slot);
		return true;
	}
}
