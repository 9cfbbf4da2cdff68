/**
 * A stand-in for the desk's API, with the rule of two persons, keys that are used once, and sessions in cookies. What it does not
 * do: limits, hashing, time-outs; that the pages work with the real desk is not proven here.
 */

import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { StageName } from '../../../src/desk/lib/programme';
import type { Me, Person } from '../../../src/desk/lib/types';
import { rehearsalOn } from './elections';
import { Passkeys } from './passkeys';
import { CODE, MAY, RECOVERY, type Account } from './people';
import { Refused } from './programme';
import { DeskState, type Login } from './state';
import { QR } from './qr';

interface Asked { method: string; path: string; query: URLSearchParams; body: Record<string, unknown>; login: Login | undefined; me: Account | undefined; bytes: Buffer; person: string; agent: string; cookie: (value: string | null) => void }
class Refusal extends Error { constructor(readonly status: number, readonly kind: string, readonly detail = '') { super(kind); } }
class Jpeg { constructor(readonly bytes: Buffer) {} }
class Pdf { constructor(readonly text: string) {} }
class Lines { constructor(readonly text: string) {} }

const BASE = '/desk/api/v1';
const CODES = Array.from({ length: 10 }, (_, n) => `k7p${n}-m2x${n}-q9r${n}`);
const personOf = ({ name, display_name, role, constituencies, language, disabled, second_factor, password, invited_until, last_seen }: Account): Person =>
  ({ name, display_name, role, constituencies, language, disabled, second_factor, signed_in_before: password !== null, invited_until, last_seen });
const soon = () => new Date(Date.now() + 8 * 3_600_000).toISOString();

const ELECTION = {
  key: 'sample', names: { az: 'Bələdiyyə seçkiləri', en: 'Municipal elections', ru: 'Муниципальные выборы' }, date: '2026-11-22', time_zone: 'Asia/Baku', sample: true,
  plan: { on_air: '07:30', empty_boxes: '07:50', voting_from: '08:00', voting_to: '19:00', turnout: ['10:00', '12:00'] }, policy: { sound: false, rewind_on_day: true, archive_public_after: false, retention_years: 5 },
};

export class DeskMock {
  private state: DeskState;
  private readonly sha: string;
  private begun = 1;

  constructor(private readonly still: Buffer) {
    this.sha = createHash('sha256').update(still).digest('hex');
    this.state = new DeskState(this.sha);
  }

  reset(): void {
    this.state = new DeskState(this.sha);
  }

  /** Whether the path is one of the desk's API; then it is answered. */
  handle(request: IncomingMessage, response: ServerResponse, url: URL): boolean {
    if (!url.pathname.startsWith(`${BASE}/`)) return false;
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => this.answer(request, response, url, Buffer.concat(pieces)));
    return true;
  }

  private answer(request: IncomingMessage, response: ServerResponse, url: URL, bytes: Buffer): void {
    response.setHeader('cache-control', 'no-store');
    const method = request.method ?? 'GET';
    const isList = /^\/list\/(look|import)$/.test(url.pathname.slice(BASE.length));
    const isPhoto = /^\/stations\/\d+\/\d+\/photos$/.test(url.pathname.slice(BASE.length));
    const key = String(request.headers['idempotency-key'] ?? '');
    const login = this.state.logins.find((one) => one.id === /desk=(\w+)/.exec(request.headers.cookie ?? '')?.[1]);
    const cookie = (value: string | null) => response.setHeader('set-cookie', `desk=${value ?? ''}; Path=/desk; HttpOnly; SameSite=Strict${value === null ? '; Max-Age=0' : ''}`);
    try {
      if (method !== 'GET') {
        if (!/^[\da-f-]{36}$/.test(key)) throw new Refusal(400, 'no-key');
        if (request.headers['content-type'] !== (isPhoto ? 'image/jpeg' : isList ? 'text/csv' : 'application/json')) throw new Refusal(415, 'not-json');
        if (this.state.done.has(key)) throw new Refusal(409, 'already-done');
      }
      const asked: Asked = {
        method, path: url.pathname.slice(BASE.length), query: url.searchParams, body: bytes.length > 0 && !isPhoto && !isList ? (JSON.parse(bytes.toString()) as Record<string, unknown>) : {}, bytes,
        login, me: login && this.state.account(login.name), agent: String(request.headers['user-agent'] ?? ''), cookie, person: String(request.headers['x-person'] ?? ''),
      };
      const said = this.route(asked);
      if (method !== 'GET') this.state.done.add(key);
      if (said instanceof Jpeg) response.setHeader('content-type', 'image/jpeg').setHeader('picture-time', new Date().toISOString()).end(said.bytes);
      else if (said instanceof Pdf) response.setHeader('content-type', 'application/pdf').setHeader('content-disposition', 'attachment; filename="paper.pdf"').end(said.text);
      else if (said instanceof Lines) response.setHeader('content-type', 'application/x-ndjson').end(said.text);
      else response.setHeader('content-type', 'application/json').end(JSON.stringify(said));
    } catch (error) {
      const { status, kind, detail } = error instanceof Refusal ? error : error instanceof Refused ? { status: 422, kind: 'refused', detail: error.message } : { status: 500, kind: 'fault', detail: String(error) };
      response.statusCode = status;
      response.setHeader('content-type', 'application/problem+json').end(JSON.stringify({ type: `/problems/${kind}`, title: kind, status, detail }));
    }
  }

  private route(asked: Asked): unknown {
    const { method, path } = asked;
    if (path === '/login') return this.login(asked);
    if (path.startsWith('/self-test')) return this.selfTest(asked);
    if (path.startsWith('/invitation')) return this.invitation(String(asked.body['token']), asked);
    if (!asked.login || !asked.me || (asked.person !== '' && asked.person !== asked.login.name)) throw new Refusal(401, 'signed-out');
    if (path === '/login/second') return this.second(asked, asked.login, asked.me);
    if (path === '/login/passkey') return { options: asked.me.passkeys.toShow() };
    if (path === '/logout') {
      this.state.logins = this.state.logins.filter((one) => one !== asked.login);
      asked.cookie(null);
      return {};
    }
    if (path === '/me' && method === 'GET') return this.meOf(asked.login, asked.me);
    if (path.startsWith('/me/') || path === '/me') return this.own(asked, asked.login, asked.me);
    if (asked.login.stage !== 'full') throw new Refusal(401, 'signed-out');
    return this.inside(asked, asked.me);
  }

  private begin(asked: Asked, name: string, stage: Login['stage']): void {
    const id = randomBytes(16).toString('hex');
    this.state.logins.push({ id, number: this.begun++, name, stage, began: new Date().toISOString(), agent: asked.agent });
    asked.cookie(id);
  }

  private login(asked: Asked): unknown {
    const account = this.state.account(String(asked.body['name']));
    if (!account?.password || account.password !== asked.body['password'] || account.disabled) throw new Refusal(401, 'wrong-credentials');
    const second = this.waysOf(account);
    const next = second.totp || second.passkey ? 'second' : 'enrol';
    this.begin(asked, account.name, next);
    return { next, second };
  }

  private waysOf = (account: Account) => ({ totp: account.totp, passkey: account.passkeys.known.length > 0, recovery: account.codes > 0 });

  private second({ body }: Asked, login: Login, me: Account): unknown {
    if (body['totp'] !== CODE && body['recovery'] !== RECOVERY && !(body['passkey'] && me.passkeys.shown(body['passkey']))) throw new Refusal(401, 'wrong-credentials');
    if (body['recovery']) me.codes -= 1;
    login.stage = 'full';
    me.last_seen = new Date().toISOString();
    return { next: 'done' };
  }

  private invitation(token: string, asked: Asked): unknown {
    const me = this.state.account(this.state.tokens.get(token) ?? '');
    if (!me) throw new Refusal(422, 'refused', 'This link is not good any more; ask for a new one.');
    if (asked.path === '/invitation/look') return { name: me.name, display_name: me.display_name, role: me.role, expires_at: me.invited_until };
    if (String(asked.body['password']).length < 12) throw new Refusal(422, 'refused', 'At least 12 characters.');
    Object.assign(me, { password: asked.body['password'], invited_until: null });
    this.state.tokens.delete(token);
    this.begin(asked, me.name, 'enrol');
    return { next: 'enrol' };
  }

  private meOf(login: Login, me: Account): Me {
    return {
      ...personOf(me), session: { id: login.number, expires_at: soon() }, permissions: MAY[me.role], totp: me.totp, passkeys: login.stage === 'full' ? me.passkeys.known.map(({ credential: _, ...shown }) => shown) : [],
      recovery_codes_left: me.codes, passkeys_possible: true, stage: login.stage,
      ...(login.stage === 'second' ? { second: this.waysOf(me) } : {}),
    };
  }

  private own({ method, path, body }: Asked, login: Login, me: Account): unknown {
    const enrolled = (totp = true) => {
      Object.assign(me, { totp: me.totp || totp, second_factor: true, codes: CODES.length, last_seen: new Date().toISOString() });
      login.stage = 'full';
      return { recovery_codes: CODES };
    };
    if (path === '/me/totp') return { secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', uri: 'otpauth://totp/Ashkar', qr_svg_path: QR };
    if (path === '/me/totp/confirm') {
      if (body['code'] !== CODE) throw new Refusal(401, 'wrong-credentials');
      return enrolled();
    }
    if (path === '/me/passkeys') return { options: me.passkeys.toMake(me.name) };
    if (path === '/me/passkeys/confirm') {
      if (!me.passkeys.made(String(body['name']), body['credential'])) throw new Refusal(422, 'refused', 'No passkey.');
      return login.stage === 'full' ? { recovery_codes: null } : enrolled(false);
    }
    if (login.stage !== 'full') throw new Refusal(401, 'signed-out');
    const removed = /^\/me\/passkeys\/(\d+)$/.exec(path)?.[1];
    if (removed && method === 'DELETE') {
      me.passkeys.known = me.passkeys.known.filter(({ id }) => id !== Number(removed));
      return {};
    }
    if (path === '/me') {
      Object.assign(me, { language: body['language'] });
      return {};
    }
    if (path === '/me/password') {
      if (body['old'] !== me.password) throw new Refusal(422, 'refused', 'The present password is not right.');
      me.password = String(body['new']);
      return {};
    }
    if (path === '/me/recovery-codes') return enrolled();
    const ended = /^\/me\/sessions\/(\d+)$/.exec(path)?.[1];
    const mine = this.state.logins.filter((one) => one.name === me.name);
    if (path === '/me/sessions') return mine.map((one) => ({ id: one.number, current: one === login, began_at: one.began, seen_at: one.began, expires_at: soon(), from: '192.0.2.17', agent: one.agent }));
    if (ended && method === 'DELETE') {
      this.state.logins = this.state.logins.filter((one) => !(one.name === me.name && one.number === Number(ended)));
      return {};
    }
    throw new Refusal(404, 'not-found');
  }

  private inside(asked: Asked, me: Account): unknown {
    const { path } = asked;
    if (path === '/overview') return this.overview(me);
    if (path === '/list' || path.startsWith('/list/')) return this.list(asked, me);
    if (path === '/election') return ELECTION;
    if (path.startsWith('/people')) return this.people(asked, me);
    if (path.startsWith('/proposals')) return this.proposals(asked, me);
    if (path.startsWith('/views')) return this.views(asked, me);
    if (path.startsWith('/programme') || path === '/reports' || path === '/stock' || path.startsWith('/stations/') || path.startsWith('/constituencies/')) return this.programme(asked, me);
    if (path.startsWith('/elections')) return this.elections(asked, me);
    if (path === '/audit.ndjson') return new Lines(this.state.trail.map((entry) => `${JSON.stringify(entry)}\n`).reverse().join(''));
    if (path === '/audit') return this.audit(asked, me);
    throw new Refusal(404, 'not-found');
  }

  private list({ method, path, query, bytes }: Asked, me: Account): unknown {
    const { list } = this.state;
    if (method === 'POST') this.need(me, 'list.propose');
    if (path === '/list/look') return list.look(bytes.toString());
    if (path === '/list/import') return list.take(bytes.toString(), String(query.get('name')), me.name);
    const version = /^\/list\/(\d+)\/changes$/.exec(path)?.[1];
    if (version) return list.changes(Number(version));
    if (path === '/list') return list.shown(this.state.proposals);
    throw new Refusal(404, 'not-found');
  }

  private need(me: Account, permission: (typeof MAY)[keyof typeof MAY][number]): void {
    if (!MAY[me.role].includes(permission)) throw new Refusal(403, 'not-your-role');
  }
  private readonly theirs = (me: Account) => this.state.views.filter((view) => !me.constituencies || me.constituencies.includes(view.constituency));

  private overview(me: Account): unknown {
    const views = this.theirs(me);
    const open = this.state.proposals.filter((one) => one.state === 'open');
    const count = (state: string) => views.filter((view) => view.public === state).length;
    return {
      election: { key: 'sample', names: { az: 'Bələdiyyə seçkiləri', en: 'Municipal elections', ru: 'Муниципальные выборы' }, date: '2026-11-22', time_zone: 'Asia/Baku', sample: true, rehearsal: null },
      counts: {
        stations: views.length, cameras: views.length, on_air: views.filter((view) => view.on_air).length, public: count('public'), unapproved: count('unapproved'), hidden: count('hidden'),
        proposals_open: open.length, proposals_for_me: open.filter((one) => this.state.seenBy(one, me).may_decide).length,
      },
    };
  }

  private elections({ path, method, body }: Asked, me: Account): unknown {
    if (method === 'GET') return this.state.elections;
    if (path !== '/elections/rehearsals') throw new Refusal(404, 'not-found');
    this.need(me, 'policy.propose');
    const { date, on_air, until } = body['rehearsal'] as Record<string, string | null>;
    if (!date || date >= '2026-11-22') throw new Refusal(422, 'refused', 'A rehearsal comes before the vote that it rehearses.');
    const planned = rehearsalOn(date, this.state.elections.length, on_air ?? '07:30', until ?? '21:00');
    this.state.elections.push(planned);
    this.state.record(me.name, 'election.rehearse', planned.key, null, planned);
    return planned;
  }

  private people({ method, path, body }: Asked, me: Account): unknown {
    this.need(me, 'people.manage');
    const name = decodeURIComponent(/^\/people\/([^/]+)/.exec(path)?.[1] ?? '');
    const one = this.state.account(name);
    const link = (whose: Account) => {
      const token = randomBytes(16).toString('hex');
      this.state.tokens.set(token, whose.name);
      whose.invited_until = soon();
      return { link: `https://secim.example/desk/invitation#${token}`, expires_at: whose.invited_until };
    };
    if (!name && method === 'GET') return this.state.accounts.map(personOf);
    if (!name) {
      if (this.state.account(String(body['name']))) throw new Refusal(422, 'refused', `There is somebody named ${String(body['name'])} already, and names are never used again.`);
      const fresh = { ...body, disabled: false, second_factor: false, invited_until: soon(), last_seen: null, password: null, totp: false, codes: 0, passkeys: new Passkeys() } as unknown as Account;
      this.state.accounts.push(fresh);
      this.state.record(me.name, 'person.invite', fresh.name, null, personOf(fresh));
      return { person: personOf(fresh), ...link(fresh) };
    }
    if (!one) throw new Refusal(404, 'not-found');
    const { why, ...changes } = body;
    if (path.endsWith('/invitation')) return link(one);
    const before = personOf(one);
    Object.assign(one, changes);
    this.state.record(me.name, 'person.change', one.name, before, personOf(one), String(why));
    return personOf(one);
  }

  private proposals({ method, path, query, body }: Asked, me: Account): unknown {
    const [, , id, act] = path.split('/');
    if (!id && method === 'GET') return this.state.proposals.filter((one) => query.get('state') === 'all' || one.state === 'open').map((one) => this.state.seenBy(one, me));
    if (!id) {
      const proposal = this.state.propose(me.name, String(body['kind']), body['payload'] as Record<string, unknown>, String(body['why']));
      if (proposal.kind === 'policy.change') proposal.facts = { election: ELECTION };
      return this.state.seenBy(proposal, me);
    }
    const one = this.state.proposals.find((proposal) => proposal.id === Number(id));
    if (!one) throw new Refusal(404, 'not-found');
    const seen = this.state.seenBy(one, me);
    if (!act) return seen;
    if (one.state !== 'open') throw new Refusal(422, 'refused', `Proposal ${id} was decided already.`);
    if (act === 'withdraw' ? !seen.mine : !seen.may_decide) throw new Refusal(403, 'not-your-role');
    this.state.settle(one, act === 'approve' ? 'approved' : act === 'refuse' ? 'refused' : 'withdrawn', me.name, (body['why'] as string | undefined) ?? null);
    return { ...this.state.seenBy(one, me), ...(one.kind === 'person.recover' && act === 'approve' ? { link: 'https://secim.example/desk/invitation#0f1e2d3c4b5a69788796a5b4', expires_at: soon() } : {}) };
  }

  private views({ path, body }: Asked, me: Account): unknown {
    if (path === '/views') return this.theirs(me).map(({ hidings: _, approvals: __, ...row }) => row);
    if (path.startsWith('/views/stills/')) return new Jpeg(this.still);
    const [, camera = '', act] = /^\/views\/(\d+\/\d+\/\d+)(?:\/([\w.]+))?$/.exec(path) ?? [];
    const view = this.theirs(me).find((one) => one.camera === camera);
    if (!view) throw new Refusal(404, 'not-found');
    if (act === 'now.jpg') {
      if (!view.on_air) throw new Refusal(503, 'unavailable', `Camera ${camera} sends no picture at the moment.`);
      return new Jpeg(this.still);
    }
    if (act === 'still') {
      this.need(me, 'views.propose');
      return { sha256: this.sha, at: new Date().toISOString(), width: 640, height: 360 };
    }
    if (act === 'hide') {
      this.need(me, 'views.hide');
      this.state.hide(view, body as unknown as Parameters<DeskState['hide']>[1], me.name);
    }
    return view;
  }

  private programme({ method, path, body, bytes }: Asked, me: Account): unknown {
    const { programme } = this.state;
    const covers = (constituency: number) => !me.constituencies || me.constituencies.includes(constituency);
    const given = body as unknown as Parameters<typeof programme.record>[1];
    if (path === '/programme' && method === 'GET') return programme.board(covers);
    if (path === '/reports') return programme.openReports(covers);
    if (path === '/stock' && method === 'GET') return programme.stock;
    if (path === '/stock') {
      this.need(me, 'devices.edit');
      programme.move(me.name, given.fact as unknown as Record<string, unknown>);
      return { id: given.id, recorded: 'now' };
    }
    if (path === '/programme/dates') {
      this.need(me, 'programme.edit');
      const { id, stations, ...due } = body as unknown as { id: string; stations: string[]; stage: StageName; responsible: string; due: string | null };
      const made = stations.map((station) => programme.record(me.name, { id: `${id} ${station}`, fact: { what: 'due', station, ...due } }));
      return { id, stations: stations.length, made: made.filter(({ recorded }) => recorded === 'now').length };
    }
    if (path === '/programme') {
      this.need(me, 'programme.edit');
      return programme.record(me.name, given);
    }
    const sheets = /^\/constituencies\/(\d+)\/sheets$/.exec(path)?.[1];
    if (sheets) {
      this.need(me, 'programme.edit');
      return new Pdf(`%PDF-1.7 ${programme.sheets(me.name, (station) => station.startsWith(`${sheets}/`))}`);
    }
    const [, , constituency = '', number = '', act, file = ''] = path.split('/');
    const station = `${constituency}/${number}`;
    const known = programme.station(station);
    if (!known) throw new Refusal(404, 'not-found');
    if (!covers(Number(constituency))) throw new Refusal(403, 'not-your-role');
    if (!act) return known;
    if (act === 'acceptance.pdf') return new Pdf('%PDF-1.7 acceptance');
    if (act === 'sheet') {
      this.need(me, 'programme.edit');
      return new Pdf(`%PDF-1.7 ${programme.sheets(me.name, (one) => one === station)}`);
    }
    if (act === 'photos' && method === 'GET') {
      const photo = programme.photos.get(file.replace('.jpg', ''));
      if (!photo) throw new Refusal(404, 'not-found');
      return new Jpeg(photo.jpeg);
    }
    this.need(me, act === 'link' ? 'programme.edit' : 'programme.record');
    if (act === 'link') return { station, link: `https://secim.example/desk/self-test#${programme.link(me.name, station)}` };
    return act === 'photos' ? programme.keep(station, bytes, me.name) : programme.record(me.name, given);
  }

  private selfTest({ path, body }: Asked): unknown {
    const { programme } = this.state;
    const said = programme.linked(String(body['token']));
    if (path === '/self-test/look') return said;
    if (path === '/self-test/picture') return new Jpeg(this.still);
    const { id, room, box_and_tables, no_booth } = body as { id: string; room: boolean; box_and_tables: boolean; no_booth: boolean };
    return { station: said.station, recorded: programme.record('chair', { id, fact: { what: 'self-test', station: said.station, room, box_and_tables, no_booth } }).recorded };
  }

  private audit({ query }: Asked, me: Account): unknown {
    this.need(me, 'audit.read');
    const limit = Number(query.get('limit') ?? 50);
    const has = (name: string, fits: (wanted: string) => boolean) => !query.get(name) || fits(query.get(name) ?? '');
    const found = this.state.trail.filter((entry) => has('by', (by) => entry.by === by) && has('what', (what) => entry.what.startsWith(what)) && has('subject', (subject) => entry.subject === subject) && has('q', (q) => JSON.stringify(entry).includes(q)) && (!query.get('before') || Number(entry.id) < Number(query.get('before'))));
    const [head] = this.state.trail;
    return { entries: found.slice(0, limit), more: found.length > limit, head: head ? { id: head.id, hash: head.hash } : null };
  }
}
