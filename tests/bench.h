/* SPDX-License-Identifier: ISC */
#ifndef TESTS_BENCH_H
#define TESTS_BENCH_H

/*
 * What benches share: a clock, medians, and walks through memory of a given
 * size, beside which a figure of time can be read as misses of the cache.
 */
#include <stddef.h>
#include <stdint.h>

enum {
	BENCH_ROUNDS = 7,
	BENCH_STEPS = 1 << 19
};

/* Print why, and exit. */
void bench_die(const char *why);
void bench_must(int error);

double bench_seconds(void);

/* Repeatable random numbers of 32 bits. */
uint64_t bench_draw(uint64_t *state);

/* The values are sorted. */
double bench_median(double values[BENCH_ROUNDS]);

/* Lines in one ring: each begins with the number of the next. */
struct bench_ring {
	uint8_t *lines;
	uint32_t n;
};

/* A ring of so many bytes in random order; its lines are for free(). */
struct bench_ring bench_ring_of(size_t bytes);

/* Nanoseconds for a step of the ring, each of which waits for the last. */
double bench_chase(const struct bench_ring *ring);

/* The same for lines at random, none of which waits for another. */
double bench_picks(const struct bench_ring *ring);

#endif
