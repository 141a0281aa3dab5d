/* SPDX-License-Identifier: ISC */
/*
 * The set from outside only: whatever is behind <delist/ipset.h> must pass.
 */
#include "support.h"

#include <stdlib.h>

#include <delist/ipset.h>

static struct delist_prefix
prefix_of(const char *text)
{
	struct delist_prefix prefix;

	assert_int_equal(
	    delist_prefix_parse(&prefix, text, strlen(text)), DELIST_OK);
	return prefix;
}

static struct delist_addr
addr_of(const char *text)
{
	return prefix_of(text).addr;
}

static void
put(struct delist_ipset *set, const char *text, uint32_t tag)
{
	struct delist_prefix prefix = prefix_of(text);

	assert_int_equal(delist_ipset_insert(set, &prefix, tag), DELIST_OK);
}

static bool
take(struct delist_ipset *set, const char *text)
{
	struct delist_prefix prefix = prefix_of(text);
	bool removed;

	assert_int_equal(
	    delist_ipset_remove(set, &removed, &prefix), DELIST_OK);
	return removed;
}

/* The tag that the address finds, or DELIST_IPSET_NONE. */
static uint32_t
found(const struct delist_ipset *set, const char *text)
{
	struct delist_addr addr = addr_of(text);
	uint32_t tag = DELIST_IPSET_NONE;

	delist_ipset_find(set, &tag, &addr);
	return tag;
}

static struct delist_ipset *
new_set(void)
{
	struct delist_ipset *set;

	assert_int_equal(delist_ipset_new(&set, NULL), DELIST_OK);
	return set;
}

/* ---- facts ---- */

/* Up to six prefixes, tagged 1, 2, 3 ..., and what an address then finds. */
struct find_row {
	const char *name;
	const char *prefixes[6];
	const char *addr;
	uint32_t want;
};

#define NONE DELIST_IPSET_NONE

/* clang-format off */
static const struct find_row find_rows[] = {
	{"empty set", {NULL}, "192.0.2.1", NONE},
	{"empty set, IPv6", {NULL}, "2001:db8::1", NONE},
	{"a host", {"192.0.2.1"}, "192.0.2.1", 1},
	{"the host before", {"192.0.2.1"}, "192.0.2.0", NONE},
	{"the host behind", {"192.0.2.1"}, "192.0.2.2", NONE},
	{"first of a range", {"192.0.2.0/24"}, "192.0.2.0", 1},
	{"last of a range", {"192.0.2.0/24"}, "192.0.2.255", 1},
	{"before a range", {"192.0.2.0/24"}, "192.0.1.255", NONE},
	{"behind a range", {"192.0.2.0/24"}, "192.0.3.0", NONE},
	{"longest wins", {"192.0.2.0/24", "192.0.2.1"}, "192.0.2.1", 2},
	{"longest wins, other order",
	    {"192.0.2.1", "192.0.2.0/24"}, "192.0.2.1", 1},
	{"the wider for the rest",
	    {"192.0.2.0/24", "192.0.2.1"}, "192.0.2.2", 1},
	{"a hole does not leak",
	    {"192.0.2.0/25", "192.0.2.129"}, "192.0.2.128", NONE},
	{"a fork matches nothing",
	    {"192.0.2.0", "192.0.2.3"}, "192.0.2.1", NONE},
	{"six deep", {"0.0.0.0/0", "128.0.0.0/1", "192.0.0.0/8",
	    "192.0.2.0/24", "192.0.2.0/31", "192.0.2.1"}, "192.0.2.1", 6},
	{"six deep, fifth", {"0.0.0.0/0", "128.0.0.0/1", "192.0.0.0/8",
	    "192.0.2.0/24", "192.0.2.0/31", "192.0.2.1"}, "192.0.2.0", 5},
	{"six deep, fourth", {"0.0.0.0/0", "128.0.0.0/1", "192.0.0.0/8",
	    "192.0.2.0/24", "192.0.2.0/31", "192.0.2.1"}, "192.0.2.2", 4},
	{"six deep, first", {"0.0.0.0/0", "128.0.0.0/1", "192.0.0.0/8",
	    "192.0.2.0/24", "192.0.2.0/31", "192.0.2.1"}, "1.2.3.4", 1},
	{"/0 has the lowest", {"0.0.0.0/0"}, "0.0.0.0", 1},
	{"/0 has the highest", {"0.0.0.0/0"}, "255.255.255.255", 1},
	{"/1, upper half", {"128.0.0.0/1"}, "127.255.255.255", NONE},
	{"/31, first", {"192.0.2.2/31"}, "192.0.2.2", 1},
	{"/31, second", {"192.0.2.2/31"}, "192.0.2.3", 1},
	{"/31, behind", {"192.0.2.2/31"}, "192.0.2.4", NONE},
	{"both halves and the whole",
	    {"0.0.0.0/1", "128.0.0.0/1", "0.0.0.0/0"}, "200.0.0.1", 2},
	{"::/0 is not IPv4", {"::/0"}, "1.2.3.4", NONE},
	{"::/0 is not IPv4 zero", {"::/0"}, "0.0.0.0", NONE},
	{"IPv4 /0 is not IPv6", {"0.0.0.0/0"}, "::", NONE},
	{"IPv4 /0 is not IPv6 all ones", {"0.0.0.0/0"},
	    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NONE},
	{"same bytes, other family", {"2001:db8::/32"}, "32.1.13.184", NONE},
	{"::/0 has all IPv6", {"::/0"}, "2001:db8::1", 1},
	{"IPv6 /32", {"2001:db8::/32"}, "2001:db8:ffff::1", 1},
	{"IPv6 behind /32", {"2001:db8::/32"}, "2001:db9::", NONE},
	{"IPv6 /127, first", {"2001:db8::2/127"}, "2001:db8::2", 1},
	{"IPv6 /127, second", {"2001:db8::2/127"}, "2001:db8::3", 1},
	{"IPv6 /127, behind", {"2001:db8::2/127"}, "2001:db8::4", NONE},
	{"IPv6 /128", {"2001:db8::2"}, "2001:db8::3", NONE},
	{"IPv6 /64 around /128",
	    {"2001:db8::/64", "2001:db8::1"}, "2001:db8::2", 1},
	{"a mapped prefix is IPv4", {"::ffff:192.0.2.0/120"}, "192.0.2.9", 1},
	{"a mapped address is IPv4", {"192.0.2.0/24"}, "::ffff:192.0.2.9", 1},
};
/* clang-format on */

static void
finds(void **state)
{
	const struct find_row *row = *state;
	struct delist_ipset *set = new_set();

	for (uint32_t i = 0; i < 6 && row->prefixes[i] != NULL; i++)
		put(set, row->prefixes[i], i + 1);
	assert_int_equal(found(set, row->addr), row->want);
	delist_ipset_free(set);
}

static void
mapped_in_any_shape_is_ipv4(void **state)
{
	static const uint8_t bytes[16] = {
	    [10] = 0xff, [11] = 0xff, [12] = 192, [14] = 2, [15] = 1};
	struct delist_addr unfolded = {.family = DELIST_INET6}, none = {0};
	struct delist_ipset *set = new_set();
	struct delist_prefix prefix;
	uint32_t tag = 77;

	(void)state;
	memcpy(unfolded.bytes, bytes, sizeof bytes);
	put(set, "::/0", 6);
	put(set, "192.0.2.1", 4);
	assert_true(delist_ipset_find(set, &tag, &unfolded));
	assert_int_equal(tag, 4);
	assert_true(delist_ipset_cover(set, &prefix, &tag, &unfolded));
	assert_int_equal(prefix.addr.family, DELIST_INET4);
	tag = 77;
	assert_true(delist_ipset_find6(set, &tag, bytes));
	assert_int_equal(tag, 4);
	assert_true(take(set, "192.0.2.1"));
	tag = 77;
	assert_false(delist_ipset_find6(set, &tag, bytes));
	assert_false(delist_ipset_find(set, &tag, &unfolded));
	put(set, "0.0.0.0/0", 1);
	assert_false(delist_ipset_find(set, &tag, &none));
	assert_false(delist_ipset_cover(set, &prefix, &tag, &none));
	assert_int_equal(tag, 77);
	delist_ipset_free(set);
}

static void
the_last_of_equals_counts(void **state)
{
	struct delist_ipset *set = new_set();
	struct delist_ipset_entry twice[] = {{prefix_of("192.0.2.0/24"), 1},
	    {prefix_of("::1"), 2}, {prefix_of("192.0.2.0/24"), 3}};

	(void)state;
	put(set, "192.0.2.0/24", 1);
	put(set, "192.0.2.0/24", 0);
	assert_int_equal(found(set, "192.0.2.1"), 0);
	assert_int_equal(delist_ipset_count(set), 1);
	assert_int_equal(
	    delist_ipset_build(set, twice, COUNT(twice)), DELIST_OK);
	assert_int_equal(found(set, "192.0.2.1"), 3);
	assert_int_equal(delist_ipset_count(set), 2);
	delist_ipset_free(set);
}

static void
build_replaces_all(void **state)
{
	struct delist_ipset *set = new_set();
	struct delist_ipset_entry one = {prefix_of("192.0.2.0/24"), 1};
	size_t empty = delist_ipset_memory(set);

	(void)state;
	put(set, "198.51.100.0/24", 1);
	put(set, "2001:db8::/32", 1);
	assert_true(delist_ipset_memory(set) > empty);
	assert_int_equal(delist_ipset_build(set, &one, 1), DELIST_OK);
	assert_int_equal(delist_ipset_count(set), 1);
	assert_int_equal(found(set, "198.51.100.1"), NONE);
	assert_int_equal(found(set, "2001:db8::1"), NONE);
	assert_int_equal(found(set, "192.0.2.1"), 1);
	assert_int_equal(delist_ipset_build(set, NULL, 0), DELIST_OK);
	assert_int_equal(delist_ipset_count(set), 0);
	assert_int_equal(delist_ipset_memory(set), empty);
	delist_ipset_free(set);
}

static void
get_is_exact(void **state)
{
	struct delist_ipset *set = new_set();
	struct delist_prefix wide = prefix_of("192.0.2.0/24");
	struct delist_prefix narrow = prefix_of("192.0.2.0/25");
	struct delist_prefix wider = prefix_of("192.0.2.0/23");
	struct delist_prefix bad = {.addr = {.family = 7}, .bits = 200};
	uint32_t tag = 77;

	(void)state;
	put(set, "192.0.2.0/24", 1);
	assert_true(delist_ipset_get(set, &tag, &wide));
	assert_int_equal(tag, 1);
	tag = 77;
	assert_false(delist_ipset_get(set, &tag, &narrow));
	assert_false(delist_ipset_get(set, &tag, &wider));
	assert_false(delist_ipset_get(set, &tag, &bad));
	assert_int_equal(tag, 77);
	put(set, "192.0.2.128/25", 2);
	put(set, "192.0.3.0/24", 3); /* 192.0.2.0/23 may now be a fork */
	assert_false(delist_ipset_get(set, &tag, &wider));
	assert_false(take(set, "192.0.2.0/23"));
	assert_int_equal(delist_ipset_count(set), 3);
	put(set, "192.0.2.0/23", 4);
	assert_true(delist_ipset_get(set, &tag, &wider));
	assert_int_equal(tag, 4);
	assert_int_equal(delist_ipset_count(set), 4);
	delist_ipset_free(set);
}

static void
refuses_bad_arguments(void **state)
{
	struct delist_ipset *set = new_set();
	struct delist_prefix good = prefix_of("192.0.2.0/24"), bad = good;
	struct delist_ipset_entry entries[2] = {{good, 2}, {good, NONE}};
	struct delist_prefix cursor = {.addr = {.family = 7}, .bits = 200};
	uint32_t tag = 77;
	bool removed = true;

	(void)state;
	bad.bits = 22;
	put(set, "192.0.2.0/24", 1);
	assert_int_equal(delist_ipset_new(NULL, NULL), DELIST_EINVAL);
	assert_int_equal(delist_ipset_insert(NULL, &good, 1), DELIST_EINVAL);
	assert_int_equal(delist_ipset_insert(set, NULL, 1), DELIST_EINVAL);
	assert_int_equal(delist_ipset_insert(set, &bad, 1), DELIST_EINVAL);
	assert_int_equal(delist_ipset_insert(set, &good, NONE), DELIST_EINVAL);
	assert_int_equal(
	    delist_ipset_remove(NULL, &removed, &good), DELIST_EINVAL);
	assert_int_equal(delist_ipset_remove(set, NULL, &good), DELIST_EINVAL);
	assert_int_equal(
	    delist_ipset_remove(set, &removed, NULL), DELIST_EINVAL);
	assert_int_equal(
	    delist_ipset_remove(set, &removed, &bad), DELIST_EINVAL);
	assert_true(removed);
	assert_int_equal(delist_ipset_build(NULL, entries, 1), DELIST_EINVAL);
	assert_int_equal(delist_ipset_build(set, NULL, 1), DELIST_EINVAL);
	assert_int_equal(delist_ipset_build(set, entries, 2), DELIST_EINVAL);
	entries[1] = (struct delist_ipset_entry){bad, 3};
	assert_int_equal(delist_ipset_build(set, entries, 2), DELIST_EINVAL);
	assert_int_equal(found(set, "192.0.2.1"), 1);
	assert_int_equal(delist_ipset_count(set), 1);
	assert_false(delist_ipset_next(set, &cursor, &tag));
	assert_int_equal(tag, 77);
	delist_ipset_free(set);
	delist_ipset_free(NULL);
}

/* ---- changes in two steps ---- */

static void
unseen_before_it_is_published(void **state)
{
	struct delist_ipset *set = new_set();
	struct delist_prefix prefix = prefix_of("192.0.2.0/25"), at = {0};
	uint32_t tag;
	bool removed = false;

	(void)state;
	put(set, "192.0.2.0/24", 1);
	put(set, "192.0.2.1", 2);
	assert_int_equal(
	    delist_ipset_prepare_insert(set, &prefix, 3), DELIST_OK);
	assert_int_equal(found(set, "192.0.2.2"), 1);
	assert_false(delist_ipset_get(set, &tag, &prefix));
	assert_int_equal(delist_ipset_count(set), 2);
	assert_true(delist_ipset_next(set, &at, &tag));
	assert_true(delist_ipset_next(set, &at, &tag));
	assert_false(delist_ipset_next(set, &at, &tag));
	delist_ipset_publish(set);
	assert_int_equal(found(set, "192.0.2.2"), 3);
	assert_int_equal(delist_ipset_count(set), 3);

	assert_int_equal(
	    delist_ipset_prepare_insert(set, &prefix, 4), DELIST_OK);
	assert_int_equal(found(set, "192.0.2.2"), 3);
	delist_ipset_publish(set);
	assert_int_equal(found(set, "192.0.2.2"), 4);

	assert_int_equal(
	    delist_ipset_prepare_remove(set, &removed, &prefix), DELIST_OK);
	assert_true(removed);
	assert_int_equal(found(set, "192.0.2.2"), 4);
	assert_int_equal(delist_ipset_count(set), 3);
	delist_ipset_publish(set);
	assert_int_equal(found(set, "192.0.2.2"), 1);
	assert_int_equal(delist_ipset_count(set), 2);
	delist_ipset_free(set);
}

static void
one_change_at_a_time(void **state)
{
	struct delist_ipset *set = new_set();
	struct delist_prefix prefix = prefix_of("192.0.2.0/25");
	struct delist_ipset_entry entry = {prefix, 1};
	bool removed = true;

	(void)state;
	for (int round = 0; round < 2; round++) {
		if (round == 0)
			assert_int_equal(
			    delist_ipset_prepare_insert(set, &prefix, 3),
			    DELIST_OK);
		else
			assert_int_equal(
			    delist_ipset_prepare_remove(set, &removed, &prefix),
			    DELIST_OK);
		assert_int_equal(removed, round == 0);
		assert_int_equal(
		    delist_ipset_prepare_insert(set, &prefix, 4), DELIST_EBUSY);
		assert_int_equal(
		    delist_ipset_prepare_remove(set, &removed, &prefix),
		    DELIST_EBUSY);
		assert_int_equal(
		    delist_ipset_insert(set, &prefix, 4), DELIST_EBUSY);
		assert_int_equal(
		    delist_ipset_remove(set, &removed, &prefix), DELIST_EBUSY);
		assert_int_equal(
		    delist_ipset_build(set, &entry, 1), DELIST_EBUSY);
		assert_int_equal(removed, round == 0);
		delist_ipset_abandon(set);
		assert_int_equal(delist_ipset_count(set), 0);
	}
	delist_ipset_publish(set);
	delist_ipset_abandon(set);
	assert_int_equal(delist_ipset_insert(set, &prefix, 4), DELIST_OK);
	assert_int_equal(found(set, "192.0.2.1"), 4);
	delist_ipset_free(set);
}

/* Beside, above, below and at a prefix: each dropped, and each left pending. */
static void
abandoned_leaves_nothing(void **state)
{
	static const char *const changes[] = {
	    "192.0.2.0/24", "192.0.2.0/25", "192.0.3.0/24", "192.0.0.0/16"};
	struct support_memory memory = {0};
	struct delist_alloc alloc = support_alloc(&memory);

	(void)state;
	for (size_t i = 0; i < COUNT(changes); i++) {
		struct delist_prefix prefix = prefix_of(changes[i]);
		struct delist_ipset *set;
		size_t before;

		assert_int_equal(delist_ipset_new(&set, &alloc), DELIST_OK);
		put(set, "192.0.2.0/24", 1);
		before = delist_ipset_memory(set);
		assert_int_equal(memory.bytes, before);
		assert_int_equal(
		    delist_ipset_prepare_insert(set, &prefix, 3), DELIST_OK);
		assert_int_equal(memory.bytes, delist_ipset_memory(set));
		delist_ipset_abandon(set);
		assert_int_equal(delist_ipset_memory(set), before);
		assert_int_equal(memory.bytes, before);
		assert_int_equal(found(set, "192.0.2.1"), 1);
		assert_int_equal(delist_ipset_count(set), 1);
		assert_int_equal(
		    delist_ipset_prepare_insert(set, &prefix, 3), DELIST_OK);
		delist_ipset_free(set);
		assert_int_equal(memory.blocks, 0);
	}
}

/* ---- the slow twin ---- */

/* An array in no order; every question is a walk over all of it. */
struct twin {
	struct delist_ipset_entry entries[600];
	size_t n;
};

static struct delist_ipset_entry *
twin_get(struct twin *twin, const struct delist_prefix *prefix)
{
	for (size_t i = 0; i < twin->n; i++)
		if (delist_prefix_compare(&twin->entries[i].prefix, prefix) ==
		    0)
			return &twin->entries[i];
	return NULL;
}

static const struct delist_ipset_entry *
twin_cover(const struct twin *twin, const struct delist_addr *addr)
{
	const struct delist_ipset_entry *best = NULL;

	for (size_t i = 0; i < twin->n; i++) {
		const struct delist_ipset_entry *entry = &twin->entries[i];

		if (delist_prefix_has(&entry->prefix, addr) &&
		    (best == NULL || entry->prefix.bits > best->prefix.bits))
			best = entry;
	}
	return best;
}

static const struct delist_ipset_entry *
twin_next(const struct twin *twin, const struct delist_prefix *at)
{
	const struct delist_ipset_entry *best = NULL;

	for (size_t i = 0; i < twin->n; i++) {
		const struct delist_ipset_entry *entry = &twin->entries[i];

		if (delist_prefix_compare(&entry->prefix, at) > 0 &&
		    (best == NULL || delist_prefix_compare(
					 &entry->prefix, &best->prefix) < 0))
			best = entry;
	}
	return best;
}

static void
twin_put(struct twin *twin, const struct delist_prefix *prefix, uint32_t tag)
{
	struct delist_ipset_entry *entry = twin_get(twin, prefix);

	if (entry == NULL) {
		assert_true(twin->n < COUNT(twin->entries));
		entry = &twin->entries[twin->n++];
	}
	*entry = (struct delist_ipset_entry){*prefix, tag};
}

static bool
twin_take(struct twin *twin, const struct delist_prefix *prefix)
{
	struct delist_ipset_entry *entry = twin_get(twin, prefix);

	if (entry == NULL)
		return false;
	*entry = twin->entries[--twin->n];
	return true;
}

/* Few addresses, close together, of both families: they nest and collide. */
static struct delist_addr
crowded_addr(struct support_random *random)
{
	static const uint8_t ends[] = {0, 1, 2, 3, 0x7f, 0x80, 0xfe, 0xff};
	uint8_t bytes[16] = {0x20, 0x01};

	if (support_below(random, 2) == 0)
		return delist_addr_from4(
		    (uint32_t)ends[support_below(random, 8)] << 24 |
		    (uint32_t)ends[support_below(random, 2)] << 8 |
		    ends[support_below(random, 8)]);
	bytes[0] = ends[support_below(random, 8)];
	bytes[7] = ends[support_below(random, 2)];
	bytes[8] = ends[support_below(random, 2)];
	bytes[15] = ends[support_below(random, 8)];
	if (support_below(random, 4) == 0) {
		memset(bytes, 0, 10);
		bytes[10] = bytes[11] = 0xff; /* IPv4-mapped, or next to it */
		bytes[12] = bytes[15];
		bytes[11] = (uint8_t)(bytes[11] - support_below(random, 2));
	}
	return delist_addr_from6(bytes);
}

static struct delist_prefix
crowded_prefix(struct support_random *random)
{
	static const uint8_t edges4[] = {0, 1, 2, 7, 8, 9, 24, 30, 31, 32, 32};
	static const uint8_t edges6[] = {
	    0, 1, 8, 63, 64, 65, 95, 96, 97, 127, 128, 128};
	struct delist_addr addr = crowded_addr(random);

	return delist_prefix_of(
	    &addr, addr.family == DELIST_INET4
		       ? edges4[support_below(random, COUNT(edges4))]
		       : edges6[support_below(random, COUNT(edges6))]);
}

/* Batch = single = cover = the twin, for a few addresses. */
static void
compare_finds(const struct delist_ipset *set, const struct twin *twin,
    struct support_random *random)
{
	uint32_t addrs4[7], tags4[7], tags6[7];
	uint8_t addrs6[7][16] = {{0}};

	for (size_t i = 0; i < 7; i++) {
		struct delist_addr addr = crowded_addr(random);
		const struct delist_ipset_entry *want = twin_cover(twin, &addr);
		struct delist_prefix prefix;
		uint32_t tag = 77, cover_tag = 78;

		assert_int_equal(
		    delist_ipset_find(set, &tag, &addr), want != NULL);
		assert_int_equal(tag, want != NULL ? want->tag : 77);
		assert_int_equal(
		    delist_ipset_cover(set, &prefix, &cover_tag, &addr),
		    want != NULL);
		if (want != NULL) {
			assert_int_equal(cover_tag, tag);
			assert_int_equal(
			    delist_prefix_compare(&prefix, &want->prefix), 0);
		}
		memcpy(addrs6[i], addr.bytes, 16);
		addrs4[i] = (uint32_t)addr.bytes[0] << 24 |
			    (uint32_t)addr.bytes[1] << 16 |
			    (uint32_t)addr.bytes[2] << 8 | addr.bytes[3];
	}
	delist_ipset_find4_batch(set, tags4, addrs4, 7);
	delist_ipset_find6_batch(set, tags6, (const uint8_t(*)[16])addrs6, 7);
	for (size_t i = 0; i < 7; i++) {
		uint32_t tag = NONE;

		delist_ipset_find4(set, &tag, addrs4[i]);
		assert_int_equal(tags4[i], tag);
		tag = NONE;
		delist_ipset_find6(set, &tag, addrs6[i]);
		assert_int_equal(tags6[i], tag);
	}
}

static void
compare_walk(const struct delist_ipset *set, const struct twin *twin)
{
	struct delist_prefix at = {0};
	const struct delist_ipset_entry *want;
	uint32_t tag = 77;

	while ((want = twin_next(twin, &at)) != NULL) {
		assert_true(delist_ipset_next(set, &at, &tag));
		assert_int_equal(delist_prefix_compare(&at, &want->prefix), 0);
		assert_int_equal(tag, want->tag);
	}
	assert_false(delist_ipset_next(set, &at, &tag));
}

/* From any prefix, there or not, the walk goes on with the one behind. */
static void
compare_next(const struct delist_ipset *set, const struct twin *twin,
    struct support_random *random)
{
	struct delist_prefix at = crowded_prefix(random);
	const struct delist_ipset_entry *want = twin_next(twin, &at);
	uint32_t tag = 77;

	assert_int_equal(delist_ipset_next(set, &at, &tag), want != NULL);
	if (want != NULL) {
		assert_int_equal(delist_prefix_compare(&at, &want->prefix), 0);
		assert_int_equal(tag, want->tag);
	}
}

/* One change, in one step, in two, or in two and dropped. */
static void
change_both(struct delist_ipset *set, struct twin *twin,
    struct support_random *random, uint64_t inserts_of_8)
{
	struct delist_prefix prefix = crowded_prefix(random);
	uint32_t tag = (uint32_t)support_below(random, 1000);
	bool insert = support_below(random, 8) < inserts_of_8;
	uint64_t steps = support_below(random, 4);
	bool removed = false, there = twin_get(twin, &prefix) != NULL;
	int error;

	if (insert)
		error = steps == 0
			    ? delist_ipset_insert(set, &prefix, tag)
			    : delist_ipset_prepare_insert(set, &prefix, tag);
	else
		error = steps == 0 ? delist_ipset_remove(set, &removed, &prefix)
				   : delist_ipset_prepare_remove(
					 set, &removed, &prefix);
	assert_int_equal(error, DELIST_OK);
	assert_int_equal(removed, !insert && there);
	if (steps == 1) {
		delist_ipset_abandon(set);
		return;
	}
	if (steps > 1)
		delist_ipset_publish(set);
	if (insert)
		twin_put(twin, &prefix, tag);
	else
		twin_take(twin, &prefix);
}

static void
compare_get(const struct delist_ipset *set, struct twin *twin,
    struct support_random *random)
{
	struct delist_prefix prefix = crowded_prefix(random);
	const struct delist_ipset_entry *want = twin_get(twin, &prefix);
	uint32_t tag = 77;

	assert_int_equal(delist_ipset_get(set, &tag, &prefix), want != NULL);
	assert_int_equal(tag, want != NULL ? want->tag : 77);
}

/* Take out what is left, in random order; it must be empty as when new. */
static void
drain(
    struct delist_ipset *set, struct twin *twin, struct support_random *random)
{
	while (twin->n > 0) {
		struct delist_prefix prefix =
		    twin->entries[support_below(random, twin->n)].prefix;
		bool removed = false;

		assert_int_equal(
		    delist_ipset_remove(set, &removed, &prefix), DELIST_OK);
		assert_true(removed);
		assert_true(twin_take(twin, &prefix));
		compare_finds(set, twin, random);
	}
}

static void
agrees_with_a_slow_twin(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 12; seed++) {
		struct support_random random = {seed};
		struct support_memory memory = {0};
		struct delist_alloc alloc = support_alloc(&memory);
		struct delist_ipset *set;
		struct twin twin = {.n = 0};
		size_t empty;

		assert_int_equal(delist_ipset_new(&set, &alloc), DELIST_OK);
		empty = delist_ipset_memory(set);
		for (int i = 0; i < 2500; i++) {
			uint64_t phase = (uint64_t)i / 500 % 2;

			change_both(set, &twin, &random, phase == 0 ? 6 : 2);
			assert_int_equal(delist_ipset_count(set), twin.n);
			compare_finds(set, &twin, &random);
			compare_get(set, &twin, &random);
			compare_next(set, &twin, &random);
			if (i % 100 == 0)
				compare_walk(set, &twin);
		}
		drain(set, &twin, &random);
		assert_int_equal(delist_ipset_count(set), 0);
		assert_int_equal(delist_ipset_memory(set), empty);
		assert_int_equal(memory.bytes, empty);
		delist_ipset_free(set);
		assert_int_equal(memory.blocks, 0);
	}
}

/* A build in random order is the same set as one insert after the other. */
static void
build_is_insert(void **state)
{
	static struct delist_ipset_entry entries[400];

	(void)state;
	for (uint64_t seed = 1; seed <= 40; seed++) {
		struct support_random random = {seed};
		struct delist_ipset *set = new_set();
		struct twin twin = {.n = 0};
		size_t n = support_below(&random, COUNT(entries));

		for (size_t i = 0; i < n; i++) {
			entries[i] = (struct delist_ipset_entry){
			    crowded_prefix(&random), (uint32_t)i};
			twin_put(&twin, &entries[i].prefix, (uint32_t)i);
		}
		put(set, "203.0.113.0/24", 7);
		assert_int_equal(
		    delist_ipset_build(set, entries, n), DELIST_OK);
		assert_int_equal(delist_ipset_count(set), twin.n);
		compare_walk(set, &twin);
		for (int i = 0; i < 50; i++)
			compare_finds(set, &twin, &random);
		delist_ipset_free(set);
	}
}

/* Prefixes are taken out while the walk goes on; each is still seen once. */
static void
walk_may_change_the_set(void **state)
{
	struct delist_ipset *set = new_set();
	struct delist_prefix at = {0};
	uint32_t tag;
	bool removed;
	size_t seen = 0;

	(void)state;
	for (uint32_t i = 0; i < 256; i++) {
		struct delist_addr addr = delist_addr_from4(0xc0000200 + i);
		struct delist_prefix prefix =
		    delist_prefix_of(&addr, i % 2 == 0 ? 31 : 32);

		assert_int_equal(
		    delist_ipset_insert(set, &prefix, i), DELIST_OK);
	}
	put(set, "2001:db8::/32", 256);
	while (delist_ipset_next(set, &at, &tag)) {
		assert_int_equal(tag, seen++);
		assert_int_equal(
		    delist_ipset_remove(set, &removed, &at), DELIST_OK);
		assert_true(removed);
	}
	assert_int_equal(seen, 257);
	assert_int_equal(delist_ipset_count(set), 0);
	delist_ipset_free(set);
}

/* Every length of both families, one inside the other. */
static void
every_length_nested(void **state)
{
	static const uint8_t ones[16] = {255, 255, 255, 255, 255, 255, 255, 255,
	    255, 255, 255, 255, 255, 255, 255, 255};

	(void)state;
	for (int family = 0; family < 2; family++) {
		struct delist_addr addr = family == 0
					      ? delist_addr_from4(0xffffffff)
					      : delist_addr_from6(ones);
		unsigned max = family == 0 ? 32 : 128;
		struct delist_ipset *set = new_set();

		for (unsigned bits = max + 1; bits-- > 0;) {
			struct delist_prefix prefix =
			    delist_prefix_of(&addr, bits);

			assert_int_equal(
			    delist_ipset_insert(set, &prefix, bits), DELIST_OK);
		}
		for (unsigned bits = max;; bits--) {
			struct delist_addr near = addr;
			struct delist_prefix prefix =
			    delist_prefix_of(&addr, bits);
			uint32_t tag = NONE;
			bool removed;

			/* differs in the bit behind: `bits` match */
			if (bits < max)
				near.bytes[bits / 8] ^=
				    (uint8_t)(0x80 >> bits % 8);
			assert_true(delist_ipset_find(set, &tag, &near));
			assert_int_equal(tag, bits);
			assert_int_equal(
			    delist_ipset_remove(set, &removed, &prefix),
			    DELIST_OK);
			assert_true(removed);
			if (bits == 0)
				break;
			assert_true(delist_ipset_find(set, &tag, &addr));
			assert_int_equal(tag, bits - 1);
		}
		assert_int_equal(delist_ipset_count(set), 0);
		delist_ipset_free(set);
	}
}

static struct delist_prefix
under_2001(uint32_t unit, uint8_t bits)
{
	struct delist_prefix prefix = {
	    .addr = {.family = DELIST_INET6,
		.bytes = {0x20, 0x01, (uint8_t)(unit >> 8), (uint8_t)unit}},
	    .bits = bits};

	return prefix;
}

/* A slot that says nothing is as good as free, but not for two at once. */
static void
a_prefix_of_many_slots_keeps_them_all(void **state)
{
	struct delist_ipset *set = new_set();
	struct delist_prefix prefix;
	bool removed;
	uint32_t tag;

	(void)state;
	for (uint32_t i = 0; i < 1000; i++) {
		prefix = under_2001(0x8000 + i, 32);
		assert_int_equal(
		    delist_ipset_insert(set, &prefix, 7), DELIST_OK);
	}
	for (uint32_t base = 0; base < 256 * 16; base += 16) {
		for (uint32_t i = 0; i < 16; i += 2) {
			prefix = under_2001(base + i, 32);
			assert_int_equal(
			    delist_ipset_insert(set, &prefix, 1), DELIST_OK);
		}
		for (uint32_t i = 0; i < 16; i += 2) {
			prefix = under_2001(base + i, 32);
			assert_int_equal(
			    delist_ipset_remove(set, &removed, &prefix),
			    DELIST_OK);
		}
		prefix = under_2001(base, 28);
		assert_int_equal(
		    delist_ipset_insert(set, &prefix, 9), DELIST_OK);
		for (uint32_t i = 0; i < 16; i++) {
			prefix = under_2001(base + i, 32);
			tag = NONE;
			delist_ipset_find(set, &tag, &prefix.addr);
			assert_int_equal(tag, 9);
		}
	}
	delist_ipset_free(set);
}

/* ---- no memory ---- */

static size_t
snapshot(const struct delist_ipset *set, struct delist_ipset_entry *entries)
{
	struct delist_prefix at = {0};
	uint32_t tag;
	size_t n = 0;

	while (delist_ipset_next(set, &at, &tag))
		entries[n++] = (struct delist_ipset_entry){at, tag};
	assert_int_equal(n, delist_ipset_count(set));
	return n;
}

/* What was before an error, and that it is so still. */
struct before {
	struct delist_ipset_entry entries[16];
	size_t n;
	size_t memory;
};

static void
look(const struct delist_ipset *set, struct before *before)
{
	before->n = snapshot(set, before->entries);
	before->memory = delist_ipset_memory(set);
}

static void
as_before(
    const struct delist_ipset *set, int error, const struct before *before)
{
	struct before now;

	if (error == DELIST_OK)
		return;
	assert_int_equal(error, DELIST_ENOMEM);
	look(set, &now);
	assert_int_equal(now.n, before->n);
	assert_int_equal(now.memory, before->memory);
	for (size_t i = 0; i < now.n; i++) {
		assert_int_equal(delist_prefix_compare(&now.entries[i].prefix,
				     &before->entries[i].prefix),
		    0);
		assert_int_equal(now.entries[i].tag, before->entries[i].tag);
	}
}

static void
everything(const struct delist_alloc *alloc, bool failing, void *arg)
{
	static const char *const texts[] = {"192.0.2.0/24", "192.0.2.1",
	    "192.0.2.128/25", "192.0.0.0/16", "198.51.100.0/24",
	    "2001:db8::/32", "2001:db8::1", "2001:db9::/32"};
	struct delist_ipset_entry entries[4];
	struct delist_ipset *set = NULL;
	struct before before;
	int error = delist_ipset_new(&set, alloc);

	(void)failing;
	(void)arg;
	if (error != DELIST_OK) {
		assert_int_equal(error, DELIST_ENOMEM);
		assert_null(set);
		return;
	}
	for (uint32_t i = 0; i < COUNT(texts); i++) {
		struct delist_prefix prefix = prefix_of(texts[i]);

		look(set, &before);
		error = i % 2 == 0
			    ? delist_ipset_insert(set, &prefix, i)
			    : delist_ipset_prepare_insert(set, &prefix, i);
		as_before(set, error, &before);
		if (i % 4 == 1)
			delist_ipset_publish(set);
		else
			delist_ipset_abandon(set);
	}
	for (uint32_t i = 0; i < COUNT(entries); i++)
		entries[i] = (struct delist_ipset_entry){
		    prefix_of(texts[2 * i]), 100 + i};
	look(set, &before);
	error = delist_ipset_build(set, entries, COUNT(entries));
	as_before(set, error, &before);
	for (uint32_t i = 0; i < COUNT(texts); i += 4) {
		struct delist_prefix prefix = prefix_of(texts[i]);
		bool removed;

		look(set, &before);
		error = delist_ipset_remove(set, &removed, &prefix);
		as_before(set, error, &before);
	}
	delist_ipset_free(set);
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
	ROWS(finds, find_rows);
	TEST(mapped_in_any_shape_is_ipv4);
	TEST(the_last_of_equals_counts);
	TEST(build_replaces_all);
	TEST(get_is_exact);
	TEST(refuses_bad_arguments);
	TEST(unseen_before_it_is_published);
	TEST(one_change_at_a_time);
	TEST(abandoned_leaves_nothing);
	TEST(agrees_with_a_slow_twin);
	TEST(build_is_insert);
	TEST(walk_may_change_the_set);
	TEST(every_length_nested);
	TEST(a_prefix_of_many_slots_keeps_them_all);
	TEST(survives_without_memory);
	return support_run("ipset");
}
