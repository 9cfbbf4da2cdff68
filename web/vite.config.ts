import { createHash } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin, type UserConfig } from 'vite';

/** Where `npm run dev` finds a running centre; the built site is served by the centre itself. */
const centre = process.env['ASHKAR_CENTRE'] ?? 'http://127.0.0.1:8080';
const proxied = Object.fromEntries(
  ['/api', '/desk/api', '/live', '/dvr', '/media', '/still', '/list/stations.', '/list/changes', '/list/versions'].map((path) => [path, centre]),
);

/** One document for every address below `/desk`: here while developing, in `dist/shells` once it is built. */
const deskDocument: Plugin = {
  name: 'desk-document',
  configureServer: ({ middlewares }) => {
    middlewares.use((request, _, next) => {
      if (/^(\/(en|ru))?\/desk(\/(?!api\/)|$)/.test(request.url ?? '')) request.url = '/desk.html';
      next();
    });
  },
};
const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest('hex');
/** What the desk's document loads, for its service worker: it keeps just that, under a name that changes with it. */
let loaded: string[] = [];
const moved: Plugin = {
  name: 'desk-moved',
  generateBundle: (_, bundle) => { loaded = Object.keys(bundle).filter((file) => file.startsWith('assets/')); },
  closeBundle: async () => {
    const shells = join('dist', 'shells');
    await rename(join('dist', 'desk.html'), join(shells, 'desk.html'));
    const shell = sha256(await readFile(join(shells, 'desk.html')));
    const files = [...loaded.map((file) => `/${file}`), '/mark.svg'].sort();
    const built = { version: sha256(shell + files.join('\n')).slice(0, 16), shell, files };
    const worker = await readFile(join('src', 'desk', 'worker', 'sw.js'), 'utf8');
    const slot = "/* built */ { version: '', shell: '', files: [] }";
    if (!worker.includes(slot)) throw new Error('the service worker has no place for what was built');
    await writeFile(join(shells, 'desk-sw.js'), worker.replace(slot, JSON.stringify(built)));
  },
};

const site: UserConfig = {
  plugins: [svelte(), deskDocument],
  server: { proxy: proxied },
  build: {
    // The oldest browsers that the pages are for; public/older.js tells older ones so, docs/guide/site.md names them.
    target: ['chrome90', 'edge90', 'firefox90', 'safari15.4', 'ios15.4'],
    // A strict content policy allows no data: addresses, so nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
    // Read by scripts/prerender.mjs, which tells each page what it loads.
    manifest: true,
  },
};

/** The desk's pages, built after the public ones into the same folder: what citizens load stays what it is, byte for byte. */
const desk: UserConfig = {
  ...site,
  plugins: [svelte(), moved],
  build: { ...site.build, emptyOutDir: false, copyPublicDir: false, manifest: false, rolldownOptions: { input: 'desk.html' } },
};

export default defineConfig(({ mode }) => (mode === 'desk' ? desk : site));
