/** Passkeys: between the JSON of the API (base64url) and the bytes of the browser. */

const bytes = (text: string): ArrayBuffer =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0)).buffer;

const text = (buffer: ArrayBuffer): string =>
  btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join('')).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

interface Described { id: string; type: 'public-key'; transports?: AuthenticatorTransport[] }
type WithText<T, K extends keyof T> = Omit<T, K> & Record<K, string>;
const described = (all: Described[] | undefined) => (all ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

export interface CreationJson {
  publicKey: Omit<PublicKeyCredentialCreationOptions, 'challenge' | 'user' | 'excludeCredentials'> &
    { challenge: string; user: WithText<PublicKeyCredentialUserEntity, 'id'>; excludeCredentials?: Described[] };
}
export interface RequestJson {
  publicKey: Omit<PublicKeyCredentialRequestOptions, 'challenge' | 'allowCredentials'> & { challenge: string; allowCredentials?: Described[] };
}

export const passkeysHere = () => window.isSecureContext && 'PublicKeyCredential' in window;

/** Makes a passkey on this device, or with one that is near. */
export async function made({ publicKey }: CreationJson): Promise<object> {
  const credential = (await navigator.credentials.create({
    publicKey: {
      ...publicKey, challenge: bytes(publicKey.challenge), user: { ...publicKey.user, id: bytes(publicKey.user.id) },
      excludeCredentials: described(publicKey.excludeCredentials),
    },
  })) as PublicKeyCredential;
  const response = credential.response as AuthenticatorAttestationResponse;
  return {
    ...head(credential),
    response: {
      attestationObject: text(response.attestationObject), clientDataJSON: text(response.clientDataJSON),
      transports: response.getTransports?.() ?? [],
    },
  };
}

/** Shows one of the passkeys that the server knows. */
export async function shown({ publicKey }: RequestJson): Promise<object> {
  const credential = (await navigator.credentials.get({
    publicKey: { ...publicKey, challenge: bytes(publicKey.challenge), allowCredentials: described(publicKey.allowCredentials) },
  })) as PublicKeyCredential;
  const response = credential.response as AuthenticatorAssertionResponse;
  return {
    ...head(credential),
    response: {
      authenticatorData: text(response.authenticatorData), clientDataJSON: text(response.clientDataJSON),
      signature: text(response.signature), userHandle: response.userHandle ? text(response.userHandle) : null,
    },
  };
}

const head = (credential: PublicKeyCredential) => ({
  id: credential.id, rawId: text(credential.rawId), type: credential.type, clientExtensionResults: credential.getClientExtensionResults(),
});
