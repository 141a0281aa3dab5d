/* SPDX-License-Identifier: ISC */
#ifndef DELIST_DELIST_H
#define DELIST_DELIST_H

/*
 * All of libdelist.  From the floor up; each header can be used alone.
 */
#include <delist/error.h>
#include <delist/text.h>
#include <delist/alloc.h>
#include <delist/addr.h>
#include <delist/mailbox.h>
#include <delist/status.h>
#include <delist/guard.h>
#include <delist/verdict.h>
#include <delist/token.h>
#include <delist/deadline.h>
#include <delist/limit.h>
#include <delist/reply.h>
#include <delist/listfile.h>
#include <delist/ipset.h>
#include <delist/image.h>
#include <delist/policy.h>
#include <delist/audit.h>
#include <delist/event.h>
#include <delist/ndr.h>
#include <delist/letter.h>
#include <delist/listing.h>
#include <delist/request.h>
#include <delist/investigation.h>
#include <delist/appeal.h>
#include <delist/outbound.h>
#include <delist/record.h>
#include <delist/store.h>
#include <delist/memstore.h>
#include <delist/journal.h>
#include <delist/entropy.h>
#include <delist/sender.h>
#include <delist/service.h>
#include <delist/service_desk.h>
#include <delist/service_image.h>

#endif
