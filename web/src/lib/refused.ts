/** What a server answers in place of media. */

/** Statuses from here on say that the server is at fault (RFC 9110, 15.6). */
const SERVER_FAULT = 500;

/** The server answered, and not with the media that were asked for. */
export class Refused extends Error {
  constructor(readonly status: number) {
    super(`refused: ${status}`);
  }
}

export const isServersFault = (status: number | undefined) => status !== undefined && status >= SERVER_FAULT;
