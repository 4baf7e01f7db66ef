/*
 * Status words for STATUS_UPDATE and suspend, and the two idle events. A group is idle when each of its running
 * streams rests in a way its IDLE_* bits accept; the GPU is idle when every resident group is, for a while.
 */
#include "firmware.h"

#define ATTEMPTS 4

static u32 state_of(u32 status)
{
  return status & CS_STATUS_STATE;
}

/*
 * Registers of a live stream move while we read them. A running one never holds still: it shows no reason and once
 * is enough. Otherwise the words belong together when status and instruction count agree before and after.
 */
void stream_status(u32 n)
{
  struct cs_output *out = cs_out(n);
  u32 settled = 0;
  u32 status = 0;
  for (u32 i = 0; i < ATTEMPTS; i++) {
    u32 before = CS_STATUS(n);
    u64 retired = get64(&CS_INSTRS(n));
    u64 reference = get64(&CS_WAIT_VALUE(n));
    put_extract(n);
    put64(&out->status_cmd_ptr, get64(&CS_PC(n)));
    out->status_wait = CS_WAIT(n);
    put64(&out->status_wait_sync_pointer, get64(&CS_WAIT_ADDR(n)));
    out->status_wait_sync_value = (u32)reference;
    out->status_wait_sync_value_hi = (u32)(reference >> 32);
    out->status_req_resource = (CS_RES_REQ(n) & 0xf) | (CS_RES_GRANT(n) & 0xf) << 16;
    out->status_scoreboards = CS_SB_BUSY(n);
    status = CS_STATUS(n);
    if (state_of(before) == CS_STATUS_STATE_RUNNING || state_of(status) == CS_STATUS_STATE_RUNNING)
      break;
    settled = before == status && get64(&CS_INSTRS(n)) == retired;
    if (settled)
      break;
  }
  u32 reason = settled ? FIELD(CS_STATUS_REASON, status) : 0;
  if (!settled)
    out->status_wait = 0;
  out->status_blocked_reason = reason <= CS_STATUS_REASON_FLUSH ? reason : 0;
}

static int stream_is_idle(u32 n)
{
  u32 accepts = cs_in(n)->req;
  u32 status = CS_STATUS(n);
  if (fw.streams[n].dead)
    return 1;
  if (state_of(status) == CS_STATUS_STATE_RUNNING || CS_SB_BUSY(n))
    return 0;
  switch (FIELD(CS_STATUS_REASON, status)) {
  case CS_STATUS_REASON_SYNC_WAIT:
    return !!(accepts & CS_REQ_IDLE_SYNC_WAIT);
  case CS_STATUS_REASON_RESOURCE:
    return !!(accepts & CS_REQ_IDLE_RESOURCE_REQ);
  case CS_STATUS_REASON_PROTM:
    return !!(accepts & CS_REQ_IDLE_PROTM_PENDING);
  case CS_STATUS_REASON_UNBLOCKED:
    return accepts & CS_REQ_IDLE_EMPTY && get64(&CS_INSERT(n)) == get64(&CS_EXTRACT(n));
  }
  return 0;
}

int group_is_idle(u32 g)
{
  if (fw.groups[g].phase == EMPTY)
    return 1;
  FOR_EACH_STREAM(n, g)
  {
    if (fw.streams[n].phase != OFF && !stream_is_idle(n))
      return 0;
  }
  return 1;
}

void group_status(u32 g)
{
  struct csg_output *out = csg_out(g);
  out->status_endpoint_current = CSG_EP_CURRENT(g);
  out->status_endpoint_req = CSG_EP_LIMIT(g);
  out->status_state = group_is_idle(g) ? CSG_OUTPUT_STATUS_STATE_IDLE : 0;
}

/* Returns 1 when the group rests; tells so once per rest. */
static int group_rests(u32 g)
{
  struct group *group = &fw.groups[g];
  u32 streams = CSG_STATE(g);
  /* Hardware's bits first: they spare most looks. */
  int idle = group->phase == RUNNING && !(FIELD(CSG_STATE_STARTED, streams) & ~FIELD(CSG_STATE_QUIET, streams)) &&
             group_is_idle(g);
  csg_out(g)->status_state = idle ? CSG_OUTPUT_STATUS_STATE_IDLE : 0;
  if (idle && !group->idle)
    group_event(g, CSG_REQ_IDLE);
  group->idle = (u8)idle;
  return idle;
}

static void idle_timer_stop(void)
{
  if (fw.idle_timing == IDLE_ARMED)
    timer_disarm(TIMER_IDLE);
  fw.idle_timing = IDLE_OFF;
  fw.idle_told = 0;
}

/* A stream had work, perhaps for less than a pass: the rest that follows is a new one. */
void rest_ended(u32 g)
{
  fw.groups[g].idle = 0;
  idle_timer_stop();
}

/* Once per pass. */
void idle_step(void)
{
  u32 resident = 0;
  u32 all = 1;
  FOR_EACH_GROUP(g)
  {
    if (fw.groups[g].phase == EMPTY)
      continue;
    resident++;
    all &= (u32)group_rests(g);
  }
  if (!resident || !all || !(glb_out()->ack & GLB_REQ_IDLE_EN)) {
    idle_timer_stop();
    return;
  }
  if (fw.idle_timing == IDLE_OFF && !fw.idle_told) {
    timer_arm(TIMER_IDLE, fw.idle_timer);
    fw.idle_timing = IDLE_ARMED;
  } else if (fw.idle_timing == IDLE_FIRED) {
    fw.idle_timing = IDLE_OFF;
    fw.idle_told = 1;
    global_event(GLB_REQ_IDLE);
  }
}
