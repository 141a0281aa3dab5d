/* SPDX-License-Identifier: ISC */
/*
 * service_image.c - a service to bytes
 *
 * Listings get new numbers, in the order of their places, so a lookup finds
 * its slot near to where others of the same part of the table are.
 */
#include "service_image.h"

#include <string.h>

#include "bytes.h"
#include "crc32c.h"

const uint8_t delist_service_image_magic[8] = {
    0x89, 'D', 'L', 'S', 'V', 'C', '\r', '\n'};

static uint64_t
aligned(uint64_t at)
{
	uint64_t mask = SERVICE_IMAGE_ALIGN - 1;

	return (at + mask) & ~mask;
}

void
delist_service_image_lay(struct service_image_layout *layout)
{
	layout->texts_at = SERVICE_IMAGE_HEADER;
	layout->words_at = aligned(layout->texts_at + layout->texts_len);
	layout->slots_at =
	    aligned(layout->words_at + UINT64_C(4) * layout->places);
	layout->set_at = aligned(
	    layout->slots_at + (uint64_t)SERVICE_IMAGE_SLOT * layout->slots);
	layout->len = layout->set_at + layout->set_len;
}

static struct service_image_layout
layout_of(const struct delist_service *service)
{
	uint32_t count = service->index.listings.count;
	struct service_image_layout layout = {
	    .places = count + count / 2 + 2,
	    .slots = count,
	    .texts_len = (uint32_t)(service->delist_key.len +
				    service->delist_mailbox.len +
				    service->portal_url.len + 3),
	    .set_len = delist_ipset_image_size(service->index.blocked),
	};

	delist_service_image_lay(&layout);
	return layout;
}

size_t
delist_service_image_size(const struct delist_service *service)
{
	return (size_t)layout_of(service).len;
}

/* ---- parts ---- */

static uint8_t *
put_text(uint8_t *at, const char *text, size_t len)
{
	memcpy(at, text, len);
	at[len] = 0;
	return at + len + 1;
}

static void
put_texts(const struct delist_service *service, uint8_t *at)
{
	const struct delist_mailbox *key = &service->delist_key;
	const struct delist_mailbox *mailbox = &service->delist_mailbox;

	at = put_text(at, key->text, key->len);
	at = put_text(at, mailbox->text, mailbox->len);
	put_text(at, service->portal_url.at, service->portal_url.len);
}

/* The word goes to the first place from its home on that is empty. */
static void
put_word(uint8_t *words, uint32_t places, uint64_t hashed, uint32_t number)
{
	uint32_t at = delist_docket_home(places, hashed);

	while (delist_get_le32(words + 4 * (size_t)at) != 0)
		at = at + 1 == places ? 0 : at + 1;
	delist_put_le32(
	    words + 4 * (size_t)at, delist_docket_word_of(hashed, number));
}

static void
put_slot(uint8_t *at, const struct delist_docket_slot *slot)
{
	memcpy(at, slot->addr, sizeof slot->addr);
	delist_put_le64(at + 16, (uint64_t)slot->due_s);
	at[24] = slot->sort;
	at[25] = slot->bits;
	at[26] = slot->code;
}

static void
put_listings(const struct delist_docket *listings, uint8_t *bytes,
    const struct service_image_layout *layout)
{
	const struct delist_docket_slot *slot;
	uint32_t place = 0, number = 0;

	while ((slot = delist_docket_walk(listings, &place)) != NULL) {
		struct delist_docket_key key = delist_docket_key_of_slot(slot);

		put_slot(bytes + layout->slots_at +
			     (uint64_t)SERVICE_IMAGE_SLOT * number,
		    slot);
		put_word(bytes + layout->words_at, layout->places,
		    delist_docket_hash(listings->seed, &key), ++number);
	}
}

static void
put_lengths(const struct delist_docket *listings, uint8_t *at)
{
	for (int kind = 0; kind < DELIST_DOCKET_KINDS; kind++)
		for (int v6 = 0; v6 < 2; v6++)
			for (int i = 0; i < DELIST_DOCKET_LENGTHS; i++) {
				delist_put_le64(
				    at, atomic_load_explicit(
					    &listings->in_use[kind][v6][i],
					    memory_order_relaxed));
				at += 8;
			}
}

/* The sum of the parts first: it is in the header. */
static void
put_header(const struct delist_docket *listings, uint8_t *bytes,
    const struct service_image_layout *layout, int64_t age_s, int64_t now_s)
{
	memcpy(bytes, delist_service_image_magic, 8);
	delist_put_le16(bytes + 8, SERVICE_IMAGE_MAJOR);
	delist_put_le32(bytes + 12, SERVICE_IMAGE_HEADER);
	delist_put_le64(bytes + 16, layout->len);
	delist_put_le64(bytes + 24, (uint64_t)now_s);
	delist_put_le64(bytes + 32, (uint64_t)age_s);
	delist_put_le64(bytes + 40, listings->seed[0]);
	delist_put_le64(bytes + 48, listings->seed[1]);
	delist_put_le32(bytes + 56, layout->places);
	delist_put_le32(bytes + 60, layout->slots);
	delist_put_le32(bytes + 64, layout->texts_len);
	delist_put_le32(
	    bytes + 68, delist_crc32c(0, bytes + layout->texts_at,
			    (size_t)(layout->set_at - layout->texts_at)));
	delist_put_le64(bytes + 72, layout->set_len);
	put_lengths(listings, bytes + 80);
	delist_put_le32(bytes + SERVICE_IMAGE_HEADER - 4,
	    delist_crc32c(0, bytes, SERVICE_IMAGE_HEADER - 4));
}

int
delist_service_image_write(const struct delist_service *service, uint8_t *bytes,
    size_t room, size_t *len, int64_t age_s, int64_t now_s)
{
	const struct delist_docket *listings = &service->index.listings;
	struct service_image_layout layout = layout_of(service);
	size_t set_len;
	int result;

	if (age_s < 1)
		return DELIST_EINVAL;
	if (room < layout.len)
		return DELIST_ENOSPC;
	result = delist_ipset_image_write(service->index.blocked,
	    bytes + layout.set_at, (size_t)layout.set_len, &set_len);
	if (result != DELIST_OK)
		return result;
	memset(bytes, 0, (size_t)layout.set_at);
	put_texts(service, bytes + layout.texts_at);
	put_listings(listings, bytes, &layout);
	put_header(listings, bytes, &layout, age_s, now_s);
	*len = (size_t)layout.len;
	return DELIST_OK;
}
