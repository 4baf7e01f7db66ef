/**
 * The register tree from the specification: spaces, blocks, arrays, registers, fields. Built once; the 64 stream
 * interfaces when they are opened. With a search, the matching registers under their blocks. Pure.
 */
import {
  hostBlocks,
  mcuBlocks,
  STREAM_COUNT,
  streamBlocks,
  type BlockInfo,
  type Field,
  type Register,
} from '../../../spec/registers/index.ts';
import type { TreeNode } from '../../components/tree-rows.ts';
import { globToRegExp } from '../../components/filter.ts';
import { placeOf, type RegisterPlace } from '../../lib/registers.ts';

export type RegisterNode =
  | { readonly kind: 'group'; readonly title: string; readonly doc: string; readonly count: number }
  | { readonly kind: 'register'; readonly place: RegisterPlace }
  | { readonly kind: 'field'; readonly place: RegisterPlace; readonly field: Field };

type Node = TreeNode<RegisterNode>;

export const registerId = (name: string) => `r ${name}`;
export const fieldId = (name: string, field: string) => `f ${name}.${field}`;

/** Name of a node for finding it by typing and for screen readers. */
export function nodeName(node: Node): string {
  const { data } = node;
  if (data.kind === 'group') return data.title;
  return data.kind === 'field' ? data.field.name : data.place.register.name;
}

function registerNode(register: Register, stream: number): Node {
  const place = placeOf(register, stream);
  const id = registerId(place.name);
  if (register.fields.length === 0) return { id, data: { kind: 'register', place } };
  const children = () =>
    register.fields.map((field): Node => {
      return { id: fieldId(place.name, field.name), data: { kind: 'field', place, field } };
    });
  return { id, data: { kind: 'register', place }, children };
}

function arrayNode(register: Register, stream: number, prefix: string): Node {
  if (!register.isArray) return registerNode(register, stream);
  const elements = Array.from({ length: register.count }, (_, i) => register.at(i));
  return {
    id: `a ${prefix}${register.name}`,
    data: { kind: 'group', title: register.name, doc: register.doc, count: register.count },
    children: () => elements.map((e) => arrayNode(e, stream, prefix)),
  };
}

function blockNode(block: BlockInfo, stream = 0, title = block.name): Node {
  const prefix = block.view === 'stream' ? `CS${stream}.` : '';
  return {
    id: `b ${title}`,
    data: { kind: 'group', title, doc: block.doc, count: block.registers.length },
    children: () => block.registers.map((r) => arrayNode(r, stream, prefix)),
  };
}

function streamNodes(): readonly Node[] {
  const [block] = streamBlocks;
  if (block === undefined) return [];
  return Array.from({ length: STREAM_COUNT }, (_, n) => blockNode(block, n, `CS${n}`));
}

/** The whole tree: what the driver sees first, then what only the MCU sees. */
export const registerTree: readonly Node[] = [
  ...hostBlocks.map((b) => blockNode(b)),
  ...mcuBlocks.map((b) => blockNode(b)),
  {
    id: 'streams',
    data: { kind: 'group', title: 'MCU_CS', doc: 'Command-stream interfaces, seen by the MCU', count: STREAM_COUNT },
    children: streamNodes,
  },
];

/** Nodes that are open at first. */
export const OPEN_AT_FIRST: readonly string[] = ['b GPU_CONTROL'];

/** Branches to open so that a register (or a field of it) can be seen, outermost first. */
export function pathTo(place: RegisterPlace, withFields: boolean): readonly string[] {
  const { register } = place;
  const stream = /^CS(\d+)\./.exec(place.name)?.[1];
  const path = stream === undefined ? [`b ${register.block}`] : ['streams', `b CS${stream}`];
  const prefix = stream === undefined ? '' : `CS${stream}.`;
  if (register.indices.length > 0) {
    const array = baseOf(register);
    for (let depth = 0; depth < register.indices.length; depth++) {
      const [first, ...rest] = register.indices.slice(0, depth);
      path.push(`a ${prefix}${first === undefined ? array.name : array.at(first, ...rest).name}`);
    }
  }
  return withFields ? [...path, registerId(place.name)] : path;
}

function baseOf(register: Register): Register {
  const block = [...hostBlocks, ...mcuBlocks, ...streamBlocks].find((b) => b.name === register.block);
  return block?.registers.find((r) => r.key === register.key) ?? register;
}

export interface Found {
  readonly roots: readonly Node[];
  /** Registers found, and registers searched. */
  readonly found: number;
  readonly searched: number;
  /** Branches to show open. */
  readonly open: ReadonlySet<string>;
}

/**
 * Registers whose name, or a field of which, has all the words typed. A word may hold * and ?; `0x24` finds the
 * register at that offset. Registers of stream interfaces are searched in the interface that is named (`CS3.`).
 */
export function searchTree(typed: string): Found {
  const words = typed.trim().split(/\s+/).filter(Boolean).map(matcher);
  const stream = Number(/\bCS(\d+)\./i.exec(typed)?.[1] ?? Number.NaN);
  const open = new Set<string>();
  let found = 0;
  let searched = 0;
  const search = (block: BlockInfo, n: number, title: string): Node | undefined => {
    const children: Node[] = [];
    for (const register of block.registers.flatMap((r) => r.elements())) {
      searched++;
      const place = placeOf(register, n);
      const self = words.every((w) => w(place.name, place.offset) || w(block.name, undefined));
      const fields = register.fields.filter((f) => words.every((w) => w(`${place.name}.${f.name}`, undefined)));
      if (!self && fields.length === 0) continue;
      found++;
      const node = registerNode(register, n);
      children.push(node);
      if (!self) open.add(node.id);
    }
    if (children.length === 0) return undefined;
    const id = `b ${title}`;
    open.add(id);
    return { id, data: { kind: 'group', title, doc: block.doc, count: children.length }, children };
  };
  const roots = [...hostBlocks, ...mcuBlocks].map((b) => search(b, 0, b.name));
  const [streams] = streamBlocks;
  if (streams !== undefined && stream >= 0 && stream < STREAM_COUNT) roots.push(search(streams, stream, `CS${stream}`));
  return { roots: roots.filter((r) => r !== undefined), found, searched, open };
}

function matcher(word: string): (name: string, offset: number | undefined) => boolean {
  if (/^0x[0-9a-f]+$/i.test(word)) {
    const wanted = Number(word);
    return (_, offset) => offset === wanted;
  }
  if (/[*?]/.test(word)) {
    const pattern = globToRegExp(word);
    return (name) => pattern.test(name);
  }
  const needle = word.toLowerCase();
  return (name) => name.toLowerCase().includes(needle);
}
