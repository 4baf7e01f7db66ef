/*
 * Endpoints, core power and timers. Cores are wanted on when a group starts or a job finds none, and given up when
 * no job has come for the power-off time. The progress timer watches a group that has jobs: no task ended over a
 * whole period although cores were at work is reported; waiting for cores is not.
 */
#include "firmware.h"

#define CLASSES 3
#define TIMER_WORD_TICKS GLB_INPUT_POWEROFF_TIMER_TIMEOUT
#define TIMER_WORD_CYCLES GLB_INPUT_POWEROFF_TIMER_SOURCE

/* Bits of CSG_EP_LIMIT that exist. */
#define ENDPOINT_BITS 0xf03fffffu

static void arm(u32 t, u32 source, u64 at)
{
  TIMER_CTRL(t) = 0;
  put64(&TIMER_CMP(t), at);
  TIMER_CTRL(t) = TIMER_CTRL_EN | source;
}

/* `word` as POWEROFF_TIMER and IDLE_TIMER carry it. */
void timer_arm(u32 t, u32 word)
{
  u64 ticks = (u64)(word & TIMER_WORD_TICKS) * TIMER_UNIT_TICKS;
  if (word & TIMER_WORD_CYCLES)
    timer_arm_cycles(t, ticks);
  else
    arm(t, 0, get64(&TIME_STAMP) + ticks);
}

void timer_arm_cycles(u32 t, u64 cycles)
{
  arm(t, TIMER_CTRL_SRC, get64(&TIME_CYCLES) + cycles);
}

/* Off, and what it may have fired is forgotten. */
void timer_disarm(u32 t)
{
  TIMER_CTRL(t) = 0;
  TIMER_EVENT = BIT(t);
}

void endpoints_apply(u32 g)
{
  struct csg_input *in = csg_in(g);
  put64(&CSG_EP_COMPUTE(g), get64(&in->allow_compute) & fw.core_mask);
  put64(&CSG_EP_FRAGMENT(g), get64(&in->allow_fragment) & fw.core_mask);
  put64(&CSG_EP_TILER(g), in->allow_other);
  CSG_EP_LIMIT(g) = in->endpoint_req & ENDPOINT_BITS;
}

static void wants(u64 shaders, u64 tilers)
{
  put64(&PWR_SHADER_WANT, shaders);
  put64(&PWR_TILER_WANT, tilers);
}

/* Cores on; if no job comes the timer takes them away again. */
void power_want(void)
{
  wants(fw.core_mask & get64(&GPU_SHADER_PRESENT), get64(&GPU_TILER_PRESENT));
  timer_arm(TIMER_POWER, fw.poweroff_timer);
}

void power_events(u32 events)
{
  static const u32 inactive[CLASSES] = {
    GLB_REQ_INACTIVE_COMPUTE,
    GLB_REQ_INACTIVE_FRAGMENT,
    GLB_REQ_INACTIVE_TILER,
  };
  u32 idle = FIELD(EP_EVENT_IDLE, events);
  for (u32 c = 0; c < CLASSES; c++)
    if (idle & BIT(c))
      global_event(inactive[c]);
  if (events & EP_EVENT_STARVED)
    power_want();
  else if (!EP_ACTIVE)
    timer_arm(TIMER_POWER, fw.poweroff_timer);
}

void power_timer(void)
{
  if (!EP_ACTIVE)
    wants(0, 0);
}

/* Classes that have cores at work for the group. */
static u32 classes_at_work(u32 g)
{
  u32 current = CSG_EP_CURRENT(g);
  return (current & CSG_EP_CURRENT_COMPUTE ? 1u : 0u) | (current & CSG_EP_CURRENT_FRAGMENT ? 2u : 0u) |
         (current & CSG_EP_CURRENT_TILER ? 4u : 0u);
}

/* Begins a period, unless one runs. */
void progress_watch(u32 g)
{
  struct group *group = &fw.groups[g];
  if (group->phase != RUNNING || !fw.progress_timer) {
    timer_disarm(TIMER_PROGRESS + g);
    group->watched = 0;
    return;
  }
  if (group->watched)
    return;
  group->watched = 1;
  group->cores = (u8)classes_at_work(g);
  for (u32 c = 0; c < CLASSES; c++)
    group->tasks[c] = CSG_TASKS(g, c);
  timer_arm_cycles(TIMER_PROGRESS + g, (u64)fw.progress_timer * TIMER_UNIT_TICKS);
}

/* A period ended. */
void progress_timer(u32 g)
{
  struct group *group = &fw.groups[g];
  u32 state = CSG_STATE(g);
  u32 suspects = FIELD(CSG_STATE_CLASSES, state) & group->cores & classes_at_work(g);
  if (!group->watched)
    return;
  group->watched = 0;
  for (u32 c = 0; c < CLASSES; c++) {
    if (!(suspects & BIT(c)) || CSG_TASKS(g, c) != group->tasks[c])
      continue;
    csg_out(g)->resource_dep = c;
    group_event(g, CSG_REQ_PROGRESS_TIMER_EVENT);
    log_value(LOG_ERROR, "no progress in group ", g);
    break;
  }
  /* A group at rest needs no watch: the next BUSY begins one. */
  if (FIELD(CSG_STATE_STARTED, state) & ~FIELD(CSG_STATE_QUIET, state))
    progress_watch(g);
}
