"""A GStreamer RTSP server for tests; runs under the system's Python, which has ``gi``."""

import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

USER, PASSWORD = "admin", "correct horse"
SOURCE = "videotestsrc is-live=true pattern=smpte ! video/x-raw,width=640,height=360,framerate=10/1"
PIPES = {
    "/h264": f"( {SOURCE} ! x264enc tune=zerolatency key-int-max=10 speed-preset=ultrafast"
    " ! rtph264pay name=pay0 pt=96 config-interval=-1 )",
    "/h264-sdp-sets": f"( {SOURCE} ! x264enc tune=zerolatency key-int-max=10"
    " speed-preset=ultrafast ! h264parse ! video/x-h264,stream-format=avc"
    " ! rtph264pay name=pay0 pt=96 config-interval=0 )",
    "/h265": f"( {SOURCE} ! x265enc tune=zerolatency key-int-max=10 speed-preset=ultrafast"
    " ! rtph265pay name=pay0 pt=96 config-interval=-1 )",
    "/jpeg": f"( {SOURCE},format=I420 ! jpegenc ! rtpjpegpay name=pay0 pt=26 )",
    # Tables by number alone: jpegenc and RFC 2435 scale the same two tables the same way.
    "/jpeg-by-number": f"( {SOURCE},format=I420 ! jpegenc quality=50"
    " ! rtpjpegpay quality=50 name=pay0 pt=26 )",
    "/jpeg-422": f"( {SOURCE},format=Y42B ! jpegenc ! rtpjpegpay name=pay0 pt=26 )",
    "/sound-first": "( audiotestsrc is-live=true ! audio/x-raw,rate=8000,channels=1 ! alawenc"
    f" ! rtppcmapay name=pay0 pt=8 {SOURCE} ! x264enc tune=zerolatency key-int-max=10"
    " speed-preset=ultrafast ! rtph264pay name=pay1 pt=96 config-interval=-1 )",
}
UDP_ONLY = ("/h264", "/jpeg", "/h265")  # served again under /udp, where TCP is refused with 461


def main() -> None:
    """Serve the pipes on a free port, print it, and run until killed."""
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address(sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1")
    server.set_service("0")
    auth = GstRtspServer.RTSPAuth()
    auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "user")
    auth.add_digest(USER, PASSWORD, token)
    server.set_auth(auth)
    pipes = dict(PIPES)
    for path in UDP_ONLY:
        pipes[f"/udp{path}"] = pipes[path]
    for path, pipe in pipes.items():
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_launch(pipe)
        factory.set_shared(False)
        if path.startswith("/udp/"):
            factory.set_protocols(GstRtsp.RTSPLowerTrans.UDP)
        permissions = GstRtspServer.RTSPPermissions()
        permissions.add_role("user")
        permissions.add_permission_for_role("user", "media.factory.access", True)
        permissions.add_permission_for_role("user", "media.factory.construct", True)
        factory.set_permissions(permissions)
        server.get_mount_points().add_factory(path, factory)
    server.attach(None)
    sys.stdout.write(f"{server.get_bound_port()}\n")
    sys.stdout.flush()
    GLib.MainLoop().run()


if __name__ == "__main__":
    main()
