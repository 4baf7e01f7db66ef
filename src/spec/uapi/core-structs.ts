/**
 * Argument structs of the DRM core calls a render node answers (include/uapi/drm/drm.h of Linux 7.2, 64-bit
 * callers). Field names are the header's.
 */
import { layout } from './layout.ts';

export const version = layout('drm_version', 64, {
  version_major: ['s32', 0, 'out'],
  version_minor: ['s32', 4, 'out'],
  version_patchlevel: ['s32', 8, 'out'],
  name_len: ['usize', 16, 'inout'],
  name: ['ptr', 24, 'in'],
  date_len: ['usize', 32, 'inout'],
  date: ['ptr', 40, 'in'],
  desc_len: ['usize', 48, 'inout'],
  desc: ['ptr', 56, 'in'],
});

export const gemClose = layout('drm_gem_close', 8, {
  handle: ['u32', 0, 'in'],
  pad: ['u32', 4, 'in'],
});

export const gemChangeHandle = layout('drm_gem_change_handle', 8, {
  handle: ['u32', 0, 'in'],
  new_handle: ['u32', 4, 'in'],
});

export const getCap = layout('drm_get_cap', 16, {
  capability: ['u64', 0, 'in'],
  value: ['u64', 8, 'out'],
});

export const setClientName = layout('drm_set_client_name', 16, {
  name_len: ['u64', 0, 'in'],
  name: ['u64', 8, 'in'],
});

export const primeHandle = layout('drm_prime_handle', 12, {
  handle: ['u32', 0, 'inout'],
  flags: ['u32', 4, 'in'],
  fd: ['s32', 8, 'inout'],
});

export const syncobjCreate = layout('drm_syncobj_create', 8, {
  handle: ['u32', 0, 'out'],
  flags: ['u32', 4, 'in'],
});

export const syncobjDestroy = layout('drm_syncobj_destroy', 8, {
  handle: ['u32', 0, 'in'],
  pad: ['u32', 4, 'in'],
});

export const syncobjHandle = layout(
  'drm_syncobj_handle',
  24,
  {
    handle: ['u32', 0, 'inout'],
    flags: ['u32', 4, 'in'],
    fd: ['s32', 8, 'inout'],
    pad: ['u32', 12, 'in'],
    point: ['u64', 16, 'in'],
  },
  16,
);

export const syncobjTransfer = layout('drm_syncobj_transfer', 32, {
  src_handle: ['u32', 0, 'in'],
  dst_handle: ['u32', 4, 'in'],
  src_point: ['u64', 8, 'in'],
  dst_point: ['u64', 16, 'in'],
  flags: ['u32', 24, 'in'],
  pad: ['u32', 28, 'in'],
});

export const syncobjWait = layout(
  'drm_syncobj_wait',
  40,
  {
    handles: ['u64', 0, 'in'],
    timeout_nsec: ['s64', 8, 'in'],
    count_handles: ['u32', 16, 'in'],
    flags: ['u32', 20, 'in'],
    first_signaled: ['u32', 24, 'out'],
    pad: ['u32', 28, 'in'],
    deadline_nsec: ['u64', 32, 'in'],
  },
  32,
);

export const syncobjTimelineWait = layout(
  'drm_syncobj_timeline_wait',
  48,
  {
    handles: ['u64', 0, 'in'],
    points: ['u64', 8, 'in'],
    timeout_nsec: ['s64', 16, 'in'],
    count_handles: ['u32', 24, 'in'],
    flags: ['u32', 28, 'in'],
    first_signaled: ['u32', 32, 'out'],
    pad: ['u32', 36, 'in'],
    deadline_nsec: ['u64', 40, 'in'],
  },
  40,
);

export const syncobjEventfd = layout('drm_syncobj_eventfd', 24, {
  handle: ['u32', 0, 'in'],
  flags: ['u32', 4, 'in'],
  point: ['u64', 8, 'in'],
  fd: ['s32', 16, 'in'],
  pad: ['u32', 20, 'in'],
});

export const syncobjArray = layout('drm_syncobj_array', 16, {
  handles: ['u64', 0, 'in'],
  count_handles: ['u32', 8, 'in'],
  pad: ['u32', 12, 'in'],
});

export const syncobjTimelineArray = layout('drm_syncobj_timeline_array', 24, {
  handles: ['u64', 0, 'in'],
  points: ['u64', 8, 'in'],
  count_handles: ['u32', 16, 'in'],
  flags: ['u32', 20, 'in'],
});
