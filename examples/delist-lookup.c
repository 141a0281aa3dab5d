/* SPDX-License-Identifier: ISC */
/*
 * delist-lookup - which addresses are on a list?
 *
 *	delist-lookup [-a ALLOWLIST]... LISTFILE...
 *
 * Reads addresses on standard input, one a line, and answers each with
 *
 *	address <TAB> listed|allowed|not-listed|invalid <TAB> prefix <TAB> list
 *
 * It shows three modules of libdelist at work: <delist/listfile.h> reads the
 * lists, <delist/guard.h> keeps a typo from listing half of the world, and
 * <delist/ipset.h> answers.  The tag of an entry is the number of its list.
 */
#define _POSIX_C_SOURCE 200809L /* getline() */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <delist/delist.h>

enum {
	MAX_LISTS = 1000
};

/* The block lists and the allow lists: one set each. */
static struct delist_ipset *blocked, *allowed;

/* What the tags stand for. */
static const char *list_names[MAX_LISTS];
static uint32_t list_count;

static void
die(const char *what, const char *why)
{
	fprintf(stderr, "delist-lookup: %s: %s\n", what, why);
	exit(1);
}

static char *
read_file(const char *path, size_t *len)
{
	FILE *file = fopen(path, "rb");
	size_t cap = 1 << 16;
	char *text = malloc(cap);

	if (file == NULL)
		die(path, "can't be opened");
	*len = 0;
	while (text != NULL) {
		size_t n = fread(text + *len, 1, cap - *len, file);

		*len += n;
		if (n == 0)
			break;
		if (*len == cap)
			text = realloc(text, cap *= 2);
	}
	if (text == NULL)
		die(path, "no memory");
	if (ferror(file) != 0)
		die(path, "can't be read");
	fclose(file);
	return text;
}

/* Add the entries of a text that has been checked. */
static void
add_entries(
    struct delist_ipset *set, const char *path, const char *text, size_t len)
{
	struct delist_listfile file;
	struct delist_prefix prefix;
	bool found;

	delist_listfile_init(&file, text, len, NULL);
	while (
	    delist_listfile_next(&file, &found, &prefix, NULL) == DELIST_OK &&
	    found) {
		int error = delist_ipset_insert(set, &prefix, list_count);

		if (error != DELIST_OK)
			die(path, delist_strerror(error));
	}
}

/* Load a list whole, or say which line is bad and stop. */
static void
load_list(struct delist_ipset *set, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct delist_guard guard;
	size_t len, entries, line;
	char *text = read_file(path, &len);
	int error;

	if (list_count == MAX_LISTS)
		die(path, "too many lists");
	delist_guard_init(&guard, sizeof guard);
	error = delist_listfile_check(&entries, &line, text, len, &guard);
	if (error != DELIST_OK) {
		fprintf(
		    stderr, "%s:%zu: %s\n", path, line, delist_strerror(error));
		exit(1);
	}
	list_names[list_count] = slash != NULL ? slash + 1 : path;
	add_entries(set, path, text, len);
	list_count++;
	free(text);
}

/* A line that is no address may hold anything; the columns must stay whole. */
static void
print_as_given(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		putchar(c < ' ' || c == 0x7f ? '?' : c);
	}
	if (len == 0)
		putchar('-');
}

/* Allowed beats listed, however specific the block is. */
static void
answer(const char *text, size_t len)
{
	struct delist_addr addr;
	struct delist_prefix prefix;
	char shown[DELIST_PREFIX_TEXT] = "-";
	const char *state = "not-listed", *list = "-";
	uint32_t tag;

	if (delist_addr_parse(&addr, text, len) != DELIST_OK) {
		state = "invalid";
	} else if (delist_ipset_cover(blocked, &prefix, &tag, &addr)) {
		state = "listed";
		if (delist_ipset_cover(allowed, &prefix, &tag, &addr))
			state = "allowed";
		delist_prefix_format(shown, &prefix);
		list = list_names[tag];
	}
	print_as_given(text, len);
	printf("\t%s\t%s\t%s\n", state, shown, list);
}

static void
answer_all(void)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;

	while ((len = getline(&line, &cap, stdin)) > 0) {
		size_t n = (size_t)len;

		if (line[n - 1] == '\n')
			n--;
		if (n > 0 && line[n - 1] == '\r')
			n--;
		answer(line, n);
	}
	free(line);
}

int
main(int argc, char **argv)
{
	bool any = false;

	if (delist_ipset_new(&blocked, NULL) != DELIST_OK ||
	    delist_ipset_new(&allowed, NULL) != DELIST_OK)
		die("start", "no memory");
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-a") == 0 && i + 1 < argc) {
			load_list(allowed, argv[++i]);
		} else if (argv[i][0] == '-') {
			any = false;
			break;
		} else {
			load_list(blocked, argv[i]);
			any = true;
		}
	}
	if (!any) {
		fputs("usage: delist-lookup [-a ALLOWLIST]... LISTFILE...\n",
		    stderr);
		return 2;
	}
	answer_all();
	delist_ipset_free(blocked);
	delist_ipset_free(allowed);
	if (ferror(stdin) != 0 || fflush(stdout) != 0 || ferror(stdout) != 0)
		die("standard input or output", "failed");
	return 0;
}
