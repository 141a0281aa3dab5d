/* SPDX-License-Identifier: ISC */
#ifndef DELIST_DEADLINE_H
#define DELIST_DEADLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <delist/alloc.h>
#include <delist/error.h>

/*
 * Deadlines
 *
 * A queue of things that are due at some time: insert, cancel, move, and ask
 * for those that are due.  There is no clock and no timer in it: time is an
 * argument, and a host sets its one timer to what delist_deadline_next()
 * says.
 *
 * Insert, cancel, move and each item popped cost O(log n).  An entry takes
 * 40 bytes; the memory grows by doubling and is given back by free().
 *
 * One thread at a time per queue.
 */

#ifdef __cplusplus
extern "C" {
#endif

struct delist_deadline;

/*
 * Make an empty queue.  *out is the caller's, who gives it back with
 * delist_deadline_free().
 *
 *	DELIST_ENOMEM	no memory; *out is as it was
 */
DELIST_API int delist_deadline_new(
    struct delist_deadline **out, const struct delist_alloc *alloc);

/* Give back the queue and all entries.  NULL is fine. */
DELIST_API void delist_deadline_free(struct delist_deadline *queue);

/*
 * Make room for n entries in all: inserts up to that count cannot fail.
 *
 *	DELIST_ENOMEM	no memory, or n over 2^31; the queue is as it was
 */
DELIST_API int delist_deadline_reserve(struct delist_deadline *queue, size_t n);

/*
 * Add an entry that is due at due_s.  `item` is what pop will hand out, a
 * number of the caller's.  *handle names the entry until it is cancelled or
 * popped, and is never 0; it may be NULL if nobody will ask.
 *
 *	DELIST_ENOMEM	no memory; queue and *handle are as they were
 */
DELIST_API int delist_deadline_insert(struct delist_deadline *queue,
    uint64_t *handle, int64_t due_s, uint64_t item);

/*
 * Take an entry out, or give it another time.  False, with nothing changed,
 * where the handle is 0 or stale, that is, its entry was cancelled or popped.
 */
DELIST_API bool delist_deadline_cancel(
    struct delist_deadline *queue, uint64_t handle);
DELIST_API bool delist_deadline_move(
    struct delist_deadline *queue, uint64_t handle, int64_t due_s);

/* When the first entry is due; false, with *due_s untouched, if none is in. */
DELIST_API bool delist_deadline_next(
    const struct delist_deadline *queue, int64_t *due_s);

/*
 * Take out up to cap entries with due_s <= now_s and write their items, the
 * earliest first, at the same time in the order of insertion.  How many; a
 * caller that gets cap of them asks again.
 */
DELIST_API size_t delist_deadline_pop(
    struct delist_deadline *queue, uint64_t *items, size_t cap, int64_t now_s);

/* How many entries are in. */
DELIST_API size_t delist_deadline_count(const struct delist_deadline *queue);

#ifdef __cplusplus
}
#endif

#endif
