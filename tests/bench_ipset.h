/* SPDX-License-Identifier: ISC */
#ifndef TESTS_BENCH_IPSET_H
#define TESTS_BENCH_IPSET_H

#include "bench.h"
#include "ipset_data.h"

/*
 * Change the set, which has the first half of the n entries, `updates` times;
 * print how fast that was, also in chases of the ring, and how much memory it
 * took in the end.
 */
void bench_updates(struct delist_ipset *set, const struct bench_ring *ring,
    const struct delist_ipset_entry *entries, size_t n, size_t updates);

#endif
