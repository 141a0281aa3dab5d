/* SPDX-License-Identifier: ISC */
/*
 * count_ipset - lookups in generated sets, for tests/instructions to count
 *
 * usage: count_ipset
 *
 * Prints the compiler, then a line for each call of count_lookups(), in their
 * order: shape, how many in a hundred of the addresses are inside, kind of
 * lanes, one by one or in batches, in the set or in its image; then how many
 * lookups that was.
 */
#include <stdio.h>
#include <stdlib.h>

#include "image.h"
#include "ipset.h"
#include "ipset_data.h"

enum {
	LOOKUPS = 4096,
	BATCH = 256
};

struct work {
	struct delist_ipset *set;
	struct delist_image *image;
	struct data_queries asked;
	bool batch, in_image;
};

static volatile uint32_t sink;

/* Not static, so that it has a name for what counts. */
void count_lookups(const struct work *work);

static void
one_by_one(const struct work *work)
{
	const struct data_queries *asked = &work->asked;
	uint32_t tag = 0;

	for (size_t i = 0; i < asked->n; i++) {
		if (work->in_image && asked->six == NULL)
			delist_image_find4(work->image, &tag, asked->four[i]);
		else if (work->in_image)
			delist_image_find6(work->image, &tag, asked->six[i]);
		else if (asked->six == NULL)
			delist_ipset_find4(work->set, &tag, asked->four[i]);
		else
			delist_ipset_find6(work->set, &tag, asked->six[i]);
	}
	sink = tag;
}

static void
in_batches(const struct work *work)
{
	const struct data_queries *asked = &work->asked;
	const uint8_t(*six)[16] = (const uint8_t(*)[16])asked->six;
	uint32_t tags[BATCH];

	for (size_t i = 0; i < asked->n; i += BATCH) {
		if (work->in_image && six == NULL)
			delist_image_find4_batch(
			    work->image, tags, asked->four + i, BATCH);
		else if (work->in_image)
			delist_image_find6_batch(
			    work->image, tags, six + i, BATCH);
		else if (six == NULL)
			delist_ipset_find4_batch(
			    work->set, tags, asked->four + i, BATCH);
		else
			delist_ipset_find6_batch(
			    work->set, tags, six + i, BATCH);
		sink = tags[0];
	}
}

void
count_lookups(const struct work *work)
{
	if (work->batch)
		in_batches(work);
	else
		one_by_one(work);
}

static void
must(int error)
{
	if (error == DELIST_OK)
		return;
	fprintf(stderr, "count_ipset: %s\n", delist_strerror(error));
	exit(1);
}

/* By each kind of lanes that a machine for counting is sure to have. */
static void
count_kinds(struct work *work, const char *shape, unsigned inside)
{
	static const char *const kinds[] = {"portable", "sse2", "bmi2"};
	/* through a pointer, so that it is called and not put in here */
	void (*volatile count)(const struct work *) = count_lookups;

	for (unsigned kind = 0; kind < 3; kind++) {
		if (delist_path_of(kind) == NULL)
			continue;
		work->set->path = delist_path_of(kind);
		work->image->path = delist_image_path_of(kind);
		for (unsigned how = 0; how < 4; how++) {
			work->batch = how & 1;
			work->in_image = how & 2;
			count(work);
			printf("%s %u %s %s %s %d\n", shape, inside,
			    kinds[kind], work->batch ? "batch" : "one",
			    work->in_image ? "image" : "set", LOOKUPS);
		}
	}
}

static void
count_shape(enum data_shape shape, size_t n)
{
	struct delist_ipset_entry *entries = data_entries(shape, n);
	struct work work;
	uint8_t *bytes;
	size_t len;

	must(delist_ipset_new(&work.set, NULL));
	must(delist_ipset_build(work.set, entries, n));
	len = delist_ipset_image_size(work.set);
	bytes = malloc(len);
	must(bytes != NULL ? DELIST_OK : DELIST_ENOMEM);
	must(delist_ipset_image_write(work.set, bytes, len, &len));
	must(delist_image_open(&work.image, bytes, len, NULL));
	work.asked = data_ask(entries, n, 50, LOOKUPS);
	count_kinds(&work, data_shapes[shape].name, 50);
	data_forget(&work.asked);
	delist_image_close(work.image);
	delist_ipset_free(work.set);
	free(bytes);
	free(entries);
}

int
main(void)
{
	printf("%s %s\n", __VERSION__,
#ifdef __OPTIMIZE__
	    "optimized"
#else
	    "not optimized"
#endif
	);
	count_shape(DATA_BGP4, 60000);
	count_shape(DATA_HOSTS4, 500000);
	count_shape(DATA_NETS6, 60000);
	return 0;
}
