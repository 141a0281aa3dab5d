/* SPDX-License-Identifier: ISC */
#ifndef DELIST_IPSET_H
#define DELIST_IPSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <delist/addr.h>
#include <delist/alloc.h>
#include <delist/error.h>

/*
 * A set of IP prefixes
 *
 * Each prefix carries a tag of 32 bits, which is the host's to give a meaning.
 * An address is looked up by its longest match: of all prefixes in the set that
 * have it, the longest decides.  IPv4 and IPv6 live apart, so ::/0 matches no
 * IPv4 address; an IPv4-mapped address is looked up as the IPv4 address it is.
 *
 *	198.51.100.0/24  tag 1
 *	198.51.100.7/32  tag 2		find 198.51.100.7  -> 2
 *	2001:db8::/32    tag 3		find 198.51.100.8  -> 1
 *					find 192.0.2.1     -> no match
 *
 * Threads: one writer at a time, and any number of readers beside it.  find*
 * may run on any thread; beside a call that changes the set they must stand
 * between delist_reader_enter() and delist_reader_exit(), see below.  They take
 * no lock, and each answer is right for some moment of the call.  All else, get,
 * cover, next and count too, belongs to the writer's thread.
 *
 * Memory: some kilobytes when empty; a family with a prefix in it takes 256 KiB
 * at once, and another 520 KiB with its first IPv4 prefix longer than /24.  With
 * up to 255 distinct tags in a family a prefix takes few bytes: 10 in a routing
 * table, 2 to 4 for single addresses by the million.  Tags that went out of use
 * count too, until no reader is inside that may have seen them.  One tag more
 * builds the family anew with codes of four bytes, which stay until the next
 * build: a million prefixes with a tag each take 30 bytes each for IPv4, and for
 * IPv6 up to 105, if each lies in a /48 of its own.  After removals no more is kept than half
 * as much again as a new build would take.
 */

#ifdef __cplusplus
extern "C" {
#endif

/* "No match" in batches, and so not allowed as a tag. */
#define DELIST_IPSET_NONE UINT32_MAX

struct delist_ipset;

struct delist_ipset_entry {
	struct delist_prefix prefix;
	uint32_t tag;
};

/*
 * An empty set in *out, for delist_ipset_free().  The allocator may be NULL
 * (see <delist/alloc.h>).
 *
 *	DELIST_EINVAL	out is NULL
 *	DELIST_ENOMEM	no memory
 */
DELIST_API int delist_ipset_new(
    struct delist_ipset **out, const struct delist_alloc *alloc);

/* Give all of it back, also a change that is prepared.  NULL is fine. */
DELIST_API void delist_ipset_free(struct delist_ipset *set);

/*
 * Replace all that is in the set by the n entries, in any order; of two with
 * the same prefix the later counts.  The entries are copied.  On error the set
 * is as it was.  While it is built, the old content takes its memory too.
 *
 *	DELIST_EINVAL	an entry has a malformed prefix or the tag
 *			DELIST_IPSET_NONE
 *	DELIST_EBUSY	a change is prepared
 *	DELIST_EAGAIN	too much waits for a reader that is inside
 *	DELIST_ENOMEM	no memory
 */
DELIST_API int delist_ipset_build(struct delist_ipset *set,
    const struct delist_ipset_entry *entries, size_t n);

/*
 * Put the prefix into the set, or replace the tag that it has there.
 *
 *	DELIST_EINVAL	malformed prefix, or tag DELIST_IPSET_NONE
 *	DELIST_EBUSY	a change is prepared
 *	DELIST_EAGAIN	too much waits for a reader that is inside
 *	DELIST_ENOMEM	no memory
 */
DELIST_API int delist_ipset_insert(
    struct delist_ipset *set, const struct delist_prefix *prefix, uint32_t tag);

/*
 * Take exactly this prefix out; *removed tells whether it was there.  Prefixes
 * inside it stay.  It needs memory as an insert does; with the last prefix of a
 * family all memory of the family is given back.
 *
 *	DELIST_EINVAL	malformed prefix
 *	DELIST_EBUSY	a change is prepared
 *	DELIST_EAGAIN	too much waits for a reader that is inside
 *	DELIST_ENOMEM	no memory
 */
DELIST_API int delist_ipset_remove(struct delist_ipset *set, bool *removed,
    const struct delist_prefix *prefix);

/*
 * A change in two steps, for a host that must write it down in between: all
 * that can fail is done while it is prepared, and nobody sees it before it is
 * published.  One change at a time: until it is published or abandoned, every
 * other change is refused with DELIST_EBUSY.  Errors are those of insert and
 * remove.  *removed tells whether the prefix is there; also a removal of
 * nothing is to be published or abandoned.
 */
DELIST_API int delist_ipset_prepare_insert(
    struct delist_ipset *set, const struct delist_prefix *prefix, uint32_t tag);
DELIST_API int delist_ipset_prepare_remove(struct delist_ipset *set,
    bool *removed, const struct delist_prefix *prefix);

/* Make the prepared change, or drop it.  Nothing is done if there is none. */
DELIST_API void delist_ipset_publish(struct delist_ipset *set);
DELIST_API void delist_ipset_abandon(struct delist_ipset *set);

/* Whether exactly this prefix is in the set, and its tag if so. */
DELIST_API bool delist_ipset_get(const struct delist_ipset *set, uint32_t *tag,
    const struct delist_prefix *prefix);

/*
 * Whether a prefix in the set has the address, and the tag of the longest one
 * if so; *tag is untouched if not.  No address matches nothing.  find4 takes a
 * number in host byte order, find6 16 bytes in network order.
 */
DELIST_API bool delist_ipset_find(const struct delist_ipset *set, uint32_t *tag,
    const struct delist_addr *addr);
DELIST_API bool delist_ipset_find4(
    const struct delist_ipset *set, uint32_t *tag, uint32_t addr);
DELIST_API bool delist_ipset_find6(
    const struct delist_ipset *set, uint32_t *tag, const uint8_t addr[16]);

/* The same for n addresses; tags[i] is DELIST_IPSET_NONE for no match. */
DELIST_API void delist_ipset_find4_batch(const struct delist_ipset *set,
    uint32_t *tags, const uint32_t *addrs, size_t n);
DELIST_API void delist_ipset_find6_batch(const struct delist_ipset *set,
    uint32_t *tags, const uint8_t (*addrs)[16], size_t n);

/* As delist_ipset_find(), and which prefix matched. */
DELIST_API bool delist_ipset_cover(const struct delist_ipset *set,
    struct delist_prefix *prefix, uint32_t *tag,
    const struct delist_addr *addr);

/*
 * Walk the set in the order of delist_prefix_compare().  *prefix is the cursor:
 * all zero at first, then what the last call left there.  Each call goes to the
 * first prefix behind the cursor, so the set may be changed between calls; with
 * the last behind it, the answer is false and nothing is written.
 */
DELIST_API bool delist_ipset_next(const struct delist_ipset *set,
    struct delist_prefix *prefix, uint32_t *tag);

/* How many prefixes are in the set. */
DELIST_API size_t delist_ipset_count(const struct delist_ipset *set);

/* ---- readers beside the writer ---- */

/*
 * A thread that looks up beside the writer joins once and leaves at its end.
 * Around its lookups, one or some tens, it enters and exits:
 *
 *	delist_reader_enter(reader);
 *	found = delist_ipset_find4(set, &tag, addr);
 *	delist_reader_exit(reader);
 *
 * What the writer replaces is kept while a reader that may see it is inside, so
 * a reader must not sleep there, and stay short: a thread that is put aside by
 * the system inside is as bad as one that sleeps.  Outside it delays nobody.
 * Once 4096 blocks wait for a reader, or 3 MiB more memory than the family has
 * and more of it would have to wait, changes are refused with DELIST_EAGAIN
 * until it exits: let it run, and try again.  What has waited is given back with
 * the next change of either family.
 */
struct delist_reader;

/*
 * Any thread.  The allocator of the set must then be safe to call on several
 * threads.  All readers leave before the set is freed.
 *
 *	DELIST_EINVAL	out or set is NULL
 *	DELIST_ENOMEM	no memory
 */
DELIST_API int delist_reader_join(
    struct delist_reader **out, struct delist_ipset *set);

/* On the reader's thread; they do not nest. */
DELIST_API void delist_reader_enter(struct delist_reader *reader);
DELIST_API void delist_reader_exit(struct delist_reader *reader);

/* The reader is gone, and exits if it is inside.  NULL is fine. */
DELIST_API void delist_reader_leave(struct delist_reader *reader);

/* How many bytes the set takes, as asked of its allocator. */
DELIST_API size_t delist_ipset_memory(const struct delist_ipset *set);

#ifdef __cplusplus
}
#endif

#endif
