/* SPDX-License-Identifier: ISC */
/*
 * ipset_portable.c - looking up with portable C, the reference
 *
 * See ipset_walk.h and lanes.h.
 */
#define LANES 0
#define WALK delist_path_portable
#include "ipset_walk.h"
