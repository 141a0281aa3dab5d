/* SPDX-License-Identifier: ISC */
/*
 * A set of every form of node, changed with each allocation failing once: what
 * is in it is then as before.
 */
#include "support.h"

#include <delist/ipset.h>

enum {
	BASE = 420
};

static struct delist_ipset_entry base[BASE];

static struct delist_prefix
prefix_of(const char *text)
{
	struct delist_prefix prefix;

	assert_int_equal(
	    delist_prefix_parse(&prefix, text, strlen(text)), DELIST_OK);
	return prefix;
}

/* Hosts of one code and of many, routes, and 254 tags for each family. */
static void
make_base(void)
{
	for (uint32_t i = 0; i < BASE; i++) {
		uint8_t bytes[16] = {0x20, 1, 0x0d, 0xb8};
		struct delist_addr addr = delist_addr_from4(
		    0xc6330000 + (i < 120 ? i * 37 : i << 16 | i << 8));
		unsigned bits = i < 120 ? 32 : i % 3 == 0 ? 31 : 24;

		if (i >= 200) {
			bytes[4] = (uint8_t)(i % 5);
			bytes[6] = (uint8_t)i;
			bytes[7] = (uint8_t)(i * 7);
			addr = delist_addr_from6(bytes);
			bits = i % 2 == 0 ? 64 : i % 3 == 0 ? 47 : 72;
		}
		base[i] = (struct delist_ipset_entry){
		    delist_prefix_of(&addr, bits), i < 120 ? 3 : i % 254};
	}
}

/* A number for all that is in the set. */
static uint64_t
sum_of(const struct delist_ipset *set)
{
	struct delist_prefix at = {.bits = 0};
	uint64_t sum = delist_ipset_count(set);
	uint32_t tag;

	while (delist_ipset_next(set, &at, &tag)) {
		for (size_t i = 0; i < 16; i++)
			sum = (sum ^ at.addr.bytes[i]) * 0x100000001b3;
		sum = (sum ^ at.bits) * 0x100000001b3;
		sum = (sum ^ tag) * 0x100000001b3;
	}
	return sum;
}

struct change {
	const char *prefix;
	bool remove;
	uint32_t tag;
};

/* clang-format off */
static const struct change changes[] = {
	{"198.51.0.1", false, 3},	/* among hosts */
	{"198.51.0.0/28", false, 3},	/* around some of them */
	{"198.51.0.3", false, 3},	/* in it */
	{"198.51.0.0/28", true, 0},
	{"198.51.0.37", false, 4},	/* of another code */
	{"198.51.0.37", true, 0},
	{"203.0.113.9", false, 3},	/* a first host */
	{"203.0.113.9", true, 0},	/* and the last */
	{"198.0.0.0/7", false, 3},	/* many words */
	{"198.0.0.0/7", true, 0},
	{"2001:d80::/26", false, 3},	/* many slots */
	{"2001:db8:7:7::/64", false, 3},
	{"2001:db8:7:7::1", false, 3},
	{"2001:db8:7:7::/64", true, 0},
	{"2001:db8:7::/48", false, 5},
	{"2001:d80::/26", true, 0},
	{"192.0.2.0/24", false, 1000},	/* too many tags for a byte */
	{"192.0.2.1", false, 1001},
	{"192.0.2.2/31", false, 1002},
	{"0.0.0.0/6", false, 1003},
	{"192.0.2.1", true, 0},
	{"2001:db8::/32", false, 1000},
	{"2001:db8::/32", true, 0},
};
/* clang-format on */

/* What is in the set before each change, and after the last. */
static uint64_t sums[COUNT(changes) + 1];

static int
change_one(struct delist_ipset *set, const struct change *change)
{
	struct delist_prefix prefix = prefix_of(change->prefix);
	bool removed;

	if (change->remove)
		return delist_ipset_remove(set, &removed, &prefix);
	return delist_ipset_insert(set, &prefix, change->tag);
}

static void
change_all(const struct delist_alloc *alloc, bool failing, void *arg)
{
	struct delist_ipset *set = NULL;
	int error = DELIST_OK;

	(void)failing;
	(void)arg;
	if (delist_ipset_new(&set, alloc) != DELIST_OK)
		return;
	if (delist_ipset_build(set, base, BASE) != DELIST_OK) {
		assert_int_equal(delist_ipset_count(set), 0);
		error = DELIST_ENOMEM;
	}
	for (size_t i = 0; i < COUNT(changes) && error == DELIST_OK; i++) {
		error = change_one(set, &changes[i]);
		if (error == DELIST_OK)
			continue;
		assert_int_equal(error, DELIST_ENOMEM);
		assert_int_equal(sum_of(set), sums[i]);
	}
	delist_ipset_free(set);
}

static void
changes_without_memory_change_nothing(void **state)
{
	struct delist_ipset *set;

	(void)state;
	make_base();
	assert_int_equal(delist_ipset_new(&set, NULL), DELIST_OK);
	assert_int_equal(delist_ipset_build(set, base, BASE), DELIST_OK);
	for (size_t i = 0; i < COUNT(changes); i++) {
		sums[i] = sum_of(set);
		assert_int_equal(change_one(set, &changes[i]), DELIST_OK);
	}
	delist_ipset_free(set);
	support_sweep(change_all, NULL);
}

/* From many to few and to none, with a reader who has been there. */
static void
memory_comes_back(void **state)
{
	struct support_memory memory = {0};
	struct delist_alloc alloc = support_alloc(&memory);
	struct delist_reader *reader;
	struct delist_ipset *set;
	size_t empty, full;
	bool removed;

	(void)state;
	make_base();
	assert_int_equal(delist_ipset_new(&set, &alloc), DELIST_OK);
	assert_int_equal(delist_reader_join(&reader, set), DELIST_OK);
	delist_reader_enter(reader);
	delist_reader_exit(reader);
	empty = memory.bytes;
	assert_int_equal(delist_ipset_memory(set), empty);
	for (size_t round = 0; round < 3; round++) {
		assert_int_equal(
		    delist_ipset_build(set, base, BASE), DELIST_OK);
		full = delist_ipset_memory(set);
		assert_int_equal(memory.bytes, full);
		assert_true(full > empty);
		for (size_t i = 0; i < BASE; i++)
			assert_int_equal(
			    delist_ipset_remove(set, &removed, &base[i].prefix),
			    DELIST_OK);
		assert_int_equal(delist_ipset_count(set), 0);
		assert_int_equal(delist_ipset_memory(set), empty);
		assert_int_equal(memory.bytes, empty);
	}
	delist_reader_leave(reader);
	delist_ipset_free(set);
	assert_int_equal(memory.blocks, 0);
}

/* ---- what waits for a reader ---- */

struct waiting_row {
	const char *name;
	const char *prefix;
	const char *other; /* of the other family */
	bool abandons;
};

static const struct waiting_row waiting_rows[] = {
    {"IPv4, to and fro", "10.0.0.0", "2001:db8::1", false},
    {"IPv4, prepared and abandoned", "10.0.0.0", "2001:db8::1", true},
    {"IPv6, to and fro", "2001:db8::1", "10.0.0.0", false},
    {"IPv6, prepared and abandoned", "2001:db8::1", "10.0.0.0", true},
};

/* From none to one, and back. */
static int
come_and_go(
    struct delist_ipset *set, const struct delist_prefix *prefix, bool abandons)
{
	bool removed;
	int error = delist_ipset_prepare_insert(set, prefix, 1);

	if (error != DELIST_OK)
		return error;
	if (abandons)
		delist_ipset_abandon(set);
	else
		delist_ipset_publish(set);
	return abandons ? DELIST_OK
			: delist_ipset_remove(set, &removed, prefix);
}

/* Each time all tables of the family wait; then they go with any change. */
static void
what_waits_is_bounded(void **state)
{
	const struct waiting_row *row = *state;
	struct delist_prefix prefix = prefix_of(row->prefix);
	struct delist_prefix other = prefix_of(row->other);
	struct delist_reader *reader;
	struct delist_ipset *set;
	size_t empty, n = 0;
	bool removed;
	int error;

	assert_int_equal(delist_ipset_new(&set, NULL), DELIST_OK);
	assert_int_equal(delist_reader_join(&reader, set), DELIST_OK);
	empty = delist_ipset_memory(set);
	delist_reader_enter(reader);
	while ((error = come_and_go(set, &prefix, row->abandons)) == DELIST_OK)
		assert_in_range(++n, 1, 16);
	assert_int_equal(error, DELIST_EAGAIN);
	assert_in_range(n, 2, 16);
	assert_in_range(delist_ipset_memory(set), 3 << 20, 5 << 20);
	delist_reader_exit(reader);
	assert_int_equal(delist_ipset_remove(set, &removed, &other), DELIST_OK);
	assert_false(removed);
	assert_int_equal(delist_ipset_memory(set), empty);
	assert_int_equal(come_and_go(set, &prefix, row->abandons), DELIST_OK);
	delist_ipset_remove(set, &removed, &prefix);
	assert_int_equal(delist_ipset_memory(set), empty);
	delist_reader_leave(reader);
	delist_ipset_free(set);
}

int
main(void)
{
	TEST(changes_without_memory_change_nothing);
	TEST(memory_comes_back);
	ROWS(what_waits_is_bounded, waiting_rows);
	return support_run("ipset_memory");
}
