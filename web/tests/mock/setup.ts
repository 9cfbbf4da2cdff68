import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MOCK_PORT } from './port';
import { makeMedia } from './media';
import { startMock } from './server';

/** Starts the stand-in for the tests of the pages; the function it returns ends it. */
export default async function setup(): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'ashkar-web-'));
  const web = join(import.meta.dirname, '..', '..');
  const { server } = await startMock(join(web, 'dist'), join(web, '..', 'data'), makeMedia(folder), MOCK_PORT);
  return async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  };
}
