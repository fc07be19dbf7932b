//! A running daemon's API, asked by the other commands: plain HTTP/1.1, one request a connection.

use std::time::Duration;

use dateline_wire::Secret;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::{Method, Request, Response, header};
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

/// How long a daemon may take to do what it is told.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where the daemon with these settings has its API.
///
/// # Errors
/// Never for an address that the settings can hold.
pub fn address(settings: &Settings) -> Result<Url, Failure> {
    Url::parse(&format!("http://{}", settings.http.listen)).map_err(|error| Failure::Other(error.to_string()))
}

/// Where the daemon that runs with these settings has its API: by the note that it left beside its journal, else where they say.
///
/// # Errors
/// Never for an address that the settings can hold.
pub fn address_in_use(settings: &Settings) -> Result<Url, Failure> {
    RunRecord::api_in_use(&settings.data_dir).map_or_else(|| address(settings), Ok)
}

/// The answer to a GET request, and the task that drives its connection, which ends with the answer.
///
/// # Errors
/// Why there is none.
pub async fn get(url: &Url) -> Result<(Response<Incoming>, JoinHandle<()>), String> {
    send(Method::GET, url, None, Bytes::new()).await
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
        let body = answer.into_body().collect().await.map_err(|error| error.to_string())?.to_bytes();
        connection.abort();
        Ok((status, body))
    };
    let answered = timeout(PATIENCE, exchange).await;
    let answered = answered.unwrap_or_else(|_| Err(format!("no answer within {PATIENCE:?}")));
    let (status, body) = answered.map_err(|error: String| {
        ApiFailure::Unanswered(format!(
            "{url} cannot be reached: {error}; is the daemon running? --url names another"
        ))
    })?;
    if status.is_success() {
        return serde_json::from_slice(&body)
            .map_err(|error| ApiFailure::Unanswered(format!("{url} answers what cannot be read: {error}")));
    }
    let problem = serde_json::from_slice::<Problem>(&body).unwrap_or_default();
    Err(ApiFailure::Refused {
        detail: format!("{url} answers {status}: {}", problem.detail),
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

async fn send(
    method: Method,
    url: &Url,
    token: Option<&Secret>,
    body: Bytes,
) -> Result<(Response<Incoming>, JoinHandle<()>), String> {
    let host = match (url.scheme(), url.host_str()) {
        ("http", Some(host)) => host.trim_matches(['[', ']']),
        _ => return Err("the API speaks plain http".to_owned()),
    };
    let port = url.port_or_known_default().unwrap_or(80);
    let stream = TcpStream::connect((host, port)).await.map_err(|error| error.to_string())?;
    let (mut requests, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| error.to_string())?;
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
    let answer = requests.send_request(request).await.map_err(|error| error.to_string())?;
    Ok((answer, driver))
}
