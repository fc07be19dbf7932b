//! Proxies, where they are installed: tinyproxy for HTTP, microsocks for SOCKS.

use std::{
    net::SocketAddr,
    process::{Child, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};

use super::{TlsServer, skipped};

/// The user name and password that the proxies demand where they demand any.
pub(crate) const CREDENTIALS: &str = "reporter:open sesame:7";

/// A proxy on loopback, stopped when dropped.
pub(crate) struct ProxyProgram {
    pub(crate) address: SocketAddr,
    folder: TempDir,
    child: Child,
}

impl ProxyProgram {
    /// An HTTP proxy, with `more` in its configuration.
    pub(crate) async fn tinyproxy(more: &str) -> Option<Self> {
        Self::start("tinyproxy", |folder, address| {
            let (log, configuration) = (folder.path().join("log"), folder.path().join("conf"));
            let text = format!(
                "Port {}\nListen {}\nTimeout 20\nLogFile \"{}\"\nLogLevel Info\nMaxClients 20\nAllow 127.0.0.1\n{more}",
                address.port(),
                address.ip(),
                log.display()
            );
            std::fs::write(&configuration, text).unwrap();
            vec!["-d".into(), "-c".into(), configuration.into()]
        })
        .await
    }

    /// A SOCKS proxy that demands [`CREDENTIALS`].
    pub(crate) async fn microsocks() -> Option<Self> {
        let (user, password) = CREDENTIALS.split_once(':').unwrap();
        Self::start("microsocks", |_, address| {
            let (ip, port) = (address.ip().to_string(), address.port().to_string());
            ["-i", &ip, "-p", &port, "-u", user, "-P", password].map(Into::into).to_vec()
        })
        .await
    }

    async fn start(
        program: &str,
        arguments: impl FnOnce(&TempDir, SocketAddr) -> Vec<std::ffi::OsString>,
    ) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let spawned = Command::new(program)
            .args(arguments(&folder, address))
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(folder.path().join("stderr")).unwrap())
            .spawn();
        let Ok(child) = spawned else {
            return skipped(&format!("{program} is not installed (Debian: apt-get install {program})"));
        };
        let proxy = Self { address, folder, child };
        for _ in 0..100 {
            if TcpStream::connect(address).await.is_ok() {
                return Some(proxy);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{program} does not answer: {}", proxy.log());
    }

    /// What it says about the requests it had.
    pub(crate) fn log(&self) -> String {
        ["log", "stderr"]
            .map(|name| std::fs::read_to_string(self.folder.path().join(name)).unwrap_or_default())
            .concat()
    }
}

impl Drop for ProxyProgram {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// TLS for `host` in front of what listens at `behind`.
pub(crate) async fn tls_in_front_of(host: &str, behind: SocketAddr) -> TlsServer {
    TlsServer::start(host, &[b"http/1.1"], move |mut stream| async move {
        let mut behind = TcpStream::connect(behind).await.unwrap();
        let _ = tokio::io::copy_bidirectional(&mut stream, &mut behind).await;
    })
    .await
}

/// An address at which nothing listens.
pub(crate) async fn nobody() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}
