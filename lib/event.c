/* SPDX-License-Identifier: ISC */
/*
 * event.c - names of events, as they stand in logs and audit rows
 */
#include <delist/event.h>

static const char *const names[DELIST_EVENT_KINDS] = {
    [DELIST_EVENT_NONE] = "none",
    [DELIST_EVENT_DUE] = "due",
    [DELIST_EVENT_LIST] = "list",
    [DELIST_EVENT_WITHDRAW] = "withdraw",
    [DELIST_EVENT_UNLIST] = "unlist",
    [DELIST_EVENT_ANSWER] = "answer",
    [DELIST_EVENT_ACK] = "ack",
    [DELIST_EVENT_REDEEM] = "redeem",
    [DELIST_EVENT_SUBMIT] = "submit",
    [DELIST_EVENT_MAIL_ACCEPTED] = "mail-accepted",
    [DELIST_EVENT_MAIL_DELAYED] = "mail-delayed",
    [DELIST_EVENT_MAIL_FAILED] = "mail-failed",
    [DELIST_EVENT_INSPECT] = "inspect",
    [DELIST_EVENT_RESEND] = "resend",
    [DELIST_EVENT_CANCEL] = "cancel",
    [DELIST_EVENT_EVICT] = "evict",
    [DELIST_EVENT_EFFECTIVE] = "effective",
    [DELIST_EVENT_RELISTED] = "relisted",
    [DELIST_EVENT_INTAKE] = "intake",
    [DELIST_EVENT_ASSIGN] = "assign",
    [DELIST_EVENT_NOTE] = "note",
};

static const char *const notices[DELIST_NOTICES] = {
    [DELIST_NOTICE_NONE] = "none",
    [DELIST_NOTICE_RECEIVED] = "received",
    [DELIST_NOTICE_SEND_NDR] = "send-ndr",
    [DELIST_NOTICE_PORTAL] = "portal",
    [DELIST_NOTICE_DELISTED] = "delisted",
    [DELIST_NOTICE_DENIED] = "denied",
    [DELIST_NOTICE_NEED_INFO] = "need-info",
    [DELIST_NOTICE_NOT_LISTED] = "not-listed",
};

const char *
delist_event_name(int kind)
{
	if (kind < 0 || kind >= DELIST_EVENT_KINDS)
		return "unknown";
	return names[kind];
}

const char *
delist_notice_name(int notice)
{
	if (notice < 0 || notice >= DELIST_NOTICES)
		return "unknown";
	return notices[notice];
}
