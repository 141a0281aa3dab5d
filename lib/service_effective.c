/* SPDX-License-Identifier: ISC */
/*
 * service_effective.c - removals that wait until nodes serve them
 *
 * A removal is effective when all nodes serve the set without the block.
 * tick ends what waited for them, one listing a commit: a node that comes
 * back after days holds nobody up.
 */
#include <string.h>

#include "service.h"

/* ---- what waits ---- */

int
delist_lifts_init(struct lifts *lifts, const struct delist_alloc *alloc)
{
	int result;

	*lifts = (struct lifts){.served = UINT64_MAX};
	delist_pool_init(&lifts->waiting, sizeof(struct lift_slot), alloc);
	result = delist_deadline_new(&lifts->queue, alloc);
	return result == DELIST_OK ? delist_deadline_new(&lifts->later, alloc)
				   : result;
}

void
delist_lifts_fini(struct lifts *lifts)
{
	delist_pool_fini(&lifts->waiting);
	delist_deadline_free(lifts->queue);
	delist_deadline_free(lifts->later);
	*lifts = (struct lifts){.served = 0};
}

int
delist_lifts_reserve(struct lifts *lifts)
{
	int result = delist_pool_reserve(&lifts->waiting, SERVICE_LISTINGS);

	return result == DELIST_OK
		   ? delist_index_reserve_due(lifts->queue, SERVICE_LISTINGS)
		   : result;
}

/* The queue counts in generations, of which there are fewer than seconds. */
static int64_t
place_of(uint64_t generation)
{
	return generation < INT64_MAX ? (int64_t)generation : INT64_MAX - 1;
}

static struct lift_slot *
pop(struct lifts *lifts, uint32_t *number, struct delist_deadline *queue,
    int64_t up_to)
{
	uint64_t item;

	if (delist_deadline_pop(queue, &item, 1, up_to) == 0)
		return NULL;
	*number = (uint32_t)item;
	return delist_pool_at(&lifts->waiting, *number);
}

static void
put_back(struct lifts *lifts, struct lift_slot *slot, uint32_t number)
{
	delist_index_set_due(
	    lifts->queue, &slot->handle, place_of(slot->generation), number);
}

/* The first ones no longer wait: a node that is gone for good fills no queue. */
static void
drop_ended(struct lifts *lifts, int64_t now_s)
{
	struct lift_slot *slot;
	uint32_t number;
	int64_t first;

	while (delist_deadline_next(lifts->queue, &first)) {
		slot = pop(lifts, &number, lifts->queue, first);
		if (now_s < slot->effective_by_s) {
			put_back(lifts, slot, number);
			return;
		}
		delist_pool_give(&lifts->waiting, number);
	}
}

void
delist_lifts_wait(
    struct lifts *lifts, const struct delist_listing *listing, int64_t now_s)
{
	struct lift_slot *slot;
	uint32_t number;

	if (listing->state != DELIST_LISTING_LIFTING)
		return;
	drop_ended(lifts, now_s);
	slot = delist_pool_take(&lifts->waiting, &number);
	slot->prefix = listing->prefix;
	slot->generation = listing->generation;
	slot->effective_by_s = listing->effective_by_s;
	put_back(lifts, slot, number);
}

/* ---- tick ---- */

int64_t
delist_lifts_next_s(const struct lifts *lifts)
{
	int64_t first;

	if (delist_deadline_next(lifts->queue, &first) &&
	    first <= place_of(lifts->served))
		return INT64_MIN;
	return delist_deadline_next(lifts->later, &first) ? first : INT64_MAX;
}

struct ack_call {
	struct lift_slot slot;
	uint64_t served; /* by all nodes, as their rows are now */
};

/* Nodes may have come, or spoken, through another service on the store. */
static int
ack_steps(struct work *work, void *arg)
{
	static const struct delist_node none;
	struct ack_call *call = arg;
	struct delist_event ev = {.kind = DELIST_EVENT_ACK};
	struct work_listing *listing;
	size_t n;
	int result =
	    delist_nodes_survey(work->service, &call->served, &n, &none);

	if (result != DELIST_OK || call->served < call->slot.generation)
		return result;
	ev.set_generation = call->served;
	result = delist_work_get_listing(
	    work, &listing, DELIST_LISTING_BLOCK, &call->slot.prefix);
	/* It may have been lifted again since, by a later generation. */
	if (result != DELIST_OK || listing->at.state != DELIST_LISTING_LIFTING)
		return result;
	return delist_work_step_listing(work, listing, &ev);
}

/*
 * A row that can't be read keeps none of the others from its end.  From
 * effective_by_s on it is its deadline that looks at it.
 */
static void
put_off(struct lifts *lifts, struct lift_slot *slot, uint32_t number,
    int64_t again_s)
{
	if (again_s < slot->effective_by_s)
		delist_index_set_due(
		    lifts->later, &slot->handle, again_s, number);
	else
		delist_pool_give(&lifts->waiting, number);
}

static int
reserve_one(struct lifts *lifts)
{
	int result = delist_index_reserve_due(lifts->queue, 1);

	return result == DELIST_OK ? delist_index_reserve_due(lifts->later, 1)
				   : result;
}

int
delist_lifts_tick(struct delist_service *service, int64_t now_s)
{
	struct lifts *lifts = &service->lifts;
	struct ack_call call;
	struct lift_slot *slot;
	uint32_t number = 0;
	int result = reserve_one(lifts);

	if (result != DELIST_OK)
		return result;
	slot = pop(lifts, &number, lifts->queue, place_of(lifts->served));
	if (slot == NULL)
		slot = pop(lifts, &number, lifts->later, now_s);
	call.slot = *slot;
	result = delist_work_run(service, ack_steps, &call, now_s);
	if (result == DELIST_OK)
		lifts->served = call.served;
	if (result == DELIST_ECORRUPT || result == DELIST_EVERSION)
		put_off(
		    lifts, slot, number, delist_service_again_s(result, now_s));
	else if (result != DELIST_OK || call.served < slot->generation)
		put_back(lifts, slot, number);
	else
		delist_pool_give(&lifts->waiting, number);
	return result;
}
