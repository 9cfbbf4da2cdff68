/** The stand-in's passkeys: it asks as the desk does, and looks at form, challenge and origin of what comes back. It verifies no signature. */

import { randomBytes } from 'node:crypto';
import type { Passkey } from '../../../src/desk/lib/types';

/** As the desk knows it: by a number of its own, and by what the device calls it. */
type Known = Passkey & { credential: string };

interface Credential { id: string; rawId: string; type: string; response: Record<string, string> }
const plain = (text: string | undefined) => Buffer.from(text ?? '', 'base64url');

export class Passkeys {
  known: Known[] = [];
  private challenge = '';

  toMake(name: string): unknown {
    this.challenge = randomBytes(32).toString('base64url');
    return {
      publicKey: {
        rp: { name: 'Aşkar', id: 'localhost' }, user: { id: Buffer.from(name).toString('base64url'), name, displayName: name }, challenge: this.challenge,
        pubKeyCredParams: [{ type: 'public-key', alg: -7 }], timeout: 60_000, attestation: 'none',
        authenticatorSelection: { residentKey: 'discouraged', userVerification: 'required' }, excludeCredentials: this.known.map(({ credential }) => ({ type: 'public-key', id: credential })),
      },
    };
  }

  toShow(): unknown {
    this.challenge = randomBytes(32).toString('base64url');
    return { publicKey: { challenge: this.challenge, rpId: 'localhost', timeout: 60_000, userVerification: 'required', allowCredentials: this.known.map(({ credential }) => ({ type: 'public-key', id: credential })) } };
  }

  made(name: string, credential: unknown): boolean {
    const given = credential as Credential;
    if (!this.answers(given, 'webauthn.create') || plain(given.response['attestationObject']).length < 100) return false;
    this.known.push({ id: this.known.length + 1, credential: given.rawId, name, added_at: new Date().toISOString(), last_used_at: null });
    return true;
  }

  shown(credential: unknown): boolean {
    const given = credential as Credential;
    const key = this.known.find((one) => one.credential === given.rawId);
    if (!key || !this.answers(given, 'webauthn.get') || plain(given.response['signature']).length < 60 || plain(given.response['authenticatorData']).length < 37) return false;
    key.last_used_at = new Date().toISOString();
    return true;
  }

  private answers({ type, response }: Credential, act: string): boolean {
    const client = JSON.parse(plain(response['clientDataJSON']).toString()) as { type: string; challenge: string; origin: string };
    return type === 'public-key' && client.type === act && client.challenge === this.challenge && new URL(client.origin).hostname === 'localhost';
  }
}
