/** What a packaged application is made with: the fuses, and the system's knowledge of session files. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../../../..');
const read = (file: string): unknown => JSON.parse(readFileSync(path.join(root, file), 'utf8'));
const config = read('electron-builder.json') as {
  readonly asar: boolean;
  readonly files: readonly string[];
  readonly electronFuses: Readonly<Record<string, boolean>>;
  readonly fileAssociations: readonly { readonly ext: string }[];
  readonly extraResources: readonly { readonly from: string; readonly to: string }[];
};

describe('the packaged application', () => {
  it('can be started as nothing but itself', () => {
    expect(config.electronFuses).toEqual({
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      grantFileProtocolExtraPrivileges: false,
    });
    // The last two are about an archive: without one they would lock the application out.
    expect(config.asar).toBe(true);
  });

  it('opens session files, and holds what the program needs', () => {
    expect(config.fileAssociations.map((f) => f.ext)).toEqual(['tyrsession']);
    const { main } = read('package.json') as { readonly main: string };
    expect(config.files).toContain(`${path.dirname(main)}/**`);
    expect(config.extraResources).toEqual([{ from: 'resources', to: 'resources' }]);
    expect(existsSync(path.join(root, 'resources/firmware/reference.bin'))).toBe(true);
  });
});
