/** Registers as JSON: everything the tables know, arrays folded, numbers as numbers. */

import type { BlockInfo } from '../blocks.ts';
import type { Field, Register } from '../define.ts';

export function exportJson(blocks: readonly BlockInfo[]): string {
  return `${JSON.stringify(
    blocks.map(({ registers, ...block }) => ({ ...block, registers: registers.map(registerJson) })),
    undefined,
    2,
  )}\n`;
}

function registerJson(register: Register) {
  const { arch, resets, resetFrom, writeWhen } = register.init;
  return {
    name: register.name,
    key: register.key,
    offset: register.offset,
    width: register.width,
    access: register.access,
    reset: register.reset,
    resets,
    resetFrom,
    dims: register.isArray ? register.dims : undefined,
    arch,
    origin: register.origin,
    writeWhen,
    doc: register.doc,
    fields: register.fields.map(fieldJson),
  };
}

function fieldJson(field: Field) {
  const { name, lsb, width, access, doc, when, arch, origin } = field;
  return { name, lsb, width, access, enum: field.enum, when, arch, origin, doc };
}
