/*
 * Life of a CSG slot: EMPTY, STARTING_UP, RUNNING, WINDING_DOWN (streams stop issuing), FREEZING (jobs stop at the
 * next task), then saved and EMPTY again. Requests only say what the host wants; group_step moves towards it, a
 * command to the hardware at a time, and acknowledges when it is there.
 */
#include "firmware.h"

void group_ack(u32 g, u32 bits)
{
  struct csg_input *in = csg_in(g);
  struct csg_output *out = csg_out(g);
  u32 changed = (in->req ^ out->ack) & bits;
  out->ack ^= changed;
  if (changed & in->ack_irq_mask)
    raise_event(BIT(g));
}

/* Writes the state that was reached; the host may meanwhile have asked for another one. */
static void group_ack_state(u32 g, u32 reached)
{
  struct csg_output *out = csg_out(g);
  u32 ack = (out->ack & ~CSG_REQ_STATE) | reached;
  u32 changed = ack ^ out->ack;
  out->ack = ack;
  if (changed & csg_in(g)->ack_irq_mask)
    raise_event(BIT(g));
}

void group_event(u32 g, u32 bit)
{
  struct csg_input *in = csg_in(g);
  struct csg_output *out = csg_out(g);
  if ((in->req ^ out->ack) & bit)
    return;
  out->ack ^= bit;
  if (in->ack_irq_mask & bit)
    raise_event(BIT(g));
}

/* After a boot all interfaces are reset: no slot holds anything. */
void groups_forget(void)
{
  FOR_EACH_GROUP(g)
  {
    fw.groups[g] = (struct group){ .want = csg_out(g)->ack & CSG_REQ_STATE };
    csg_out(g)->status_state = 0;
  }
  for (u32 n = 0; n < STREAMS; n++)
    fw.streams[n] = (struct stream){ .phase = OFF };
  fw.idle_timing = IDLE_OFF;
  fw.idle_told = 0;
  fw.sample_toggle = 0;
}

void group_requests(u32 g)
{
  u32 req = csg_in(g)->req;
  u32 changed = req ^ csg_out(g)->ack;
  fw.groups[g].want = req & CSG_REQ_STATE;
  if (changed & CSG_REQ_ENDPOINT_CONFIG) {
    endpoints_apply(g);
    group_ack(g, CSG_REQ_ENDPOINT_CONFIG);
  }
  if (changed & CSG_REQ_STATUS_UPDATE) {
    group_status(g);
    FOR_EACH_STREAM(n, g)
    {
      if (fw.streams[n].phase != OFF)
        stream_status(n);
    }
    group_ack(g, CSG_REQ_STATUS_UPDATE);
  }
}

static void begin(u32 g, u32 resume)
{
  struct group *group = &fw.groups[g];
  u32 saved = 0;
  int sound = !resume || group_load_header(g, &saved);

  u8 want = group->want;
  *group = (struct group){ .phase = STARTING_UP, .want = want };
  CSG_CTRL(g) = csg_in(g)->config & CSG_CTRL_AS;
  endpoints_apply(g);
  power_want();
  FOR_EACH_STREAM(n, g)
  {
    u32 wanted = (cs_in(n)->req & CS_REQ_STATE) == CS_REQ_STATE_START;
    if (!wanted) {
      cs_out(n)->ack = cs_in(n)->req;
      continue;
    }
    stream_prepare(n);
    if (saved & BIT(slot_of(n)))
      stream_load(n);
    if (!sound) {
      /* The buffer is not what we saved: the work in it is lost. */
      fw.streams[n].dead = 1;
      cs_out(n)->fatal = 0x68; /* CSF_FW_INTERNAL_ERROR */
    }
    stream_run(n);
    if (!sound)
      stream_event(n, CS_REQ_FATAL);
  }
}

/* Status words stay: the host reads them after a suspend. */
static void terminate(u32 g)
{
  FOR_EACH_STREAM(n, g) stream_reset(n);
  fw.groups[g].phase = EMPTY;
  fw.groups[g].watched = 0;
  timer_disarm(TIMER_PROGRESS + g);
}

/* True when no stream of the group is in one of the phases `first`..`last`. */
static int none_in(u32 g, u32 first, u32 last)
{
  FOR_EACH_STREAM(n, g)
  {
    if (fw.streams[n].phase >= first && fw.streams[n].phase <= last)
      return 0;
  }
  return 1;
}

/* True when every stream can be saved and none has a command under way or to come. */
static int settled(u32 g)
{
  FOR_EACH_STREAM(n, g)
  {
    if (fw.streams[n].command || fw.streams[n].retry)
      return 0;
  }
  return none_in(g, STARTING, PREEMPTING);
}

static void suspended(u32 g)
{
  /* What came while the streams stopped is told before the slot is given back. */
  FOR_EACH_STREAM(n, g)
  {
    if (fw.streams[n].phase == FROZEN)
      stream_events(n);
  }
  group_status(g);
  FOR_EACH_STREAM(n, g)
  {
    if (fw.streams[n].phase == FROZEN)
      stream_status(n);
  }
  group_save(g);
  terminate(g);
  group_ack_state(g, CSG_REQ_STATE_SUSPEND);
}

static void step_empty(u32 g, u32 want)
{
  if (want == CSG_REQ_STATE_START || want == CSG_REQ_STATE_RESUME)
    begin(g, want == CSG_REQ_STATE_RESUME);
  else
    group_ack_state(g, want);
}

/* One state of the slot after the other; each step may open the next. */
void group_step(u32 g)
{
  struct group *group = &fw.groups[g];
  u32 want = group->want;
  u32 reached = csg_out(g)->ack & CSG_REQ_STATE;

  if (group->phase == EMPTY) {
    if (want == reached)
      return;
    step_empty(g, want);
  } else if (want == CSG_REQ_STATE_TERMINATE) {
    terminate(g);
    group_ack_state(g, CSG_REQ_STATE_TERMINATE);
    return;
  }

  FOR_EACH_STREAM(n, g)
  {
    if (fw.streams[n].phase != OFF)
      stream_step(n);
  }

  if (group->phase == STARTING_UP && none_in(g, STARTING, STARTING)) {
    group->phase = RUNNING;
    progress_watch(g);
    group_ack_state(g, want == CSG_REQ_STATE_SUSPEND ? CSG_REQ_STATE_START : want);
  }
  if (group->phase == RUNNING && want != reached && want != CSG_REQ_STATE_SUSPEND)
    group_ack_state(g, want);
  if (group->phase == RUNNING && want == CSG_REQ_STATE_SUSPEND)
    group->phase = WINDING_DOWN;
  if (group->phase == WINDING_DOWN) {
    FOR_EACH_STREAM(n, g)
    {
      if (fw.streams[n].phase == ON && stream_command(n, CS_CMD_STOP))
        fw.streams[n].phase = STOPPING;
    }
    if (none_in(g, STARTING, STOPPING))
      group->phase = FREEZING;
  }
  if (group->phase == FREEZING) {
    FOR_EACH_STREAM(n, g)
    {
      if (fw.streams[n].phase == HELD && stream_command(n, CS_CMD_PREEMPT))
        fw.streams[n].phase = PREEMPTING;
    }
    if (settled(g))
      suspended(g);
  }
}
