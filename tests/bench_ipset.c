/* SPDX-License-Identifier: ISC */
/*
 * bench_ipset - what a set costs: time, memory, change
 *
 * usage: bench_ipset [SCALE [SHAPE]]
 *
 * SCALE, 1 unless given, is what the number of prefixes and of updates is
 * multiplied by; SHAPE is one of ipset_data.h, else all.
 *
 * Times drift with the machine and its neighbours, so each round has a walk
 * through memory of the size of the set take turns with the lookups: a chase,
 * each step of which waits for the one before, and picks, which don't.  A
 * lookup that depends on the one before stands beside the chase, the others
 * beside the picks: their ratio is how many misses of the cache it is.
 *
 *	find		ns for each address, median of the rounds
 *	update		a prefix comes or goes; then memory, against that of
 *			a set which is built from what is then in it
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "ipset_data.h"

enum {
	ASKED = BENCH_STEPS,
	BATCH = 512,
	UPDATES = 10000000
};

static double scale = 1;

/* What is read so that the compiler can't know it, and what keeps results. */
static volatile uint32_t zero;
static volatile uint32_t sink;

/* ---- the machine ---- */

static void
print_machine(void)
{
	printf("machine   memory of     chase     picks, ns\n");
	for (size_t kib = 32; kib <= (size_t)1 << 19; kib *= 4) {
		struct bench_ring ring = bench_ring_of(kib << 10);
		double chased[BENCH_ROUNDS], picked[BENCH_ROUNDS];

		for (int i = 0; i < BENCH_ROUNDS; i++) {
			chased[i] = bench_chase(&ring);
			picked[i] = bench_picks(&ring);
		}
		printf("%15zu KiB %8.1f  %8.1f\n", kib, bench_median(chased),
		    bench_median(picked));
		free(ring.lines);
	}
}

/* ---- lookups ---- */

/* As the answer before may be part of the question, so it is waited for. */
static double
dependent(const struct delist_ipset *set, const struct data_queries *asked)
{
	double begun = bench_seconds();
	uint32_t tag = 0, mask = zero;

	for (size_t i = 0; i < asked->n; i++) {
		if (asked->six == NULL) {
			delist_ipset_find4(
			    set, &tag, asked->four[i] ^ (tag & mask));
		} else {
			uint8_t addr[16];

			memcpy(addr, asked->six[i], 16);
			addr[15] ^= (uint8_t)(tag & mask);
			addr[0] ^= (uint8_t)(tag & mask);
			delist_ipset_find6(set, &tag, addr);
		}
	}
	sink = tag;
	return (bench_seconds() - begun) / (double)asked->n * 1e9;
}

static double
independent(const struct delist_ipset *set, const struct data_queries *asked)
{
	double begun = bench_seconds();
	uint32_t sum = 0;

	for (size_t i = 0; i < asked->n; i++) {
		uint32_t tag = 0;

		if (asked->six == NULL)
			delist_ipset_find4(set, &tag, asked->four[i]);
		else
			delist_ipset_find6(set, &tag, asked->six[i]);
		sum += tag;
	}
	sink = sum;
	return (bench_seconds() - begun) / (double)asked->n * 1e9;
}

static double
batch(const struct delist_ipset *set, const struct data_queries *asked)
{
	double begun = bench_seconds();
	uint32_t tags[BATCH];

	for (size_t i = 0; i + BATCH <= asked->n; i += BATCH) {
		if (asked->six == NULL)
			delist_ipset_find4_batch(
			    set, tags, asked->four + i, BATCH);
		else
			delist_ipset_find6_batch(set, tags,
			    (const uint8_t(*)[16])(asked->six + i), BATCH);
		sink = tags[BATCH - 1];
	}
	return (bench_seconds() - begun) / (double)asked->n * 1e9;
}

static double
hits(const struct delist_ipset *set, const struct data_queries *asked)
{
	size_t n = 0;

	for (size_t i = 0; i < asked->n; i++) {
		uint32_t tag;

		n += asked->six == NULL
			 ? delist_ipset_find4(set, &tag, asked->four[i])
			 : delist_ipset_find6(set, &tag, asked->six[i]);
	}
	return 100.0 * (double)n / (double)asked->n;
}

static void
bench_find(const struct delist_ipset *set, const struct bench_ring *ring,
    const struct delist_ipset_entry *entries, size_t n, unsigned inside)
{
	struct data_queries asked = data_ask(entries, n, inside, ASKED);
	double t[5][BENCH_ROUNDS], m[5];

	for (int i = 0; i < BENCH_ROUNDS; i++) {
		t[0][i] = bench_chase(ring);
		t[1][i] = dependent(set, &asked);
		t[2][i] = bench_picks(ring);
		t[3][i] = independent(set, &asked);
		t[4][i] = batch(set, &asked);
	}
	for (int i = 0; i < 5; i++)
		m[i] = bench_median(t[i]);
	printf("  find, %3.0f %% hits   dependent %6.1f ns (%5.2f chases of"
	       " %5.1f)   independent %5.1f (%5.2f picks of %4.1f)"
	       "   batch %5.1f (%5.2f)\n",
	    hits(set, &asked), m[1], m[1] / m[0], m[0], m[3], m[3] / m[2], m[2],
	    m[4], m[4] / m[2]);
	data_forget(&asked);
}

/* ---- updates ---- */

/* Entries, of which some are in the set; half of them, in the long run. */
struct pool {
	struct delist_ipset *set;
	const struct delist_ipset_entry *entries;
	bool *in;
	size_t n;
	uint64_t state, again;
};

static void
update(struct pool *pool)
{
	size_t i = (size_t)(bench_draw(&pool->state) << 16 ^
			    bench_draw(&pool->state)) %
		   pool->n;
	const struct delist_ipset_entry *entry = &pool->entries[i];
	bool removed;
	int error;

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

struct beside {
	struct delist_ipset *set;
	struct data_queries asked;
	_Atomic bool stop;
	double found;
};

static void *
read_beside(void *arg)
{
	struct beside *beside = arg;
	struct delist_reader *reader;
	double begun = bench_seconds();
	uint64_t n = 0;

	bench_must(delist_reader_join(&reader, beside->set));
	for (size_t at = 0; !atomic_load(&beside->stop); n++) {
		struct data_queries some = beside->asked;

		some.n = 64;
		some.four += some.four != NULL ? at : 0;
		some.six += some.six != NULL ? at : 0;
		delist_reader_enter(reader);
		sink = (uint32_t)hits(beside->set, &some);
		delist_reader_exit(reader);
		at = (at + 64) % (beside->asked.n - 64);
	}
	delist_reader_leave(reader);
	beside->found = (double)n * 64 / (bench_seconds() - begun) / 1e6;
	return NULL;
}

static double
million_updates(struct pool *pool, size_t n)
{
	double begun = bench_seconds();

	for (size_t i = 0; i < n; i++)
		update(pool);
	return (double)n / (bench_seconds() - begun) / 1e6;
}

static void
bench_updates(struct pool *pool)
{
	size_t n = (size_t)(UPDATES * scale);
	struct beside beside = {.set = pool->set,
	    .asked = data_ask(pool->entries, pool->n, 50, ASKED)};
	double alone = million_updates(pool, n - n / 4), with;
	pthread_t thread;

	if (pthread_create(&thread, NULL, read_beside, &beside) != 0)
		bench_die("no thread");
	with = million_updates(pool, n / 4);
	atomic_store(&beside.stop, true);
	pthread_join(thread, NULL);
	printf("  update, %zu        %.2f M/s alone, %.2f with a reader (%.1f M"
	       " lookups/s, %llu times DELIST_EAGAIN)\n",
	    n, alone, with, beside.found, (unsigned long long)pool->again);
	data_forget(&beside.asked);
}

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

/* ---- one shape ---- */

static double
per_prefix(size_t bytes, const struct delist_ipset *set)
{
	return (double)bytes / (double)delist_ipset_count(set);
}

static void
bench_wear(const struct pool *pool)
{
	struct delist_ipset *fresh = fresh_of(pool);
	size_t worn = delist_ipset_memory(pool->set);
	size_t made = delist_ipset_memory(fresh);

	printf("  after them     %zu prefixes, %.2f B each; built anew %.2f:"
	       " %.2f times as much\n",
	    delist_ipset_count(pool->set), per_prefix(worn, pool->set),
	    per_prefix(made, fresh), (double)worn / (double)made);
	delist_ipset_free(fresh);
}

static void
bench_shape(enum data_shape shape)
{
	const struct data *data = &data_shapes[shape];
	size_t n = (size_t)((double)data->n * (scale < 1 ? scale : 1));
	/* the second half is not in the set at first */
	struct delist_ipset_entry *entries = data_entries(shape, 2 * n);
	struct pool pool = {.entries = entries, .n = 2 * n, .state = 1};
	struct bench_ring ring;
	double begun;

	bench_must(delist_ipset_new(&pool.set, NULL));
	begun = bench_seconds();
	bench_must(delist_ipset_build(pool.set, entries, n));
	printf("%s: %zu prefixes, built in %.3f s, %.2f B each\n", data->name,
	    delist_ipset_count(pool.set), bench_seconds() - begun,
	    per_prefix(delist_ipset_memory(pool.set), pool.set));
	ring = bench_ring_of(delist_ipset_memory(pool.set));
	for (unsigned inside = data->v6 ? 50 : 0; inside <= 100; inside += 50)
		bench_find(pool.set, &ring, entries, n, inside);
	free(ring.lines);
	pool.in = calloc(2 * n, sizeof *pool.in);
	if (pool.in == NULL)
		bench_die("no memory");
	memset(pool.in, true, n);
	bench_updates(&pool);
	bench_wear(&pool);
	free(pool.in);
	free(entries);
	delist_ipset_free(pool.set);
}

int
main(int argc, char **argv)
{
	scale = argc > 1 ? atof(argv[1]) : 1;
	if (scale <= 0 || argc > 3)
		bench_die("usage: bench_ipset [SCALE [SHAPE]]");
	print_machine();
	for (int shape = 0; shape < DATA_SHAPES; shape++)
		if (argc < 3 || strcmp(argv[2], data_shapes[shape].name) == 0)
			bench_shape((enum data_shape)shape);
	return 0;
}
