/*
 * What a stream reports, and what follows. Events are cleared before they are handled, FAULT alone only when the
 * host has acknowledged it: till then the stream holds every fence, so that none passes the report.
 */
#include "firmware.h"

#define MOVES_EXTRACT (CS_EVENT_QUIET | CS_EVENT_BUSY | CS_EVENT_SYNC_BLOCKED | CS_EVENT_SYNC_UPDATE | CS_EVENT_EXTRACT)

static void report_fault(u32 n)
{
  struct cs_output *out = cs_out(n);
  CS_MASK(n) &= ~CS_MASK_FAULT;
  fw.streams[n].fault = 1;
  out->fault = CS_FAULT(n);
  put64(&out->fault_info, get64(&CS_FAULT_INFO(n)));
  /* The host finds the job by the extract cursor. */
  put64(&((struct queue_output *)cs_in(n)->ringbuf_output.lo)->extract, get64(&CS_FAULT_EXTRACT(n)));
  stream_event(n, CS_REQ_FAULT);
  log_value(LOG_DEBUG, "fault of stream ", n);
}

void fault_acknowledged(u32 n)
{
  fw.streams[n].fault = 0;
  CS_EVENT(n) = CS_EVENT_FAULT;
  CS_MASK(n) |= CS_MASK_FAULT;
  put_extract(n);
}

static void report_fatal(u32 n)
{
  struct cs_output *out = cs_out(n);
  fw.streams[n].dead = 1;
  out->fatal = CS_FATAL(n);
  put64(&out->fatal_info, get64(&CS_FATAL_INFO(n)));
  stream_event(n, CS_REQ_FATAL);
  log_value(LOG_DEBUG, "fatal error of stream ", n);
}

/* Nothing is refused: masks and priorities of the endpoints share the cores out (chosen). */
static void grant(u32 n)
{
  CS_RES_GRANT(n) = CS_RES_REQ(n);
}

static void command_done(u32 n)
{
  struct stream *stream = &fw.streams[n];
  u32 command = stream->command;
  stream->command = 0;
  if (command == CS_CMD_START)
    stream_started(n);
  else if (command == CS_CMD_STOP)
    stream->phase = HELD;
  else if (command == CS_CMD_PREEMPT)
    stream->phase = FROZEN;
  else if (command == CS_CMD_EXCEPTION && CS_STATUS(n) & CS_STATUS_REFUSED)
    oom_handler_refused(n);
}

/* Handles what stream n reports; returns the events. */
u32 stream_events(u32 n)
{
  u32 g = group_of(n);
  u32 events = CS_EVENT(n) & CS_MASK(n);
  if (!events)
    return 0;
  CS_EVENT(n) = events & ~CS_EVENT_FAULT;

  if (events & CS_EVENT_FAULT)
    report_fault(n);
  if (events & MOVES_EXTRACT)
    put_extract(n);
  if (events & CS_EVENT_EXTRACT) {
    CS_MASK(n) &= ~CS_MASK_EXTRACT;
    stream_ack(n, CS_REQ_EXTRACT_EVENT);
  }
  if (events & CS_EVENT_BUSY) {
    progress_watch(g);
    rest_ended(g);
  }
  if (events & CS_EVENT_FATAL)
    report_fatal(n);
  if (events & CS_EVENT_SYNC_UPDATE) {
    group_event(g, CSG_REQ_SYNC_UPDATE);
    CS_KICK = CS_KICK_GROUP;
  }
  if (events & CS_EVENT_RESOURCE)
    grant(n);
  if (events & CS_EVENT_PROTM)
    stream_event(n, CS_REQ_PROTM_PENDING);
  if (events & CS_EVENT_TILER_OOM)
    oom_report(n);
  if (events & CS_EVENT_EXC_DONE)
    fw.groups[g].handler = 0;
  if (events & (CS_EVENT_EXC_DONE | CS_EVENT_HEAP_FREE) && !fw.groups[g].handler)
    oom_retry(g);
  if (events & CS_EVENT_CMD_DONE)
    command_done(n);
  return events;
}
