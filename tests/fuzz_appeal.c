/* SPDX-License-Identifier: ISC */
/*
 * Any bytes as a bounce to attach: what is composed has CRLF at each line's
 * end, no line over the limit, the fields that were asked for and no other,
 * and the parser finds the bounce in it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <delist/letter.h>
#include <delist/ndr.h>

enum {
	CAP = 4,
	SCRATCH = 1 << 16,
	LINE_MAX = 998
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
lines_are_clean(const char *mail, size_t len)
{
	size_t line = 0;

	for (size_t i = 0; i < len; i++) {
		if (mail[i] == '\0' ||
		    (mail[i] == '\n') != (i > 0 && mail[i - 1] == '\r'))
			abort();
		line = mail[i] == '\n' ? 0 : line + 1;
		if (line > LINE_MAX + 1)
			abort();
	}
	if (len < 2 || mail[len - 1] != '\n')
		abort();
}

/* The head is ours alone: eight fields, two of their lines folded at most. */
static void
head_is_ours(const char *mail, size_t len)
{
	static const char *const names[] = {
	    "Date: ", "From: ", "To: ", "Subject: ", "Message-ID:",
	    "MIME-Version: ", "Content-Type: ", "Content-Transfer-Encoding: "};
	size_t field = 0;

	for (const char *at = mail; at[0] != '\r';) {
		const char *lf = memchr(at, '\n', len - (size_t)(at - mail));

		if (lf == NULL)
			abort();
		if (at[0] != ' ') {
			if (field == sizeof names / sizeof *names ||
			    memcmp(at, names[field], strlen(names[field])) != 0)
				abort();
			field++;
		}
		at = lf + 1;
	}
	if (field != sizeof names / sizeof *names)
		abort();
}

/* What the bounce says alone it says attached. */
static void
reads_back(const char *mail, size_t len, const char *data, size_t size)
{
	struct delist_verdict one[CAP], two[CAP];
	char *a = malloc(SCRATCH), *b = malloc(SCRATCH);
	size_t n, m;

	if (a == NULL || b == NULL ||
	    delist_ndr_parse(one, CAP, &n, a, SCRATCH, data, size) !=
		DELIST_OK ||
	    delist_ndr_parse(two, CAP, &m, b, SCRATCH, mail, len) != DELIST_OK)
		abort();
	/* without its "From " line it may be another thing */
	if (memcmp(data, "From ", 5) != 0 &&
	    one[0].cls == DELIST_CLASS_IP_BLOCK_MAIL &&
	    one[0].confidence == DELIST_CONFIDENCE_HIGH &&
	    !((one[0].flags | two[0].flags) & DELIST_FLAG_TRUNCATED) &&
	    !(one[0].flags & DELIST_FLAG_FORWARDED) &&
	    (two[0].cls != one[0].cls ||
		delist_status_compare(&one[0].status, &two[0].status) != 0))
		abort();
	free(a);
	free(b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct delist_verdict verdict = {.cls = DELIST_CLASS_IP_BLOCK_MAIL,
	    .status = {5, 7, 511},
	    .blocked = {delist_addr_from4(0xcb007107), 32}};
	struct delist_appeal_letter letter = {.size = sizeof letter,
	    .domain = {"mx.example", 10},
	    .verdict = &verdict,
	    .ndr = {(const char *)data, size}};
	size_t cap = 2 * size + DELIST_LETTER_APPEAL, len = 0;
	char *mail = malloc(cap);
	int error;

	if (mail == NULL ||
	    delist_mailbox_parse(&letter.from, "a@mx.example", 12) != DELIST_OK)
		abort();
	error = delist_letter_appeal(mail, cap, &len, &letter);
	if (error == DELIST_ENOSPC)
		abort();
	if (error == DELIST_OK) {
		lines_are_clean(mail, len);
		head_is_ours(mail, len);
		if (size > 5)
			reads_back(mail, len, (const char *)data, size);
	}
	free(mail);
	return 0;
}
