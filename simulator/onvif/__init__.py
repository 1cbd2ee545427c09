"""The ONVIF side of a simulated device: operations, replies, subscriptions."""
