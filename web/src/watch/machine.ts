/** What this device and its line are, as far as the browser tells. Asked for in the browser only. */

import { savesData } from '../lib/view';
import type { Machine } from './power';

export function thisMachine(): Machine {
  const [page] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  return {
    cores: navigator.hardwareConcurrency || 1,
    saveData: savesData(),
    fewConnections: page?.nextHopProtocol.startsWith('http/1') ?? true,
  };
}
