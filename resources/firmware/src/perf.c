/*
 * Performance counter samples: the host gives a ring of samples in some address space, hardware writes each one,
 * we count them. Also the events that only end a wait.
 */
#include "firmware.h"

#define SAMPLE_BYTES ((u64)FIELD(HW_CFG2_PRF_BLOCKS, HW_CFG2) * 256)

static u32 ring_size(void)
{
  return FIELD(GLB_INPUT_PERFCNT_CONFIG_SIZE, glb_in()->perfcnt_config);
}

void perf_enable(u32 on)
{
  struct glb_input *in = glb_in();
  if (!on) {
    PRF_CTRL = 0;
    return;
  }
  PRF_CTRL = PRF_CTRL_EN | (in->perfcnt_as & GLB_INPUT_PERFCNT_AS_AS) << PRF_CTRL_AS_SHIFT;
  PRF_ENABLE = (in->perfcnt_csf_enable ? PRF_ENABLE_CSF : 0) | (in->perfcnt_mmu_l2_enable ? PRF_ENABLE_MEM : 0) |
               (in->perfcnt_tiler_enable ? PRF_ENABLE_TILER : 0) |
               (in->perfcnt_shader_enable ? PRF_ENABLE_SHADER : 0);
  glb_out()->perfcnt_insert = in->perfcnt_extract;
}

/* Starts a sample; its end acknowledges the request. */
void perf_sample(void)
{
  struct glb_input *in = glb_in();
  struct glb_output *out = glb_out();
  u32 insert = out->perfcnt_insert;
  u32 size = ring_size();
  if (fw.sample_toggle)
    return;
  out->perfcnt_status = 0;
  if (!(PRF_CTRL & PRF_CTRL_EN) || !size) {
    out->perfcnt_status = GLB_OUTPUT_PERFCNT_STATUS_FAILED;
    global_ack(GLB_REQ_PERFCNT_SAMPLE);
    return;
  }
  if (insert - in->perfcnt_extract >= size) {
    global_event(GLB_REQ_PERFCNT_OVERFLOW);
    global_ack(GLB_REQ_PERFCNT_SAMPLE);
    return;
  }
  fw.sample_toggle = 1;
  put64(&PRF_DST, get64(&in->perfcnt_base) + insert % size * SAMPLE_BYTES);
  PRF_CMD = PRF_CMD_SAMPLE;
}

static void sample_ended(u32 events)
{
  struct glb_output *out = glb_out();
  if (!fw.sample_toggle)
    return;
  fw.sample_toggle = 0;
  if (events & PRF_EVENT_FAIL)
    out->perfcnt_status |= GLB_OUTPUT_PERFCNT_STATUS_FAILED;
  else
    out->perfcnt_insert++;
  if (out->perfcnt_insert - glb_in()->perfcnt_extract >= (ring_size() + 1) / 2)
    global_event(GLB_REQ_PERFCNT_THRESHOLD);
  global_ack(GLB_REQ_PERFCNT_SAMPLE);
}

/* Power, cache and counter events; returns them. */
u32 misc_events(void)
{
  u32 power = PWR_EVENT;
  u32 cache = CACHE_EVENT;
  u32 counters = PRF_EVENT;
  if (power) {
    PWR_EVENT = power;
    if (power & PWR_EVENT_SHADER)
      glb_out()->perfcnt_status |= get64(&PWR_SHADER_WANT) ? GLB_OUTPUT_PERFCNT_STATUS_POWER_ON
                                                           : GLB_OUTPUT_PERFCNT_STATUS_POWER_OFF;
  }
  if (cache)
    CACHE_EVENT = cache;
  if (counters) {
    PRF_EVENT = counters;
    sample_ended(counters);
  }
  return power | cache | counters;
}
