//! The settings that all members share: a member starts with those that the fleet has, and begins anew when it has others.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::Duration;

use dateline_fleet::{FleetFeeds, SharedFiles, read_shared_files};
use tokio::sync::watch;

use super::shared_settings::digests;
use crate::config::shared::SharedFolder;
use crate::config::{Config, ConfigError, Settings};
use crate::failure::Failure;

/// After how long a version that cannot be used here is tried again.
const RETRY: Duration = Duration::from_secs(10);

/// The configuration that a member runs with.
pub(super) struct MemberConfig {
    pub(super) config: Config,
    /// The version of the fleet's settings in it; 0 where it is the member's own.
    pub(super) version: u64,
    /// Why it is of no newer version, where it isn't.
    pub(super) error: Option<String>,
}

/// Reads the fleet's settings, as a member whose own configuration is at `path`.
#[derive(Debug, Clone)]
pub(super) struct SettingsReading {
    path: PathBuf,
    /// Where each version is put.
    folder: PathBuf,
    own: Settings,
}

impl SettingsReading {
    pub(super) fn of(path: &Path, own: &Settings) -> Self {
        Self { path: path.to_owned(), folder: own.shared_folder(), own: own.clone() }
    }

    /// The configuration to start with: with the newest settings of the fleet; with those that were here last, where no broker answers or the newest
    /// cannot be used here; else `own`, the member's own. Blocks.
    ///
    /// # Errors
    /// If the fleet's cannot be used here, and none were before.
    pub(super) fn first(&self, own: Config) -> Result<MemberConfig, Failure> {
        self.first_of(own, read_shared_files(&self.own.kafka, &self.own.fleet))
    }

    fn first_of(&self, own: Config, newest: Option<SharedFiles>) -> Result<MemberConfig, Failure> {
        let own = MemberConfig { config: own, version: 0, error: None };
        let why = match newest {
            Some(files) if files.version == 0 => {
                // What was kept is of a topic that is gone.
                SharedFolder::remove_all_but(None, &self.folder);
                return Ok(own);
            }
            Some(files) => match self.read(&files) {
                Ok(found) => return Ok(found),
                Err(why) => Some(why),
            },
            None => None,
        };
        // Looked for only now: what could not be used is not kept, though it may have been until now.
        match (SharedFolder::newest(&self.folder), why) {
            (Some(last), error) => {
                let config = Config::load_in_fleet(&self.path, Some(&last))?;
                Ok(MemberConfig { config, version: last.version, error })
            }
            (None, Some(why)) => Err(Failure::Other(format!(
                "this member cannot go by the fleet's settings, and keeps none from before. Do what this says, or run `dateline fleet apply --settings` \
                 with a configuration that all members can use: {why}"
            ))),
            (None, None) => Ok(own),
        }
    }

    /// The configuration with the fleet's settings in this version, or why it cannot be used here. Blocks.
    fn read(&self, files: &SharedFiles) -> Result<MemberConfig, String> {
        let version = files.version;
        if version == 0 {
            let config = Config::load(&self.path).map_err(|errors| told(version, &errors))?;
            self.refuse_what_takes_a_restart(&config.settings)?;
            SharedFolder::remove_all_but(None, &self.folder);
            return Ok(MemberConfig { config, version, error: None });
        }
        let folder = SharedFolder::write(&self.folder, version, &files.files)
            .map_err(|error| format!("{} cannot be written: {error}", self.folder.display()))?;
        let loaded =
            Config::load_in_fleet(&self.path, Some(&folder)).map_err(|errors| told(version, &errors));
        let checked =
            loaded.and_then(|config| self.refuse_what_takes_a_restart(&config.settings).map(|()| config));
        match checked {
            Ok(config) => {
                SharedFolder::remove_all_but(Some(&folder), &self.folder);
                Ok(MemberConfig { config, version, error: None })
            }
            Err(why) => {
                folder.remove();
                Err(why)
            }
        }
    }

    /// Its own file is read anew with the fleet's settings; what the process is bound to cannot change with them.
    fn refuse_what_takes_a_restart(&self, settings: &Settings) -> Result<(), String> {
        let Settings { fleet, data_dir, http, kafka, .. } = &self.own;
        let changed = [
            ("[fleet]", settings.fleet != *fleet),
            ("`data_dir`", settings.data_dir != *data_dir),
            ("`listen` in [http]", settings.http.listen != http.listen),
            ("`brokers` in [kafka]", settings.kafka.brokers != kafka.brokers),
        ];
        let changed: Vec<&str> =
            changed.into_iter().filter(|(_, is_changed)| *is_changed).map(|(name, _)| name).collect();
        match changed.is_empty() {
            true => Ok(()),
            false => Err(format!(
                "{} has another {} than when this member was started: restart the member to have it go by that, or put back what was there",
                self.path.display(),
                changed.join(", ")
            )),
        }
    }

    /// Waits until the fleet has other settings than those of `version` that can be used here, and gives the configuration with them. What cannot
    /// be used leaves those before in force, and is told as an `error`.
    pub(super) async fn next(
        self,
        version: u64,
        mut followed: watch::Receiver<Option<FleetFeeds>>,
        error: watch::Sender<Option<String>>,
    ) -> MemberConfig {
        loop {
            let newest = followed.borrow_and_update().as_ref().map(|feeds| feeds.settings.clone());
            if let Some(newest) = newest.filter(|newest| newest.version != version) {
                let (reading, newest_version) = (self.clone(), newest.version);
                let read = tokio::task::spawn_blocking(move || reading.read(&newest)).await;
                match read.map_err(|error| error.to_string()).flatten() {
                    Ok(found) => {
                        tokio::time::sleep(self.turn()).await;
                        return found;
                    }
                    Err(why) => {
                        if error.borrow().as_ref() != Some(&why) {
                            tracing::error!(
                                version = newest_version,
                                why,
                                "the fleet's settings cannot be gone by here: those before stay in force until they can"
                            );
                        }
                        error.send_replace(Some(why));
                    }
                }
            }
            let is_used = error.borrow().is_none();
            tokio::select! {
                // Without a sender the member is about to end.
                changed = followed.changed() => if changed.is_err() {
                    return std::future::pending().await;
                },
                () = tokio::time::sleep(RETRY), if !is_used => {}
            }
        }
    }

    /// How long this member waits before it begins anew, so that not all members do at once: up to a session, by its name.
    fn turn(&self) -> Duration {
        let mut hash = DefaultHasher::new();
        self.own.fleet.member.hash(&mut hash);
        Duration::from_millis(hash.finish() % (self.own.fleet.session_seconds * 1_000))
    }

    /// Says by which settings the member goes, and which of its own they stand in place of.
    pub(super) fn tell(&self, member: &MemberConfig) {
        if let Some(why) = &member.error {
            tracing::error!(
                why,
                version = member.version,
                "the fleet's newest settings cannot be gone by here: these stay in force until they can"
            );
        }
        if member.version == 0 {
            return;
        }
        let (own, shared) = (digests(&self.own), digests(&member.config.settings));
        let is_otherwise = |part: &&String| own.get(*part) != shared.get(*part);
        let parts: Vec<&str> = own.keys().filter(is_otherwise).map(String::as_str).collect();
        match parts.is_empty() {
            true => tracing::info!(
                version = member.version,
                "going by the fleet's settings, which this member's own are like"
            ),
            false => tracing::warn!(
                version = member.version,
                parts = parts.join(", "),
                "going by the fleet's settings: these parts of this member's own are otherwise, and count for nothing"
            ),
        }
    }
}

fn told(version: u64, errors: &[ConfigError]) -> String {
    let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
    format!("version {version} of the fleet's settings: {}", errors.join("; "))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Arc;

    use super::*;
    use crate::config::shared::texts_of;

    fn member() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config");
        let path = folder.path().join("dateline.toml");
        let text = format!(
            "subject = '{0}/subjects/russia-dprk'\nstory_tables = '{0}/stories'\n[http]\nlisten = '127.0.0.1:0'\n\
             [fleet]\nname = 'news'\nmember = 'a'\n[kafka]\nbrokers = '127.0.0.1:9'\n",
            shipped.display()
        );
        fs::write(&path, text).unwrap();
        (folder, path)
    }

    fn version(number: u64, path: &Path, settings: &str) -> FleetFeeds {
        let mut files = texts_of(path).unwrap();
        files.insert("dateline.toml".to_owned(), settings.to_owned());
        let settings = SharedFiles { version: number, files: Arc::new(files) };
        FleetFeeds { version: number, settings, ..FleetFeeds::default() }
    }

    #[tokio::test(start_paused = true)]
    async fn a_version_that_cannot_be_used_is_told_and_the_next_that_can_is_gone_by_also_after_a_start_without_kafka()
     {
        let (_folder, path) = member();
        let own = Config::load(&path).unwrap();
        let reading = SettingsReading::of(&path, &own.settings);
        let (told, followed) = watch::channel(Some(version(3, &path, "[poll]\nlatency = \"soon\"\n")));
        let error = watch::Sender::new(None);
        let mut noted = error.subscribe();
        let next = tokio::spawn(reading.clone().next(0, followed, error));
        let why = noted.wait_for(Option::is_some).await.unwrap().clone().unwrap();
        assert!(why.starts_with("version 3 of the fleet's settings: ") && why.contains("`latency`"), "{why}");
        told.send_replace(Some(version(4, &path, "[poll]\nlatency = \"1h\"\n")));
        let found = next.await.unwrap();
        assert_eq!((found.version, found.config.settings.poll.latency), (4, Duration::from_secs(3600)));

        // What its process is bound to is not changed with the fleet's settings.
        let own_text = fs::read_to_string(&path).unwrap();
        fs::write(&path, own_text.replace("member = 'a'", "member = 'b'")).unwrap();
        let five = version(5, &path, "").settings;
        let why = reading.read(&five).map(drop).unwrap_err();
        assert!(why.contains("another [fleet] than when this member was started: restart"), "{why}");
        fs::write(&path, own_text).unwrap();

        // What this program, an older one, cannot use any more is told, though it was kept.
        let unusable = version(4, &path, "[poll]\nmoon = 3\n").settings;
        let (other_folder, other_path) = member();
        let other = Config::load(&other_path).unwrap();
        let other_reading = SettingsReading::of(&other_path, &other.settings);
        other_reading.read(&version(4, &path, "").settings).unwrap();
        let why = other_reading.first_of(other, Some(unusable)).map(drop).unwrap_err();
        assert!(why.message().contains("unknown setting `moon`"), "{}", why.message());
        drop(other_folder);

        // Nobody answers at its broker's address.
        let first = |own: Config| {
            let reading = reading.clone();
            async move { tokio::task::spawn_blocking(move || reading.first(own)).await.unwrap().unwrap() }
        };
        let found = first(own).await;
        assert_eq!((found.version, found.config.settings.poll.latency), (4, Duration::from_secs(3600)));

        // Once the topic has none any more, since it was deleted, nothing is kept of it, whether that is found at the start or at work.
        let load = || Config::load(&path).unwrap();
        assert_eq!(reading.first_of(load(), Some(SharedFiles::default())).unwrap().version, 0);
        assert_eq!(first(load()).await.version, 0);
        reading.read(&version(4, &path, "").settings).unwrap();
        assert_eq!(first(load()).await.version, 4);
        assert_eq!(reading.read(&SharedFiles::default()).unwrap().version, 0);
        assert_eq!(first(load()).await.version, 0);
    }
}
