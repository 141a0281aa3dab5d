/* SPDX-License-Identifier: ISC */
/*
 * service_line.c - requests in memory: by id, by due time, in line
 *
 * The line is of those that are open, in the order in which they give way to
 * newer ones when there are too many.
 */
#include <string.h>

#include "service.h"

void
delist_index_set_due(struct delist_deadline *queue, uint64_t *handle,
    int64_t due_s, uint64_t item)
{
	if (due_s == INT64_MAX) {
		delist_deadline_cancel(queue, *handle);
		*handle = 0;
	} else if (!delist_deadline_move(queue, *handle, due_s)) {
		(void)delist_deadline_insert(queue, handle, due_s, item);
	}
}

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
	delist_index_set_due(index->due, &slot->due, INT64_MAX, 0);
	delist_index_set_due(index->waiting, &slot->waiting, INT64_MAX, 0);
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
		delist_index_set_due(index->due, &slot->due,
		    delist_request_due_s(request),
		    (uint64_t)number * 2 + INDEX_REQUEST);
	delist_index_set_due(
	    index->waiting, &slot->waiting, place_in_line(request), number);
}

void
delist_index_wake(struct index *index, struct request_slot *slot, int64_t due_s)
{
	uint32_t number;

	if (delist_idmap_get(&index->ids, &number, slot->id))
		delist_index_set_due(index->due, &slot->due, due_s,
		    (uint64_t)number * 2 + INDEX_REQUEST);
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
	delist_index_set_due(index->waiting, &slot->waiting, place, number);
	return slot;
}
