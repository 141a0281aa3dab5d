/* SPDX-License-Identifier: ISC */
#ifndef LIB_PAINT_H
#define LIB_PAINT_H

#include <stddef.h>
#include <stdint.h>

/*
 * Nested ranges to steps
 *
 * Ranges come in order, each before those inside it; of ranges that overlap
 * one has the other.  Painted one over the other on a ground they leave steps:
 * from this start on, this code.
 *
 *	ground 0   ------------------------------------
 *	range 5         [                    ]
 *	range 7             [     ]
 *	steps      0:0  4:5 8:7   14:5        25:0
 */
struct delist_range {
	uint64_t start, last; /* both of them in it */
	uint32_t code;
};

struct delist_step {
	uint64_t start;
	uint32_t code;
};

/*
 * Write the steps, at most 2 n + 1, and return how many.  `last` is the end of
 * all.  No two steps next to each other have one code.  At most 66 ranges are
 * inside each other.
 */
size_t delist_paint(struct delist_step *steps,
    const struct delist_range *ranges, size_t n, uint32_t ground,
    uint64_t last);

#endif
