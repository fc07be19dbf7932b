//! A broker that dies, stays away, comes back; and one that is reached through TLS with a password. The broker is the
//! tests' own, since nobody else's tests should die with it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::harness::{
    Running, append, assert_each_once, broker, deliver_all, event, journal_with, read_committed, settings,
};
use dateline_publisher::{KafkaSettings, SaslMechanism, SecurityProtocol};
use dateline_wire::{Secret, Sequence};

/// A broker in a folder of its own, stopped at the end.
struct Own {
    folder: tempfile::TempDir,
}

impl Own {
    fn start() -> Self {
        let own = Self { folder: tempfile::tempdir().unwrap() };
        own.run("start");
        own
    }

    fn run(&self, what: &str) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/broker/broker");
        let mut command = Command::new(script);
        command.arg(what).arg(self.folder.path()).stdout(std::process::Stdio::null());
        assert!(command.status().unwrap().success(), "broker {what}");
    }

    fn address(&self, of: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(of)).unwrap().trim().to_owned()
    }

    fn ca(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        self.run("kill");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_repeated_when_the_broker_dies_or_stays_away() {
    if broker().is_none() {
        return;
    }
    let own = Own::start();
    let settings = settings(&own.address("address"), "outage");
    let folder = tempfile::tempdir().unwrap();
    let journal = journal_with(folder.path(), 100).await;
    let mut running = Running::start(&settings, &journal);
    running.reach(100).await;

    // Killed in the middle of deliveries, and back at once.
    let writer = {
        let journal = journal.clone();
        tokio::spawn(async move {
            for number in 101..=1_500 {
                append(&journal, vec![event(number, "x")]).await;
            }
        })
    };
    for _ in 0..2 {
        tokio::time::sleep(Duration::from_millis(300)).await;
        tokio::task::block_in_place(|| {
            own.run("kill");
            own.run("start");
        });
    }
    writer.await.unwrap();
    running.reach(1_500).await;

    // Away for a while: the journal goes on, the status tells, delivery catches up by itself.
    tokio::task::block_in_place(|| own.run("stop"));
    append(&journal, (1_501..=2_000).map(|number| event(number, "x")).collect()).await;
    running.reach_status(|status| !status.connected && status.last_error.is_some()).await;
    assert_eq!(journal.last_sequence().unwrap(), Sequence(2_000));
    tokio::task::block_in_place(|| own.run("start"));
    running.reach(2_000).await;

    // Away while there is nothing to deliver: the status tells both.
    tokio::task::block_in_place(|| own.run("kill"));
    running.reach_status(|status| !status.connected).await;
    tokio::task::block_in_place(|| own.run("start"));
    running.reach_status(|status| status.connected && status.last_error.is_none()).await;
    running.stop().await;
    assert_each_once(&journal, &read_committed(&settings));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_are_delivered_through_tls_with_each_way_to_log_in() {
    if broker().is_none() {
        return;
    }
    let own = Own::start();
    let plaintext = own.address("address");
    let secure = own.address("secure");
    let password_file = own.folder.path().join("password");
    std::fs::write(&password_file, "pass-scram\n").unwrap();
    for mechanism in [SaslMechanism::Plain, SaslMechanism::ScramSha256, SaslMechanism::ScramSha512] {
        let folder = tempfile::tempdir().unwrap();
        let journal = journal_with(folder.path(), 10).await;
        let open = settings(&plaintext, "secure");
        let mut protected = KafkaSettings {
            brokers: secure.clone(),
            security_protocol: SecurityProtocol::SaslSsl,
            ssl_ca_file: Some(own.ca()),
            sasl_mechanism: mechanism,
            ..open.clone()
        };
        if mechanism == SaslMechanism::Plain {
            protected.sasl_username = Some("plain".into());
            protected.sasl_password = Some(Secret::new("pass-plain"));
        } else {
            protected.sasl_username = Some("scram".into());
            protected.sasl_password_file = Some(password_file.clone());
        }
        deliver_all(&protected, &journal).await;
        assert_each_once(&journal, &read_committed(&open));

        if mechanism != SaslMechanism::ScramSha512 {
            continue;
        }
        // A wrong password is no reason to stop, but is told as what it is.
        let wrong = KafkaSettings {
            sasl_password: Some(Secret::new("wrong")),
            sasl_password_file: None,
            ..protected
        };
        let mut running = Running::start(&wrong, &journal);
        let told = running.status.wait_for(|status| status.last_error.is_some());
        let told = tokio::time::timeout(Duration::from_secs(60), told).await.unwrap().unwrap();
        let error = told.last_error.clone().unwrap();
        drop(told);
        assert!(error.to_lowercase().contains("authentication"), "{error}");
        assert!(!error.contains("wrong"), "{error}");
        running.stop().await;
    }
}
