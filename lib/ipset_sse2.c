/* SPDX-License-Identifier: ISC */
/*
 * ipset_sse2.c - looking up with SSE2
 *
 * See ipset_walk.h and lanes.h.
 */
#if defined(__x86_64__)
#define LANES 1
#define WALK delist_path_sse2
#include "ipset_walk.h"
#else
#include "ipset.h"

const struct delist_path delist_path_sse2;
#endif
