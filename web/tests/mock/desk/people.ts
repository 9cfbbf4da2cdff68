/** The people of the stand-in's desk: all have the same password and the same code, and each role what it may do. */

import type { Permission, Person, Role } from '../../../src/desk/lib/types';
import { Passkeys } from './passkeys';

export const PASSWORD = 'dörd sözdən uzun parol';
export const CODE = '123456';
export const RECOVERY = 'aaaa-bbbb-cccc';
export const TOKEN = 'invitation-of-elchin';

export const MAY: Record<Role, Permission[]> = {
  administrator: ['people.manage', 'audit.read', 'stations.read', 'views.read'],
  commission: ['audit.read', 'stations.read', 'views.read', 'views.propose', 'views.decide', 'views.hide', 'list.propose', 'list.decide', 'station.propose', 'station.decide', 'policy.propose', 'policy.decide', 'programme.edit', 'programme.record', 'devices.edit'],
  operator: ['stations.read', 'views.read', 'views.propose', 'views.decide', 'views.hide', 'station.propose', 'station.decide', 'programme.edit', 'programme.record', 'devices.edit'],
  technician: ['stations.read', 'programme.record'],
  auditor: ['audit.read', 'stations.read', 'views.read'],
};

/** Who may decide on a kind of proposal. */
export const DECIDES: Record<string, Permission> = {
  'view.approve': 'views.decide', 'view.show': 'views.decide', 'list.publish': 'list.decide', 'station.close': 'station.decide', 'person.recover': 'people.manage', 'election.use': 'policy.decide',
};

export interface Account extends Omit<Person, 'signed_in_before'> { password: string | null; totp: boolean; codes: number; passkeys: Passkeys }

const account = (name: string, display_name: string, role: Role, constituencies: number[] | null = null): Account => ({
  name, display_name, role, constituencies, language: 'az', disabled: false, second_factor: true, invited_until: null, last_seen: '2026-11-21T09:14:00Z',
  password: PASSWORD, totp: true, codes: 8, passkeys: new Passkeys(),
});

export const accounts = (): Account[] => [
  account('nigar.huseynova', 'Nigar Hüseynova', 'administrator'),
  account('kamran.hasanov', 'Kamran Həsənov', 'administrator'),
  account('leyla.aliyeva', 'Leyla Əliyeva', 'commission'),
  account('rashad.mammadov', 'Rəşad Məmmədov', 'operator', [7, 16]),
  account('sevda.quliyeva', 'Sevda Quliyeva', 'auditor'),
  account('orkhan.safarov', 'Orxan Səfərov', 'technician', [7]),
  { ...account('elchin.babayev', 'Elçin Babayev', 'technician', [7]), password: null, totp: false, second_factor: false, last_seen: null, codes: 0, invited_until: new Date(Date.now() + 172_800_000).toISOString() },
];
