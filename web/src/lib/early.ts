/** What the station's page will want, asked for as soon as its address is known, not only when its code has come. */

import { stillOf } from './api';
import { ask } from './asked';
import { liveAddress } from './dvr';
import { parseMoment, SECOND } from './time';
import { savesData } from './view';

/** Asks for a station, its first still and, where live video is what will be watched, its playlist. */
export function askForStation(id: string, params: URLSearchParams): void {
  ask(`/api/v1/stations/${id}`);
  const camera = `${id}/${Number(params.get('camera')) || 1}`;
  const moment = parseMoment(params.get('t'));
  const still = new Image();
  still.fetchPriority = 'high';
  still.src = stillOf(camera, moment ?? undefined, SECOND);
  // Side by side, small pictures may be of other renditions: which, the station says.
  const video = params.get('camera') !== 'all' && (params.get('view') ?? 'video') === 'video' && !savesData();
  if (moment === null && video) ask(liveAddress(camera));
}
