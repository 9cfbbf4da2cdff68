import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MOCK_PORT, PAGE_WORKERS } from './port';
import { makeMedia } from './media';
import { startMock } from './server';

/** Starts a stand-in for each worker of the page tests; the function it returns ends them. */
export default async function setup(): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'ashkar-web-'));
  const web = join(import.meta.dirname, '..', '..');
  const media = makeMedia(folder);
  const ports = Array.from({ length: PAGE_WORKERS }, (_, worker) => MOCK_PORT + worker);
  const mocks = await Promise.all(ports.map((port) => startMock(join(web, 'dist'), join(web, '..', 'data'), media, port)));
  return async () => {
    await Promise.all(mocks.map(({ server }) => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    }));
    rmSync(folder, { recursive: true, force: true });
  };
}
