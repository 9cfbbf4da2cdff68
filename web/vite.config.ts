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
    // A strict content policy allows no data: addresses, so nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
    // Read by scripts/prerender.mjs, which tells each page what it loads.
    manifest: true,
  },
});
