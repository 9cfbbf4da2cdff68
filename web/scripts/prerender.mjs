/**
 * Writes `dist/shells/{language}/{page}.html` from the built `index.html`: one document for each page and language, with its
 * head, what it loads, and its text. The server fills in what is between braces; see `crates/site/src/pages`.
 */

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const web = join(import.meta.dirname, '..');
const dist = join(web, 'dist');

// What the modules touch when they are loaded; nothing of it is rendered.
const quiet = () => undefined;
Object.assign(globalThis, {
  location: new URL('http://page.invalid/'), history: { replaceState: quiet }, addEventListener: quiet,
  document: { addEventListener: quiet, hidden: true, pictureInPictureEnabled: true }, setInterval: quiet,
});
const { bodyOf, heads, noScript, LANGS, PAGES } = await import(pathToFileURL(join(web, '.prerender/prerender.js')).href);

const template = readFileSync(join(dist, 'index.html'), 'utf8');
const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8'));
const entryOf = (page) => `src/pages/${page[0].toUpperCase()}${page.slice(1)}.svelte`;

/** The scripts and styles of a page beyond those of every page, so that none waits for another. */
function assetsOf(page) {
  const seen = new Set();
  const own = { js: [], css: [] };
  const visit = (key) => {
    const chunk = manifest[key];
    if (!chunk || seen.has(key) || chunk.isEntry) return;
    seen.add(key);
    own.js.push(chunk.file);
    own.css.push(...(chunk.css ?? []));
    for (const other of chunk.imports ?? []) visit(other);
  };
  visit(entryOf(page));
  if (page === 'station') visit(Object.keys(manifest).find((key) => key.includes('hls.light')) ?? '');
  return own;
}

/** What the page asks the server for at once, asked for while the script is on its way. */
const DATA = {
  home: ['/api/v1/election', '/api/v1/constituencies', '/api/v1/day'],
  station: ['/api/v1/election', '/api/v1/stations/{id}'],
  constituency: ['/api/v1/election', '/api/v1/constituencies'],
  status: ['/api/v1/election', '/api/v1/status'],
  list: ['/api/v1/election', '/api/v1/constituencies'],
};

/**
 * The content policy allows no style attributes; what they say of the rendered pages becomes one stylesheet, so that the room
 * of what is still to come is kept.
 */
const rules = new Map();
function withoutStyles(html) {
  return html.replace(/ style="([^"]*)"/g, (_, style) => {
    if (!rules.has(style)) rules.set(style, `e${rules.size}`);
    return ` data-early="${rules.get(style)}"`;
  });
}

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

function headOf(lang, page) {
  const { js, css } = assetsOf(page);
  const tags = [
    ...[earlySheet, ...css].map((file) => `<link rel="stylesheet" crossorigin href="/${file}">`),
    ...js.map((file) => `<link rel="modulepreload" crossorigin href="/${file}">`),
    ...(DATA[page] ?? []).map((address) => `<link rel="preload" as="fetch" crossorigin href="${address}">`),
  ];
  if (page === 'unknown') return [...tags, '<meta name="robots" content="noindex">'];
  const prefix = (to) => (to === 'az' ? '' : `/${to}`);
  return [
    ...tags,
    `<link rel="canonical" href="{origin}${prefix(lang)}{path}">`,
    ...LANGS.map((to) => `<link rel="alternate" hreflang="${to}" href="{origin}${prefix(to)}{path}">`),
    '<link rel="alternate" hreflang="x-default" href="{origin}{path}">',
    '<meta property="og:site_name" content="Aşkar">',
    '<meta property="og:type" content="website">',
    '<meta property="og:title" content="{title}">',
    '<meta property="og:description" content="{description}">',
    `<meta property="og:url" content="{origin}${prefix(lang)}{path}">`,
    `<meta property="og:image" content="{origin}${page === 'station' ? '{still}' : '/card.png'}">`,
    `<meta name="twitter:card" content="${page === 'station' ? 'summary_large_image' : 'summary'}">`,
  ];
}

const bodies = new Map(LANGS.flatMap((lang) => PAGES.map((page) => [`${lang} ${page}`, withoutStyles(bodyOf(lang, page))])));
const early = [...rules].map(([style, name]) => `[data-early="${name}"] { ${style} }`).join('\n');
const earlySheet = `assets/early-${createHash('sha256').update(early).digest('hex').slice(0, 8)}.css`;
writeFileSync(join(dist, earlySheet), `${early}\n`);

rmSync(join(dist, 'shells'), { recursive: true, force: true });
for (const lang of LANGS) {
  mkdirSync(join(dist, 'shells', lang), { recursive: true });
  for (const page of PAGES) {
    const { title, description } = heads[lang][page];
    const fixed = page === 'station' || page === 'constituency' ? { title: '{title}', description: '{description}' } : { title, description };
    const html = template
      .replace('<html lang="az">', `<html lang="${lang}">`)
      .replace(/<title>.*<\/title>/, '<title>{title}</title>')
      .replace(/<meta name="description"[^>]*>/, `<meta name="description" content="{description}">\n    ${headOf(lang, page).join('\n    ')}`)
      .replace('<noscript></noscript>', `<noscript><p class="page">${escaped(noScript[lang])} <a href="/list/stations.csv">CSV</a>, <a href="/list/stations.json">JSON</a></p></noscript>`)
      .replace('<div id="app"></div>', `<div id="app">${bodies.get(`${lang} ${page}`)}</div>`)
      .replaceAll('{title}', escaped(fixed.title)).replaceAll('{description}', escaped(fixed.description));
    writeFileSync(join(dist, 'shells', lang, `${page}.html`), html);
  }
  writeFileSync(join(dist, 'shells', lang, 'heads.json'), JSON.stringify(heads[lang]));
}
rmSync(join(web, '.prerender'), { recursive: true, force: true });
rmSync(join(dist, '.vite'), { recursive: true, force: true });
rmSync(join(dist, 'index.html'));
process.exit(0);
