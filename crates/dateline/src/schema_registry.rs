//! The way to the schema registry: straight to it, trusting the system's authorities and that of the brokers.

use std::time::Duration;

use dateline_fetcher::transport::tls_config;
use dateline_publisher::KafkaSettings;

/// How long one request may take.
const TIMEOUT: Duration = Duration::from_secs(15);

/// What the relay with these settings asks its schema registry through.
///
/// # Errors
/// If TLS cannot be set up.
pub fn client(kafka: &KafkaSettings) -> Result<reqwest::Client, String> {
    let authorities = kafka.ssl_ca_file.as_slice();
    let tls = tls_config(authorities).map_err(|error| error.to_string())?;
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(TIMEOUT)
        .build()
        .map_err(|error| error.to_string())
}
