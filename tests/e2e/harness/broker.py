"""A broker of a test's own, which the test may stop and start; the script beside it does the work."""

import os
import subprocess
from pathlib import Path

from .daemon import REPOSITORY

SCRIPT = REPOSITORY / "tests" / "broker" / "broker"


class Broker:
    """Started again on the same folder it has the same address and data."""

    def __init__(self, folder, properties=""):
        """`properties` are further lines of its configuration."""
        self.folder = Path(folder)
        self.environment = {**os.environ, "BROKER_PROPERTIES": properties}
        self.address = None
        self.running = False

    def start(self):
        self.address = subprocess.run([SCRIPT, "start", self.folder], check=True, stdout=subprocess.PIPE, text=True,
                                      timeout=300, env=self.environment).stdout.strip()
        self.running = True
        return self

    def stop(self):
        if self.running:
            subprocess.run([SCRIPT, "stop", self.folder], check=True, timeout=120)
            self.running = False

    def kill(self):
        """SIGKILL: what it had not written it never writes."""
        subprocess.run([SCRIPT, "kill", self.folder], check=True, timeout=120)
        self.running = False
