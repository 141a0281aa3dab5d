/* SPDX-License-Identifier: ISC */
#ifndef DELIST_LIMIT_H
#define DELIST_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include <delist/error.h>

/*
 * Limits
 *
 * "At most 3 in 24 hours", for a counter of 56 bytes that can be stored in a
 * record.  A counter is cut into 12 slots, each an eleventh of the window
 * long, rounded up; a slot counts for as long as its last second is inside
 * the window.
 *
 *	never too many	in no window of window_s, wherever it begins, are
 *			more than max uses
 *	a bit late	a use may count for less than one slot longer than
 *			the window
 *
 * Limits guard mail, so they fail closed: to a clock that steps back, uses
 * made "later" count as just made, until the clock has come up to them.
 *
 * Nothing is allocated, and nothing overflows: any time and any window will
 * do.  Two threads may not write one counter at a time.
 */

#ifdef __cplusplus
extern "C" {
#endif

enum {
	DELIST_LIMIT_SLOTS = 12
};

/* A window below one second is one second. */
struct delist_limit_rule {
	uint32_t max;	  /* uses in any window; 0: none is allowed */
	int64_t window_s; /* its length in seconds */
};

/*
 * A counter: a plain value; zeroed is "never used".  It goes with one rule.
 * The rule's max may change at any time; after a change of the window, old
 * uses count for about their share of the new one.
 */
struct delist_limit {
	int64_t newest;	   /* when the newest slot began, in seconds */
	uint32_t used[12]; /* [i]: uses in the slot i before the newest */
};

/* How many uses are left at now_s. */
DELIST_API uint32_t delist_limit_left(const struct delist_limit *limit,
    const struct delist_limit_rule *rule, int64_t now_s);

/*
 * Count n uses at now_s and return true, if that keeps the rule; otherwise
 * return false, with nothing counted.  Zero uses always keep it.
 */
DELIST_API bool delist_limit_take(struct delist_limit *limit,
    const struct delist_limit_rule *rule, uint32_t n, int64_t now_s);

/*
 * The earliest time, now_s or later, at which n uses will be allowed if none
 * is made before.  INT64_MAX: never.
 */
DELIST_API int64_t delist_limit_free_s(const struct delist_limit *limit,
    const struct delist_limit_rule *rule, uint32_t n, int64_t now_s);

/*
 * The time from which on the counter is as good as never used, and its row
 * may be dropped.  INT64_MIN if it was never used.
 */
DELIST_API int64_t delist_limit_idle_s(
    const struct delist_limit *limit, const struct delist_limit_rule *rule);

#ifdef __cplusplus
}
#endif

#endif
