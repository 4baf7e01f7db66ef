/**
 * Inputs as text: the journal is JSON, readable in SQL. Byte strings stand as `{"$hex": "..."}` when short and as
 * `{"$blob": sha256}` when long; blobs are kept once by their hash.
 */
import { createHash } from 'node:crypto';
import { BadInput } from '../../base/errors.ts';
import { inputSchema, type Input } from '../../protocol/inputs.ts';

/** Longer byte strings become blobs. */
const INLINE_BYTES = 256;

/** Bytes handed out while an input is written, or asked for while it is read. */
export type BlobSink = (sha256: string, bytes: Uint8Array) => void;
export type BlobSource = (sha256: string) => Uint8Array | undefined | null;

/** SHA-256 in hex. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The payload of an input's row. */
export function encodeInput(input: Input, blob: BlobSink): string {
  return JSON.stringify(input, (key, value: unknown) => {
    if (key === 'kind' && value === input.kind) return value;
    if (!(value instanceof Uint8Array)) return value;
    if (value.length <= INLINE_BYTES) return { $hex: Buffer.from(value).toString('hex') };
    const hash = sha256(value);
    blob(hash, value);
    return { $blob: hash };
  });
}

/** The input back from its row; BadInput when the text is not one or a blob is missing. */
export function decodeInput(text: string, blob: BlobSource): Input {
  const refuse = (rule: string): never => {
    throw new BadInput({ rule: `journal: ${rule}`, remedy: 'The session was changed or is damaged.' });
  };
  let raw: unknown;
  try {
    raw = JSON.parse(text, (_, value: unknown) => {
      if (typeof value !== 'object' || value === null) return value;
      if ('$hex' in value) return new Uint8Array(Buffer.from(String(value.$hex), 'hex'));
      if (!('$blob' in value)) return value;
      const bytes = blob(String(value.$blob));
      if (bytes === undefined || bytes === null) return refuse(`blob ${String(value.$blob)} is not in the file`);
      // A Buffer of Node would be written as an object of numbers when the input is journalled again.
      return new Uint8Array(bytes);
    });
  } catch (error) {
    if (error instanceof BadInput) throw error;
    return refuse(`not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const parsed = inputSchema.safeParse(raw);
  return parsed.success
    ? parsed.data
    : refuse(parsed.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`).join('; '));
}
