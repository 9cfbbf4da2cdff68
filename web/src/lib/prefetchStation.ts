/** What the station's page will want, asked for as soon as its address is known, not only when its code has come. */

import { stillOf } from './api';
import { ask } from './prefetch';
import { parseMoment, SECOND } from './time';

/**
 * Asks for a station and its first still. The live playlist is left to the player: one that it is given at once makes it wait before it asks for the next,
 * so that the picture stops for half a second after its start and stays that much further behind.
 */
export function prefetchStation(id: string, params: URLSearchParams): void {
  ask(`/api/v1/stations/${id}`);
  const camera = `${id}/${Number(params.get('camera')) || 1}`;
  const moment = parseMoment(params.get('t'));
  const still = new Image();
  still.fetchPriority = 'high';
  still.src = stillOf(camera, moment ?? undefined, SECOND);
}
