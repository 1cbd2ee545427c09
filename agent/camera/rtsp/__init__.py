"""A small RTSP client over TCP: what a stream delivers, told from RTP, without decoding."""
