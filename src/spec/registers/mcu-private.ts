/**
 * The private hardware of the MCU, in one import: address map and constants, blocks at MCU_REG_BASE, and the
 * command-stream interface. See docs/registers.md for what the parts do together.
 */

export * from './mcu-private/layout.ts';
export * from './mcu-private/blocks.ts';
export * from './mcu-private/stream.ts';
