/* SPDX-License-Identifier: ISC */
/*
 * letter_notice.c - answers to who writes to the delist mailbox
 *
 * Which marks a notice may have says what the letter must bring: so a letter
 * that can be composed from our texts can be from any catalogue.
 */
#include "letter.h"

#include <string.h>

#include "utf8.h"

enum {
	HOUR_S = 3600,
	DAY_S = 24 * HOUR_S
};

static bool
may_have(const struct delist_notice_letter *letter, enum place place)
{
	return (delist_letter_notice_marks(letter->notice) >> place & 1) != 0;
}

static bool
is_reason(const struct delist_text *reason)
{
	return reason->len >= 1 && reason->len <= DELIST_LETTER_REASON_MAX &&
	       delist_utf8_is_line(reason->at, reason->len);
}

static bool
is_count(int64_t within_s, int64_t unit_s)
{
	return within_s >= unit_s && within_s / unit_s <= LETTER_HOURS_MAX;
}

static bool
has_parts(const struct delist_notice_letter *letter)
{
	uint8_t family = letter->addr.family;

	if (may_have(letter, PLACE_IP) && family != DELIST_INET4 &&
	    family != DELIST_INET6)
		return false;
	if (may_have(letter, PLACE_URL) && !delist_letter_is_url(&letter->url))
		return false;
	if (may_have(letter, PLACE_REASON) && !is_reason(&letter->reason))
		return false;
	if (may_have(letter, PLACE_HOURS) &&
	    !is_count(letter->within_s, HOUR_S))
		return false;
	return !may_have(letter, PLACE_DAYS) ||
	       is_count(letter->within_s, DAY_S);
}

static int
check_letter(const struct delist_notice_letter *letter)
{
	if (letter->size != sizeof *letter ||
	    delist_letter_notice_marks(letter->notice) == 0 ||
	    !delist_letter_is_mailbox(&letter->from) ||
	    !delist_letter_is_mailbox(&letter->to) ||
	    !delist_letter_is_domain(&letter->domain) || !has_parts(letter))
		return DELIST_EINVAL;
	if (letter->answers.len != 0 &&
	    !delist_letter_is_message_id(&letter->answers))
		return DELIST_EINVAL;
	return DELIST_OK;
}

static void
set_count(struct letter_value *value, int64_t count)
{
	struct delist_writer w = {value->tail, DELIST_TOKEN_LEN, 0, false};

	if (count > 0)
		delist_writer_number(&w, (uint64_t)count);
}

static void
set_values(struct letter_value values[PLACES],
    const struct delist_notice_letter *letter)
{
	memset(values, 0, PLACES * sizeof *values);
	if (may_have(letter, PLACE_IP))
		delist_addr_format(values[PLACE_IP].tail, &letter->addr);
	if (may_have(letter, PLACE_URL))
		values[PLACE_URL].head = letter->url;
	if (may_have(letter, PLACE_REASON))
		values[PLACE_REASON].head = letter->reason;
	set_count(&values[PLACE_HOURS], letter->within_s / HOUR_S);
	set_count(&values[PLACE_DAYS], letter->within_s / DAY_S);
}

int
delist_letter_notice(char *out, size_t cap, size_t *len,
    const struct delist_notice_letter *letter,
    const struct delist_catalogue *catalogue)
{
	struct letter_value values[PLACES];
	const struct delist_notice_text *text;
	struct letter_mail mail;
	int error = check_letter(letter);

	if (error != DELIST_OK)
		return error;
	error = delist_letter_texts(&catalogue, letter->language);
	if (error != DELIST_OK)
		return error;
	text = &catalogue->notices[letter->notice];
	if (text->body == NULL)
		return DELIST_EINVAL;
	set_values(values, letter);
	mail = (struct letter_mail){
	    .from = &letter->from,
	    .to = &letter->to,
	    .domain = letter->domain,
	    .kind = delist_notice_name(letter->notice),
	    .generation = letter->generation,
	    .id = letter->id,
	    .answers = letter->answers,
	    .auto_submitted = "auto-replied",
	    .language = catalogue->language,
	    .subject = text->subject,
	    .body = text->body,
	    .values = values,
	    .now_s = letter->now_s,
	};
	return delist_letter_write(out, cap, len, &mail);
}
