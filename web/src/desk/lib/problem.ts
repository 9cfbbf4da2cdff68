/** How a request can fail. */

/** An answer that is no success: problem details (RFC 9457), `kind` being the last part of their type. */
export class Problem extends Error {
  constructor(readonly status: number, readonly kind: string, readonly detail: string, readonly retryAfter: number | null) {
    super(`${status} ${kind}`);
  }
}

/** No answer at all: whether the request was done is not known. */
export class Unreachable extends Error {}
