/**
 * Registers as CMSIS-SVD 1.3, for debuggers and code generators. One device: host blocks at offset 0 (add the base
 * of the platform), the MCU's private blocks at their addresses in the core's map. Fields that share bits, because a
 * command or the architecture chooses between them, become alternate registers, since SVD wants fields apart.
 */

import { hex } from '../../../base/bits.ts';
import type { BlockInfo } from '../blocks.ts';
import type { Access, Field, Register } from '../define.ts';
import { STREAM_COUNT, STREAM_STRIDE } from '../mcu-private.ts';
import { escapeXml, fieldRemarks, remarks } from './text.ts';

interface AccessText {
  readonly access: 'read-only' | 'write-only' | 'read-write';
  readonly write?: 'oneToClear' | 'oneToSet';
  readonly read?: 'clear';
}

const ACCESS: Readonly<Record<Access, AccessText>> = {
  RO: { access: 'read-only' },
  RW: { access: 'read-write' },
  WO: { access: 'write-only' },
  W1C: { access: 'read-write', write: 'oneToClear' },
  RW1S: { access: 'read-write', write: 'oneToSet' },
  RC: { access: 'read-only', read: 'clear' },
};

type Child = string | readonly Child[] | undefined;

/** An element whose content is text (escaped) or a list of elements. */
function element(name: string, content: string | readonly Child[]): readonly string[] {
  if (typeof content === 'string') return [`<${name}>${escapeXml(content)}</${name}>`];
  return [`<${name}>`, ...lines(content).map((line) => `  ${line}`), `</${name}>`];
}

function lines(children: readonly Child[]): string[] {
  return children.flatMap((child) => (child === undefined ? [] : typeof child === 'string' ? [child] : lines(child)));
}

export function exportSvd(blocks: readonly BlockInfo[]): string {
  const device = [
    element('vendor', 'Tyr Workbench'),
    element('name', 'Mali_G610'),
    element('version', '1.0'),
    element('description', 'Mali CSF GPU: host window at 0, private hardware of its MCU above 0x40000000'),
    element('cpu', [
      element('name', 'CM7'),
      element('revision', 'r1p2'),
      element('endian', 'little'),
      element('mpuPresent', 'true'),
      element('fpuPresent', 'false'),
      element('nvicPrioBits', '4'),
      element('vendorSystickConfig', 'false'),
    ]),
    element('addressUnitBits', '8'),
    element('width', '32'),
    element('size', '32'),
    element('access', 'read-write'),
    element('resetValue', '0x0'),
    element('resetMask', '0xffffffff'),
    element('peripherals', blocks.map(peripheral)),
  ];
  const head = `<?xml version="1.0" encoding="utf-8"?>
<device schemaVersion="1.3" xmlns:xs="http://www.w3.org/2001/XMLSchema-instance" xs:noNamespaceSchemaLocation="CMSIS-SVD.xsd">
`;
  return `${head}${lines(device)
    .map((line) => `  ${line}`)
    .join('\n')}\n</device>\n`;
}

function peripheral(block: BlockInfo): readonly string[] {
  const isStream = block.view === 'stream';
  return element('peripheral', [
    isStream ? dim(STREAM_COUNT, STREAM_STRIDE) : undefined,
    element('name', isStream ? `${block.name}[%s]` : block.name),
    element('description', block.doc),
    element('baseAddress', hex(block.base)),
    addressRuns(block).map(({ first, end }) =>
      element('addressBlock', [
        element('offset', hex(first)),
        element('size', hex(end - first)),
        element('usage', 'registers'),
      ]),
    ),
    element(
      'registers',
      // SVD has one reset value per array.
      block.registers.flatMap((r) => (r.init.resets === undefined ? [r] : r.elements())).map(registerElements),
    ),
  ]);
}

/** Stretches of the block without a gap, so that blocks which interleave do not overlap. */
function addressRuns(block: BlockInfo): readonly { first: number; end: number }[] {
  const runs: { first: number; end: number }[] = [];
  const all = block.registers.flatMap((r) => r.elements()).sort((a, b) => a.offset - b.offset);
  for (const { offset, width } of all) {
    const last = runs.at(-1);
    if (last !== undefined && last.end === offset) last.end = offset + width / 8;
    else runs.push({ first: offset, end: offset + width / 8 });
  }
  return runs;
}

function dim(count: number, stride: number): readonly Child[] {
  return [element('dim', String(count)), element('dimIncrement', hex(stride))];
}

function registerElements(register: Register): readonly Child[] {
  const [outer, inner] = register.dims;
  if (outer === undefined || inner === undefined) return variants(register).map((v) => registerElement(register, v));
  // Two dimensions: a cluster for the outer one.
  return [
    element('cluster', [
      dim(outer.count, outer.stride),
      element('name', `${register.name}_OF[%s]`),
      element('description', register.doc),
      element('addressOffset', hex(register.offset)),
      variants(register).map((v) => registerElement(register, v, { ...inner, offset: 0 })),
    ]),
  ];
}

interface Variant {
  /** Appended to the name of all but the first. */
  readonly suffix: string;
  readonly fields: readonly Field[];
}

const overlap = (a: Field, b: Field) => a.lsb < b.lsb + b.width && b.lsb < a.lsb + a.width;

/** The fields of a register in groups without overlap, the unconditional ones first. */
function variants(register: Register): readonly Variant[] {
  const main: Field[] = [];
  const rest: Field[] = [];
  for (const field of register.fields.filter((f) => f.when === undefined)) {
    (main.some((other) => overlap(field, other)) ? rest : main).push(field);
  }
  const result: Variant[] = [{ suffix: '', fields: main }];
  if (rest.length > 0) result.push({ suffix: '_ALT', fields: rest });
  const conditional = Map.groupBy(
    register.fields.filter((f) => f.when !== undefined),
    (f) => `${f.when?.field}=${f.when?.value}`,
  );
  for (const fields of conditional.values()) {
    const when = fields[0]?.when;
    const selector = when && register.find(when.field);
    if (when === undefined || selector === undefined) continue;
    result.push({ suffix: `_${selector.nameOf(when.value) ?? when.value}`, fields: [selector, ...fields] });
  }
  return result;
}

function registerElement(
  register: Register,
  variant: Variant,
  place: { offset: number; count: number; stride: number } | undefined = undefined,
): readonly string[] {
  const array = place ?? (register.isArray ? register : undefined);
  const plain = register.name.includes('{n}') ? register.name.replace('{n}', '%s') : register.name;
  const base = `${plain}${variant.suffix}`;
  const access = ACCESS[register.access];
  const mask = register.width === 64 ? '0xffffffffffffffff' : '0xffffffff';
  return element('register', [
    array && dim(array.count, array.stride),
    element('name', array === undefined || base.includes('%s') ? base : `${base}[%s]`),
    element('description', [register.doc, ...remarks(register).map((r) => `(${r})`)].join(' ')),
    variant.suffix === '' ? undefined : element('alternateRegister', plain),
    element('addressOffset', hex(place?.offset ?? register.offset)),
    element('size', String(register.width)),
    element('access', access.access),
    element('resetValue', hex(register.reset)),
    element('resetMask', mask),
    access.write && element('modifiedWriteValues', access.write),
    access.read && element('readAction', access.read),
    variant.fields.length === 0
      ? undefined
      : element(
          'fields',
          variant.fields.map((f) => fieldElement(register, f)),
        ),
  ]);
}

function fieldElement(register: Register, field: Field): readonly string[] {
  const access = ACCESS[field.access];
  const own = field.access !== register.access;
  const values = Object.entries(field.enum ?? {});
  return element('field', [
    element('name', field.name),
    element('description', [field.doc || field.name, ...fieldRemarks(register, field).map((r) => `(${r})`)].join(' ')),
    element('bitOffset', String(field.lsb)),
    element('bitWidth', String(field.width)),
    own ? element('access', access.access) : undefined,
    own ? access.write && element('modifiedWriteValues', access.write) : undefined,
    values.length === 0
      ? undefined
      : element(
          'enumeratedValues',
          values.map(([name, value]) =>
            element('enumeratedValue', [element('name', name), element('value', hex(value))]),
          ),
        ),
  ]);
}
