/* SPDX-License-Identifier: ISC */
#ifndef LIB_SERVICE_IMAGE_H
#define LIB_SERVICE_IMAGE_H

#include <stdatomic.h>

#include <delist/image.h>
#include <delist/service_image.h>

#include "service.h"

/*
 * An image of a service, format 1.  All numbers are little-endian, and each
 * part begins at a multiple of 64.
 *
 *	image	= header texts words slots set
 *
 *	header	= magic 8, major 2, minor 2, header length 4, image length 8,
 *		  built 8, age 8, seed 16, places 4, slots 4,
 *		  length of texts 4, CRC32C of texts, words and slots 4,
 *		  length of the set 8, lengths in use 3 * 2 * 3 * 8,
 *		  0 (28), CRC32C of the header before this 4
 *	texts	= canonical delist mailbox, delist mailbox, portal, each with
 *		  a NUL
 *	word	= 4, as in docket_word.c; numbers are from 1
 *	slot	= address 16, due 8, sort 1, bits 1, code 1, 0 (5): docket.h
 *	set	= <delist/image.h>: the prefixes that are blocked
 *
 * The header says how long each part is, and where it is follows from that.
 */
enum {
	SERVICE_IMAGE_MAJOR = 1,
	SERVICE_IMAGE_HEADER = 256,
	SERVICE_IMAGE_ALIGN = 64,
	SERVICE_IMAGE_SLOT = 32,
	SERVICE_IMAGE_TEXTS = 4096, /* at most */
	SERVICE_IMAGE_LENGTHS = DELIST_DOCKET_KINDS * 2 * DELIST_DOCKET_LENGTHS
};

extern const uint8_t delist_service_image_magic[8];

struct service_image_layout {
	uint32_t places, slots, texts_len;
	uint64_t set_len;
	uint64_t texts_at, words_at, slots_at, set_at, len;
};

/* From the lengths to the places. */
void delist_service_image_lay(struct service_image_layout *layout);

struct delist_service_image {
	struct delist_alloc alloc;
	struct delist_image *set;
	const uint8_t *bytes;
	struct service_image_layout layout;
	int64_t built_s, age_s;
	uint64_t seed[2];
	uint32_t sum;
	struct delist_text key, mailbox, portal;
	_Atomic uint64_t in_use[DELIST_DOCKET_KINDS][2][DELIST_DOCKET_LENGTHS];
};

/* The n-th slot, from 1 on; it must be there. */
struct delist_docket_slot delist_service_image_slot(
    const struct delist_service_image *image, uint32_t number);

#endif
