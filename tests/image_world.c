/* SPDX-License-Identifier: ISC */
/*
 * image_world.c - sets with each kind of block, and their images
 *
 * See image_world.h.  No test of its own, so that a fuzz target can have it.
 */
#include "image_world.h"

#include <stdlib.h>
#include <string.h>

#include "crc32c.h"

/* clang-format off */
const struct world_row world_rows[WORLD_ROWS] = {
	/*   v6, least, most, keep, bases, n, tags */
	{"empty", {{false, 0, 0, 0, 0, 0, 0}}},
	{"one host", {{false, 32, 32, 0, 1, 1, 1}}},
	{"one /64", {{true, 64, 64, 0, 1, 1, 1}}},
	{"IPv4 runs", {{false, 0, 24, 16, 40, 1500, 200},
	    {false, 17, 24, 16, 6, 900, 3}, {false, 24, 24, 16, 1, 300, 9}}},
	{"IPv4 hosts, one tag", {{false, 32, 32, 16, 24, 3000, 1},
	    {false, 32, 32, 24, 4, 300, 1}, {false, 25, 31, 16, 24, 60, 1}}},
	{"IPv4 hosts, some tags", {{false, 25, 32, 16, 24, 2500, 9},
	    {false, 8, 24, 8, 24, 100, 9}}},
	{"IPv4, 700 tags", {{false, 25, 32, 16, 24, 1500, 700},
	    {false, 12, 24, 16, 24, 900, 700}}},
	{"IPv6 runs and lines", {{true, 0, 24, 16, 10, 300, 20},
	    {true, 25, 48, 32, 12, 1500, 20},
	    {true, 48, 48, 32, 1, 900, 20}}},
	{"IPv6 /64s", {{true, 64, 64, 48, 30, 2000, 1},
	    {true, 55, 63, 48, 30, 40, 1}, {true, 20, 48, 32, 10, 60, 4}}},
	{"IPv6 spans", {{true, 65, 128, 64, 12, 700, 5},
	    {true, 128, 128, 120, 4, 60, 5}, {true, 30, 64, 48, 12, 100, 5}}},
	{"IPv6, 700 tags", {{true, 14, 48, 32, 12, 900, 700},
	    {true, 49, 64, 48, 12, 900, 700},
	    {true, 65, 128, 64, 9, 500, 700}}},
	{"both", {{false, 0, 32, 16, 20, 700, 12},
	    {true, 0, 128, 48, 20, 700, 12}}},
};
/* clang-format on */

uint64_t
world_draw(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static unsigned
below(uint64_t *state, unsigned n)
{
	return n != 0 ? (unsigned)(world_draw(state) % n) : 0;
}

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* ---- sets ---- */

/* Random bytes, in which the bits from `from` on are drawn again. */
static struct delist_addr
draw_addr(bool v6, uint64_t base, unsigned from, uint64_t *state)
{
	struct delist_addr addr = {.family = v6 ? DELIST_INET6 : DELIST_INET4};

	for (unsigned i = 0; i < (v6 ? 16u : 4u); i++) {
		unsigned kept = from > 8 * i ? from - 8 * i : 0;
		unsigned mask = kept < 8 ? 0xffu >> kept : 0;
		unsigned of_base = (unsigned)world_draw(&base);

		addr.bytes[i] =
		    (uint8_t)((of_base & ~mask) | (world_draw(state) & mask));
	}
	return addr;
}

/* The first of the bases have the most. */
static struct delist_ipset_entry
draw_entry(const struct world_shape *shape, uint64_t *state)
{
	uint64_t base = below(state, below(state, shape->bases) + 1);
	struct delist_addr addr =
	    draw_addr(shape->v6, base * 0x10001, shape->keep, state);
	unsigned bits =
	    shape->least + below(state, shape->most - shape->least + 1);

	return (struct delist_ipset_entry){
	    delist_prefix_of(&addr, bits), below(state, shape->tags)};
}

void
world_rewrite(struct world *world)
{
	free(world->bytes);
	world->len = delist_ipset_image_size(world->set);
	world->bytes = malloc(world->len);
	must(world->bytes != NULL);
	must(delist_ipset_image_write(world->set, world->bytes, world->len,
		 &world->len) == DELIST_OK);
}

void
world_init(struct world *world, const struct world_row *row)
{
	uint64_t state = 7;

	*world = (struct world){.n = 0};
	for (int i = 0; i < WORLD_SHAPES; i++)
		world->n += row->shapes[i].n;
	world->entries = calloc(world->n + 1, sizeof *world->entries);
	must(world->entries != NULL);
	world->n = 0;
	for (int i = 0; i < WORLD_SHAPES; i++)
		for (unsigned k = 0; k < row->shapes[i].n; k++)
			world->entries[world->n++] =
			    draw_entry(&row->shapes[i], &state);
	must(delist_ipset_new(&world->set, NULL) == DELIST_OK);
	must(delist_ipset_build(world->set, world->entries, world->n) ==
	     DELIST_OK);
	world_rewrite(world);
}

void
world_fini(struct world *world)
{
	free(world->entries);
	free(world->bytes);
	delist_ipset_free(world->set);
}

/* ---- questions ---- */

uint32_t
world_slow(const struct world *world, const struct delist_addr *addr)
{
	uint32_t tag = DELIST_IPSET_NONE;
	int longest = -1;

	for (size_t i = 0; i < world->n; i++) {
		const struct delist_prefix *prefix = &world->entries[i].prefix;

		if (prefix->bits < longest || !delist_prefix_has(prefix, addr))
			continue;
		longest = prefix->bits;
		tag = world->entries[i].tag;
	}
	return tag;
}

/* One further, or one back. */
static void
step(struct delist_addr *addr, bool back)
{
	unsigned bytes = addr->family == DELIST_INET6 ? 16 : 4;
	unsigned i = bytes;

	while (i-- > 0) {
		addr->bytes[i] = (uint8_t)(addr->bytes[i] + (back ? -1 : 1));
		if (addr->bytes[i] != (back ? 0xff : 0))
			break;
	}
}

struct delist_addr
world_ask(const struct world *world, uint64_t *state)
{
	const struct delist_prefix *prefix;
	struct delist_addr addr;
	unsigned how = below(state, 8);
	bool v6;

	if (how == 0 || world->n == 0)
		return draw_addr(below(state, 2) != 0, 0, 0, state);
	prefix = &world->entries[below(state, (unsigned)world->n)].prefix;
	v6 = prefix->addr.family == DELIST_INET6;
	addr = prefix->addr;
	if (how < 4)
		for (unsigned i = prefix->bits; i < (v6 ? 128u : 32u); i++)
			addr.bytes[i / 8] |=
			    (uint8_t)((how == 1 || below(state, 2) != 0)
				      << (7 - i % 8));
	else if (how == 4)
		step(&addr, true);
	else if (how == 5)
		addr.bytes[below(state, v6 ? 16 : 4)] =
		    (uint8_t)world_draw(state);
	if (how == 1 && below(state, 2) != 0)
		step(&addr, false);
	return v6 ? delist_addr_from6(addr.bytes) : addr;
}

void
world_seal(uint8_t *bytes, size_t len)
{
	struct delist_image_header header;

	must(delist_image_header_read(&header, bytes, len) == DELIST_OK);
	for (unsigned i = 0; i < header.n; i++)
		header.sections[i].sum =
		    delist_crc32c(0, bytes + header.sections[i].place,
			(size_t)header.sections[i].length);
	delist_image_header_write(bytes, &header);
}
