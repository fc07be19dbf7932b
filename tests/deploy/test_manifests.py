"""Compose file and Kubernetes manifests: right by their schemas, and by what only a look at several places tells."""

import os
import subprocess
import sys
import unittest
from pathlib import Path

try:
    import yaml
except ImportError:
    yaml = None

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
TOOLS = Path(sys.executable).parent


def tool(name, *arguments):
    return subprocess.run([TOOLS / name, *arguments], capture_output=True, text=True, timeout=120)


class Manifests(unittest.TestCase):
    def setUp(self):
        lacks = [name for name in ("check-jsonschema", "kubernetes-validate") if not (TOOLS / name).exists()]
        lacks += [] if yaml else ["PyYAML"]
        if lacks:
            if os.environ.get("CI"):
                self.fail(f"cannot run without {lacks}")
            self.skipTest(f"{lacks}, of tests/requirements.txt, are not installed")

    def test_the_compose_file_is_one(self):
        done = tool("check-jsonschema", "--builtin-schema", "vendor.compose-spec", DEPLOY / "compose.yaml")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_the_broker_of_compose_is_reached_from_inside_and_from_this_machine(self):
        services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
        kafka, daemon = services["kafka"], services["dateline"]
        advertised = dict(one.split("://") for one in kafka["environment"]["KAFKA_ADVERTISED_LISTENERS"].split(","))
        listening = dict(one.split("://") for one in kafka["environment"]["KAFKA_LISTENERS"].split(","))
        self.assertEqual(daemon["environment"]["DATELINE_KAFKA__BROKERS"], advertised["INSIDE"])
        # A browser comes from outside the container, and is let in with what it logs in with.
        self.assertTrue(daemon["environment"]["DATELINE_API__TOKEN"].startswith("${DATELINE_API__TOKEN:?"))
        data = next(volume.split(":")[1] for volume in daemon["volumes"] if volume.startswith("dateline:"))
        self.assertEqual(Path(daemon["environment"]["DATELINE_CONSOLE__USERS"]).parent, Path(data))
        for name, address in advertised.items():
            self.assertEqual(address.rsplit(":")[-1], listening[name].rsplit(":")[-1], name)
        port = advertised["OUTSIDE"].removeprefix("localhost:")
        self.assertIn(f"127.0.0.1:{port}:{port}", kafka["ports"])
        for name, service in services.items():
            self.assertIn("mem_limit", service, name)
            self.assertIn("healthcheck", service, name)
            self.assertTrue(service["volumes"], name)

    def test_the_kubernetes_manifests_are_right_by_the_schema_strictly(self):
        for version in ("1.29.0", "1.37.0"):
            for manifest in ("dateline.yaml", "fleet.yaml"):
                done = tool("kubernetes-validate", "--strict", "--kubernetes-version", version, DEPLOY / "kubernetes" / manifest)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def documents(self, manifest):
        """The documents of a manifest, which refer to one another as they ought to, and its container."""
        documents = {one["kind"]: one for one in yaml.safe_load_all((DEPLOY / "kubernetes" / manifest).read_text())}
        pods = documents["StatefulSet"]["spec"]["template"]
        container = pods["spec"]["containers"][0]
        self.assertEqual(documents["Service"]["spec"]["selector"], pods["metadata"]["labels"])
        named = {kind: source[kind]["name"] for source in container["envFrom"] for kind in source}
        self.assertEqual(named, {"configMapRef": documents["ConfigMap"]["metadata"]["name"],
                                 "secretRef": documents["Secret"]["metadata"]["name"]})
        image = (DEPLOY / "Dockerfile").read_text()
        self.assertIn(f"--uid {pods['spec']['securityContext']['runAsUser']} ", image)
        return documents, container

    def test_the_manifests_refer_to_one_another(self):
        documents, container = self.documents("dateline.yaml")
        claims = {claim["metadata"]["name"] for claim in documents["StatefulSet"]["spec"]["volumeClaimTemplates"]}
        mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
        self.assertEqual({mounts[claim] for claim in claims}, {"/var/lib/dateline"})
        self.assertEqual(documents["StatefulSet"]["spec"]["replicas"], 1, "a journal belongs to one daemon")

    def test_a_fleet_s_pods_are_its_members_by_their_names_and_keep_nothing_on_disk(self):
        documents, container = self.documents("fleet.yaml")
        self.assertEqual({one["name"]: one["valueFrom"]["fieldRef"]["fieldPath"] for one in container["env"]},
                         {"DATELINE_FLEET__MEMBER": "metadata.name"})
        fleet = documents["StatefulSet"]["spec"]
        self.assertNotIn("volumeClaimTemplates", fleet)
        self.assertGreater(fleet["replicas"], documents["PodDisruptionBudget"]["spec"]["maxUnavailable"])
        self.assertEqual(documents["PodDisruptionBudget"]["spec"]["selector"], fleet["selector"])


if __name__ == "__main__":
    unittest.main()
