/* SPDX-License-Identifier: ISC */
#ifndef LIB_APPEAL_H
#define LIB_APPEAL_H

#include <delist/appeal.h>

/* A step at work: `next` is a copy that is handed out only on success. */
struct appeal_step {
	struct delist_appeal next;
	unsigned todo;
	const struct delist_appeal_event *ev;
	const struct delist_policy *policy;
	int64_t now_s;
};

/* When the event happened; whether that is before what is known. */
int64_t delist_appeal_happened_s(const struct appeal_step *step);
bool delist_appeal_is_old_news(const struct appeal_step *step, int64_t known_s);

/* A sign of life: it is not forgotten sooner than before. */
void delist_appeal_stay(struct appeal_step *step);

/* Go to a state, with a task for a person, or to that of the next rung. */
void delist_appeal_become(
    struct appeal_step *step, enum delist_appeal_state state);
void delist_appeal_hand_over(
    struct appeal_step *step, enum delist_appeal_state state);
void delist_appeal_climb(struct appeal_step *step);
void delist_appeal_send_mail(struct appeal_step *step);

/* A bounce: the first, one that adds nothing, and those that may. */
int delist_appeal_first_block(struct appeal_step *step);
int delist_appeal_count_block(struct appeal_step *step);
int delist_appeal_blocked_to_request(struct appeal_step *step);
int delist_appeal_blocked_waiting(struct appeal_step *step);
int delist_appeal_blocked_recurring(struct appeal_step *step);
int delist_appeal_blocked_again(struct appeal_step *step);

#endif
