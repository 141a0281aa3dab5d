/* SPDX-License-Identifier: ISC */
#ifndef LIB_IDMAP_H
#define LIB_IDMAP_H

#include <stdbool.h>
#include <stdint.h>

#include <delist/alloc.h>

/*
 * Ids of 16 bytes, each with a number.  Ids are random or keyed hashes, so
 * nobody outside can choose them, and their first bytes are hash enough.
 */
struct delist_idmap_entry {
	uint8_t id[16];
	uint32_t number;
	uint32_t used; /* 0: an empty place */
};

struct delist_idmap {
	struct delist_alloc alloc;
	struct delist_idmap_entry *entries;
	uint32_t places; /* a power of two, or 0 */
	uint32_t count;
};

void delist_idmap_init(
    struct delist_idmap *map, const struct delist_alloc *alloc);
void delist_idmap_fini(struct delist_idmap *map);

/* Make sure that one more entry finds room; DELIST_ENOMEM. */
int delist_idmap_reserve(struct delist_idmap *map);

/* Put an id that is not in; there must be room. */
void delist_idmap_put(
    struct delist_idmap *map, const uint8_t id[16], uint32_t number);
bool delist_idmap_get(
    const struct delist_idmap *map, uint32_t *number, const uint8_t id[16]);
void delist_idmap_remove(struct delist_idmap *map, const uint8_t id[16]);

#endif
