/**
 * `firmware.json`: what a folder of firmware sources says about the image made from it. Addresses may be numbers
 * or "0x..." strings.
 */
import { z } from 'zod';
import { BadInput } from '../../base/errors.ts';
import { CACHE_MODE, SECTION_FLAG } from '../../spec/firmware/image-format.ts';
import type { CacheMode } from '../../spec/firmware/image-format.ts';

const address = z
  .union([z.number(), z.string().regex(/^0x[0-9a-fA-F]{1,8}$/)])
  .transform(Number)
  .pipe(z.int().min(0).max(0xffff_ffff));
const word = z.int().min(0).max(0xffff_ffff);
const flagNames = Object.keys(SECTION_FLAG) as (keyof typeof SECTION_FLAG)[];
const cacheModes = Object.keys(CACHE_MODE) as CacheMode[];
const relative = z.string().regex(/^(?!\/)(?!.*\.\.)[\w./-]+$/, 'must be a path inside the folder');

const schema = z.strictObject({
  /** Folders whose .c and .S files are compiled. */
  sources: z.array(relative).min(1),
  include: z.array(relative).default([]),
  /** Folder the headers of the specification are written to before compiling. */
  headers: relative.optional(),
  linker: relative,
  /** Options of the compiler beside those that fix CPU and ABI. */
  flags: z.array(z.string().regex(/^-[OWfDUgm][\w=.-]*$/)).default(['-O2']),
  /** What to make of the segment at an address; segments not named here follow their ELF flags. */
  sections: z
    .array(
      z.strictObject({
        name: z.string().max(64).default(''),
        address,
        flags: z.array(z.enum(flagNames)),
        cache: z.enum(cacheModes).default('none'),
      }),
    )
    .default([]),
  config: z
    .array(z.strictObject({ name: z.string(), symbol: z.string(), offset: word.default(0), min: word, max: word }))
    .default([]),
  traceBuffers: z
    .array(
      z.strictObject({
        name: z.string(),
        type: word.default(0),
        symbol: z.string(),
        offsets: z.strictObject({ size: word, insert: word, extract: word, data: word, traceEnable: word }),
        traceEnableEntries: word,
      }),
    )
    .default([]),
});

export type FirmwareDescription = z.infer<typeof schema>;

/** Nothing said: segments alone make the image. */
export const BARE_DESCRIPTION: Pick<FirmwareDescription, 'sections' | 'config' | 'traceBuffers'> = {
  sections: [],
  config: [],
  traceBuffers: [],
};

/** Checks the text of a firmware.json; BadInput names the first key that is off. */
export function parseDescription(text: string, file: string): FirmwareDescription {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new BadInput({ file, rule: `The file must be JSON; ${String(error)}`, remedy: 'Correct the syntax.' });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = issue?.path.join('.') ?? '';
  throw new BadInput({ file, rule: `${path}: ${issue?.message ?? 'invalid'}`, remedy: 'See docs/firmware.md.' });
}
