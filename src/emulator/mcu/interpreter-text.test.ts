import { readFileSync, writeFileSync } from 'node:fs';
import { format } from 'prettier';
import { expect, it } from 'vitest';
import { interpreterText } from './interpreter-text.ts';

const FILE = new URL('./interpreter.ts', import.meta.url);

it('interpreter.ts is what interpreter-text.ts makes', async () => {
  const options = { parser: 'typescript', printWidth: 120, singleQuote: true, trailingComma: 'all' } as const;
  const text = await format(interpreterText(), options);
  if (process.env['UPDATE_INTERPRETER'] === '1') writeFileSync(FILE, text);
  expect(readFileSync(FILE, 'utf8')).toBe(text);
});
