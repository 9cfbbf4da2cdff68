/** The stand-in's approved views and citizens' reports. It keeps the answers that the page meets, not the centre's limits. */

import type { IncomingMessage, ServerResponse } from 'node:http';

const ZONES = [{ kind: 'box', x: 120, y: 480, w: 180, h: 260 }, { kind: 'mobile_box', x: 320, y: 560, w: 110, h: 150 }, { kind: 'issuing_table', x: 520, y: 420, w: 400, h: 300 }];
const AT = '2026-11-19T16:40:00+04:00';
const TOO_MANY = 30;

export class Shown {
  #reported = new Set<string>();

  /** What a camera was approved to show; the second one of a station by the owner alone. */
  approval(camera: string): unknown {
    const owner = camera.endsWith('/2');
    const view = (phase: string) => ({ phase, at: AT, by_owner: owner, still: owner ? null : `/view/${camera}/${phase}.jpg`, zones: owner ? [] : ZONES });
    return { camera, hidden: null, hidden_since: null, approved: owner ? [view('voting')] : [view('voting'), view('count')] };
  }

  /** Answers a report; the text `flood` is one too many, `full` finds no place. */
  report(camera: string, request: IncomingMessage, response: ServerResponse): void {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const { kind, text } = JSON.parse(Buffer.concat(pieces).toString()) as { kind: string; text: string };
      const status = request.headers['content-type'] !== 'application/json' ? 415 : text === 'flood' ? 429 : text === 'full' ? 409 : 200;
      if (status === 429) response.setHeader('retry-after', String(TOO_MANY));
      const name = `${camera} ${kind} ${text}`;
      const outcome = this.#reported.has(name) ? 'known' : 'received';
      if (status === 200) this.#reported.add(name);
      response.statusCode = status;
      response.setHeader('content-type', 'application/json').setHeader('cache-control', 'no-store').end(JSON.stringify(status === 200 ? { outcome } : { status }));
    });
  }
}
