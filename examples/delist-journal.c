/* SPDX-License-Identifier: ISC */
/*
 * delist-journal - look at a journal, and save what a damaged one has
 *
 * usage: delist-journal print DIRECTORY NAME [PREFIX]
 *        delist-journal verify DIRECTORY NAME
 *        delist-journal salvage DIRECTORY NAME NEW-NAME
 *
 * print: a line for each row: version, key, value, with a tab between.
 * Bytes that are not printable ASCII, and backslashes, are shown as \xNN.
 * verify: a line for each figure, and exit status 1 if it is damaged.
 * salvage: the rows that can be read, into a new journal.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <delist/delist.h>

enum {
	FAILED = 1,
	USAGE = 2,
	GROUP = 1000 /* rows that are written at once */
};

static int
complain(const char *name, int error)
{
	fprintf(
	    stderr, "delist-journal: %s: %s\n", name, delist_strerror(error));
	return FAILED;
}

static int
open_to_read(struct delist_journal **journal, const char *directory,
    const char *name, bool salvage)
{
	struct delist_journal_options options = {
	    .size = sizeof options, .read_only = true, .salvage = salvage};

	return delist_journal_open(journal, directory, name, &options);
}

/* ---- print ---- */

static void
print_bytes(struct delist_text text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char byte = (unsigned char)text.at[i];

		if (byte < ' ' || byte > '~' || byte == '\\')
			printf("\\x%02x", byte);
		else
			putchar(byte);
	}
}

/* What a row is, is for whoever wrote it to say: here it is bytes. */
static void
print_row(const struct delist_store_row *row)
{
	printf("%llu\t", (unsigned long long)row->version);
	print_bytes(row->key);
	putchar('\t');
	print_bytes(row->value);
	putchar('\n');
}

static int
print(const char *directory, const char *name, const char *prefix)
{
	struct delist_text begin = {prefix, strlen(prefix)}, after = {NULL, 0};
	struct delist_journal *journal;
	struct delist_store store;
	struct delist_store_row row;
	bool found;
	int error = open_to_read(&journal, directory, name, false);

	if (error != DELIST_OK)
		return complain(name, error);
	store = delist_journal_store(journal);
	for (;;) {
		error = store.ops->next(store.arg, &found, &row, begin, after);
		if (error != DELIST_OK || !found)
			break;
		print_row(&row);
		after = row.key;
	}
	delist_journal_close(journal);
	if (error == DELIST_OK && fflush(stdout) != 0)
		error = DELIST_EIO;
	return error == DELIST_OK ? 0 : complain(name, error);
}

/* ---- verify ---- */

static void
print_figure(const char *name, uint64_t value)
{
	printf("%s\t%llu\n", name, (unsigned long long)value);
}

static void
print_stats(const struct delist_journal *journal)
{
	struct delist_journal_stats stats = {.size = sizeof stats};

	delist_journal_stats(&stats, journal);
	print_figure("revision", stats.revision);
	print_figure("rows", stats.rows);
	print_figure("row-bytes", stats.row_bytes);
	print_figure("file-bytes", stats.file_bytes);
	print_figure("records", stats.records);
	print_figure("torn-bytes", stats.torn_bytes);
	print_figure("damaged-bytes", stats.damaged_bytes);
	printf("created\t%lld\n", (long long)stats.created_s);
}

static int
verify(const char *directory, const char *name)
{
	struct delist_journal *journal;
	int error = open_to_read(&journal, directory, name, false);
	int damage = error;

	if (damage == DELIST_ECORRUPT)
		error = open_to_read(&journal, directory, name, true);
	if (error == DELIST_OK) {
		print_stats(journal);
		delist_journal_close(journal);
	}
	return damage == DELIST_OK ? 0 : complain(name, damage);
}

/* ---- salvage ---- */

static int
copy_row(const struct delist_store *to, const struct delist_store_row *row)
{
	struct delist_store_change change = {
	    .kind = DELIST_STORE_PUT, .key = row->key, .value = row->value};
	uint8_t id[16];
	int error = delist_entropy(NULL, id, sizeof id);

	if (error != DELIST_OK)
		return error;
	return to->ops->commit(to->arg, &change, 1, id);
}

static int
copy_rows(struct delist_journal *from, struct delist_journal *to)
{
	struct delist_store source = delist_journal_store(from);
	struct delist_store target = delist_journal_store(to);
	struct delist_text none = {NULL, 0}, after = none;
	struct delist_store_row row;
	unsigned long rows = 0;
	bool found;
	int error = delist_journal_hold(to);

	while (error == DELIST_OK) {
		error = source.ops->next(source.arg, &found, &row, none, after);
		if (error != DELIST_OK || !found)
			break;
		error = copy_row(&target, &row);
		after = row.key;
		if (++rows % GROUP == 0 && error == DELIST_OK)
			error = delist_journal_sync(to);
		if (rows % GROUP == 0 && error == DELIST_OK)
			error = delist_journal_hold(to);
	}
	if (error == DELIST_OK)
		error = delist_journal_sync(to);
	return error;
}

/* A new journal; one that has rows already is left alone. */
static int
make_new(
    struct delist_journal **journal, const char *directory, const char *name)
{
	struct delist_journal_options options = {.size = sizeof options,
	    .now_s = (int64_t)time(NULL),
	    .entropy = delist_entropy};
	struct delist_journal_stats stats = {.size = sizeof stats};
	int error = delist_journal_open(journal, directory, name, &options);

	if (error != DELIST_OK)
		return error;
	delist_journal_stats(&stats, *journal);
	if (stats.revision == 0)
		return DELIST_OK;
	delist_journal_close(*journal);
	return DELIST_ECONFLICT;
}

static int
salvage(const char *directory, const char *name, const char *new_name)
{
	struct delist_journal *from, *to;
	int error = open_to_read(&from, directory, name, true);

	if (error != DELIST_OK)
		return complain(name, error);
	error = make_new(&to, directory, new_name);
	if (error == DELIST_OK) {
		error = copy_rows(from, to);
		delist_journal_close(to);
	}
	if (error == DELIST_OK)
		print_stats(from);
	delist_journal_close(from);
	return error == DELIST_OK ? 0 : complain(new_name, error);
}

int
main(int argc, char **argv)
{
	const char *command = argc >= 4 ? argv[1] : "";

	if (strcmp(command, "print") == 0 && argc <= 5)
		return print(argv[2], argv[3], argc == 5 ? argv[4] : "");
	if (strcmp(command, "verify") == 0 && argc == 4)
		return verify(argv[2], argv[3]);
	if (strcmp(command, "salvage") == 0 && argc == 5)
		return salvage(argv[2], argv[3], argv[4]);
	fprintf(stderr,
	    "usage: delist-journal print DIRECTORY NAME [PREFIX]\n"
	    "       delist-journal verify DIRECTORY NAME\n"
	    "       delist-journal salvage DIRECTORY NAME NEW-NAME\n");
	return USAGE;
}
