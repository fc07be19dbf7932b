//! The fleet's feeds as a member goes by them: each version read whole, or not at all.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use dateline_fetcher::{Feed, PollSettings};
use dateline_fleet::{FleetFeeds, Shard, ShardMap};
use dateline_wire::{FeedId, SecretQuery};
use tokio::sync::watch;

use crate::config::feeds::fleet::text_of_tables;
use crate::config::{SecretAccess, Settings, feeds};
use crate::status::FeedCatalogue;

/// After how long a version that cannot be read here is read again: what it lacks may have been put there.
const RETRY: Duration = Duration::from_secs(10);

/// The feeds of a fleet, in one version.
pub(super) struct MemberFeeds {
    pub(super) version: u64,
    of_shards: HashMap<Shard, Vec<Arc<Feed>>>,
    announcers: Arc<HashMap<FeedId, Arc<Feed>>>,
    catalogue: Arc<FeedCatalogue>,
}

impl MemberFeeds {
    /// All of them, polled or paused, for whoever looks.
    pub(super) fn catalogue(&self) -> Arc<FeedCatalogue> {
        self.catalogue.clone()
    }

    /// The feeds that are polled in a shard.
    pub(super) fn of_shard(&self, shard: Shard) -> Vec<Feed> {
        self.of_shards.get(&shard).into_iter().flatten().map(|feed| Feed::clone(feed)).collect()
    }

    /// How many feeds are polled in a shard.
    pub(super) fn count_of(&self, shard: Shard) -> usize {
        self.of_shards.get(&shard).map_or(0, Vec::len)
    }

    /// All that are polled, wherever.
    pub(super) fn announcers(&self) -> Arc<HashMap<FeedId, Arc<Feed>>> {
        self.announcers.clone()
    }
}

/// Reads the feeds that the fleet is given.
pub(super) struct FeedsReading {
    /// What they are called in messages.
    path: PathBuf,
    secret_query: SecretQuery,
    poll: PollSettings,
    map: ShardMap,
    known: watch::Sender<Option<Arc<MemberFeeds>>>,
    error: watch::Sender<Option<String>>,
}

impl FeedsReading {
    /// For a member with these settings; and where the feeds are told.
    pub(super) fn of(settings: &Settings) -> (Self, watch::Receiver<Option<Arc<MemberFeeds>>>) {
        let (known, told) = watch::channel(None);
        let reading = Self {
            path: settings.fleet.feeds_topic().into(),
            secret_query: settings.fetch.secret_query.clone(),
            poll: settings.poll.clone(),
            map: ShardMap::new(settings.fleet.shards),
            known,
            error: watch::Sender::new(None),
        };
        (reading, told)
    }

    /// Why the newest version is not gone by, where it isn't.
    pub(super) fn error(&self) -> watch::Receiver<Option<String>> {
        self.error.subscribe()
    }

    /// Reads each version that is followed. One that cannot be read here (a file that a password stands in may be missing) leaves the one
    /// before it in force, and is read again and again.
    pub(super) async fn run(self, mut followed: watch::Receiver<Option<FleetFeeds>>) {
        loop {
            let newest = followed.borrow_and_update().clone();
            if let Some(newest) = newest {
                let (path, secret_query, poll, map) =
                    (self.path.clone(), self.secret_query.clone(), self.poll.clone(), self.map);
                let version = newest.version;
                let read = move || read(&path, &newest, &secret_query, &poll, map);
                match tokio::task::spawn_blocking(read).await.map_err(|error| error.to_string()).flatten() {
                    Ok(feeds) => {
                        tracing::info!(version, feeds = feeds.announcers.len(), "going by the fleet's feeds");
                        self.known.send_replace(Some(Arc::new(feeds)));
                        self.error.send_replace(None);
                    }
                    Err(why) => {
                        if self.error.borrow().as_ref() != Some(&why) {
                            tracing::error!(
                                version,
                                why,
                                "the fleet's feeds cannot be gone by here: those before stay in force until they can"
                            );
                        }
                        self.error.send_replace(Some(why));
                    }
                }
            }
            let is_read = self.error.borrow().is_none();
            tokio::select! {
                changed = followed.changed() => if changed.is_err() {
                    return;
                },
                () = tokio::time::sleep(RETRY), if !is_read => {}
            }
        }
    }
}

fn read(
    path: &std::path::Path,
    newest: &FleetFeeds,
    secret_query: &SecretQuery,
    poll: &PollSettings,
    map: ShardMap,
) -> Result<MemberFeeds, String> {
    let listed = feeds::parse(path, &text_of_tables(&newest.tables), secret_query, SecretAccess::Read);
    let listed =
        listed.map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))?;
    let (polled, paused) = feeds::polled_and_paused(listed);
    let catalogue = Arc::new(FeedCatalogue::new(&polled, &paused, poll));
    let (mut of_shards, mut announcers) = (HashMap::<_, Vec<_>>::new(), HashMap::new());
    for feed in polled.into_iter().map(Arc::new) {
        of_shards.entry(map.of_url(feed.published().url.as_url())).or_default().push(feed.clone());
        announcers.insert(feed.id().clone(), feed);
    }
    Ok(MemberFeeds { version: newest.version, of_shards, announcers: Arc::new(announcers), catalogue })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use jiff::Timestamp;

    use super::*;
    use crate::config::feeds::fleet::tables_of;

    #[tokio::test(start_paused = true)]
    async fn a_version_whose_secret_was_missing_is_gone_by_once_it_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let secret = folder.path().join("login");
        let text = format!(
            "[[feed]]\nurl = \"https://news.example/rss\"\nauth = {{ bearer = {{ file = '{}' }} }}\n",
            secret.display()
        );
        let feeds = FleetFeeds {
            version: 3,
            applied: Some(Timestamp::UNIX_EPOCH),
            tables: Arc::new(tables_of(&text).unwrap()),
            ..FleetFeeds::default()
        };
        let (reading, mut known) = FeedsReading::of(&Settings::default());
        let mut error = reading.error();
        let (_followed, told) = watch::channel(Some(feeds));
        tokio::spawn(reading.run(told));
        error.wait_for(Option::is_some).await.unwrap();
        assert!(known.borrow().is_none());
        fs::write(&secret, "hush").unwrap();
        known.wait_for(Option::is_some).await.unwrap();
        assert_eq!(known.borrow().as_ref().unwrap().version, 3);
        error.wait_for(Option::is_none).await.unwrap();
    }
}
