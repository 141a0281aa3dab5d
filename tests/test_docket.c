/* SPDX-License-Identifier: ISC */
#include "support.h"

#include "alloc.h"
#include "docket.h"

enum {
	MANY = 3000,
	STEPS = 60000
};

static const uint8_t seed[16] = "a secret, or not";

struct bench {
	struct delist_alloc alloc;
	struct delist_epoch epoch;
	struct delist_docket docket;
};

static void
set_up(struct bench *bench, const struct delist_alloc *alloc)
{
	bench->alloc = *alloc;
	delist_epoch_init(&bench->epoch);
	delist_docket_init(&bench->docket, alloc, &bench->epoch, seed);
}

static void
tear_down(struct bench *bench)
{
	delist_docket_fini(&bench->docket);
	delist_epoch_fini(&bench->epoch, &bench->alloc);
}

/* ---- a slow twin ---- */

struct twin {
	struct delist_docket_entry at[MANY];
	size_t n;
};

static struct delist_docket_entry *
twin_find(struct twin *twin, int kind, const struct delist_prefix *prefix)
{
	for (size_t i = 0; i < twin->n; i++)
		if (twin->at[i].kind == kind &&
		    delist_prefix_compare(&twin->at[i].prefix, prefix) == 0)
			return &twin->at[i];
	return NULL;
}

static bool
twin_is_live(const struct delist_docket_entry *entry, int64_t now_s)
{
	int64_t until_s = delist_docket_until_s(entry);

	return until_s == INT64_MAX || now_s < until_s;
}

static const struct delist_docket_entry *
twin_live(const struct twin *twin, int kind, const struct delist_addr *addr,
    int at_least, int at_most, int64_t now_s)
{
	const struct delist_docket_entry *best = NULL;

	for (size_t i = 0; i < twin->n; i++) {
		const struct delist_docket_entry *entry = &twin->at[i];

		if (entry->kind == kind && entry->prefix.bits >= at_least &&
		    entry->prefix.bits <= at_most &&
		    delist_prefix_has(&entry->prefix, addr) &&
		    twin_is_live(entry, now_s) &&
		    (best == NULL || entry->prefix.bits > best->prefix.bits))
			best = entry;
	}
	return best;
}

static void
twin_put(struct twin *twin, const struct delist_docket_entry *entry, bool gone)
{
	struct delist_docket_entry *was =
	    twin_find(twin, entry->kind, &entry->prefix);

	if (was == NULL && !gone) {
		assert_true(twin->n < MANY);
		twin->at[twin->n++] = *entry;
	} else if (was != NULL) {
		*was = gone ? twin->at[--twin->n] : *entry;
	}
}

static void
assert_same(const struct delist_docket_entry *got,
    const struct delist_docket_entry *want)
{
	assert_int_equal(delist_prefix_compare(&got->prefix, &want->prefix), 0);
	assert_int_equal(got->kind, want->kind);
	assert_int_equal(got->state, want->state);
	assert_int_equal(got->life, want->life);
	assert_int_equal(got->code, want->code);
	assert_true(got->due_s == want->due_s);
}

/* ---- random entries, aimed at the edges of lengths ---- */

static struct delist_addr
random_addr(struct support_random *random)
{
	uint8_t bytes[16] = {0x20, 0x01};

	if (support_below(random, 2) == 0)
		return delist_addr_from4(
		    (uint32_t)(support_below(random, 3) << 31 |
			       support_below(random, 4) << 8 |
			       support_below(random, 4)));
	bytes[7] = (uint8_t)support_below(random, 3);
	bytes[8] = (uint8_t)(support_below(random, 2) << 7);
	bytes[15] = (uint8_t)support_below(random, 4);
	return delist_addr_from6(bytes);
}

static struct delist_prefix
random_prefix(struct support_random *random)
{
	static const unsigned bits4[] = {0, 1, 8, 24, 31, 32};
	static const unsigned bits6[] = {0, 1, 63, 64, 65, 127, 128};
	struct delist_addr addr = random_addr(random);

	if (addr.family == DELIST_INET4)
		return delist_prefix_of(
		    &addr, bits4[support_below(random, COUNT(bits4))]);
	return delist_prefix_of(
	    &addr, bits6[support_below(random, COUNT(bits6))]);
}

static int64_t
random_time(struct support_random *random)
{
	static const int64_t ends[] = {
	    INT64_MIN, INT64_MIN + 1, -1, 0, INT64_MAX - 1, INT64_MAX};

	if (support_below(random, 8) == 0)
		return ends[support_below(random, COUNT(ends))];
	return (int64_t)support_below(random, 1000);
}

static struct delist_docket_entry
random_entry(struct support_random *random)
{
	return (struct delist_docket_entry){
	    .prefix = random_prefix(random),
	    .kind = (uint8_t)support_below(random, DELIST_DOCKET_KINDS),
	    .state = (uint8_t)support_below(random, DELIST_DOCKET_STATES),
	    .life = (uint8_t)support_below(random, 3),
	    .code = (uint16_t)(511 + support_below(random, 139)),
	    .due_s = random_time(random),
	};
}

/* ---- like its twin ---- */

static void
compare_live(const struct bench *bench, const struct twin *twin,
    struct support_random *random)
{
	struct delist_addr addr = random_addr(random);
	int kind = (int)support_below(random, DELIST_DOCKET_KINDS);
	int at_least = (int)support_below(random, 3) * 31;
	int at_most = 128 - (int)support_below(random, 3) * 64;
	int64_t now_s = random_time(random);
	const struct delist_docket_entry *want =
	    twin_live(twin, kind, &addr, at_least, at_most, now_s);
	struct delist_docket_entry got;
	bool found = delist_docket_live(
	    &bench->docket, &got, kind, &addr, at_least, at_most, now_s);

	assert_int_equal(found, want != NULL);
	if (found)
		assert_same(&got, want);
}

static void
compare_counts(const struct bench *bench, const struct twin *twin)
{
	uint64_t want[DELIST_DOCKET_KINDS][DELIST_DOCKET_STATES] = {{0}};

	for (size_t i = 0; i < twin->n; i++)
		want[twin->at[i].kind][twin->at[i].state]++;
	assert_memory_equal(bench->docket.count_of, want, sizeof want);
}

static int64_t
first_due_s(const struct twin *twin)
{
	int64_t first_s = INT64_MAX;

	for (size_t i = 0; i < twin->n; i++)
		if (twin->at[i].due_s < first_s)
			first_s = twin->at[i].due_s;
	return first_s;
}

/* Two changes in one, as a call of the service makes them. */
static void
change(struct bench *bench, struct twin *twin, struct support_random *random,
    bool growing)
{
	struct delist_docket_entry entries[2];
	bool gone[2], publish = support_below(random, 8) != 0;
	size_t n = 1 + support_below(random, 2);

	for (size_t i = 0; i < n; i++) {
		entries[i] = random_entry(random);
		gone[i] = support_below(random, 4) < (growing ? 1 : 3);
	}
	if (n == 2 && entries[0].kind == entries[1].kind &&
	    delist_prefix_compare(&entries[0].prefix, &entries[1].prefix) == 0)
		n = 1;
	for (size_t i = 0; i < n; i++)
		assert_int_equal(
		    delist_docket_prepare(&bench->docket, &entries[i], gone[i]),
		    0);
	if (!publish) {
		delist_docket_abandon(&bench->docket);
		return;
	}
	delist_docket_publish(&bench->docket);
	for (size_t i = 0; i < n; i++)
		twin_put(twin, &entries[i], gone[i]);
}

static void
take_one(struct bench *bench, struct twin *twin, struct support_random *random)
{
	int64_t first_s = first_due_s(twin);
	struct delist_docket_entry entry;
	uint32_t number = delist_docket_take_due(&bench->docket);

	assert_int_equal(number != 0, first_s != INT64_MAX);
	if (number == 0)
		return;
	assert_true(delist_docket_taken(&bench->docket, &entry, number));
	assert_true(entry.due_s == first_s);
	if (support_below(random, 2) == 0) {
		delist_docket_put_back(&bench->docket, number);
		assert_false(
		    delist_docket_taken(&bench->docket, &entry, number));
		return;
	}
	/* It is changed, and so in order again, or gone. */
	entry.due_s = random_time(random);
	assert_int_equal(
	    delist_docket_prepare(&bench->docket, &entry, entry.due_s < 500),
	    0);
	delist_docket_publish(&bench->docket);
	assert_false(delist_docket_taken(&bench->docket, &entry, number));
	twin_put(twin, &entry, entry.due_s < 500);
}

static void
like_its_twin(void **state)
{
	static struct twin twin;
	struct support_memory memory = {0};
	struct delist_alloc alloc = support_alloc(&memory);
	struct support_random random = {7};
	struct bench bench;

	(void)state;
	twin.n = 0;
	set_up(&bench, &alloc);
	for (int step = 0; step < STEPS; step++) {
		struct delist_docket_entry entry = random_entry(&random), got;
		const struct delist_docket_entry *want =
		    twin_find(&twin, entry.kind, &entry.prefix);

		assert_int_equal(delist_docket_get(&bench.docket, &got,
				     entry.kind, &entry.prefix),
		    want != NULL);
		if (want != NULL)
			assert_same(&got, want);
		compare_live(&bench, &twin, &random);
		change(&bench, &twin, &random, step / 10000 % 2 == 0);
		if (step % 4 == 0)
			take_one(&bench, &twin, &random);
		assert_int_equal(bench.docket.count, twin.n);
		compare_counts(&bench, &twin);
		assert_true(delist_docket_next_due(&bench.docket) ==
			    first_due_s(&twin));
	}
	tear_down(&bench);
	assert_int_equal(memory.blocks, 0);
}

/* All at once is as one by one, and goes on as they do. */
static void
loads(void **state)
{
	static struct twin twin;
	struct support_memory memory = {0};
	struct delist_alloc alloc = support_alloc(&memory);
	struct support_random random = {11};
	struct bench bench;

	(void)state;
	for (int round = 0; round < 30; round++) {
		twin.n = 0;
		set_up(&bench, &alloc);
		for (int i = 0; i < round * 20; i++) {
			struct delist_docket_entry entry =
			    random_entry(&random);

			if (twin_find(&twin, entry.kind, &entry.prefix) != NULL)
				continue;
			assert_int_equal(
			    delist_docket_load(&bench.docket, &entry), 0);
			twin_put(&twin, &entry, false);
		}
		assert_int_equal(delist_docket_loaded(&bench.docket), 0);
		for (int i = 0; i < 200; i++) {
			compare_live(&bench, &twin, &random);
			change(&bench, &twin, &random, true);
			take_one(&bench, &twin, &random);
			assert_true(delist_docket_next_due(&bench.docket) ==
				    first_due_s(&twin));
		}
		tear_down(&bench);
		assert_int_equal(memory.blocks, 0);
	}
}

static void
refuses_one_twice(void **state)
{
	struct delist_alloc alloc = delist_alloc_or_libc(NULL);
	struct support_random random = {1};
	struct delist_docket_entry entry = random_entry(&random);
	struct bench bench;

	(void)state;
	set_up(&bench, &alloc);
	assert_int_equal(delist_docket_load(&bench.docket, &entry), 0);
	assert_int_equal(delist_docket_load(&bench.docket, &entry), 0);
	assert_int_equal(delist_docket_loaded(&bench.docket), DELIST_ECORRUPT);
	tear_down(&bench);
}

static void
no_address_is_nobody(void **state)
{
	struct delist_alloc alloc = delist_alloc_or_libc(NULL);
	struct delist_addr nobody = {DELIST_NOADDR, {0}};
	struct delist_docket_entry entry = {.life = DELIST_DOCKET_IMMORTAL,
	    .code = 606,
	    .prefix = {{DELIST_INET4, {0}}, 0}};
	struct bench bench;

	(void)state;
	set_up(&bench, &alloc);
	assert_int_equal(
	    delist_docket_prepare(&bench.docket, &entry, false), 0);
	delist_docket_publish(&bench.docket);
	assert_false(
	    delist_docket_live(&bench.docket, &entry, 0, &nobody, 0, 128, 0));
	tear_down(&bench);
}

/* ---- many, and a reader that stays ---- */

static struct delist_docket_entry
numbered(uint32_t number)
{
	struct delist_addr addr = delist_addr_from4(number * 2654435761u);

	return (struct delist_docket_entry){
	    .prefix = delist_prefix_of(&addr, 32),
	    .life = DELIST_DOCKET_MORTAL,
	    .code = 606,
	    .due_s = number,
	};
}

static void
put(struct bench *bench, uint32_t number)
{
	struct delist_docket_entry entry = numbered(number);

	assert_int_equal(
	    delist_docket_prepare(&bench->docket, &entry, false), 0);
	delist_docket_publish(&bench->docket);
}

/* Over several chunks; then each is due in its turn. */
static void
keeps_many(void **state)
{
	enum {
		N = 3 * DELIST_DOCKET_CHUNK + 5
	};
	struct support_memory memory = {0};
	struct delist_alloc alloc = support_alloc(&memory);
	struct delist_docket_entry entry;
	struct bench bench;

	(void)state;
	set_up(&bench, &alloc);
	for (uint32_t i = 0; i < N; i++)
		put(&bench, (uint32_t)(i * UINT64_C(7919) % N));
	assert_in_range(memory.bytes, N * 44, N * 70);
	for (uint32_t i = 0; i < N; i++) {
		entry = numbered(i);
		assert_true(
		    delist_docket_get(&bench.docket, &entry, 0, &entry.prefix));
		assert_int_equal(entry.due_s, i);
	}
	for (uint32_t i = 0; i < N; i++) {
		uint32_t number = delist_docket_take_due(&bench.docket);

		assert_true(delist_docket_taken(&bench.docket, &entry, number));
		assert_int_equal(entry.due_s, i);
		assert_int_equal(
		    delist_docket_prepare(&bench.docket, &entry, true), 0);
		delist_docket_publish(&bench.docket);
	}
	assert_int_equal(bench.docket.count, 0);
	tear_down(&bench);
	assert_int_equal(memory.blocks, 0);
}

/* What it may see is kept for it, up to a bound; then changes wait. */
static void
waits_for_readers(void **state)
{
	struct delist_alloc alloc = delist_alloc_or_libc(NULL);
	struct delist_docket_entry entry = numbered(1);
	struct delist_reader *reader;
	struct bench bench;
	int result = DELIST_OK;

	(void)state;
	set_up(&bench, &alloc);
	reader = delist_epoch_join(&bench.epoch, &alloc);
	assert_non_null(reader);
	put(&bench, 1);
	atomic_store(&reader->inside, atomic_load(&bench.epoch.now));
	for (int i = 0; i < 5000 && result == DELIST_OK; i++) {
		result = delist_docket_prepare(&bench.docket, &entry, false);
		if (result == DELIST_OK)
			delist_docket_publish(&bench.docket);
		/* Its slot is not one that was there when the reader came. */
		assert_int_equal(bench.docket.spare, 0);
	}
	assert_int_equal(result, DELIST_EAGAIN);
	assert_in_range(delist_limbo_count(&bench.docket.limbo), 4000, 4200);
	atomic_store(&reader->inside, 0);
	put(&bench, 1);
	assert_int_equal(delist_limbo_count(&bench.docket.limbo), 0);
	tear_down(&bench);
}

/* ---- out of memory ---- */

static void
out_of_memory(const struct delist_alloc *alloc, bool failing, void *arg)
{
	struct bench bench;
	uint32_t count = 0;

	(void)arg;
	set_up(&bench, alloc);
	for (uint32_t i = 0; i < 200; i++) {
		struct delist_docket_entry entry = numbered(i), found;
		int result =
		    delist_docket_prepare(&bench.docket, &entry, false);

		assert_true(result == DELIST_OK ||
			    (failing && result == DELIST_ENOMEM));
		if (result == DELIST_OK)
			delist_docket_publish(&bench.docket);
		else
			delist_docket_abandon(&bench.docket);
		count += result == DELIST_OK;
		assert_int_equal(bench.docket.count, count);
		assert_int_equal(
		    delist_docket_get(&bench.docket, &found, 0, &entry.prefix),
		    result == DELIST_OK);
	}
	tear_down(&bench);
}

static void
out_of_memory_at_load(const struct delist_alloc *alloc, bool failing, void *arg)
{
	struct bench bench;
	int result = DELIST_OK;

	(void)arg;
	set_up(&bench, alloc);
	for (uint32_t i = 0; i < 100 && result == DELIST_OK; i++) {
		struct delist_docket_entry entry = numbered(i);

		result = delist_docket_load(&bench.docket, &entry);
	}
	if (result == DELIST_OK)
		result = delist_docket_loaded(&bench.docket);
	assert_true(
	    result == DELIST_OK || (failing && result == DELIST_ENOMEM));
	tear_down(&bench);
}

static void
survives_without_memory(void **state)
{
	(void)state;
	support_sweep(out_of_memory, NULL);
	support_sweep(out_of_memory_at_load, NULL);
}

int
main(void)
{
	TEST(like_its_twin);
	TEST(loads);
	TEST(refuses_one_twice);
	TEST(no_address_is_nobody);
	TEST(keeps_many);
	TEST(waits_for_readers);
	TEST(survives_without_memory);
	return support_run("docket");
}
