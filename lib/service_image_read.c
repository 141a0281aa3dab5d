/* SPDX-License-Identifier: ISC */
/*
 * service_image_read.c - checks in the bytes of a service
 *
 * Nothing in them is believed.  What the header says was compared with how
 * many bytes there are; a number that is no slot's is passed over; and a
 * search ends when it has been everywhere.
 */
#include "service_image.h"

#include <delist/reply.h>

#include <string.h>

#include "alloc.h"
#include "bytes.h"
#include "crc32c.h"
#include "later.h"

enum {
	NUMBER = DELIST_DOCKET_NUMBERS - 1
};

static uint32_t
word_at(const struct delist_service_image *image, uint32_t place)
{
	return delist_get_le32(
	    image->bytes + image->layout.words_at + UINT64_C(4) * place);
}

struct delist_docket_slot
delist_service_image_slot(
    const struct delist_service_image *image, uint32_t number)
{
	const uint8_t *at = image->bytes + image->layout.slots_at +
			    (uint64_t)SERVICE_IMAGE_SLOT * (number - 1);
	struct delist_docket_slot slot = {
	    .due_s = (int64_t)delist_get_le64(at + 16),
	    .sort = at[24],
	    .bits = at[25],
	    .code = at[26],
	};

	memcpy(slot.addr, at, sizeof slot.addr);
	return slot;
}

/* ---- a check ---- */

static bool
is_same(const struct delist_docket_key *a, const struct delist_docket_key *b)
{
	return a->words[0] == b->words[0] && a->words[1] == b->words[1] &&
	       a->words[2] == b->words[2];
}

static bool
look(const struct delist_service_image *image, struct delist_docket_slot *slot,
    const struct delist_docket_key *key)
{
	uint32_t places = image->layout.places;
	uint64_t hashed = delist_docket_hash(image->seed, key);
	uint32_t at = delist_docket_home(places, hashed);

	for (uint32_t n = 0; n < places; n++) {
		uint32_t word = word_at(image, at), number = word & NUMBER;
		struct delist_docket_key its;

		if (word == 0)
			return false;
		at = at + 1 == places ? 0 : at + 1;
		if (word != delist_docket_word_of(hashed, number) ||
		    number == 0 || number > image->layout.slots)
			continue;
		*slot = delist_service_image_slot(image, number);
		its = delist_docket_key_of_slot(slot);
		if (is_same(&its, key))
			return true;
	}
	return false;
}

static bool
live_in_image(const void *of, struct delist_docket_entry *entry, int kind,
    const struct delist_addr *addr, int at_least, int at_most, int64_t now_s)
{
	const struct delist_service_image *image = of;
	bool v6 = addr->family == DELIST_INET6;
	int bits = v6 ? 128 : 32;

	if (at_most < bits)
		bits = at_most;
	for (;; bits--) {
		struct delist_docket_slot slot;
		struct delist_docket_key key;
		struct delist_prefix prefix;

		bits =
		    delist_docket_length_up_to(image->in_use[kind][v6], bits);
		if (bits < at_least)
			return false;
		prefix = delist_prefix_of(addr, (unsigned)bits);
		key = delist_docket_key_of(
		    kind, prefix.addr.bytes, v6, prefix.bits);
		if (!look(image, &slot, &key) ||
		    !delist_docket_is_live(&slot, now_s))
			continue;
		*entry = delist_docket_unpacked(&slot);
		return true;
	}
}

bool
delist_service_image_check(const struct delist_service_image *image,
    struct delist_check *check, const struct delist_addr *addr,
    const char *recipient, size_t recipient_len, int64_t now_s)
{
	struct delist_check made = {.answer = DELIST_CHECK_PASS};
	struct lookup in = {live_in_image, image, now_s};
	uint32_t tag;

	if (now_s >= delist_later(image->built_s, image->age_s) ||
	    image->built_s >= delist_later(now_s, image->age_s)) {
		made.answer = DELIST_CHECK_UNKNOWN;
	} else if (delist_image_find(image->set, &tag, addr)) {
		struct cover cover = delist_cover_of(&in, addr);

		made = delist_cover_judged(
		    &cover, image->key, recipient, recipient_len);
	}
	if (check != NULL)
		*check = made;
	return made.answer == DELIST_CHECK_BLOCKED;
}

int
delist_service_image_reply(const struct delist_service_image *image, char *text,
    size_t size, size_t *len, const struct delist_check *check,
    const struct delist_addr *addr, int lines)
{
	struct delist_status status = {5, 7, check->code};

	if (check->answer != DELIST_CHECK_BLOCKED)
		return DELIST_EINVAL;
	return delist_reply_format(text, size, len, &status, addr,
	    check->code == DELIST_LISTING_CODE_INVESTIGATE ? image->mailbox.at
							   : image->portal.at,
	    lines);
}

/* ---- open and close ---- */

/* The three texts; each ends with a NUL, and nothing comes behind. */
static bool
read_texts(struct delist_service_image *image)
{
	struct delist_text *texts[3] = {
	    &image->key, &image->mailbox, &image->portal};
	const char *at = (const char *)image->bytes + image->layout.texts_at;
	size_t left = image->layout.texts_len;

	for (int i = 0; i < 3; i++) {
		const char *nul = left != 0 ? memchr(at, 0, left) : NULL;

		if (nul == NULL)
			return false;
		*texts[i] = (struct delist_text){at, (size_t)(nul - at)};
		left -= (size_t)(nul - at) + 1;
		at = nul + 1;
	}
	return left == 0;
}

static int
read_header(
    struct delist_service_image *image, const uint8_t *bytes, size_t len)
{
	struct service_image_layout *layout = &image->layout;

	if (len < SERVICE_IMAGE_HEADER ||
	    memcmp(bytes, delist_service_image_magic, 8) != 0)
		return DELIST_ECORRUPT;
	if (delist_get_le16(bytes + 8) != SERVICE_IMAGE_MAJOR)
		return DELIST_EVERSION;
	if (delist_get_le32(bytes + 12) != SERVICE_IMAGE_HEADER ||
	    delist_get_le32(bytes + SERVICE_IMAGE_HEADER - 4) !=
		delist_crc32c(0, bytes, SERVICE_IMAGE_HEADER - 4))
		return DELIST_ECORRUPT;
	image->bytes = bytes;
	image->built_s = (int64_t)delist_get_le64(bytes + 24);
	image->age_s = (int64_t)delist_get_le64(bytes + 32);
	image->seed[0] = delist_get_le64(bytes + 40);
	image->seed[1] = delist_get_le64(bytes + 48);
	layout->places = delist_get_le32(bytes + 56);
	layout->slots = delist_get_le32(bytes + 60);
	layout->texts_len = delist_get_le32(bytes + 64);
	image->sum = delist_get_le32(bytes + 68);
	layout->set_len = delist_get_le64(bytes + 72);
	if (layout->texts_len > SERVICE_IMAGE_TEXTS || image->age_s < 1 ||
	    layout->set_len > len)
		return DELIST_ECORRUPT;
	delist_service_image_lay(layout);
	if (layout->len > len || layout->len != delist_get_le64(bytes + 16) ||
	    !read_texts(image))
		return DELIST_ECORRUPT;
	return DELIST_OK;
}

/* Those of a family that is shorter than the map are nobody's. */
static void
read_lengths(struct delist_service_image *image)
{
	const uint8_t *at = image->bytes + 80;

	for (int kind = 0; kind < DELIST_DOCKET_KINDS; kind++)
		for (int v6 = 0; v6 < 2; v6++)
			for (int i = 0; i < DELIST_DOCKET_LENGTHS; i++) {
				atomic_init(&image->in_use[kind][v6][i],
				    delist_get_le64(at));
				at += 8;
			}
}

int
delist_service_image_open(struct delist_service_image **out,
    const uint8_t *bytes, size_t len, const struct delist_alloc *alloc)
{
	struct delist_service_image header = {.bytes = NULL}, *image;
	int result;

	if (out == NULL || bytes == NULL)
		return DELIST_EINVAL;
	result = read_header(&header, bytes, len);
	if (result != DELIST_OK)
		return result;
	header.alloc = delist_alloc_or_libc(alloc);
	image = delist_alloc_zeroed(&header.alloc, 1, sizeof *image);
	if (image == NULL)
		return DELIST_ENOMEM;
	*image = header;
	read_lengths(image);
	result = delist_image_open(&image->set, bytes + image->layout.set_at,
	    (size_t)image->layout.set_len, alloc);
	if (result != DELIST_OK)
		delist_service_image_close(image);
	else
		*out = image;
	return result;
}

void
delist_service_image_close(struct delist_service_image *image)
{
	struct delist_alloc alloc;

	if (image == NULL)
		return;
	alloc = image->alloc;
	delist_image_close(image->set);
	delist_alloc_release(&alloc, image, 1, sizeof *image);
}

int64_t
delist_service_image_built_s(const struct delist_service_image *image)
{
	return image->built_s;
}
