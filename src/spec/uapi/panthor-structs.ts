/**
 * Argument structs of the Panthor interface (include/uapi/drm/panthor_drm.h, driver version 1.9): offsets, types
 * and which side fills each field. Field names are the header's.
 */
import { layout } from './layout.ts';

export const panthorObjArray = layout('drm_panthor_obj_array', 16, {
  stride: ['u32', 0, 'in'],
  count: ['u32', 4, 'in'],
  array: ['u64', 8, 'in'],
});

export const panthorSyncOp = layout('drm_panthor_sync_op', 16, {
  flags: ['u32', 0, 'in'],
  handle: ['u32', 4, 'in'],
  timeline_value: ['u64', 8, 'in'],
});

export const panthorDevQuery = layout('drm_panthor_dev_query', 16, {
  type: ['u32', 0, 'in'],
  size: ['u32', 4, 'inout'],
  pointer: ['u64', 8, 'in'],
});

export const panthorVmCreate = layout('drm_panthor_vm_create', 16, {
  flags: ['u32', 0, 'in'],
  id: ['u32', 4, 'out'],
  user_va_range: ['u64', 8, 'inout'],
});

export const panthorVmDestroy = layout('drm_panthor_vm_destroy', 8, {
  id: ['u32', 0, 'in'],
  pad: ['u32', 4, 'in'],
});

export const panthorVmBindOp = layout('drm_panthor_vm_bind_op', 48, {
  flags: ['u32', 0, 'in'],
  bo_handle: ['u32', 4, 'in'],
  bo_offset: ['u64', 8, 'in'],
  va: ['u64', 16, 'in'],
  size: ['u64', 24, 'in'],
  syncs: [panthorObjArray, 32, 'in'],
});

export const panthorVmBind = layout('drm_panthor_vm_bind', 24, {
  vm_id: ['u32', 0, 'in'],
  flags: ['u32', 4, 'in'],
  ops: [panthorObjArray, 8, 'inout'],
});

export const panthorVmGetState = layout('drm_panthor_vm_get_state', 8, {
  vm_id: ['u32', 0, 'in'],
  state: ['u32', 4, 'out'],
});

export const panthorBoCreate = layout('drm_panthor_bo_create', 24, {
  size: ['u64', 0, 'inout'],
  flags: ['u32', 8, 'in'],
  exclusive_vm_id: ['u32', 12, 'in'],
  handle: ['u32', 16, 'out'],
  pad: ['u32', 20, 'in'],
});

export const panthorBoMmapOffset = layout('drm_panthor_bo_mmap_offset', 16, {
  handle: ['u32', 0, 'in'],
  pad: ['u32', 4, 'in'],
  offset: ['u64', 8, 'out'],
});

export const panthorQueueCreate = layout('drm_panthor_queue_create', 8, {
  priority: ['u8', 0, 'in'],
  pad: ['u8[3]', 1, 'in'],
  ringbuf_size: ['u32', 4, 'in'],
});

export const panthorGroupCreate = layout('drm_panthor_group_create', 56, {
  queues: [panthorObjArray, 0, 'in'],
  max_compute_cores: ['u8', 16, 'in'],
  max_fragment_cores: ['u8', 17, 'in'],
  max_tiler_cores: ['u8', 18, 'in'],
  priority: ['u8', 19, 'in'],
  pad: ['u32', 20, 'in'],
  compute_core_mask: ['u64', 24, 'in'],
  fragment_core_mask: ['u64', 32, 'in'],
  tiler_core_mask: ['u64', 40, 'in'],
  vm_id: ['u32', 48, 'in'],
  group_handle: ['u32', 52, 'out'],
});

export const panthorGroupDestroy = layout('drm_panthor_group_destroy', 8, {
  group_handle: ['u32', 0, 'in'],
  pad: ['u32', 4, 'in'],
});

export const panthorQueueSubmit = layout('drm_panthor_queue_submit', 40, {
  queue_index: ['u32', 0, 'in'],
  stream_size: ['u32', 4, 'in'],
  stream_addr: ['u64', 8, 'in'],
  latest_flush: ['u32', 16, 'in'],
  pad: ['u32', 20, 'in'],
  syncs: [panthorObjArray, 24, 'in'],
});

export const panthorGroupSubmit = layout('drm_panthor_group_submit', 24, {
  group_handle: ['u32', 0, 'in'],
  pad: ['u32', 4, 'in'],
  queue_submits: [panthorObjArray, 8, 'in'],
});

export const panthorGroupGetState = layout('drm_panthor_group_get_state', 16, {
  group_handle: ['u32', 0, 'in'],
  state: ['u32', 4, 'out'],
  fatal_queues: ['u32', 8, 'out'],
  pad: ['u32', 12, 'in'],
});

export const panthorTilerHeapCreate = layout('drm_panthor_tiler_heap_create', 40, {
  vm_id: ['u32', 0, 'in'],
  initial_chunk_count: ['u32', 4, 'in'],
  chunk_size: ['u32', 8, 'in'],
  max_chunks: ['u32', 12, 'in'],
  target_in_flight: ['u32', 16, 'in'],
  handle: ['u32', 20, 'out'],
  tiler_heap_ctx_gpu_va: ['u64', 24, 'out'],
  first_heap_chunk_gpu_va: ['u64', 32, 'out'],
});

export const panthorTilerHeapDestroy = layout('drm_panthor_tiler_heap_destroy', 8, {
  handle: ['u32', 0, 'in'],
  pad: ['u32', 4, 'in'],
});

export const panthorBoSetLabel = layout('drm_panthor_bo_set_label', 16, {
  handle: ['u32', 0, 'in'],
  pad: ['u32', 4, 'in'],
  label: ['u64', 8, 'in'],
});

export const panthorSetUserMmioOffset = layout('drm_panthor_set_user_mmio_offset', 8, {
  offset: ['u64', 0, 'in'],
});

export const panthorBoSyncOp = layout('drm_panthor_bo_sync_op', 24, {
  handle: ['u32', 0, 'in'],
  type: ['u32', 4, 'in'],
  offset: ['u64', 8, 'in'],
  size: ['u64', 16, 'in'],
});

export const panthorBoSync = layout('drm_panthor_bo_sync', 16, {
  ops: [panthorObjArray, 0, 'in'],
});

export const panthorBoQueryInfo = layout('drm_panthor_bo_query_info', 16, {
  handle: ['u32', 0, 'in'],
  extra_flags: ['u32', 4, 'out'],
  create_flags: ['u32', 8, 'out'],
  pad: ['u32', 12, 'inout'],
});

export const panthorGpuInfo = layout(
  'drm_panthor_gpu_info',
  112,
  {
    gpu_id: ['u32', 0, 'out'],
    gpu_rev: ['u32', 4, 'out'],
    csf_id: ['u32', 8, 'out'],
    l2_features: ['u32', 12, 'out'],
    tiler_features: ['u32', 16, 'out'],
    mem_features: ['u32', 20, 'out'],
    mmu_features: ['u32', 24, 'out'],
    thread_features: ['u32', 28, 'out'],
    max_threads: ['u32', 32, 'out'],
    thread_max_workgroup_size: ['u32', 36, 'out'],
    thread_max_barrier_size: ['u32', 40, 'out'],
    coherency_features: ['u32', 44, 'out'],
    texture_features: ['u32[4]', 48, 'out'],
    as_present: ['u32', 64, 'out'],
    selected_coherency: ['u32', 68, 'out'],
    shader_present: ['u64', 72, 'out'],
    l2_present: ['u64', 80, 'out'],
    tiler_present: ['u64', 88, 'out'],
    core_features: ['u32', 96, 'out'],
    pad: ['u32', 100, 'out'],
    gpu_features: ['u64', 104, 'out'],
  },
  96,
);

export const panthorCsifInfo = layout('drm_panthor_csif_info', 24, {
  csg_slot_count: ['u32', 0, 'out'],
  cs_slot_count: ['u32', 4, 'out'],
  cs_reg_count: ['u32', 8, 'out'],
  scoreboard_slot_count: ['u32', 12, 'out'],
  unpreserved_cs_reg_count: ['u32', 16, 'out'],
  pad: ['u32', 20, 'out'],
});

export const panthorTimestampInfo = layout(
  'drm_panthor_timestamp_info',
  56,
  {
    timestamp_frequency: ['u64', 0, 'out'],
    current_timestamp: ['u64', 8, 'out'],
    timestamp_offset: ['u64', 16, 'out'],
    flags: ['u32', 24, 'inout'],
    duration_nsec: ['u32', 28, 'out'],
    cycle_count: ['u64', 32, 'out'],
    cpu_timestamp_sec: ['u64', 40, 'out'],
    cpu_timestamp_nsec: ['u64', 48, 'out'],
  },
  16,
);

export const panthorGroupPrioritiesInfo = layout('drm_panthor_group_priorities_info', 4, {
  allowed_mask: ['u8', 0, 'out'],
  pad: ['u8[3]', 1, 'out'],
});

export const panthorMmuInfo = layout('drm_panthor_mmu_info', 8, {
  page_size_bitmap: ['u64', 0, 'out'],
});
