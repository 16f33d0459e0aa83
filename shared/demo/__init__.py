"""The demo: real data imported, one deal played by hand, the figures shown; all over HTTP."""
