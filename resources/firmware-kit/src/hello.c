/* The smallest firmware a driver takes: publishes the interface, acknowledges requests and doorbells, runs nothing. */
#include "csf_interface.h"
#include "mali_mcu.h"
#include "types.h"

#define NVIC_ISER REG32(0xe000e100)
#define NVIC_ICPR REG32(0xe000e280)
#define BLOCK 0x100

/* The shared section at SHARED_BASE. Blocks lie where the words below say; only GLB_CONTROL has a fixed place. */
static struct {
  struct glb_control control;
  u8 gap[CSG_CONTROL_BASE - sizeof(struct glb_control)];
  u8 groups[GROUP_COUNT][BLOCK];
  struct glb_input in;
  struct glb_output out;
  struct csg_input csg_in[GROUP_COUNT];
  struct csg_output csg_out[GROUP_COUNT];
  struct cs_input cs_in[STREAM_COUNT];
  struct cs_output cs_out[STREAM_COUNT];
} shared __attribute__((section(".shared"), aligned(8)));

static void publish(void)
{
  for (u32 g = 0; g < GROUP_COUNT; g++) {
    struct csg_control *csg = (void *)shared.groups[g];
    *csg = (struct csg_control){ .input_va = (u32)&shared.csg_in[g], .output_va = (u32)&shared.csg_out[g] };
    csg->suspend_size = csg->protm_suspend_size = 0x1000;
    csg->stream_num = STREAMS_PER_GROUP;
    csg->stream_stride = sizeof(struct cs_control);
    for (u32 s = 0; s < STREAMS_PER_GROUP; s++) {
      struct cs_control *cs = (void *)&shared.groups[g][CS_CONTROL_BASE + s * sizeof(struct cs_control)];
      cs->features = 95 | 8 << CS_CONTROL_FEATURES_SCOREBOARDS_SHIFT | CS_CONTROL_FEATURES_COMPUTE;
      cs->input_va = (u32)&shared.cs_in[g * STREAMS_PER_GROUP + s];
      cs->output_va = (u32)&shared.cs_out[g * STREAMS_PER_GROUP + s];
    }
  }
  shared.control.input_va = (u32)&shared.in;
  shared.control.output_va = (u32)&shared.out;
  shared.control.group_num = GROUP_COUNT;
  shared.control.group_stride = BLOCK;
  shared.control.version = 1u << GLB_CONTROL_VERSION_MAJOR_SHIFT | 1u << GLB_CONTROL_VERSION_MINOR_SHIFT;
}

void __attribute__((noreturn)) hello(void)
{
  publish();
  for (const char *c = "hello from my own firmware\n"; *c; c++)
    LOG_CHAR = (u8)*c;
  NVIC_ISER = BIT(NVIC_DOORBELL_GLB);
  DB_MASK.lo = 1;
  DB_MASK.hi = 0;
  HOST_IRQ = BIT(JOB_INT_GLOBAL); /* booted */
  for (;;) {
    NVIC_ICPR = ~0u;
    DB_PENDING.lo = 1;
    DB_PENDING.hi = 0;
    if (shared.out.ack != shared.in.req) {
      shared.out.ack = shared.in.req; /* pings, timers, everything: done */
      if (shared.in.req & GLB_REQ_HALT)
        MCU_STATE = MCU_STATE_STATE_HALT;
      HOST_IRQ = BIT(JOB_INT_GLOBAL);
    }
    shared.out.doorbell_ack = shared.in.doorbell_req;
    __asm__ volatile("dsb\n\twfi" ::: "memory");
  }
}
