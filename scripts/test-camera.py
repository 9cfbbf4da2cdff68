#!/usr/bin/python3
"""An RTSP camera that nobody here wrote: GStreamer's RTSP server with a test picture.

Needs Debian's python3-gi, gir1.2-gst-rtsp-server-1.0, gstreamer1.0-plugins-good, -bad and -ugly.
Prints one line, "ready rtsp://127.0.0.1:PORT/camera", once it answers; runs until it is killed.
"""

import argparse
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

ENCODERS = {
    "h264": "x264enc tune=zerolatency speed-preset=ultrafast bitrate={kbit} key-int-max={gop}"
    " ! video/x-h264,profile=constrained-baseline ! rtph264pay name=pay0 pt=96 config-interval={interval}",
    "h264-b": "x264enc speed-preset=veryfast bframes=2 b-adapt=false bitrate={kbit} key-int-max={gop} rc-lookahead=2"
    " ! video/x-h264,profile=main ! rtph264pay name=pay0 pt=96 config-interval={interval}",
    "h265": "x265enc tune=zerolatency speed-preset=ultrafast bitrate={kbit} key-int-max={gop}"
    " ! h265parse ! rtph265pay name=pay0 pt=96 config-interval={interval}",
}
SOUNDS = {
    "none": "",
    "aac": " audiotestsrc is-live=true wave=ticks ! audioconvert ! audio/x-raw,rate=48000,channels=1"
    " ! voaacenc bitrate=64000 ! rtpmp4gpay name=pay1 pt=97",
    "pcma": " audiotestsrc is-live=true wave=ticks ! audioconvert ! audioresample"
    " ! audio/x-raw,rate=8000,channels=1 ! alawenc ! rtppcmapay name=pay1 pt=8",
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", default="0", help="0: any free one")
    parser.add_argument("--codec", choices=sorted(ENCODERS), default="h264")
    parser.add_argument("--sound", choices=sorted(SOUNDS), default="none")
    parser.add_argument("--auth", choices=["none", "basic", "digest"], default="none")
    parser.add_argument("--user", default="camera")
    parser.add_argument("--password", default="pass:word")
    parser.add_argument("--transport", choices=["any", "tcp", "udp"], default="any")
    parser.add_argument("--fps", type=int, default=25)
    parser.add_argument("--width", type=int, default=320)
    parser.add_argument("--height", type=int, default=240)
    parser.add_argument("--kbit", type=int, default=500)
    parser.add_argument("--gop", type=int, default=25, help="pictures from keyframe to keyframe")
    parser.add_argument("--parameter-sets", choices=["once", "each-keyframe"], default="each-keyframe")
    return parser.parse_args()


def protect(server, factory, options):
    """Asks for a name and a password, as cameras do."""
    auth = GstRtspServer.RTSPAuth()
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    if options.auth == "basic":
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.BASIC)
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(options.user, options.password), token)
    else:
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest(options.user, options.password, token)
    server.set_auth(auth)
    roles = GstRtspServer.RTSPPermissions()
    roles.add_permission_for_role("viewer", "media.factory.access", True)
    roles.add_permission_for_role("viewer", "media.factory.construct", True)
    factory.set_permissions(roles)


def main():
    options = arguments()
    Gst.init(None)
    interval = -1 if options.parameter_sets == "each-keyframe" else 0
    encoder = ENCODERS[options.codec].format(kbit=options.kbit, gop=options.gop, interval=interval)
    picture = (
        f"videotestsrc is-live=true pattern=ball ! video/x-raw,width={options.width},height={options.height},"
        f"framerate={options.fps}/1 ! videoconvert ! video/x-raw,format=I420 ! {encoder}"
    )
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(options.port)
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(f"( {picture}{SOUNDS[options.sound]} )")
    factory.set_shared(True)
    lower = GstRtsp.RTSPLowerTrans
    factory.set_protocols({"any": lower.TCP | lower.UDP, "tcp": lower.TCP, "udp": lower.UDP}[options.transport])
    if options.auth != "none":
        protect(server, factory, options)
    server.get_mount_points().add_factory("/camera", factory)
    if server.attach(None) == 0:
        sys.exit("the port cannot be opened")
    print(f"ready rtsp://127.0.0.1:{server.get_bound_port()}/camera", flush=True)
    GLib.MainLoop().run()


if __name__ == "__main__":
    main()
