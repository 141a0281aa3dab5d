/* SPDX-License-Identifier: ISC */
/*
 * ipset_runs.c - what the word of a /16 must be
 *
 * A prefix shorter than that goes through its range once: a /16 with rows
 * longer than itself is painted, one in a longer prefix that has all of it is
 * passed over, and what lies between has one answer:
 *
 *	prefix	|------------------------------------------|	/8
 *	rows	        [/24]         [   /12   ]
 *	words	 one ... painted, one  passed over  one ...
 */
#include "ipset.h"

#include <string.h>

#include "alloc.h"
#include "runs.h"

static int
store_codes(struct delist_ipset *set, struct delist_change *change, uint64_t hi,
    const uint32_t codes[256])
{
	struct delist_part *part = change->part;
	uint8_t bytes[DELIST_RUNS_MOST], *block;
	uint8_t *slot = part->run + 4 * (size_t)(hi >> 48);
	uint32_t at, word;
	size_t n = delist_runs_encode(bytes, &word, codes, part->width);

	if (n > 0) {
		at = delist_part_take(part, &block, delist_even(n));
		if (at == 0)
			return DELIST_ERANGE;
		memcpy(block, bytes, n);
		word = delist_runs_moved(word, at);
	}
	return delist_change_store(
	    set, change, slot, delist_word32(slot), word);
}

int
delist_unit_plan_runs(
    struct delist_ipset *set, struct delist_change *change, uint64_t hi)
{
	struct delist_unit unit = {.n = 0};
	uint32_t codes[256], ground = delist_unit_ground(change, hi);
	bool gathered = delist_unit_gather(set, &unit, change, hi);

	for (unsigned b = 0; b < 256; b++)
		codes[b] = ground;
	for (size_t i = 0; i < unit.n; i++) {
		unsigned b = (unsigned)(unit.rows[i].hi >> 40) & 255;

		for (unsigned k = 0; k < 256u >> (unit.rows[i].bits - 16); k++)
			codes[b + k] = unit.rows[i].code;
	}
	delist_unit_fini(set, &unit);
	return gathered ? store_codes(set, change, hi, codes) : DELIST_ENOMEM;
}

/* ---- prefixes shorter than /16 ---- */

/* n words from `first` on that have one answer. */
static int
plan_one_answer(struct delist_ipset *set, struct delist_change *change,
    uint64_t first, uint64_t n, uint32_t code)
{
	struct delist_part *part = change->part;
	uint32_t codes[256];
	int error;

	if (n == 0)
		return DELIST_OK;
	if (part->width == 1) {
		/* constant lines: no word has a block, nor gets one */
		error = delist_change_store(set, change, part->run + 4 * first,
		    DELIST_RUNS_NONE, delist_runs_constant(code));
		if (error == DELIST_OK)
			change->stores[change->n - 1].n = n;
		return error;
	}
	for (unsigned b = 0; b < 256; b++)
		codes[b] = code;
	error = DELIST_OK;
	for (uint64_t i = first; i < first + n && error == DELIST_OK; i++)
		error = store_codes(set, change, i << 48, codes);
	return error;
}

int
delist_unit_plan_wide(struct delist_ipset *set, struct delist_change *change)
{
	const struct delist_roster *rows = &change->part->rows[RUNS];
	const struct delist_roster_row *row = &change->row;
	uint64_t next = row->hi >> 48;
	uint64_t end = next + (UINT64_C(1) << (16 - row->bits));
	struct delist_roster_place place =
	    delist_roster_seek(rows, row->hi, 0, row->bits + 1);
	uint32_t code = change->kind == INSERT ? row->code : 0;
	struct delist_roster_row at;
	int error = DELIST_OK;

	if (change->kind == REMOVE && row->bits > 0 &&
	    delist_roster_cover(rows, &at, row->hi, 0, row->bits - 1))
		code = at.code;
	while (error == DELIST_OK && delist_roster_read(rows, &place, &at)) {
		uint64_t unit = at.hi >> 48;

		if (unit >= end)
			break;
		if (unit < next)
			continue;
		error = plan_one_answer(set, change, next, unit - next, code);
		next =
		    unit + (at.bits < 16 ? UINT64_C(1) << (16 - at.bits) : 1);
		if (error == DELIST_OK && at.bits > 16)
			error = delist_unit_plan_runs(set, change, at.hi);
	}
	if (error == DELIST_OK)
		error = plan_one_answer(set, change, next, end - next, code);
	return error;
}
