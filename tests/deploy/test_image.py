"""The image, without Docker: the steps of the Dockerfile's last stage are done as they stand there in a clean Debian, and what comes of
it is started as the image starts it. The stage that builds is not done: its program is the one that the tests have built; only
that its packages exist is asked.
"""

import json
import shlex
import shutil
import subprocess
import unittest

from root import BINARY, REPOSITORY, InCleanDebian, free_port, terminate, wait_until_ready


def stages():
    """The Dockerfile as lists of (instruction, rest), one for each FROM."""
    text = (REPOSITORY / "deploy" / "Dockerfile").read_text()
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    found = []
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        if line.strip():
            instruction, rest = line.split(None, 1)
            if instruction == "FROM":
                found.append([])
            found[-1].append((instruction, rest))
    return found


class Image(InCleanDebian):
    def setUp(self):
        super().setUp()
        self.env, self.user, self.words = {}, None, {}

    def copy(self, rest):
        *sources, target = rest.removeprefix("--from=build ").split()
        into = self.root.path / target.lstrip("/")
        if rest.startswith("--from=build"):
            subprocess.run(["strip", "-o", into, BINARY], check=True)
            return
        for source in (REPOSITORY / name for name in sources):
            if source.is_dir():
                shutil.copytree(source, into, dirs_exist_ok=True)
            else:
                into.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, into)

    def do(self, instruction, rest):
        match instruction:
            case "RUN":
                self.root.run("sh", "-c", rest, env=self.env)
            case "COPY":
                self.copy(rest)
            case "ENV":
                self.env.update(pair.split("=", 1) for pair in shlex.split(rest))
            case "USER":
                self.user = rest
            case "ENTRYPOINT" | "CMD":
                self.words[instruction] = json.loads(rest)
            case "HEALTHCHECK":
                self.words[instruction] = json.loads(rest.split("CMD ", 1)[1])
            case "FROM":
                self.assertEqual(rest, "debian:trixie-slim", "the root of these tests is trixie")
            case "VOLUME" | "EXPOSE" | "STOPSIGNAL":
                pass
            case _:
                self.fail(f"this test doesn't know {instruction}")

    def test_the_steps_of_the_last_stage_make_a_daemon_that_runs_is_healthy_and_stops(self):
        build, image = stages()
        for instruction, rest in image:
            self.do(instruction, rest)
        self.assertEqual(self.user, "dateline")
        self.assertIn("GeoNames", (self.root.path / "usr/share/doc/dateline/NOTICE").read_text())
        runs = [rest for instruction, rest in build if instruction == "RUN"]
        self.assertTrue(any("strip -o /dateline " in run for run in runs), "the image holds the stripped program")
        packages = runs[0].split("recommends ")[1].split(" &&")[0]
        self.root.run("sh", "-c", f"apt-get update -qq && apt-get install -y --simulate {packages}")

        port = free_port()
        env = {**self.env, "DATELINE_HTTP__LISTEN": f"127.0.0.1:{port}"}
        process = self.root.start(self.words["ENTRYPOINT"] + self.words["CMD"], self.user, env)
        self.addCleanup(process.kill)
        self.assertTrue(wait_until_ready(port, process, self.root).startswith("ready"))
        healthy = self.root.run(*self.words["HEALTHCHECK"], user=self.user, env=env)
        self.assertRegex(healthy.stdout, "^(ok|degraded): ")
        self.assertEqual(terminate(process), 0, self.root.log())
        unhealthy = self.root.run(*self.words["HEALTHCHECK"], user=self.user, env=env, check=False)
        self.assertEqual(unhealthy.returncode, 1, unhealthy.stdout)


if __name__ == "__main__":
    unittest.main()
