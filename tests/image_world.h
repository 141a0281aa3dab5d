/* SPDX-License-Identifier: ISC */
#ifndef TESTS_IMAGE_WORLD_H
#define TESTS_IMAGE_WORLD_H

/*
 * Sets that have each kind of block, what is to be found in them, and images
 * of them that may be damaged and sealed again.
 */
#include <stddef.h>
#include <stdint.h>

#include "image.h"

enum {
	WORLD_SHAPES = 3
};

/* Prefixes of some lengths under some bases, in which they lie close. */
struct world_shape {
	bool v6;
	unsigned least, most; /* lengths */
	unsigned keep;	      /* bits of a base */
	unsigned bases, n, tags;
};

struct world_row {
	const char *name;
	struct world_shape shapes[WORLD_SHAPES];
};

enum {
	WORLD_ROWS = 12
};
extern const struct world_row world_rows[WORLD_ROWS];

struct world {
	struct delist_ipset_entry *entries;
	size_t n;
	struct delist_ipset *set;
	uint8_t *bytes; /* its image */
	size_t len;
};

/* Made by the row, the same on each machine; ends the process if it can't. */
void world_init(struct world *world, const struct world_row *row);
void world_fini(struct world *world);

/* Write the image again, of the set as it is now. */
void world_rewrite(struct world *world);

/* The tag of the longest prefix around the address, by looking at all. */
uint32_t world_slow(const struct world *world, const struct delist_addr *addr);

/* An address at the edge of a prefix, in one, or from anywhere. */
struct delist_addr world_ask(const struct world *world, uint64_t *state);

/* Make all sums of an image right; its header must be readable. */
void world_seal(uint8_t *bytes, size_t len);

uint64_t world_draw(uint64_t *state);

#endif
