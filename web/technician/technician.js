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
  drawRows();
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

/** Rows of the card, millimetres. */
const ROWS = [40, 28, 20, 14, 10, 7, 5, 3.5];

/** What is to be said of this computer's clock, if it is not right or was not. */
function clockWords(sent) {
  const moved = state.line?.moved_ms;
  const words = moved === null ? [say('clock-unknown')] : moved ? [say('clock-moved')] : [];
  return sent.unplaced_s > 0 ? [...words, say('unplaced')] : words;
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
  write(at('sent'), now.sent === null ? say('noCentre') : [say(`sent-${now.sent.state}`), ...clockWords(now.sent)].join(' '));
  at('preview').setAttribute('aria-label', `${say('camera')} ${camera}`);
  drawFindings();
  drawTest(now);
  drawReference(now);
  drawCard(now);
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
    button.addEventListener('click', () => { camera = each.camera; asked = null; refusedRead = null; drawChoice(); drawChecks(); draw(); });
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

/** Set when somebody was asked whether the former still may go. */
let asked = null;
let still = null;
function drawReference({ reference }) {
  const wanted = reference === null ? null : `/reference/${camera}?${reference.sha256}`;
  const isAsked = asked === camera && reference !== null;
  write(at('keep-reference'), say(isAsked ? 'replaceReference' : 'keepReference'));
  at('keep-reference').className = isAsked ? 'main' : '';
  at('no-reference').hidden = reference !== null;
  at('reference').hidden = reference === null;
  at('reference').alt = reference === null ? '' : `${say('reference')}, ${camera}`;
  write(at('reference-at'), reference === null ? '' : `${say('reference')}, ${time(reference.at_us)}`);
  if (wanted === still) return;
  still = wanted;
  if (wanted === null) at('reference').removeAttribute('src'); else at('reference').src = wanted;
}

let shownCard = null;
function drawCard(now) {
  at('card').hidden = now.card_at_us === null;
  at('card').href = `/card/${camera}`;
  write(at('card'), now.card_at_us === null ? '' : `${say('openCard')} (${time(now.card_at_us)})`);
  at('take-picture').disabled = now.card_at_us === null || now.test?.proof === 'running';
  write(at('take-picture'), say(now.test?.proof === 'running' ? 'proof-running' : 'takePicture'));
  at('reading').hidden = now.picture === null;
  const source = now.picture === null ? null : `/picture/${camera}?${now.picture.at_us}`;
  if (now.picture !== null) write(at('whence'), `${say(now.picture.from_centre ? 'returned' : 'ownPicture')}, ${time(now.picture.at_us)}`);
  at('card-view').setAttribute('aria-label', say('cardView'));
  if (source !== shownCard) {
    shownCard = source;
    const video = at('card-picture');
    if (source === null) video.removeAttribute('src'); else video.src = source;
    at('read').reset();
  }
  if (now.read === null) return write(at('read-news'), refusedRead ?? say('notRead'));
  const { read, rows, smallest, from_centre, picture_at_us } = now.read;
  const size = smallest === null ? '' : `, ${say('smallest')} ${smallest / 10} ${say('mm')}`;
  write(at('read-news'), refusedRead ?? `${say('readRows')}: ${read} / ${rows}${size}. ${say(from_centre ? 'returned' : 'ownPicture')}, ${time(picture_at_us)}.`);
}
let refusedRead = null;

function drawRows() {
  at('rows').replaceChildren(...ROWS.map((size, number) => {
    const label = document.createElement('label');
    const input = document.createElement('input');
    Object.assign(input, { maxLength: 12, autocomplete: 'off', spellcheck: false, autocapitalize: 'characters' });
    label.append(`${say('row')} ${number + 1} (${size} ${say('mm')})`, input);
    return label;
  }));
}

/** As the agent counts them. */
function openOnes() {
  const bad = state.findings.filter((finding) => finding.verdict === 'bad').length;
  return state.cameras.reduce((sum, each) => sum + ITEMS.filter((item) => answerOf(item, each.camera)?.holds !== true).length + [each.test?.proof === 'proved', each.read?.read > 0, each.reference !== null].filter((holds) => !holds).length, bad);
}

at('login').addEventListener('submit', async (event) => {
  event.preventDefault();
  const answer = await act('/api/login', { code: at('code').value });
  write(at('news'), answer.ok ? '' : say(`refused-${answer.code}`));
  if (answer.ok) await refresh();
});
at('measure').addEventListener('click', async () => { await act('/api/measure', {}); await refresh(); });
at('begin-test').addEventListener('click', async () => { await act('/api/test', { camera }); await refresh(); });
at('keep-reference').addEventListener('click', async () => {
  const has = state.cameras.find((each) => each.camera === camera).reference !== null;
  if (has && asked !== camera) { asked = camera; draw(); return; }
  asked = null;
  const answer = await act('/api/reference', { camera });
  write(at('reference-news'), answer.ok ? '' : say(`refused-${answer.code}`));
  await refresh();
});
at('draw-card').addEventListener('click', async () => {
  const answer = await act('/api/card', { camera });
  refusedRead = answer.ok ? null : say(`refused-${answer.code}`);
  await refresh();
});
at('take-picture').addEventListener('click', async () => { await act('/api/test', { camera }); await refresh(); });
at('actual').addEventListener('click', () => {
  const is = at('card-view').classList.toggle('actual');
  at('actual').setAttribute('aria-pressed', String(is));
});
at('read').addEventListener('submit', async (event) => {
  event.preventDefault();
  const rows = [...at('rows').querySelectorAll('input')].map((input) => input.value);
  const answer = await act('/api/read', { camera, rows });
  refusedRead = answer.ok ? null : say(`refused-${answer.code}`);
  await refresh();
});
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
