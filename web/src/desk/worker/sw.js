/**
 * Opens the desk's pages without a line. It keeps the desk's document and what that document loads, as they were built together, and
 * nothing else: no answer of the API, no picture, nothing of anybody. Its scope ends at the desk's addresses of one language.
 * `built` is filled in by the build: a digest of everything, the digest of the document, and the files.
 */
const built = /* built */ { version: '', shell: '', files: [] };

/** How long the network is waited for before the kept document is shown, milliseconds. */
const PATIENCE_MS = 4_000;
const PREFIX = `ashkar-desk ${new URL(self.registration.scope).pathname} `;
const NAME = PREFIX + built.version;
/** The document's address: the scope without its last stroke. */
const SHELL = self.registration.scope.replace(/\/$/, '');

async function digestOf(response) {
  const digest = await crypto.subtle.digest('SHA-256', await response.clone().arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** All of it, or nothing: a document and scripts that do not belong together would open nothing. */
async function fill() {
  const cache = await caches.open(NAME);
  const shell = await fetch(SHELL, { cache: 'reload', credentials: 'omit' });
  if (!shell.ok || shell.redirected || (await digestOf(shell)) !== built.shell) throw new Error('another version is being served');
  await cache.addAll(built.files.map((file) => new Request(file, { credentials: 'omit' })));
  await cache.put(SHELL, shell);
}

async function tidy() {
  for (const name of await caches.keys()) if (name.startsWith(PREFIX) && name !== NAME) await caches.delete(name);
  await self.clients.claim();
}

const kept = async (key) => (await caches.open(NAME)).match(key);

/** The document from the network; what is kept, where the network fails or does not answer in time. */
async function page(request) {
  const late = new Promise((resolve) => { setTimeout(resolve, PATIENCE_MS, null); });
  const fresh = fetch(request).catch(() => null);
  const response = await Promise.race([fresh, late]);
  if (response && response.status < 500) return response;
  return (await kept(SHELL)) ?? (await fresh) ?? Response.error();
}

self.addEventListener('install', (event) => {
  event.waitUntil(fill().then(() => self.skipWaiting()));
});
self.addEventListener('activate', (event) => {
  event.waitUntil(tidy());
});
self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin || url.pathname.startsWith('/desk/api/')) return;
  if (request.mode === 'navigate') event.respondWith(page(request));
  else if (built.files.includes(url.pathname)) event.respondWith(kept(url.pathname).then((found) => found ?? fetch(request)));
});
