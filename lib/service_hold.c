/* SPDX-License-Identifier: ISC */
/*
 * service_hold.c - many commits, one wait for the disk
 *
 *	hold   commit  commit  commit   sync | then, and not before
 *	                                     |  sets   from the rows, anew
 *	                                     |  events in their order
 *	                                     |  mails  by tick: their outbox
 *
 * What must not be seen yet is noted: which listings changed, and what the
 * host is to be told.  After sync() the rows are read again, so a note is
 * never older than what it leads to; where there is no memory for a set, the
 * rest is done by tick.
 */
#include <delist/service_desk.h>

#include "alloc.h"
#include "service.h"

/* Room for more items of a size, by doubling. */
static int
reserve(const struct delist_alloc *alloc, void **items, size_t n, size_t *room,
    size_t more, size_t size)
{
	size_t wanted = *room == 0 ? 16 : *room;
	void *grown;

	while (wanted < n + more)
		wanted *= 2;
	if (wanted == *room)
		return DELIST_OK;
	grown = delist_alloc_grow(alloc, *items, *room, wanted, size);
	if (grown == NULL)
		return DELIST_ENOMEM;
	*items = grown;
	*room = wanted;
	return DELIST_OK;
}

int
delist_hold_reserve(struct delist_service *service)
{
	struct hold *hold = &service->hold;
	void *listings = hold->listings, *audits = hold->audits;
	int result = reserve(&service->alloc, &listings, hold->listings_n,
	    &hold->listings_room, SERVICE_LISTINGS, sizeof *hold->listings);

	hold->listings = listings;
	if (result == DELIST_OK && service->host.event != NULL)
		result = reserve(&service->alloc, &audits, hold->audits_n,
		    &hold->audits_room, 1, sizeof *hold->audits);
	hold->audits = audits;
	return result;
}

void
delist_hold_listing(struct hold *hold, const struct delist_listing *listing)
{
	hold->listings[hold->listings_n++] =
	    (struct held_listing){listing->prefix, listing->kind};
}

void
delist_hold_audit(struct hold *hold, const struct delist_audit *audit)
{
	hold->audits[hold->audits_n++] = *audit;
}

static void
forget(struct delist_service *service)
{
	struct hold *hold = &service->hold;

	delist_alloc_release(&service->alloc, hold->listings,
	    hold->listings_room, sizeof *hold->listings);
	delist_alloc_release(&service->alloc, hold->audits, hold->audits_room,
	    sizeof *hold->audits);
	*hold = (struct hold){.on = hold->on, .broken = hold->broken};
}

void
delist_hold_fini(struct delist_service *service)
{
	forget(service);
}

bool
delist_hold_left(const struct hold *hold)
{
	return !hold->on && hold->shown < hold->listings_n;
}

/* One listing, as its row is by now, into the sets. */
static int
show(struct delist_service *service, const struct held_listing *held)
{
	struct index *index = &service->index;
	struct delist_listing listing;
	int result =
	    delist_row_listing(service, &listing, held->kind, &held->prefix);

	if (result == DELIST_OK)
		result = delist_index_reserve(index);
	if (result == DELIST_OK)
		result = delist_index_prepare(
		    index, &listing, listing.state == DELIST_LISTING_ABSENT);
	if (result == DELIST_OK)
		delist_index_publish(index);
	else
		delist_index_abandon(index);
	return result;
}

int
delist_hold_tick(struct delist_service *service)
{
	struct hold *hold = &service->hold;
	int result = show(service, &hold->listings[hold->shown]);

	if (result != DELIST_OK)
		return result;
	if (++hold->shown == hold->listings_n)
		forget(service);
	return DELIST_OK;
}

/* ---- the calls ---- */

int
delist_service_hold(struct delist_service *service)
{
	const struct delist_store *store = &service->store;
	int result;

	if (service->hold.broken)
		return DELIST_EREADONLY;
	/* What the last one left must not be taken for this one's. */
	while (delist_hold_left(&service->hold)) {
		result = delist_hold_tick(service);
		if (result != DELIST_OK)
			return result;
	}
	if (store->ops->hold == NULL || service->hold.on)
		return DELIST_OK;
	result = store->ops->hold(store->arg);
	service->hold.on = result == DELIST_OK;
	return result;
}

static void
tell(struct delist_service *service)
{
	struct hold *hold = &service->hold;

	for (size_t i = 0; i < hold->audits_n; i++)
		service->host.event(service->host.event_arg, &hold->audits[i]);
	hold->audits_n = 0;
}

int
delist_service_sync(struct delist_service *service)
{
	struct hold *hold = &service->hold;
	int result;

	if (!hold->on)
		return hold->broken ? DELIST_EREADONLY : DELIST_OK;
	result = service->store.ops->sync(service->store.arg);
	hold->on = false;
	hold->broken = result != DELIST_OK;
	if (hold->broken) {
		forget(service);
		return result;
	}
	tell(service);
	while (delist_hold_left(hold))
		if (delist_hold_tick(service) != DELIST_OK)
			return DELIST_OK;
	forget(service);
	return DELIST_OK;
}
