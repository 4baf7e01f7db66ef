/** axe-core on a page or a part of it: what it finds serious or critical, as lines a person can act on. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const require = createRequire(import.meta.url);
const source = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

interface AxeViolation {
  readonly id: string;
  readonly impact: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** Serious and critical findings; none is what a test expects. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  await page.evaluate(source);
  const violations = await page.evaluate<readonly AxeViolation[]>(
    "axe.run(document, { resultTypes: ['violations'] }).then((result) => result.violations)",
  );
  return violations
    .filter((v) => v.impact === 'serious' || v.impact === 'critical')
    .map((v) => {
      const [first] = v.nodes;
      return `${v.id}: ${v.help} (${v.nodes.length}): ${first?.html.slice(0, 200)} ${first?.failureSummary}`;
    });
}
