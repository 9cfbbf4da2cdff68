/** Where the picture is shown beside its place in the page: on the full screen, or in a small window of its own. */

type OldVideo = HTMLVideoElement & { webkitEnterFullscreen?: () => void };

export class Screen {
  root = $state<HTMLElement>();
  full = $state(false);
  small = $state(false);

  /** Whether this browser can show a video in a small window. */
  get canBeSmall(): boolean {
    return document.pictureInPictureEnabled;
  }

  /** Keeps up with what the browser does by itself, until the function it returns is called. */
  follow(): () => void {
    const ended = new AbortController();
    const look = () => {
      this.full = document.fullscreenElement !== null && document.fullscreenElement === this.root;
      this.small = document.pictureInPictureElement !== null;
    };
    for (const name of ['fullscreenchange', 'enterpictureinpicture', 'leavepictureinpicture']) document.addEventListener(name, look, { signal: ended.signal, capture: true });
    return () => ended.abort();
  }

  toggleFull(): void {
    if (document.fullscreenElement) void document.exitFullscreen();
    else if (this.root?.requestFullscreen) void this.root.requestFullscreen().catch(() => undefined);
    else this.root?.querySelector<OldVideo>('video')?.webkitEnterFullscreen?.();
  }

  toggleSmall(): void {
    const video = this.root?.querySelector('video');
    if (document.pictureInPictureElement) void document.exitPictureInPicture();
    else if (video) void video.requestPictureInPicture().catch(() => undefined);
  }
}
