/* SPDX-License-Identifier: ISC */
#include <stdio.h>

#include "support.h"

#include "mime.h"

static struct delist_mime_part parts[16];

static size_t
walk(struct delist_mime *m, const char *text, size_t len)
{
	size_t n = 0;

	delist_mime_init(m, support_guarded(text, len), len);
	while (n < COUNT(parts) && delist_mime_next(m, &parts[n]))
		delist_mime_end(m, &parts[n++]);
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
	{"a blank before a fold stays", DELIST_MIME_PLAIN, "a  \n b", "a \nb"},
	{"no-break space", DELIST_MIME_PLAIN, "\xc2\xa0" "a\xc2\xa0 b", "a b"},
	{"another character of C2", DELIST_MIME_PLAIN, "\xc2\xa9" "a", "\xc2\xa9" "a"},
	{"C2 alone", DELIST_MIME_PLAIN, "a\xc2", "a\xc2"},
	{"> inside a line stays", DELIST_MIME_PLAIN, "a > b", "a > b"},
	{"an equals sign alone", DELIST_MIME_QP, "a=zb= c=", "a=zb= c"},
	{"garbage in base64", DELIST_MIME_BASE64, "N!S4=3_L-jYwNg", "5.7.606"},
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

/*
 * Text is copied in runs.  Encoded so that each byte comes alone, it must
 * come out the same.
 */
static void
bytes_alone_give_the_same(void **state)
{
	static const char some[] = "abcdef  \t>\n\r\xc2\xa0";
	struct support_random random = {7};
	bool full = false;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		char text[40], coded[sizeof text * 3 + 1], one[64], two[64];
		struct delist_mime_part part = {.type = DELIST_MIME_TEXT};
		size_t len = support_below(&random, sizeof text), n, m;

		for (size_t i = 0; i < len; i++) {
			text[i] = some[support_below(&random,
			    support_below(&random, 3) ? 8 : sizeof some - 1)];
			snprintf(coded + 3 * i, 4, "=%02X",
			    (unsigned)(unsigned char)text[i]);
		}
		part.body =
		    (struct delist_text){support_guarded(text, len), len};
		n = delist_mime_decode(one, sizeof one, &full, &part, false);
		part.encoding = DELIST_MIME_QP;
		part.body = (struct delist_text){coded, 3 * len};
		m = delist_mime_decode(two, sizeof two, &full, &part, false);
		assert_int_equal(n, m);
		assert_memory_equal(one, two, n);
	}
	assert_false(full);
}

struct html_row {
	const char *name, *body, *want;
};

/* clang-format off */
static const struct html_row html_rows[] = {
	{"tags go", "<b>550</b> 5.7<i>.606</i>", "550 5.7.606"},
	{"some end a line", "a<br>b<BR />c<p class=\"x\">d", "a\nb\nc\nd"},
	{"entities", "&lt;a&#64;b.c&gt;&nbsp;&amp;&quot;", "<a@b.c> &\""},
	{"numbers", "5&#46;7&#x2E;606&#39;&#xfffff;&#8203;&#x;", "5.7.606'"},
	{"one without its end", "a&amp b&ltc", "a& b"},
	{"unknown ones are a blank", "a&copy;b", "a b"},
	{"a tag without its end", "a<img src=", "a"},
	{"a long name", "a<abcdefghijklm>b", "ab"},
	{"lines in lines", "<div>a</div>\n<div>b</div>\n\n<div>c", "a\nb\nc"},
	{"an empty line", "a<br><br>\nb<p>c<p><p>d", "a\n\nb\nc\n\nd"},
	{"empty lines in pre", "<pre>a\n\nb</pre>\n\nc", "a\n\nb\nc"},
	{"a tag behind CR", "a\r<p>b", "a\n\nb"},
	{"a tag behind LF", "a\n<p>b", "a\n\nb"},
};
/* clang-format on */

static void
html_is_text(void **state)
{
	const struct html_row *row = *state;
	size_t len = strlen(row->body), got;
	struct delist_mime_part part = {.type = DELIST_MIME_HTML,
	    .body = {support_guarded(row->body, len), len}};
	char out[64];
	bool full = false;

	got = delist_mime_decode(out, sizeof out, &full, &part, false);
	out[got] = '\0';
	assert_string_equal(out, row->want);
}

static void
a_header_is_read_in_one_pass(void **state)
{
	static const char head[] =
	    "SUBJECT: one\nX-A: b\n c\r\nsubject: two\rContent-Type: a/b;\r\n"
	    "\tc=d\nfrom:\n\nTo: body\n";
	struct delist_mime_lines lines;
	struct delist_mime_header h;
	const char *text = support_guarded(head, sizeof head - 1);

	(void)state;
	delist_mime_lines(&lines, text, sizeof head - 1);
	delist_mime_header(&h, &lines, text);
	assert_int_equal(h.field[DELIST_MIME_SUBJECT].len, 4);
	assert_memory_equal(h.field[DELIST_MIME_SUBJECT].at, " one", 4);
	assert_non_null(
	    delist_mime_find(h.field[DELIST_MIME_CONTENT_TYPE], "c=d"));
	assert_int_equal(h.field[DELIST_MIME_FROM].len, 0);
	assert_null(h.field[DELIST_MIME_FAILED].at);
	assert_true(h.usual);
	assert_memory_equal(h.body, "To: body", 8);
}

static void
a_long_field_is_cut(void **state)
{
	static char head[DELIST_MIME_VALUE + 100] = "Subject:";
	struct delist_mime_lines lines;
	struct delist_mime_header h;

	(void)state;
	memset(head + 8, 'a', sizeof head - 8);
	delist_mime_lines(&lines, head, sizeof head);
	delist_mime_header(&h, &lines, head);
	assert_int_equal(h.field[DELIST_MIME_SUBJECT].len, DELIST_MIME_VALUE);
	assert_false(h.usual);
	assert_ptr_equal(h.body, head + sizeof head);
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

static void
parts_are_bounded(void **state)
{
	static char text[8192] =
	    "Content-Type: multipart/mixed; boundary=b\n\n";
	static struct delist_mime_part part;
	struct delist_mime m;
	size_t len = strlen(text), n = 0;

	(void)state;
	while (len + 6 < sizeof text) {
		memcpy(text + len, "--b\n\n", 5);
		len += 5;
	}
	delist_mime_init(&m, text, len);
	while (delist_mime_next(&m, &part))
		n++;
	assert_int_equal(n, DELIST_MIME_PARTS - 1);
	assert_true(m.truncated);
}

int
main(void)
{
	TEST(a_report_has_three_parts);
	TEST(every_prefix_is_walked);
	ROWS(decodes, decode_rows);
	TEST(bytes_alone_give_the_same);
	ROWS(html_is_text, html_rows);
	TEST(a_header_is_read_in_one_pass);
	TEST(a_long_field_is_cut);
	TEST(parts_are_bounded);
	TEST(depth_is_bounded);
	return support_run("mime");
}
