//! Webhooks against servers that do as they like.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::support::{Receiver, Reply, SECRET, TestJournal, WebhookRun, settings};
use dateline_fetcher::transport::{LiveTransport, Resolver};
use dateline_fetcher::{Clock, FetchSettings};
use dateline_journal::{EventFilter, SinkStart};
use dateline_sinks::{SigningKeys, SinkCondition, Webhook};
use dateline_wire::Sequence;
use futures_util::future::BoxFuture;
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn an_event_is_posted_as_on_kafka_signed_as_standard_webhooks_have_it() {
    let journal = TestJournal::new(&[("a", 1)]).await;
    let receiver = Receiver::start(|_| Reply::status(204)).await;
    let run = WebhookRun::start(&journal, settings(&receiver, SinkStart::Earliest));
    run.reaches(1).await;
    let posted = receiver.posted().remove(0);
    let event = journal.event(1);
    assert_eq!(
        (posted.line.as_str(), posted.body.as_str()),
        ("POST /hooks?key=hush HTTP/1.1", event.data.as_str())
    );
    for (name, value) in [
        ("content-type", "application/json"),
        ("ce-specversion", "1.0"),
        ("ce-id", event.id.as_str()),
        ("ce-type", "dateline.article.v1"),
        ("ce-source", "/dateline/test"),
        ("ce-sequence", "1"),
        ("ce-journal", journal.journal.id().as_str()),
        ("ce-subject", event.key.as_str()),
        ("webhook-id", event.id.as_str()),
    ] {
        assert_eq!(posted.header(name), Some(value), "{name}");
    }
    let timestamp: i64 = posted.header("webhook-timestamp").unwrap().parse().unwrap();
    let keys = SigningKeys::parse(SECRET).unwrap();
    let signature = keys.sign(&event.id, timestamp, posted.body.as_bytes());
    assert_eq!(posted.header("webhook-signature"), Some(signature.as_str()));
    let report = run.stop().await;
    let shown = format!("{report:?}");
    assert!(!shown.contains("hush") && !shown.contains("whsec"), "{shown}");
}

#[tokio::test]
async fn an_article_that_its_receiver_chokes_on_holds_up_no_other_and_comes_in_order_once_it_is_taken() {
    let journal = TestJournal::new(&[("a", 1), ("b", 1), ("a", 2), ("c", 1)]).await;
    let refusals = AtomicUsize::new(0);
    let receiver = Receiver::start(move |posted| {
        match posted.body.contains("\"revision\":1") && posted.body.contains("text of a") {
            true if refusals.fetch_add(1, Ordering::SeqCst) < 1 => Reply::status(500),
            _ => Reply::status(200),
        }
    })
    .await;
    let run = WebhookRun::start(&journal, settings(&receiver, SinkStart::Earliest));
    run.settles(&journal).await;
    let mut order: Vec<u64> = receiver
        .posted()
        .iter()
        .filter(|posted| posted.status < 300)
        .map(|posted| posted.sequence())
        .collect();
    order[..2].sort_unstable();
    assert_eq!(order, [2, 4, 1, 3]);
    assert!(journal.waiting().is_empty());
    run.stop().await;
}

#[tokio::test]
async fn a_receiver_that_hangs_closes_drips_or_says_too_much_gets_the_event_again_only_if_it_did_not_take_it()
{
    let journal = TestJournal::new(&[("a", 1)]).await;
    let cases = [
        // What it says beside its status is of no interest: it has the event.
        (Reply::status(200).then_drip(), 1),
        (Reply::status(200).then_bytes(64 << 20), 1),
        (Reply::silence(), 2),
        (Reply::close(), 2),
        (Reply::raw("SMTP ready\r\n"), 2),
        (Reply::raw(&format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "y".repeat(1 << 20))), 2),
        (Reply::status(302).with("location", "http://127.0.0.1:9/elsewhere"), 2),
    ];
    let journal = &journal;
    let cases = cases.into_iter().map(|(reply, attempts)| async move {
        let first = AtomicUsize::new(0);
        let shown: String = format!("{reply:?}").chars().take(80).collect();
        let receiver = Receiver::start(move |_| match first.fetch_add(1, Ordering::SeqCst) {
            0 => reply.clone(),
            _ => Reply::status(200),
        })
        .await;
        let mut settings = settings(&receiver, SinkStart::Earliest);
        settings.name = format!("w{}", receiver.address.port());
        settings.timeout = Duration::from_secs(2);
        let run = WebhookRun::start(journal, settings);
        run.settles(journal).await;
        assert_eq!(receiver.posted().len(), attempts, "{shown}");
        run.stop().await;
    });
    futures_util::future::join_all(cases).await;
}

#[tokio::test]
async fn a_receiver_that_is_gone_disables_its_webhook_until_the_operator_enables_it() {
    let journal = TestJournal::new(&[("a", 1), ("b", 1)]).await;
    let gone = Arc::new(std::sync::atomic::AtomicBool::new(true));
    let is_gone = gone.clone();
    let receiver =
        Receiver::start(move |_| Reply::status(if is_gone.load(Ordering::SeqCst) { 410 } else { 200 })).await;
    let settings = settings(&receiver, SinkStart::Earliest);
    let run = WebhookRun::start(&journal, settings.clone());
    run.is(|report| report.condition == SinkCondition::Disabled).await;
    run.stop().await;
    let asked = receiver.posted().len();
    // It stays so after a restart.
    let run = WebhookRun::start(&journal, settings.clone());
    run.is(|report| report.condition == SinkCondition::Disabled).await;
    assert_eq!(receiver.posted().len(), asked);
    gone.store(false, Ordering::SeqCst);
    assert!(journal.journal.enable_sink(settings.id()).await.unwrap());
    run.handle.changed.notify_one();
    run.settles(&journal).await;
    let mut taken: Vec<u64> = receiver
        .posted()
        .iter()
        .filter(|posted| posted.status == 200)
        .map(|posted| posted.sequence())
        .collect();
    taken.sort_unstable();
    assert_eq!(taken, [1, 2]);
    run.stop().await;
}

#[tokio::test]
async fn what_is_given_up_can_be_delivered_again() {
    let journal = TestJournal::new(&[("a", 1), ("b", 1)]).await;
    let takes = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let is_taking = takes.clone();
    let receiver = Receiver::start(move |posted| {
        Reply::status(match posted.sequence() {
            1 if !is_taking.load(Ordering::SeqCst) => 400,
            _ => 200,
        })
    })
    .await;
    let mut settings = settings(&receiver, SinkStart::Earliest);
    settings.give_up_after = Duration::ZERO;
    let run = WebhookRun::start(&journal, settings.clone());
    let dead = journal.dead_letters(1).await;
    assert_eq!(
        (dead[0].sequence, dead[0].error.as_str()),
        (Sequence(1), "the receiver answers 400 Bad Request")
    );
    takes.store(true, Ordering::SeqCst);
    let revived = journal.journal.redeliver(settings.id(), None, Clock::System.now()).await.unwrap();
    assert_eq!(revived, Some(1));
    run.handle.changed.notify_one();
    run.settles(&journal).await;
    assert_eq!(receiver.posted().last().unwrap().sequence(), 1);
    run.stop().await;
}

#[tokio::test]
async fn one_that_is_killed_between_delivery_and_position_delivers_again_under_the_same_id() {
    let journal = TestJournal::new(&[("a", 1)]).await;
    let receiver = Receiver::start(|_| Reply::status(200)).await;
    let settings = settings(&receiver, SinkStart::Earliest);
    // The copy is the journal of a daemon that was killed before it noted what the receiver has.
    journal.know(settings.id()).await;
    let before = journal.copy();
    let run = WebhookRun::start(&journal, settings.clone());
    run.settles(&journal).await;
    run.stop().await;
    let run = WebhookRun::start(&before, settings);
    run.settles(&before).await;
    run.stop().await;
    let ids: Vec<String> =
        receiver.posted().iter().map(|posted| posted.header("webhook-id").unwrap().to_owned()).collect();
    assert_eq!(ids, vec![journal.event(1).id; 2]);
}

#[tokio::test]
async fn one_dead_receiver_holds_up_no_other_webhook() {
    let journal = TestJournal::new(&[("a", 1), ("b", 1), ("c", 1)]).await;
    let (dead, alive) =
        (Receiver::start(|_| Reply::silence()).await, Receiver::start(|_| Reply::status(200)).await);
    let mut of_dead = settings(&dead, SinkStart::Earliest);
    of_dead.name = "dead".into();
    let (waits, delivers) = (
        WebhookRun::start(&journal, of_dead),
        WebhookRun::start(&journal, settings(&alive, SinkStart::Earliest)),
    );
    delivers.reaches(3).await;
    assert_eq!(alive.posted().len(), 3);
    assert_eq!(waits.handle.report.borrow().position, Sequence::START);
    delivers.stop().await;
    waits.stop().await;
}

#[tokio::test]
async fn a_webhook_begins_with_what_comes_and_gets_what_its_filter_lets_pass() {
    let journal = TestJournal::new(&[("a", 1)]).await;
    let receiver = Receiver::start(|_| Reply::status(200)).await;
    let mut settings = settings(&receiver, SinkStart::Now);
    settings.filter = EventFilter::from_query("kind=article&language=en").unwrap();
    let run = WebhookRun::start(&journal, settings);
    run.is(|report| report.position == Sequence(1)).await;
    journal.reject("r").await;
    journal.publish("b", 1).await;
    run.reaches(3).await;
    assert_eq!(receiver.posted().iter().map(|posted| posted.sequence()).collect::<Vec<_>>(), [3]);
    run.stop().await;
}

/// Answers with a public address first, and with loopback ever after: DNS rebinding.
struct Rebinding(AtomicUsize);

impl Resolver for Rebinding {
    fn resolve(&self, _: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let first = self.0.fetch_add(1, Ordering::SeqCst) == 0;
        let address = if first { "192.0.1.0" } else { "127.0.0.1" };
        Box::pin(async move { Ok(vec![address.parse().map_err(io::Error::other)?]) })
    }
}

#[tokio::test]
async fn no_webhook_gets_inside_by_address_or_by_name_or_by_a_name_that_changes_its_answer() {
    let journal = TestJournal::new(&[("a", 1)]).await;
    let receiver = Receiver::start(|_| Reply::status(200)).await;
    let port = receiver.address.port();
    for (host, resolver) in [
        ("127.0.0.1", None),
        ("localhost", None),
        ("rebinding.example", Some(Rebinding(AtomicUsize::new(0)))),
    ] {
        let mut settings = settings(&receiver, SinkStart::Earliest);
        settings.name = host.replace('.', "-");
        settings.url = format!("http://{host}:{port}/hooks?key=hush").parse().unwrap();
        settings.timeout = Duration::from_millis(500);
        let fetch = FetchSettings::default();
        let bounds = Webhook::bounds(&settings, &fetch);
        let transport = match resolver {
            None => LiveTransport::new(&bounds).unwrap(),
            Some(resolver) => LiveTransport::with_resolver(&bounds, Arc::new(resolver)).unwrap(),
        };
        let run = WebhookRun::with_transport(&journal, settings, &fetch, transport);
        let refused =
            |error: Option<&String>| error.is_some_and(|error| error.contains("is no public address"));
        let report = run.is(|report| refused(report.last_error.as_ref())).await;
        assert!(!format!("{report:?}").contains("hush"), "{report:?}");
        run.stop().await;
    }
    assert!(receiver.posted().is_empty());
}

#[tokio::test]
async fn a_webhook_ends_when_it_is_told_to_though_its_receiver_hangs() {
    let journal = TestJournal::new(&[("a", 1)]).await;
    let receiver = Receiver::start(|_| Reply::silence()).await;
    let run = WebhookRun::start(&journal, settings(&receiver, SinkStart::Earliest));
    receiver.was_asked(1).await;
    run.stop().await;
    let stop = CancellationToken::new();
    stop.cancel();
    // Nothing is lost by it.
    assert_eq!(journal.state().position, Sequence::START);
}
