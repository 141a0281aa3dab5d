/* SPDX-License-Identifier: ISC */
#include "support.h"

#include <errno.h>

#include "bytes.h"
#include "crc32c.h"
#include "disk.h"
#include "journal.h"

#define TEXT(literal) ((struct delist_text){literal, sizeof(literal) - 1})

/* ---- a journal on a disk of ours ---- */

static struct disk disk;
static struct delist_journal_io io;

static int
entropy(void *arg, uint8_t *out, size_t len)
{
	static uint8_t next;

	if (arg != NULL)
		return DELIST_EIO;
	memset(out, ++next, len);
	return DELIST_OK;
}

static struct delist_journal_options
usual(void)
{
	return (struct delist_journal_options){
	    .size = sizeof(struct delist_journal_options),
	    .entropy = entropy,
	    .now_s = 1700000000};
}

static int
reopen(struct delist_journal **journal)
{
	struct delist_journal_options options = usual();

	return delist_journal_open_on(journal, ".", "x", &options, &io);
}

static struct delist_journal *
fresh(void)
{
	struct delist_journal *journal = NULL;

	disk_init(&disk, 1);
	io = disk_io(&disk);
	assert_int_equal(reopen(&journal), DELIST_OK);
	return journal;
}

static int
put(struct delist_journal *journal, struct delist_text key,
    struct delist_text value)
{
	static uint64_t commits;
	struct delist_store store = delist_journal_store(journal);
	struct delist_store_change change = {
	    .kind = DELIST_STORE_PUT, .key = key, .value = value};
	uint8_t id[16] = "put";

	commits++;
	memcpy(id + 8, &commits, sizeof commits);
	return store.ops->commit(store.arg, &change, 1, id);
}

static bool
has(struct delist_journal *journal, struct delist_text key)
{
	struct delist_store store = delist_journal_store(journal);
	struct delist_store_row row;
	bool found;

	assert_int_equal(
	    store.ops->get(store.arg, &found, &row, key), DELIST_OK);
	return found;
}

static struct delist_journal_stats
stats_of(const struct delist_journal *journal)
{
	struct delist_journal_stats stats = {.size = sizeof stats};

	assert_int_equal(delist_journal_stats(&stats, journal), DELIST_OK);
	return stats;
}

static void
rows_survive_a_close(void **state)
{
	struct delist_journal *journal = fresh();

	(void)state;
	assert_int_equal(put(journal, TEXT("a"), TEXT("1")), DELIST_OK);
	delist_journal_close(journal);
	assert_int_equal(reopen(&journal), DELIST_OK);
	assert_true(has(journal, TEXT("a")));
	assert_int_equal(stats_of(journal).torn_bytes, 0);
	assert_int_equal(stats_of(journal).created_s, 1700000000);
	assert_false(stats_of(journal).read_only);
	delist_journal_close(journal);
	delist_journal_close(NULL);
}

/* ---- what is no journal, or no more ---- */

struct argument_row {
	const char *name;
	const char *journal;
	bool no_out, no_directory, no_options, no_entropy;
	bool read_only, salvage;
	int size_off;
	int want;
};

static const struct argument_row argument_rows[] = {
    {"all is well", "state", .want = DELIST_OK},
    {"shortest name", "s", .want = DELIST_OK},
    {"longest name",
	"1234567890123456789012345678901234567890123456789012345678901234",
	.want = DELIST_OK},
    {"name too long",
	"12345678901234567890123456789012345678901234567890123456789012345",
	.want = DELIST_EINVAL},
    {"empty name", "", .want = DELIST_EINVAL},
    {"hidden name", ".state", .want = DELIST_EINVAL},
    {"path", "a/b", .want = DELIST_EINVAL},
    {"no name", NULL, .want = DELIST_EINVAL},
    {"no out", "state", .no_out = true, .want = DELIST_EINVAL},
    {"no directory", "state", .no_directory = true, .want = DELIST_EINVAL},
    {"no options", "state", .no_options = true, .want = DELIST_EINVAL},
    {"no entropy", "state", .no_entropy = true, .want = DELIST_EINVAL},
    {"options of another size", "state", .size_off = 1, .want = DELIST_EINVAL},
    {"options of size 0", "state",
	.size_off = -(int)sizeof(struct delist_journal_options),
	.want = DELIST_EINVAL},
    {"salvage, and write", "state", .salvage = true, .want = DELIST_EINVAL},
    {"nothing there to look at", "state", .no_entropy = true, .read_only = true,
	.want = DELIST_EIO},
};

static void
arguments_are_looked_at(void **state)
{
	const struct argument_row *row = *state;
	struct delist_journal_options options = usual();
	struct delist_journal *journal = NULL;

	disk_init(&disk, 1);
	io = disk_io(&disk);
	options.size += (uint32_t)row->size_off;
	options.read_only = row->read_only;
	options.salvage = row->salvage;
	if (row->no_entropy)
		options.entropy = NULL;
	assert_int_equal(delist_journal_open_on(row->no_out ? NULL : &journal,
			     row->no_directory ? NULL : ".", row->journal,
			     row->no_options ? NULL : &options, &io),
	    row->want);
	assert_int_equal(journal != NULL, row->want == DELIST_OK);
	delist_journal_close(journal);
}

/* A journal as bytes, and a place to change them. */
static uint8_t image[DISK_ROOM];
static size_t image_len;

static void
take_image(void)
{
	const struct disk_file *file = &disk.file[disk.name[1]];

	memcpy(image, file->seen, file->size);
	image_len = file->size;
}

/* Open the image, as a writer or not; it has to stay as it is. */
static int
open_image(struct delist_journal **journal, bool read_only, bool salvage)
{
	struct delist_journal_options options = usual();
	int error;

	options.read_only = read_only;
	options.salvage = salvage;
	disk_init(&disk, 1);
	io = disk_io(&disk);
	disk_put_journal(&disk, image, image_len);
	error = delist_journal_open_on(journal, ".", "x", &options, &io);
	if (error != DELIST_OK || read_only) {
		const struct disk_file *file = &disk.file[disk.name[1]];

		assert_int_equal(file->size, image_len);
		assert_memory_equal(file->seen, image, image_len);
		assert_int_equal(file->changes, 0);
	}
	return error;
}

/* Three rows by three commits, closed. */
static void
make_image(void)
{
	struct delist_journal *journal = fresh();

	assert_int_equal(put(journal, TEXT("a"), TEXT("1")), DELIST_OK);
	assert_int_equal(put(journal, TEXT("b"), TEXT("2")), DELIST_OK);
	assert_int_equal(put(journal, TEXT("c"), TEXT("3")), DELIST_OK);
	delist_journal_close(journal);
	take_image();
}

/* The rows of the first commits, and no others. */
static size_t
rows_of_image(struct delist_journal *journal)
{
	static const struct delist_text keys[] = {{"a", 1}, {"b", 1}, {"c", 1}};
	size_t n = 0;

	while (n < COUNT(keys) && has(journal, keys[n]))
		n++;
	assert_int_equal(stats_of(journal).rows, n);
	return n;
}

enum {
	SNAPSHOT_END = 64 + 32,
	COMMIT_SIZE = 32 + 48,
	CLOSE_AT = SNAPSHOT_END + 3 * COMMIT_SIZE
};

static void
every_flipped_bit_is_noticed(void **state)
{
	struct delist_journal *journal = NULL;

	(void)state;
	make_image();
	assert_int_equal(image_len, CLOSE_AT + 24);
	for (size_t bit = 0; bit < image_len * 8; bit++) {
		bool in_close = bit / 8 >= CLOSE_AT;
		int error;

		image[bit / 8] ^= (uint8_t)(1 << bit % 8);
		error = open_image(&journal, false, false);
		assert_int_equal(error, in_close ? DELIST_OK : DELIST_ECORRUPT);
		if (error == DELIST_OK) {
			assert_int_equal(stats_of(journal).torn_bytes, 24);
			assert_int_equal(rows_of_image(journal), 3);
			delist_journal_close(journal);
		}
		image[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void
every_prefix_is_some_commits_or_refused(void **state)
{
	struct delist_journal *journal = NULL;
	size_t whole;

	(void)state;
	make_image();
	whole = image_len;
	for (image_len = 0; image_len < whole; image_len++) {
		int error = open_image(&journal, false, false);
		size_t commits;

		if (image_len < SNAPSHOT_END) {
			assert_int_equal(error, DELIST_ECORRUPT);
			continue;
		}
		commits = (image_len - SNAPSHOT_END) / COMMIT_SIZE;
		assert_int_equal(error, DELIST_OK);
		assert_int_equal(stats_of(journal).torn_bytes,
		    image_len - SNAPSHOT_END - commits * COMMIT_SIZE);
		assert_int_equal(rows_of_image(journal), commits);
		assert_int_equal(put(journal, TEXT("d"), TEXT("4")), DELIST_OK);
		delist_journal_close(journal);
		assert_int_equal(reopen(&journal), DELIST_OK);
		assert_int_equal(stats_of(journal).torn_bytes, 0);
		assert_true(has(journal, TEXT("d")));
		delist_journal_close(journal);
	}
}

/* ---- headers ---- */

struct header_row {
	const char *name;
	size_t at;
	uint8_t byte;
	bool keeps_sum; /* the sum is left as it was */
	int reading, writing;
};

static const struct header_row header_rows[] = {
    {"as it is", 59, 0, false, DELIST_OK, DELIST_OK},
    {"magic", 1, 'X', false, DELIST_ECORRUPT, DELIST_ECORRUPT},
    {"CR LF as LF", 4, '\n', false, DELIST_ECORRUPT, DELIST_ECORRUPT},
    {"sum", 33, 7, true, DELIST_ECORRUPT, DELIST_ECORRUPT},
    {"major 0", 8, 0, false, DELIST_EVERSION, DELIST_EVERSION},
    {"major 2", 8, 2, false, DELIST_EVERSION, DELIST_EVERSION},
    {"later minor", 10, 9, false, DELIST_OK, DELIST_OK},
    {"header 56", 12, 56, false, DELIST_ECORRUPT, DELIST_ECORRUPT},
    {"header 68", 12, 68, false, DELIST_ECORRUPT, DELIST_ECORRUPT},
    {"header past the end", 14, 1, false, DELIST_ECORRUPT, DELIST_ECORRUPT},
    {"header 4096, file shorter", 13, 16, false, DELIST_ECORRUPT,
	DELIST_ECORRUPT},
    {"compatible bit", 16, 1, false, DELIST_OK, DELIST_OK},
    {"read-only compatible bit", 20, 1, false, DELIST_OK, DELIST_EVERSION},
    {"last read-only bit", 23, 128, false, DELIST_OK, DELIST_EVERSION},
    {"incompatible bit", 24, 1, false, DELIST_EVERSION, DELIST_EVERSION},
    {"last incompatible bit", 27, 128, false, DELIST_EVERSION, DELIST_EVERSION},
    {"longer payloads", 30, 1, false, DELIST_EVERSION, DELIST_EVERSION},
    {"shorter payloads", 29, 0, false, DELIST_OK, DELIST_OK},
    {"another generation", 32, 99, false, DELIST_ECORRUPT, DELIST_ECORRUPT},
    {"another first sequence", 40, 2, false, DELIST_ECORRUPT, DELIST_ECORRUPT},
};

static void
headers_are_looked_at(void **state)
{
	const struct header_row *row = *state;
	struct delist_journal *journal = NULL;

	make_image();
	image[row->at] = row->byte;
	if (row->at == 14)
		image[12] = 0;
	if (row->at == 13)
		image[12] = 0;
	if (!row->keeps_sum)
		delist_put_le32(image + 60, delist_crc32c(0, image, 60));
	assert_int_equal(open_image(&journal, true, false), row->reading);
	if (row->reading == DELIST_OK)
		delist_journal_close(journal);
	assert_int_equal(open_image(&journal, false, false), row->writing);
	if (row->writing == DELIST_OK) {
		assert_int_equal(rows_of_image(journal), 3);
		delist_journal_close(journal);
	}
}

static void
a_longer_header_is_passed_over(void **state)
{
	struct delist_journal *journal = NULL;

	(void)state;
	make_image();
	memmove(image + 72, image + 64, image_len - 64);
	image_len += 8;
	image[12] = 72;
	delist_put_le32(image + 60, delist_crc32c(0, image, 60));
	assert_int_equal(open_image(&journal, false, false), DELIST_OK);
	assert_int_equal(rows_of_image(journal), 3);
	delist_journal_close(journal);
}

/* ---- records whose sums are right and whose sense is not ---- */

struct record_row {
	const char *name;
	struct {
		int type, flags; /* type 0: no more */
		const char *payload;
		size_t len;
	} record[2];
	int want;
};

#define ENDS DELIST_JOURNAL_ENDS
#define FIRST DELIST_JOURNAL_FIRST
#define BYTES(literal) literal, sizeof(literal) - 1
#define REVISION_9 "\x09\0\0\0\0\0\0\0"
#define ID "sixteen bytes id"
#define OF(kind) DELIST_JOURNAL_##kind

/* What follows an empty snapshot of revision 0. */
static const struct record_row record_rows[] = {
    {"nothing", {{0, 0, NULL, 0}}, DELIST_OK},
    {"commit of nothing", {{OF(COMMIT), ENDS, BYTES(REVISION_9 ID)}},
	DELIST_OK},
    {"commit of revision 0", {{OF(COMMIT), ENDS, BYTES("\0\0\0\0\0\0\0\0" ID)}},
	DELIST_ECORRUPT},
    {"commit too short", {{OF(COMMIT), ENDS, BYTES(REVISION_9)}},
	DELIST_ECORRUPT},
    {"commit that does not end", {{OF(COMMIT), 0, BYTES(REVISION_9 ID)}},
	DELIST_ECORRUPT},
    {"put",
	{{OF(PUT), 0, BYTES("\1\0kv")},
	    {OF(COMMIT), ENDS, BYTES(REVISION_9 ID)}},
	DELIST_OK},
    {"put that ends", {{OF(PUT), ENDS, BYTES("\1\0kv")}}, DELIST_ECORRUPT},
    {"put without a key", {{OF(PUT), 0, BYTES("\0\0v")}}, DELIST_ECORRUPT},
    {"put of a key past its end", {{OF(PUT), 0, BYTES("\3\0kv")}},
	DELIST_ECORRUPT},
    {"put of a byte", {{OF(PUT), 0, BYTES("\1")}}, DELIST_ECORRUPT},
    {"put of nothing", {{OF(PUT), 0, NULL, 0}}, DELIST_ECORRUPT},
    {"delete",
	{{OF(DELETE), 0, BYTES("k")}, {OF(COMMIT), ENDS, BYTES(REVISION_9 ID)}},
	DELIST_OK},
    {"delete of nothing", {{OF(DELETE), 0, NULL, 0}}, DELIST_ECORRUPT},
    {"row behind the snapshot", {{OF(ROW), ENDS, BYTES(REVISION_9 "\1\0kv")}},
	DELIST_ECORRUPT},
    {"id behind the snapshot", {{OF(ID), ENDS, BYTES(ID)}}, DELIST_ECORRUPT},
    {"another base", {{OF(BASE), ENDS, BYTES(REVISION_9)}}, DELIST_ECORRUPT},
    {"close", {{OF(CLOSE), ENDS | FIRST, NULL, 0}}, DELIST_OK},
    {"close with something in it", {{OF(CLOSE), ENDS, BYTES("x")}},
	DELIST_ECORRUPT},
    {"close inside a batch",
	{{OF(PUT), 0, BYTES("\1\0kv")}, {OF(CLOSE), ENDS, NULL, 0}},
	DELIST_ECORRUPT},
    {"void", {{OF(VOID), ENDS | FIRST, NULL, 0}}, DELIST_OK},
    {"group inside a batch",
	{{OF(PUT), 0, BYTES("\1\0kv")},
	    {OF(COMMIT), ENDS | FIRST, BYTES(REVISION_9 ID)}},
	DELIST_ECORRUPT},
    {"unknown type", {{9, ENDS, NULL, 0}}, DELIST_EVERSION},
    {"type 0x7fff", {{0x7fff, ENDS, NULL, 0}}, DELIST_EVERSION},
    {"optional type", {{0x8000, ENDS, BYTES("later")}}, DELIST_OK},
    {"optional type that does not end",
	{{0x8000, 0, BYTES("later")}, {OF(CLOSE), ENDS, NULL, 0}}, DELIST_OK},
};

static void
add_record(
    int type, int flags, const char *payload, size_t len, uint64_t sequence)
{
	uint8_t *at = image + image_len;
	struct delist_journal_record record = {.type = (uint16_t)type,
	    .flags = (uint16_t)flags,
	    .length = (uint32_t)len,
	    .sequence = sequence};

	if (len != 0)
		memcpy(at + DELIST_JOURNAL_RECORD, payload, len);
	image_len +=
	    delist_journal_put_record(at, &record, delist_get_le64(image + 32));
}

static void
records_are_looked_at(void **state)
{
	const struct record_row *row = *state;
	struct delist_journal *journal = NULL;

	make_image();
	image_len = SNAPSHOT_END;
	for (size_t i = 0; i < 2 && row->record[i].type != 0; i++)
		add_record(row->record[i].type, row->record[i].flags,
		    row->record[i].payload, row->record[i].len, 2 + i);
	assert_int_equal(open_image(&journal, false, false), row->want);
	if (row->want == DELIST_OK)
		delist_journal_close(journal);
}

static void
a_batch_has_sixteen_writes(void **state)
{
	struct delist_journal *journal = NULL;

	(void)state;
	for (size_t n = 16; n < 18; n++) {
		make_image();
		image_len = SNAPSHOT_END;
		for (size_t i = 0; i < n; i++)
			add_record(OF(PUT), 0, BYTES("\1\0kv"), 2 + i);
		add_record(OF(COMMIT), ENDS, BYTES(REVISION_9 ID), 2 + n);
		assert_int_equal(open_image(&journal, false, false),
		    n == 16 ? DELIST_OK : DELIST_ECORRUPT);
		if (n == 16)
			delist_journal_close(journal);
	}
}

struct snapshot_row {
	const char *name;
	int type;
	const char *payload;
	size_t len;
};

static const struct snapshot_row snapshot_rows[] = {
    {"put", OF(PUT), BYTES("\1\0kv")},
    {"delete", OF(DELETE), BYTES("k")},
    {"commit", OF(COMMIT), BYTES(REVISION_9 ID)},
    {"close", OF(CLOSE), NULL, 0},
    {"row of a byte", OF(ROW), BYTES("x")},
    {"row without a key", OF(ROW), BYTES(REVISION_9 "\0\0v")},
    {"id too short", OF(ID), BYTES("short")},
    {"base too short", OF(BASE), BYTES("short")},
};

static void
snapshots_are_looked_at(void **state)
{
	const struct snapshot_row *row = *state;
	struct delist_journal *journal = NULL;

	make_image();
	image_len = DELIST_JOURNAL_HEADER;
	add_record(row->type,
	    row->type == OF(PUT) || row->type == OF(DELETE) ? 0 : ENDS,
	    row->payload, row->len, 1);
	add_record(OF(BASE), ENDS, BYTES(REVISION_9), 2);
	assert_int_equal(open_image(&journal, false, false), DELIST_ECORRUPT);
}

static void
a_row_is_no_newer_than_its_snapshot(void **state)
{
	struct delist_journal *journal = NULL;

	(void)state;
	for (int revision = 8; revision < 10; revision++) {
		char base[8] = {(char)revision};

		make_image();
		image_len = DELIST_JOURNAL_HEADER;
		add_record(OF(ROW), ENDS, BYTES(REVISION_9 "\1\0kv"), 1);
		add_record(OF(BASE), ENDS, base, 8, 2);
		assert_int_equal(open_image(&journal, false, false),
		    revision < 9 ? DELIST_ECORRUPT : DELIST_OK);
	}
	assert_int_equal(stats_of(journal).revision, 9);
	delist_journal_close(journal);
}

/* ---- salvage ---- */

static void
salvage_reads_around_damage(void **state)
{
	struct delist_journal *journal = NULL;

	(void)state;
	make_image();
	for (size_t at = 0; at < image_len; at++) {
		image[at] ^= 0x55;
		if (at >= 32 && at < 40) { /* the generation: nothing fits */
			image[at] ^= 0x55;
			continue;
		}
		assert_int_equal(open_image(&journal, true, true), DELIST_OK);
		/* of three commits, the damage takes at most one */
		assert_true(stats_of(journal).rows >= 2);
		if (at >= 64 && at < CLOSE_AT)
			assert_true(stats_of(journal).damaged_bytes > 0);
		assert_true(stats_of(journal).read_only);
		delist_journal_close(journal);
		image[at] ^= 0x55;
	}
}

static void
salvage_takes_no_half_of_a_batch(void **state)
{
	struct delist_journal *journal = NULL;

	(void)state;
	make_image();
	image_len = SNAPSHOT_END;
	add_record(OF(PUT), FIRST, BYTES("\1\0a1"), 2);
	add_record(OF(PUT), 0, BYTES("\1\0b1"), 3);
	add_record(OF(COMMIT), ENDS, BYTES(REVISION_9 ID), 4);
	add_record(OF(PUT), FIRST, BYTES("\1\0c1"), 5);
	add_record(OF(COMMIT), ENDS, BYTES("\x0a\0\0\0\0\0\0\0" ID), 6);
	image[SNAPSHOT_END + 8] ^= 1;
	assert_int_equal(open_image(&journal, false, false), DELIST_ECORRUPT);
	assert_int_equal(open_image(&journal, true, true), DELIST_OK);
	assert_false(has(journal, TEXT("a")));
	assert_false(has(journal, TEXT("b")));
	assert_true(has(journal, TEXT("c")));
	assert_int_equal(stats_of(journal).damaged_bytes, 32);
	delist_journal_close(journal);
}

static void
salvage_passes_over_what_makes_no_sense(void **state)
{
	struct delist_journal *journal = NULL;

	(void)state;
	make_image();
	image_len = SNAPSHOT_END;
	add_record(OF(PUT), FIRST | ENDS, BYTES("\1\0a1"), 2);
	add_record(OF(PUT), FIRST, BYTES("\1\0c1"), 3);
	add_record(OF(COMMIT), ENDS, BYTES(REVISION_9 ID), 4);
	assert_int_equal(open_image(&journal, true, true), DELIST_OK);
	assert_int_equal(stats_of(journal).rows, 1);
	assert_true(has(journal, TEXT("c")));
	delist_journal_close(journal);
}

/* ---- groups ---- */

static void
a_group_is_one_write_and_one_sync(void **state)
{
	struct delist_journal *journal = fresh();
	uint64_t before = disk.calls;

	(void)state;
	assert_int_equal(put(journal, TEXT("a"), TEXT("1")), DELIST_OK);
	assert_int_equal(disk.calls, before + 2);
	assert_int_equal(delist_journal_hold(journal), DELIST_OK);
	assert_int_equal(delist_journal_hold(journal), DELIST_OK);
	for (int i = 0; i < 64; i++)
		assert_int_equal(put(journal, TEXT("b"), TEXT("2")), DELIST_OK);
	assert_int_equal(disk.calls, before + 2);
	assert_true(stats_of(journal).held);
	assert_int_equal(stats_of(journal).held_bytes, 64 * COMMIT_SIZE);
	assert_true(has(journal, TEXT("b")));
	assert_int_equal(delist_journal_compact(journal), DELIST_EAGAIN);
	assert_int_equal(delist_journal_sync(journal), DELIST_OK);
	assert_int_equal(disk.calls, before + 4);
	assert_int_equal(delist_journal_sync(journal), DELIST_OK);
	assert_int_equal(disk.calls, before + 4);
	assert_false(stats_of(journal).held);
	assert_int_equal(stats_of(journal).commits, 65);
	delist_journal_close(journal);
}

static void
what_is_held_is_lost_by_a_close(void **state)
{
	struct delist_journal *journal = fresh();

	(void)state;
	assert_int_equal(put(journal, TEXT("a"), TEXT("1")), DELIST_OK);
	assert_int_equal(delist_journal_hold(journal), DELIST_OK);
	assert_int_equal(put(journal, TEXT("b"), TEXT("1")), DELIST_OK);
	delist_journal_close(journal);
	assert_int_equal(reopen(&journal), DELIST_OK);
	assert_int_equal(rows_of_image(journal), 1);
	delist_journal_close(journal);
}

static void
a_second_writer_is_refused_and_a_reader_is_not(void **state)
{
	struct delist_journal *journal = fresh(), *other = NULL;
	struct delist_journal_options options = usual();

	(void)state;
	assert_int_equal(put(journal, TEXT("a"), TEXT("1")), DELIST_OK);
	assert_int_equal(reopen(&other), DELIST_EBUSY);
	assert_null(other);
	options.read_only = true;
	options.entropy = NULL;
	assert_int_equal(
	    delist_journal_open_on(&other, ".", "x", &options, &io), DELIST_OK);
	assert_true(has(other, TEXT("a")));
	assert_int_equal(put(other, TEXT("b"), TEXT("1")), DELIST_EREADONLY);
	assert_int_equal(delist_journal_hold(other), DELIST_EREADONLY);
	assert_int_equal(delist_journal_sync(other), DELIST_EREADONLY);
	assert_int_equal(delist_journal_compact(other), DELIST_EREADONLY);
	delist_journal_close(other);
	assert_int_equal(put(journal, TEXT("b"), TEXT("1")), DELIST_OK);
	delist_journal_close(journal);
}

static void
statistics_have_a_size(void **state)
{
	struct delist_journal *journal = fresh();
	struct delist_journal_stats stats = {.size = 0, .rows = 77};

	(void)state;
	assert_int_equal(delist_journal_stats(&stats, journal), DELIST_EINVAL);
	assert_int_equal(stats.rows, 77);
	delist_journal_close(journal);
}

/* ---- no room ---- */

static void
without_room_it_opens_to_be_read(void **state)
{
	struct delist_journal *journal = NULL;

	(void)state;
	make_image();
	image_len = CLOSE_AT;
	disk_init(&disk, 1);
	io = disk_io(&disk);
	disk_put_journal(&disk, image, image_len);
	disk.fault = (struct disk_fault){
	    .kind = DISK_FAILS, .error = ENOSPC, .on = DISK_WRITE, .times = 1};
	assert_int_equal(reopen(&journal), DELIST_OK);
	assert_true(stats_of(journal).read_only);
	assert_int_equal(stats_of(journal).system_error, ENOSPC);
	assert_int_equal(rows_of_image(journal), 3);
	assert_int_equal(put(journal, TEXT("d"), TEXT("1")), DELIST_EREADONLY);
	assert_int_equal(delist_journal_hold(journal), DELIST_EREADONLY);
	assert_int_equal(delist_journal_compact(journal), DELIST_OK);
	assert_false(stats_of(journal).read_only);
	assert_int_equal(put(journal, TEXT("d"), TEXT("1")), DELIST_OK);
	delist_journal_close(journal);
}

static void
without_random_bytes_nothing_is_written(void **state)
{
	struct delist_journal *journal = NULL;
	struct delist_journal_options options = usual();

	(void)state;
	disk_init(&disk, 1);
	io = disk_io(&disk);
	options.entropy_arg = &disk;
	assert_int_equal(
	    delist_journal_open_on(&journal, ".", "x", &options, &io),
	    DELIST_EIO);
	assert_null(journal);
}

/* ---- every allocation, every call of the system ---- */

/*
 * The life of a journal, and how far it came: `acked` rows were answered
 * with DELIST_OK, `perhaps` may be there.
 */
struct life {
	size_t acked, perhaps;
	bool ended;
};

static void
count_commit(struct life *life, int error, bool held)
{
	if (error == DELIST_OK) {
		life->perhaps++;
		if (!held)
			life->acked = life->perhaps;
	} else {
		life->perhaps += error == DELIST_EREADONLY;
		life->ended = true;
	}
}

static void
live(struct life *life, const struct delist_alloc *alloc)
{
	static const struct delist_text keys[] = {{"a", 1}, {"b", 1}, {"c", 1}};
	struct delist_journal_options options = usual();
	struct delist_journal *journal = NULL;

	options.alloc = alloc;
	if (delist_journal_open_on(&journal, ".", "x", &options, &io) !=
	    DELIST_OK) {
		assert_null(journal);
		return;
	}
	if (!stats_of(journal).read_only)
		count_commit(life, put(journal, keys[0], TEXT("1")), false);
	if (!life->ended && life->acked == 1)
		delist_journal_compact(journal);
	if (!life->ended && life->acked == 1 &&
	    delist_journal_hold(journal) == DELIST_OK) {
		count_commit(life, put(journal, keys[1], TEXT("2")), true);
		if (!life->ended)
			count_commit(
			    life, put(journal, keys[2], TEXT("3")), true);
		if (delist_journal_sync(journal) == DELIST_OK)
			life->acked = life->perhaps;
	}
	delist_journal_close(journal);
}

static void
settles(const struct life *life)
{
	struct delist_journal *journal = NULL;
	size_t rows;

	disk.fault.kind = 0;
	disk.dies_at = 0;
	assert_int_equal(reopen(&journal), DELIST_OK);
	assert_false(stats_of(journal).read_only);
	rows = rows_of_image(journal);
	assert_in_range(rows, life->acked, life->perhaps);
	delist_journal_close(journal);
	for (int i = 0; i < DISK_HANDLES; i++)
		assert_int_equal(disk.handle[i], -1);
}

static void
lives_without_memory(const struct delist_alloc *alloc, bool failing, void *arg)
{
	struct life life = {0, 0, false};

	(void)failing;
	(void)arg;
	disk_init(&disk, 1);
	io = disk_io(&disk);
	live(&life, alloc);
	settles(&life);
	live(&(struct life){0, 0, false}, alloc);
}

static void
every_allocation_may_fail(void **state)
{
	(void)state;
	support_sweep(lives_without_memory, NULL);
}

static const int plausible[] = {EIO, ENOSPC, EDQUOT, EROFS, EACCES, EPERM,
    EMFILE, ENFILE, ENOMEM, EFBIG, EINVAL, ENOLCK, ELOOP, ENXIO, EINTR};

static uint64_t
fail_calls(int kind, int error, uint64_t skip, uint64_t times)
{
	struct life life = {0, 0, false};

	disk_init(&disk, skip);
	io = disk_io(&disk);
	disk.fault = (struct disk_fault){
	    .kind = kind, .error = error, .skip = skip, .times = times};
	live(&life, NULL);
	settles(&life);
	return disk.faulted;
}

static void
every_call_of_the_system_may_fail(void **state)
{
	uint64_t injected = 0;

	(void)state;
	for (int kind = DISK_FAILS; kind <= DISK_SHORT; kind++)
		for (size_t e = 0; e < COUNT(plausible); e++)
			for (uint64_t skip = 0; skip < 45; skip++) {
				int error = plausible[e];

				injected += fail_calls(kind, error, skip, 1) +
					    fail_calls(kind, error, skip, 2);
				if (error != EINTR)
					injected +=
					    fail_calls(kind, error, skip, 1000);
			}
	print_message("%d lives with a call that failed\n", (int)injected);
	assert_true(injected > 2500);
}

int
main(void)
{
	TEST(rows_survive_a_close);
	ROWS(arguments_are_looked_at, argument_rows);
	TEST(every_flipped_bit_is_noticed);
	TEST(every_prefix_is_some_commits_or_refused);
	ROWS(headers_are_looked_at, header_rows);
	TEST(a_longer_header_is_passed_over);
	ROWS(records_are_looked_at, record_rows);
	TEST(a_batch_has_sixteen_writes);
	ROWS(snapshots_are_looked_at, snapshot_rows);
	TEST(a_row_is_no_newer_than_its_snapshot);
	TEST(salvage_reads_around_damage);
	TEST(salvage_takes_no_half_of_a_batch);
	TEST(salvage_passes_over_what_makes_no_sense);
	TEST(a_group_is_one_write_and_one_sync);
	TEST(what_is_held_is_lost_by_a_close);
	TEST(a_second_writer_is_refused_and_a_reader_is_not);
	TEST(statistics_have_a_size);
	TEST(without_room_it_opens_to_be_read);
	TEST(without_random_bytes_nothing_is_written);
	TEST(every_allocation_may_fail);
	TEST(every_call_of_the_system_may_fail);
	return support_run("journal");
}
