/**
 * The service worker that opens the desk's pages without a line: one below each of the desk's addresses, and none above them, so
 * that no public page has one. See `worker/sw.js`.
 */

const SCRIPTS = ['/desk/sw.js', '/en/desk/sw.js', '/ru/desk/sw.js'] as const;
interface Policies { createPolicy: (name: string, rules: { createScriptURL: (address: string) => string }) => { createScriptURL: (address: string) => string } }

let asked = false;

/** Installs it, once for each page that was loaded; where the browser has none, or the page is not secure, nothing happens. */
export function install(): void {
  if (asked || !isSecureContext || !('serviceWorker' in navigator)) return;
  asked = true;
  const { trustedTypes } = globalThis as { trustedTypes?: Policies };
  const known = (address: string) => {
    if (!(SCRIPTS as readonly string[]).includes(address)) throw new TypeError(address);
    return address;
  };
  const policy = trustedTypes?.createPolicy('desk-worker', { createScriptURL: known }) ?? { createScriptURL: known };
  for (const script of SCRIPTS) void navigator.serviceWorker.register(policy.createScriptURL(script), { updateViaCache: 'none' }).catch(() => undefined);
}
