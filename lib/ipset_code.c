/* SPDX-License-Identifier: ISC */
/*
 * ipset_code.c - tags and the codes that stand for them
 *
 * A code of one byte is a place in the family's tags.  It may get another tag
 * once no prefix has it and no reader can have seen it.
 */
#include "ipset.h"

/* A code that nobody uses, and that no reader can still have seen. */
static uint32_t
free_code(struct delist_ipset *set, struct delist_part *part)
{
	uint64_t oldest = delist_epoch_oldest(set->epoch);

	for (uint32_t code = 1; code < CODES; code++)
		if (part->uses[code] == 0 && part->freed[code] < oldest)
			return code;
	return 0;
}

uint32_t
delist_part_code(
    struct delist_ipset *set, struct delist_part *part, uint32_t tag)
{
	uint32_t code;

	if (part->width != 1)
		return tag + 1;
	for (code = 1; code < CODES; code++)
		if (part->uses[code] != 0 &&
		    delist_le32(part->tags + 4 * (size_t)code) == tag)
			return code;
	code = free_code(set, part);
	if (code != 0)
		delist_le32_put(part->tags + 4 * (size_t)code, tag);
	return code;
}

void
delist_part_count_use(struct delist_ipset *set, struct delist_part *part,
    uint32_t code, bool more)
{
	if (part->width != 1 || code == 0)
		return;
	part->uses[code] += more ? 1u : UINT32_MAX;
	if (part->uses[code] == 0)
		part->freed[code] = atomic_load_explicit(
		    &set->epoch->now, memory_order_relaxed);
}
