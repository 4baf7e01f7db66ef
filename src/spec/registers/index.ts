/**
 * Everything about registers in one import: the blocks, look-up by name and address, decoding, access masks.
 * `host` blocks are what the driver sees; `mcu` and `stream` blocks are the private hardware behind the firmware.
 */

export * from './blocks.ts';
export * from './csf-user.ts';
export * from './decode.ts';
export * from './define.ts';
export * from './doorbell.ts';
export * from './gpu-control.ts';
export * from './ipa-control.ts';
export * from './job-control.ts';
export * from './lookup.ts';
export * from './mcu-control.ts';
export * from './mcu-private.ts';
export * from './mmu.ts';
export * from './names.ts';
export * from './power.ts';
export * from './pwr-control.ts';
