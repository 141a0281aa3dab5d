/* SPDX-License-Identifier: ISC */
#include "support.h"

#include <stdlib.h>

#include "roster.h"

enum {
	MOST = 6000
};

/* The slow twin: an array in order. */
struct twin {
	struct delist_roster_row rows[MOST];
	size_t n;
};

static int
compare(const struct delist_roster_row *a, const struct delist_roster_row *b)
{
	if (a->hi != b->hi)
		return a->hi < b->hi ? -1 : 1;
	if (a->lo != b->lo)
		return a->lo < b->lo ? -1 : 1;
	return (int)a->bits - (int)b->bits;
}

static bool
covers(const struct delist_roster_row *row, uint64_t hi, uint64_t lo)
{
	if (row->bits == 0)
		return true;
	if (row->bits <= 64)
		return (row->hi ^ hi) >> (64 - row->bits) == 0;
	return row->hi == hi &&
	       (row->bits == 64 || (row->lo ^ lo) >> (128 - row->bits) == 0);
}

static struct delist_roster_row
some_row(struct support_random *random, unsigned key)
{
	struct delist_roster_row row = {
	    .hi = support_below(random, 64) << 58 |
		  support_below(random, 8) << (key <= 8 ? 64 - 8 * key : 0),
	    .lo = key > 8 ? support_below(random, 8) << 62 : 0,
	    .bits = (unsigned)support_below(random, 8 * key + 1),
	    .code = (uint32_t)support_below(random, 256)};

	if (row.bits < 64) {
		row.hi &= row.bits == 0 ? 0 : ~(~UINT64_C(0) >> row.bits);
		row.lo = 0;
	} else if (row.bits < 128) {
		row.lo &=
		    row.bits == 64 ? 0 : ~(~UINT64_C(0) >> (row.bits - 64));
	}
	return row;
}

static void
compare_all(const struct delist_roster *rows, const struct twin *twin)
{
	struct delist_roster_place place = {0, 0};
	struct delist_roster_row row;

	assert_int_equal(rows->count, twin->n);
	for (size_t i = 0; i < twin->n; i++) {
		assert_true(delist_roster_read(rows, &place, &row));
		assert_int_equal(compare(&row, &twin->rows[i]), 0);
		assert_int_equal(row.code, twin->rows[i].code);
	}
	assert_false(delist_roster_read(rows, &place, &row));
}

static void
compare_cover(const struct delist_roster *rows, const struct twin *twin,
    struct support_random *random)
{
	struct delist_roster_row at = some_row(random, rows->key), row;
	unsigned bits = (unsigned)support_below(random, 8 * rows->key + 1);
	const struct delist_roster_row *best = NULL;
	bool found;

	for (size_t i = 0; i < twin->n; i++)
		if (twin->rows[i].bits <= bits &&
		    covers(&twin->rows[i], at.hi, at.lo) &&
		    (best == NULL || twin->rows[i].bits > best->bits))
			best = &twin->rows[i];
	found = delist_roster_cover(rows, &row, at.hi, at.lo, bits);
	assert_int_equal(found, best != NULL);
	if (found)
		assert_int_equal(compare(&row, best), 0);
}

/* Replace from one row to another by some in between. */
static void
change(struct delist_roster *rows, const struct delist_alloc *alloc,
    struct twin *twin, struct support_random *random, size_t most)
{
	struct delist_roster_row from = some_row(random, rows->key), to = from;
	struct delist_roster_row fresh[400];
	uint8_t bytes[400 * DELIST_ROSTER_MAX];
	struct delist_roster_change plan;
	size_t n = support_below(random, most), kept = 0, low = 0, high,
	       size = 0;

	if (support_below(random, 4) == 0)
		to = some_row(random, rows->key);
	if (compare(&to, &from) < 0)
		to = from;
	for (size_t i = 0; i < n; i++) {
		struct delist_roster_row row = some_row(random, rows->key);
		size_t at = kept;

		if (compare(&row, &from) < 0 || compare(&row, &to) > 0)
			row = i % 2 == 0 ? from : to;
		while (at > 0 && compare(&fresh[at - 1], &row) > 0)
			at--;
		if (at > 0 && compare(&fresh[at - 1], &row) == 0)
			continue;
		memmove(
		    fresh + at + 1, fresh + at, (kept - at) * sizeof *fresh);
		fresh[at] = row;
		kept++;
	}
	for (size_t i = 0; i < kept; i++)
		size += delist_roster_write(rows, bytes + size, &fresh[i]);
	assert_true(
	    delist_roster_prepare(rows, alloc, &plan, &from, &to, bytes, kept));
	if (support_below(random, 5) == 0) {
		delist_roster_abandon(rows, alloc, &plan);
		return;
	}
	delist_roster_publish(rows, alloc, &plan);
	while (low < twin->n && compare(&twin->rows[low], &from) < 0)
		low++;
	for (high = low;
	     high < twin->n && compare(&twin->rows[high], &to) <= 0;)
		high++;
	assert_true(twin->n - (high - low) + kept <= MOST);
	memmove(twin->rows + low + kept, twin->rows + high,
	    (twin->n - high) * sizeof *twin->rows);
	memcpy(twin->rows + low, fresh, kept * sizeof *fresh);
	twin->n += kept - (high - low);
}

struct key_row {
	const char *name;
	unsigned key, width;
};

static const struct key_row key_rows[] = {
    {"3 bytes", 3, 1},
    {"4 bytes, wide", 4, 4},
    {"6 bytes", 6, 1},
    {"8 bytes, wide", 8, 4},
    {"16 bytes", 16, 1},
    {"16 bytes, wide", 16, 4},
};

static void
agrees_with_an_array(void **state)
{
	const struct key_row *key = *state;
	struct support_random random = {key->key};
	struct support_memory memory = {0};
	struct delist_alloc alloc = support_alloc(&memory);
	struct delist_roster rows = {.key = key->key, .width = key->width};
	struct twin *twin = calloc(1, sizeof *twin);
	struct delist_roster_row row;

	assert_non_null(twin);
	for (int i = 0; i < 4000; i++) {
		size_t most = i % 100 == 0 ? 400 : i % 1000 < 600 ? 3 : 1;

		change(&rows, &alloc, twin, &random, most);
		compare_cover(&rows, twin, &random);
		if (i % 50 == 0)
			compare_all(&rows, twin);
		if (twin->n == 0)
			continue;
		row = twin->rows[support_below(&random, twin->n)];
		assert_true(
		    delist_roster_get(&rows, &row, row.hi, row.lo, row.bits));
	}
	delist_roster_fini(&rows, &alloc);
	assert_int_equal(memory.blocks, 0);
	free(twin);
}

/* A chunk, an index, and the chunks of a change: each of them once. */
static void
everything(const struct delist_alloc *alloc, bool failing, void *arg)
{
	struct delist_roster rows = {.key = 4, .width = 1};
	struct delist_roster_change plan;
	uint8_t bytes[300 * DELIST_ROSTER_MAX];
	struct delist_roster_row from = {.bits = 0};
	struct delist_roster_row to = {UINT64_MAX, UINT64_MAX, 255, 0};
	size_t size = 0;

	(void)failing;
	(void)arg;
	for (uint64_t i = 0; i < 300; i++) {
		struct delist_roster_row row = {
		    .hi = i << 40, .bits = 32, .code = 1};

		size += delist_roster_write(&rows, bytes + size, &row);
	}
	for (size_t n = 1; n <= 300; n += 299) {
		size_t before = rows.count;

		if (delist_roster_prepare(
			&rows, alloc, &plan, &from, &to, bytes, n))
			delist_roster_publish(&rows, alloc, &plan);
		else
			assert_int_equal(rows.count, before);
	}
	delist_roster_fini(&rows, alloc);
}

static void
survives_without_memory(void **state)
{
	(void)state;
	support_sweep(everything, NULL);
}

int
main(void)
{
	ROWS(agrees_with_an_array, key_rows);
	TEST(survives_without_memory);
	return support_run("roster");
}
