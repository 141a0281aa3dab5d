/* SPDX-License-Identifier: ISC */
/*
 * image_avx512.c - looking up in an image with AVX-512 and BMI2
 *
 * See image_walk.h and lanes.h.
 */
#if defined(__x86_64__)
#define LANES 3
#define WALK delist_image_avx512
#include "image_walk.h"
#else
#include "image.h"

const struct delist_image_path delist_image_avx512;
#endif
