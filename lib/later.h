/* SPDX-License-Identifier: ISC */
#ifndef LIB_LATER_H
#define LIB_LATER_H

#include <stdbool.h>
#include <stdint.h>

/* Times as the machines add them: they stop at the ends of int64_t. */

/* time_s + by_s; by_s >= 0. */
static inline int64_t
delist_later(int64_t time_s, int64_t by_s)
{
	return time_s > INT64_MAX - by_s ? INT64_MAX : time_s + by_s;
}

/* How long time_s is behind from_s; 0 where it is not. */
static inline int64_t
delist_since(int64_t time_s, int64_t from_s)
{
	uint64_t by = (uint64_t)time_s - (uint64_t)from_s;

	if (time_s <= from_s)
		return 0;
	return by > INT64_MAX ? INT64_MAX : (int64_t)by;
}

/* base_s * factor^n, at most cap_s; base_s > 0, factor > 0. */
static inline int64_t
delist_grown(int64_t base_s, uint32_t factor, uint32_t n, int64_t cap_s)
{
	if (factor == 1)
		n = 0;
	while (n-- > 0 && base_s < cap_s)
		base_s = base_s > cap_s / factor ? cap_s : base_s * factor;
	return base_s < cap_s ? base_s : cap_s;
}

/* When a mail that was put off is tried again; false: it had its tries. */
static inline bool
delist_later_try(uint32_t *tries, int64_t *next_try_s, const int64_t wait_s[],
    uint32_t tries_max, int64_t now_s)
{
	++*tries;
	if (*tries >= tries_max)
		return false;
	*next_try_s = delist_later(now_s, wait_s[*tries - 1]);
	return true;
}

#endif
