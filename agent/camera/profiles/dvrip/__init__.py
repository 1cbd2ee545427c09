"""DVRIP, what XMeye cameras and recorders speak on TCP 34567 (Xiongmai, "Sofia", NetIP)."""
