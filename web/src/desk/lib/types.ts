/** What the desk's API gives and takes. Fields that are not named here are ignored. Times are RFC 3339, UTC. */

import type { Names } from '../../lib/api';
import type { Lang } from '../../lib/route';

export const ROLES = ['administrator', 'commission', 'operator', 'technician', 'auditor'] as const;
export type Role = (typeof ROLES)[number];

/** Roles whose people may be given some constituencies instead of all. */
export const REGIONAL: readonly Role[] = ['operator', 'technician'];

export type Permission =
  | 'people.manage' | 'audit.read' | 'stations.read' | 'views.read' | 'views.propose' | 'views.decide' | 'views.hide' | 'list.propose' | 'list.decide'
  | 'station.propose' | 'station.decide' | 'policy.propose' | 'policy.decide' | 'programme.edit' | 'programme.record' | 'devices.edit';

export interface Person {
  name: string; display_name: string; role: Role; constituencies: number[] | null; language: Lang;
  disabled: boolean; second_factor: boolean; signed_in_before: boolean; invited_until: string | null; last_seen: string | null;
}

export interface Passkey { id: number; name: string; added_at: string; last_used_at: string | null }

/** How far somebody has signed in: wholly, up to the second factor, or up to the choice of one. */
export type Stage = 'full' | 'second' | 'enrol';

export interface Me extends Person {
  session: { id: number; expires_at: string }; permissions: Permission[];
  totp: boolean; passkeys: Passkey[]; recovery_codes_left: number; passkeys_possible: boolean; stage: Stage; second?: Second;
}

export interface Second { totp: boolean; passkey: boolean; recovery: boolean }
export interface SignedIn { next: 'done' | 'second' | 'enrol'; second: Second }

export interface Session { id: number; current: boolean; began_at: string; seen_at: string; expires_at: string; from: string; agent: string }
export interface Totp { secret: string; uri: string; qr_svg_path: [number, string] }
export interface RecoveryCodes { recovery_codes: string[] | null }
export interface Invited { name: string; display_name: string; role: Role; expires_at: string }
/** A link that is shown once. */
export interface Handed { link: string; expires_at: string }

export const ZONE_KINDS = ['box', 'mobile_box', 'issuing_table', 'counting_table', 'protocol_table'] as const;
export type ZoneKind = (typeof ZONE_KINDS)[number];
/** A part of a still, in thousandths of its width and height. */
export interface Zone { kind: ZoneKind; x: number; y: number; w: number; h: number }

export const CHECKS = ['no_booth', 'box_visible', 'tables_visible', 'counting_visible', 'lit'] as const;
export type Check = (typeof CHECKS)[number];
export type Checks = Record<Check, boolean>;

export const PHASES = ['voting', 'count'] as const;
export type ViewPhase = (typeof PHASES)[number];
export const PUBLIC = ['public', 'unapproved', 'hidden', 'unpublished'] as const;
export type Public = (typeof PUBLIC)[number];
export const REASONS = ['secrecy', 'person', 'other'] as const;
export type Reason = (typeof REASONS)[number];

/** `owner`: let in by the owner of the machine, without a still and without a second person. */
export interface Approved { phase: ViewPhase; at: string; by: string[]; owner: boolean; still: string | null; zones: Zone[] }
export interface ViewRow {
  camera: string; station: { id: string; venue: string }; constituency: number; on_air: boolean; public: Public;
  approved: Approved[]; hidden: { reason: Reason; text: string; from: string; by: string } | null; proposal: number | null;
}
export interface Hiding { from: string; to: string | null; reason: Reason; text: string; by: string; shown_by: string[] | null }
/** With all approvals and hidings, newest first. */
export interface View extends ViewRow { approvals: Approved[]; hidings: Hiding[] }
export interface Still { sha256: string; at: string; width: number; height: number }

export interface ApprovePayload { camera: string; phase: ViewPhase; still: string; zones: Zone[]; checks: Checks }

export type ProposalState = 'open' | 'approved' | 'refused' | 'withdrawn' | 'stale';
export interface Proposal {
  id: number; kind: string; payload: Record<string, unknown>; facts?: Record<string, unknown>; seen: string; state: ProposalState;
  proposed_by: string; proposed_at: string; why: string;
  decided_by: string | null; decided_at: string | null; decided_why: string | null; mine: boolean; may_decide: boolean;
}

export interface AuditEntry {
  id: number; at: string; by: string; what: string; subject: string; why: string | null; from: string | null;
  before: unknown; after: unknown; hash: string;
}
export interface AuditPage { entries: AuditEntry[]; more: boolean; head: { id: number; hash: string } | null }

export interface Overview {
  election: { key: string; names: Names; date: string; time_zone: string; sample: boolean; rehearsal: { of: string; until: string } | null };
  counts: Record<'stations' | 'cameras' | 'on_air' | 'public' | 'unapproved' | 'hidden' | 'proposals_open' | 'proposals_for_me', number>;
}

/** The vote or a rehearsal of it. */
export interface KnownElection {
  key: string; names: Names; date: string; plan: { on_air: string; voting_to: string }; rehearsal: { of: string; until: string } | null;
  current: boolean; from: string; to: string;
}
