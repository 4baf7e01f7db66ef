/*
 * The global interface: what we publish at boot, and the requests in GLB_REQ. A toggle is acknowledged by copying
 * its bit once the work is done, a level by following it; events go the other way and are never copied here.
 */
#include "firmware.h"

#define LEVELS (GLB_REQ_HALT | GLB_REQ_PERFCNT_EN | GLB_REQ_COUNTER_EN | GLB_REQ_IDLE_EN | GLB_REQ_ITER_TRACE_EN)
#define VA(pointer) ((u32)(pointer))

/* Copies bits of req into ack and tells the host when it asked for that. */
void global_ack(u32 bits)
{
  u32 ack = glb_out()->ack;
  u32 changed = (glb_in()->req ^ ack) & bits;
  glb_out()->ack = ack ^ changed;
  if (changed & glb_in()->ack_irq_mask)
    raise_event(BIT(JOB_INT_GLOBAL));
}

/* Flips an event bit; while the last one is not acknowledged the host looks anyway. */
void global_event(u32 bit)
{
  if ((glb_in()->req ^ glb_out()->ack) & bit)
    return;
  glb_out()->ack ^= bit;
  if (glb_in()->ack_irq_mask & bit)
    raise_event(BIT(JOB_INT_GLOBAL));
}

static void publish_group(u32 g, u32 cs_features)
{
  struct csg_control_block *block = &shared.groups[g];
  block->csg.features = 0;
  block->csg.input_va = VA(csg_in(g));
  block->csg.output_va = VA(csg_out(g));
  block->csg.suspend_size = SUSPEND_SIZE;
  block->csg.protm_suspend_size = PROTM_SUSPEND_SIZE;
  block->csg.stream_num = FIELD(HW_CFG0_STREAMS, HW_CFG0);
  block->csg.stream_stride = sizeof(struct cs_control);
  FOR_EACH_STREAM(n, g)
  {
    struct cs_control *cs = &block->cs[slot_of(n)];
    cs->features = cs_features;
    cs->input_va = VA(cs_in(n));
    cs->output_va = VA(cs_out(n));
  }
}

/* Fills the control blocks and forgets everything; the version goes last. */
void init_interface(void)
{
  u32 shape = HW_CFG0;
  u32 features = HW_CFG2;
  u32 classes = features & (HW_CFG2_COMPUTE | HW_CFG2_FRAGMENT | HW_CFG2_TILER);
  u32 cs_features = (FIELD(HW_CFG0_CS_REGS, shape) - 1) << CS_CONTROL_FEATURES_WORK_REGS_SHIFT |
                    FIELD(HW_CFG0_SCOREBOARDS, shape) << CS_CONTROL_FEATURES_SCOREBOARDS_SHIFT |
                    classes * CS_CONTROL_FEATURES_COMPUTE;

  fw = (struct state){ .core_mask = get64(&GPU_SHADER_PRESENT), .log_level = fw.log_level };
  shared.glb_out.ack = 0;
  shared.glb_out.doorbell_ack = 0;
  shared.glb_out.halt_status = 0;
  shared.control.features = 0;
  shared.control.input_va = VA(glb_in());
  shared.control.output_va = VA(glb_out());
  shared.control.group_num = FIELD(HW_CFG0_GROUPS, shape);
  shared.control.group_stride = sizeof(struct csg_control_block);
  shared.control.perfcnt_size = FIELD(HW_CFG2_PRF_BLOCKS, features);
  shared.control.instr_features = 0;
  FOR_EACH_GROUP(g) publish_group(g, cs_features);
  shared.control.version = INTERFACE_VERSION;
}

static void count_enable(u32 on)
{
  TIME_CTRL = on ? TIME_CTRL_COUNT_EN : 0;
}

/* Brings hardware that a boot has reset to the levels the host holds; used by a warm start. */
void apply_levels(u32 req)
{
  count_enable(req & GLB_REQ_COUNTER_EN);
  perf_enable(req & GLB_REQ_PERFCNT_EN);
  global_ack(LEVELS);
}

static void config_update(void)
{
  fw.log_level = (u8)tunables.log_level;
}

/* `changed`: bits in which req differs from ack. */
void global_requests(u32 changed)
{
  u32 req = glb_in()->req;
  u32 done = changed & LEVELS;

  if (changed & GLB_REQ_HALT)
    fw.halted = req & GLB_REQ_HALT;
  if (changed & GLB_REQ_CFG_PROGRESS_TIMER) {
    fw.progress_timer = glb_in()->progress_timer;
    FOR_EACH_GROUP(g)
    {
      /* Periods begun with the old time are void. */
      fw.groups[g].watched = 0;
      progress_watch(g);
    }
    done |= GLB_REQ_CFG_PROGRESS_TIMER;
  }
  if (changed & GLB_REQ_CFG_ALLOC_EN) {
    fw.core_mask = get64(&glb_in()->core_en_mask);
    FOR_EACH_GROUP(g)
    {
      if (fw.groups[g].phase != EMPTY)
        endpoints_apply(g);
    }
    done |= GLB_REQ_CFG_ALLOC_EN;
  }
  if (changed & GLB_REQ_CFG_POWEROFF_TIMER) {
    fw.poweroff_timer = glb_in()->poweroff_timer;
    done |= GLB_REQ_CFG_POWEROFF_TIMER;
  }
  if (changed & GLB_REQ_COUNTER_EN)
    count_enable(req & GLB_REQ_COUNTER_EN);
  if (changed & GLB_REQ_PERFCNT_EN)
    perf_enable(req & GLB_REQ_PERFCNT_EN);
  if (changed & GLB_REQ_PERFCNT_SAMPLE)
    perf_sample(); /* acknowledged when the sample is written */
  if (changed & GLB_REQ_PING)
    done |= GLB_REQ_PING;
  if (changed & GLB_REQ_FWCFG_UPDATE) {
    config_update();
    done |= GLB_REQ_FWCFG_UPDATE;
  }
  if (changed & req & GLB_REQ_IDLE_EN)
    fw.idle_timer = glb_in()->idle_timer;
  /* PROTM_ENTER and SLEEP stay unacknowledged: there is no protected mode, and sleep is not supported. */
  if (done)
    global_ack(done);
}
