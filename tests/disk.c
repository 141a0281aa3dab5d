/* SPDX-License-Identifier: ISC */
#include "disk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	NONE = -1,
	DIRECTORY = -2,
	KEPT = -3,
	FIRST_HANDLE = 3,
	LOCK = 0,
	JOURNAL = 1,
	NEW = 2
};

static uint32_t
least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static void
need(bool room, const char *what)
{
	if (room)
		return;
	fprintf(stderr, "disk: out of %s\n", what);
	abort();
}

/* ---- files ---- */

static bool
is_open(const struct disk *disk, int file)
{
	for (int i = 0; i < DISK_HANDLES; i++)
		if (disk->handle[i] == file)
			return true;
	return false;
}

static bool
has_name(const struct disk *disk, int file)
{
	for (int i = 0; i < DISK_NAMES; i++) {
		if (disk->name[i] == file || disk->durable_name[i] == file)
			return true;
		for (uint32_t k = 0; k < disk->moves; k++)
			if (disk->move[k].name[i] == file)
				return true;
	}
	return false;
}

/* Files that nobody can reach leave their bytes for others to find. */
static int
new_file(struct disk *disk)
{
	int found = NONE;

	for (int i = 0; i < DISK_FILES; i++) {
		struct disk_file *file = &disk->file[i];

		if (file->used && (has_name(disk, i) || is_open(disk, i)))
			continue;
		if (file->used)
			memcpy(disk->stale, file->seen, file->size);
		file->used = false;
		found = i;
	}
	need(found != NONE, "files");
	disk->file[found].used = true;
	disk->file[found].size = disk->file[found].durable_size = 0;
	disk->file[found].changes = disk->file[found].log_len = 0;
	return found;
}

static struct disk_change *
new_change(struct disk_file *file, bool cuts, uint32_t at, uint32_t len)
{
	struct disk_change *change = &file->change[file->changes++];

	need(file->changes <= DISK_CHANGES, "changes");
	*change = (struct disk_change){
	    .cuts = cuts, .at = at, .len = len, .in_log = file->log_len};
	return change;
}

static void
write_file(struct disk_file *file, const void *bytes, uint32_t len, uint32_t at)
{
	need(at + len <= DISK_ROOM && file->log_len + len <= DISK_ROOM, "room");
	new_change(file, false, at, len);
	memcpy(file->log + file->log_len, bytes, len);
	file->log_len += len;
	if (at > file->size)
		memset(file->seen + file->size, 0, at - file->size);
	memcpy(file->seen + at, bytes, len);
	if (at + len > file->size)
		file->size = at + len;
}

static void
cut_file(struct disk *disk, struct disk_file *file, uint32_t to)
{
	new_change(file, true, to, 0);
	disk->was_cut = 2;
	if (to > file->size)
		memset(file->seen + file->size, 0, to - file->size);
	else
		memcpy(disk->stale + to, file->seen + to, file->size - to);
	file->size = to;
}

static void
resize_durable(struct disk_file *file, uint32_t to)
{
	if (to > file->durable_size)
		memset(file->durable + file->durable_size, 0,
		    to - file->durable_size);
	file->durable_size = to;
}

/* Whether a change that was abandoned is made void by a later one. */
static bool
covers(const struct disk_change *later, const struct disk_change *change)
{
	if (later->abandoned)
		return false;
	if (later->cuts)
		return change->at >= later->at;
	return !change->cuts && later->at <= change->at + change->len &&
	       change->at <= later->at + later->len;
}

static void
sync_file(struct disk_file *file)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < file->changes; i++) {
		struct disk_change change = file->change[i];
		bool covered = false;

		for (uint32_t k = i + 1; k < file->changes; k++)
			covered = covered || covers(&file->change[k], &change);
		if (change.abandoned && !covered) {
			file->change[kept++] = change;
		} else if (change.cuts) {
			resize_durable(file, change.at);
		} else if (!change.abandoned) {
			if (change.at + change.len > file->durable_size)
				resize_durable(file, change.at + change.len);
			memcpy(file->durable + change.at,
			    file->log + change.in_log, change.len);
		}
	}
	file->changes = kept;
	if (kept == 0)
		file->log_len = 0;
}

/* ---- names ---- */

static int
name_of(const char *name)
{
	size_t len = strlen(name);

	if (len > 5 && strcmp(name + len - 5, ".lock") == 0)
		return LOCK;
	return strcmp(name + len - 4, ".new") == 0 ? NEW : JOURNAL;
}

static void
do_move(int8_t names[DISK_NAMES], const struct disk_move *move)
{
	for (int i = 0; i < DISK_NAMES; i++)
		if (move->name[i] != KEPT)
			names[i] = move->name[i];
}

static struct disk_move *
new_move(struct disk *disk)
{
	struct disk_move *move = &disk->move[disk->moves++];

	need(disk->moves <= DISK_CHANGES, "moves");
	*move = (struct disk_move){false, {KEPT, KEPT, KEPT}};
	return move;
}

static void
set_name(struct disk *disk, int name, int file)
{
	struct disk_move *move = new_move(disk);

	move->name[name] = (int8_t)file;
	do_move(disk->name, move);
}

static void
sync_names(struct disk *disk)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < disk->moves; i++) {
		struct disk_move move = disk->move[i];
		bool covered = false;

		for (uint32_t k = i + 1; k < disk->moves; k++)
			for (int n = 0; n < DISK_NAMES; n++)
				covered |= !disk->move[k].abandoned &&
					   disk->move[k].name[n] != KEPT &&
					   move.name[n] != KEPT;
		if (!move.abandoned)
			do_move(disk->durable_name, &move);
		else if (!covered)
			disk->move[kept++] = move;
	}
	disk->moves = kept;
}

static void
abandon(struct disk *disk, struct disk_file *file)
{
	if (file == NULL)
		for (uint32_t i = 0; i < disk->moves; i++)
			disk->move[i].abandoned = true;
	else
		for (uint32_t i = 0; i < file->changes; i++)
			file->change[i].abandoned = true;
}

/* ---- the calls ---- */

/* What is to become of this call: 0, or a kind of fault. */
static int
fate(struct disk *disk, int call)
{
	struct disk_fault *fault = &disk->fault;

	disk->calls++;
	if (disk->before != NULL)
		disk->before(disk->arg, disk);
	if (disk->dies_at != 0 && disk->calls >= disk->dies_at) {
		fault->error = EIO;
		disk->faulted = true;
		return DISK_FAILS;
	}
	if (fault->kind == 0 || (fault->on != DISK_ANY && fault->on != call))
		return 0;
	if (fault->skip != 0) {
		fault->skip--;
		return 0;
	}
	if (fault->times == 0)
		return 0;
	fault->times--;
	disk->faulted = true;
	return fault->kind;
}

static bool
is_dead(const struct disk *disk)
{
	return disk->dies_at != 0 && disk->calls >= disk->dies_at;
}

static int
new_handle(struct disk *disk, int file)
{
	for (int i = 0; i < DISK_HANDLES; i++) {
		if (disk->handle[i] != NONE)
			continue;
		disk->handle[i] = (int8_t)file;
		return FIRST_HANDLE + i;
	}
	need(false, "handles");
	return NONE;
}

static struct disk_file *
file_of(struct disk *disk, int handle)
{
	int file = disk->handle[handle - FIRST_HANDLE];

	need(file != NONE, "sense: a handle that is closed");
	return file == DIRECTORY ? NULL : &disk->file[file];
}

static int
open_directory(void *arg, const char *path)
{
	struct disk *disk = arg;

	(void)path;
	if (fate(disk, DISK_OPEN) == DISK_FAILS)
		return -disk->fault.error;
	return new_handle(disk, DIRECTORY);
}

static int
open_file(void *arg, int directory, const char *name, int how)
{
	struct disk *disk = arg;
	int at = name_of(name), fault = fate(disk, DISK_OPEN);

	need(file_of(disk, directory) == NULL, "sense: a directory");
	if (fault == DISK_FAILS)
		return -disk->fault.error;
	if (how == DELIST_JOURNAL_NEW && disk->name[at] != NONE)
		return -EEXIST;
	if (how < DELIST_JOURNAL_NEW && disk->name[at] == NONE)
		return -ENOENT;
	if (disk->name[at] == NONE)
		set_name(disk, at, new_file(disk));
	if (fault == DISK_LIES)
		return -disk->fault.error;
	return new_handle(disk, disk->name[at]);
}

static int
lock(void *arg, int handle)
{
	struct disk *disk = arg;

	if (fate(disk, DISK_LOCK) == DISK_FAILS)
		return -disk->fault.error;
	if (disk->locked >= 0)
		return -EAGAIN;
	disk->locked = handle;
	return 0;
}

static int64_t
size(void *arg, int handle)
{
	struct disk *disk = arg;

	if (fate(disk, DISK_READ) == DISK_FAILS)
		return -disk->fault.error;
	return file_of(disk, handle)->size;
}

static int64_t
read_at(void *arg, int handle, void *bytes, size_t len, uint64_t at)
{
	struct disk *disk = arg;
	struct disk_file *file = file_of(disk, handle);
	int fault = fate(disk, DISK_READ);

	if (fault == DISK_FAILS || fault == DISK_LIES)
		return -disk->fault.error;
	if (at >= file->size)
		return 0;
	if (len > file->size - at)
		len = (size_t)(file->size - at);
	if (fault == DISK_SHORT)
		len = 1 + (size_t)support_below(&disk->random, len);
	memcpy(bytes, file->seen + at, len);
	return (int64_t)len;
}

static int64_t
write_at(void *arg, int handle, const void *bytes, size_t len, uint64_t at)
{
	struct disk *disk = arg;
	struct disk_file *file = file_of(disk, handle);
	int fault = fate(disk, DISK_WRITE);
	size_t some = fault == DISK_SHORT || fault == DISK_FAILS
			  ? (size_t)support_below(&disk->random, len)
			  : len;

	if (is_dead(disk) || (fault != 0 && disk->fault.error == EINTR))
		return -disk->fault.error;
	if (fault == DISK_SHORT)
		some++;
	if (some != 0)
		write_file(file, bytes, (uint32_t)some, (uint32_t)at);
	if (disk->is_other)
		memcpy(disk->other + at, bytes, some);
	if (fault == DISK_FAILS || fault == DISK_LIES)
		return -disk->fault.error;
	return (int64_t)some;
}

static int
truncate_to(void *arg, int handle, uint64_t to)
{
	struct disk *disk = arg;
	int fault = fate(disk, DISK_TRUNCATE);

	if (fault != DISK_FAILS)
		cut_file(disk, file_of(disk, handle), (uint32_t)to);
	return fault == DISK_FAILS || fault == DISK_LIES ? -disk->fault.error
							 : 0;
}

static int
sync_any(void *arg, int handle)
{
	struct disk *disk = arg;
	struct disk_file *file = file_of(disk, handle);
	int fault = fate(disk, file == NULL ? DISK_SYNC_NAMES : DISK_SYNC);

	if (fault == DISK_FAILS || fault == DISK_LIES) {
		if (!is_dead(disk) && disk->fault.error != EINTR)
			abandon(disk, file);
		return -disk->fault.error;
	}
	if (file == NULL) {
		sync_names(disk);
	} else {
		sync_file(file);
		disk->was_cut -= disk->was_cut > 0;
	}
	return 0;
}

static int
rename_to(void *arg, int directory, const char *from, const char *to)
{
	struct disk *disk = arg;
	struct disk_move *move;
	int fault = fate(disk, DISK_RENAME);

	(void)directory;
	if (fault == DISK_FAILS)
		return -disk->fault.error;
	if (disk->name[name_of(from)] == NONE)
		return -ENOENT;
	move = new_move(disk);
	move->name[name_of(to)] = disk->name[name_of(from)];
	move->name[name_of(from)] = NONE;
	do_move(disk->name, move);
	return fault == DISK_LIES ? -disk->fault.error : 0;
}

static int
unlink_name(void *arg, int directory, const char *name)
{
	struct disk *disk = arg;
	int fault = fate(disk, DISK_UNLINK);

	(void)directory;
	if (fault == DISK_FAILS)
		return -disk->fault.error;
	if (disk->name[name_of(name)] == NONE)
		return -ENOENT;
	set_name(disk, name_of(name), NONE);
	return fault == DISK_LIES ? -disk->fault.error : 0;
}

static void
close_handle(void *arg, int handle)
{
	struct disk *disk = arg;

	need(disk->handle[handle - FIRST_HANDLE] != NONE, "sense: closed");
	disk->handle[handle - FIRST_HANDLE] = NONE;
	if (disk->locked == handle)
		disk->locked = NONE;
}

static int64_t
process(void *arg)
{
	(void)arg;
	return 1;
}

/* All but what is stale. */
static void
clear(struct disk *disk, uint64_t seed)
{
	for (int i = 0; i < DISK_FILES; i++)
		disk->file[i].used = false;
	memset(disk->name, NONE, sizeof disk->name);
	memset(disk->durable_name, NONE, sizeof disk->durable_name);
	memset(disk->handle, NONE, sizeof disk->handle);
	disk->moves = 0;
	disk->locked = NONE;
	disk->calls = disk->dies_at = 0;
	disk->fault = (struct disk_fault){.kind = 0};
	disk->faulted = false;
	disk->was_cut = 0;
	disk->random.state = seed;
	disk->before = NULL;
	disk->arg = NULL;
	disk->other = NULL;
	disk->is_other = false;
}

void
disk_init(struct disk *disk, uint64_t seed)
{
	clear(disk, seed);
	memset(disk->stale, 0, sizeof disk->stale);
}

struct delist_journal_io
disk_io(struct disk *disk)
{
	return (struct delist_journal_io){
	    .open_directory = open_directory,
	    .open_file = open_file,
	    .lock = lock,
	    .size = size,
	    .read = read_at,
	    .write = write_at,
	    .truncate = truncate_to,
	    .sync_data = sync_any,
	    .sync = sync_any,
	    .rename = rename_to,
	    .unlink = unlink_name,
	    .close = close_handle,
	    .process = process,
	    .arg = disk,
	};
}

void
disk_put_journal(struct disk *disk, const void *bytes, size_t len)
{
	int file = new_file(disk);

	need(len <= DISK_ROOM, "room");
	memcpy(disk->file[file].seen, bytes, len);
	memcpy(disk->file[file].durable, bytes, len);
	disk->file[file].size = disk->file[file].durable_size = (uint32_t)len;
	disk->name[JOURNAL] = disk->durable_name[JOURNAL] = (int8_t)file;
}

/* ---- crashes ---- */

uint32_t
disk_moves_in_doubt(const struct disk *disk)
{
	return disk->moves;
}

/* The file whose bytes are in doubt: the one that was written last. */
static int
doubtful(const struct disk *disk)
{
	int file = disk->name[NEW];

	if (file != NONE && disk->file[file].changes != 0)
		return file;
	return disk->name[JOURNAL];
}

static uint32_t
bytes_in_doubt(const struct disk_file *file)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i < file->changes; i++)
		sum += file->change[i].cuts ? 1 : file->change[i].len;
	return sum;
}

uint32_t
disk_bytes_in_doubt(const struct disk *disk)
{
	int file = doubtful(disk);

	return file == NONE ? 0 : bytes_in_doubt(&disk->file[file]);
}

/* What stands at a place of a write that did not reach the disk. */
static uint8_t
filler(const struct disk *disk, uint32_t at, int fill, uint64_t noise)
{
	switch (fill) {
	case DISK_GARBAGE:
		return (uint8_t)(noise >> at % 8 * 8);
	case DISK_STALE:
		return disk->stale[at];
	case DISK_OTHER:
		return disk->other != NULL ? disk->other[at] : 0;
	default:
		return 0;
	}
}

/* The image of one file, as a crash leaves it. */
struct image {
	const struct disk *disk;
	const struct disk_crash *crash;
	struct support_random *random;
	struct disk_file *out;
	uint32_t before; /* bytes in doubt before those of this change */
	uint32_t all;	 /* in doubt */
};

static void
put_byte(struct image *image, uint32_t at, uint8_t byte)
{
	if (at >= image->out->durable_size)
		resize_durable(image->out, at + 1);
	image->out->durable[at] = byte;
}

static void
write_by_rule(struct image *image, const struct disk_file *file,
    const struct disk_change *change)
{
	const struct disk_crash *crash = image->crash;
	uint64_t noise = support_random(image->random);

	for (uint32_t i = 0; i < change->len; i++) {
		uint32_t nth = image->before + i;
		bool kept = crash->kept_last ? nth >= image->all - crash->kept
					     : nth < crash->kept;

		if (kept)
			put_byte(image, change->at + i,
			    file->log[change->in_log + i]);
		else if (crash->fill != DISK_LOST)
			put_byte(image, change->at + i,
			    filler(image->disk, change->at + i, crash->fill,
				noise));
	}
}

static void
write_at_random(struct image *image, const struct disk_file *file,
    const struct disk_change *change)
{
	static const uint32_t grains[] = {1, 4, 8, 24, 64, 512};
	uint32_t grain = grains[support_below(image->random, COUNT(grains))];
	uint32_t done = 0;

	while (done < change->len) {
		uint64_t noise = support_random(image->random);
		uint32_t some = least(grain, change->len - done);
		uint64_t kind = support_below(image->random, 9);

		for (uint32_t i = done; i < done + some; i++) {
			uint32_t at = change->at + i;

			if (kind < 4)
				put_byte(
				    image, at, file->log[change->in_log + i]);
			else if (kind - 4 != DISK_LOST)
				put_byte(image, at,
				    filler(
					image->disk, at, (int)kind - 4, noise));
		}
		done += some;
	}
}

static void
crash_file(struct disk_file *out, const struct disk *disk, int from,
    const struct disk_crash *crash, struct support_random *random)
{
	const struct disk_file *file = &disk->file[from];
	struct image image = {
	    .disk = disk, .crash = crash, .random = random, .out = out};

	out->used = true;
	out->changes = out->log_len = 0;
	out->durable_size = file->durable_size;
	memcpy(out->durable, file->durable, file->durable_size);
	image.all = bytes_in_doubt(file);
	for (uint32_t i = 0; i < file->changes; i++) {
		const struct disk_change *change = &file->change[i];
		bool kept = crash->random ? support_below(random, 2) == 0
					  : image.before < crash->kept;

		if (change->cuts && kept)
			resize_durable(out, change->at);
		else if (!change->cuts && crash->random)
			write_at_random(&image, file, change);
		else if (!change->cuts)
			write_by_rule(&image, file, change);
		image.before += change->cuts ? 1 : change->len;
	}
	out->size = out->durable_size;
	memcpy(out->seen, out->durable, out->size);
}

/* Bytes of files that are gone, or of what was lost, may be found again. */
static void
leave_stale(struct disk *out, const struct disk *disk)
{
	memcpy(out->stale, disk->stale, sizeof out->stale);
	for (int i = 0; i < DISK_NAMES; i++) {
		int file = disk->name[i];

		if (file != NONE && i != LOCK)
			memcpy(out->stale, disk->file[file].seen,
			    disk->file[file].size);
	}
}

void
disk_after_crash(struct disk *out, const struct disk *disk,
    const struct disk_crash *crash, struct support_random *random)
{
	int8_t names[DISK_NAMES];

	clear(out, support_random(random));
	leave_stale(out, disk);
	out->other = disk->other;
	memcpy(names, disk->durable_name, sizeof names);
	for (uint32_t i = 0; i < disk->moves; i++)
		if (crash->names >> least(i, 31) & 1)
			do_move(names, &disk->move[i]);
	for (int i = 0; i < DISK_NAMES; i++) {
		if (names[i] == NONE)
			continue;
		crash_file(&out->file[i], disk, names[i], crash, random);
		out->name[i] = out->durable_name[i] = (int8_t)i;
	}
}
