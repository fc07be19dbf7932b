"""What the end-to-end tests stand on: a web of pages behind nginx, a broker, the daemon, and a reader that isn't ours."""
