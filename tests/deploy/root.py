"""A clean Debian in a folder, as an image or a new machine has it: made once, unpacked for each test."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.request
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("DATELINE_BIN", REPOSITORY / "target" / "debug" / "dateline"))
# Not on every path of those who are not root.
CHROOT = shutil.which("chroot", path="/usr/sbin:/sbin:/usr/bin") or "chroot"
# DEPLOY_TEST_ROOT names one that is already there.
ARCHIVE = Path(os.environ.get("DEPLOY_TEST_ROOT", REPOSITORY / "target" / "ci" / "trixie.tar"))


def missing():
    """What this machine lacks for these tests, for people; empty when nothing."""
    lacks = []
    if os.geteuid() != 0:
        lacks.append("changing the root takes root")
    if not ARCHIVE.exists() and not shutil.which("mmdebstrap"):
        lacks.append("mmdebstrap is not installed")
    if not BINARY.exists():
        lacks.append(f"{BINARY} is not built")
    return "; ".join(lacks)


def make_archive():
    if not ARCHIVE.exists():
        ARCHIVE.parent.mkdir(parents=True, exist_ok=True)
        draft = ARCHIVE.with_suffix(".draft.tar")
        subprocess.run(["mmdebstrap", "--variant=minbase", "--include=ca-certificates,zlib1g,adduser", "trixie", draft],
                       check=True, timeout=900)
        draft.rename(ARCHIVE)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Root:
    """A root of its own. What runs in it shares this machine's network."""

    def __init__(self):
        make_archive()
        self.path = Path(tempfile.mkdtemp(prefix="dateline-root-"))
        subprocess.run(["tar", "--extract", "--numeric-owner", "--file", ARCHIVE, "--directory", self.path], check=True)
        shutil.copy("/etc/resolv.conf", self.path / "etc" / "resolv.conf")

    def remove(self):
        shutil.rmtree(self.path, ignore_errors=True)

    def command(self, arguments, user=None):
        options = [f"--userspec={user}"] if user else []
        return [CHROOT, *options, str(self.path), *arguments]

    def run(self, *arguments, user=None, env=None, check=True, timeout=600):
        """A command in the root, with its output."""
        environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                       "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8", **(env or {})}
        done = subprocess.run(self.command(arguments, user), env=environment, capture_output=True, text=True, timeout=timeout)
        if check and done.returncode:
            raise AssertionError(f"{arguments} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done

    def start(self, arguments, user, env):
        environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", **env}
        with open(self.path / "log", "ab") as log:
            return subprocess.Popen(self.command(arguments, user), env=environment, stdin=subprocess.DEVNULL,
                                    stdout=subprocess.DEVNULL, stderr=log)

    def log(self):
        return (self.path / "log").read_text(errors="replace")[-3000:]


def wait_until_ready(port, process, root):
    """The answer of /readyz once it is 200."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError(f"it ended with {process.returncode}:\n{root.log()}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10) as answer:
                return answer.read().decode()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise AssertionError(f"not ready within a minute:\n{root.log()}")


def terminate(process):
    """SIGTERM; the exit code."""
    process.send_signal(signal.SIGTERM)
    return process.wait(45)


class InCleanDebian(unittest.TestCase):
    """A test with a root of its own."""

    def lacks(self):
        return missing()

    def setUp(self):
        lacks = self.lacks()
        if lacks:
            if os.environ.get("CI"):
                self.fail(f"cannot run: {lacks}")
            self.skipTest(lacks)
        self.root = Root()
        self.addCleanup(self.root.remove)
