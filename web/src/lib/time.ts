/** Times as people read them: always in the election's zone, whatever zone the device is in. */

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

const formats = new Map<string, Intl.DateTimeFormat>();

function format(lang: string, zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${lang} ${zone} ${JSON.stringify(options)}`;
  let found = formats.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(lang, { ...options, timeZone: zone });
    formats.set(key, found);
  }
  return found;
}

const CLOCK = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;

/** `14:32` */
export const hourMinute = (at: number, zone: string) => format('en-GB', zone, CLOCK).format(at);

/** `14:32:06` */
export const hourMinuteSecond = (at: number, zone: string) =>
  format('en-GB', zone, { ...CLOCK, second: '2-digit' }).format(at);

/** `11:20–11:26`; what is shorter than a minute with its seconds, of which those that have begun count. */
export function fromTo(from: number, to: number, zone: string): string {
  if (to - from >= MINUTE) return `${hourMinute(from, zone)}–${hourMinute(to, zone)}`;
  return `${hourMinuteSecond(from, zone)}–${hourMinuteSecond(Math.ceil(to / SECOND) * SECOND, zone)}`;
}

/** `22 noyabr 2026`. The months come from our own texts: not every browser brings Azerbaijani with it. */
export function longDate(at: number, zone: string, months: readonly string[]): string {
  const [year, month, day] = dayOf(at, zone).split('-').map(Number);
  return `${day} ${months[(month ?? 1) - 1]} ${year}`;
}

/** The calendar day, `2026-11-22`, in the zone. */
export const dayOf = (at: number, zone: string) =>
  format('en-CA', zone, { year: 'numeric', month: '2-digit', day: '2-digit' }).format(at);

/** How far the zone is ahead of UTC at that moment, in milliseconds. */
export function zoneOffset(at: number, zone: string): number {
  const parts = format('en-GB', zone, {
    year: 'numeric', month: '2-digit', day: '2-digit', ...CLOCK, second: '2-digit',
  }).formatToParts(at);
  const of = (type: string) => Number(parts.find((part) => part.type === type)?.value ?? 0);
  const local = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
  return local - Math.floor(at / SECOND) * SECOND;
}

/** The first midnight of the zone after `at`. */
export function nextMidnight(at: number, zone: string): number {
  const offset = zoneOffset(at, zone);
  const day = 24 * HOUR;
  return Math.floor((at + offset) / day) * day + day - offset;
}

/** RFC 3339 in the zone, whole seconds: `2024-02-07T12:07:00+04:00`. It is how a moment stands in a link. */
export function rfc3339(at: number, zone: string): string {
  const offset = zoneOffset(at, zone);
  const local = new Date(Math.floor(at / SECOND) * SECOND + offset).toISOString().slice(0, 19);
  const minutes = Math.abs(Math.round(offset / MINUTE));
  const two = (n: number) => String(n).padStart(2, '0');
  return `${local}${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?$/i;
/** The election's zone until the server has given it. */
export const ZONE_UNTIL_KNOWN = 'Asia/Baku';

/**
 * Reads a moment of a link; null for anything that is not one. Without a zone it is one of the election's `zone`, as are all times on the pages.
 * A `+` that a mail program turned into a blank is restored.
 */
export function parseMoment(text: string | null, zone = ZONE_UNTIL_KNOWN): number | null {
  const whole = text?.trim().replace(/(:\d\d) (\d\d:\d\d)$/, '$1+$2').replace(/^(\d{4}-\d\d-\d\d) (?=\d)/, '$1T') ?? '';
  const [found, , , zoned] = MOMENT.exec(whole) ?? [];
  if (found === undefined) return null;
  const at = Date.parse(zoned ? whole : `${whole}Z`);
  if (Number.isNaN(at)) return null;
  return zoned ? at : at - zoneOffset(at - zoneOffset(at, zone), zone);
}

/** Reads a time of the API, which is always there and always right; NaN would poison every sum after it. */
export function instant(text: string): number {
  const at = Date.parse(text);
  return Number.isNaN(at) ? 0 : at;
}
