/* SPDX-License-Identifier: ISC */
/*
 * Random operations on a set and on a slow twin, which is a plain table of
 * prefixes that is asked for each length in turn.  Every lookup is made on
 * every path that the machine has.
 *
 *	DELIST_CASES=5000000 test_ipset_model	so many operations
 */
#include "support.h"

#include <stdlib.h>

#include "ipset.h"

#define NONE DELIST_IPSET_NONE

enum {
	SLOTS = 1 << 15,
	MOST = SLOTS / 2,
	PERIOD = 20000, /* operations from empty to empty */
	CHECKS = 4	/* whole comparisons in it */
};

/* ---- the slow twin ---- */

struct slot {
	struct delist_ipset_entry entry;
	bool taken, used;
};

struct twin {
	struct slot slots[SLOTS];
	size_t n, used;
};

static size_t
hash(const struct delist_prefix *prefix)
{
	uint64_t sum = (uint64_t)prefix->addr.family << 8 | prefix->bits;

	for (size_t i = 0; i < 16; i++)
		sum = (sum ^ prefix->addr.bytes[i]) * 0x100000001b3;
	return (size_t)(sum ^ sum >> 29) % SLOTS;
}

static struct slot *
twin_get(struct twin *twin, const struct delist_prefix *prefix)
{
	for (size_t i = hash(prefix); twin->slots[i].used; i = (i + 1) % SLOTS)
		if (twin->slots[i].taken &&
		    delist_prefix_compare(
			&twin->slots[i].entry.prefix, prefix) == 0)
			return &twin->slots[i];
	return NULL;
}

static void
twin_put(struct twin *twin, const struct delist_prefix *prefix, uint32_t tag)
{
	struct slot *slot = twin_get(twin, prefix);
	size_t i = hash(prefix);

	if (slot != NULL) {
		slot->entry.tag = tag;
		return;
	}
	while (twin->slots[i].taken)
		i = (i + 1) % SLOTS;
	twin->used += !twin->slots[i].used;
	twin->slots[i] = (struct slot){{*prefix, tag}, true, true};
	twin->n++;
}

/* Slots once used are so until a walk would be too long. */
static void
twin_clean(struct twin *twin)
{
	static struct slot old[SLOTS];

	memcpy(old, twin->slots, sizeof old);
	memset(twin, 0, sizeof *twin);
	for (size_t i = 0; i < SLOTS; i++)
		if (old[i].taken)
			twin_put(twin, &old[i].entry.prefix, old[i].entry.tag);
}

static bool
twin_take(struct twin *twin, const struct delist_prefix *prefix)
{
	struct slot *slot = twin_get(twin, prefix);

	if (slot == NULL)
		return false;
	slot->taken = false;
	twin->n--;
	if (twin->used > SLOTS * 3 / 4)
		twin_clean(twin);
	return true;
}

static const struct delist_ipset_entry *
twin_cover(struct twin *twin, const struct delist_addr *addr)
{
	unsigned most = addr->family == DELIST_INET4 ? 32 : 128;

	for (unsigned bits = most + 1; bits-- > 0;) {
		struct delist_prefix prefix = delist_prefix_of(addr, bits);
		struct slot *slot = twin_get(twin, &prefix);

		if (slot != NULL)
			return &slot->entry;
	}
	return NULL;
}

/* ---- worlds: where prefixes lie, how long they are, how many tags ---- */

struct world {
	const char *name;
	bool v6;
	uint8_t base[16]; /* what addresses have in common ... */
	uint8_t mask[16]; /* ... but for these bits */
	uint8_t lengths[12];
	unsigned short_of; /* one in so many is of any length */
	uint32_t tags;	   /* 0: one of its own for each */
	unsigned most;	   /* prefixes */
};

#define EVERYWHERE                                                          \
	{                                                                   \
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, \
		    0xff, 0xff, 0xff, 0xff, 0xff, 0xff                      \
	}

/* clang-format off */
static const struct world worlds[] = {
	{"IPv4, crowded", false, {0}, {0xc3, 0, 0x81, 0x83},
	    {0, 1, 2, 7, 8, 9, 16, 24, 25, 30, 31, 32}, 4, 3, 400},
	{"IPv4, crowded, many tags", false, {0}, {0xc3, 0, 0x81, 0x83},
	    {8, 9, 15, 16, 17, 23, 24, 25, 30, 31, 32, 32}, 200, 1000, 400},
	{"IPv4, hosts of one /16", false, {192, 0}, {0, 0, 0xff, 0xff},
	    {32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32}, 500, 1, 12000},
	{"IPv4, hosts in few /24s", false, {192, 0}, {0, 0, 0x0f, 0xff},
	    {32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 31, 30}, 100, 1, 3000},
	{"IPv4, hosts of some tags", false, {192, 0}, {0, 3, 0x7f, 0xff},
	    {32, 32, 32, 32, 32, 31, 30, 29, 28, 27, 26, 25}, 50, 7, 2000},
	{"IPv4, hosts, a tag each", false, {192, 0}, {0, 3, 0x7f, 0xff},
	    {32, 32, 32, 32, 32, 32, 32, 32, 32, 28, 24, 22}, 500, 0, 2000},
	{"IPv4, routes", false, {64}, {0x0f, 0xff, 0xff, 0},
	    {24, 24, 24, 23, 22, 21, 20, 19, 18, 17, 16, 14}, 500, 200, 8000},
	{"IPv4, everywhere", false, {0}, EVERYWHERE,
	    {32, 32, 32, 31, 29, 28, 24, 24, 24, 22, 20, 16}, 500, 100, 8000},
	{"IPv4, 250 to 260 tags", false, {10}, {0, 7, 0xff, 0xff},
	    {32, 32, 24, 24, 24, 24, 25, 26, 27, 28, 23, 22}, 500, 260, 400},
	{"IPv6, crowded", true, {0x20}, {0xc1, 0, 1, 0, 0, 1, 1, 3, 0x81, 0,
	    0, 0, 0, 0, 0, 3}, {0, 1, 8, 24, 25, 32, 48, 49, 64, 65, 127, 128},
	    4, 3, 400},
	{"IPv6, crowded, many tags", true, {0x20}, {1, 0, 1, 1, 0x81, 1, 1, 3,
	    0x81, 0, 0, 0, 0, 0, 0, 3},
	    {20, 24, 25, 32, 40, 48, 49, 64, 65, 96, 127, 128}, 100, 1000,
	    400},
	{"IPv6, /64s of one /48", true, {0x20, 1, 13, 184, 0, 7},
	    {0, 0, 0, 0, 0, 0, 0xff, 0xff},
	    {64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 63, 48}, 500, 1, 9000},
	{"IPv6, /64s, a tag each", true, {0x20, 1, 13, 184, 0, 7},
	    {0, 0, 0, 0, 0, 3, 0xff, 0xff},
	    {64, 64, 64, 64, 64, 64, 64, 64, 62, 60, 56, 52}, 500, 0, 2000},
	{"IPv6, /48s of one /32", true, {0x20, 1, 13, 184},
	    {0, 0, 0, 0, 0xff, 0xff},
	    {48, 48, 48, 48, 48, 47, 46, 44, 40, 36, 33, 32}, 500, 50, 9000},
	{"IPv6, longer than /64", true, {0x20, 1, 13, 184},
	    {0, 0, 0, 0, 0, 1, 0, 3, 0xc0, 0, 0, 0, 0, 0, 0, 0xff},
	    {128, 128, 128, 128, 127, 126, 120, 96, 80, 66, 65, 64}, 500, 9,
	    3000},
	{"IPv6, routes", true, {0x20}, {0x0f, 0x0f, 0xff, 0xff, 0xff, 0xff},
	    {48, 48, 48, 48, 44, 40, 36, 32, 32, 29, 28, 24}, 500, 200, 8000},
	{"IPv6, /32s, and shorter around them", true, {0x20, 1},
	    {0, 0, 0x07, 0xff}, {32, 32, 32, 32, 32, 32, 32, 32, 31, 30, 28,
	    25}, 5000, 3, 500},
	{"IPv6, everywhere", true, {0}, EVERYWHERE,
	    {128, 64, 64, 64, 56, 48, 48, 48, 40, 32, 29, 24}, 500, 0, 6000},
};
/* clang-format on */

static struct delist_addr
some_addr(const struct world *world, struct support_random *random)
{
	uint64_t hi = support_random(random), lo = support_random(random);
	uint8_t bytes[16];

	for (size_t i = 0; i < 16; i++)
		bytes[i] = (uint8_t)((uint8_t)((i < 8 ? hi : lo) >> i % 8 * 8) &
				     world->mask[i]) |
			   world->base[i];
	if (world->v6)
		return delist_addr_from6(bytes);
	return delist_addr_from4((uint32_t)bytes[0] << 24 |
				 (uint32_t)bytes[1] << 16 |
				 (uint32_t)bytes[2] << 8 | bytes[3]);
}

static struct delist_prefix
some_prefix(const struct world *world, struct support_random *random)
{
	struct delist_addr addr = some_addr(world, random);
	unsigned most = addr.family == DELIST_INET4 ? 32 : 128;
	unsigned bits =
	    world->lengths[support_below(random, COUNT(world->lengths))];

	if (support_below(random, world->short_of) == 0)
		bits = (unsigned)support_below(random, most + 1);
	return delist_prefix_of(&addr, bits < most ? bits : most);
}

/* ---- one run ---- */

struct run {
	const struct world *world;
	struct support_random random;
	struct support_memory memory;
	struct delist_alloc alloc;
	struct delist_ipset *set;
	struct twin *twin;
	uint32_t next_tag;
	size_t empty;
};

static uint32_t
find_on(struct run *run, unsigned path, const struct delist_addr *addr)
{
	uint32_t tag = NONE;
	bool found;

	run->set->path = delist_path_of(path);
	found = delist_ipset_find(run->set, &tag, addr);
	assert_int_equal(found, tag != NONE);
	return tag;
}

static void
check_find(struct run *run, const struct delist_addr *addr)
{
	const struct delist_ipset_entry *want = twin_cover(run->twin, addr);
	struct delist_prefix prefix;
	uint32_t tag = NONE;

	for (unsigned path = 0; path < DELIST_PATHS; path++)
		if (delist_path_of(path) != NULL)
			assert_int_equal(find_on(run, path, addr),
			    want != NULL ? want->tag : NONE);
	assert_int_equal(
	    delist_ipset_cover(run->set, &prefix, &tag, addr), want != NULL);
	if (want != NULL) {
		assert_int_equal(tag, want->tag);
		assert_int_equal(
		    delist_prefix_compare(&prefix, &want->prefix), 0);
	}
}

/* Single lookups are held to the twin, and batches to single ones. */
static void
check_batch(struct run *run)
{
	enum {
		N = 150
	};
	uint32_t addrs4[N], tags[N];
	struct delist_addr addrs[N];
	uint8_t addrs6[N][16];
	size_t n = support_below(&run->random, N + 1);

	for (size_t i = 0; i < n; i++) {
		addrs[i] = some_addr(run->world, &run->random);
		memcpy(addrs6[i], addrs[i].bytes, 16);
		addrs4[i] = (uint32_t)addrs[i].bytes[0] << 24 |
			    (uint32_t)addrs[i].bytes[1] << 16 |
			    (uint32_t)addrs[i].bytes[2] << 8 |
			    addrs[i].bytes[3];
	}
	for (unsigned path = 0; path < DELIST_PATHS; path++) {
		run->set->path = delist_path_of(path);
		if (run->set->path == NULL)
			continue;
		if (run->world->v6)
			delist_ipset_find6_batch(
			    run->set, tags, (const uint8_t(*)[16])addrs6, n);
		else
			delist_ipset_find4_batch(run->set, tags, addrs4, n);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(
			    tags[i], find_on(run, path, &addrs[i]));
	}
}

/* A walk sees what the twin has, in order; how much memory it should take. */
static void
check_whole(struct run *run)
{
	struct delist_ipset_entry *entries =
	    malloc((run->twin->n + 1) * sizeof *entries);
	struct delist_prefix at = {.bits = 0}, last = at;
	struct delist_ipset *fresh;
	bool v6 = run->world->v6;
	uint32_t tag;
	size_t n = 0;

	assert_non_null(entries);
	while (delist_ipset_next(run->set, &at, &tag)) {
		struct slot *slot = twin_get(run->twin, &at);

		assert_non_null(slot);
		assert_int_equal(tag, slot->entry.tag);
		assert_true(n == 0 || delist_prefix_compare(&last, &at) < 0);
		assert_true(n < run->twin->n);
		entries[n++] = slot->entry;
		last = at;
	}
	assert_int_equal(n, run->twin->n);
	assert_int_equal(delist_ipset_count(run->set), n);
	for (size_t i = n; i > 1; i--) {
		size_t other = support_below(&run->random, i);
		struct delist_ipset_entry swap = entries[i - 1];

		entries[i - 1] = entries[other];
		entries[other] = swap;
	}
	assert_int_equal(delist_ipset_new(&fresh, NULL), DELIST_OK);
	assert_int_equal(delist_ipset_build(fresh, entries, n), DELIST_OK);
	/* codes that have grown stay so until the next build */
	if (run->set->part[v6].width == fresh->part[v6].width)
		assert_in_range(delist_ipset_memory(run->set), 0,
		    delist_ipset_memory(fresh) * 3 / 2);
	delist_ipset_free(fresh);
	if (support_below(&run->random, 2) == 0)
		assert_int_equal(
		    delist_ipset_build(run->set, entries, n), DELIST_OK);
	free(entries);
}

static uint32_t
some_tag(struct run *run)
{
	return run->world->tags != 0
		   ? (uint32_t)support_below(&run->random, run->world->tags)
		   : run->next_tag++;
}

static void
change(struct run *run, const struct delist_prefix *prefix, bool insert)
{
	bool removed = false, there = twin_get(run->twin, prefix) != NULL;
	uint32_t tag = some_tag(run);
	int error;

	if (insert)
		error = delist_ipset_prepare_insert(run->set, prefix, tag);
	else
		error = delist_ipset_prepare_remove(run->set, &removed, prefix);
	assert_int_equal(error, DELIST_OK);
	assert_int_equal(removed, !insert && there);
	if (support_below(&run->random, 16) == 0) {
		delist_ipset_abandon(run->set);
		return;
	}
	delist_ipset_publish(run->set);
	if (insert)
		twin_put(run->twin, prefix, tag);
	else
		twin_take(run->twin, prefix);
}

static void
operate(struct run *run, uint64_t inserts_of_16)
{
	struct delist_prefix prefix = some_prefix(run->world, &run->random);
	struct delist_addr addr = some_addr(run->world, &run->random);
	bool insert = support_below(&run->random, 16) < inserts_of_16 &&
		      run->twin->n < run->world->most;
	struct slot *slot;
	uint32_t tag = NONE;

	/* to remove what is there, look for it a little */
	for (size_t i = hash(&prefix), tries = 0; !insert && tries < 64;
	     tries++, i = (i + 1) % SLOTS) {
		if (!run->twin->slots[i].taken)
			continue;
		prefix = run->twin->slots[i].entry.prefix;
		break;
	}
	change(run, &prefix, insert);
	check_find(run, &prefix.addr);
	check_find(run, &addr);
	prefix = some_prefix(run->world, &run->random);
	slot = twin_get(run->twin, &prefix);
	assert_int_equal(
	    delist_ipset_get(run->set, &tag, &prefix), slot != NULL);
	assert_int_equal(tag, slot != NULL ? slot->entry.tag : NONE);
	if (support_below(&run->random, 64) == 0)
		check_batch(run);
}

static void
drain(struct run *run)
{
	for (size_t i = 0; i < SLOTS; i++) {
		struct slot *slot = &run->twin->slots[i];
		bool removed;

		if (!slot->taken)
			continue;
		assert_int_equal(delist_ipset_remove(
				     run->set, &removed, &slot->entry.prefix),
		    DELIST_OK);
		assert_true(removed);
	}
	memset(run->twin, 0, sizeof *run->twin);
	assert_int_equal(delist_ipset_count(run->set), 0);
	assert_int_equal(run->memory.bytes, run->empty);
	assert_int_equal(delist_ipset_memory(run->set), run->empty);
}

/* From empty to empty: more in than out, as much, and less. */
static void
period(struct run *run, size_t operations)
{
	static const uint8_t inserts[] = {14, 13, 8, 8, 3, 2};

	for (size_t i = 0; i < operations; i++) {
		operate(run, inserts[i * COUNT(inserts) / operations]);
		if ((i + 1) % (operations / CHECKS) == 0)
			check_whole(run);
	}
	drain(run);
}

static void
agrees(void **state)
{
	static struct twin twin;
	const char *text = getenv("DELIST_CASES");
	size_t cases = text != NULL ? strtoul(text, NULL, 10) : 34000;
	size_t periods, each = cases / COUNT(worlds);
	struct run run = {.world = *state};

	if (each < 100)
		each = 100;
	periods = (each + PERIOD - 1) / PERIOD;
	run.random.state = (uint64_t)(run.world - worlds) + 1;
	run.alloc = support_alloc(&run.memory);
	run.twin = &twin;
	memset(&twin, 0, sizeof twin);
	assert_int_equal(delist_ipset_new(&run.set, &run.alloc), DELIST_OK);
	run.empty = delist_ipset_memory(run.set);
	for (size_t i = 0; i < periods; i++)
		period(&run, each / periods);
	delist_ipset_free(run.set);
	assert_int_equal(run.memory.blocks, 0);
}

int
main(void)
{
	ROWS(agrees, worlds);
	return support_run("ipset_model");
}
