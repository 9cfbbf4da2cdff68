/**
 * The one client of the desk's API. What changes something carries a key, so that it is done once, however often it is sent; an
 * answer that says "already done" is one that says "done". An answer that says "signed out" makes the request wait until the
 * same person has signed in again; then it is sent once more, under the same key.
 */

import { clock } from '../../lib/clock.svelte';
import { isAttended } from './attended';
import { within } from '../../lib/signal';
import { Problem, Unreachable } from './problem';

const BASE = '/desk/api/v1';
const REQUEST_LIMIT_MS = 30_000;
/** A photo may take long on the line of a station. */
const UPLOAD_LIMIT_MS = 180_000;

export { Problem, Unreachable };

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** What the client asks of the session, which it must not import. */
export interface Host {
  language: () => string;
  /** Called when a session has ended; resolves with whether the same person has signed in again. */
  again: () => Promise<boolean>;
}
let host: Host = { language: () => 'az', again: () => Promise.resolve(false) };
export const useHost = (given: Host) => { host = given; };

async function sent(method: Method, path: string, headers: Record<string, string>, body: string | ArrayBuffer | null, signal?: AbortSignal): Promise<Response> {
  const began = Date.now();
  let response: Response;
  try {
    response = await fetch(BASE + path, {
      method, body, cache: 'no-store', credentials: 'same-origin', signal: within(body instanceof ArrayBuffer ? UPLOAD_LIMIT_MS : REQUEST_LIMIT_MS, signal),
      headers: { accept: 'application/json', 'accept-language': host.language(), ...(isAttended() ? {} : { 'x-unattended': 'yes' }), ...headers },
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Unreachable(path, { cause: error });
  }
  if (response.status === 502 || response.status === 504) throw new Unreachable(path);
  const date = Date.parse(response.headers.get('date') ?? '');
  // The header is cut to whole seconds: on average it is half a second behind.
  if (!Number.isNaN(date)) clock.learn(date + 500, began, Date.now());
  return response;
}

async function problemOf(response: Response): Promise<Problem> {
  const body = (await response.json().catch(() => ({}))) as { type?: string; detail?: string };
  const wait = Number(response.headers.get('retry-after') ?? NaN);
  return new Problem(response.status, (body.type ?? '').split('/').pop() ?? '', body.detail ?? '', Number.isFinite(wait) ? wait : null);
}

async function answered<T>(response: Response): Promise<T> {
  if (!response.ok) throw await problemOf(response);
  try {
    const text = await response.text();
    return (text ? JSON.parse(text) : {}) as T;
  } catch (error) {
    throw new Unreachable(response.url, { cause: error });
  }
}

const isSignedOut = (error: unknown) => error instanceof Problem && error.kind === 'signed-out';

/** Does the work, and once more after signing in again where the session has ended meanwhile. */
async function withSession<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isSignedOut(error) || !(await host.again()) || signal?.aborted) throw error;
    return work();
  }
}

/** Reads. `bare`: a session that has ended is an answer, and nothing to wait for. */
export async function get<T>(path: string, signal?: AbortSignal, bare = false): Promise<T> {
  const work = async () => answered<T>(await sent('GET', path, {}, null, signal));
  return bare ? work() : withSession(work, signal);
}

/** Sends something under a key. Null: it was done already, by the same request, whose answer was lost. */
async function once<T>(method: Exclude<Method, 'GET'>, path: string, type: string, body: string | ArrayBuffer, key: string, person?: string): Promise<T | null> {
  const whose: Record<string, string> = person === undefined ? {} : { 'x-person': person };
  try {
    return await answered<T>(await sent(method, path, { 'content-type': type, 'idempotency-key': key, ...whose }, body));
  } catch (error) {
    if (error instanceof Problem && error.kind === 'already-done') return null;
    throw error;
  }
}

/** Changes. Null: it was done already, by the same request, whose answer was lost. */
export async function change<T>(method: Exclude<Method, 'GET'>, path: string, body: unknown, key: string, bare = false): Promise<T | null> {
  const text = JSON.stringify(body ?? {});
  const work = () => once<T>(method, path, 'application/json', text, key);
  return bare ? work() : withSession(work);
}

/** Changes something and takes the document that is answered. Null: it was done already, and its document was lost with the answer. */
export async function paper(path: string, body: unknown, key: string): Promise<Blob | null> {
  const headers = { accept: 'application/pdf', 'content-type': 'application/json', 'idempotency-key': key };
  return withSession(async () => {
    const response = await sent('POST', path, headers, JSON.stringify(body), undefined);
    if (response.ok) return response.blob().catch((error: unknown) => { throw new Unreachable(path, { cause: error }); });
    const problem = await problemOf(response);
    if (problem.kind === 'already-done') return null;
    throw problem;
  });
}

/**
 * What somebody typed, perhaps long ago: the desk takes it from that person alone, whoever has signed in meanwhile in another
 * window. A session that has ended is an answer, and nothing to wait for.
 */
export const hand = <T>(path: string, what: ArrayBuffer | object, key: string, person: string): Promise<T | null> =>
  what instanceof ArrayBuffer ? once<T>('POST', path, 'image/jpeg', what, key, person) : once<T>('POST', path, 'application/json', JSON.stringify(what), key, person);

/** Sends a list as a file. Null: it was done already, by the same request, whose answer was lost. */
export const sendCsv = <T>(path: string, csv: ArrayBuffer, key: string): Promise<T | null> => withSession(() => once<T>('POST', path, 'text/csv', csv, key));

/** A picture that is asked for with a secret in the body, by somebody without an account. */
export async function pictureFor(path: string, body: unknown, key: string, signal: AbortSignal): Promise<Blob> {
  const headers = { accept: 'image/jpeg', 'content-type': 'application/json', 'idempotency-key': key };
  const response = await sent('POST', path, headers, JSON.stringify(body), signal);
  if (!response.ok) throw await problemOf(response);
  return response.blob();
}

/** A picture, and its time where the server gives it. Fails as `get` does. */
export async function picture(path: string, signal: AbortSignal): Promise<{ blob: Blob; at: string | null }> {
  return withSession(async () => {
    const response = await sent('GET', path, { accept: 'image/jpeg' }, null, signal);
    if (!response.ok) throw await problemOf(response);
    return { blob: await response.blob(), at: response.headers.get('picture-time') };
  }, signal);
}

export const address = (path: string) => BASE + path;
