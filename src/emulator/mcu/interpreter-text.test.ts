import { readFileSync, writeFileSync } from 'node:fs';
import { format } from 'prettier';
import { expect, it } from 'vitest';
import { OP_DECODE, OP_PAGE_END, OP_REGION } from './entries.ts';
import { interpreterText, OPERATIONS } from './interpreter-text.ts';

const FILE = new URL('./interpreter.ts', import.meta.url);

it('interpreter.ts is what interpreter-text.ts makes', async () => {
  const options = { parser: 'typescript', printWidth: 120, singleQuote: true, trailingComma: 'all' } as const;
  const text = await format(interpreterText(), options);
  if (process.env['UPDATE_INTERPRETER'] === '1') writeFileSync(FILE, text);
  expect(readFileSync(FILE, 'utf8')).toBe(text);
});

it('numbers the operations that are no instructions as entries.ts says', () => {
  expect(['decode', 'pageEnd', 'region'].map((name) => OPERATIONS.get(name))).toEqual([
    OP_DECODE,
    OP_PAGE_END,
    OP_REGION,
  ]);
});
