/* SPDX-License-Identifier: ISC */
#ifndef DELIST_ENTROPY_H
#define DELIST_ENTROPY_H

#include <stddef.h>
#include <stdint.h>

#include <delist/error.h>

/*
 * Random bytes
 *
 * The library never asks for them by itself: a host hands it a source, and
 * this is the one for hosts that have no other.
 */

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Fill out[0..len) from the system: getrandom(), or /dev/urandom where the
 * kernel has no such call.  Early in the life of a machine it waits until
 * the kernel has gathered enough.  `arg` is not used; it is there because a
 * source of the host's may need one.  Any thread; errno is kept.
 *
 *	DELIST_EIO	the system gave none; out is then all zero, and
 *			must not be used
 */
DELIST_API int delist_entropy(void *arg, uint8_t *out, size_t len);

#ifdef __cplusplus
}
#endif

#endif
