/* SPDX-License-Identifier: ISC */
/*
 * shared-image - one list for many processes
 *
 *	shared-image DIRECTORY [READERS [VERSIONS]]
 *
 * A process that maintains a list publishes it as a file, again and again;
 * others, like the processes of a mail server, look addresses up in what is
 * published at that time.  This is how both sides are written:
 *
 *	publish()	set -> image -> file.new -> fsync -> rename -> fsync
 *	take_newest()	has the file been replaced?  map it, open it
 *	ask()		look up, without a lock, a call or a copy
 *
 * So that it can be seen to work, what is listed is a function of the number
 * of the version, and that number is an entry of the list itself.  Each reader
 * computes what it should be told, and compares.  An answer is wrong if it is
 * not that of the version which was published when the reader took it.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <delist/delist.h>

enum {
	SENDERS = 3000, /* addresses that come and go */
	PERIOD = 8	/* each may do so in every 8th version */
};

static const char name[] = "list.image", fresh[] = "list.image.new";

/* What the processes know of each other; only to check on them. */
struct watch {
	_Atomic uint32_t begun, published; /* versions */
	_Atomic bool over;
};

static _Noreturn void
die(const char *what)
{
	perror(what);
	exit(1);
}

/* ---- what is listed ---- */

/* Half of the senders are IPv4 hosts, half IPv6 networks of 64 bits. */
static struct delist_prefix
prefix_of(uint32_t sender)
{
	uint32_t spread = sender * 2654435761u;
	struct delist_addr addr = delist_addr_from4(spread);

	if (sender % 2 == 0)
		return delist_prefix_of(&addr, 32);
	addr = (struct delist_addr){
	    DELIST_INET6, {0x20, 0x01, 0x0d, 0xb8, (uint8_t)(spread >> 24),
			      (uint8_t)(spread >> 16), (uint8_t)(spread >> 8)}};
	return delist_prefix_of(&addr, 64);
}

/* Where the number of the version is listed, as its tag: 192.0.2.1. */
static const struct delist_prefix version_at = {
    {DELIST_INET4, {192, 0, 2, 1}}, 32};

/* The version up to this one in which it was decided on; 0: none yet. */
static uint32_t
decided_in(uint32_t version, uint32_t sender)
{
	uint32_t late = (version - sender) % PERIOD;

	return version > late ? version - late : 0;
}

/* The tag of the sender in a version, or DELIST_IPSET_NONE. */
static uint32_t
tag_in(uint32_t version, uint32_t sender)
{
	uint32_t decided = decided_in(version, sender);
	bool listed = (decided ^ sender * 40503u) * 2654435761u >> 31;

	return decided != 0 && listed ? decided : DELIST_IPSET_NONE;
}

/* Bring the set from the version before to this one. */
static int
change(struct delist_ipset *set, uint32_t version)
{
	int error = delist_ipset_insert(set, &version_at, version);
	bool removed;

	for (uint32_t i = 0; i < SENDERS && error == DELIST_OK; i++) {
		struct delist_prefix prefix = prefix_of(i);
		uint32_t tag = tag_in(version, i);

		if (decided_in(version, i) != version)
			continue;
		error = tag != DELIST_IPSET_NONE
			    ? delist_ipset_insert(set, &prefix, tag)
			    : delist_ipset_remove(set, &removed, &prefix);
	}
	return error;
}

/* ---- the writer ---- */

/* An image that has been looked at as a whole: nobody else will do it. */
static uint8_t *
image_of(const struct delist_ipset *set, size_t *len)
{
	size_t room = delist_ipset_image_size(set);
	uint8_t *bytes = malloc(room);
	struct delist_image *image;

	if (bytes == NULL ||
	    delist_ipset_image_write(set, bytes, room, len) != DELIST_OK ||
	    delist_image_open(&image, bytes, *len, NULL) != DELIST_OK ||
	    delist_image_verify(image) != DELIST_OK)
		die("image");
	delist_image_close(image);
	return bytes;
}

/*
 * Whoever opens the file has all of an old image or all of this one, also
 * after the system went down: what has the name is on the disk before it gets
 * the name.  Those who have the old one mapped keep it.
 */
static void
publish(const struct delist_ipset *set, int directory)
{
	size_t len;
	uint8_t *bytes = image_of(set, &len);
	int fd = openat(directory, fresh,
	    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, bytes, len) != (ssize_t)len || fsync(fd) != 0 ||
	    close(fd) != 0)
		die(fresh);
	if (renameat(directory, fresh, directory, name) != 0 ||
	    fsync(directory) != 0)
		die(name);
	free(bytes);
}

/* ---- a reader ---- */

struct list {
	struct delist_image *image; /* NULL: none yet */
	void *bytes;
	size_t len;
	dev_t device; /* of the file, by which another is told from it */
	ino_t inode;
};

static void
drop(struct list *list)
{
	delist_image_close(list->image);
	if (list->bytes != NULL)
		munmap(list->bytes, list->len);
}

/* Map the file; what can't be an image leaves the list as it was. */
static bool
take(struct list *list, int fd)
{
	struct list took = {.image = NULL};
	struct stat is;

	if (fstat(fd, &is) != 0 || is.st_size <= 0)
		return false;
	took.len = (size_t)is.st_size;
	took.bytes = mmap(NULL, took.len, PROT_READ, MAP_SHARED, fd, 0);
	if (took.bytes == MAP_FAILED)
		return false;
	if (delist_image_open(&took.image, took.bytes, took.len, NULL) !=
	    DELIST_OK) {
		munmap(took.bytes, took.len);
		return false;
	}
	took.device = is.st_dev;
	took.inode = is.st_ino;
	drop(list);
	*list = took;
	return true;
}

/*
 * Once in a while, before some lookups: one system call if nothing is new.  A
 * file that is mapped keeps its number, so another number is another file.
 */
static bool
take_newest(struct list *list, int directory)
{
	struct stat is;
	bool took;
	int fd;

	if (fstatat(directory, name, &is, AT_SYMLINK_NOFOLLOW) != 0 ||
	    (list->image != NULL && is.st_dev == list->device &&
		is.st_ino == list->inode))
		return false;
	fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return false;
	took = take(list, fd);
	close(fd);
	return took;
}

/* What a mail server asks at each connection. */
static uint32_t
ask(const struct list *list, const struct delist_addr *client)
{
	uint32_t tag = DELIST_IPSET_NONE;

	delist_image_find(list->image, &tag, client);
	return tag;
}

/* ---- checking on it ---- */

struct report {
	uint64_t lookups, wrong, images;
	uint32_t first, last; /* versions */
};

/* Ask for all senders; in one image all are of one version. */
static void
check_all(const struct list *list, uint32_t version, struct report *report)
{
	for (uint32_t i = 0; i < SENDERS; i++) {
		struct delist_prefix prefix = prefix_of(i);

		report->wrong += ask(list, &prefix.addr) != tag_in(version, i);
		report->lookups++;
	}
}

static int
read_along(int number, int directory, struct watch *watch)
{
	struct list list = {.image = NULL};
	struct report report = {.lookups = 0};
	bool over;

	do {
		uint32_t least = atomic_load(&watch->published), version;
		bool took;

		over = atomic_load(&watch->over);
		took = take_newest(&list, directory);
		report.images += took;
		least = took ? least : report.last;
		version = ask(&list, &version_at.addr);
		report.wrong +=
		    version < least || version > atomic_load(&watch->begun);
		report.first = report.first != 0 ? report.first : version;
		report.last = version;
		check_all(&list, version, &report);
	} while (!over);
	drop(&list);
	printf("reader %d: %llu lookups in %llu images, versions %u to %u, %llu"
	       " wrong\n",
	    number, (unsigned long long)report.lookups,
	    (unsigned long long)report.images, report.first, report.last,
	    (unsigned long long)report.wrong);
	return report.wrong != 0;
}

/* ---- the program ---- */

static void
write_along(struct delist_ipset *set, int directory, uint32_t from, uint32_t to,
    struct watch *watch)
{
	for (uint32_t version = from; version <= to; version++) {
		if (change(set, version) != DELIST_OK)
			die("change");
		atomic_store(&watch->begun, version);
		publish(set, directory);
		atomic_store(&watch->published, version);
	}
}

static void
start_readers(int n, int directory, struct watch *watch)
{
	for (int i = 1; i <= n; i++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (pid == 0)
			exit(read_along(i, directory, watch));
	}
}

/* How many readers were told something wrong, or came to another end. */
static int
failures(void)
{
	int failed = 0, status;

	while (wait(&status) > 0)
		failed += !WIFEXITED(status) || WEXITSTATUS(status) != 0;
	return failed;
}

int
main(int argc, char **argv)
{
	int readers = argc > 2 ? atoi(argv[2]) : 4;
	int versions = argc > 3 ? atoi(argv[3]) : 100;
	struct delist_ipset *set;
	struct watch *watch;
	int directory, failed;

	if (argc < 2 || argc > 4 || readers < 1 || versions < 1) {
		fputs("usage: shared-image DIRECTORY [READERS [VERSIONS]]\n",
		    stderr);
		return 1;
	}
	directory = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0)
		die(argv[1]);
	watch = mmap(NULL, sizeof *watch, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (watch == MAP_FAILED || delist_ipset_new(&set, NULL) != DELIST_OK)
		die("memory");
	write_along(set, directory, 1, 1, watch);
	start_readers(readers, directory, watch);
	write_along(set, directory, 2, (uint32_t)versions, watch);
	atomic_store(&watch->over, true);
	failed = failures();
	printf("%d versions for %d readers, the last with %zu entries: %d"
	       " failed\n",
	    versions, readers, delist_ipset_count(set), failed);
	delist_ipset_free(set);
	return failed != 0;
}
