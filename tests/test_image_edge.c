/* SPDX-License-Identifier: ISC */
/*
 * Words and blocks that lead right to the end of an image, or right over it:
 * each check of a lookup is the one that keeps it inside.
 *
 * The family's blocks are the last section, and a page that traps is behind it.
 */
#include "support.h"

#include "crc32c.h"
#include "hosts.h"
#include "image_world.h"
#include "ipset.h"
#include "le.h"
#include "lines.h"

struct edge_row {
	const char *name;
	int world;
	uint32_t kind;	    /* of the table whose words are changed */
	uint64_t set, keep; /* bits of a word */
	unsigned unit;	    /* bytes of a place; 16 or 32 */
	unsigned shift;	    /* of the place in the word */
};

#define FOUR(kind) (DELIST_IMAGE_INET4 | DELIST_IMAGE_##kind)
#define SIX(kind) (DELIST_IMAGE_INET6 | DELIST_IMAGE_##kind)
#define HOSTS_OF(kind) \
	((uint64_t)(kind) << 32 | (uint64_t)0x3ff7 << 48 | (uint64_t)3 << 35)
#define MIXED_OF(kind) \
	((uint64_t)DELIST_HOSTS_MIXED << 32 | (uint64_t)(kind) << 35)
#define LINES_OF(kind) (LINES_USED | (uint64_t)(kind) << LINES_KIND)

enum {
	RUNS4 = 3, /* rows of world_rows */
	HOSTS4_ = 4,
	MANY4 = 6,
	LINES6 = 7,
	NETS6 = 8,
	SPANS6 = 9,
	MANY6 = 10
};

/* clang-format off */
static const struct edge_row edge_rows[] = {
	{"a run line", RUNS4, FOUR(RUN), 8, 0, 32, 5},
	{"eight run lines", RUNS4, FOUR(RUN), 5, 0, 32, 5},
	{"256 run lines", RUNS4, FOUR(RUN), 0, 0, 32, 5},
	{"a raw run", RUNS4, FOUR(RUN), 16 | 5, 0, 32, 5},
	{"wide run lines", MANY4, FOUR(RUN), 5, 0, 32, 5},
	{"256 wide run lines", MANY4, FOUR(RUN), 0, 0, 32, 5},
	{"a wide raw run", MANY4, FOUR(RUN), 16 | 5, 0, 32, 5},
	{"flat hosts", HOSTS4_, FOUR(HOST), HOSTS_OF(DELIST_HOSTS_FLAT + 2), 0,
	    16, 0},
	{"hosts, one", HOSTS4_, FOUR(HOST), HOSTS_OF(DELIST_HOSTS_ONE), 0, 16, 0},
	{"hosts, two", HOSTS4_, FOUR(HOST), HOSTS_OF(DELIST_HOSTS_TWO), 0, 16, 0},
	{"hosts, big", HOSTS4_, FOUR(HOST), HOSTS_OF(DELIST_HOSTS_BIG), 0, 16, 0},
	{"hosts of no kind", HOSTS4_, FOUR(HOST), HOSTS_OF(0), 0, 16, 0},
	{"mixed, a line", HOSTS4_, FOUR(HOST), MIXED_OF(0), 0, 16, 0},
	{"mixed, a table", HOSTS4_, FOUR(HOST), MIXED_OF(1), 0, 16, 0},
	{"mixed, big", HOSTS4_, FOUR(HOST), MIXED_OF(2), 0, 16, 0},
	{"mixed of no kind", HOSTS4_, FOUR(HOST), MIXED_OF(3), 0, 16, 0},
	{"wide, mixed, big", MANY4, FOUR(HOST), MIXED_OF(2), 0, 16, 0},
	{"a line", LINES6, SIX(LINES), LINES_OF(0), UINT64_MAX << 32, 32, 0},
	{"a table", LINES6, SIX(LINES), LINES_OF(1), UINT64_MAX << 32, 32, 0},
	{"big lines", LINES6, SIX(LINES), LINES_OF(2), UINT64_MAX << 32, 32, 0},
	{"wide lines", MANY6, SIX(LINES), LINES_OF(2), UINT64_MAX << 32, 32, 0},
	{"a leaf", LINES6, SIX(LINES), LINES_OF(3), UINT64_MAX << 32, 32, 0},
	{"/64s, two", NETS6, SIX(HOSTS), HOSTS_OF(DELIST_HOSTS_TWO), 0, 16, 0},
	{"/64s, big", NETS6, SIX(HOSTS), HOSTS_OF(DELIST_HOSTS_BIG), 0, 16, 0},
	{"spans", SPANS6, SIX(SPANS), SPANS_USED, 0, 16, 0},
	{"wide spans", MANY6, SIX(SPANS), SPANS_USED, 0, 16, 0},
};
/* clang-format on */

static const struct delist_image_section *
section_of(const struct delist_image_header *header, uint32_t kind)
{
	for (unsigned i = 0; i < header->n; i++)
		if (header->sections[i].kind == kind)
			return &header->sections[i];
	fail();
	return NULL;
}

/* All words of the table name one place. */
static void
point_to(uint8_t *bytes, const struct delist_image_section *table,
    const struct edge_row *row, uint64_t place)
{
	uint32_t which = row->kind & 0xff;
	unsigned word = which == DELIST_IMAGE_RUN ? 4 : 8;
	bool two = which == DELIST_IMAGE_HOSTS || which == DELIST_IMAGE_SPANS;
	uint64_t most = which == DELIST_IMAGE_LINES ? LINES_PLACE
			: word == 4		    ? (1u << 27) - 1
						    : UINT32_MAX;

	place = place < most ? place : most;
	for (uint64_t at = 0; at < table->length; at += two ? 16 : word) {
		uint8_t *to = bytes + table->place + at + (two ? 8 : 0);
		uint64_t was = word == 4 ? delist_le32(to) : delist_le64(to);

		if (was == 0)
			continue;
		was = (was & row->keep) | row->set | place << row->shift;
		if (word == 4)
			delist_le32_put(to, (uint32_t)was);
		else
			delist_le64_put(to, was);
	}
}

static void
look_around(const uint8_t *bytes, const struct world *world)
{
	struct delist_image *image;
	uint64_t draw = 17;

	assert_int_equal(
	    delist_image_open(&image, bytes, world->len, NULL), DELIST_OK);
	for (unsigned path = 0; path < DELIST_PATHS; path++) {
		image->path = delist_image_path_of(path);
		for (int i = 0; i < 150 && image->path != NULL; i++) {
			struct delist_addr addr = world_ask(world, &draw);
			uint32_t tag, four = delist_le32(addr.bytes);

			delist_image_find(image, &tag, &addr);
			delist_image_find4_batch(image, &tag, &four, 1);
			delist_image_find6_batch(
			    image, &tag, (const uint8_t(*)[16])addr.bytes, 1);
		}
	}
	delist_image_verify(image);
	delist_image_close(image);
}

/* What lies at the place, and so tells a size, or lets all be searched. */
static void
fill(uint8_t *at, size_t n, int how)
{
	memset(at, how == 0 ? 0 : 0xff, n);
	for (size_t i = 0; how == 2 && i < n; i++)
		at[i] = (uint8_t)(i * 37 + i / 256);
}

static void
goes_to_the_end(void **state)
{
	const struct edge_row *row = *state;
	struct delist_image_header header;
	const struct delist_image_section *blocks, *table;
	struct world world;
	uint64_t last;

	world_init(&world, &world_rows[row->world]);
	assert_int_equal(
	    delist_image_header_read(&header, world.bytes, world.len),
	    DELIST_OK);
	blocks = &header.sections[header.n - 1];
	table = section_of(&header, row->kind);
	last = (blocks->length - DELIST_IMAGE_REACH) / row->unit;
	for (int how = 0; how < 3; how++) {
		const uint64_t places[] = {last - 1, last, last + 1,
		    (blocks->length - 64) / row->unit,
		    blocks->length / row->unit - 1, blocks->length / row->unit,
		    UINT64_MAX};

		for (size_t i = 0; i < COUNT(places); i++) {
			uint8_t *bytes =
			    (uint8_t *)support_guarded(world.bytes, world.len);

			fill(bytes + world.len - DELIST_IMAGE_REACH,
			    DELIST_IMAGE_REACH, how);
			point_to(bytes, table, row, places[i]);
			look_around(bytes, &world);
		}
	}
	world_fini(&world);
}

/* ---- blocks that tell their size ---- */

struct size_row {
	const char *name;
	int world;
	uint32_t kind;
	uint64_t set, keep;
	unsigned unit;
	size_t head, each; /* bytes in front, and of each step */
};

/* clang-format off */
static const struct size_row size_rows[] = {
	{"big lines", LINES6, SIX(LINES), LINES_OF(2), UINT64_MAX << 32, 32,
	    257 * 4, 2},
	{"big lines, wide", MANY6, SIX(LINES), LINES_OF(2), UINT64_MAX << 32, 32,
	    257 * 4, 5},
	{"spans", SPANS6, SIX(SPANS), SPANS_USED, 0, 16, 8, 9},
	{"spans, wide", MANY6, SIX(SPANS), SPANS_USED, 0, 16, 8, 12},
};
/* clang-format on */

/* More prefixes, until the blocks end where the image does. */
static void
end_with_blocks(struct world *world, struct delist_image_header *header)
{
	struct delist_prefix more = {
	    {DELIST_INET6, {0x20, 0x01, 0x0d, 0xb8}}, 128};

	for (more.addr.bytes[15] = 1;; more.addr.bytes[15] += 2) {
		assert_int_equal(
		    delist_image_header_read(header, world->bytes, world->len),
		    DELIST_OK);
		if (header->sections[header->n - 1].length % 64 == 0)
			return;
		assert_true(more.addr.bytes[15] < 200);
		assert_int_equal(
		    delist_ipset_insert(world->set, &more, 3), DELIST_OK);
		world_rewrite(world);
	}
}

/* A block of so many steps, of which lookups take the last. */
static void
write_steps(uint8_t *at, const struct size_row *row, uint32_t n)
{
	if (row->head == 8) {
		delist_le32_put(at, n);
		return;
	}
	for (unsigned h = 0; h <= 256; h++)
		delist_le32_put(at + 4 * h, n - (h + 1) % 2 + (h == 256));
}

static void
tells_its_size(void **state)
{
	const struct size_row *row = *state;
	const struct edge_row edge = {.kind = row->kind,
	    .set = row->set,
	    .keep = row->keep,
	    .unit = row->unit};
	struct delist_image_header header;
	const struct delist_image_section *blocks, *table;
	struct world world;
	uint64_t place, room;

	world_init(&world, &world_rows[row->world]);
	end_with_blocks(&world, &header);
	blocks = &header.sections[header.n - 1];
	table = section_of(&header, row->kind);
	place = (blocks->length - DELIST_IMAGE_REACH) / row->unit;
	room = (blocks->length - place * row->unit - row->head) / row->each;
	for (int more = -1; more < 3; more++) {
		uint8_t *bytes =
		    (uint8_t *)support_guarded(world.bytes, world.len);

		write_steps(bytes + blocks->place + place * row->unit, row,
		    more < 2 ? (uint32_t)room + (uint32_t)more : UINT32_MAX);
		point_to(bytes, table, &edge, place);
		look_around(bytes, &world);
		write_steps(bytes + blocks->place + place * row->unit, row,
		    (uint32_t)(room + row->head / row->each));
		look_around(bytes, &world);
	}
	world_fini(&world);
}

/* ---- headers ---- */

static int
open_sealed(uint8_t *bytes, size_t len, unsigned sections)
{
	struct delist_image *image = NULL;
	uint32_t sum = delist_crc32c(
	    delist_crc32c(0, bytes, 60), bytes + 64, (size_t)32 * sections);
	int error;

	delist_le32_put(bytes + 60, sum);
	error = delist_image_open(&image, bytes, len, NULL);
	delist_image_close(image);
	return error;
}

/* More sections than there may be, of which each would be right. */
static void
has_too_many_sections(void **state)
{
	static uint8_t bytes[64 + 32 * 40];
	struct delist_image_header header = {.n = 0};

	(void)state;
	for (unsigned n = 0; n < 40; n++) {
		size_t len;

		if (n <= DELIST_IMAGE_SECTIONS) {
			header.n = n;
			delist_image_header_lay(&header);
			delist_image_header_write(bytes, &header);
		}
		len = (64 + 32 * (size_t)n + 63) / 64 * 64;
		delist_le32_put(bytes + 12, 64 + 32 * n);
		delist_le64_put(bytes + 16, len);
		delist_le32_put(bytes + 32, n);
		for (unsigned i = 0; i < n; i++)
			delist_le64_put(bytes + 64 + 32 * i + 8, len);
		assert_int_equal(open_sealed(bytes, len, n),
		    n <= DELIST_IMAGE_SECTIONS ? DELIST_OK : DELIST_ECORRUPT);
	}
}

/* Sections that begin behind the end of a short image. */
static void
has_sections_outside(void **state)
{
	uint8_t whole[64 + 32] = {0};
	struct delist_image_header header = {.n = 1};
	struct delist_image *image = NULL;
	uint8_t *bytes;

	(void)state;
	header.length = 64;
	delist_image_header_write(whole, &header);
	bytes = (uint8_t *)support_guarded(whole, 64);
	assert_int_equal(
	    delist_image_open(&image, bytes, 64, NULL), DELIST_ECORRUPT);
}

/*
 * A length that wraps to a place before: what follows is in order again, and a
 * section of nobody's fills what is then missing at the end.
 */
static void
has_a_length_that_wraps(void **state)
{
	struct delist_image_header header;
	struct world world;
	struct delist_image *image = NULL;
	uint64_t end;
	unsigned i = 0;

	(void)state;
	world_init(&world, &world_rows[WORLD_ROWS - 1]);
	assert_int_equal(
	    delist_image_header_read(&header, world.bytes, world.len),
	    DELIST_OK);
	delist_image_header_add(&header, DELIST_IMAGE_OTHERS, 0);
	header.sections[header.n - 1].flags = 0;
	while (header.sections[i].kind != FOUR(BLOCKS))
		i++;
	end = header.sections[0].place;
	header.sections[i].length = end - header.sections[i].place;
	for (i++; i < header.n; i++) {
		header.sections[i].place = end;
		end = (end + header.sections[i].length + 63) / 64 * 64;
	}
	header.sections[header.n - 1].length =
	    world.len - header.sections[header.n - 1].place;
	delist_image_header_write(world.bytes, &header);
	assert_int_equal(
	    delist_image_open(&image, world.bytes, world.len, NULL),
	    DELIST_ECORRUPT);
	world_fini(&world);
}

int
main(void)
{
	ROWS(goes_to_the_end, edge_rows);
	ROWS(tells_its_size, size_rows);
	TEST(has_too_many_sections);
	TEST(has_sections_outside);
	TEST(has_a_length_that_wraps);
	return support_run("image_edge");
}
