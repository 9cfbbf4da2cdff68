/** What this device and its line are, as far as the browser tells. Asked for in the browser only. */

import type { Machine } from './power';

type Line = Navigator & { connection?: { saveData?: boolean } };

export function thisMachine(): Machine {
  const [page] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  return {
    cores: navigator.hardwareConcurrency || 1,
    saveData: (navigator as Line).connection?.saveData ?? false,
    fewConnections: page?.nextHopProtocol.startsWith('http/1') ?? true,
  };
}
