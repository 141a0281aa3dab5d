/* SPDX-License-Identifier: ISC */
/*
 * image_sse2.c - looking up in an image with SSE2
 *
 * See image_walk.h and lanes.h.
 */
#if defined(__x86_64__)
#define LANES 1
#define WALK delist_image_sse2
#include "image_walk.h"
#else
#include "image.h"

const struct delist_image_path delist_image_sse2;
#endif
