/* SPDX-License-Identifier: ISC */
/*
 * image_format.c - the header of an image
 *
 * See image.h.
 */
#include "image.h"

#include <string.h>

#include "crc32c.h"
#include "le.h"

enum {
	SUM_AT = 60 /* where the sum of the header is */
};

static const uint8_t magic[8] = {0x8d, 'D', 'L', 'I', '\r', '\n', 0x1a, '\n'};

static uint64_t
aligned(uint64_t at)
{
	return (at + DELIST_IMAGE_ALIGN - 1) / DELIST_IMAGE_ALIGN *
	       DELIST_IMAGE_ALIGN;
}

static uint64_t
header_size(unsigned sections)
{
	return DELIST_IMAGE_HEADER + DELIST_IMAGE_ENTRY * (uint64_t)sections;
}

static uint32_t
sum_of(const uint8_t *bytes, unsigned sections)
{
	return delist_crc32c(delist_crc32c(0, bytes, SUM_AT),
	    bytes + DELIST_IMAGE_HEADER, (size_t)DELIST_IMAGE_ENTRY * sections);
}

/* ---- writing ---- */

void
delist_image_header_add(
    struct delist_image_header *header, uint32_t kind, uint64_t length)
{
	header->sections[header->n++] = (struct delist_image_section){
	    .kind = kind, .flags = DELIST_IMAGE_REQUIRED, .length = length};
}

void
delist_image_header_lay(struct delist_image_header *header)
{
	uint64_t at = aligned(header_size(header->n));

	for (unsigned i = 0; i < header->n; i++) {
		header->sections[i].place = at;
		at = aligned(at + header->sections[i].length);
	}
	header->length = at;
}

void
delist_image_header_write(
    uint8_t *bytes, const struct delist_image_header *header)
{
	memset(bytes, 0, DELIST_IMAGE_HEADER);
	memcpy(bytes, magic, sizeof magic);
	delist_le16_put(bytes + 8, DELIST_IMAGE_MAJOR);
	delist_le16_put(bytes + 10, DELIST_IMAGE_MINOR);
	delist_le32_put(bytes + 12, (uint32_t)header_size(header->n));
	delist_le64_put(bytes + 16, header->length);
	delist_le64_put(bytes + 24, header->count);
	delist_le32_put(bytes + 32, header->n);
	for (unsigned i = 0; i < header->n; i++) {
		const struct delist_image_section *section =
		    &header->sections[i];
		uint8_t *at = bytes + header_size(i);

		delist_le32_put(at, section->kind);
		delist_le32_put(at + 4, section->flags);
		delist_le64_put(at + 8, section->place);
		delist_le64_put(at + 16, section->length);
		delist_le32_put(at + 24, section->number);
		delist_le32_put(at + 28, section->sum);
	}
	delist_le32_put(bytes + SUM_AT, sum_of(bytes, header->n));
}

/* ---- reading ---- */

static struct delist_image_section
read_entry(const uint8_t *at)
{
	return (struct delist_image_section){.kind = delist_le32(at),
	    .flags = delist_le32(at + 4),
	    .place = delist_le64(at + 8),
	    .length = delist_le64(at + 16),
	    .number = delist_le32(at + 24),
	    .sum = delist_le32(at + 28)};
}

/* Whether each section begins behind the one before, and ends inside. */
static bool
in_order(const struct delist_image_header *header)
{
	uint64_t end = header_size(header->n);

	for (unsigned i = 0; i < header->n; i++) {
		const struct delist_image_section *section =
		    &header->sections[i];

		if (section->place != aligned(end) ||
		    section->place > header->length ||
		    section->length > header->length - section->place)
			return false;
		end = section->place + section->length;
	}
	return aligned(end) == header->length;
}

int
delist_image_header_read(
    struct delist_image_header *header, const uint8_t *bytes, size_t len)
{
	struct delist_image_header got = {.length = len};

	if (len < DELIST_IMAGE_HEADER ||
	    memcmp(bytes, magic, sizeof magic) != 0)
		return DELIST_ECORRUPT;
	if (delist_le16(bytes + 8) != DELIST_IMAGE_MAJOR)
		return DELIST_EVERSION;
	got.count = delist_le64(bytes + 24);
	got.n = delist_le32(bytes + 32);
	if (got.n > DELIST_IMAGE_SECTIONS || header_size(got.n) > len ||
	    delist_le32(bytes + 12) != header_size(got.n) ||
	    delist_le64(bytes + 16) != len ||
	    delist_le32(bytes + SUM_AT) != sum_of(bytes, got.n))
		return DELIST_ECORRUPT;
	for (unsigned i = 0; i < got.n; i++)
		got.sections[i] = read_entry(bytes + header_size(i));
	if (!in_order(&got))
		return DELIST_ECORRUPT;
	*header = got;
	return DELIST_OK;
}
