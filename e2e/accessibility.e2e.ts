/** Every pane in every theme: nothing that axe-core calls serious or critical. */
import { describe, expect, it } from 'vitest';
import { accessibilityProblems } from './accessibility.ts';
import { bootDemo, noBrowser, openWorkspace, paneTitles, settled, showPane, suiteTitle } from './harness.ts';

describe.skipIf(noBrowser !== undefined)(suiteTitle('accessibility'), () => {
  it.each(['dark', 'light', 'contrast'] as const)('every pane in %s', async (theme) => {
    const { page, close } = await openWorkspace({ preferences: { theme } });
    try {
      const found: string[] = [];
      const check = async (what: string) => {
        for (const problem of await accessibilityProblems(page)) found.push(`${what}: ${problem}`);
      };
      await check('without a bench');
      await bootDemo(page);
      for (const title of await paneTitles(page)) {
        await showPane(page, title);
        await settled(page);
        await check(title);
      }
      await page.keyboard.press('Control+Shift+P');
      await page.getByRole('dialog').waitFor();
      await check('palette');
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      expect(found).toEqual([]);
    } finally {
      await close();
    }
  });
});
