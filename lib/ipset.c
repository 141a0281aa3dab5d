/* SPDX-License-Identifier: ISC */
/*
 * ipset.c - IP prefixes to tags: sets, and looking up
 *
 * See ipset.h for the whole.  Which kind of lanes a lookup uses is decided
 * once, when the set is made, and stands in the set.
 */
#include "ipset.h"

#include "alloc.h"
#include "bytes.h"

/* ---- ways to look up ---- */

const struct delist_path *
delist_path_of(unsigned n)
{
	if (n == 0)
		return &delist_path_portable;
#if defined(__x86_64__)
	__builtin_cpu_init();
	if (n == 1)
		return &delist_path_sse2;
	if (n == 2 && __builtin_cpu_supports("bmi2") &&
	    __builtin_cpu_supports("bmi") && __builtin_cpu_supports("popcnt"))
		return &delist_path_bmi2;
	if (n == 3 && delist_path_of(2) != NULL &&
	    __builtin_cpu_supports("avx512bw") &&
	    __builtin_cpu_supports("avx512vl"))
		return &delist_path_avx512;
#endif
	return NULL;
}

const struct delist_path *
delist_path_best(void)
{
	const struct delist_path *best = NULL;

	for (unsigned n = DELIST_PATHS; best == NULL; n--)
		best = delist_path_of(n - 1);
	return best;
}

/* ---- sets ---- */

/* The allocator of all that a set has: the host's, with the bytes counted. */
static void *
counted_resize(void *arg, void *ptr, size_t old_size, size_t new_size)
{
	struct delist_ipset *set = arg;
	void *made = set->from.resize(set->from.arg, ptr, old_size, new_size);

	if (made == NULL && new_size != 0)
		return NULL;
	atomic_fetch_add_explicit(
	    &set->bytes, new_size - old_size, memory_order_relaxed);
	return made;
}

int
delist_ipset_new_beside(struct delist_ipset **out,
    const struct delist_alloc *alloc, struct delist_epoch *epoch)
{
	struct delist_alloc from = delist_alloc_or_libc(alloc);
	struct delist_ipset *set;

	set = delist_alloc_zeroed(&from, 1, sizeof *set);
	if (set == NULL)
		return DELIST_ENOMEM;
	set->from = from;
	set->alloc = (struct delist_alloc){counted_resize, set};
	set->path = delist_path_best();
	atomic_init(&set->bytes, sizeof *set);
	for (int i = 0; i < 2; i++) {
		atomic_init(&set->view[i], &delist_view_empty);
		delist_part_init(set, i == 1);
	}
	delist_epoch_init(&set->own_epoch);
	set->epoch = epoch != NULL ? epoch : &set->own_epoch;
	*out = set;
	return DELIST_OK;
}

int
delist_ipset_new(struct delist_ipset **out, const struct delist_alloc *alloc)
{
	if (out == NULL)
		return DELIST_EINVAL;
	return delist_ipset_new_beside(out, alloc, NULL);
}

void
delist_ipset_free(struct delist_ipset *set)
{
	struct delist_alloc from;

	if (set == NULL)
		return;
	delist_ipset_abandon(set);
	delist_part_fini(set, &set->part[0]);
	delist_part_fini(set, &set->part[1]);
	delist_epoch_fini(&set->own_epoch, &set->alloc);
	from = set->from;
	delist_alloc_release(&from, set, 1, sizeof *set);
}

size_t
delist_ipset_memory(const struct delist_ipset *set)
{
	return atomic_load_explicit(&set->bytes, memory_order_relaxed);
}

/* ---- readers ---- */

int
delist_reader_join(struct delist_reader **out, struct delist_ipset *set)
{
	struct delist_reader *reader;

	if (out == NULL || set == NULL)
		return DELIST_EINVAL;
	reader = delist_epoch_join(set->epoch, &set->alloc);
	if (reader == NULL)
		return DELIST_ENOMEM;
	*out = reader;
	return DELIST_OK;
}

void
delist_reader_enter(struct delist_reader *reader)
{
	uint64_t now =
	    atomic_load_explicit(&reader->epoch->now, memory_order_acquire);

	atomic_exchange_explicit(&reader->inside, now, memory_order_acq_rel);
}

void
delist_reader_exit(struct delist_reader *reader)
{
	atomic_store_explicit(&reader->inside, 0, memory_order_release);
}

void
delist_reader_leave(struct delist_reader *reader)
{
	if (reader == NULL)
		return;
	atomic_store_explicit(&reader->inside, 0, memory_order_release);
	atomic_store_explicit(&reader->taken, false, memory_order_release);
}

/* ---- looking up ---- */

enum {
	BATCH = 256 /* looked up again if the view was exchanged meanwhile */
};

static const struct delist_view *
view_of(const struct delist_ipset *set, int family)
{
	return atomic_load_explicit(&set->view[family], memory_order_acquire);
}

bool
delist_ipset_find4(const struct delist_ipset *set, uint32_t *tag, uint32_t addr)
{
	return set->path->find4(&set->view[0], tag, addr);
}

bool
delist_ipset_find6(
    const struct delist_ipset *set, uint32_t *tag, const uint8_t addr[16])
{
	uint64_t hi = delist_be64(addr), lo = delist_be64(addr + 8);

	if (__builtin_expect(hi == 0 && lo >> 32 == 0xffff, 0))
		return delist_ipset_find4(set, tag, (uint32_t)lo); /* mapped */
	return set->path->find6(&set->view[1], tag, hi, lo);
}

bool
delist_ipset_find(const struct delist_ipset *set, uint32_t *tag,
    const struct delist_addr *addr)
{
	if (addr->family == DELIST_INET4)
		return delist_ipset_find4(set, tag, delist_be32(addr->bytes));
	return addr->family == DELIST_INET6 &&
	       delist_ipset_find6(set, tag, addr->bytes);
}

void
delist_ipset_find4_batch(const struct delist_ipset *set, uint32_t *tags,
    const uint32_t *addrs, size_t n)
{
	const struct delist_view *view = view_of(set, 0), *seen;

	while (n > 0) {
		size_t some = n < BATCH ? n : BATCH;

		do {
			seen = view;
			set->path->batch4(seen, tags, addrs, some);
			view = view_of(set, 0);
		} while (__builtin_expect(view != seen, 0));
		tags += some;
		addrs += some;
		n -= some;
	}
}

/* IPv4-mapped addresses are looked up again, as what they are. */
static void
find_mapped(const struct delist_ipset *set, uint32_t *tags,
    const uint8_t (*addrs)[16], size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t addr = delist_be32(addrs[i] + 12);

		if (delist_be64(addrs[i]) == 0 &&
		    delist_be32(addrs[i] + 8) == 0xffff)
			delist_ipset_find4_batch(set, &tags[i], &addr, 1);
	}
}

void
delist_ipset_find6_batch(const struct delist_ipset *set, uint32_t *tags,
    const uint8_t (*addrs)[16], size_t n)
{
	const struct delist_view *view = view_of(set, 1), *seen;

	while (n > 0) {
		size_t some = n < BATCH ? n : BATCH;

		do {
			seen = view;
			set->path->batch6(seen, tags, addrs, some);
			view = view_of(set, 1);
		} while (__builtin_expect(view != seen, 0));
		find_mapped(set, tags, addrs, some);
		tags += some;
		addrs += some;
		n -= some;
	}
}
