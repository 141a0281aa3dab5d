/* SPDX-License-Identifier: ISC */
/*
 * docket_due.c - the slots of a docket in the order of their due times
 *
 * A heap of numbers, each with four children: those of i are 4i + 1 to
 * 4i + 4.  The due time lies in the slot, and so does where the slot is in
 * the heap.  Eight bytes for each listing, where a queue of its own
 * (<delist/deadline.h>) takes forty.
 */
#include "docket.h"

#include "alloc.h"

enum {
	CHILDREN = 4,
	HEAP_MIN = 16
};

static int64_t
due_s(const struct delist_docket *docket, uint32_t number)
{
	return delist_docket_slot(docket, number)->due_s;
}

static void
put(struct delist_docket *docket, uint32_t at, uint32_t number)
{
	docket->heap[at] = number;
	delist_docket_slot(docket, number)->place = at;
}

/* Put the number at `at` or above, moving down what it passes. */
static void
sift_up(struct delist_docket *docket, uint32_t at, uint32_t number)
{
	while (at > 0) {
		uint32_t parent = (at - 1) / CHILDREN;

		if (due_s(docket, number) >=
		    due_s(docket, docket->heap[parent]))
			break;
		put(docket, at, docket->heap[parent]);
		at = parent;
	}
	put(docket, at, number);
}

/* The child that is due first; `at` itself if it has none. */
static uint32_t
first_child(const struct delist_docket *docket, uint32_t at)
{
	uint32_t child = CHILDREN * at + 1, end = child + CHILDREN;
	uint32_t first = child;

	if (end > docket->heap_n)
		end = docket->heap_n;
	if (child >= end)
		return at;
	while (++child < end)
		if (due_s(docket, docket->heap[child]) <
		    due_s(docket, docket->heap[first]))
			first = child;
	return first;
}

/* Put the number at `at` or below, moving up what it passes. */
static void
sift_down(struct delist_docket *docket, uint32_t at, uint32_t number)
{
	for (;;) {
		uint32_t child = first_child(docket, at);

		if (child == at ||
		    due_s(docket, docket->heap[child]) >= due_s(docket, number))
			break;
		put(docket, at, docket->heap[child]);
		at = child;
	}
	put(docket, at, number);
}

int
delist_docket_reserve_due(struct delist_docket *docket, uint32_t n)
{
	/* Those that were taken out may be put back. */
	uint32_t want = docket->count + n, room;
	uint32_t *grown;

	if (want <= docket->heap_room)
		return DELIST_OK;
	room = want + want / 4 + HEAP_MIN;
	grown = delist_alloc_grow(&docket->alloc, docket->heap,
	    docket->heap_room, room, sizeof *grown);
	if (grown == NULL)
		return DELIST_ENOMEM;
	docket->heap = grown;
	docket->heap_room = room;
	return DELIST_OK;
}

void
delist_docket_add_due(struct delist_docket *docket, uint32_t number)
{
	if (due_s(docket, number) != INT64_MAX)
		sift_up(docket, docket->heap_n++, number);
}

void
delist_docket_drop_due(struct delist_docket *docket, uint32_t number)
{
	struct delist_docket_slot *slot = delist_docket_slot(docket, number);
	uint32_t at = slot->place, last;

	slot->place = DELIST_DOCKET_NOWHERE;
	if (at == DELIST_DOCKET_NOWHERE || at == DELIST_DOCKET_TAKEN)
		return;
	last = docket->heap[--docket->heap_n];
	if (last == number)
		return;
	if (due_s(docket, last) < slot->due_s)
		sift_up(docket, at, last);
	else
		sift_down(docket, at, last);
}

void
delist_docket_fill_due(struct delist_docket *docket)
{
	for (uint32_t number = 1; number < docket->fresh; number++)
		if (due_s(docket, number) != INT64_MAX)
			put(docket, docket->heap_n++, number);
	for (uint32_t at = docket->heap_n / CHILDREN + 1; at-- > 0;)
		if (at < docket->heap_n)
			sift_down(docket, at, docket->heap[at]);
}

/* ---- what is due ---- */

int64_t
delist_docket_next_due(const struct delist_docket *docket)
{
	return docket->heap_n != 0 ? due_s(docket, docket->heap[0]) : INT64_MAX;
}

uint32_t
delist_docket_take_due(struct delist_docket *docket)
{
	uint32_t number;

	if (docket->heap_n == 0)
		return 0;
	number = docket->heap[0];
	delist_docket_drop_due(docket, number);
	delist_docket_slot(docket, number)->place = DELIST_DOCKET_TAKEN;
	return number;
}

bool
delist_docket_taken(const struct delist_docket *docket,
    struct delist_docket_entry *entry, uint32_t number)
{
	const struct delist_docket_slot *slot =
	    delist_docket_slot(docket, number);

	if (slot->place != DELIST_DOCKET_TAKEN)
		return false;
	*entry = delist_docket_unpacked(slot);
	return true;
}

void
delist_docket_put_back(struct delist_docket *docket, uint32_t number)
{
	delist_docket_add_due(docket, number);
}
