/* SPDX-License-Identifier: ISC */
#ifndef LIB_INVESTIGATION_H
#define LIB_INVESTIGATION_H

#include <delist/investigation.h>

/* A step at work: `next` is a copy that is handed out only on success. */
struct investigation_step {
	struct delist_investigation next;
	unsigned todo;
	const struct delist_event *ev;
	const struct delist_policy *policy;
	int64_t now_s;
};

/* Go to a state; the last three say from when on and how long. */
void delist_investigation_become(
    struct investigation_step *step, enum delist_investigation_state state);
void delist_investigation_end(
    struct investigation_step *step, enum delist_investigation_state state);
void delist_investigation_open_up(struct investigation_step *step);
void delist_investigation_need_info(struct investigation_step *step);

/* A mail comes in: the first, one while waiting, while open, and later. */
int delist_investigation_intake(struct investigation_step *step);
int delist_investigation_intake_more(struct investigation_step *step);
int delist_investigation_join(struct investigation_step *step);
int delist_investigation_join_late(struct investigation_step *step);

/* A person does something. */
int delist_investigation_assign(struct investigation_step *step);
int delist_investigation_note(struct investigation_step *step);
int delist_investigation_answer(struct investigation_step *step);
int delist_investigation_answer_again(struct investigation_step *step);

/* Send a notice; an automatic one only where it may be sent. */
void delist_investigation_say(
    struct investigation_step *step, enum delist_notice notice);
void delist_investigation_reply(
    struct investigation_step *step, enum delist_notice notice);

/* The mailer's results, and the time of the next try. */
int delist_investigation_accepted(struct investigation_step *step);
int delist_investigation_delayed(struct investigation_step *step);
int delist_investigation_failed(struct investigation_step *step);
void delist_investigation_try_again(struct investigation_step *step);

#endif
