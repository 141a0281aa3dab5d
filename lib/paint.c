/* SPDX-License-Identifier: ISC */
/*
 * paint.c - nested ranges to steps
 *
 * A stack holds the ranges that are open where the sweep stands.
 */
#include "paint.h"

enum {
	DEPTH = 67
};

struct sweep {
	struct delist_step *steps;
	size_t n;
};

/* A later step at one start replaces the earlier. */
static void
step(struct sweep *sweep, uint64_t start, uint32_t code)
{
	if (sweep->n > 0 && sweep->steps[sweep->n - 1].start == start)
		sweep->n--;
	if (sweep->n > 0 && sweep->steps[sweep->n - 1].code == code)
		return;
	sweep->steps[sweep->n++] = (struct delist_step){start, code};
}

size_t
delist_paint(struct delist_step *steps, const struct delist_range *ranges,
    size_t n, uint32_t ground, uint64_t last)
{
	struct delist_range open[DEPTH] = {{0, last, ground}};
	struct sweep sweep = {steps, 0};
	size_t top = 0;

	step(&sweep, 0, ground);
	for (size_t i = 0; i < n; i++) {
		for (; top > 0 && open[top].last < ranges[i].start; top--)
			step(&sweep, open[top].last + 1, open[top - 1].code);
		step(&sweep, ranges[i].start, ranges[i].code);
		open[++top] = ranges[i];
	}
	for (; top > 0 && open[top].last < last; top--)
		step(&sweep, open[top].last + 1, open[top - 1].code);
	return sweep.n;
}
