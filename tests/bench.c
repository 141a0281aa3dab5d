/* SPDX-License-Identifier: ISC */
/*
 * bench.c - clocks, and how fast the memory of the machine is
 *
 * See bench.h.
 */
#define _GNU_SOURCE
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <delist/error.h>

enum {
	LINE = 64
};

static volatile uint32_t sink;

void
bench_die(const char *what)
{
	fprintf(stderr, "%s\n", what);
	exit(1);
}

void
bench_must(int error)
{
	if (error != DELIST_OK)
		bench_die(delist_strerror(error));
}

double
bench_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

uint64_t
bench_draw(uint64_t *state)
{
	*state = *state * 6364136223846793005 + 1442695040888963407;
	return *state >> 32;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double
bench_median(double values[BENCH_ROUNDS])
{
	qsort(values, BENCH_ROUNDS, sizeof *values, by_value);
	return values[BENCH_ROUNDS / 2];
}

/* ---- the machine ---- */

static uint32_t
next_of(const struct bench_ring *ring, uint32_t at)
{
	uint32_t next;

	memcpy(&next, ring->lines + (size_t)at * LINE, sizeof next);
	return next;
}

struct bench_ring
bench_ring_of(size_t bytes)
{
	struct bench_ring ring = {.n = (uint32_t)(bytes / LINE) + 1};
	uint32_t *order = calloc(ring.n, sizeof *order);
	uint64_t state = 1;

	ring.lines = calloc(ring.n, LINE);
	if (order == NULL || ring.lines == NULL)
		bench_die("no memory");
	for (uint32_t i = 0; i < ring.n; i++) {
		uint32_t j = (uint32_t)(bench_draw(&state) % (i + 1));

		order[i] = order[j];
		order[j] = i;
	}
	for (uint32_t i = 0; i < ring.n; i++)
		memcpy(ring.lines + (size_t)order[i] * LINE,
		    &order[i + 1 < ring.n ? i + 1 : 0], sizeof *order);
	free(order);
	return ring;
}

double
bench_chase(const struct bench_ring *ring)
{
	double begun = bench_seconds();
	uint32_t at = 0;

	for (int i = 0; i < BENCH_STEPS; i++)
		at = next_of(ring, at);
	sink = at;
	return (bench_seconds() - begun) / BENCH_STEPS * 1e9;
}

double
bench_picks(const struct bench_ring *ring)
{
	double begun = bench_seconds();
	uint64_t state = 1;
	uint32_t sum = 0;

	for (int i = 0; i < BENCH_STEPS; i++)
		sum += next_of(
		    ring, (uint32_t)(bench_draw(&state) * ring->n >> 32));
	sink = sum;
	return (bench_seconds() - begun) / BENCH_STEPS * 1e9;
}
