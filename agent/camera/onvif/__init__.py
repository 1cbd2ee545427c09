"""A thin ONVIF client: SOAP templates out, hardened parsing in, about twenty operations."""
