/* SPDX-License-Identifier: ISC */
#ifndef DELIST_IMAGE_H
#define DELIST_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <delist/addr.h>
#include <delist/alloc.h>
#include <delist/error.h>
#include <delist/ipset.h>

/*
 * A set as bytes, to be looked up where they lie
 *
 * One process keeps a set and writes it out as an image; others, on the same
 * machine or not, map the file and look addresses up in it at once.  Nothing is
 * read in or unpacked: to open an image of ten million prefixes takes as long
 * as one of ten, some microseconds, and a lookup touches what it needs.  So a
 * mail server that forks for each connection shares one copy of the list.
 *
 *	writer		set --> image_size, image_write --> file.new
 *			write, fsync, rename to file
 *	reader		open, fstat, mmap file --> delist_image_open --> find*
 *			file was replaced: map the new one, close the old
 *
 * An image holds no pointer and no number in the order of a machine: it may be
 * written by one kind of machine and read by another.
 *
 * Damage: delist_image_open() looks at no more than the header.  Whatever the
 * bytes behind it are, a lookup may have a wrong answer or take its time, but
 * it reads inside of the image and nowhere else.  Who publishes an image asks
 * delist_image_verify() first.  The check sums (CRC32C, RFC 3720, section 12.1)
 * are against accidents and not against tampering; an image is as
 * trustworthy as those who can write to the file.
 *
 * The bytes must stay as they are while they are open.  So a file is never
 * written to or cut short in its place: another one takes its name.
 *
 * Threads: everything but close may run on any number of threads at once.
 * An image never changes, so no reader need enter or exit.
 */

#ifdef __cplusplus
extern "C" {
#endif

/*
 * How many bytes an image of the set has now.  On the thread of the set's
 * writer; it takes a time that is linear in the set.  A change that is
 * prepared and not published is no part of it.
 */
DELIST_API size_t delist_ipset_image_size(const struct delist_ipset *set);

/*
 * Write the image to bytes[0..room), and to *len how many there are of it.  On
 * the thread of the set's writer; the set is as it was, and no memory is
 * needed.
 *
 *	DELIST_ENOSPC	room is less than delist_ipset_image_size() says;
 *			nothing is written
 */
DELIST_API int delist_ipset_image_write(
    const struct delist_ipset *set, uint8_t *bytes, size_t room, size_t *len);

struct delist_image;

/*
 * Open the image bytes[0..len), which must outlive *out.  The time does not
 * depend on the size.  bytes may begin anywhere; at a multiple of 64, as all
 * that is mapped does, lookups are fastest.  The allocator may be NULL; about
 * a kilobyte is asked of it.
 *
 *	DELIST_EINVAL	out or bytes is NULL
 *	DELIST_ECORRUPT	no image, or not all of it, or damaged in its header
 *	DELIST_EVERSION	an image of a later version that this one can't read
 *	DELIST_ENOMEM	no memory
 */
DELIST_API int delist_image_open(struct delist_image **out,
    const uint8_t *bytes, size_t len, const struct delist_alloc *alloc);

/* The bytes are the caller's again.  NULL is fine. */
DELIST_API void delist_image_close(struct delist_image *image);

/*
 * Look at all of it: the check sums, and that each part is in order and where
 * it has to be.  It takes a time that is linear in the size.
 *
 *	DELIST_ECORRUPT	it is damaged
 */
DELIST_API int delist_image_verify(const struct delist_image *image);

/* How many prefixes are in it, as its header says. */
DELIST_API uint64_t delist_image_count(const struct delist_image *image);

/*
 * What the calls of the same name say of the set that the image was made of
 * (see <delist/ipset.h>): whether a prefix has the address, and the tag of the
 * longest one if so; *tag is untouched if not.
 */
DELIST_API bool delist_image_find(const struct delist_image *image,
    uint32_t *tag, const struct delist_addr *addr);
DELIST_API bool delist_image_find4(
    const struct delist_image *image, uint32_t *tag, uint32_t addr);
DELIST_API bool delist_image_find6(
    const struct delist_image *image, uint32_t *tag, const uint8_t addr[16]);

/* The same for n addresses; tags[i] is DELIST_IPSET_NONE for no match. */
DELIST_API void delist_image_find4_batch(const struct delist_image *image,
    uint32_t *tags, const uint32_t *addrs, size_t n);
DELIST_API void delist_image_find6_batch(const struct delist_image *image,
    uint32_t *tags, const uint8_t (*addrs)[16], size_t n);

#ifdef __cplusplus
}
#endif

#endif
