"""A small web: nginx serves any number of hosts over TLS, with certificates of an authority of our own."""

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from urllib.parse import urlsplit

NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")

CONFIGURATION = """
daemon off;
master_process off;
pid {root}/nginx.pid;
error_log {root}/error.log warn;
events {{ worker_connections 512; }}
http {{
    log_format timed '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" $msec $host';
    access_log {root}/access.log timed;
    client_body_temp_path {root}/tmp; proxy_temp_path {root}/tmp; fastcgi_temp_path {root}/tmp;
    uwsgi_temp_path {root}/tmp; scgi_temp_path {root}/tmp;
    types {{ text/html html; application/rss+xml rss; application/atom+xml atom; text/plain txt; }}
    default_type text/html;
    charset utf-8;
    gzip on; gzip_types *; gzip_min_length 0;
    server {{
        {listen}
        server_name _;
        ssl_certificate {root}/server.pem;
        ssl_certificate_key {root}/server.key;
        root {root}/hosts/$host;
        if (-f {root}/blocked/$host.403) {{ return 403; }}
        if (-f {root}/blocked/$host.429) {{ return 429; }}
        if (-f {root}/blocked/$host.silent) {{ rewrite ^ /silent last; }}
        location = /silent {{ internal; proxy_pass http://127.0.0.1:{silent}; }}
        location / {{ try_files $uri $uri/index.html =404; }}
    }}
}}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(*command, **options):
    subprocess.run(command, check=True, capture_output=True, **options)


class Site:
    """Pages by URL. Everything lives below `root`; `start` makes certificates for the hosts that were added."""

    def __init__(self, root, addresses=()):
        """`addresses` are those that it is to be found at beside 127.0.0.1."""
        self.root = Path(root)
        self.addresses = ("127.0.0.1", *addresses)
        self.hosts = set()
        self.port = free_port()
        self.process = None
        # Takes connections and never says a word.
        self.silent = socket.create_server(("127.0.0.1", 0))
        (self.root / "tmp").mkdir(parents=True)
        (self.root / "blocked").mkdir()

    def add(self, url, content):
        """Serves `content` at `url`, whose path becomes a file; a path that ends in a slash becomes its index."""
        parts = urlsplit(url)
        self.hosts.add(parts.hostname)
        path = self.root / "hosts" / parts.hostname / parts.path.lstrip("/")
        if parts.path.endswith("/"):
            path = path / "index.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        # A feed must never be read half written.
        staged = path.with_name(path.name + ".new")
        staged.write_text(content) if isinstance(content, str) else staged.write_bytes(content)
        staged.rename(path)

    def remove(self, url):
        """Serves nothing at `url` any more."""
        parts = urlsplit(url)
        (self.root / "hosts" / parts.hostname / parts.path.lstrip("/")).unlink()

    def block(self, hosts):
        """Has these hosts, and no others, answer with "403" or "429", or be "silent"."""
        for file in (self.root / "blocked").iterdir():
            file.unlink()
        for host, how in hosts.items():
            (self.root / "blocked" / f"{host}.{how}").touch()

    @property
    def ca(self):
        return self.root / "ca.pem"

    @property
    def connect_to(self):
        return self.connect_to_it_at("127.0.0.1")

    def connect_to_it_at(self, address):
        """Where a daemon finds the hosts that sees the site at one of its addresses."""
        return {host: f"{address}:{self.port}" for host in sorted(self.hosts)}

    def _certify(self):
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
        run("openssl", "req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "30",
            "-subj", "/CN=Dateline test authority", "-addext", "basicConstraints=critical,CA:TRUE",
            "-addext", "keyUsage=critical,keyCertSign", cwd=self.root)
        run("openssl", "req", *key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=dateline.test",
            cwd=self.root)
        names = ",".join(f"DNS:{host}" for host in sorted(self.hosts))
        (self.root / "server.ext").write_text(f"subjectAltName={names}\nbasicConstraints=CA:FALSE\n")
        run("openssl", "x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
            "-out", "server.pem", "-days", "30", "-extfile", "server.ext", cwd=self.root)

    def start(self):
        self._certify()
        configuration = self.root / "nginx.conf"
        listen = "\n        ".join(f"listen {address}:{self.port} ssl;" for address in self.addresses)
        configuration.write_text(CONFIGURATION.format(root=self.root, listen=listen,
                                                      silent=self.silent.getsockname()[1]))
        self.process = subprocess.Popen([NGINX, "-e", self.root / "error.log", "-c", configuration])
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.05)
        raise RuntimeError(f"nginx did not start: {(self.root / 'error.log').read_text()}")

    def requests(self):
        """The lines of the access log."""
        return (self.root / "access.log").read_text().splitlines()

    def moments(self):
        """When each host was asked, in seconds, in order."""
        asked = {}
        for line in self.requests():
            *_, moment, host = line.split()
            asked.setdefault(host, []).append(float(moment))
        return {host: sorted(moments) for host, moments in asked.items()}

    def stop(self):
        if self.process:
            # What hangs at the silent server must not keep it.
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(10)
        self.silent.close()


def rss(title, items):
    """An RSS 2.0 feed of (title, link, guid) triples."""
    def escape(text):
        return text.replace("&", "&amp;").replace("<", "&lt;")
    entries = "\n".join(
        f"<item><title>{escape(name)}</title><link>{escape(link)}</link>"
        f"<guid isPermaLink=\"false\">{escape(guid)}</guid></item>" for name, link, guid in items)
    return (f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>{escape(title)}</title>'
            f"<link>https://feeds.example/</link><description>{escape(title)}</description>\n{entries}\n</channel></rss>\n")


def atom(title, items):
    """An Atom feed of (title, link, id) triples."""
    def escape(text):
        return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    entries = "\n".join(
        f'<entry><title>{escape(name)}</title><link href="{escape(link)}"/><id>{escape(guid)}</id>'
        f"<updated>2025-06-20T00:00:00Z</updated></entry>" for name, link, guid in items)
    return (f'<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"><title>{escape(title)}</title>'
            f"<id>urn:{escape(title)}</id><updated>2025-06-20T00:00:00Z</updated>\n{entries}\n</feed>\n")
