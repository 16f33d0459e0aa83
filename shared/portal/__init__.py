"""The portal: one page that leads to every service's documentation and shows every event."""
