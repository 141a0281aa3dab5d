/* SPDX-License-Identifier: ISC */
#ifndef ROUNDTRIP_H
#define ROUNDTRIP_H

/*
 * What roundtrip.c tells its story with: a time line, and a host around the
 * receiver.
 */
#include <delist/delist.h>

enum {
	MINUTE = 60,
	HOUR = 60 * MINUTE,
	DAY = 24 * HOUR
};

/* What is outside of the receiver, and does not die with it. */
struct world {
	int64_t began_s, now_s;
	char message[DELIST_LETTER_MAX]; /* the newest mail */
	size_t message_len;
	int mails;			  /* that were handed over */
	char token[DELIST_TOKEN_LEN + 1]; /* in the newest of these */
};

extern struct world *world;

/* When this process is killed, if it is one that will be. */
enum {
	NEVER,
	MAIL_IS_STORED,
	MAIL_IS_HANDED_OVER,
	BLOCK_IS_LIFTED
};

extern int killed_when;

void kill_me_if(int when);

/* A line of the time line; an end if something is not as it should be. */
void say(const char *who, const char *what);
void must(const char *what, int result);
void expect(const char *what, bool holds);

/* The receiver of this process, once it is open. */
extern struct delist_service *service;

void make_host(void); /* once, for all processes */
void open_receiver(void);
void close_receiver(void);

/* Open one in a process of its own, in which the act ends with its death. */
void play_and_be_killed(void (*act)(const struct delist_addr *addr),
    const struct delist_addr *addr);

/* How many rows the journal has. */
int rows_left(void);

#endif
