/**
 * Frames as bytes, for transports that carry bytes only (WebSocket). A frame is structured data of plain objects,
 * arrays, strings, numbers, booleans, null, undefined, Uint8Array and Uint32Array.
 *
 * Layout: u32 little-endian length of the head, the head as UTF-8 JSON, zeros up to a multiple of 8, then the byte
 * strings one after the other, each begun at a multiple of 8. In the head `{"$": [kind, offset, length]}` stands for
 * a byte string (`u8` or `u32`; offset from the first one, length in elements), `{"$": ["undefined"]}` and
 * `{"$": ["number", text]}` for what JSON lacks, and `{"$": ["object", {...}]}` for an object with a key `$`.
 * Whatever breaks these rules is refused with BadInput.
 */
import { BadInput } from '../base/errors.ts';

/** Largest frame that is read or written, in bytes: a firmware image or a memory dump, with room (chosen). */
export const MAX_FRAME = 1 << 26;
/** Deepest nesting of a frame (chosen; real frames stay below ten). */
const MAX_DEPTH = 32;
const ALIGN = 8;
const HEAD_LENGTH = 4;

/** A frame's bytes. */
export function encodeFrame(frame: unknown): Uint8Array {
  const parts: Uint8Array[] = [];
  let size = 0;
  const part = (kind: 'u8' | 'u32', value: Uint8Array | Uint32Array): unknown => {
    const at = size;
    parts.push(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    size += align(value.byteLength);
    return { $: [kind, at, value.length] };
  };
  const walk = (value: unknown, depth: number): unknown => {
    if (depth > MAX_DEPTH) throw refuse(`nested deeper than ${MAX_DEPTH}`);
    switch (typeof value) {
      case 'undefined':
        return { $: ['undefined'] };
      case 'number':
        return Number.isFinite(value) && !Object.is(value, -0)
          ? value
          : { $: ['number', Object.is(value, -0) ? '-0' : String(value)] };
      case 'string':
      case 'boolean':
        return value;
      case 'object':
        break;
      default:
        throw refuse(`a ${typeof value} cannot be sent`);
    }
    if (value === null) return value;
    if (value instanceof Uint8Array) return part('u8', value);
    if (value instanceof Uint32Array) return part('u32', value);
    if (Array.isArray(value)) return value.map((v) => walk(v, depth + 1));
    const out: Record<string, unknown> = {};
    for (const [key, v] of Object.entries(value)) {
      define(out, key, walk(v, depth + 1));
    }
    return Object.hasOwn(out, '$') ? { $: ['object', out] } : out;
  };
  const head = new TextEncoder().encode(JSON.stringify(walk(frame, 0)));
  const start = align(HEAD_LENGTH + head.length);
  if (start + size > MAX_FRAME) throw refuse(`larger than ${MAX_FRAME} bytes`);
  const out = new Uint8Array(start + size);
  new DataView(out.buffer).setUint32(0, head.length, true);
  out.set(head, HEAD_LENGTH);
  let at = start;
  for (const p of parts) {
    out.set(p, at);
    at += align(p.length);
  }
  return out;
}

/** The frame back. Byte strings are copies. */
export function decodeFrame(data: Uint8Array): unknown {
  if (data.length > MAX_FRAME) throw refuse(`larger than ${MAX_FRAME} bytes`);
  if (data.length < HEAD_LENGTH) throw refuse('shorter than its length field');
  const length = new DataView(data.buffer, data.byteOffset).getUint32(0, true);
  const start = align(HEAD_LENGTH + length);
  if (start > data.length) throw refuse('its head is cut short');
  let head: unknown;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(data.subarray(HEAD_LENGTH, HEAD_LENGTH + length));
    head = JSON.parse(text);
  } catch {
    throw refuse('its head is not JSON');
  }
  const body = data.subarray(start);
  const walk = (value: unknown, depth: number): unknown => {
    if (depth > MAX_DEPTH * 2) throw refuse(`nested deeper than ${MAX_DEPTH}`);
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((v) => walk(v, depth + 1));
    if (Object.hasOwn(value, '$')) return special((value as { $: unknown }).$, depth);
    return plain(value, depth);
  };
  const plain = (value: object, depth: number): unknown => {
    const out: Record<string, unknown> = {};
    for (const [key, v] of Object.entries(value)) define(out, key, walk(v, depth + 1));
    return out;
  };
  const special = (tag: unknown, depth: number): unknown => {
    if (!Array.isArray(tag)) throw refuse('"$" is not followed by a list');
    const [kind, a, b] = tag as unknown[];
    if (kind === 'undefined') return undefined;
    if (kind === 'number' && typeof a === 'string' && /^(-0|NaN|-?Infinity)$/.test(a)) return Number(a);
    if (kind === 'object' && typeof a === 'object' && a !== null && !Array.isArray(a)) return plain(a, depth + 1);
    if (kind === 'u8') return Uint8Array.from(slice(a, b, 1));
    if (kind === 'u32') return new Uint32Array(Uint8Array.from(slice(a, b, 4)).buffer);
    throw refuse('"$" names no kind of value');
  };
  const slice = (at: unknown, count: unknown, width: number): Uint8Array => {
    if (typeof at !== 'number' || typeof count !== 'number' || !Number.isInteger(at) || !Number.isInteger(count)) {
      throw refuse('a byte string lies at no number');
    }
    if (at < 0 || count < 0 || at % ALIGN !== 0 || at + count * width > body.length) {
      throw refuse('a byte string lies outside');
    }
    return body.subarray(at, at + count * width);
  };
  return walk(head, 0);
}

/** Sets an own property whatever its name: `__proto__` is a name like others here. */
function define(out: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(out, key, { value, enumerable: true, writable: true, configurable: true });
}

function align(length: number): number {
  return Math.ceil(length / ALIGN) * ALIGN;
}

function refuse(rule: string): BadInput {
  return new BadInput({ file: 'message', rule, remedy: 'Send frames as src/protocol/wire.ts describes them.' });
}
