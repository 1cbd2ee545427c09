"""The same questions asked by another ONVIF client (onvif-zeep), in a process of its own."""
