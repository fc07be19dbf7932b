//! A running daemon's API, asked by the other commands: plain HTTP/1.1, one request a connection.

use std::time::Duration;

use dateline_journal::{JournalError, JournalReader};
use dateline_wire::Secret;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::{Method, Request, Response, StatusCode, header};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use url::{Position, Url};

use crate::api::ProblemKind;
use crate::config::Settings;
use crate::failure::Failure;
use crate::run_record::RunRecord;
use crate::status::StatusReport;
use crate::text::shown_address;

/// How long a daemon may take to do what it is told: to ask a site for its feed, say, and then to read its configuration anew.
const PATIENCE: Duration = Duration::from_secs(60);
/// After how much of that whoever waits is told.
const USUAL_WAIT: Duration = Duration::from_secs(10);
/// How long it may take to say how it is.
const STATUS_PATIENCE: Duration = Duration::from_secs(10);
/// How long it may take to take a connection. It is on this machine as a rule.
const CONNECTION_PATIENCE: Duration = Duration::from_secs(5);
/// How long it may take to begin an answer that needs no more than its journal, and to go on with it.
pub const ANSWER_PATIENCE: Duration = Duration::from_secs(15);

/// Where the daemon with these settings has its API.
///
/// # Errors
/// Never for an address that the settings can hold.
pub fn address(settings: &Settings) -> Result<Url, Failure> {
    Url::parse(&format!("http://{}", settings.http.listen)).map_err(|error| Failure::Other(error.to_string()))
}

/// Where a daemon was found, and what speaks against its being the one that is meant.
#[derive(Debug)]
pub struct FoundDaemon {
    /// The address of its API.
    pub api: Url,
    /// Why it may be another, where it may.
    pub doubt: Option<Doubt>,
}

/// Why a daemon that answers may not be the one that is meant, told in full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    /// It has another journal than the one that is there.
    OtherJournal(String),
    /// The configuration names a journal that isn't there, and it has one.
    NoJournal(String),
}

impl Doubt {
    /// About the daemon at `api` that says of itself what `status` holds, by the journal of `settings`: none where it has that, and where
    /// that cannot be told.
    pub fn about(api: &Url, status: &StatusReport, settings: &Settings) -> Option<Self> {
        let path = settings.shown_journal_path();
        let theirs = status.daemon.as_ref().map(|run| run.journal_file.as_path());
        let theirs = theirs.filter(|file| !file.as_os_str().is_empty());
        let of = theirs.map_or_else(String::new, |file| format!(" ({})", file.display()));
        let told = |ours: &str| {
            format!(
                "the daemon that answers at {} has another journal{of} than this configuration names ({}){ours}",
                origin(api),
                path.display()
            )
        };
        match JournalReader::open(&path) {
            Ok(journal) if journal.id().as_str() == status.journal => None,
            Ok(_) => Some(Self::OtherJournal(told(""))),
            // It may stand in a folder that only the daemon can look into.
            Err(JournalError::Missing { .. }) if theirs != std::path::absolute(&path).ok().as_deref() => {
                Some(Self::NoJournal(told(", where there is none")))
            }
            Err(_) => None,
        }
    }

    /// What is said of it.
    pub fn message(&self) -> &str {
        let (Self::OtherJournal(told) | Self::NoJournal(told)) = self;
        told
    }

    /// That nothing is asked of that daemon unless it is named.
    pub fn refusal(&self, api: &Url) -> Failure {
        let daemon = origin(api);
        Failure::Other(format!("{}: give --url {daemon} if that one is meant", self.message()))
    }
}

impl FoundDaemon {
    /// The daemon that runs with these settings: by the note that it left beside its journal, else the one that answers where they say.
    ///
    /// # Errors
    /// Never for an address that the settings can hold.
    pub fn of(settings: &Settings) -> Result<Self, Failure> {
        if let Some(api) = RunRecord::api_in_use(settings) {
            return Ok(Self { api, doubt: None });
        }
        let api = address(settings)?;
        // Where none answers, whoever asks it for something says so.
        let doubt = status(&api).ok().and_then(|status| Doubt::about(&api, &status, settings));
        Ok(Self { api, doubt })
    }
}

/// What the daemon at `api` says of how it is. Not to be called on a runtime.
///
/// # Errors
/// Why it says nothing that can be read.
pub fn status(api: &Url) -> Result<StatusReport, String> {
    let mut url = api.clone();
    url.set_path("/v1/status");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    let daemon = origin(api);
    let unread =
        |error: &dyn std::fmt::Display| format!("the daemon at {daemon} does not say how it is: {error}");
    let exchange = async {
        let (answer, connection) = get(&url).await?;
        let status = answer.status();
        let body = answer.into_body().collect().await.map_err(|error| unread(&error))?.to_bytes();
        connection.abort();
        match status.is_success() {
            true => serde_json::from_slice(&body).map_err(|error| unread(&error)),
            false => Err(unread(&format!("{status}: {}", String::from_utf8_lossy(&body)))),
        }
    };
    runtime.block_on(async {
        timeout(STATUS_PATIENCE, exchange).await.unwrap_or_else(|_| Err(silent(api, STATUS_PATIENCE)))
    })
}

/// The answer to a GET request, and the task that drives its connection, which ends with the answer.
///
/// # Errors
/// Why there is none: which daemon, what went wrong, what to do.
pub async fn get(url: &Url) -> Result<(Response<Incoming>, JoinHandle<()>), String> {
    let answered = timeout(ANSWER_PATIENCE, send(Method::GET, url, None, Bytes::new())).await;
    answered.unwrap_or_else(|_| Err(silent(url, ANSWER_PATIENCE)))
}

/// Where somebody who finds no daemon may look.
pub const AND_NOW: &str = ". `dateline status` says what is known of it";

/// What is said of a daemon that takes connections and does not answer.
pub fn silent(api: &Url, patience: Duration) -> String {
    format!(
        "the daemon at {} takes the connection and does not answer within {} seconds: it hangs, or its machine is overloaded; see \
         its log, and restart it where it stays so, which loses nothing",
        origin(api),
        patience.as_secs()
    )
}

/// The daemon at `api` as messages call it: what stands before the path, without user name and password.
pub fn origin(api: &Url) -> String {
    let shown = shown_address(api);
    shown.as_url()[..Position::BeforePath].to_owned()
}

/// Why a daemon doesn't do what it is asked.
#[derive(Debug)]
pub enum ApiFailure {
    /// It cannot be reached, or doesn't answer as it should: what went wrong.
    Unanswered(String),
    /// It refuses.
    Refused {
        /// Why, in its words.
        detail: String,
        /// Everything that is wrong with its configuration, if that is why.
        errors: Vec<String>,
        /// Whether it may not write the feeds file.
        is_file_unwritable: bool,
    },
}

impl ApiFailure {
    /// The same for programs: what went wrong, and everything that is wrong with the configuration.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Unanswered(why) => serde_json::json!({ "error": why, "errors": [] }),
            Self::Refused { detail, errors, .. } => serde_json::json!({ "error": detail, "errors": errors }),
        }
    }
}

impl From<ApiFailure> for Failure {
    fn from(failure: ApiFailure) -> Self {
        match failure {
            ApiFailure::Unanswered(why) => Self::Other(why),
            ApiFailure::Refused { detail, errors, .. } if errors.is_empty() => Self::Other(detail),
            ApiFailure::Refused { errors, .. } => Self::Refused(errors),
        }
    }
}

/// Asks the daemon to do what `method` means for `url`, showing `token` where there is one, and reads its answer.
///
/// # Errors
/// Why it doesn't.
pub async fn call<T: DeserializeOwned>(
    method: Method,
    url: &Url,
    token: Option<&Secret>,
    body: Bytes,
) -> Result<T, ApiFailure> {
    let exchange = async {
        let (answer, connection) = send(method, url, token, body).await?;
        let status = answer.status();
        let body = answer.into_body().collect().await.map_err(|error| unreachable(url, &error))?.to_bytes();
        connection.abort();
        Ok((status, body))
    };
    let answered = told_while_waiting(url, timeout(PATIENCE, exchange)).await;
    let answered = answered.unwrap_or_else(|_| Err(silent(url, PATIENCE)));
    let (status, body) = answered.map_err(|error| ApiFailure::Unanswered(error + AND_NOW))?;
    let daemon = origin(url);
    if status.is_success() {
        return serde_json::from_slice(&body).map_err(|error| {
            ApiFailure::Unanswered(format!("the daemon at {daemon} answers what cannot be read: {error}"))
        });
    }
    let problem = serde_json::from_slice::<Problem>(&body).unwrap_or_default();
    let detail = match (status, token) {
        (StatusCode::UNAUTHORIZED, None) => format!(
            "the daemon at {daemon} takes changes from whoever shows the token of its [api] or `daemon.key` of its data_dir, and neither can be \
             read here: run this as the daemon's user, or set DATELINE_API__TOKEN to its token"
        ),
        (StatusCode::UNAUTHORIZED, Some(_)) => format!(
            "the daemon at {daemon} takes changes from whoever shows the token of its [api] or `daemon.key` of its data_dir, and what is here, \
             from DATELINE_API__TOKEN, `token_file` of [api] or data_dir, is another: if the token is right, restart the daemon, which makes \
             its key anew"
        ),
        _ if problem.detail.is_empty() => format!("the daemon at {daemon} answers {status} without a word"),
        _ => format!("the daemon at {daemon} refuses: {}", problem.detail),
    };
    Err(ApiFailure::Refused {
        detail,
        errors: problem.errors,
        is_file_unwritable: problem.kind == ProblemKind::UNWRITABLE_FILE,
    })
}

/// What the API says of a failure.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Problem {
    #[serde(rename = "type")]
    kind: String,
    detail: String,
    errors: Vec<String>,
}

/// Waits for what a daemon was asked for, and says so to whoever waits, once it takes longer than usual.
async fn told_while_waiting<T>(api: &Url, wait: impl Future<Output = T>) -> T {
    let mut wait = std::pin::pin!(wait);
    if let Ok(done) = timeout(USUAL_WAIT, &mut wait).await {
        return done;
    }
    eprintln!(
        "the daemon at {} has not answered for {} seconds; it is waited for up to {}",
        origin(api),
        USUAL_WAIT.as_secs(),
        PATIENCE.as_secs()
    );
    wait.await
}

/// Whether an exchange failed since the other end speaks something else than HTTP/1.1, or closes without a word.
fn is_no_http(error: &hyper::Error) -> bool {
    error.is_parse() || error.is_incomplete_message() || error.is_canceled()
}

/// What is said of a daemon with which no exchange comes about.
fn unreachable(api: &Url, why: &dyn std::fmt::Display) -> String {
    format!("the daemon at {} cannot be reached: {why}", origin(api))
}

/// Sends a request and waits for the head of its answer, for as long as that takes.
async fn send(
    method: Method,
    url: &Url,
    token: Option<&Secret>,
    body: Bytes,
) -> Result<(Response<Incoming>, JoinHandle<()>), String> {
    let host = match (url.scheme(), url.host_str()) {
        ("http", Some(host)) => host.trim_matches(['[', ']']),
        _ => {
            return Err(format!(
                "{} is no address of a daemon, whose API speaks plain http: expected one such as http://127.0.0.1:8080",
                shown_address(url)
            ));
        }
    };
    let port = url.port_or_known_default().unwrap_or(80);
    let stream = timeout(CONNECTION_PATIENCE, TcpStream::connect((host, port))).await;
    let stream = stream
        .map_err(|_| {
            unreachable(url, &format!("no connection within {} seconds", CONNECTION_PATIENCE.as_secs()))
        })?
        .map_err(|error| unreachable(url, &error))?;
    let (mut requests, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| unreachable(url, &error))?;
    let driver = tokio::spawn(async move {
        // What goes wrong on the connection is seen by whoever reads the answer.
        let _ = connection.await;
    });
    let mut request = Request::builder()
        .method(method)
        .uri(&url[Position::BeforePath..Position::AfterQuery])
        .header(header::HOST, &url[Position::BeforeHost..Position::AfterPort]);
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {}", token.reveal()));
    }
    if !body.is_empty() {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    let request = request.body(Full::new(body)).map_err(|error| error.to_string())?;
    let answer = requests.send_request(request).await.map_err(|error| match is_no_http(&error) {
        true => format!(
            "what answers at {} is no daemon, but another program: see `listen` in [http], and who has that port",
            origin(url)
        ),
        false => unreachable(url, &error),
    })?;
    Ok((answer, driver))
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    /// A daemon that takes connections and says nothing.
    async fn hanging() -> (TcpListener, Url) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        (listener, format!("http://me:hush@{address}/v1/events?token=hush").parse().unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn a_daemon_that_takes_connections_and_never_answers_is_given_up_and_named() {
        let (listener, url) = hanging().await;
        let told = get(&url).await.err().unwrap();
        let expected =
            format!("the daemon at http://{} takes the connection", listener.local_addr().unwrap());
        assert!(told.starts_with(&expected) && told.contains("restart it"), "{told}");
        let told = call::<Problem>(Method::POST, &url, None, Bytes::new()).await.err().unwrap();
        assert!(matches!(&told, ApiFailure::Unanswered(told) if told.starts_with(&expected)), "{told:?}");
    }

    #[tokio::test]
    async fn nothing_secret_of_an_address_is_said_of_a_daemon_that_is_not_there() {
        let (listener, url) = hanging().await;
        drop(listener);
        let told = get(&url).await.err().unwrap();
        assert!(told.contains("cannot be reached: Connection refused") && !told.contains("hush"), "{told}");
        let https = "https://me:hush@127.0.0.1:1/?token=hush".parse().unwrap();
        let told = get(&https).await.err().unwrap();
        assert!(told.starts_with("https://127.0.0.1:1/?token=redacted is no address of a daemon"), "{told}");
    }
}
