/* SPDX-License-Identifier: ISC */
/*
 * Images that are not what they should be: refused where the header tells,
 * found out by a look at all of it, and never followed to the outside.
 */
#include "support.h"

#include <stdlib.h>

#include "crc32c.h"
#include "image_world.h"
#include "ipset.h"

static int
open_result(const uint8_t *bytes, size_t len)
{
	struct delist_image *image = NULL;
	int error = delist_image_open(&image, bytes, len, NULL);

	assert_true((image != NULL) == (error == DELIST_OK));
	delist_image_close(image);
	return error;
}

/* ---- the header ---- */

struct header_row {
	const char *name;
	unsigned at, bytes; /* in the header */
	uint64_t value;
	bool sealed; /* with a sum that fits */
	int want;
};

/* clang-format off */
static const struct header_row header_rows[] = {
	{"as it was", 24, 8, 5, true, DELIST_OK},
	{"another sum", 24, 8, 5, false, DELIST_ECORRUPT},
	{"magic", 0, 1, 0x8c, true, DELIST_ECORRUPT},
	{"end of the magic", 7, 1, '\r', true, DELIST_ECORRUPT},
	{"major 0", 8, 2, 0, true, DELIST_EVERSION},
	{"major 2", 8, 2, 2, true, DELIST_EVERSION},
	{"minor 1", 10, 2, 1, true, DELIST_OK},
	{"header too short", 12, 4, 64, true, DELIST_ECORRUPT},
	{"header too long", 12, 4, 1 << 20, true, DELIST_ECORRUPT},
	{"image too short", 16, 8, 64, true, DELIST_ECORRUPT},
	{"image too long", 16, 8, UINT64_MAX, true, DELIST_ECORRUPT},
	{"no section", 32, 4, 0, false, DELIST_ECORRUPT},
	{"33 sections", 32, 4, 33, false, DELIST_ECORRUPT},
	{"sections without end", 32, 4, UINT32_MAX, false, DELIST_ECORRUPT},
	{"reserved", 40, 8, 1, true, DELIST_OK},
};
/* clang-format on */

static void
reads_headers(void **state)
{
	const struct header_row *row = *state;
	struct world world;
	uint32_t sum;
	unsigned n;

	world_init(&world, &world_rows[WORLD_ROWS - 1]);
	n = world.bytes[32];
	for (unsigned i = 0; i < row->bytes; i++)
		world.bytes[row->at + i] = (uint8_t)(row->value >> 8 * i);
	sum = delist_crc32c(
	    delist_crc32c(0, world.bytes, 60), world.bytes + 64, 32 * n);
	for (unsigned i = 0; i < 4 && row->sealed; i++)
		world.bytes[60 + i] = (uint8_t)(sum >> 8 * i);
	assert_int_equal(open_result(world.bytes, world.len), row->want);
	world_fini(&world);
}

/* ---- its sections ---- */

enum field {
	KIND,
	FLAGS,
	PLACE,
	LENGTH,
	NUMBER
};

struct section_row {
	const char *name;
	uint32_t kind; /* of the section that is changed */
	enum field field;
	uint64_t value; /* added to what PLACE and LENGTH are */
	int want;
};

#define FOUR(kind) (DELIST_IMAGE_INET4 | DELIST_IMAGE_##kind)
#define SIX(kind) (DELIST_IMAGE_INET6 | DELIST_IMAGE_##kind)
#define LESS(n) (UINT64_MAX - (n) + 1)

/* clang-format off */
static const struct section_row section_rows[] = {
	{"as it was", FOUR(RUN), LENGTH, 0, DELIST_OK},
	{"of nobody", FOUR(RUN), KIND, 0, DELIST_EVERSION},
	{"of a later family", FOUR(RUN), KIND, 0x801, DELIST_EVERSION},
	{"kind 0", FOUR(RUN), KIND, 0x400, DELIST_EVERSION},
	{"kind 9", FOUR(BLOCKS), KIND, 0x409, DELIST_EVERSION},
	{"somebody's own", FOUR(RUN), KIND, 0x10401, DELIST_EVERSION},
	{"twice", FOUR(TAGS), KIND, FOUR(RUN), DELIST_ECORRUPT},
	{"two of blocks", FOUR(RUN), KIND, FOUR(BLOCKS), DELIST_ECORRUPT},
	{"no bit for the flag", FOUR(RUN), FLAGS, 0, DELIST_OK},
	{"begins late", FOUR(RUN), PLACE, 64, DELIST_ECORRUPT},
	{"begins early", FOUR(HOST), PLACE, LESS(64), DELIST_ECORRUPT},
	{"begins anywhere", FOUR(HOST), PLACE, 1, DELIST_ECORRUPT},
	{"begins outside", SIX(BLOCKS), PLACE, 1 << 30, DELIST_ECORRUPT},
	{"ends outside", SIX(BLOCKS), LENGTH, 64, DELIST_ECORRUPT},
	{"ends without end", SIX(BLOCKS), LENGTH, LESS(64), DELIST_ECORRUPT},
	{"ends in the next", FOUR(RUN), LENGTH, 64, DELIST_ECORRUPT},
	{"short run", FOUR(RUN), LENGTH, LESS(4), DELIST_ECORRUPT},
	{"short host", FOUR(HOST), LENGTH, LESS(8), DELIST_ECORRUPT},
	{"short deep", SIX(DEEP), LENGTH, LESS(1), DELIST_ECORRUPT},
	{"short tags", FOUR(TAGS), LENGTH, LESS(4), DELIST_ECORRUPT},
	{"part of a bucket", SIX(LINES), LENGTH, LESS(8), DELIST_ECORRUPT},
	{"codes of no bytes", FOUR(BLOCKS), NUMBER, 0, DELIST_ECORRUPT},
	{"codes of two bytes", FOUR(BLOCKS), NUMBER, 2, DELIST_ECORRUPT},
	{"tags with codes of four", FOUR(BLOCKS), NUMBER, 4, DELIST_ECORRUPT},
	{"hosts of IPv6", SIX(HOSTS), KIND, SIX(HOST), DELIST_ECORRUPT},
	{"lines of IPv4", SIX(LINES), KIND, FOUR(LINES), DELIST_ECORRUPT},
	{"hash of IPv4", SIX(HOSTS), KIND, FOUR(HOSTS), DELIST_ECORRUPT},
	{"spans of IPv4", SIX(SPANS), KIND, FOUR(SPANS), DELIST_ECORRUPT},
	{"deep of IPv4", SIX(DEEP), KIND, FOUR(DEEP), DELIST_ECORRUPT},
};
/* clang-format on */

static struct delist_image_section *
section_of(struct delist_image_header *header, uint32_t kind)
{
	for (unsigned i = 0; i < header->n; i++)
		if (header->sections[i].kind == kind)
			return &header->sections[i];
	fail();
	return NULL;
}

static void
reads_sections(void **state)
{
	const struct section_row *row = *state;
	struct delist_image_header header;
	struct delist_image_section *section;
	struct world world;

	world_init(&world, &world_rows[WORLD_ROWS - 1]);
	assert_int_equal(
	    delist_image_header_read(&header, world.bytes, world.len),
	    DELIST_OK);
	section = section_of(&header, row->kind);
	if (row->field == KIND)
		section->kind = (uint32_t)row->value;
	else if (row->field == FLAGS)
		section->flags = (uint32_t)row->value;
	else if (row->field == PLACE)
		section->place += row->value;
	else if (row->field == LENGTH)
		section->length += row->value;
	else
		section->number = (uint32_t)row->value;
	delist_image_header_write(world.bytes, &header);
	assert_int_equal(open_result(world.bytes, world.len), row->want);
	world_fini(&world);
}

/* A copy with other sections; the bytes of new ones are all ones. */
static uint8_t *
with_sections(const struct world *world, struct delist_image_header *header,
    const struct delist_image_header *from)
{
	uint8_t *bytes;

	delist_image_header_lay(header);
	bytes = calloc(1, (size_t)header->length);
	assert_non_null(bytes);
	for (unsigned i = 0; i < header->n; i++) {
		struct delist_image_section *to = &header->sections[i];

		memset(bytes + to->place, 0xff, (size_t)to->length);
		for (unsigned k = 0; k < from->n; k++)
			if (from->sections[k].kind == to->kind)
				memcpy(bytes + to->place,
				    world->bytes + from->sections[k].place,
				    (size_t)to->length);
	}
	delist_image_header_write(bytes, header);
	world_seal(bytes, (size_t)header->length);
	return bytes;
}

/* Without one of its sections a family is not whole. */
static void
lacks_a_section(void **state)
{
	struct delist_image_header all, some;
	struct world world;

	(void)state;
	world_init(&world, &world_rows[WORLD_ROWS - 1]);
	assert_int_equal(
	    delist_image_header_read(&all, world.bytes, world.len), DELIST_OK);
	for (unsigned gone = 0; gone < all.n; gone++) {
		uint32_t kind = all.sections[gone].kind & 0xff;
		bool hash =
		    kind >= DELIST_IMAGE_LINES && kind <= DELIST_IMAGE_SPANS;
		uint8_t *bytes;

		some = all;
		memmove(&some.sections[gone], &some.sections[gone + 1],
		    (all.n - gone - 1) * sizeof *some.sections);
		some.n--;
		bytes = with_sections(&world, &some, &all);
		assert_int_equal(open_result(bytes, (size_t)some.length),
		    hash || kind == DELIST_IMAGE_HOST ? DELIST_OK
						      : DELIST_ECORRUPT);
		free(bytes);
	}
	world_fini(&world);
}

/* Each section has a length that it must have, or at least. */
static void
lacks_bytes(void **state)
{
	struct delist_image_header all, some;
	struct world world;

	(void)state;
	world_init(&world, &world_rows[WORLD_ROWS - 1]);
	assert_int_equal(
	    delist_image_header_read(&all, world.bytes, world.len), DELIST_OK);
	for (unsigned i = 0; i < all.n; i++) {
		bool blocks =
		    (all.sections[i].kind & 0xff) == DELIST_IMAGE_BLOCKS;
		uint64_t least = blocks ? DELIST_IMAGE_REACH : 64;

		for (int lacks = 0; lacks < 2; lacks++) {
			uint8_t *bytes;

			some = all;
			some.sections[i].length = lacks ? least - 64 : least;
			bytes = with_sections(&world, &some, &all);
			assert_int_equal(
			    open_result(bytes, (size_t)some.length),
			    lacks ||
				    (all.sections[i].kind & 0xff) <
					DELIST_IMAGE_LINES ||
				    (all.sections[i].kind & 0xff) ==
					DELIST_IMAGE_TAGS
				? DELIST_ECORRUPT
				: DELIST_OK);
			free(bytes);
		}
	}
	world_fini(&world);
}

/* No section may be there twice, also if both are right. */
static void
has_a_section_twice(void **state)
{
	struct delist_image_header all, more;
	struct world world;

	(void)state;
	world_init(&world, &world_rows[WORLD_ROWS - 1]);
	assert_int_equal(
	    delist_image_header_read(&all, world.bytes, world.len), DELIST_OK);
	for (unsigned i = 0; i < all.n; i++) {
		uint8_t *bytes;

		more = all;
		more.sections[more.n++] = all.sections[i];
		bytes = with_sections(&world, &more, &all);
		assert_int_equal(
		    open_result(bytes, (size_t)more.length), DELIST_ECORRUPT);
		free(bytes);
	}
	world_fini(&world);
}

/* A section of somebody else's is passed over, unless it may not be. */
static void
has_more_sections(void **state)
{
	struct delist_image_header all, more;
	struct delist_image *image;
	struct world world;
	uint64_t draw = 1;
	uint8_t *bytes;

	(void)state;
	world_init(&world, &world_rows[WORLD_ROWS - 1]);
	assert_int_equal(
	    delist_image_header_read(&all, world.bytes, world.len), DELIST_OK);
	more = all;
	while (more.n < DELIST_IMAGE_SECTIONS) {
		delist_image_header_add(
		    &more, DELIST_IMAGE_OTHERS + more.n, 10 * more.n);
		more.sections[more.n - 1].flags = 0;
	}
	bytes = with_sections(&world, &more, &all);
	assert_int_equal(
	    delist_image_open(&image, bytes, (size_t)more.length, NULL),
	    DELIST_OK);
	assert_int_equal(delist_image_verify(image), DELIST_OK);
	for (int i = 0; i < 1000; i++) {
		struct delist_addr addr = world_ask(&world, &draw);
		uint32_t tag = DELIST_IPSET_NONE;

		delist_image_find(image, &tag, &addr);
		assert_int_equal(tag, world_slow(&world, &addr));
	}
	delist_image_close(image);
	more.sections[more.n - 1].flags = DELIST_IMAGE_REQUIRED;
	delist_image_header_write(bytes, &more);
	assert_int_equal(
	    open_result(bytes, (size_t)more.length), DELIST_EVERSION);
	free(bytes);
	world_fini(&world);
}

/* ---- behind the header ---- */

/* Lookups of all ways; whatever they answer, they must come back. */
static void
look_around(struct delist_image *image, const struct world *world, int n)
{
	static uint8_t six[64][16];
	static uint32_t tags[64];
	uint64_t draw = 17;

	for (unsigned path = 0; path < DELIST_PATHS; path++) {
		image->path = delist_image_path_of(path);
		if (image->path == NULL)
			continue;
		for (int i = 0; i < n; i++) {
			struct delist_addr addr = world_ask(world, &draw);
			uint32_t tag;

			delist_image_find(image, &tag, &addr);
			memcpy(six[i % 64], addr.bytes, 16);
			tags[i % 64] = (uint32_t)draw;
		}
		delist_image_find4_batch(image, tags, tags, 64);
		delist_image_find6_batch(
		    image, tags, (const uint8_t(*)[16])six, 64);
	}
}

/* Damage some bytes from `from` on, more often where blocks and words are. */
static void
damage(uint8_t *bytes, size_t from, size_t len, uint64_t *draw)
{
	for (unsigned n = 1 + (unsigned)(world_draw(draw) % 8); n > 0; n--) {
		size_t at = from + (size_t)(world_draw(draw) % (len - from));

		if (world_draw(draw) % 4 == 0)
			memset(bytes + at, (int)(world_draw(draw) & 1) * 0xff,
			    len - at < 64 ? len - at : 64);
		else
			bytes[at] ^= (uint8_t)(1 << world_draw(draw) % 8);
	}
}

/*
 * Bytes that changed behind the header: the sums tell; and when these have
 * been made to fit, no lookup and no look at all of it leaves the image.
 */
static void
survives_damage(void **state)
{
	struct delist_image_header header;
	struct world world;
	uint64_t draw = 3;
	uint8_t *hurt;
	size_t from;

	world_init(&world, *state);
	assert_int_equal(
	    delist_image_header_read(&header, world.bytes, world.len),
	    DELIST_OK);
	from = (size_t)header.sections[0].place;
	for (int round = 0; round < (world.len < 1 << 21 ? 60 : 6); round++) {
		struct delist_image *image;

		hurt = (uint8_t *)(round % 2 == 0
				       ? support_guarded(world.bytes, world.len)
				       : support_guarded_front(
					     world.bytes, world.len));
		damage(hurt, from, world.len, &draw);
		assert_int_equal(
		    delist_image_open(&image, hurt, world.len, NULL),
		    DELIST_OK);
		if (memcmp(hurt, world.bytes, world.len) != 0)
			assert_int_equal(
			    delist_image_verify(image), DELIST_ECORRUPT);
		look_around(image, &world, 200);
		delist_image_close(image);
		world_seal(hurt, world.len);
		assert_int_equal(
		    delist_image_open(&image, hurt, world.len, NULL),
		    DELIST_OK);
		delist_image_verify(image);
		delist_image_close(image);
	}
	world_fini(&world);
}

/* All but the header is noise: nearly every place leads outside. */
static void
survives_noise(void **state)
{
	struct delist_image_header header;
	struct delist_image *image;
	struct world world;
	uint64_t draw = 4;

	world_init(&world, *state);
	assert_int_equal(
	    delist_image_header_read(&header, world.bytes, world.len),
	    DELIST_OK);
	for (int round = 0; round < 4; round++) {
		uint8_t *hurt =
		    (uint8_t *)support_guarded(world.bytes, world.len);

		for (size_t at = (size_t)header.sections[0].place;
		     at < world.len; at++)
			hurt[at] = round == 0 ? 0xff
				   : round == 1 && at % 8 < 4
				       ? 0xff
				       : (uint8_t)world_draw(&draw);
		assert_int_equal(
		    delist_image_open(&image, hurt, world.len, NULL),
		    DELIST_OK);
		look_around(image, &world, 300);
		assert_int_equal(delist_image_verify(image), DELIST_ECORRUPT);
		delist_image_close(image);
		world_seal(hurt, world.len);
		assert_int_equal(
		    delist_image_open(&image, hurt, world.len, NULL),
		    DELIST_OK);
		assert_int_equal(delist_image_verify(image), DELIST_ECORRUPT);
		delist_image_close(image);
	}
	world_fini(&world);
}

int
main(void)
{
	ROWS(reads_headers, header_rows);
	ROWS(reads_sections, section_rows);
	TEST(lacks_a_section);
	TEST(lacks_bytes);
	TEST(has_a_section_twice);
	TEST(has_more_sections);
	/* the first has nothing behind its header */
	support_rows("survives_damage", survives_damage, world_rows + 1,
	    sizeof *world_rows, WORLD_ROWS - 1);
	support_rows("survives_noise", survives_noise, world_rows + 1,
	    sizeof *world_rows, WORLD_ROWS - 1);
	return support_run("image_damage");
}
