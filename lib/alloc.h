/* SPDX-License-Identifier: ISC */
#ifndef LIB_ALLOC_H
#define LIB_ALLOC_H

#include <delist/alloc.h>

/*
 * The one place where the library gets memory.  Every object keeps a copy
 * of its allocator, made by delist_alloc_or_libc(), and hands it to these.
 */

/* *alloc, or the C library's allocator for NULL. */
struct delist_alloc delist_alloc_or_libc(const struct delist_alloc *alloc);

/* n items of `size` bytes, zeroed; NULL if there is no memory, or for 0. */
void *delist_alloc_zeroed(
    const struct delist_alloc *alloc, size_t n, size_t size);

/*
 * The block at ptr with old_n items made to hold new_n items of `size`
 * bytes.  NULL if there is no memory or new_n is 0: ptr is then untouched.
 */
void *delist_alloc_grow(const struct delist_alloc *alloc, void *ptr,
    size_t old_n, size_t new_n, size_t size);

/* Give back ptr, which has n items of `size` bytes.  NULL is fine. */
void delist_alloc_release(
    const struct delist_alloc *alloc, void *ptr, size_t n, size_t size);

#endif
