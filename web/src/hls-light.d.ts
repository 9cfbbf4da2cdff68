/** The light build of hls.js has the shape of the full one; it only leaves out what these pages do not use. */
declare module 'hls.js/light' {
  export { default } from 'hls.js';
}
