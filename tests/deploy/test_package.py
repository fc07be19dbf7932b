"""The Debian package in a clean Debian: installed, started as its unit says, upgraded, removed and purged."""

import re
import shlex
import shutil
import subprocess
import unittest

from root import REPOSITORY, InCleanDebian, free_port, terminate, wait_until_ready

BUILD = REPOSITORY / "deploy" / "debian" / "build"


def unit():
    """The settings of the unit's [Service], as lists."""
    settings = {}
    for line in (REPOSITORY / "deploy" / "dateline.service").read_text().splitlines():
        if match := re.match(r"(\w+)=(.*)", line):
            settings.setdefault(match[1], []).append(match[2])
    return settings


class Package(InCleanDebian):
    def lacks(self):
        return super().lacks() or ("" if shutil.which("cargo-deb") else "cargo-deb is not installed")

    def package(self, version):
        """Built from the program that the tests have built; its path in the root."""
        made = subprocess.run([BUILD, "dev", version], check=True, capture_output=True, text=True).stdout.strip().splitlines()
        shutil.copy(REPOSITORY / made[-1], self.root.path / f"dateline-{version}.deb")
        return f"/dateline-{version}.deb"

    def starts_as_the_unit_says(self):
        service = unit()
        port = free_port()
        env = dict(pair.split("=", 1) for line in service["Environment"] for pair in shlex.split(line))
        env["DATELINE_HTTP__LISTEN"] = f"127.0.0.1:{port}"
        process = self.root.start(shlex.split(service["ExecStart"][0]), service["User"][0], env)
        self.addCleanup(process.kill)
        wait_until_ready(port, process, self.root)
        # At a terminal nobody has the unit's environment.
        status = self.root.run("dateline", "status", "--config", "/etc/dateline/dateline.toml").stdout
        self.assertRegex(status, "^(ok|degraded): ")
        self.assertEqual(terminate(process), 0, self.root.log())

    def test_it_is_installed_started_upgraded_removed_and_purged(self):
        root = self.root
        root.run("apt-get", "update", "-qq")
        root.run("apt-get", "install", "-y", "--no-install-recommends", self.package("0.1.0-1"))
        self.starts_as_the_unit_says()
        self.assertIn("GeoNames", (root.path / "usr/share/doc/dateline/NOTICE").read_text(), "whose data the tables are made from")
        journal = root.path / "var/lib/dateline/journal.db"
        feeds = root.path / "etc/dateline/feeds.toml"
        self.assertEqual(journal.parent.stat().st_mode & 0o777, 0o700)
        feeds.write_text(feeds.read_text() + "# ours\n")

        root.run("dpkg", "--install", "--force-confold", self.package("0.1.1-1"))
        self.assertIn("0.1.1-1", root.run("dpkg-query", "--show", "dateline").stdout)
        self.assertTrue(feeds.read_text().endswith("# ours\n"), "an upgrade keeps what the operator wrote")
        self.starts_as_the_unit_says()

        root.run("dpkg", "--remove", "dateline")
        self.assertFalse((root.path / "usr/bin/dateline").exists())
        self.assertTrue(journal.exists() and feeds.exists(), "removing keeps journal and configuration")
        root.run("dpkg", "--purge", "dateline")
        self.assertFalse(journal.exists() or feeds.exists())
        self.assertNotIn("dateline", (root.path / "etc/passwd").read_text())

    def test_the_unit_has_no_mistakes(self):
        if not shutil.which("systemd-analyze"):
            self.skipTest("systemd-analyze is not installed")
        found = subprocess.run(["systemd-analyze", "verify", REPOSITORY / "deploy" / "dateline.service"], capture_output=True,
                               text=True)
        mistakes = [line for line in found.stderr.splitlines() if "dateline.service" in line and "not executable" not in line
                    and "is not found" not in line]
        self.assertEqual(mistakes, [])


if __name__ == "__main__":
    unittest.main()
