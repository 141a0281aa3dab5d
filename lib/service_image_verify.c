/* SPDX-License-Identifier: ISC */
/*
 * service_image_verify.c - a look at all of the bytes of a service
 *
 *	words	| . | h | h | h | . |	what lies between two empty places has
 *		      '-------'		its home there, not behind itself
 *
 * With that every slot is found by a search from its home, and no search is
 * needed to know it.
 */
#include "service_image.h"

#include "bytes.h"
#include "crc32c.h"

enum {
	NUMBER = DELIST_DOCKET_NUMBERS - 1
};

static uint32_t
word_at(const struct delist_service_image *image, uint32_t place)
{
	return delist_get_le32(
	    image->bytes + image->layout.words_at + UINT64_C(4) * place);
}

/* A slot says what a listing may, and its length is one that is in use. */
static bool
is_listing(const struct delist_service_image *image,
    const struct delist_docket_slot *slot)
{
	struct delist_docket_entry entry = delist_docket_unpacked(slot);
	bool v6 = entry.prefix.addr.family == DELIST_INET6;
	unsigned bits = entry.prefix.bits;

	if (entry.kind >= DELIST_DOCKET_KINDS ||
	    entry.life > DELIST_DOCKET_IMMORTAL || (slot->sort >> 7) != 0 ||
	    !delist_prefix_valid(&entry.prefix))
		return false;
	return (atomic_load_explicit(&image->in_use[entry.kind][v6][bits / 64],
		    memory_order_relaxed) >>
		       (bits % 64) &
		   1) != 0;
}

/* The word at `at`, of a stretch of words that begins at `begin`. */
static bool
is_word(const struct delist_service_image *image, uint32_t begin, uint32_t at)
{
	uint32_t places = image->layout.places, word = word_at(image, at);
	uint32_t number = word & NUMBER;
	struct delist_docket_slot slot;
	struct delist_docket_key key;
	uint64_t hashed, from_begin, home;

	if (number == 0 || number > image->layout.slots)
		return false;
	slot = delist_service_image_slot(image, number);
	if (!is_listing(image, &slot))
		return false;
	key = delist_docket_key_of_slot(&slot);
	hashed = delist_docket_hash(image->seed, &key);
	home = delist_docket_home(places, hashed);
	from_begin = ((uint64_t)at + places - begin) % places;
	return word == delist_docket_word_of(hashed, number) &&
	       (home + places - begin) % places <= from_begin;
}

/* All words, around the table, from behind an empty one. */
static bool
are_words(const struct delist_service_image *image)
{
	uint32_t places = image->layout.places, empty = 0, begin = 0;
	uint32_t words = 0;

	while (empty < places && word_at(image, empty) != 0)
		empty++;
	if (empty == places)
		return false;
	for (uint32_t n = 1; n <= places; n++) {
		uint32_t at = (uint32_t)(((uint64_t)empty + n) % places);
		bool follows = begin != 0;

		if (word_at(image, at) == 0) {
			begin = 0;
			continue;
		}
		/* One more than where it begins; 0: at an empty one. */
		if (!follows)
			begin = at + 1;
		if (!is_word(image, begin - 1, at))
			return false;
		words++;
	}
	return words == image->layout.slots;
}

int
delist_service_image_verify(const struct delist_service_image *image)
{
	const struct service_image_layout *layout = &image->layout;
	uint32_t sum = delist_crc32c(0, image->bytes + layout->texts_at,
	    (size_t)(layout->set_at - layout->texts_at));

	if (sum != image->sum || !are_words(image))
		return DELIST_ECORRUPT;
	return delist_image_verify(image->set);
}
