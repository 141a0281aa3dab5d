/* SPDX-License-Identifier: ISC */
/*
 * Replays a corpus without a fuzzer: each file of each directory argument,
 * whole and cut at every length (the first 4096), laid against a page that
 * traps.  Fails if there was no file.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	ROOM = 1 << 22, /* bytes; a longer file is an error */
	PREFIXES = 4096
};

static void
die(const char *what)
{
	perror(what);
	exit(1);
}

/* The end of ROOM bytes, where a page begins that traps. */
static uint8_t *
guarded_end(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint8_t *base = mmap(NULL, ROOM + page, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (base == MAP_FAILED || mprotect(base + ROOM, page, PROT_NONE) != 0)
		die("mmap");
	return base + ROOM;
}

static size_t
read_file(int directory, const char *name, uint8_t *bytes)
{
	int fd = openat(directory, name, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n;

	if (fd < 0)
		die(name);
	while (len < ROOM && (n = read(fd, bytes + len, ROOM - len)) > 0)
		len += (size_t)n;
	if (len == ROOM || n < 0)
		die(name);
	close(fd);
	return len;
}

static void
replay(const uint8_t *bytes, size_t len, uint8_t *end)
{
	size_t prefixes = len < PREFIXES ? len : PREFIXES;

	for (size_t n = 0; n < prefixes; n++) {
		memcpy(end - n, bytes, n);
		LLVMFuzzerTestOneInput(end - n, n);
	}
	memcpy(end - len, bytes, len);
	LLVMFuzzerTestOneInput(end - len, len);
}

static size_t
replay_directory(const char *path, uint8_t *bytes, uint8_t *end)
{
	DIR *directory = opendir(path);
	struct dirent *entry;
	size_t files = 0;

	if (directory == NULL)
		die(path);
	while ((entry = readdir(directory)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		replay(bytes, read_file(dirfd(directory), entry->d_name, bytes),
		    end);
		files++;
	}
	closedir(directory);
	return files;
}

int
main(int argc, char **argv)
{
	uint8_t *bytes = malloc(ROOM), *end = guarded_end();
	size_t files = 0;

	if (bytes == NULL)
		die("malloc");
	for (int i = 1; i < argc; i++)
		files += replay_directory(argv[i], bytes, end);
	free(bytes);
	printf("%zu files replayed\n", files);
	return files == 0;
}
