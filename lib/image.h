/* SPDX-License-Identifier: ISC */
#ifndef LIB_IMAGE_H
#define LIB_IMAGE_H

#include <delist/image.h>

/*
 * An image, format 1.  All numbers are little-endian, all places multiples of
 * 64, counted from its begin, and what lies between two sections is zero.
 *
 *	image	= header *section
 *
 *	header	= magic 8, major 2, minor 2, header length 4, image length 8,
 *		  prefixes 8, sections 4, reserved 28 - 4, CRC32C 4, *entry
 *
 *	entry	= kind 4, flags 4, place 8, length 8, number 4, CRC32C 4
 *
 * The CRC32C of the header is that of all of it but itself; those of the
 * entries are those of the sections, which are in the order of their places.
 *
 * A kind is what the section holds, and whose it is: 0x400 for IPv4, 0x600 for
 * IPv6.  What they are is drawn in ipset.h and in the headers of the blocks; a
 * section that a set has no use for is not there, and a family with nothing in
 * it has none.  Kinds from 0x10000 on are for those who put something of
 * their own beside the set.  One that a reader does not know is passed over,
 * unless its flags say REQUIRED: then the image is of a later version.
 *
 *	RUN	65536 words of 4 bytes
 *	HOST	65536 words of 8 bytes			IPv4
 *	DEEP	65536 bits				IPv6
 *	LINES, HOSTS, SPANS	hashes of buckets	IPv6
 *	TAGS	256 of 4 bytes, by code			codes of one byte
 *	BLOCKS	constants, blocks, REACH zeros		number: bytes of a code
 *
 * Blocks lie close: first those whose size is a multiple of 64 bytes, then
 * those of 32, then those of 16, each in the order of the words that name
 * them.  A place that is not inside is taken for the first one, and behind the
 * last block there is as much as the largest of known size may have: so one
 * comparison keeps a lookup inside, and only a block that tells its own size
 * takes another.
 */
enum {
	DELIST_IMAGE_MAJOR = 1,
	DELIST_IMAGE_MINOR = 0,
	DELIST_IMAGE_HEADER = 64,
	DELIST_IMAGE_ENTRY = 32,
	DELIST_IMAGE_SECTIONS = 32, /* at most */
	DELIST_IMAGE_ALIGN = 64,
	DELIST_IMAGE_REACH = 9 * 1024 /* over that of hosts.h, the largest */
};

enum delist_image_kind {
	DELIST_IMAGE_RUN = 1,
	DELIST_IMAGE_HOST = 2,
	DELIST_IMAGE_DEEP = 3,
	DELIST_IMAGE_LINES = 4,
	DELIST_IMAGE_HOSTS = 5,
	DELIST_IMAGE_SPANS = 6,
	DELIST_IMAGE_TAGS = 7,
	DELIST_IMAGE_BLOCKS = 8,
	DELIST_IMAGE_INET4 = 0x400,
	DELIST_IMAGE_INET6 = 0x600,
	DELIST_IMAGE_OTHERS = 0x10000
};

enum {
	DELIST_IMAGE_REQUIRED = 1 << 0
};

struct delist_image_section {
	uint32_t kind, flags, number, sum;
	uint64_t place, length;
};

struct delist_image_header {
	uint64_t length, count;
	unsigned n;
	struct delist_image_section sections[DELIST_IMAGE_SECTIONS];
};

/* ---- image_format.c ---- */

/* Add a section behind the last. */
void delist_image_header_add(
    struct delist_image_header *header, uint32_t kind, uint64_t length);

/* Give each section its place, and the image its length. */
void delist_image_header_lay(struct delist_image_header *header);

void delist_image_header_write(
    uint8_t *bytes, const struct delist_image_header *header);

/* DELIST_ECORRUPT or DELIST_EVERSION, as delist_image_open(). */
int delist_image_header_read(
    struct delist_image_header *header, const uint8_t *bytes, size_t len);

/* ---- image.c, image_walk.h: looking up ---- */

/* One family.  All pointers are into the image. */
struct delist_image_half {
	const uint8_t *run; /* NULL: nothing in it */
	const uint8_t *host, *deep, *tags;
	const uint8_t *lines, *hosts, *spans; /* NULL: none */
	uint32_t lines_n, hosts_n, spans_n;   /* buckets */
	unsigned width;			      /* bytes of a code */
	const uint8_t *blocks;
	uint64_t size; /* bytes of it */
	uint64_t last; /* where a block may begin: size - REACH */
};

struct delist_image_path {
	uint32_t (*find4)(const struct delist_image_half *half, uint32_t addr);
	uint32_t (*find6)(
	    const struct delist_image_half *half, uint64_t hi, uint64_t lo);
	void (*batch4)(const struct delist_image_half *half, uint32_t *tags,
	    const uint32_t *addrs, size_t n);
	void (*batch6)(const struct delist_image_half *half, uint32_t *tags,
	    const uint8_t (*addrs)[16], size_t n);
};

extern const struct delist_image_path delist_image_portable;
extern const struct delist_image_path delist_image_sse2;
extern const struct delist_image_path delist_image_bmi2;
extern const struct delist_image_path delist_image_avx512;

/* The n-th, or NULL if this machine can't; 0 is portable. */
const struct delist_image_path *delist_image_path_of(unsigned n);

struct delist_image {
	struct delist_image_half half[2]; /* IPv4, IPv6 */
	const struct delist_image_path *path;
	const uint8_t *bytes;
	struct delist_image_header header;
	struct delist_alloc alloc;
};

/* ---- image_check.c: whether what a word says, and its block, is right ---- */

bool delist_image_check_code(
    const struct delist_image_half *half, uint32_t code);
bool delist_image_check_runs(
    const struct delist_image_half *half, uint32_t word);
bool delist_image_check_hosts(
    const struct delist_image_half *half, uint64_t word);
bool delist_image_check_spans(
    const struct delist_image_half *half, uint64_t word);

/* The place is in bytes, the kind one of lines.h or none. */
bool delist_image_check_lines(
    const struct delist_image_half *half, uint64_t at, unsigned kind);

#endif
