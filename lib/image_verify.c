/* SPDX-License-Identifier: ISC */
/*
 * image_verify.c - whether an image is whole: all of it is looked at
 *
 * The sums tell damage.  Then each word and its block are held to the form
 * that a set gives them, so that also a fault of the writer comes to light
 * before it is published.
 */
#include "image.h"

#include <string.h>

#include "crc32c.h"
#include "hosts.h"
#include "image_slots.h"
#include "ipset.h"
#include "lines.h"
#include "runs.h"

/* ---- sums ---- */

static bool
is_zero(const uint8_t *bytes, uint64_t from, uint64_t to)
{
	for (; from < to; from++)
		if (bytes[from] != 0)
			return false;
	return true;
}

/* The sum of each section, and nothing between two. */
static bool
sums_fit(const struct delist_image *image)
{
	const struct delist_image_header *header = &image->header;
	uint64_t end =
	    DELIST_IMAGE_HEADER + DELIST_IMAGE_ENTRY * (uint64_t)header->n;

	for (unsigned i = 0; i < header->n; i++) {
		const struct delist_image_section *section =
		    &header->sections[i];

		if (!is_zero(image->bytes, end, section->place) ||
		    delist_crc32c(0, image->bytes + section->place,
			(size_t)section->length) != section->sum)
			return false;
		end = section->place + section->length;
	}
	return is_zero(image->bytes, end, header->length);
}

/* ---- words ---- */

static bool
is_lines_word(const struct delist_image_half *half, uint32_t word)
{
	uint32_t place = word & LINES_PLACE;
	unsigned kind = word >> LINES_KIND & 3;

	if ((word & LINES_USED) == 0 || (word & (uint32_t)LINES_HELD) != 0)
		return false;
	if (kind == LINES_LEAF)
		return (half->width == 1 || place == 0) &&
		       delist_image_check_code(half, place);
	return delist_image_check_lines(half, 32 * (uint64_t)place, kind);
}

static bool
lines_fit(const struct delist_image_half *half)
{
	size_t bytes = (size_t)half->lines_n * DELIST_BUCKET_BYTES;

	for (size_t at = 0; at < bytes; at += 8) {
		uint64_t slot = delist_le64(half->lines + at);
		uint32_t key = (uint32_t)(slot >> 32);

		if (slot == 0)
			continue;
		if (!is_lines_word(half, (uint32_t)slot) ||
		    delist_image_small(half->lines, half->lines_n, key) !=
			(uint32_t)slot ||
		    (half->deep[key >> 19] >> (key >> 16 & 7) & 1) == 0)
			return false;
	}
	return true;
}

/* A hash whose slots are two words. */
static bool
large_fits(const struct delist_image_half *half, const uint8_t *slots,
    uint32_t n,
    bool (*check)(const struct delist_image_half *half, uint64_t word))
{
	size_t bytes = (size_t)n * DELIST_BUCKET_BYTES;

	for (size_t at = 0; at < bytes; at += 16) {
		uint64_t key = delist_le64(slots + at);
		uint64_t word = delist_le64(slots + at + 8);

		if (word != 0 && (!check(half, word) ||
				     delist_image_large(slots, n, key) != word))
			return false;
	}
	return true;
}

static bool
roots_fit(const struct delist_image_half *half)
{
	for (size_t i = 0; i < WORDS; i++) {
		if (!delist_image_check_runs(
			half, delist_le32(half->run + 4 * i)))
			return false;
		if (half->host != NULL && !delist_image_check_hosts(half,
					      delist_le64(half->host + 8 * i)))
			return false;
	}
	return true;
}

/* The constants are where they are for each image. */
static bool
constants_fit(const struct delist_image_half *half)
{
	uint8_t constants[256 * 32];
	size_t bytes = delist_runs_constant_bytes(half->width);

	delist_runs_constants(constants, half->width);
	return bytes <= half->last &&
	       memcmp(constants, half->blocks, bytes) == 0 &&
	       (half->width != 1 ||
		   delist_le32(half->tags) == DELIST_IPSET_NONE);
}

static bool
half_fits(const struct delist_image_half *half)
{
	return half->run == NULL ||
	       (constants_fit(half) && roots_fit(half) && lines_fit(half) &&
		   large_fits(half, half->hosts, half->hosts_n,
		       delist_image_check_hosts) &&
		   large_fits(half, half->spans, half->spans_n,
		       delist_image_check_spans));
}

int
delist_image_verify(const struct delist_image *image)
{
	return sums_fit(image) && half_fits(&image->half[0]) &&
		       half_fits(&image->half[1])
		   ? DELIST_OK
		   : DELIST_ECORRUPT;
}
