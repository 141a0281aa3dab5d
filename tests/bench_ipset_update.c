/* SPDX-License-Identifier: ISC */
/*
 * bench_ipset_update.c - changes of a set: how fast, and what they leave behind
 *
 * See bench_ipset.c.
 */
#define _GNU_SOURCE
#include "bench_ipset.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	AHEAD = 16,
	INSIDE = 64 /* lookups between enter and exit */
};

static volatile uint32_t sink;

/* Entries, of which some are in the set; half of them, in the long run. */
struct pool {
	struct delist_ipset *set;
	const struct delist_ipset_entry *entries;
	bool *in;
	size_t n;
	size_t next[AHEAD]; /* drawn, and on their way to the cache */
	uint64_t state, done, again;
};

static size_t
draw_entry(struct pool *pool)
{
	size_t i = (size_t)(bench_draw(&pool->state) << 16 ^
			    bench_draw(&pool->state)) %
		   pool->n;

	__builtin_prefetch(&pool->entries[i]);
	__builtin_prefetch(&pool->in[i]);
	return i;
}

static void
update(struct pool *pool)
{
	size_t *next = &pool->next[pool->done++ % AHEAD], i = *next;
	const struct delist_ipset_entry *entry = &pool->entries[i];
	bool removed;
	int error;

	*next = draw_entry(pool);
	do {
		error = pool->in[i] ? delist_ipset_remove(
					  pool->set, &removed, &entry->prefix)
				    : delist_ipset_insert(pool->set,
					  &entry->prefix, entry->tag);
		pool->again += error == DELIST_EAGAIN;
	} while (error == DELIST_EAGAIN && sched_yield() == 0);
	bench_must(error);
	pool->in[i] = !pool->in[i];
}

/* Millions of updates a second. */
static double
rate_of(struct pool *pool, size_t n)
{
	double begun = bench_seconds();

	for (size_t i = 0; i < n; i++)
		update(pool);
	return (double)n / (bench_seconds() - begun) / 1e6;
}

/* ---- a reader beside them ---- */

struct beside {
	struct delist_ipset *set;
	struct data_queries asked;
	_Atomic bool stop;
	double rate; /* millions of lookups a second */
};

static void
look_up(const struct beside *beside, size_t from, size_t to)
{
	uint32_t sum = 0, tag = 0;

	for (size_t i = from; i < to; i++) {
		if (beside->asked.six == NULL)
			delist_ipset_find4(
			    beside->set, &tag, beside->asked.four[i]);
		else
			delist_ipset_find6(
			    beside->set, &tag, beside->asked.six[i]);
		sum += tag;
	}
	sink = sum;
}

static void *
read_beside(void *arg)
{
	struct beside *beside = arg;
	struct delist_reader *reader;
	double begun = bench_seconds();
	uint64_t n = 0;

	bench_must(delist_reader_join(&reader, beside->set));
	for (; !atomic_load(&beside->stop); n += INSIDE) {
		size_t at = n % beside->asked.n;

		delist_reader_enter(reader);
		look_up(beside, at, at + INSIDE);
		delist_reader_exit(reader);
	}
	delist_reader_leave(reader);
	beside->rate = (double)n / (bench_seconds() - begun) / 1e6;
	return NULL;
}

/* The rate of updates with a reader; what this has is in *beside. */
static double
rate_beside(struct pool *pool, size_t n, struct beside *beside)
{
	pthread_t thread;
	double rate;

	if (pthread_create(&thread, NULL, read_beside, beside) != 0)
		bench_die("no thread");
	rate = rate_of(pool, n);
	atomic_store(&beside->stop, true);
	pthread_join(thread, NULL);
	return rate;
}

/* ---- what they leave behind ---- */

/* A set of what the pool has in its set now. */
static struct delist_ipset *
fresh_of(const struct pool *pool)
{
	struct delist_ipset_entry *in = calloc(pool->n, sizeof *in);
	struct delist_ipset *fresh;
	size_t n = 0;

	if (in == NULL)
		bench_die("no memory");
	for (size_t i = 0; i < pool->n; i++)
		if (pool->in[i])
			in[n++] = pool->entries[i];
	bench_must(delist_ipset_new(&fresh, NULL));
	bench_must(delist_ipset_build(fresh, in, n));
	free(in);
	return fresh;
}

static void
print_wear(const struct pool *pool)
{
	struct delist_ipset *fresh = fresh_of(pool);
	size_t worn = delist_ipset_memory(pool->set);
	size_t made = delist_ipset_memory(fresh);

	printf("  then %9zu prefixes   %6.2f B each, %.2f times those of a"
	       " fresh set\n",
	    delist_ipset_count(pool->set),
	    (double)worn / (double)delist_ipset_count(pool->set),
	    (double)worn / (double)made);
	delist_ipset_free(fresh);
}

void
bench_updates(struct delist_ipset *set, const struct bench_ring *ring,
    const struct delist_ipset_entry *entries, size_t n, size_t updates)
{
	struct pool pool = {.set = set,
	    .entries = entries,
	    .in = calloc(n, sizeof *pool.in),
	    .n = n};
	struct beside beside = {
	    .set = set, .asked = data_ask(entries, n, 50, BENCH_STEPS)};
	double alone, with, chased;

	if (pool.in == NULL)
		bench_die("no memory");
	memset(pool.in, true, n / 2);
	for (size_t i = 0; i < AHEAD; i++)
		pool.next[i] = draw_entry(&pool);
	chased = bench_chase(ring);
	alone = rate_of(&pool, updates - updates / 4);
	chased = (chased + bench_chase(ring)) / 2;
	with = rate_beside(&pool, updates / 4, &beside);
	printf("  update %9zu times  %6.2f M/s alone = %.1f chases of %.1f ns"
	       " each, %.2f with a reader (%.1f M lookups/s; %llu times"
	       " DELIST_EAGAIN)\n",
	    updates, alone, 1e3 / alone / chased, chased, with, beside.rate,
	    (unsigned long long)pool.again);
	print_wear(&pool);
	data_forget(&beside.asked);
	free(pool.in);
}
