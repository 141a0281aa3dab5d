/* SPDX-License-Identifier: ISC */
/*
 * ipset_avx512.c - looking up with AVX-512 and BMI2
 *
 * See ipset_walk.h and lanes.h.
 */
#if defined(__x86_64__)
#define LANES 3
#define WALK delist_path_avx512
#include "ipset_walk.h"
#else
#include "ipset.h"

const struct delist_path delist_path_avx512;
#endif
