"""The edge to devices: ONVIF, RTSP, vendor HTTP and the decoder child."""
