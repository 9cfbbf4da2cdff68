/** What the desk's API says of the list. */

import type { ListChanges } from '../../lib/api';

export interface Decision { number: string; date: string }
export interface Publication { at: string; decision: Decision | null; by_owner: boolean; by: string[] }
export interface Version {
  number: number; made_at: string; by: string; source: string; constituencies: number; stations: number; sha256: string; publication: Publication | null;
}
/** Versions newest first. `proposal`: the open one to publish the newest. */
export interface List { versions: Version[]; newest: number | null; published: number | null; deadline: string | null; late: boolean; proposal: number | null }

export interface WrongCell { line: number | null; column: string | null; value: string | null; message: string }
/** What a file would change, or what is wrong with it. `base`: the list that it was compared with. */
export interface Looked {
  plan: { rows: number; diff: Pick<ListChanges, 'stations'> } | null; base: string | null; errors: { total: number; errors: WrongCell[] } | null;
}

/** The longest file, bytes. */
export const FILE_BYTES_MAX = 8 << 20;
