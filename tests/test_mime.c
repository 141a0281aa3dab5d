/* SPDX-License-Identifier: ISC */
#include "support.h"

#include "mime.h"

static struct delist_mime_part parts[16];

static size_t
walk(struct delist_mime *m, const char *text, size_t len)
{
	size_t n = 0;

	delist_mime_init(m, support_guarded(text, len), len);
	while (n < COUNT(parts) && delist_mime_next(m, &parts[n]))
		n++;
	return n;
}

static const char report[] =
    "From: MAILER-DAEMON@mx.example\n"
    "Content-Type: multipart/report; report-type=delivery-status;\n"
    "\tboundary=\"=_b1\"\n"
    "\n"
    "preamble\n"
    "--=_b1\n"
    "Content-Type: text/plain; charset=utf-8\n"
    "Content-Transfer-Encoding: quoted-printable\n"
    "\n"
    "550 5.7.6=\n06 no\n"
    "--=_b1\n"
    "Content-Type: message/delivery-status\n"
    "\n"
    "Status: 5.7.606\n"
    "--=_b1\n"
    "Content-Type: message/rfc822\n"
    "\n"
    "Subject: original\n\nhello\n"
    "--=_b1--\n";

static void
a_report_has_three_parts(void **state)
{
	struct delist_mime m;

	(void)state;
	assert_int_equal(walk(&m, report, sizeof report - 1), 3);
	assert_int_equal(parts[0].type, DELIST_MIME_TEXT);
	assert_int_equal(parts[0].encoding, DELIST_MIME_QP);
	assert_int_equal(parts[1].type, DELIST_MIME_STATUS);
	assert_int_equal(parts[2].type, DELIST_MIME_MESSAGE);
	assert_memory_equal(parts[2].body.at, "Subject: original", 17);
	assert_false(m.truncated);
}

/* Views stay inside, wherever the message is cut, whatever ends its lines. */
static void
every_prefix_is_walked(void **state)
{
	char text[sizeof report];

	(void)state;
	memcpy(text, report, sizeof report);
	for (int cr = 0; cr < 2; cr++) {
		for (size_t len = 0; len < sizeof report; len++) {
			struct delist_mime m;
			size_t n = walk(&m, text, len);

			for (size_t i = 0; i < n; i++) {
				char out[sizeof report];
				bool full = false;
				size_t got = delist_mime_decode(
				    out, sizeof out, &full, &parts[i], false);

				assert_true(got <= parts[i].body.len + 1);
				assert_false(full);
			}
		}
		for (size_t i = 0; i < sizeof report; i++)
			if (text[i] == '\n')
				text[i] = '\r';
	}
}

struct decode_row {
	const char *name;
	enum delist_mime_encoding encoding;
	const char *body, *want;
};

/* clang-format off */
static const struct decode_row decode_rows[] = {
	{"plain", DELIST_MIME_PLAIN, "a b\n", "a b\n"},
	{"blanks are one", DELIST_MIME_PLAIN, "a \t  b", "a b"},
	{"CRLF", DELIST_MIME_PLAIN, "a\r\nb", "a\nb"},
	{"CR", DELIST_MIME_PLAIN, "a\rb", "a\nb"},
	{"quoting goes", DELIST_MIME_PLAIN, "> > a\n> b", "a\nb"},
	{"quoted-printable", DELIST_MIME_QP, "5=2E7=2e606", "5.7.606"},
	{"a soft break", DELIST_MIME_QP, "5.7.6=\r\n06", "5.7.606"},
	{"a soft break at CR", DELIST_MIME_QP, "5.7.6=\r06", "5.7.606"},
	{"base64", DELIST_MIME_BASE64, "NS43\nLjYw\r\nNg==", "5.7.606"},
};
/* clang-format on */

static void
decodes(void **state)
{
	const struct decode_row *row = *state;
	size_t len = strlen(row->body), got;
	struct delist_mime_part part = {.type = DELIST_MIME_TEXT,
	    .encoding = row->encoding,
	    .body = {support_guarded(row->body, len), len}};
	char out[64];
	bool full = false;

	got = delist_mime_decode(out, sizeof out, &full, &part, false);
	while (got > 0 && out[got - 1] == '\n' && got > strlen(row->want))
		got--;
	assert_int_equal(got, strlen(row->want));
	assert_memory_equal(out, row->want, got);
	assert_false(full);
	delist_mime_decode(out, 1, &full, &part, false);
	assert_true(full);
}

static void
fields_are_found_whatever_their_case(void **state)
{
	static const char head[] = "Subject: one\nX-A: b\n c\nsubject: two\n\n"
				   "To: body\n";
	struct delist_text value;
	const char *end = head + sizeof head - 1;

	(void)state;
	value = delist_mime_field(head, end, "SUBJECT");
	assert_true(value.len >= 3);
	assert_non_null(delist_mime_find(value, "one"));
	value = delist_mime_field(head, end, "x-a");
	assert_non_null(delist_mime_find(value, "c"));
	assert_int_equal(delist_mime_field(head, end, "to").len, 0);
	assert_memory_equal(delist_mime_body(head, end), "To: body", 8);
}

/* Deeper than the limit is said so, and does not recurse. */
static void
depth_is_bounded(void **state)
{
	static char text[64 * 1024];
	struct delist_mime m;
	size_t len = 0;

	(void)state;
	for (int i = 0; i < 200; i++) {
		static const char one[] =
		    "Content-Type: multipart/mixed; boundary=bX\n\n--bX\n";

		memcpy(text + len, one, sizeof one - 1);
		text[len + 41] = (char)('A' + i % 26);
		text[len + 47] = text[len + 41];
		len += sizeof one - 1;
	}
	walk(&m, text, len);
	assert_true(m.truncated);
}

int
main(void)
{
	TEST(a_report_has_three_parts);
	TEST(every_prefix_is_walked);
	ROWS(decodes, decode_rows);
	TEST(fields_are_found_whatever_their_case);
	TEST(depth_is_bounded);
	return support_run("mime");
}
