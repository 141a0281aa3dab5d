/* SPDX-License-Identifier: ISC */
/*
 * letter.c - the mail that asks for a confirmation
 *
 *	letter, catalogue -> check -> values -> mail
 */
#include "letter.h"

#include <string.h>

#include "bytes.h"

enum {
	HOUR_S = 3600
};

/* ---- what a letter is made of ---- */

static bool
is_life(int64_t life_s)
{
	return life_s >= HOUR_S && life_s / HOUR_S <= LETTER_HOURS_MAX;
}

static int
check_letter(const struct delist_letter *letter)
{
	if (letter->size != sizeof *letter ||
	    !delist_letter_is_mailbox(&letter->from) ||
	    !delist_letter_is_mailbox(&letter->to) ||
	    !delist_letter_is_domain(&letter->domain) ||
	    !delist_letter_is_url(&letter->confirm_url) ||
	    !delist_letter_is_url(&letter->cancel_url) ||
	    !delist_letter_is_url(&letter->status_url) ||
	    !is_life(letter->life_s))
		return DELIST_EINVAL;
	if (letter->addr.family != DELIST_INET4 &&
	    letter->addr.family != DELIST_INET6)
		return DELIST_EINVAL;
	return DELIST_OK;
}

static void
set_url(struct letter_value *value, const struct delist_text *url,
    const struct delist_token *token)
{
	value->head = *url;
	delist_token_format(value->tail, token);
}

static void
set_values(
    struct letter_value values[PLACES], const struct delist_letter *letter)
{
	struct delist_writer hours = {
	    values[PLACE_HOURS].tail, DELIST_TOKEN_LEN, 0, false};

	memset(values, 0, PLACES * sizeof *values);
	delist_addr_format(values[PLACE_IP].tail, &letter->addr);
	delist_writer_number(&hours, (uint64_t)letter->life_s / HOUR_S);
	set_url(&values[PLACE_URL], &letter->confirm_url, &letter->confirm);
	set_url(&values[PLACE_CANCEL], &letter->cancel_url, &letter->cancel);
	set_url(&values[PLACE_STATUS], &letter->status_url, &letter->status);
}

int
delist_letter_confirm(char *out, size_t cap, size_t *len,
    const struct delist_letter *letter,
    const struct delist_catalogue *catalogue)
{
	struct letter_value values[PLACES];
	struct letter_mail mail;
	int error = check_letter(letter);

	if (error != DELIST_OK)
		return error;
	error = delist_letter_texts(&catalogue, letter->language);
	if (error != DELIST_OK)
		return error;
	set_values(values, letter);
	mail = (struct letter_mail){
	    .from = &letter->from,
	    .to = &letter->to,
	    .domain = letter->domain,
	    .kind = "confirm",
	    .generation = letter->generation,
	    .id = letter->id,
	    .auto_submitted = "auto-generated",
	    .language = catalogue->language,
	    .subject = catalogue->confirm_subject,
	    .body = catalogue->confirm_body,
	    .values = values,
	    .now_s = letter->now_s,
	};
	error = delist_letter_write(out, cap, len, &mail);
	delist_bytes_wipe(values, sizeof values);
	return error;
}
