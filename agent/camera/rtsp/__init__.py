"""A small RTSP client: what a stream delivers, told from RTP, without decoding."""
