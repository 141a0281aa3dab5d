/* SPDX-License-Identifier: ISC */
/*
 * service_check.c - refuse this mail?
 *
 *	block set: no match ----------------------------> pass
 *	longest live block: none -----------------------> pass
 *	a live exception that is as long or longer -----> pass, excepted
 *	a live allow -----------------------------------> pass, allowed
 *	mail to the delist mailbox or to postmaster ----> pass, exempt
 *	else -------------------------------------------> refuse
 *
 * Nearly all mail ends in the first line.  What is looked at may be changed by
 * another thread meanwhile: see docket.h and <delist/ipset.h>.  Where several live blocks have
 * the address and one of them is for investigation, so is the address: an
 * exception under the others would let it slip through.
 */
#include <delist/reply.h>

#include <string.h>

#include "addr.h"
#include "ascii.h"
#include "service.h"

enum {
	LONGEST = 128
};

static bool
find_live(const struct lookup *in, struct delist_docket_entry *entry, int kind,
    const struct delist_addr *addr, int at_least, int at_most)
{
	return in->live(
	    in->of, entry, kind, addr, at_least, at_most, in->now_s);
}

static void
look_under(const struct lookup *in, struct cover *cover,
    const struct delist_addr *addr)
{
	struct delist_docket_entry block = cover->block;

	cover->code = block.code;
	while (block.prefix.bits != 0 &&
	       find_live(in, &block, DELIST_LISTING_BLOCK, addr, 0,
		   block.prefix.bits - 1)) {
		if (cover->under.code == 0)
			cover->under = block;
		if (block.code == DELIST_LISTING_CODE_INVESTIGATE)
			cover->code = block.code;
	}
}

struct cover
delist_cover_of(const struct lookup *in, const struct delist_addr *asked)
{
	struct delist_addr addr = delist_addr_folded(asked);
	struct cover cover = {.code = 0};

	if (!find_live(
		in, &cover.block, DELIST_LISTING_BLOCK, &addr, 0, LONGEST))
		return cover;
	look_under(in, &cover, &addr);
	if (!find_live(in, &cover.pass, DELIST_LISTING_EXCEPTION, &addr,
		cover.block.prefix.bits, LONGEST))
		(void)find_live(
		    in, &cover.pass, DELIST_LISTING_ALLOW, &addr, 0, LONGEST);
	return cover;
}

static bool
live_in_index(const void *of, struct delist_docket_entry *entry, int kind,
    const struct delist_addr *addr, int at_least, int at_most, int64_t now_s)
{
	const struct index *index = of;
	uint32_t tag;

	if (kind == DELIST_LISTING_ALLOW &&
	    !delist_ipset_find(index->allowed, &tag, addr))
		return false;
	return delist_docket_live(
	    &index->listings, entry, kind, addr, at_least, at_most, now_s);
}

/*
 * The block set has it: what does?
 *
 * Several looks must be at one state of the list: where it changed in between
 * they are for nothing.  Each change is seen with the version before it, and
 * one alone does no harm: whatever is seen of it, the answer is of before it
 * or of behind it.
 */
static struct cover
look_further(
    const struct index *index, const struct delist_addr *asked, int64_t now_s)
{
	struct lookup in = {live_in_index, index, now_s};
	uint64_t seen, now;
	struct cover cover;

	now = atomic_load_explicit(&index->version, memory_order_acquire);
	do {
		seen = now;
		cover = delist_cover_of(&in, asked);
		now =
		    atomic_load_explicit(&index->version, memory_order_acquire);
	} while (now != seen);
	return cover;
}

struct cover
delist_service_cover(const struct delist_service *service,
    const struct delist_addr *asked, int64_t now_s)
{
	uint32_t tag;

	if (!delist_ipset_find(service->index.blocked, &tag, asked))
		return (struct cover){.code = 0};
	return look_further(&service->index, asked, now_s);
}

/* "postmaster", with or without a domain, in any case (RFC 5321, 4.5.1). */
static bool
is_postmaster(const char *text, size_t len)
{
	static const char name[] = "postmaster";
	size_t local = sizeof name - 1;

	return delist_ascii_begins(text, len, name) &&
	       (len == local || text[local] == '@');
}

static bool
is_exempt(struct delist_text key, const char *text, size_t len)
{
	struct delist_mailbox mailbox;

	if (is_postmaster(text, len))
		return true;
	if (delist_mailbox_parse(&mailbox, text, len) != DELIST_OK)
		return false;
	delist_mailbox_canonical(&mailbox, &mailbox);
	return mailbox.len == key.len &&
	       memcmp(mailbox.text, key.at, mailbox.len) == 0;
}

struct delist_check
delist_cover_judged(const struct cover *cover, struct delist_text key,
    const char *recipient, size_t recipient_len)
{
	struct delist_check made = {.answer = DELIST_CHECK_PASS};

	if (cover->block.code == 0)
		return made;
	made.answer = DELIST_CHECK_BLOCKED;
	made.code = cover->code;
	made.prefix = cover->block.prefix;
	made.until_s = delist_docket_until_s(&cover->block);
	if (cover->pass.code != 0) {
		made.pass = cover->pass.prefix;
		made.answer = cover->pass.kind == DELIST_LISTING_ALLOW
				  ? DELIST_CHECK_ALLOWED
				  : DELIST_CHECK_EXCEPTED;
	} else if (is_exempt(key, recipient, recipient_len)) {
		made.answer = DELIST_CHECK_EXEMPT;
	}
	return made;
}

bool
delist_service_check(const struct delist_service *service,
    struct delist_check *check, const struct delist_addr *addr,
    const char *recipient, size_t recipient_len, int64_t now_s)
{
	struct delist_check made = {.answer = DELIST_CHECK_PASS};
	uint32_t tag;

	if (delist_ipset_find(service->index.blocked, &tag, addr)) {
		struct cover cover = look_further(&service->index, addr, now_s);
		struct delist_text key = {
		    service->delist_key.text, service->delist_key.len};

		made =
		    delist_cover_judged(&cover, key, recipient, recipient_len);
	}
	if (check != NULL)
		*check = made;
	return made.answer == DELIST_CHECK_BLOCKED;
}

int
delist_service_join(struct delist_reader **out, struct delist_service *service)
{
	struct delist_reader *reader =
	    delist_epoch_join(&service->index.epoch, &service->alloc);

	if (reader == NULL)
		return DELIST_ENOMEM;
	*out = reader;
	return DELIST_OK;
}

int
delist_service_reply(const struct delist_service *service, char *text,
    size_t size, size_t *len, const struct delist_check *check,
    const struct delist_addr *addr, int lines)
{
	struct delist_status status = {5, 7, check->code};

	if (check->answer != DELIST_CHECK_BLOCKED)
		return DELIST_EINVAL;
	return delist_reply_format(text, size, len, &status, addr,
	    check->code == DELIST_LISTING_CODE_INVESTIGATE
		? service->delist_mailbox.text
		: service->portal_url.at,
	    lines);
}
