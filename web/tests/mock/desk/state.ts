/** What the stand-in's desk remembers: cameras and who may see them, proposals, and a chained audit trail. */

import { createHash } from 'node:crypto';
import type { ApprovePayload, AuditEntry, Proposal, Reason, View } from '../../../src/desk/lib/types';
import { elections } from './elections';
import { DeskList } from './list';
import { Programme } from './programme';
import { accounts, DECIDES, MAY, type Account } from './people';

export interface Login { id: string; number: number; name: string; stage: 'second' | 'enrol' | 'full'; began: string; agent: string }

const VENUES = ['Məktəb № 6', 'Uşaq bağçası № 54', 'Mədəniyyət evi', 'Məktəb-lisey № 20', '140 nömrəli tam orta məktəb', 'Gənclər mərkəzi'];
const digest = (value: unknown) => createHash('sha256').update(JSON.stringify(value)).digest('hex');

export class DeskState {
  accounts = accounts();
  logins: Login[] = [];
  proposals: Proposal[] = [];
  trail: AuditEntry[] = [];
  elections = elections();
  done = new Set<string>();
  /** Secrets of invitations, and whose they are. */
  tokens = new Map<string, string>([['invitation-of-elchin', 'elchin.babayev']]);
  views: View[];
  programme: Programme;
  list = new DeskList();

  constructor(still: string) {
    this.views = [1, 7, 16].flatMap((constituency) => VENUES.map((venue, n): View => {
      const open = n < 3;
      return {
        camera: `${constituency}/${n + 1}/1`, station: { id: `${constituency}/${n + 1}`, venue }, constituency, on_air: n !== 4, public: open ? 'public' : 'unapproved',
        approved: open ? [{ phase: 'voting', at: '2026-11-20T11:02:00Z', by: ['leyla.aliyeva', 'rashad.mammadov'], owner: false, still, zones: [{ kind: 'box', x: 300, y: 420, w: 160, h: 300 }] }] : [],
        hidden: null, proposal: null, approvals: [], hidings: [],
      };
    }));
    for (const view of this.views) view.approvals = [...view.approved];
    const old = this.views.find((view) => view.camera === '1/2/1');
    if (old) this.hide(old, { reason: 'secrecy', text: 'Kabinənin pərdəsi açıq qalıb.', from: '2026-11-22T06:11:30Z' }, 'leyla.aliyeva');
    this.propose('leyla.aliyeva', 'view.approve', {
      camera: '16/5/1', phase: 'count', still, zones: [{ kind: 'counting_table', x: 180, y: 350, w: 420, h: 330 }, { kind: 'protocol_table', x: 660, y: 300, w: 240, h: 240 }],
      checks: { no_booth: true, box_visible: true, tables_visible: true, counting_visible: true, lit: false },
    }, 'Sayım masası dünən yerinə qoyulub, texniklə telefonda yoxlanıldı.');
    this.propose('leyla.aliyeva', 'list.publish', { version: 3, decision_number: '12/45', decision_date: '2026-11-01' }, 'Beş məntəqənin ünvanı dəqiqləşdirilib.');
    this.propose('rashad.mammadov', 'station.close', { station: '7/3', at: '2026-11-22T17:40:00Z' }, 'Yekun protokol asılıb, kamera söndürülə bilər.');
    this.propose('nigar.huseynova', 'person.recover', { name: 'sevda.quliyeva' }, 'Telefonunu itirib, şəxsiyyəti yerində yoxlanılıb.');
    this.programme = new Programme(() => this.views);
  }

  account = (name: string): Account | undefined => this.accounts.find((one) => one.name === name);
  view = (camera: string): View | undefined => this.views.find((one) => one.camera === camera);

  record(by: string, what: string, subject: string, before: unknown, after: unknown, why: string | null = null): void {
    const entry = { id: this.trail.length + 1, at: new Date().toISOString(), by: `desk:${by}`, what, subject, why, from: '192.0.2.17', before, after };
    this.trail.unshift({ ...entry, hash: digest([this.trail[0]?.hash ?? '', entry]) });
  }

  propose(by: string, kind: string, payload: Record<string, unknown> | ApprovePayload, why: string): Proposal {
    const proposal: Proposal = {
      id: this.proposals.length + 1, kind, payload: payload as Record<string, unknown>, seen: digest(payload), state: 'open', proposed_by: by, proposed_at: new Date().toISOString(), why,
      decided_by: null, decided_at: null, decided_why: null, mine: false, may_decide: false,
    };
    this.proposals.unshift(proposal);
    const view = this.view(String(proposal.payload['camera']));
    if (view) view.proposal = proposal.id;
    this.record(by, 'proposal.open', String(proposal.id), null, { kind, payload }, why);
    return proposal;
  }

  /** The proposal as somebody sees it: nobody decides on an own one. */
  seenBy(proposal: Proposal, { name, role, constituencies }: Account): Proposal {
    const where = Number(String(proposal.payload['camera'] ?? proposal.payload['station'] ?? '').split('/')[0]);
    const theirs = !where || !constituencies || constituencies.includes(where);
    const may = MAY[role].includes(DECIDES[proposal.kind] ?? 'policy.decide');
    return { ...proposal, mine: proposal.proposed_by === name, may_decide: proposal.proposed_by !== name && theirs && may };
  }

  settle(proposal: Proposal, state: 'approved' | 'refused' | 'withdrawn', by: string, why: string | null): void {
    Object.assign(proposal, { state, decided_by: by, decided_at: new Date().toISOString(), decided_why: why });
    const view = this.view(String(proposal.payload['camera']));
    if (view) view.proposal = null;
    if (state === 'approved' && proposal.kind === 'election.use') for (const one of this.elections) one.current = one.key === proposal.payload['key'];
    if (state === 'approved' && proposal.kind === 'list.publish') this.list.publish(proposal, by);
    if (state === 'approved' && view) this.apply(proposal, view, by);
    this.record(by, `proposal.${state}`, String(proposal.id), { state: 'open' }, { state }, why);
  }

  private apply(proposal: Proposal, view: View, by: string): void {
    const both = [proposal.proposed_by, by];
    if (proposal.kind === 'view.show') {
      Object.assign(view, { hidden: null, public: view.approved.length > 0 ? 'public' : 'unapproved' });
      Object.assign(view.hidings[0] ?? {}, { to: new Date().toISOString(), shown_by: both });
    } else if (proposal.kind === 'view.approve') {
      const { phase, still, zones } = proposal.payload as unknown as ApprovePayload;
      const approval = { phase, at: new Date().toISOString(), by: both, owner: false, still, zones };
      view.approvals.unshift(approval);
      view.approved = [approval, ...view.approved.filter((one) => one.phase !== phase)];
      if (view.public === 'unapproved') view.public = 'public';
    }
  }

  hide(view: View, { reason, text, from }: { reason: Reason; text: string; from: string | null }, by: string): void {
    const at = from ?? new Date().toISOString();
    const before = { public: view.public };
    Object.assign(view, { public: 'hidden', hidden: { reason, text, from: at, by } });
    view.hidings.unshift({ from: at, to: null, reason, text, by, shown_by: null });
    this.record(by, 'view.hide', view.camera, before, { public: 'hidden', reason, from: at }, text);
  }
}
