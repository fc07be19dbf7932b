//! The program on a configuration of its own.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

/// A feed at an address that the daemon doesn't reach out to.
const UNREACHABLE_FEED: &str = "[[feed]]\nurl = \"http://127.0.0.1:9/none\"\n";

/// A configuration in a folder of its own.
pub(crate) struct Site {
    pub folder: tempfile::TempDir,
}

impl Site {
    /// A site with these settings and feeds; a configuration needs a feed, so none are one that can't be reached.
    pub(crate) fn new(settings: &str, feeds: &str) -> Self {
        let feeds = if feeds.is_empty() { UNREACHABLE_FEED } else { feeds };
        let site = Self { folder: tempfile::tempdir().unwrap() };
        site.change(settings);
        site.copy_of_shipped("stories");
        fs::write(site.folder.path().join("feeds.toml"), feeds).unwrap();
        site
    }

    /// Puts `settings` in place of those that the configuration file has.
    pub(crate) fn change(&self, settings: &str) {
        let subject = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/subjects/russia-dprk");
        let head = format!("subject = {:?}\n", subject.canonicalize().unwrap());
        fs::write(self.config(), head + settings).unwrap();
    }

    /// Copies a folder of the shipped configuration to one of the same name beside the site's, and gives that.
    pub(crate) fn copy_of_shipped(&self, folder: &str) -> PathBuf {
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config").join(folder);
        let copy = self.folder.path().join(folder);
        fs::create_dir_all(&copy).unwrap();
        for file in fs::read_dir(shipped).unwrap() {
            let file = file.unwrap();
            fs::copy(file.path(), copy.join(file.file_name())).unwrap();
        }
        copy
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.folder.path().join("dateline.toml")
    }

    pub(crate) fn journal(&self) -> PathBuf {
        self.folder.path().join("data/journal.db")
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dateline"));
        // Settings of whoever runs the tests are not ours.
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("DATELINE_")) {
            command.env_remove(name);
        }
        command.args(arguments).env("DATELINE_CONFIG", self.config()).stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Starts the daemon, and gives it with its API's address once that is printed.
    pub(crate) fn daemon(&self, environment: &[(&str, &str)]) -> (Child, String) {
        self.daemon_with(&[], environment)
    }

    /// The same with further arguments.
    pub(crate) fn daemon_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> (Child, String) {
        let mut command = self.command(&["run"]);
        command.args(arguments).envs(environment.iter().copied());
        self.start(command)
    }

    /// The same, started by a line of `sh` whose arguments are the program and its.
    pub(crate) fn daemon_under(&self, line: &str) -> (Child, String) {
        let program = self.command(&["run"]);
        let mut command = Command::new("sh");
        command.args(["-c", line, "sh"]).arg(program.get_program()).args(program.get_args());
        for (name, value) in program.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        self.start(command)
    }

    fn start(&self, mut command: Command) -> (Child, String) {
        command.env("DATELINE_HTTP__LISTEN", "127.0.0.1:0").stdin(Stdio::null());
        let log = fs::File::create(self.folder.path().join("log")).unwrap();
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().rsplit(' ').next().unwrap_or_default().to_owned();
        assert!(address.starts_with("http://"), "{line}{}", self.log());
        (child, address)
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap()
    }
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Waits for what has to come, however long that takes.
pub(crate) fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(120), "{what}: that did not come");
        std::thread::sleep(Duration::from_millis(100));
    }
}

pub(crate) fn terminate(child: &mut Child, within: Duration) -> ExitStatus {
    Command::new("kill").arg(child.id().to_string()).status().unwrap();
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if begun.elapsed() > within {
            child.kill().unwrap();
            panic!("it did not end within {within:?}");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Status and body of a GET request.
pub(crate) fn get(address: &str, path: &str) -> (u16, String) {
    ask(address, "GET", path, "")
}

/// Status and body of a request with this JSON for a body.
pub(crate) fn send(address: &str, method: &str, path: &str, json: &str) -> (u16, String) {
    let headers = format!("Content-Type: application/json\r\nContent-Length: {}\r\n", json.len());
    exchange(address, method, path, &headers, json)
}

/// Status and body of a request without a body, with these further header lines.
pub(crate) fn ask(address: &str, method: &str, path: &str, headers: &str) -> (u16, String) {
    exchange(address, method, path, headers, "")
}

fn exchange(address: &str, method: &str, path: &str, headers: &str, body: &str) -> (u16, String) {
    let host = address.trim_start_matches("http://");
    let mut stream = std::net::TcpStream::connect(host).unwrap();
    let head = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\r\n");
    stream.write_all((head + body).as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
}

/// Lines of events without the name of the journal, which a replay's output doesn't have.
pub(crate) fn without_journal(lines: &str) -> String {
    let mut parts = lines.split("\"journal\":\"");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |joined, part| joined + part.split_once("\",").map_or(part, |(_, rest)| rest))
}
