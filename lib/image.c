/* SPDX-License-Identifier: ISC */
/*
 * image.c - a set as bytes: opening them, and looking up
 *
 * Opening reads the header and no more, and notes where each section is.
 * Which of a family's sections there are, and how long each is, is all that a
 * lookup relies upon.
 */
#include "image.h"

#include "alloc.h"
#include "bytes.h"
#include "ipset.h"

/* ---- ways to look up ---- */

const struct delist_image_path *
delist_image_path_of(unsigned n)
{
	static const struct delist_image_path *const paths[DELIST_PATHS] = {
	    &delist_image_portable, &delist_image_sse2, &delist_image_bmi2,
	    &delist_image_avx512};

	return delist_path_of(n) != NULL ? paths[n] : NULL;
}

static const struct delist_image_path *
best_path(void)
{
	const struct delist_image_path *best = NULL;

	for (unsigned n = DELIST_PATHS; best == NULL; n--)
		best = delist_image_path_of(n - 1);
	return best;
}

/* ---- opening ---- */

/* Note a section of a known kind; false if it can't be what it says. */
static bool
note_table(const uint8_t **at, const uint8_t *bytes, uint64_t length,
    const struct delist_image_section *section)
{
	if (*at != NULL || section->length != length)
		return false;
	*at = bytes;
	return true;
}

static bool
note_hash(const uint8_t **at, uint32_t *n, const uint8_t *bytes,
    const struct delist_image_section *section)
{
	uint64_t buckets = section->length / DELIST_BUCKET_BYTES;

	if (buckets == 0 || buckets > UINT32_MAX)
		return false;
	*n = (uint32_t)buckets;
	return note_table(at, bytes, buckets * DELIST_BUCKET_BYTES, section);
}

static bool
note_blocks(struct delist_image_half *half, const uint8_t *bytes,
    const struct delist_image_section *section)
{
	half->width = section->number;
	half->size = section->length;
	half->last = section->length - DELIST_IMAGE_REACH;
	return section->length >= DELIST_IMAGE_REACH &&
	       (section->number == 1 || section->number == 4) &&
	       note_table(&half->blocks, bytes, section->length, section);
}

static bool
note(struct delist_image_half *half, const uint8_t *bytes, bool v6,
    const struct delist_image_section *section)
{
	switch (section->kind & 0xff) {
	case DELIST_IMAGE_RUN:
		return note_table(&half->run, bytes, WORDS * 4, section);
	case DELIST_IMAGE_HOST:
		return !v6 &&
		       note_table(&half->host, bytes, WORDS * 8, section);
	case DELIST_IMAGE_DEEP:
		return v6 && note_table(&half->deep, bytes, WORDS / 8, section);
	case DELIST_IMAGE_LINES:
		return v6 &&
		       note_hash(&half->lines, &half->lines_n, bytes, section);
	case DELIST_IMAGE_HOSTS:
		return v6 &&
		       note_hash(&half->hosts, &half->hosts_n, bytes, section);
	case DELIST_IMAGE_SPANS:
		return v6 &&
		       note_hash(&half->spans, &half->spans_n, bytes, section);
	case DELIST_IMAGE_TAGS:
		return note_table(&half->tags, bytes, CODES * 4, section);
	default:
		return note_blocks(half, bytes, section);
	}
}

/* A family has all of what a lookup reads without asking, or nothing. */
static bool
is_whole(const struct delist_image_half *half, bool v6)
{
	if (half->run == NULL)
		return half->blocks == NULL && half->host == NULL &&
		       half->deep == NULL && half->tags == NULL &&
		       half->lines == NULL && half->hosts == NULL &&
		       half->spans == NULL;
	return half->blocks != NULL && (half->deep != NULL) == v6 &&
	       (half->tags != NULL) == (half->width == 1);
}

static int
note_sections(struct delist_image *image)
{
	for (unsigned i = 0; i < image->header.n; i++) {
		const struct delist_image_section *section =
		    &image->header.sections[i];
		uint32_t family = section->kind & ~UINT32_C(0xff);
		uint32_t which = section->kind & 0xff;
		bool v6 = family == DELIST_IMAGE_INET6;

		if ((family != DELIST_IMAGE_INET4 && !v6) ||
		    which < DELIST_IMAGE_RUN || which > DELIST_IMAGE_BLOCKS) {
			if (section->flags & DELIST_IMAGE_REQUIRED)
				return DELIST_EVERSION;
			continue;
		}
		if (!note(&image->half[v6], image->bytes + section->place, v6,
			section))
			return DELIST_ECORRUPT;
	}
	return is_whole(&image->half[0], false) &&
		       is_whole(&image->half[1], true)
		   ? DELIST_OK
		   : DELIST_ECORRUPT;
}

int
delist_image_open(struct delist_image **out, const uint8_t *bytes, size_t len,
    const struct delist_alloc *alloc)
{
	struct delist_image *made, image = {.bytes = bytes,
				       .alloc = delist_alloc_or_libc(alloc),
				       .path = best_path()};
	int error;

	if (out == NULL || bytes == NULL)
		return DELIST_EINVAL;
	error = delist_image_header_read(&image.header, bytes, len);
	if (error == DELIST_OK)
		error = note_sections(&image);
	if (error != DELIST_OK)
		return error;
	made = delist_alloc_zeroed(&image.alloc, 1, sizeof *made);
	if (made == NULL)
		return DELIST_ENOMEM;
	*made = image;
	*out = made;
	return DELIST_OK;
}

void
delist_image_close(struct delist_image *image)
{
	struct delist_alloc alloc;

	if (image == NULL)
		return;
	alloc = image->alloc;
	delist_alloc_release(&alloc, image, 1, sizeof *image);
}

uint64_t
delist_image_count(const struct delist_image *image)
{
	return image->header.count;
}

/* ---- looking up ---- */

static bool
answer(uint32_t *tag, uint32_t found)
{
	if (found == DELIST_IPSET_NONE)
		return false;
	*tag = found;
	return true;
}

bool
delist_image_find4(
    const struct delist_image *image, uint32_t *tag, uint32_t addr)
{
	return answer(tag, image->path->find4(&image->half[0], addr));
}

bool
delist_image_find6(
    const struct delist_image *image, uint32_t *tag, const uint8_t addr[16])
{
	uint64_t hi = delist_get_be64(addr), lo = delist_get_be64(addr + 8);

	if (hi == 0 && lo >> 32 == 0xffff) /* IPv4-mapped */
		return delist_image_find4(image, tag, (uint32_t)lo);
	return answer(tag, image->path->find6(&image->half[1], hi, lo));
}

bool
delist_image_find(const struct delist_image *image, uint32_t *tag,
    const struct delist_addr *addr)
{
	if (addr->family == DELIST_INET4)
		return delist_image_find4(
		    image, tag, delist_get_be32(addr->bytes));
	return addr->family == DELIST_INET6 &&
	       delist_image_find6(image, tag, addr->bytes);
}

void
delist_image_find4_batch(const struct delist_image *image, uint32_t *tags,
    const uint32_t *addrs, size_t n)
{
	image->path->batch4(&image->half[0], tags, addrs, n);
}

/* IPv4-mapped addresses are looked up again, as what they are. */
void
delist_image_find6_batch(const struct delist_image *image, uint32_t *tags,
    const uint8_t (*addrs)[16], size_t n)
{
	image->path->batch6(&image->half[1], tags, addrs, n);
	for (size_t i = 0; i < n; i++) {
		if (delist_get_be64(addrs[i]) != 0 ||
		    delist_get_be32(addrs[i] + 8) != 0xffff)
			continue;
		tags[i] = DELIST_IPSET_NONE;
		delist_image_find6(image, &tags[i], addrs[i]);
	}
}
