/* SPDX-License-Identifier: ISC */
/*
 * ipset_spans.c - what the word of a /64 of IPv6 must be
 */
#include "ipset.h"

#include "alloc.h"
#include "hosts.h"
#include "spans.h"

/* ---- spans ---- */

static uint64_t
last_of(const struct delist_roster_row *row)
{
	return row->bits == 128 ? row->lo
				: row->lo | ~UINT64_C(0) >> (row->bits - 64);
}

static int
write_spans(struct delist_ipset *set, struct delist_part *part,
    const struct delist_unit *unit, uint64_t *word)
{
	size_t room = unit->n + 1, n = 0;
	struct delist_range *ranges =
	    delist_alloc_grow(&set->alloc, NULL, 0, room, sizeof *ranges);
	struct delist_step *steps =
	    delist_alloc_grow(&set->alloc, NULL, 0, 2 * room, sizeof *steps);
	int error = DELIST_ENOMEM;
	uint8_t *block;
	uint32_t at = 0;

	if (ranges != NULL && steps != NULL) {
		for (size_t i = 0; i < unit->n; i++)
			ranges[i] = (struct delist_range){unit->rows[i].lo,
			    last_of(&unit->rows[i]), unit->rows[i].code};
		n = delist_paint(steps, ranges, unit->n, 0, UINT64_MAX);
		at = delist_part_take(
		    part, &block, delist_spans_size(n, part->width));
		error = at != 0 ? DELIST_OK : DELIST_ERANGE;
	}
	if (error == DELIST_OK) {
		delist_spans_encode(block, steps, n, part->width);
		*word = SPANS_USED | at;
	}
	delist_alloc_release(&set->alloc, ranges, room, sizeof *ranges);
	delist_alloc_release(&set->alloc, steps, 2 * room, sizeof *steps);
	return error;
}

int
delist_unit_plan_spans(
    struct delist_ipset *set, struct delist_change *change, uint64_t hi)
{
	struct delist_part *part = change->part;
	struct delist_unit unit = {.n = 0};
	uint64_t word = SPANS_USED;
	int error = DELIST_ENOMEM;
	uint8_t *slot;

	if (delist_unit_gather(set, &unit, change, hi))
		error = unit.n > 0 ? write_spans(set, part, &unit, &word)
				   : DELIST_OK;
	delist_unit_fini(set, &unit);
	if (error != DELIST_OK)
		return error;
	slot = delist_unit_slot(part, SPANS, hi, SPANS_USED);
	error =
	    delist_change_store(set, change, slot, delist_word64(slot), word);
	if (error == DELIST_OK && change->kind == INSERT)
		error = delist_unit_plan_deep(set, change, hi);
	return error;
}
