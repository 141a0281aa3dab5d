/* SPDX-License-Identifier: ISC */
/*
 * service_index.c - what is kept in memory of the rows
 *
 *	blocked: a miss ------------------------> an answer
 *	     |
 *	listings: {203.0.113.0/24, 606, until ...}
 *	     |
 *	due: the first of them, or of the requests
 *
 * A row that changes is prepared here before it is committed, so that what
 * is left after the commit only writes to memory that is there.
 */
#include <string.h>

#include "alloc.h"
#include "ipset_beside.h"
#include "service.h"

/* What a set will have, while the index is filled. */
struct prefixes {
	struct delist_ipset_entry *at;
	size_t n, room;
};

struct index_filling {
	struct prefixes blocked, allowed;
};

int
delist_index_init(struct index *index, const struct delist_alloc *alloc,
    const struct delist_guard *guard, const uint8_t seed[16])
{
	int result;

	*index = (struct index){.guard = guard};
	delist_epoch_init(&index->epoch);
	delist_docket_init(&index->listings, alloc, &index->epoch, seed);
	delist_pool_init(&index->requests, sizeof(struct request_slot), alloc);
	delist_idmap_init(&index->ids, alloc);
	result = delist_ipset_new_beside(&index->blocked, alloc, &index->epoch);
	if (result == DELIST_OK)
		result = delist_ipset_new_beside(
		    &index->allowed, alloc, &index->epoch);
	if (result == DELIST_OK)
		result = delist_deadline_new(&index->due, alloc);
	if (result == DELIST_OK)
		result = delist_deadline_new(&index->waiting, alloc);
	if (result != DELIST_OK)
		delist_index_fini(index);
	return result;
}

static void
end_filling(struct index *index)
{
	const struct delist_alloc *alloc = &index->listings.alloc;
	struct index_filling *filling = index->filling;

	if (filling == NULL)
		return;
	delist_alloc_release(alloc, filling->blocked.at, filling->blocked.room,
	    sizeof *filling->blocked.at);
	delist_alloc_release(alloc, filling->allowed.at, filling->allowed.room,
	    sizeof *filling->allowed.at);
	delist_alloc_release(alloc, filling, 1, sizeof *filling);
	index->filling = NULL;
}

void
delist_index_fini(struct index *index)
{
	struct delist_alloc alloc = index->listings.alloc;

	/* It was never set up. */
	if (index->listings.epoch == NULL)
		return;
	end_filling(index);
	delist_docket_fini(&index->listings);
	delist_pool_fini(&index->requests);
	delist_idmap_fini(&index->ids);
	delist_ipset_free(index->blocked);
	delist_ipset_free(index->allowed);
	delist_deadline_free(index->due);
	delist_deadline_free(index->waiting);
	delist_epoch_fini(&index->epoch, &alloc);
	*index = (struct index){.filling = NULL};
}

/* Room for n more, by doubling: it grows with each row of a big store. */
int
delist_index_reserve_due(struct delist_deadline *queue, size_t n)
{
	size_t room = 16;

	while (room < delist_deadline_count(queue) + n)
		room *= 2;
	return delist_deadline_reserve(queue, room);
}

int
delist_index_reserve(struct index *index)
{
	int result = delist_pool_reserve(&index->requests, SERVICE_REQUESTS);

	/* One at a time: only a submission brings a request. */
	if (result == DELIST_OK)
		result = delist_idmap_reserve(&index->ids);
	if (result == DELIST_OK)
		result =
		    delist_index_reserve_due(index->due, SERVICE_REQUESTS + 1);
	if (result == DELIST_OK)
		result = delist_index_reserve_due(
		    index->waiting, SERVICE_REQUESTS + 1);
	return result;
}

/* ---- what is due ---- */

int64_t
delist_index_next_due(const struct index *index)
{
	int64_t first_s = delist_docket_next_due(&index->listings), due_s;

	if (delist_deadline_next(index->due, &due_s) && due_s < first_s)
		return due_s;
	return first_s;
}

/* The first of all listings, if it is due before what is in the queue. */
static bool
pop_listing(struct index *index, struct index_item *item, int64_t now_s)
{
	int64_t first_s = delist_docket_next_due(&index->listings), due_s;
	uint32_t number;

	if (first_s == INT64_MAX || first_s > now_s ||
	    (delist_deadline_next(index->due, &due_s) && due_s < first_s))
		return false;
	number = delist_docket_take_due(&index->listings);
	item->item = (uint64_t)number * 2 + INDEX_LISTING;
	return delist_docket_taken(&index->listings, &item->listing, number);
}

bool
delist_index_pop(struct index *index, struct index_item *item, int64_t now_s)
{
	item->request = NULL;
	if (pop_listing(index, item, now_s))
		return true;
	while (delist_deadline_pop(index->due, &item->item, 1, now_s) != 0) {
		uint32_t number = (uint32_t)(item->item / 2);

		if (item->item % 2 == INDEX_REQUEST) {
			item->request =
			    delist_pool_at(&index->requests, number);
			return true;
		}
		/* One that was put off and has changed since is no matter. */
		if (delist_docket_taken(
			&index->listings, &item->listing, number))
			return true;
	}
	return false;
}

void
delist_index_back(
    struct index *index, const struct index_item *item, int64_t due_s)
{
	if (item->request != NULL)
		delist_index_set_due(
		    index->due, &item->request->due, due_s, item->item);
	else if (due_s != INT64_MAX && delist_deadline_insert(index->due, NULL,
					   due_s, item->item) != DELIST_OK)
		delist_docket_put_back(
		    &index->listings, (uint32_t)(item->item / 2));
}

/* ---- listings ---- */

/*
 * Whatever way a block came into the store, it is not served where the guard
 * refuses it; its row stays, and ends when it is due.
 */
static bool
is_refused(const struct index *index, const struct delist_listing *listing)
{
	return listing->kind == DELIST_LISTING_BLOCK &&
	       delist_guard_check(index->guard, &listing->prefix) != DELIST_OK;
}

static struct delist_docket_entry
entry_of(const struct index *index, const struct delist_listing *listing)
{
	int64_t until_s = delist_listing_live_until_s(listing);
	struct delist_docket_entry entry = {
	    .prefix = listing->prefix,
	    .kind = listing->kind,
	    .state = listing->state,
	    .life = DELIST_DOCKET_MORTAL,
	    .code = listing->code,
	    .due_s = delist_listing_due_s(listing),
	};

	if (until_s == INT64_MIN || is_refused(index, listing))
		entry.life = DELIST_DOCKET_DEAD;
	else if (until_s == INT64_MAX)
		entry.life = DELIST_DOCKET_IMMORTAL;
	return entry;
}

/* The set that has the listing while it is listed; NULL: none does. */
static struct delist_ipset *
set_of(const struct index *index, const struct delist_listing *listing)
{
	switch (listing->kind) {
	case DELIST_LISTING_BLOCK:
		return index->blocked;
	case DELIST_LISTING_ALLOW:
		return index->allowed;
	default:
		return NULL;
	}
}

static int
prepare_set(
    struct delist_ipset *set, const struct delist_prefix *prefix, bool will)
{
	uint32_t tag;
	bool was = delist_ipset_get(set, &tag, prefix), removed;

	if (will && !was)
		return delist_ipset_prepare_insert(set, prefix, 0);
	if (was && !will)
		return delist_ipset_prepare_remove(set, &removed, prefix);
	return DELIST_OK;
}

int
delist_index_prepare(
    struct index *index, const struct delist_listing *listing, bool gone)
{
	struct delist_docket_entry entry = entry_of(index, listing);
	struct delist_ipset *set = set_of(index, listing);
	int result = delist_docket_prepare(&index->listings, &entry, gone);

	if (result == DELIST_OK && set != NULL)
		result = prepare_set(set, &listing->prefix,
		    !gone && listing->state == DELIST_LISTING_LISTED);
	/* Of removals, EAGAIN says something else. */
	return result == DELIST_EAGAIN ? DELIST_EBUSY : result;
}

void
delist_index_publish(struct index *index)
{
	atomic_fetch_add_explicit(&index->version, 1, memory_order_relaxed);
	/* What a set has is found by whoever looks further. */
	delist_docket_publish(&index->listings);
	delist_ipset_publish(index->blocked);
	delist_ipset_publish(index->allowed);
}

void
delist_index_abandon(struct index *index)
{
	delist_docket_abandon(&index->listings);
	delist_ipset_abandon(index->blocked);
	delist_ipset_abandon(index->allowed);
}

/* ---- all listings at once ---- */

static int
keep_prefix(const struct delist_alloc *alloc, struct prefixes *entries,
    const struct delist_prefix *prefix)
{
	if (entries->n == entries->room) {
		size_t room = 2 * entries->room + 64;
		void *grown = delist_alloc_grow(alloc, entries->at,
		    entries->room, room, sizeof *entries->at);

		if (grown == NULL)
			return DELIST_ENOMEM;
		entries->at = grown;
		entries->room = room;
	}
	entries->at[entries->n++] = (struct delist_ipset_entry){*prefix, 0};
	return DELIST_OK;
}

int
delist_index_fill(struct index *index, const struct delist_listing *listing)
{
	const struct delist_alloc *alloc = &index->listings.alloc;
	struct delist_docket_entry entry = entry_of(index, listing);
	struct index_filling *filling = index->filling;
	int result;

	if (filling == NULL)
		index->filling = filling =
		    delist_alloc_zeroed(alloc, 1, sizeof *filling);
	if (filling == NULL)
		return DELIST_ENOMEM;
	result = delist_docket_load(&index->listings, &entry);
	if (result != DELIST_OK || listing->state != DELIST_LISTING_LISTED ||
	    listing->kind == DELIST_LISTING_EXCEPTION)
		return result;
	return keep_prefix(alloc,
	    listing->kind == DELIST_LISTING_BLOCK ? &filling->blocked
						  : &filling->allowed,
	    &listing->prefix);
}

int
delist_index_filled(struct index *index)
{
	const struct index_filling *filling = index->filling;
	int result;

	if (filling == NULL)
		return DELIST_OK;
	result = delist_docket_loaded(&index->listings);
	if (result == DELIST_OK)
		result = delist_ipset_build(
		    index->blocked, filling->blocked.at, filling->blocked.n);
	if (result == DELIST_OK)
		result = delist_ipset_build(
		    index->allowed, filling->allowed.at, filling->allowed.n);
	end_filling(index);
	return result;
}
