/* SPDX-License-Identifier: ISC */
#ifndef DELIST_SERVICE_IMAGE_H
#define DELIST_SERVICE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <delist/addr.h>
#include <delist/alloc.h>
#include <delist/error.h>
#include <delist/service.h>

/*
 * What a service checks, as bytes for other processes
 *
 * A mail server that forks for each connection, or one that must not wait for
 * a daemon, maps a file and checks in it as delist_service_check() would:
 * blocks with their codes and ends, exceptions and allows.
 *
 *	daemon		service --> image_size, image_write --> file.new
 *			write, fsync, rename to file, every minute perhaps
 *	mail server	open, fstat, mmap file --> image_open --> image_check
 *
 * A listing whose end has come does not block, however old the image is.  An
 * image that is older than whoever wrote it wanted knows nothing: it may have
 * what was lifted long ago, so the answer is DELIST_CHECK_UNKNOWN and mail
 * passes.
 *
 * As to damage, the order of bytes on machines, files that must not be written
 * to in their place, and threads, see <delist/image.h>: to open one looks at
 * the header only, and whatever the rest is, a check stays inside of the bytes.
 */

#ifdef __cplusplus
extern "C" {
#endif

/* How many bytes it takes now.  On the thread of the service, as is write. */
DELIST_API size_t delist_service_image_size(
    const struct delist_service *service);

/*
 * Write it to bytes[0..room), and to *len how many there are.  Until age_s
 * seconds from now_s on it may be believed.  No memory is needed.
 *
 *	DELIST_EINVAL	age_s is below 1
 *	DELIST_ENOSPC	room is less than delist_service_image_size() says;
 *			nothing is written
 */
DELIST_API int delist_service_image_write(const struct delist_service *service,
    uint8_t *bytes, size_t room, size_t *len, int64_t age_s, int64_t now_s);

struct delist_service_image;

/*
 * Open the image bytes[0..len), which must outlive *out, in a time that does
 * not depend on its size.  The allocator may be NULL.
 *
 *	DELIST_EINVAL	out or bytes is NULL
 *	DELIST_ECORRUPT	no image, or not all of it, or damaged in a header
 *	DELIST_EVERSION	an image of a later version that this one can't read
 *	DELIST_ENOMEM	no memory
 */
DELIST_API int delist_service_image_open(struct delist_service_image **out,
    const uint8_t *bytes, size_t len, const struct delist_alloc *alloc);

/* The bytes are the caller's again.  NULL is fine. */
DELIST_API void delist_service_image_close(struct delist_service_image *image);

/*
 * Look at all of it, for whoever publishes it.  It takes a time that is
 * linear in its size.
 *
 *	DELIST_ECORRUPT	it is damaged
 */
DELIST_API int delist_service_image_verify(
    const struct delist_service_image *image);

/* When it was written. */
DELIST_API int64_t delist_service_image_built_s(
    const struct delist_service_image *image);

/*
 * As delist_service_check() of the service that it was written by, at now_s;
 * DELIST_CHECK_UNKNOWN and false if it is too old.
 */
DELIST_API bool delist_service_image_check(
    const struct delist_service_image *image, struct delist_check *check,
    const struct delist_addr *addr, const char *recipient, size_t recipient_len,
    int64_t now_s);

/* As delist_service_reply(). */
DELIST_API int delist_service_image_reply(
    const struct delist_service_image *image, char *text, size_t size,
    size_t *len, const struct delist_check *check,
    const struct delist_addr *addr, int lines);

#ifdef __cplusplus
}
#endif

#endif
