/** One record from a form at the desk: its name is made once and kept while its answer is not known, as the request's key is. */

import { Problem } from './api';
import { Doing } from './doing.svelte';
import { ActKey } from './key';

export class Recording {
  readonly doing = new Doing();
  #id = new ActKey();

  /** Whether it is recorded now, or was before. */
  send(path: string, fact: { what: string } & Record<string, unknown>): Promise<boolean> {
    return this.sendAll(path, { fact });
  }

  /** The same of many records under one name. */
  async sendAll(path: string, records: Record<string, unknown>): Promise<boolean> {
    const id = this.#id.of(`${path} ${JSON.stringify(records)}`);
    const done = await this.doing.change('POST', path, { id, ...records });
    const failure = this.doing.failure;
    if (done || (failure instanceof Problem && failure.kind !== 'signed-out')) this.#id.settled();
    return done !== null;
  }
}
