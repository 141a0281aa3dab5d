/* SPDX-License-Identifier: ISC */
/*
 * Any bytes: refused, or a mailbox that can stand in an envelope and in a
 * header as it is, and whose key is a mailbox and its own key.
 */
#include <stdlib.h>
#include <string.h>

#include <delist/mailbox.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(int holds)
{
	if (!holds)
		abort();
}

static void
is_harmless(const struct delist_mailbox *mailbox)
{
	size_t ats = 0;

	require(mailbox->len >= 5 && mailbox->len <= DELIST_MAILBOX_MAX);
	require(mailbox->at <= DELIST_MAILBOX_LOCAL_MAX);
	require(strlen(mailbox->text) == mailbox->len);
	require(mailbox->text[mailbox->at] == '@');
	for (size_t i = 0; i < mailbox->len; i++) {
		unsigned char c = (unsigned char)mailbox->text[i];

		require(c > ' ' && c < 0x7f);
		require(strchr("\"(),:;<>[\\]%!|", c) == NULL);
		ats += c == '@';
	}
	require(ats == 1);
	require(strstr(mailbox->text, "..") == NULL);
	require(strstr(mailbox->text, "=?") == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct delist_mailbox mailbox = {0}, key, again;
	struct delist_text domain;

	if (delist_mailbox_parse(&mailbox, (const char *)data, size) !=
	    DELIST_OK) {
		require(mailbox.len == 0);
		return 0;
	}
	require(mailbox.len == size && memcmp(mailbox.text, data, size) == 0);
	is_harmless(&mailbox);

	domain = delist_mailbox_domain(&mailbox);
	require(domain.at == mailbox.text + mailbox.at + 1);
	require(domain.at + domain.len == mailbox.text + mailbox.len);

	delist_mailbox_canonical(&key, &mailbox);
	is_harmless(&key);
	require(delist_mailbox_parse(&again, key.text, key.len) == DELIST_OK);
	require(memcmp(&again, &key, sizeof key) == 0);
	delist_mailbox_canonical(&again, &key);
	require(memcmp(&again, &key, sizeof key) == 0);
	return 0;
}
