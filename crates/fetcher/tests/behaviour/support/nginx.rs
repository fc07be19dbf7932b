//! nginx, where it is installed.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;

use super::skipped;

/// nginx over a folder of files on loopback, stopped when dropped.
pub(crate) struct Nginx {
    pub(crate) address: std::net::SocketAddr,
    folder: TempDir,
    child: Child,
}

impl Nginx {
    /// Starts nginx with `server` inside its `server { }` block and `http` beside it. Without nginx on this machine it says
    /// that the test is skipped and gives nothing.
    pub(crate) async fn start(http: &str, server: &str, files: &[(&str, &str)]) -> Option<Self> {
        let Some(program) = program() else {
            return skipped("nginx is not installed (Debian: apt-get install nginx-light)");
        };
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for (name, text) in files {
            let path = root.join("files").join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        std::fs::write(root.join("nginx.conf"), configuration(root, address, http, server)).unwrap();
        let child = Command::new(program)
            .arg("-p")
            .arg(root)
            .arg("-c")
            .arg(root.join("nginx.conf"))
            .arg("-e")
            .arg(root.join("error.log"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let nginx = Self { address, folder, child };
        for _ in 0..100 {
            if tokio::net::TcpStream::connect(address).await.is_ok() {
                return Some(nginx);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!(
            "nginx does not answer: {}",
            std::fs::read_to_string(nginx.path("error.log")).unwrap_or_default()
        );
    }

    /// What the access log says, a line per request: status, path, If-None-Match, If-Modified-Since, Accept-Encoding,
    /// User-Agent, separated by `|`.
    pub(crate) async fn log(&self) -> Vec<String> {
        // Written when a request has ended, which may be after its answer arrived.
        tokio::time::sleep(Duration::from_millis(100)).await;
        std::fs::read_to_string(self.path("access.log")).unwrap().lines().map(str::to_owned).collect()
    }

    /// Replaces a file it serves.
    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path("files").join(name), text).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn program() -> Option<&'static str> {
    ["/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx", "/usr/local/bin/nginx"]
        .into_iter()
        .find(|path| Path::new(path).exists())
}

fn configuration(root: &Path, address: std::net::SocketAddr, http: &str, server: &str) -> String {
    let root = root.display();
    format!(
        "daemon off; master_process off; pid {root}/pid;\n\
         events {{ worker_connections 1024; }}\n\
         http {{\n\
         client_body_temp_path {root}/t1; proxy_temp_path {root}/t2; fastcgi_temp_path {root}/t3;\n\
         uwsgi_temp_path {root}/t4; scgi_temp_path {root}/t5;\n\
         types {{ text/html html; application/rss+xml xml; text/plain txt; }}\n\
         log_format asked '$status|$request_uri|$http_if_none_match|$http_if_modified_since|$http_accept_encoding|$http_user_agent';\n\
         access_log {root}/access.log asked;\n\
         {http}\n\
         server {{ listen {address}; root {root}/files; {server} }}\n\
         }}\n"
    )
}
