//! One's turn at a host: how many requests at once, and how far apart, feeds and pages together.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep_until, timeout_at},
};

use crate::FetchSettings;

/// Beyond this many hosts, those that nothing is remembered of are forgotten.
const SWEEP_ABOVE: usize = 4096;

/// Hands out turns. A host's limit on concurrency and its delay between starts hold for whatever is asked of it.
pub(crate) struct Politeness {
    concurrency: usize,
    delay: Duration,
    max_crawl_delay: Duration,
    patience: Duration,
    hosts: Arc<Mutex<HostTable>>,
}

struct HostTable {
    by_name: HashMap<String, PoliteHost>,
    sweep_above: usize,
}

struct PoliteHost {
    turns: Arc<Semaphore>,
    /// The host's own `Crawl-delay`, and until when it holds.
    crawl_delay: Duration,
    crawl_delay_until: Instant,
    /// The end of the line of those who wait for their turn.
    next_start: Instant,
    /// Nothing starts before this: a delay after the last request came to the host, as far as is known. A turn may come later than its place in the
    /// line says, and a request may take its time to the host.
    free_from: Instant,
    /// The host asked to be left alone until then.
    rest_until: Instant,
    /// The end of the line of those who were told to come back: each at a time of its own, so that they neither return
    /// all at once nor are told so again and again.
    line_end: Instant,
}

/// Leave to send one request to a host, until dropped.
#[must_use]
pub(crate) struct Turn {
    _permit: Option<OwnedSemaphorePermit>,
}

/// The host cannot be asked soon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RestingHost {
    /// When to try again.
    pub(crate) until: Instant,
}

impl Politeness {
    pub(crate) fn new(settings: &FetchSettings) -> Self {
        Self {
            concurrency: settings.per_host_concurrency.max(1),
            delay: settings.per_host_delay,
            max_crawl_delay: settings.max_crawl_delay,
            patience: settings.per_host_patience,
            hosts: Arc::new(Mutex::new(HostTable { by_name: HashMap::new(), sweep_above: SWEEP_ABOVE })),
        }
    }

    /// The same politeness under other settings: what is known of each host, and the turns that are out, count for both. How
    /// many requests to one host may be under way at once stays as it is.
    pub(crate) fn under(&self, settings: &FetchSettings) -> Self {
        Self { concurrency: self.concurrency, hosts: self.hosts.clone(), ..Self::new(settings) }
    }

    /// Waits for a turn at `host`, not longer than the configured patience.
    pub(crate) async fn turn(&self, host: &str) -> Result<Turn, RestingHost> {
        let patience = Instant::now() + self.patience;
        let turns = self.with(host, |host| host.turns.clone());
        let permit = match timeout_at(patience, turns.acquire_owned()).await {
            // The semaphore is never closed.
            Ok(permit) => permit.ok(),
            Err(_) => return Err(self.put_off(host, patience)),
        };
        let mut start = self.with(host, |host| {
            let now = Instant::now();
            let start = host.next_start.max(host.earliest()).max(now);
            if start <= patience {
                host.next_start = start + host.delay(now).max(self.delay);
            }
            start
        });
        while start <= patience {
            sleep_until(start).await;
            // What was learned while waiting counts: a rest that was asked for, a start or an arrival that was late.
            let taken = self.with(host, |host| {
                let (now, earliest) = (Instant::now(), host.earliest());
                if now < earliest {
                    return Err(earliest);
                }
                let next = now + host.delay(now).max(self.delay);
                host.free_from = next;
                host.next_start = host.next_start.max(next);
                Ok(())
            });
            match taken {
                Ok(()) => return Ok(Turn { _permit: permit }),
                Err(earliest) => start = earliest,
            }
        }
        Err(self.put_off(host, start))
    }

    /// A request has come to `host` by `arrived`, as is known from what came back: the next starts a delay after that, not after its own start. So two
    /// requests are a delay apart for the host, too, of which the first had a connection to wait for.
    pub(crate) fn arrived(&self, host: &str, arrived: Instant) {
        self.with(host, |host| {
            let next = arrived + host.delay(Instant::now()).max(self.delay);
            host.free_from = host.free_from.max(next);
        });
    }

    /// Leaves `host` alone until `until`, as it asked.
    pub(crate) fn rest(&self, host: &str, until: Instant) {
        self.with(host, |host| host.rest_until = host.rest_until.max(until));
    }

    /// Keeps to the `Crawl-delay` of `host`, where it is longer than the configured delay, for as long as the robots.txt that
    /// names it counts. Gives the delay that is kept to.
    pub(crate) fn set_crawl_delay(
        &self,
        host: &str,
        delay: Option<Duration>,
        lifetime: Duration,
    ) -> Duration {
        self.with(host, |host| {
            host.crawl_delay = delay.unwrap_or_default().min(self.max_crawl_delay);
            host.crawl_delay_until = Instant::now() + lifetime;
            host.crawl_delay
        })
    }

    /// The next place in the line of `host`, not before `earliest`.
    fn put_off(&self, host: &str, earliest: Instant) -> RestingHost {
        self.with(host, |host| {
            let until = host.line_end.max(earliest);
            host.line_end = until + host.delay(Instant::now()).max(self.delay);
            RestingHost { until }
        })
    }

    fn with<T>(&self, name: &str, then: impl FnOnce(&mut PoliteHost) -> T) -> T {
        // Nothing panics while the lock is held; were it so, the map would still be whole.
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(host) = hosts.by_name.get_mut(name) {
            return then(host);
        }
        let now = Instant::now();
        if hosts.by_name.len() >= hosts.sweep_above {
            let concurrency = self.concurrency;
            hosts.by_name.retain(|_, host| !host.is_forgettable(now, concurrency));
            hosts.sweep_above = (hosts.by_name.len() * 2).max(SWEEP_ABOVE);
        }
        let host = PoliteHost {
            turns: Arc::new(Semaphore::new(self.concurrency)),
            crawl_delay: Duration::ZERO,
            crawl_delay_until: now,
            next_start: now,
            free_from: now,
            rest_until: now,
            line_end: now,
        };
        then(hosts.by_name.entry(name.to_owned()).or_insert(host))
    }
}

impl PoliteHost {
    /// The delay that the host itself asks for at `now`.
    fn delay(&self, now: Instant) -> Duration {
        if now < self.crawl_delay_until { self.crawl_delay } else { Duration::ZERO }
    }

    /// When it may be asked next, at the earliest.
    fn earliest(&self) -> Instant {
        self.free_from.max(self.rest_until)
    }

    fn is_forgettable(&self, now: Instant, concurrency: usize) -> bool {
        self.turns.available_permits() == concurrency
            && Arc::strong_count(&self.turns) == 1
            && self.next_start <= now
            && self.earliest() <= now
            && self.line_end <= now
            && self.delay(now).is_zero()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn politeness(concurrency: usize) -> Arc<Politeness> {
        Arc::new(Politeness::new(&FetchSettings {
            per_host_concurrency: concurrency,
            per_host_delay: Duration::from_secs(1),
            ..FetchSettings::default()
        }))
    }

    #[tokio::test(start_paused = true)]
    async fn turns_at_one_host_start_a_delay_apart_and_other_hosts_do_not_wait() {
        let politeness = politeness(8);
        let started = Instant::now();
        for second in 0..5 {
            drop(politeness.turn("news.example").await.unwrap());
            assert_eq!(started.elapsed(), Duration::from_secs(second));
            drop(politeness.turn(&format!("{second}.example")).await.unwrap());
            assert_eq!(started.elapsed(), Duration::from_secs(second));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_next_request_starts_a_delay_after_the_one_before_has_come_to_its_host() {
        let politeness = politeness(1);
        for (host, came_after, next) in [("quick.example", 0, 1_000), ("slow.example", 3_000, 4_000)] {
            let began = Instant::now();
            let turn = politeness.turn(host).await.unwrap();
            tokio::time::sleep(Duration::from_millis(came_after)).await;
            politeness.arrived(host, Instant::now());
            drop(turn);
            drop(politeness.turn(host).await.unwrap());
            assert_eq!(began.elapsed(), Duration::from_millis(next));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn those_who_have_a_place_in_the_line_already_wait_for_what_came_late_too() {
        let politeness = politeness(8);
        let began = Instant::now();
        let first = politeness.turn("news.example").await.unwrap();
        let arrival = async {
            tokio::time::sleep(Duration::from_millis(900)).await;
            politeness.arrived("news.example", Instant::now());
        };
        let others = (0..2).map(|_| async {
            let _turn = politeness.turn("news.example").await.unwrap();
            began.elapsed().as_millis()
        });
        let (others, ()) = tokio::join!(futures_util::future::join_all(others), arrival);
        drop(first);
        assert_eq!(others, [1_900, 2_900]);
    }

    #[tokio::test]
    async fn turns_that_have_passed_while_the_process_stood_are_not_taken_all_at_once() {
        let delay = Duration::from_millis(200);
        let politeness = Arc::new(Politeness::new(&FetchSettings {
            per_host_concurrency: 8,
            per_host_delay: delay,
            ..FetchSettings::default()
        }));
        let turns = (0..3).map(|_| async {
            let _turn = politeness.turn("news.example").await.unwrap();
            Instant::now()
        });
        let stand = async {
            tokio::task::yield_now().await;
            std::thread::sleep(delay * 4);
        };
        let (mut moments, ()) = tokio::join!(futures_util::future::join_all(turns), stand);
        moments.sort();
        for pair in moments.windows(2) {
            // Whoever has its turn may be told so late.
            assert!(pair[1] - pair[0] >= delay / 2, "{moments:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn other_settings_forget_neither_a_hosts_wish_for_rest_nor_the_turns_that_are_out() {
        let before = politeness(1);
        let started = Instant::now();
        let turn = before.turn("busy.example").await.unwrap();
        before.rest("resting.example", started + Duration::from_secs(20));
        let settings = FetchSettings { per_host_delay: Duration::from_secs(3), ..FetchSettings::default() };
        let after = before.under(&settings);
        drop(after.turn("resting.example").await.unwrap());
        assert_eq!(started.elapsed(), Duration::from_secs(20));
        drop(after.turn("resting.example").await.unwrap());
        assert_eq!(started.elapsed(), Duration::from_secs(23));
        assert!(tokio::time::timeout(Duration::from_secs(5), after.turn("busy.example")).await.is_err());
        drop(turn);
        assert!(after.turn("busy.example").await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_turns_are_out_at_once_than_allowed() {
        let politeness = politeness(2);
        let first = politeness.turn("news.example").await.unwrap();
        let _second = politeness.turn("news.example").await.unwrap();
        let third = tokio::spawn({
            let politeness = politeness.clone();
            async move { politeness.turn("news.example").await.is_ok() }
        });
        tokio::time::sleep(Duration::from_secs(30)).await;
        assert!(!third.is_finished());
        drop(first);
        assert!(third.await.unwrap());
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_that_asked_for_rest_is_left_alone_even_by_those_already_waiting() {
        let politeness = politeness(8);
        drop(politeness.turn("news.example").await.unwrap());
        let waiting = tokio::spawn({
            let politeness = politeness.clone();
            async move {
                let turn = politeness.turn("news.example").await;
                (turn.is_ok(), Instant::now())
            }
        });
        tokio::task::yield_now().await;
        let until = Instant::now() + Duration::from_secs(20);
        politeness.rest("news.example", until);
        let (ok, at) = waiting.await.unwrap();
        assert!(ok && at >= until);

        let long = Instant::now() + Duration::from_secs(3600);
        politeness.rest("news.example", long);
        assert_eq!(politeness.turn("news.example").await.err(), Some(RestingHost { until: long }));
    }

    #[tokio::test(start_paused = true)]
    async fn those_put_off_come_back_one_after_another() {
        let politeness = politeness(1);
        let until = Instant::now() + Duration::from_secs(3600);
        politeness.rest("news.example", until);
        for place in 0..500 {
            let put_off = politeness.turn("news.example").await.err().unwrap();
            assert_eq!(put_off.until, until + Duration::from_secs(place));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_with_a_crawl_delay_is_forgotten_once_its_robots_txt_counts_no_more() {
        let politeness = politeness(1);
        let (delay, lifetime) = (Duration::from_secs(10), Duration::from_secs(3600));
        for number in 0..3 * SWEEP_ABOVE {
            let host = format!("{number}.example");
            politeness.set_crawl_delay(&host, Some(delay), lifetime);
            let started = Instant::now();
            for _ in 0..2 {
                drop(politeness.turn(&host).await.unwrap());
            }
            assert_eq!(started.elapsed(), delay);
        }
        assert!(politeness.hosts.lock().unwrap().by_name.len() <= SWEEP_ABOVE);
    }

    #[tokio::test(start_paused = true)]
    async fn idle_hosts_are_forgotten() {
        let politeness = politeness(1);
        for number in 0..3 * SWEEP_ABOVE {
            drop(politeness.turn(&format!("{number}.example")).await.unwrap());
            tokio::time::advance(Duration::from_millis(2)).await;
        }
        assert!(politeness.hosts.lock().unwrap().by_name.len() <= SWEEP_ABOVE);
    }
}
