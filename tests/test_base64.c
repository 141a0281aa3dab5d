/* SPDX-License-Identifier: ISC */
#include "support.h"

#include "base64.h"

struct encode_row {
	const char *name;
	const char *bytes;
	size_t len;
	const char *standard;
	const char *url;
};

static const struct encode_row encode_rows[] = {
    /* RFC 4648, 10 */
    {"empty", "", 0, "", ""},
    {"f", "f", 1, "Zg==", "Zg"},
    {"fo", "fo", 2, "Zm8=", "Zm8"},
    {"foo", "foo", 3, "Zm9v", "Zm9v"},
    {"foob", "foob", 4, "Zm9vYg==", "Zm9vYg"},
    {"fooba", "fooba", 5, "Zm9vYmE=", "Zm9vYmE"},
    {"foobar", "foobar", 6, "Zm9vYmFy", "Zm9vYmFy"},
    /* where the alphabets differ, and where classes meet */
    {"62 and 63", "\xfb\xff\xbf", 3, "+/+/", "-_-_"},
    {"all zero", "\0\0\0", 3, "AAAA", "AAAA"},
    {"all ones", "\xff\xff\xff", 3, "////", "____"},
    {"Z a z 0 9", "\x65\xa6\x9e\xd3\xde\xff", 6, "Zaae097/", "Zaae097_"},
};

static void
encodes(void **state)
{
	const struct encode_row *row = *state;
	char text[16];
	uint8_t back[16];
	size_t url_len = strlen(row->url);

	assert_int_equal(delist_base64_encode(text,
			     support_guarded(row->bytes, row->len), row->len),
	    strlen(row->standard));
	assert_memory_equal(text, row->standard, strlen(row->standard));

	assert_int_equal(delist_base64url_len(row->len), url_len);
	assert_int_equal(
	    delist_base64url_encode(text, row->bytes, row->len), url_len);
	assert_memory_equal(text, row->url, url_len);

	assert_true(delist_base64url_decode(
	    back, row->len, support_guarded(row->url, url_len)));
	assert_memory_equal(back, row->bytes, row->len);
}

static void
the_alphabet_is_the_standard_one(void **state)
{
	static const char want[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz0123456789-_";

	(void)state;
	for (unsigned value = 0; value < 64; value++) {
		uint8_t byte = (uint8_t)(value << 2);
		char text[2];

		delist_base64url_encode(text, &byte, 1);
		assert_int_equal(text[0], want[value]);
	}
}

/* One byte: of all pairs of characters, 256 are texts, each of another. */
static void
each_value_has_one_text(void **state)
{
	unsigned seen[256] = {0}, good = 0;

	(void)state;
	for (unsigned pair = 0; pair < 65536; pair++) {
		char text[2] = {(char)(pair >> 8), (char)(pair & 255)};
		char again[2];
		uint8_t byte = 0xa5;

		if (!delist_base64url_decode(&byte, 1, text)) {
			assert_int_equal(byte, 0xa5);
			continue;
		}
		seen[byte]++;
		good++;
		delist_base64url_encode(again, &byte, 1);
		assert_memory_equal(again, text, 2);
	}
	assert_int_equal(good, 256);
	for (unsigned i = 0; i < 256; i++)
		assert_int_equal(seen[i], 1);
}

struct refuse_row {
	const char *name;
	size_t len;
	const char *text;
};

static const struct refuse_row refuse_rows[] = {
    {"padding", 3, "Zm8="},
    {"plus", 3, "Zm+v"},
    {"slash", 3, "Zm/v"},
    {"space", 3, "Zm v"},
    {"line end", 3, "Zm\nv"},
    {"high byte", 3, "Zm\xe3v"},
    {"foreign in the second group", 6, "Zm9vYm.y"},
    {"four spare bits, lowest", 1, "Zh"},
    {"four spare bits, highest", 1, "Zo"},
    {"two spare bits, lowest", 2, "Zm9"},
    {"two spare bits, highest", 2, "Zm-"},
};

static void
refuses(void **state)
{
	const struct refuse_row *row = *state;
	uint8_t bytes[6] = "abcde";

	assert_false(delist_base64url_decode(
	    bytes, row->len, support_guarded(row->text, strlen(row->text))));
	assert_string_equal((char *)bytes, "abcde");
}

static void
random_bytes_come_back(void **state)
{
	struct support_random random = {64};

	(void)state;
	for (int round = 0; round < 2000; round++) {
		size_t len = support_below(&random, 100);
		uint8_t bytes[100], back[100];
		char text[134];
		size_t n;

		for (size_t i = 0; i < len; i++)
			bytes[i] = (uint8_t)support_random(&random);
		n = delist_base64url_encode(text, bytes, len);
		assert_int_equal(n, delist_base64url_len(len));
		assert_true(delist_base64url_decode(
		    back, len, support_guarded(text, n)));
		assert_memory_equal(back, bytes, len);
	}
}

static void
a_mime_line_is_76_characters(void **state)
{
	char text[80];
	uint8_t bytes[DELIST_BASE64_LINE] = {0};

	(void)state;
	assert_int_equal(delist_base64_encode(text, bytes, sizeof bytes), 76);
}

int
main(void)
{
	ROWS(encodes, encode_rows);
	TEST(the_alphabet_is_the_standard_one);
	TEST(each_value_has_one_text);
	ROWS(refuses, refuse_rows);
	TEST(random_bytes_come_back);
	TEST(a_mime_line_is_76_characters);
	return support_run("base64");
}
