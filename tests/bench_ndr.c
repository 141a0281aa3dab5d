/* SPDX-License-Identifier: ISC */
/*
 * bench_ndr - how fast bounces and replies are read
 *
 * usage: bench_ndr [DIRECTORY]
 *
 * Every file below DIRECTORY is a mail; without one, mails are made here.
 * Each figure stands next to a memchr walk over the lines of the same bytes
 * in the same run, so that machines and hours of the day compare.  Hostile
 * families of 10 MB follow.
 */
#define _POSIX_C_SOURCE 200809L

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <delist/ndr.h>
#include <delist/reply.h>

#include "hostile.h"

enum {
	MAILS_MAX = 20000,
	RECIPIENTS = 64,
	MADE = 600,
	HOSTILE = 10 * 1000 * 1000
};

struct mail {
	char *text;
	size_t len;
};

static struct mail mails[MAILS_MAX];
static size_t mail_count, mail_bytes;
static struct delist_verdict verdicts[RECIPIENTS];
static char scratch[DELIST_NDR_SCRATCH];
static volatile size_t sink;

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void
keep(char *text, size_t len)
{
	if (mail_count == MAILS_MAX || text == NULL)
		return;
	mails[mail_count].text = text;
	mails[mail_count++].len = len;
	mail_bytes += len;
}

static void
load_file(const char *path, size_t len)
{
	FILE *file = fopen(path, "rb");
	char *text = malloc(len + 1);

	if (file == NULL || text == NULL)
		exit(1);
	keep(text, fread(text, 1, len, file));
	fclose(file);
}

/* A list of directories to do instead of recursion. */
static void
load(const char *top)
{
	static char todo[256][1024];
	size_t first = 0, last = 0;

	snprintf(todo[last++], sizeof *todo, "%s", top);
	for (; first < last; first++) {
		DIR *dir = opendir(todo[first]);
		struct dirent *entry;

		while (dir != NULL && (entry = readdir(dir)) != NULL) {
			char path[2048];
			struct stat st;

			snprintf(path, sizeof path, "%s/%s", todo[first],
			    entry->d_name);
			if (entry->d_name[0] == '.' || stat(path, &st) != 0)
				continue;
			if (S_ISREG(st.st_mode))
				load_file(path, (size_t)st.st_size);
			else if (S_ISDIR(st.st_mode) && last < 256)
				snprintf(todo[last++], sizeof *todo, "%.1023s",
				    path);
		}
		if (dir != NULL)
			closedir(dir);
	}
}

/* A bounce of Postfix's shape with an original of some kB. */
static void
make(unsigned i)
{
	static const char head[] =
	    "From: MAILER-DAEMON@mx.example\nSubject: Undelivered Mail\n"
	    "MIME-Version: 1.0\nContent-Type: multipart/report;\n"
	    "\tboundary=\"B.1/mx.example\"\n\n--B.1/mx.example\n\n"
	    "This is the mail system.  Your message could not be delivered.\n";
	size_t size = 8192, n;
	char *text = malloc(size);

	if (text == NULL)
		exit(1);
	n = (size_t)snprintf(text, size,
	    "%s\n<a%u@b.example>: host mx.b.example[198.51.100.7] said: 550\n"
	    "    5.7.%u Access denied, banned sending IP [203.0.113.%u] (in\n"
	    "    reply to RCPT TO command)\n\n--B.1/mx.example\n"
	    "Content-Type: message/delivery-status\n\nReporting-MTA: dns; "
	    "mx.example\n\nFinal-Recipient: rfc822; a%u@b.example\n"
	    "Action: failed\nStatus: 5.7.%u\nRemote-MTA: dns; mx.b.example\n"
	    "Diagnostic-Code: smtp; 550 5.7.%u Access denied, banned sending\n"
	    "    IP [203.0.113.%u]\n\n--B.1/mx.example\n"
	    "Content-Type: message/rfc822\n\nFrom: c@mx.example\n\n",
	    head, i, 600 + i % 50, i % 256, i, 600 + i % 50, 600 + i % 50,
	    i % 256);
	while (n < 2000 + i * 7 % 5000)
		n += (size_t)snprintf(text + n, size - n,
		    "Line %u of the message that came back, as it was.\n", i);
	n += (size_t)snprintf(text + n, size - n, "--B.1/mx.example--\n");
	keep(text, n);
}

static size_t
lines_of(const char *at, size_t len)
{
	const char *end = at + len;
	size_t n = 0;

	while (
	    at < end && (at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		at++;
		n++;
	}
	return n;
}

static void
walk_mails(void)
{
	for (size_t i = 0; i < mail_count; i++)
		sink += lines_of(mails[i].text, mails[i].len);
}

static void
parse_mails(void)
{
	for (size_t i = 0; i < mail_count; i++) {
		size_t count;

		delist_ndr_parse(verdicts, RECIPIENTS, &count, scratch,
		    sizeof scratch, mails[i].text, mails[i].len);
		sink += count;
	}
}

static const char *const replies[] = {
    "550 5.7.606 Access denied, banned sending IP [203.0.113.7]. To request "
    "removal from this list please visit https://sender.office.com/ and follow "
    "the directions. For more information please go to "
    "http://go.microsoft.com/fwlink/?LinkID=526655 (AS16012609)",
    "550 5.1.1 <ann@example.net>: Recipient address rejected: User unknown in "
    "virtual mailbox table",
    "554 5.7.1 Service unavailable; Client host [203.0.113.7] blocked using "
    "zen.spamhaus.org; https://www.spamhaus.org/query/ip/203.0.113.7",
    "421 4.7.0 [TSS04] Messages from 203.0.113.7 temporarily deferred due to "
    "unexpected volume or user complaints - 4.16.55.1; see "
    "https://postmaster.yahooinc.com/error-codes",
    "452 4.2.2 The email account that you tried to reach is over quota",
    "550 5.7.511 Access denied, banned sender[203.0.113.7]. To request removal "
    "from this list, forward this message to delist@microsoft.com.",
};

enum {
	REPLIES = sizeof replies / sizeof *replies
};

static void
parse_replies(void)
{
	for (size_t i = 0; i < 1200; i++) {
		const char *text = replies[i % REPLIES];
		struct delist_verdict v;

		delist_reply_classify(&v, text, strlen(text));
		sink += v.cls;
	}
}

static void
walk_replies(void)
{
	for (size_t i = 0; i < 1200; i++)
		sink += lines_of(
		    replies[i % REPLIES], strlen(replies[i % REPLIES]));
}

/* Seconds that one call takes: the best of several rounds. */
static double
time_of(void (*work)(void))
{
	double best = 1e9;

	for (int round = 0; round < 7; round++) {
		double start = now(), took;
		int calls = 0;

		do {
			work();
			calls++;
			took = now() - start;
		} while (took < 0.1);
		if (took / calls < best)
			best = took / calls;
	}
	return best;
}

static void
hostile(const struct family *f)
{
	static char text[HOSTILE];
	double best = 1e9;
	size_t n;

	hostile_fill(text, sizeof text, f);
	for (int i = 0; i < 5; i++) {
		double start = now(), took;

		delist_ndr_parse(verdicts, RECIPIENTS, &n, scratch,
		    sizeof scratch, text, sizeof text);
		took = now() - start;
		best = took < best ? took : best;
	}
	printf("hostile %-26s %.4f s\n", f->name, best);
}

int
main(int argc, char **argv)
{
	double mail, walk, reply, reply_walk;

	if (argc > 1)
		load(argv[1]);
	else
		for (unsigned i = 0; i < MADE; i++)
			make(i);
	if (mail_count == 0)
		return 1;
	mail = time_of(parse_mails);
	walk = time_of(walk_mails);
	reply = time_of(parse_replies) / 1200;
	reply_walk = time_of(walk_replies) / 1200;
	printf("mails   %zu, %zu bytes\n", mail_count, mail_bytes);
	printf("mails   %.0f MB/s, %.0f messages/s; memchr walk %.0f MB/s; "
	       "ratio %.1f\n",
	    (double)mail_bytes / mail * 1e-6, (double)mail_count / mail,
	    (double)mail_bytes / walk * 1e-6, mail / walk);
	printf("replies %.0f/s; memchr walk %.0f/s; ratio %.1f\n", 1 / reply,
	    1 / reply_walk, reply / reply_walk);
	for (size_t i = 0; i < FAMILIES; i++)
		hostile(&families[i]);
	return 0;
}
