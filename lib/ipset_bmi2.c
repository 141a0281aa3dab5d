/* SPDX-License-Identifier: ISC */
/*
 * ipset_bmi2.c - looking up with SSE2 and BMI2
 *
 * See ipset_walk.h and lanes.h.
 */
#if defined(__x86_64__)
#define LANES 2
#define WALK delist_path_bmi2
#include "ipset_walk.h"
#else
#include "ipset.h"

const struct delist_path delist_path_bmi2;
#endif
