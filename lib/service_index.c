/* SPDX-License-Identifier: ISC */
/*
 * service_index.c - what is kept in memory of the rows
 *
 *	served ----------> tag 0: "look further"
 *	of_kind[BLOCK] --> slot 17 {203.0.113.0/24, listed, until ...}
 *	                     |
 *	due: ... 17 ... <----+ its deadline
 *
 * A row that changes is prepared here before it is committed, so that what
 * is left after the commit only writes to memory that is there.
 */
#include <string.h>

#include "alloc.h"
#include "service.h"

enum {
	LISTING = 0, /* what a deadline is for: slot * 2 + this */
	REQUEST = 1
};

static struct listing_slot *
listing_at(const struct index *index, uint32_t slot)
{
	return delist_pool_at(&index->listings, slot);
}

int
delist_index_init(struct index *index, const struct delist_alloc *alloc)
{
	int result;

	*index = (struct index){0};
	delist_pool_init(&index->listings, sizeof(struct listing_slot), alloc);
	delist_pool_init(&index->requests, sizeof(struct request_slot), alloc);
	delist_idmap_init(&index->ids, alloc);
	result = delist_ipset_new(&index->served, alloc);
	for (int kind = 0; kind < SERVICE_KINDS && result == DELIST_OK; kind++)
		result = delist_ipset_new(&index->of_kind[kind], alloc);
	if (result == DELIST_OK)
		result = delist_deadline_new(&index->due, alloc);
	if (result == DELIST_OK)
		result = delist_deadline_new(&index->waiting, alloc);
	if (result != DELIST_OK)
		delist_index_fini(index);
	return result;
}

void
delist_index_fini(struct index *index)
{
	delist_pool_fini(&index->listings);
	delist_pool_fini(&index->requests);
	delist_idmap_fini(&index->ids);
	delist_ipset_free(index->served);
	for (int kind = 0; kind < SERVICE_KINDS; kind++)
		delist_ipset_free(index->of_kind[kind]);
	delist_deadline_free(index->due);
	delist_deadline_free(index->waiting);
	*index = (struct index){0};
}

/* Room for n more, by doubling: it grows with each row of a big store. */
static int
reserve_deadlines(struct delist_deadline *queue, size_t n)
{
	size_t room = 16;

	while (room < delist_deadline_count(queue) + n)
		room *= 2;
	return delist_deadline_reserve(queue, room);
}

int
delist_index_reserve(struct index *index)
{
	int result = delist_pool_reserve(&index->listings, SERVICE_LISTINGS);

	if (result == DELIST_OK)
		result =
		    delist_pool_reserve(&index->requests, SERVICE_REQUESTS);
	/* One at a time: only a submission brings a request. */
	if (result == DELIST_OK)
		result = delist_idmap_reserve(&index->ids);
	if (result == DELIST_OK)
		result = reserve_deadlines(
		    index->due, SERVICE_LISTINGS + SERVICE_REQUESTS + 1);
	if (result == DELIST_OK)
		result =
		    reserve_deadlines(index->waiting, SERVICE_REQUESTS + 1);
	return result;
}

/* ---- deadlines ---- */

/* Set, move or cancel: INT64_MAX is never.  There is room. */
static void
set_due(struct delist_deadline *queue, uint64_t *handle, int64_t due_s,
    uint64_t item)
{
	if (due_s == INT64_MAX) {
		delist_deadline_cancel(queue, *handle);
		*handle = 0;
	} else if (!delist_deadline_move(queue, *handle, due_s)) {
		(void)delist_deadline_insert(queue, handle, due_s, item);
	}
}

bool
delist_index_pop(struct index *index, struct index_item *item, int64_t now_s)
{
	uint32_t slot;

	if (delist_deadline_pop(index->due, &item->item, 1, now_s) == 0)
		return false;
	slot = (uint32_t)(item->item / 2);
	item->listing = NULL;
	item->request = NULL;
	if (item->item % 2 == LISTING)
		item->listing = listing_at(index, slot);
	else
		item->request = delist_pool_at(&index->requests, slot);
	return true;
}

void
delist_index_back(
    struct index *index, const struct index_item *item, int64_t due_s)
{
	set_due(index->due,
	    item->listing != NULL ? &item->listing->due : &item->request->due,
	    due_s, item->item);
}

/* ---- listings ---- */

static bool
has(const struct delist_ipset *set, const struct delist_prefix *prefix)
{
	uint32_t tag;

	return delist_ipset_get(set, &tag, prefix);
}

static int
prepare_served(
    struct index *index, const struct delist_prefix *prefix, bool will)
{
	bool was = has(index->served, prefix), removed;

	if (will && !was)
		return delist_ipset_prepare_insert(index->served, prefix, 0);
	if (was && !will)
		return delist_ipset_prepare_remove(
		    index->served, &removed, prefix);
	return DELIST_OK;
}

int
delist_index_prepare(
    struct index *index, const struct delist_listing *listing, bool gone)
{
	struct delist_ipset *set = index->of_kind[listing->kind];
	struct index_change change = {.listing = listing, .gone = gone};
	int result = DELIST_OK;
	bool removed;

	if (!delist_ipset_get(set, &change.slot, &listing->prefix)) {
		struct listing_slot *slot;

		if (gone)
			return DELIST_OK;
		slot = delist_pool_take(&index->listings, &change.slot);
		slot->prefix = listing->prefix;
		slot->kind = listing->kind;
		slot->live_until_s = INT64_MIN;
		change.fresh = true;
		result = delist_ipset_prepare_insert(
		    set, &listing->prefix, change.slot);
	} else if (gone) {
		result = delist_ipset_prepare_remove(
		    set, &removed, &listing->prefix);
	}
	index->changes[index->changes_n++] = change;
	if (result == DELIST_OK && listing->kind == DELIST_LISTING_BLOCK)
		result = prepare_served(index, &listing->prefix,
		    !gone && listing->state == DELIST_LISTING_LISTED);
	return result;
}

void
delist_index_abandon(struct index *index)
{
	delist_ipset_abandon(index->served);
	for (int kind = 0; kind < SERVICE_KINDS; kind++)
		delist_ipset_abandon(index->of_kind[kind]);
	for (size_t i = 0; i < index->changes_n; i++)
		if (index->changes[i].fresh)
			delist_pool_give(
			    &index->listings, index->changes[i].slot);
	index->changes_n = 0;
}

static uint32_t *
length_of(struct index *index, const struct delist_listing *listing)
{
	const struct delist_prefix *prefix = &listing->prefix;

	return &index->lengths[listing->kind][prefix->addr.family ==
					      DELIST_INET6][prefix->bits];
}

static void
settle(struct index *index, const struct index_change *change)
{
	const struct delist_listing *listing = change->listing;
	struct listing_slot *slot = listing_at(index, change->slot);

	if (!change->fresh)
		index->listings_in[slot->kind][slot->state]--;
	if (!change->gone)
		index->listings_in[slot->kind][listing->state]++;
	slot->state = listing->state;
	slot->code = listing->code;
	slot->live_until_s = delist_listing_live_until_s(listing);
	set_due(index->due, &slot->due,
	    change->gone ? INT64_MAX : delist_listing_due_s(listing),
	    (uint64_t)change->slot * 2 + LISTING);
	if (change->fresh)
		++*length_of(index, listing);
}

void
delist_index_publish(struct index *index)
{
	for (size_t i = 0; i < index->changes_n; i++)
		settle(index, &index->changes[i]);
	for (int kind = 0; kind < SERVICE_KINDS; kind++)
		delist_ipset_publish(index->of_kind[kind]);
	delist_ipset_publish(index->served);
	for (size_t i = 0; i < index->changes_n; i++) {
		if (!index->changes[i].gone)
			continue;
		--*length_of(index, index->changes[i].listing);
		delist_pool_give(&index->listings, index->changes[i].slot);
	}
	index->changes_n = 0;
}

static bool
is_live(const struct listing_slot *slot, int64_t now_s)
{
	return now_s < slot->live_until_s || slot->live_until_s == INT64_MAX;
}

const struct listing_slot *
delist_index_live(const struct index *index, int kind,
    const struct delist_addr *addr, int at_least, int at_most, int64_t now_s)
{
	const struct delist_ipset *set = index->of_kind[kind];
	const uint32_t *lengths =
	    index->lengths[kind][addr->family == DELIST_INET6];
	struct delist_prefix prefix;
	uint32_t slot;

	if (!delist_ipset_cover(set, &prefix, &slot, addr))
		return NULL;
	if (at_most > prefix.bits)
		at_most = prefix.bits;
	for (int bits = at_most; bits >= at_least; bits--) {
		prefix = delist_prefix_of(addr, (unsigned)bits);
		if (lengths[bits] != 0 &&
		    delist_ipset_get(set, &slot, &prefix) &&
		    is_live(listing_at(index, slot), now_s))
			return listing_at(index, slot);
	}
	return NULL;
}

/* ---- requests ---- */

struct request_slot *
delist_index_find(const struct index *index, const uint8_t id[16])
{
	uint32_t slot;

	if (!delist_idmap_get(&index->ids, &slot, id))
		return NULL;
	return delist_pool_at(&index->requests, slot);
}

/*
 * Who gives way first: those who get no mail anyway, then by age.  The line
 * has no place at INT64_MAX, and the muted have the negative ones.
 */
static int64_t
place_in_line(const struct delist_request *request)
{
	int64_t place = request->created_s;

	if (!delist_request_open(request))
		return INT64_MAX;
	if (place < 0)
		place = 0;
	if (place == INT64_MAX)
		place--;
	return request->muted ? place + INT64_MIN : place;
}

static void
forget(struct index *index, struct request_slot *slot, uint32_t number)
{
	set_due(index->due, &slot->due, INT64_MAX, 0);
	set_due(index->waiting, &slot->waiting, INT64_MAX, 0);
	delist_idmap_remove(&index->ids, slot->id);
	delist_pool_give(&index->requests, number);
}

void
delist_index_request(
    struct index *index, const struct delist_request *request, bool gone)
{
	struct request_slot *slot;
	uint32_t number;

	if (delist_idmap_get(&index->ids, &number, request->id)) {
		slot = delist_pool_at(&index->requests, number);
	} else {
		if (gone)
			return;
		slot = delist_pool_take(&index->requests, &number);
		memcpy(slot->id, request->id, sizeof slot->id);
		delist_idmap_put(&index->ids, slot->id, number);
		index->requests_in[slot->state]++;
	}
	index->requests_in[slot->state]--;
	if (gone) {
		forget(index, slot, number);
		return;
	}
	slot->state = request->state;
	index->requests_in[slot->state]++;
	if (!delist_service_mail_waits(request)) {
		slot->outbox = false;
		slot->outcome = 0;
	}
	/* What waits for the mailer or the store has a due time of its own. */
	if (!slot->outbox && slot->outcome == 0)
		set_due(index->due, &slot->due, delist_request_due_s(request),
		    (uint64_t)number * 2 + REQUEST);
	set_due(index->waiting, &slot->waiting, place_in_line(request), number);
}

void
delist_index_wake(struct index *index, struct request_slot *slot, int64_t due_s)
{
	uint32_t number;

	if (delist_idmap_get(&index->ids, &number, slot->id))
		set_due(index->due, &slot->due, due_s,
		    (uint64_t)number * 2 + REQUEST);
}

const struct request_slot *
delist_index_oldest(struct index *index)
{
	struct request_slot *slot;
	uint64_t number;
	int64_t place;

	if (!delist_deadline_next(index->waiting, &place) ||
	    delist_deadline_pop(index->waiting, &number, 1, place) == 0)
		return NULL;
	/* A queue shows its first only by handing it out. */
	slot = delist_pool_at(&index->requests, (uint32_t)number);
	set_due(index->waiting, &slot->waiting, place, number);
	return slot;
}
