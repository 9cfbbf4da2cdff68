import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

/** Where `npm run dev` finds a running centre; the built site is served by the centre itself. */
const centre = process.env['ASHKAR_CENTRE'] ?? 'http://127.0.0.1:8080';
const proxied = Object.fromEntries(
  ['/api', '/live', '/dvr', '/media', '/still', '/list/stations.', '/list/changes', '/list/versions'].map((path) => [path, centre]),
);

export default defineConfig({
  plugins: [svelte()],
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
});
