"""A schema registry that isn't ours, with the REST API that Confluent's clients speak: Apicurio Registry, fetched by Maven, in memory. Before it
stands nginx, which asks for a name and a password (RFC 7617)."""

import base64
import json
import os
import subprocess
import tarfile
import unittest
import urllib.error
import urllib.request
from pathlib import Path

from .daemon import REPOSITORY, eventually
from .site import NGINX, free_port

# The last version that runs on Java 17, as the broker does.
ARTIFACT = "io.apicurio:apicurio-registry-app:2.6.13.Final:tar.gz:all"
FOLDER = REPOSITORY / "target" / "registry"
PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"

GUARD = """
daemon off;
master_process off;
pid {root}/nginx.pid;
error_log {root}/error.log warn;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {root}/tmp; proxy_temp_path {root}/tmp; fastcgi_temp_path {root}/tmp;
    uwsgi_temp_path {root}/tmp; scgi_temp_path {root}/tmp;
    server {{
        listen 127.0.0.1:{port};
        auth_basic "schemas";
        auth_basic_user_file {root}/users;
        location / {{ proxy_pass http://127.0.0.1:{behind}; }}
    }}
}}
"""


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
    """A registry of a test's own. It forgets everything when it stops. `credentials` are the name and the password that it asks for."""

    def __init__(self, folder, credentials):
        self.root = Path(folder) / "registry"
        (self.root / "tmp").mkdir(parents=True)
        self.credentials = credentials
        self.guard_port, self.port = free_port(), free_port()
        self.guard, self.process = None, None
        name, password = credentials.split(":")
        (self.root / "users").write_text(f"{name}:{{PLAIN}}{password}\n")
        (self.root / "nginx.conf").write_text(GUARD.format(root=self.root, port=self.guard_port, behind=self.port))

    @property
    def address(self):
        return f"http://127.0.0.1:{self.guard_port}/apis/ccompat/v7"

    def start_guard(self):
        """From here on who has not the right credentials gets 401, and who has them 502 until the registry is started."""
        self.guard = subprocess.Popen([NGINX, "-c", self.root / "nginx.conf", "-p", self.root], stdin=subprocess.DEVNULL,
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        eventually("the registry's guard asks for credentials", 20, lambda: self.status("nobody:nothing") == 401)
        return self

    def request(self, path, credentials):
        request = urllib.request.Request(f"{self.address}{path}")
        request.add_header("Authorization", "Basic " + base64.b64encode(credentials.encode()).decode())
        return urllib.request.urlopen(request, timeout=10)

    def status(self, credentials):
        """What it answers whoever shows these; None where nobody answers."""
        try:
            with self.request("/subjects", credentials) as answer:
                return answer.status
        except urllib.error.HTTPError as refusal:
            return refusal.code
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return None

    def subjects(self):
        with self.request("/subjects", self.credentials) as answer:
            return set(json.load(answer))

    def start(self):
        try:
            runner = fetch()
        except (OSError, subprocess.CalledProcessError) as error:
            if "CI" in os.environ:
                raise
            raise unittest.SkipTest(f"no schema registry: {error}") from error
        with open(self.root / "log", "wb") as log:
            self.process = subprocess.Popen(
                ["java", "-Xmx400m", "-XX:TieredStopAtLevel=1", "-Dquarkus.http.host=127.0.0.1",
                 f"-Dquarkus.http.port={self.port}", "-jar", runner], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        eventually("the registry answers", 180, lambda: self.status(self.credentials) == 200)
        return self

    def stop(self):
        for process in (self.guard, self.process):
            if process and process.poll() is None:
                process.kill()
                process.wait()
