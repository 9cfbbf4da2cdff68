/** The technician's page: asks the agent for its state each second, and shows it. No text of the agent becomes markup. */

import { preview } from '/preview.js';
import { help, said, words } from '/words.js';

const at = (id) => document.getElementById(id);
const LANGUAGES = ['az', 'en', 'ru'];
const VERDICTS = ['bad', 'weak', 'unmeasured', 'good'];
const ITEMS = ['booth-unseen', 'list-unreadable', 'box', 'issuing-table', 'counting-table', 'protocol-table', 'other-cameras'];

let lang = LANGUAGES.includes(localStorage.getItem('lang')) ? localStorage.getItem('lang') : 'az';
let state = null;
let camera = null;
let shown = null;
let picture = 'wait';
/** Answers by camera and item: { holds, remark }. Kept in this browser until they are signed. */
let answers = read();

function read() {
  try {
    const kept = JSON.parse(localStorage.getItem('answers'));
    return kept !== null && typeof kept === 'object' ? kept : {};
  } catch { return {}; }
}
const say = (key) => words[lang][key] ?? key;
const time = (us) => new Intl.DateTimeFormat('en-GB', { timeZone: state.time_zone, dateStyle: 'short', timeStyle: 'medium' }).format(us / 1000);
/** Unchanged text is not written again: screen readers would say it again. */
function write(element, text) { if (element.textContent !== text) element.textContent = text; }

function translate() {
  document.documentElement.lang = lang;
  document.title = `${say('title')} · Aşkar`;
  for (const element of document.querySelectorAll('[data-say]')) write(element, say(element.dataset.say));
  for (const element of document.querySelectorAll('[data-label]')) element.setAttribute('aria-label', say(element.dataset.label));
  for (const button of document.querySelectorAll('[data-lang]')) button.setAttribute('aria-pressed', String(button.dataset.lang === lang));
  shownFindings = '';
  if (state !== null) { drawChecks(); draw(); }
}

async function act(path, body) {
  const headers = { 'content-type': 'application/json', 'ashkar-proof': state?.proof ?? '' };
  const answer = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
  return { ok: answer.ok, ...(await answer.json()) };
}

async function refresh() {
  try {
    const answer = await fetch('/api/state');
    at('login').hidden = answer.status !== 401;
    at('station').hidden = !answer.ok;
    if (!answer.ok) { if (answer.status !== 401) write(at('news'), say('gone')); return; }
    state = await answer.json();
    write(at('news'), '');
    draw();
  } catch {
    write(at('news'), say('gone'));
  }
}

function draw() {
  if (!state.cameras.some((each) => each.camera === camera)) { camera = state.cameras[0].camera; drawChoice(); drawChecks(); }
  if (shown?.camera !== camera) {
    shown?.preview.stop();
    picture = 'wait';
    shown = { camera, preview: preview(at('preview'), camera, (now) => { picture = now; }) };
  }
  const now = state.cameras.find((each) => each.camera === camera);
  write(at('live'), picture === 'unplayable' ? say('unplayable') : now.recording ? say('recording') : `${say('notRecording')} ${now.blame ? `(${say(`blame-${now.blame}`)})` : ''}`);
  write(at('sent'), now.sent === null ? say('noCentre') : say(`sent-${now.sent.state}`));
  at('preview').setAttribute('aria-label', `${say('camera')} ${camera}`);
  drawFindings();
  drawTest(now);
  const open = openOnes();
  write(at('open'), state.measured_at_us === null ? say('measureFirst') : open === 0 ? say('nothingOpen') : `${say('openOnes')}: ${open}. ${say('openHelp')}`);
  at('remark').required = open > 0;
  write(at('signed'), state.signed === null ? '' : `${say('signedBy')}: ${state.signed.name}, ${time(state.signed.at_us)}. ${state.unsent > 0 ? say('kept') : say('delivered')}`);
}

function drawChoice() {
  const buttons = state.cameras.map((each) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = `${say('camera')} ${each.camera}`;
    button.setAttribute('aria-pressed', String(each.camera === camera));
    button.addEventListener('click', () => { camera = each.camera; drawChoice(); drawChecks(); draw(); });
    return button;
  });
  at('choose').replaceChildren(...buttons);
  at('choose').hidden = buttons.length < 2;
}

const answerOf = (item, of = camera) => answers[of]?.[item];

function drawChecks() {
  if (camera === null) return;
  drawChoice();
  at('checks').replaceChildren(...ITEMS.map((item) => {
    const field = document.createElement('fieldset');
    field.className = 'check';
    const legend = document.createElement('legend');
    legend.textContent = say(item);
    const row = document.createElement('div');
    row.className = 'answers';
    for (const holds of [true, false]) {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = say(holds ? 'yes' : 'no');
      button.setAttribute('aria-pressed', String(answerOf(item)?.holds === holds));
      button.addEventListener('click', () => {
        answers[camera] = { ...answers[camera], [item]: { holds } };
        localStorage.setItem('answers', JSON.stringify(answers));
        for (const each of row.children) each.setAttribute('aria-pressed', String(each === button));
        draw();
      });
      row.append(button);
    }
    field.append(legend, row);
    return field;
  }));
}

let shownFindings = '';
function drawFindings() {
  at('measure').disabled = state.is_measuring;
  write(at('measured'), state.is_measuring ? say('measuring') : state.measured_at_us === null ? say('notMeasured') : `${say('measuredAt')}: ${time(state.measured_at_us)}`);
  const text = JSON.stringify(state.findings);
  if (text === shownFindings) return;
  shownFindings = text;
  // What is to be done comes first.
  const sorted = [...state.findings].sort((one, other) => VERDICTS.indexOf(one.verdict) - VERDICTS.indexOf(other.verdict));
  at('findings').replaceChildren(...sorted.map((finding) => {
    const line = document.createElement('li');
    const verdict = document.createElement('span');
    verdict.className = `verdict ${finding.verdict}`;
    verdict.textContent = say(`verdict-${finding.verdict}`);
    const what = document.createElement('p');
    const of = finding.camera === undefined ? '' : `${finding.camera} · `;
    what.append(verdict, ` · ${of}${said(lang, finding)}`);
    line.append(what);
    const todo = help(lang, finding);
    if (todo !== null) {
      const more = document.createElement('p');
      more.className = 'soft';
      more.textContent = `${todo} (${say(`blame-${finding.blame}`)})`;
      line.append(more);
    }
    return line;
  }));
}

let returned = null;
function drawTest(now) {
  const proof = now.test?.proof ?? 'none';
  at('begin-test').disabled = proof === 'running';
  const took = proof === 'proved' ? ` (${Math.round(now.test.returned_ms / 1000)} s, ${time(now.test.at_us)})` : '';
  write(at('tested'), say(`proof-${proof}`) + took);
  at('returned').hidden = !now.is_returned;
  const wanted = now.is_returned ? `/returned/${camera}?${now.test.at_us}` : null;
  if (wanted === returned) return;
  returned = wanted;
  const video = at('returned').querySelector('video');
  if (wanted === null) video.removeAttribute('src'); else video.src = wanted;
  video.setAttribute('aria-label', say('returned'));
}

/** As the agent counts them. */
function openOnes() {
  const bad = state.findings.filter((finding) => finding.verdict === 'bad').length;
  return state.cameras.reduce((sum, each) => sum + ITEMS.filter((item) => answerOf(item, each.camera)?.holds !== true).length + (each.test?.proof === 'proved' ? 0 : 1), bad);
}

at('login').addEventListener('submit', async (event) => {
  event.preventDefault();
  const answer = await act('/api/login', { code: at('code').value });
  write(at('news'), answer.ok ? '' : say(`refused-${answer.code}`));
  if (answer.ok) await refresh();
});
at('measure').addEventListener('click', async () => { await act('/api/measure', {}); await refresh(); });
at('begin-test').addEventListener('click', async () => { await act('/api/test', { camera }); await refresh(); });
at('sign').addEventListener('submit', async (event) => {
  event.preventDefault();
  const cameras = state.cameras.map((each) => ({
    camera: each.camera,
    checks: ITEMS.filter((item) => answerOf(item, each.camera) !== undefined).map((item) => ({ item, holds: answerOf(item, each.camera).holds, remark: '' })),
  }));
  const answer = await act('/api/sign', { name: at('name').value, role: at('role').value, remark: at('remark').value, cameras });
  if (!answer.ok) { write(at('signed'), say(`refused-${answer.code}`)); return; }
  answers = {};
  localStorage.removeItem('answers');
  drawChecks();
  await refresh();
});
for (const button of document.querySelectorAll('[data-lang]')) {
  button.addEventListener('click', () => { lang = button.dataset.lang; localStorage.setItem('lang', lang); translate(); });
}
translate();
(async () => {
  for (;;) { await refresh(); await new Promise((resolve) => setTimeout(resolve, 1000)); }
})();
