/* SPDX-License-Identifier: ISC */
/*
 * idmap.c - a hash table with linear probing
 *
 * An entry stands at the place of its hash or behind it, with no empty place
 * between.  A removal closes the gap: entries behind it move up unless they
 * would come before their own place.  So there are no tombstones, and the
 * table is at most three quarters full.
 */
#include "idmap.h"

#include <string.h>

#include <delist/error.h>

#include "alloc.h"
#include "bytes.h"

enum {
	PLACES_MIN = 16
};

void
delist_idmap_init(struct delist_idmap *map, const struct delist_alloc *alloc)
{
	*map = (struct delist_idmap){.alloc = *alloc};
}

void
delist_idmap_fini(struct delist_idmap *map)
{
	delist_alloc_release(
	    &map->alloc, map->entries, map->places, sizeof *map->entries);
	*map = (struct delist_idmap){.alloc = map->alloc};
}

static uint32_t
home(const struct delist_idmap *map, const uint8_t id[16])
{
	return delist_get_be32(id) & (map->places - 1);
}

/* Where the id is, or the empty place where it belongs. */
static uint32_t
find(const struct delist_idmap *map, const uint8_t id[16])
{
	uint32_t at = home(map, id);

	while (map->entries[at].used != 0 &&
	       memcmp(map->entries[at].id, id, 16) != 0)
		at = (at + 1) & (map->places - 1);
	return at;
}

void
delist_idmap_put(
    struct delist_idmap *map, const uint8_t id[16], uint32_t number)
{
	struct delist_idmap_entry *entry = &map->entries[find(map, id)];

	memcpy(entry->id, id, 16);
	entry->number = number;
	entry->used = 1;
	map->count++;
}

int
delist_idmap_reserve(struct delist_idmap *map)
{
	struct delist_idmap bigger = {.alloc = map->alloc};

	if (map->count < map->places / 4 * 3)
		return DELIST_OK;
	if (map->places > UINT32_MAX / 2)
		return DELIST_ENOMEM;
	bigger.places = map->places == 0 ? PLACES_MIN : 2 * map->places;
	bigger.entries = delist_alloc_zeroed(
	    &map->alloc, bigger.places, sizeof *bigger.entries);
	if (bigger.entries == NULL)
		return DELIST_ENOMEM;
	for (uint32_t i = 0; i < map->places; i++)
		if (map->entries[i].used != 0)
			delist_idmap_put(&bigger, map->entries[i].id,
			    map->entries[i].number);
	delist_idmap_fini(map);
	*map = bigger;
	return DELIST_OK;
}

bool
delist_idmap_get(
    const struct delist_idmap *map, uint32_t *number, const uint8_t id[16])
{
	const struct delist_idmap_entry *entry;

	if (map->places == 0)
		return false;
	entry = &map->entries[find(map, id)];
	if (entry->used != 0)
		*number = entry->number;
	return entry->used != 0;
}

void
delist_idmap_remove(struct delist_idmap *map, const uint8_t id[16])
{
	uint32_t mask = map->places - 1, gap, at;

	if (map->places == 0)
		return;
	gap = find(map, id);
	if (map->entries[gap].used == 0)
		return;
	map->count--;
	for (at = (gap + 1) & mask; map->entries[at].used != 0;
	     at = (at + 1) & mask) {
		uint32_t from = home(map, map->entries[at].id);

		/* Its place lies between the gap and itself: it stays. */
		if (((at - from) & mask) < ((at - gap) & mask))
			continue;
		map->entries[gap] = map->entries[at];
		gap = at;
	}
	memset(&map->entries[gap], 0, sizeof map->entries[gap]);
}
