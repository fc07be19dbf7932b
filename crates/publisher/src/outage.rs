//! What an outage comes down to, told from the words of the Kafka client, and what to do about it.

/// Why Kafka takes nothing, as far as somebody can act on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutageCause {
    /// The broker refuses the user name or the password.
    Login,
    /// The broker lets this user do too little.
    Permission,
    /// TLS could not be agreed, or a certificate is not trusted.
    Tls,
    /// The name of a broker does not resolve.
    Resolve,
    /// The schema registry does not take the schemas by which values are to be framed.
    Registry,
    /// No broker answers.
    Unreachable,
    /// Something else, in the client's words alone.
    Other,
}

/// The words by which librdkafka's messages tell a cause (rdkafka_sasl.c, rdkafka_ssl.c, rdkafka_broker.c, and the brokers' own
/// error texts), in lower case. The first that is found counts: a refused login is also a lost connection.
const SIGNS: [(OutageCause, &[&str]); 6] = [
    (OutageCause::Registry, &["the schema registry"]),
    (
        OutageCause::Login,
        &["authentication fail", "authentication error", "invalid credentials", "unsupported sasl mechanism"],
    ),
    (OutageCause::Permission, &["authorization failed", "not authorized", "authorizationexception"]),
    (OutageCause::Tls, &["ssl", "certificate"]),
    (OutageCause::Resolve, &["failed to resolve", "host resolution", "name or service not known"]),
    (
        OutageCause::Unreachable,
        &[
            "connection refused",
            "brokers are down",
            "timed out",
            "transport failure",
            "disconnected",
            "unreachable",
        ],
    ),
];

impl OutageCause {
    /// The cause that a message of the Kafka client speaks of.
    pub fn of(message: &str) -> Self {
        let message = message.to_lowercase();
        let found = SIGNS.into_iter().find(|(_, signs)| signs.iter().any(|sign| message.contains(sign)));
        found.map_or(Self::Other, |(cause, _)| cause)
    }

    /// The cause in a word, for programs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Permission => "permission",
            Self::Tls => "tls",
            Self::Resolve => "resolve",
            Self::Registry => "registry",
            Self::Unreachable => "unreachable",
            Self::Other => "other",
        }
    }

    /// What is the matter, for people, in half a sentence.
    pub fn what(self) -> &'static str {
        match self {
            Self::Login => "Kafka refuses the user name or the password",
            Self::Permission => "Kafka does not allow this user what delivery needs",
            Self::Tls => "TLS with Kafka fails",
            Self::Resolve => "the name of the Kafka broker does not resolve",
            Self::Registry => "the schema registry does not take the schemas of events",
            Self::Unreachable => "no Kafka broker answers",
            Self::Other => "Kafka takes nothing",
        }
    }

    /// What to do about it.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Login => {
                "correct `sasl_username`, `sasl_mechanism` and the password (DATELINE_KAFKA__SASL_PASSWORD, or the file in \
                 `sasl_password_file`), and start the daemon again"
            }
            Self::Permission => {
                "grant the user what docs/runbook.md lists: on the topics, the transactional id and, where topics are to be made, \
                 the cluster"
            }
            Self::Tls => {
                "see that `security_protocol` is the listener's, and that `ssl_ca_file` holds the authority of the broker's \
                 certificate"
            }
            Self::Resolve => {
                "see that `brokers` in [kafka] is spelled right, and that this machine resolves names"
            }
            Self::Registry => {
                "see that the registry answers at `schema_registry` in [kafka], that its user name and password are right, and that the \
                 subjects' compatibility lets schemas grow (docs/subscribing.md); delivery goes on by itself"
            }
            Self::Unreachable => {
                "see that the broker runs and can be reached from here at the addresses in `brokers`, and at those that it \
                 advertises; delivery goes on by itself"
            }
            Self::Other => "the message says why; delivery goes on by itself once that is over",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_told_from_what_the_client_says() {
        let told = [
            (
                "SASL authentication error: Authentication failed during authentication due to invalid credentials with SASL \
              mechanism SCRAM-SHA-512 (after 12ms in state AUTH_REQ)",
                OutageCause::Login,
            ),
            (
                "SASL PLAIN mechanism handshake failed: Broker: Unsupported SASL mechanism: broker's supported mechanisms: SCRAM-SHA-512",
                OutageCause::Login,
            ),
            (
                "SASL PLAIN mechanism handshake failed: Local: Broker transport failure: broker's supported mechanisms: (n/a)",
                OutageCause::Unreachable,
            ),
            ("Broker: Topic authorization failed", OutageCause::Permission),
            (
                "SSL handshake failed: certificate verify failed: broker certificate could not be verified",
                OutageCause::Tls,
            ),
            (
                "Failed to resolve 'kafka.example:9092': Name or service not known (after 3ms in state CONNECT)",
                OutageCause::Resolve,
            ),
            (
                "Connect to ipv4#127.0.0.1:9 failed: Connection refused (after 0ms in state CONNECT)",
                OutageCause::Unreachable,
            ),
            ("1/1 brokers are down", OutageCause::Unreachable),
            (
                "the schema registry http://registry.example:8081 does not take the schema of articles-value: Connection refused",
                OutageCause::Registry,
            ),
            ("Broker: Not enough in-sync replicas", OutageCause::Other),
        ];
        for (message, cause) in told {
            assert_eq!(OutageCause::of(message), cause, "{message}");
        }
    }
}
