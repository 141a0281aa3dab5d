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
 *	image		what readers of the set touch, which is also the
 *			memory that the walks are through
 *	update		a prefix comes or goes; then memory, against that of
 *			a set which is built from what is then in it
 *
 * What it should come to, on a quiet machine: a build of ten million in 1.1 s;
 * 3 M/s updates with a reader; 12 bytes of each of bgp4 and 3 of hosts4 in the
 * whole set; after the updates 1.5 times a fresh set; 50 us to open an image.
 */
#include "bench_ipset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <delist/image.h>

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
	for (size_t kib = 32; kib <= 512 || (double)kib <= scale * (1 << 19);
	     kib *= 4) {
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

/* The same in the image of the set. */
static double
in_image(const struct delist_image *image, const struct data_queries *asked)
{
	double begun = bench_seconds();
	uint32_t sum = 0;

	for (size_t i = 0; i < asked->n; i++) {
		uint32_t tag = 0;

		if (asked->six == NULL)
			delist_image_find4(image, &tag, asked->four[i]);
		else
			delist_image_find6(image, &tag, asked->six[i]);
		sum += tag;
	}
	sink = sum;
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
bench_find(const struct delist_ipset *set, const struct delist_image *image,
    const struct bench_ring *ring, const struct data_queries *asked)
{
	double t[6][BENCH_ROUNDS], m[6];

	for (int i = 0; i < BENCH_ROUNDS; i++) {
		t[0][i] = bench_chase(ring);
		t[1][i] = dependent(set, asked);
		t[2][i] = bench_picks(ring);
		t[3][i] = independent(set, asked);
		t[4][i] = batch(set, asked);
		t[5][i] = in_image(image, asked);
	}
	for (int i = 0; i < 6; i++)
		m[i] = bench_median(t[i]);
	printf(
	    "  find, %3.0f %% hits  dependent %6.1f ns = %5.2f chases of %.1f,"
	    "  independent %5.1f = %5.2f picks of %.1f,"
	    "  batch %5.1f,  image %5.1f = %.2f of the set\n",
	    hits(set, asked), m[1], m[1] / m[0], m[0], m[3], m[3] / m[2], m[2],
	    m[4], m[5], m[5] / m[3]);
}

/* ---- one shape ---- */

/* The image is what readers touch, without what a set keeps beside it. */
static uint8_t *
image_of(const struct delist_ipset *set, struct delist_image **image)
{
	size_t len = delist_ipset_image_size(set);
	uint8_t *bytes = malloc(len);
	double begun = bench_seconds(), t[BENCH_ROUNDS];

	if (bytes == NULL)
		bench_die("no memory");
	bench_must(delist_ipset_image_write(set, bytes, len, &len));
	printf("  image  %9zu bytes   written in %.1f ms", len,
	    (bench_seconds() - begun) * 1e3);
	for (int i = 0; i < BENCH_ROUNDS; i++) {
		begun = bench_seconds();
		bench_must(delist_image_open(image, bytes, len, NULL));
		t[i] = bench_seconds() - begun;
		if (i < BENCH_ROUNDS - 1)
			delist_image_close(*image);
	}
	begun = bench_seconds();
	bench_must(delist_image_verify(*image));
	printf(", opened in %.2f us, verified in %.1f ms\n",
	    bench_median(t) * 1e6, (bench_seconds() - begun) * 1e3);
	return bytes;
}

static void
bench_finds(const struct delist_ipset *set, const struct bench_ring *ring,
    bool v6, const struct delist_ipset_entry *entries, size_t n)
{
	struct delist_image *image;
	uint8_t *bytes = image_of(set, &image);

	for (unsigned inside = v6 ? 50 : 0; inside <= 100; inside += 50) {
		struct data_queries asked = data_ask(entries, n, inside, ASKED);

		bench_find(set, image, ring, &asked);
		data_forget(&asked);
	}
	delist_image_close(image);
	free(bytes);
}

static void
bench_shape(enum data_shape shape)
{
	const struct data *data = &data_shapes[shape];
	size_t n = (size_t)((double)data->n * (scale < 1 ? scale : 1));
	/* the second half is not in the set at first */
	struct delist_ipset_entry *entries = data_entries(shape, 2 * n);
	struct delist_ipset *set;
	struct bench_ring ring;
	double begun, taken, count;

	bench_must(delist_ipset_new(&set, NULL));
	begun = bench_seconds();
	bench_must(delist_ipset_build(set, entries, n));
	taken = bench_seconds() - begun;
	count = (double)delist_ipset_count(set);
	printf("%s: %.0f prefixes, built in %.3f s;  of each, readers have %.2f"
	       " bytes, the whole set %.2f\n",
	    data->name, count, taken,
	    (double)delist_ipset_image_size(set) / count,
	    (double)delist_ipset_memory(set) / count);
	ring = bench_ring_of(delist_ipset_image_size(set));
	bench_finds(set, &ring, data->v6, entries, n);
	bench_updates(set, &ring, entries, 2 * n, (size_t)(UPDATES * scale));
	free(ring.lines);
	delist_ipset_free(set);
	free(entries);
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
