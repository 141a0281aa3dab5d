/* SPDX-License-Identifier: ISC */
/*
 * ipset_lines.c - what the word of a /32 of IPv6 must be
 *
 * Its rows are painted on the longest row that has all of it, and the steps
 * written as lines.h has them.  MIXED hosts are written so, too.
 */
#include "ipset.h"

#include "alloc.h"
#include "hosts.h"
#include "lines.h"

/* ---- lines ---- */

size_t
delist_unit_steps(struct delist_ipset *set, struct delist_step **steps,
    const struct delist_unit *unit, unsigned bits, uint32_t ground)
{
	struct delist_range *ranges = delist_alloc_grow(
	    &set->alloc, NULL, 0, unit->n + 1, sizeof *ranges);
	size_t n = 0;

	*steps = delist_alloc_grow(
	    &set->alloc, NULL, 0, 2 * unit->n + 1, sizeof **steps);
	if (ranges != NULL && *steps != NULL) {
		for (size_t i = 0; i < unit->n; i++) {
			const struct delist_roster_row *row = &unit->rows[i];
			uint64_t start = delist_place16(row->hi, bits);
			uint64_t size = 65536u >> (row->bits - bits);

			ranges[i] = (struct delist_range){
			    start, start + size - 1, row->code};
		}
		n = delist_paint(*steps, ranges, unit->n, ground, 65535);
	}
	delist_alloc_release(&set->alloc, ranges, unit->n + 1, sizeof *ranges);
	return n;
}

int
delist_unit_lines(struct delist_part *part, uint32_t *at, unsigned *kind,
    const struct delist_step *steps, size_t n)
{
	size_t bytes = delist_lines_size(kind, steps, n, part->width);
	uint8_t *block;

	*at = delist_part_take(part, &block, delist_even(bytes));
	if (*at == 0)
		return DELIST_ERANGE;
	delist_lines_encode(block, *kind, steps, n, part->width);
	return DELIST_OK;
}

uint8_t *
delist_unit_slot(
    struct delist_part *part, unsigned layer, uint64_t key, uint64_t nothing)
{
	return 8 +
	       delist_buckets_make(&part->hash[layer], key, nothing, 0, true);
}

/* A slot for nothing is held, or another key of the change could take it. */
static uint8_t *
lines_slot(struct delist_part *part, uint64_t hi)
{
	_Atomic uint8_t *deep = (void *)&part->deep[hi >> 51];
	uint8_t *slot;

	atomic_fetch_or_explicit(
	    deep, (uint8_t)(1 << (hi >> 48 & 7)), memory_order_release);
	slot = delist_buckets_make(&part->hash[LINES], hi >> 32,
	    LINES_NOTHING | LINES_HELD, LINES_NOTHING, false);
	if ((uint32_t)delist_word64(slot) == LINES_NOTHING)
		delist_word64_store(slot, delist_word64(slot) | LINES_HELD);
	return slot;
}

int
delist_unit_plan_lines(
    struct delist_ipset *set, struct delist_change *change, uint64_t hi)
{
	struct delist_part *part = change->part;
	struct delist_unit unit = {.n = 0};
	struct delist_step *steps = NULL;
	uint32_t at = 0, ground = delist_unit_ground(change, hi);
	unsigned kind = LINES_LEAF;
	int error = DELIST_ENOMEM;
	size_t n = 0;
	uint64_t was, now;
	uint8_t *slot;

	if (delist_unit_gather(set, &unit, change, hi))
		n = delist_unit_steps(set, &steps, &unit, 32, ground);
	if (n == 1 && (part->width == 1 || steps[0].code == 0)) {
		at = 2 * steps[0].code;
		error = DELIST_OK;
	} else if (n > 0) {
		error = delist_unit_lines(part, &at, &kind, steps, n);
	}
	delist_alloc_release(&set->alloc, steps, 2 * unit.n + 1, sizeof *steps);
	delist_unit_fini(set, &unit);
	if (error != DELIST_OK)
		return error;
	slot = lines_slot(part, hi);
	was = delist_word64(slot);
	now = (was & (LINES_DEEP | ~(uint64_t)UINT32_MAX)) | LINES_USED |
	      (uint64_t)kind << LINES_KIND | at / 2;
	return delist_change_store(set, change, slot, was, now);
}

/* Raise the flags that lead to a longer layer. */
int
delist_unit_plan_deep(
    struct delist_ipset *set, struct delist_change *change, uint64_t hi)
{
	struct delist_part *part = change->part;
	unsigned layer = change->layer;
	int error = DELIST_OK;
	uint8_t *slot;
	uint64_t was;

	if (layer == SPANS) {
		slot = delist_unit_slot(
		    part, HOSTS6, hi >> 16, delist_part_nothing(part));
		was = delist_word64(slot);
		change->layer = HOSTS6;
		if (!(was & DELIST_HOSTS_DEEPER))
			error = delist_change_store(
			    set, change, slot, was, was | DELIST_HOSTS_DEEPER);
		change->layer = layer;
		if (error != DELIST_OK)
			return error;
	}
	slot = lines_slot(part, hi);
	was = delist_word64(slot);
	change->layer = LINES;
	if (!(was & LINES_DEEP))
		error = delist_change_store(
		    set, change, slot, was, (was & ~LINES_HELD) | LINES_DEEP);
	change->layer = layer;
	return error;
}
