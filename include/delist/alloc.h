/* SPDX-License-Identifier: ISC */
#ifndef DELIST_ALLOC_H
#define DELIST_ALLOC_H

#include <stddef.h>

/*
 * Where memory comes from
 *
 * A call that makes an object takes an optional `const struct delist_alloc
 * *`.  NULL is the C library's realloc() and free().  The struct is copied
 * into the object; what `arg` points to must outlive it.
 *
 * resize() is all there is to write:
 *
 *	old_size 0, ptr NULL	allocate new_size bytes
 *	new_size 0		release ptr, which has old_size bytes; the
 *				result is ignored, and it must not fail
 *	both non-zero		grow or shrink ptr, which may move
 *
 * It returns memory aligned for any type, or NULL if there is none, with
 * the old block left as it was.  It is called on the thread that called
 * the library, and must not call the library.
 */
struct delist_alloc {
	void *(*resize)(void *arg, void *ptr, size_t old_size, size_t new_size);
	void *arg;
};

#endif
