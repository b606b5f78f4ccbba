"""What is in deploy/: the files are sound, and the image's root file system serves, built here in a folder.

    deploy_test.py BUILD SOURCE      BUILD is configured with the program built
"""
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

BUILD, SOURCE = (Path(p) for p in sys.argv[1:3])
DEPLOY = SOURCE / "deploy"
TOOLS = Path(sys.executable).parent
YAML_RULES = "{extends: default, rules: {line-length: {max: 120}, document-start: disable}}"


def run(*command, **options):
    result = subprocess.run([str(c) for c in command], capture_output=True, text=True, **options)
    if result.returncode != 0:
        raise AssertionError(f"{command[0]}: exit code {result.returncode}\n{result.stdout}{result.stderr}")
    return result.stdout


class FilesTest(unittest.TestCase):
    def test_the_dockerfile_is_sound(self):
        # DL3008 wants versions of packages, which change with every fix of security.
        run(TOOLS / "hadolint", "--ignore", "DL3008", DEPLOY / "Dockerfile")

    def test_yaml_is_well_formed(self):
        run(TOOLS / "yamllint", "--strict", "-d", YAML_RULES, DEPLOY / "compose.yaml", DEPLOY / "kubernetes")

    def test_kubernetes_objects_fit_their_schemas(self):
        import kubernetes_validate
        import yaml
        kinds = set()
        for document in yaml.safe_load_all((DEPLOY / "kubernetes/tiqu.yaml").read_text()):
            kubernetes_validate.validate(document, "1.30", strict=True)
            kinds.add(document["kind"])
        self.assertLessEqual({"Deployment", "Service", "HorizontalPodAutoscaler"}, kinds)

    def test_compose_has_the_ports_and_the_mount_of_docker_run(self):
        import yaml
        service = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]["tiqu"]
        self.assertEqual(service["ports"], ["8500:8500", "8501:8501"])
        self.assertEqual(service["volumes"][0]["target"], "/models/" + service["environment"]["MODEL_NAME"])
        self.assertTrue((DEPLOY / service["volumes"][0]["source"]).is_dir())
        self.assertTrue((DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).is_file())


def libraries(program):
    """Files that the loader maps for a program, itself included."""
    for line in run("ldd", program).splitlines():
        path = line.split("=>")[-1].split("(")[0].strip()
        if path.startswith("/"):
            yield Path(path)


class RootFileSystemTest(unittest.TestCase):
    def setUp(self):
        self.root = Path(self.enterContext(tempfile.TemporaryDirectory()))
        environment = {**os.environ, "DESTDIR": str(self.root)}
        run("cmake", "--install", BUILD, "--strip", "--prefix", "/usr", "--component", "tiqu", env=environment)
        self.program = self.root / "usr/bin/tiqu"

    def test_every_library_comes_from_a_package_that_exists(self):
        packages = run(DEPLOY / "runtime_packages.sh", self.program).split()
        self.assertIn("libgrpc++1.51", packages)
        self.assertFalse([p for p in packages if p.endswith("-dev") or "torch" in p])
        for package in packages:
            self.assertIn("install ok installed", run("dpkg-query", "-W", "-f=${Status}", package))

    @unittest.skipUnless(os.geteuid() == 0, "chroot needs root")
    def test_it_serves_the_mounted_model_of_model_name(self):
        for library in libraries(self.program):
            target = self.root / str(library).lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(library, target)
        shutil.copytree(SOURCE / "models/starter", self.root / "models/starter")
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        server = subprocess.Popen(
            ["/usr/bin/tiqu", "serve", f"--rest_api_port={port}", "--port=0", "--listen_address=127.0.0.1"],
            env={"MODEL_NAME": "starter", "MODEL_BASE_PATH": "/models", "LANG": "C.UTF-8"},
            preexec_fn=lambda: (os.chroot(self.root), os.chdir("/")), stderr=subprocess.PIPE)
        try:
            self.check_answers(server, port)
            server.send_signal(signal.SIGTERM)
            self.assertEqual(server.wait(30), 0)
        finally:
            server.kill()
            server.communicate()

    def check_answers(self, server, port):
        for _ in range(300):
            self.assertIsNone(server.poll(), "the server has ended")
            try:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
                connection.request("GET", "/readyz")
                if connection.getresponse().status == 200:
                    break
            except OSError:
                time.sleep(0.1)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        body = {"passage": "罗显敏,男,户籍地:广西壮族自治区宾阳县宾州镇", "question": "罗显敏的出生地是哪里"}
        connection.request("POST", "/v1/models/starter:extract", json.dumps(body))
        response = connection.getresponse()
        answer = json.loads(response.read())
        self.assertEqual(response.status, 200, answer)
        self.assertEqual(answer["model_version"], "1")
        self.assertEqual(len(answer["results"]), 1)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
