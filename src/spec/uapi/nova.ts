/**
 * The three calls of Nova's DRM driver (nova_drm.h; for testing, not stable): numbers, structs, parameters.
 */
import { ioctl } from './ioctls.ts';
import { layout } from './layout.ts';

export const novaGetparam = layout('drm_nova_getparam', 16, {
  param: ['u64', 0, 'in'],
  value: ['u64', 8, 'out'],
});

export const novaGemCreate = layout('drm_nova_gem_create', 16, {
  handle: ['u32', 0, 'out'],
  pad: ['u32', 4, 'in'],
  size: ['u64', 8, 'in'],
});

export const novaGemInfo = layout('drm_nova_gem_info', 16, {
  handle: ['u32', 0, 'in'],
  pad: ['u32', 4, 'in'],
  size: ['u64', 8, 'out'],
});

/** Values of `param`. */
export const NOVA_PARAM = { VRAM_BAR_SIZE: 1 } as const;

export const NOVA_IOCTLS = {
  GETPARAM: ioctl('DRM_IOCTL_NOVA_GETPARAM', 0x40, 'RW', novaGetparam, ['RENDER_ALLOW']),
  GEM_CREATE: ioctl('DRM_IOCTL_NOVA_GEM_CREATE', 0x41, 'RW', novaGemCreate, ['AUTH', 'RENDER_ALLOW']),
  GEM_INFO: ioctl('DRM_IOCTL_NOVA_GEM_INFO', 0x42, 'RW', novaGemInfo, ['AUTH', 'RENDER_ALLOW']),
} as const;
