/* SPDX-License-Identifier: ISC */
/*
 * One thing out of order in an image whose sums fit: a look at all of it
 * finds it, for each thing that is looked at.
 */
#include "support.h"

#include "hosts.h"
#include "image_world.h"
#include "ipset.h"
#include "le.h"
#include "lines.h"
#include "runs.h"

/* What is damaged: the first word of a form, its key, or its block. */
enum form {
	RUN_CONSTANT,
	RUN_LINE,
	RUN_RAW,
	FLAT,
	ONE,
	TWO,
	BIG_HOSTS,
	MIXED,
	EMPTY,
	LINE,
	TABLE,
	BIG,
	LEAF,
	SPAN,
	SECTION /* no word: the section itself */
};

enum part {
	WORD,
	KEY,
	BLOCK
};

enum {
	RUNS4 = 3, /* rows of world_rows */
	HOSTS = 4,
	TAGS4 = 5,
	MANY4 = 6,
	LINES6 = 7,
	NETS6 = 8,
	SPANS6 = 9,
	MANY6 = 10
};

struct damage_row {
	const char *name;
	int world;
	uint32_t kind; /* of the section that has the word */
	enum form form;
	enum part part;
	unsigned at, bytes;
	uint64_t value;
};

#define FOUR(kind) (DELIST_IMAGE_INET4 | DELIST_IMAGE_##kind)
#define SIX(kind) (DELIST_IMAGE_INET6 | DELIST_IMAGE_##kind)

/* clang-format off */
static const struct damage_row damage_rows[] = {
	{"constant in parts", RUNS4, FOUR(RUN), RUN_CONSTANT, WORD, 0, 4, 7},
	{"constant of no tag", RUNS4, FOUR(RUN), RUN_CONSTANT, WORD, 0, 4,
	    254 << 5 | 8},
	{"constant of a wide code", MANY4, FOUR(RUN), RUN_CONSTANT, WORD, 0, 4,
	    1 << 5 | 8},
	{"run in 16 parts", RUNS4, FOUR(RUN), RUN_LINE, WORD, 0, 1, 4},
	{"run in half a part", RUNS4, FOUR(RUN), RUN_LINE, WORD, 0, 1, 9},
	{"run outside", RUNS4, FOUR(RUN), RUN_LINE, WORD, 0, 4, 0xffffffe8},
	{"run without begin", RUNS4, FOUR(RUN), RUN_LINE, BLOCK, 0, 1, 1},
	{"run that goes back", RUNS4, FOUR(RUN), RUN_LINE, BLOCK, 0, 3, 0x05ff00},
	{"run of no tag", RUNS4, FOUR(RUN), RUN_LINE, BLOCK, 16, 1, 254},
	{"raw run in other parts", RUNS4, FOUR(RUN), RUN_RAW, WORD, 0, 1, 16 | 6},
	{"raw run of no tag", RUNS4, FOUR(RUN), RUN_RAW, BLOCK, 99, 1, 254},
	{"hosts of no kind", HOSTS, FOUR(HOST), FLAT, WORD, 4, 1, 8},
	{"hosts of no code", HOSTS, FOUR(HOST), ONE, WORD, 4, 2, 4},
	{"hosts of no tag", HOSTS, FOUR(HOST), FLAT, WORD, 4, 2, 2 | 254 << 3},
	{"flat outside", HOSTS, FOUR(HOST), FLAT, WORD, 0, 4, UINT32_MAX},
	{"flat that goes back", HOSTS, FOUR(HOST), FLAT, BLOCK, 0, 4, 0xffff},
	{"one outside", HOSTS, FOUR(HOST), ONE, WORD, 0, 4, UINT32_MAX},
	{"one with halves", HOSTS, FOUR(HOST), ONE, WORD, 6, 1, 8},
	{"one with more bytes", HOSTS, FOUR(HOST), ONE, WORD, 6, 2, 0x3ff0},
	{"one with no bytes", HOSTS, FOUR(HOST), ONE, WORD, 6, 2, 0},
	{"directory, first count", HOSTS, FOUR(HOST), ONE, BLOCK, 0, 1, 1},
	{"directory, last count", HOSTS, FOUR(HOST), ONE, BLOCK, 7, 1, 0},
	{"directory, no end", HOSTS, FOUR(HOST), ONE, BLOCK, 16, 48, UINT64_MAX},
	{"directory, all ends", HOSTS, FOUR(HOST), ONE, BLOCK, 56, 8, 0},
	{"directory, a bucket of 64", HOSTS, FOUR(HOST), ONE, BLOCK, 8, 8,
	    UINT64_MAX},
	{"two outside", HOSTS, FOUR(HOST), TWO, WORD, 0, 4, UINT32_MAX},
	{"two with a large half", HOSTS, FOUR(HOST), TWO, WORD, 5, 2, 0x0ff8},
	{"two, first directory", HOSTS, FOUR(HOST), TWO, BLOCK, 7, 1, 0},
	{"two, second directory", HOSTS, FOUR(HOST), TWO, BLOCK, 71, 1, 0},
	{"big outside", HOSTS, FOUR(HOST), BIG_HOSTS, WORD, 0, 4, UINT32_MAX},
	{"big, no begin", HOSTS, FOUR(HOST), BIG_HOSTS, BLOCK, 0, 2, 1},
	{"big, a bucket of all", HOSTS, FOUR(HOST), BIG_HOSTS, BLOCK, 2, 2, 600},
	{"big, goes back", HOSTS, FOUR(HOST), BIG_HOSTS, BLOCK, 500, 4, 9},
	{"big without end", HOSTS, FOUR(HOST), BIG_HOSTS, BLOCK, 512, 2, 0xffff},
	{"big, bytes equal", HOSTS, FOUR(HOST), BIG_HOSTS, BLOCK, 528, 8, 0},
	{"mixed of no kind", TAGS4, FOUR(HOST), MIXED, WORD, 4, 1, 7 | 3 << 3},
	{"mixed outside", TAGS4, FOUR(HOST), MIXED, WORD, 0, 4, UINT32_MAX},
	{"nothing, numbered", HOSTS, FOUR(HOST), EMPTY, WORD, 6, 1, 8},
	{"nothing, somewhere", HOSTS, FOUR(HOST), EMPTY, WORD, 0, 4, 1},
	{"line, no begin", LINES6, SIX(LINES), LINE, BLOCK, 0, 2, 1},
	{"line that goes back", LINES6, SIX(LINES), LINE, BLOCK, 2, 4, 0xffff},
	{"line of no tag", LINES6, SIX(LINES), LINE, BLOCK, 42, 1, 254},
	{"line outside", LINES6, SIX(LINES), LINE, WORD, 0, 3, 0xffffff},
	{"table of no lines", LINES6, SIX(LINES), TABLE, BLOCK, 62, 2, 0},
	{"table of one line", LINES6, SIX(LINES), TABLE, BLOCK, 62, 2, 1},
	{"table of 33 lines", LINES6, SIX(LINES), TABLE, BLOCK, 62, 2, 33},
	{"table that goes back", LINES6, SIX(LINES), TABLE, BLOCK, 0, 4, 0xffff},
	{"table, other begin", LINES6, SIX(LINES), TABLE, BLOCK, 0, 2, 0},
	{"table, more begins", LINES6, SIX(LINES), TABLE, BLOCK, 60, 2, 0xfffe},
	{"table, no begin", LINES6, SIX(LINES), TABLE, BLOCK, 64, 2, 1},
	{"big lines, no begin", LINES6, SIX(LINES), BIG, BLOCK, 0, 4, 1},
	{"big lines, empty", LINES6, SIX(LINES), BIG, BLOCK, 4, 4, 0},
	{"big lines, over the end", LINES6, SIX(LINES), BIG, BLOCK, 4, 4, 1 << 20},
	{"big lines without end", LINES6, SIX(LINES), BIG, BLOCK, 1024, 4,
	    UINT32_MAX},
	{"big lines, first start", LINES6, SIX(LINES), BIG, BLOCK, 1028, 1, 1},
	{"big lines, goes back", LINES6, SIX(LINES), BIG, BLOCK, 1028, 200, 0},
	{"unused slot", LINES6, SIX(LINES), LINE, WORD, 3, 1, 0},
	{"held slot", LINES6, SIX(LINES), LINE, WORD, 3, 1, 0x88},
	{"line of another key", LINES6, SIX(LINES), LINE, KEY, 0, 2, 0x1234},
	{"leaf of no tag", SPANS6, SIX(LINES), LEAF, WORD, 0, 1, 254},
	{"leaf of no code", SPANS6, SIX(LINES), LEAF, WORD, 0, 3, 0x10000},
	{"leaf of a wide code", MANY6, SIX(LINES), LINE, WORD, 3, 1, 0x68},
	{"hosts of another key", NETS6, SIX(HOSTS), FLAT, KEY, 0, 2, 0x1234},
	{"spans of another key", SPANS6, SIX(SPANS), SPAN, KEY, 0, 2, 0x1234},
	{"no spans", SPANS6, SIX(SPANS), SPAN, BLOCK, 0, 4, 0},
	{"spans without end", SPANS6, SIX(SPANS), SPAN, BLOCK, 0, 4, UINT32_MAX},
	{"spans, no begin", SPANS6, SIX(SPANS), SPAN, BLOCK, 8, 1, 1},
	{"spans that go back", SPANS6, SIX(SPANS), SPAN, BLOCK, 16, 8, 0},
	{"spans of no tag", SPANS6, SIX(SPANS), SPAN, BLOCK, 8, 300, 254},
	{"spans outside", SPANS6, SIX(SPANS), SPAN, WORD, 0, 4, UINT32_MAX},
	{"no /16 has more", LINES6, SIX(DEEP), SECTION, WORD, 0, 8192, 0},
	{"nothing has a tag", RUNS4, FOUR(TAGS), SECTION, WORD, 0, 4, 1},
	{"another constant", RUNS4, FOUR(BLOCKS), SECTION, WORD, 50, 1, 99},
	{"no tag of any code", HOSTS, FOUR(TAGS), SECTION, WORD, 0, 1024, 0xff},
};
/* clang-format on */

static bool
is_form(enum form form, uint32_t kind, unsigned width, uint64_t word)
{
	static const unsigned hosts[] = {[ONE] = DELIST_HOSTS_ONE,
	    [TWO] = DELIST_HOSTS_TWO,
	    [BIG_HOSTS] = DELIST_HOSTS_BIG,
	    [MIXED] = DELIST_HOSTS_MIXED};
	static const unsigned lines[] = {[LINE] = DELIST_LINES_LINE,
	    [TABLE] = DELIST_LINES_TABLE,
	    [BIG] = DELIST_LINES_BIG,
	    [LEAF] = LINES_LEAF};

	if (kind == DELIST_IMAGE_RUN && form == RUN_CONSTANT)
		return delist_runs_bytes((uint32_t)word, width) == 0;
	if (kind == DELIST_IMAGE_RUN)
		return delist_runs_bytes((uint32_t)word, width) != 0 &&
		       ((word & DELIST_RUNS_RAW) != 0) == (form == RUN_RAW);
	if (kind == DELIST_IMAGE_HOST || kind == DELIST_IMAGE_HOSTS) {
		unsigned is = word != 0 ? delist_hosts_kind(word) : 0;

		if (form == EMPTY || delist_hosts_empty(word))
			return form == EMPTY && delist_hosts_empty(word);
		return form == FLAT
			   ? is >= DELIST_HOSTS_FLAT && is < DELIST_HOSTS_ONE
			   : is == hosts[form];
	}
	if (kind == DELIST_IMAGE_LINES)
		return word != 0 && (word >> LINES_KIND & 3) == lines[form];
	return (uint32_t)word != 0;
}

static uint8_t *
block_of(const struct delist_image_half *half, uint8_t *bytes,
    const uint8_t *begin, uint32_t kind, uint64_t word)
{
	uint64_t at = 16 * (uint64_t)(uint32_t)word;

	if (kind == DELIST_IMAGE_RUN)
		at = (word >> 5) * 32;
	if (kind == DELIST_IMAGE_LINES)
		at = 32 * (word & LINES_PLACE);
	return bytes + (half->blocks - begin) + at;
}

/* Where the damage of a row goes. */
static uint8_t *
place_of(const struct delist_image *image, const struct world *world,
    const struct damage_row *row)
{
	const struct delist_image_half *half =
	    &image
		 ->half[(row->kind & DELIST_IMAGE_INET6) == DELIST_IMAGE_INET6];
	uint32_t kind = row->kind & 0xff;
	unsigned word_bytes =
	    kind == DELIST_IMAGE_RUN || kind == DELIST_IMAGE_LINES ? 4 : 8;
	unsigned slot_bytes = kind == DELIST_IMAGE_RUN	   ? 4
			      : kind == DELIST_IMAGE_HOST  ? 8
			      : kind == DELIST_IMAGE_LINES ? 8
							   : 16;
	const struct delist_image_section *section = image->header.sections;

	while (section->kind != row->kind)
		section++;
	if (row->form == SECTION)
		return world->bytes + section->place;
	for (uint64_t at = 0; at < section->length; at += slot_bytes) {
		uint8_t *slot = world->bytes + section->place + at;
		uint8_t *value = slot + (slot_bytes == 16 ? 8 : 0);
		uint64_t word =
		    word_bytes == 4 ? delist_le32(value) : delist_le64(value);

		if (!is_form(row->form, kind, half->width, word))
			continue;
		if (row->part == WORD)
			return value;
		return row->part == KEY ? slot + (slot_bytes == 8 ? 4 : 0)
					: block_of(half, world->bytes,
					      image->bytes, kind, word);
	}
	fail_msg("no word of that form");
	return NULL;
}

static void
is_found_out(void **state)
{
	const struct damage_row *row = *state;
	struct delist_image *image;
	struct world world;
	uint8_t *at;

	world_init(&world, &world_rows[row->world]);
	assert_int_equal(
	    delist_image_open(&image, world.bytes, world.len, NULL), DELIST_OK);
	assert_int_equal(delist_image_verify(image), DELIST_OK);
	at = place_of(image, &world, row) + row->at;
	for (unsigned i = 0; i < row->bytes; i++)
		at[i] = (uint8_t)(row->value >> (i < 8 ? 8 * i : 0));
	delist_image_close(image);
	world_seal(world.bytes, world.len);
	assert_int_equal(
	    delist_image_open(&image, world.bytes, world.len, NULL), DELIST_OK);
	assert_int_equal(delist_image_verify(image), DELIST_ECORRUPT);
	delist_image_close(image);
	world_fini(&world);
}

/* ---- hashes ---- */

/* Slots of a hash of spans, beside those that it has. */
struct hash_row {
	const char *name;
	unsigned n;	/* of them; 0: all but some are filled */
	unsigned spare; /* so many */
	bool again;	/* with the key of the first slot that is used */
	bool right;	/* where a lookup finds them */
	int want;
};

static const struct hash_row hash_rows[] = {
    {"one more", 1, 0, false, true, DELIST_OK},
    {"one more, elsewhere", 1, 0, false, false, DELIST_ECORRUPT},
    {"a key again, beside it", 1, 0, true, true, DELIST_ECORRUPT},
    {"a key again, elsewhere", 1, 0, true, false, DELIST_ECORRUPT},
    {"one free", 0, 1, false, true, DELIST_OK},
    {"nothing free", 0, 0, false, true, DELIST_ECORRUPT},
};

struct spans {
	uint8_t *slots;
	uint32_t n;
	uint64_t key; /* of one that is used */
};

static struct spans
spans_of(const struct delist_image *image, struct world *world)
{
	const struct delist_image_half *half = &image->half[1];
	struct spans spans = {
	    world->bytes + (half->spans - image->bytes), half->spans_n, 0};

	for (size_t at = 0; spans.key == 0 && at < (size_t)64 * spans.n;
	     at += 16)
		if (delist_le64(spans.slots + at + 8) != 0)
			spans.key = delist_le64(spans.slots + at);
	return spans;
}

/* Put it to the first free slot from there on. */
static void
put_slot(const struct spans *spans, uint32_t bucket, uint64_t key)
{
	uint8_t *slot = spans->slots + (size_t)64 * bucket;

	while (delist_le64(slot + 8) != 0) {
		slot += 16;
		if (slot == spans->slots + (size_t)64 * spans->n)
			slot = spans->slots;
	}
	delist_le64_put(slot, key);
	delist_le64_put(slot + 8, SPANS_USED);
}

static size_t
room_in(const struct spans *spans)
{
	size_t room = 0;

	for (size_t at = 8; at < (size_t)64 * spans->n; at += 16)
		room += delist_le64(spans->slots + at) == 0;
	return room;
}

static void
hashes_are_as_lookups_need_them(void **state)
{
	const struct hash_row *row = *state;
	struct delist_image *image;
	struct world world;
	struct spans spans;
	size_t n;

	world_init(&world, &world_rows[SPANS6]);
	assert_int_equal(
	    delist_image_open(&image, world.bytes, world.len, NULL), DELIST_OK);
	spans = spans_of(image, &world);
	n = row->n != 0 ? row->n : room_in(&spans) - row->spare;
	for (size_t i = 0; i < n; i++) {
		uint64_t key = row->again ? spans.key : i + 1;
		uint32_t home = delist_buckets_first(key, spans.n);

		put_slot(&spans,
		    row->right ? home : (home + spans.n / 2) % spans.n, key);
	}
	delist_image_close(image);
	world_seal(world.bytes, world.len);
	assert_int_equal(
	    delist_image_open(&image, world.bytes, world.len, NULL), DELIST_OK);
	assert_int_equal(delist_image_verify(image), row->want);
	delist_image_close(image);
	world_fini(&world);
}

/* What lies between two sections has no sum. */
static void
gaps_are_zero(void **state)
{
	struct delist_image *image;
	struct world world;
	size_t gaps = 0;

	world_init(&world, *state);
	assert_int_equal(
	    delist_image_open(&image, world.bytes, world.len, NULL), DELIST_OK);
	for (unsigned i = 0; i <= image->header.n; i++) {
		const struct delist_image_section *sections =
		    image->header.sections;
		uint64_t from =
		    i == 0 ? 64 + 32 * (uint64_t)image->header.n
			   : sections[i - 1].place + sections[i - 1].length;
		uint64_t to =
		    i == image->header.n ? world.len : sections[i].place;

		for (uint64_t at = from; at < to; at++, gaps++) {
			world.bytes[at] = 1;
			assert_int_equal(
			    delist_image_verify(image), DELIST_ECORRUPT);
			world.bytes[at] = 0;
		}
	}
	assert_true(gaps > 0);
	assert_int_equal(delist_image_verify(image), DELIST_OK);
	delist_image_close(image);
	world_fini(&world);
}

int
main(void)
{
	ROWS(is_found_out, damage_rows);
	ROWS(hashes_are_as_lookups_need_them, hash_rows);
	support_rows("gaps_are_zero", gaps_are_zero, &world_rows[1],
	    sizeof *world_rows, 1);
	return support_run("image_verify");
}
