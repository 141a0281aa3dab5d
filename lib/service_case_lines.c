/* SPDX-License-Identifier: ISC */
/*
 * service_case_lines.c - what is kept in memory of investigations
 *
 * Who is due, and two lines of those that can give way: who waits for its
 * sender, and who is open without anybody having been told so.
 */
#include <string.h>

#include "service.h"

int
delist_cases_init(struct cases *cases, const struct delist_alloc *alloc)
{
	int result;

	*cases = (struct cases){0};
	delist_pool_init(&cases->slots, sizeof(struct case_slot), alloc);
	delist_idmap_init(&cases->ids, alloc);
	result = delist_deadline_new(&cases->due, alloc);
	if (result == DELIST_OK)
		result = delist_deadline_new(&cases->waiting, alloc);
	if (result == DELIST_OK)
		result = delist_deadline_new(&cases->silent, alloc);
	return result;
}

void
delist_cases_fini(struct cases *cases)
{
	delist_pool_fini(&cases->slots);
	delist_idmap_fini(&cases->ids);
	delist_deadline_free(cases->due);
	delist_deadline_free(cases->waiting);
	delist_deadline_free(cases->silent);
	*cases = (struct cases){0};
}

int
delist_cases_reserve(struct cases *cases)
{
	int result = delist_pool_reserve(&cases->slots, SERVICE_CASES);

	/* One at a time: only an intake brings a case. */
	if (result == DELIST_OK)
		result = delist_idmap_reserve(&cases->ids);
	if (result == DELIST_OK)
		result =
		    delist_index_reserve_due(cases->due, SERVICE_CASES + 1);
	if (result == DELIST_OK)
		result =
		    delist_index_reserve_due(cases->waiting, SERVICE_CASES + 1);
	if (result == DELIST_OK)
		result =
		    delist_index_reserve_due(cases->silent, SERVICE_CASES + 1);
	return result;
}

struct case_slot *
delist_case_find(const struct cases *cases, const uint8_t id[16])
{
	uint32_t number;

	if (!delist_idmap_get(&cases->ids, &number, id))
		return NULL;
	return delist_pool_at(&cases->slots, number);
}

static struct case_slot *
find_or_take(struct cases *cases, uint32_t *number, const uint8_t id[16])
{
	struct case_slot *slot;

	if (delist_idmap_get(&cases->ids, number, id))
		return delist_pool_at(&cases->slots, *number);
	slot = delist_pool_take(&cases->slots, number);
	memcpy(slot->id, id, sizeof slot->id);
	delist_idmap_put(&cases->ids, id, *number);
	cases->in[slot->state]++;
	return slot;
}

/* The lines have no place at INT64_MAX, which is "not in it". */
static int64_t
place_in_line(const struct delist_investigation *investigation, bool in_line)
{
	if (!in_line)
		return INT64_MAX;
	return investigation->created_s == INT64_MAX ? INT64_MAX - 1
						     : investigation->created_s;
}

static bool
is_silent(const struct delist_investigation *investigation)
{
	return investigation->state == DELIST_INVESTIGATION_OPEN &&
	       investigation->generation == 0;
}

static void
forget(struct cases *cases, struct case_slot *slot, uint32_t number)
{
	delist_index_set_due(cases->due, &slot->due, INT64_MAX, number);
	delist_index_set_due(cases->waiting, &slot->waiting, INT64_MAX, number);
	delist_index_set_due(cases->silent, &slot->silent, INT64_MAX, number);
	delist_idmap_remove(&cases->ids, slot->id);
	delist_pool_give(&cases->slots, number);
}

void
delist_case_publish(struct cases *cases,
    const struct delist_investigation *investigation, bool gone)
{
	struct case_slot *slot;
	uint32_t number;

	if (gone && delist_case_find(cases, investigation->id) == NULL)
		return;
	slot = find_or_take(cases, &number, investigation->id);
	cases->in[slot->state]--;
	if (gone) {
		forget(cases, slot, number);
		return;
	}
	slot->state = investigation->state;
	cases->in[slot->state]++;
	if (!delist_notice_waits(investigation)) {
		slot->outbox = false;
		slot->outcome = 0;
	}
	/* What waits for the mailer or the store has a due time of its own. */
	if (!slot->outbox && slot->outcome == 0)
		delist_index_set_due(cases->due, &slot->due,
		    delist_investigation_due_s(investigation), number);
	delist_index_set_due(cases->waiting, &slot->waiting,
	    place_in_line(investigation,
		investigation->state == DELIST_INVESTIGATION_NEEDS_INFO),
	    number);
	delist_index_set_due(cases->silent, &slot->silent,
	    place_in_line(investigation, is_silent(investigation)), number);
}

void
delist_case_wake(struct cases *cases, struct case_slot *slot, int64_t due_s)
{
	uint32_t number;

	if (delist_idmap_get(&cases->ids, &number, slot->id))
		delist_index_set_due(cases->due, &slot->due, due_s, number);
}

const struct case_slot *
delist_case_oldest(struct cases *cases)
{
	struct case_slot *slot;
	uint64_t number;
	int64_t place;

	if (!delist_deadline_next(cases->waiting, &place) ||
	    delist_deadline_pop(cases->waiting, &number, 1, place) == 0)
		return NULL;
	/* A queue shows its first only by handing it out. */
	slot = delist_pool_at(&cases->slots, (uint32_t)number);
	delist_index_set_due(cases->waiting, &slot->waiting, place, number);
	return slot;
}

const struct case_slot *
delist_case_next_silent(struct cases *cases)
{
	struct case_slot *slot;
	uint64_t number;
	int64_t place;

	if (!delist_deadline_next(cases->silent, &place) ||
	    delist_deadline_pop(cases->silent, &number, 1, place) == 0)
		return NULL;
	slot = delist_pool_at(&cases->slots, (uint32_t)number);
	delist_index_set_due(
	    cases->silent, &slot->silent, INT64_MAX - 1, number);
	return slot;
}
