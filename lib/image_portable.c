/* SPDX-License-Identifier: ISC */
/*
 * image_portable.c - looking up in an image with portable C, the reference
 *
 * See image_walk.h and lanes.h.
 */
#define LANES 0
#define WALK delist_image_portable
#include "image_walk.h"
