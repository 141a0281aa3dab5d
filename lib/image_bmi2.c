/* SPDX-License-Identifier: ISC */
/*
 * image_bmi2.c - looking up in an image with SSE2 and BMI2
 *
 * See image_walk.h and lanes.h.
 */
#if defined(__x86_64__)
#define LANES 2
#define WALK delist_image_bmi2
#include "image_walk.h"
#else
#include "image.h"

const struct delist_image_path delist_image_bmi2;
#endif
