"""A schema registry that isn't ours, with the REST API that Confluent's clients speak: Apicurio Registry, fetched by Maven, in memory."""

import os
import subprocess
import tarfile
import unittest
import urllib.error
import urllib.request
from pathlib import Path

from .daemon import REPOSITORY, eventually
from .site import free_port

# The last version that runs on Java 17, as the broker does.
ARTIFACT = "io.apicurio:apicurio-registry-app:2.6.13.Final:tar.gz:all"
FOLDER = REPOSITORY / "target" / "registry"
PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"


def fetch():
    """The folder with the program; fetched once."""
    runners = list(FOLDER.glob("*-runner.jar"))
    if not runners:
        FOLDER.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mvn", "-q", "-B", PLUGIN, f"-Dartifact={ARTIFACT}", f"-DoutputDirectory={FOLDER}"],
                       check=True, timeout=600, cwd=FOLDER)
        archive, = FOLDER.glob("*.tar.gz")
        with tarfile.open(archive) as packed:
            packed.extractall(FOLDER, filter="data")
        archive.unlink()
        runners = list(FOLDER.glob("*-runner.jar"))
    return runners[0]


class Registry:
    """A registry of a test's own. It forgets everything when it stops."""

    def __init__(self, folder):
        self.log = Path(folder) / "registry.log"
        self.port = free_port()
        self.process = None

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}/apis/ccompat/v7"

    def start(self):
        try:
            runner = fetch()
        except (OSError, subprocess.CalledProcessError) as error:
            if "CI" in os.environ:
                raise
            raise unittest.SkipTest(f"no schema registry: {error}") from error
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                ["java", "-Xmx400m", "-XX:TieredStopAtLevel=1", "-Dquarkus.http.host=127.0.0.1",
                 f"-Dquarkus.http.port={self.port}", "-jar", runner], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        eventually("the registry answers", 180, self.answers)
        return self

    def answers(self):
        try:
            with urllib.request.urlopen(f"{self.address}/subjects", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
