//! What becomes of one feed in the feeds file: for the command line and for the API alike.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use dateline_fetcher::Feed;
use dateline_wire::{FeedId, FeedRef, PublicUrl, SecretQuery};

use super::super::error::{ConfigError, Origin};
use super::edit::{FeedEdits, FeedsEdit, NewFeed};
use super::{ListedFeed, SecretAccess, parse};

/// What becomes of a feed.
#[derive(Debug)]
pub enum FeedChange {
    /// It is added, and polled.
    Add(Box<NewFeed>),
    /// It is taken out.
    Remove(FeedId),
    /// It stays there, and is not polled.
    Pause(FeedId),
    /// It is polled again.
    Resume(FeedId),
    /// It is called, sorted or asked otherwise.
    Edit(FeedId, FeedEdits),
}

/// Why the feeds file stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum FeedChangeError {
    /// It stands there already.
    #[error("{feed} stands in {} already{}", path.display(), if *.is_paused { ", and is paused: resume it to have it polled" } else { "" })]
    Known {
        /// The feed.
        feed: PublicUrl,
        /// The file.
        path: PathBuf,
        /// Whether it is paused there.
        is_paused: bool,
    },
    /// It doesn't stand there.
    #[error("no feed is configured under this address or id; {} names those that are", path.display())]
    Unknown {
        /// The file.
        path: PathBuf,
    },
    /// It stands there in a form that is not changed by program.
    #[error("{}: {feed} is no [[feed]] table there; change the file by hand, then `dateline reload`", path.display())]
    Inline {
        /// The feed.
        feed: PublicUrl,
        /// The file.
        path: PathBuf,
    },
    /// Feeds stand in the file in another form, and none is added by program.
    #[error(
        "{}: feeds are one list there and no [[feed]] tables, so none is added by program; change the file by hand, then `dateline reload`",
        path.display()
    )]
    List {
        /// The file.
        path: PathBuf,
    },
    /// No other feed is polled.
    #[error(
        "{feed} is the only feed that is polled, and a daemon needs one: add or resume another before this one goes"
    )]
    Last {
        /// The feed.
        feed: PublicUrl,
    },
    /// The file is wrong, or would be.
    #[error("the feeds file would be wrong")]
    Config(Vec<ConfigError>),
    /// The file cannot be written.
    #[error("{} cannot be written: {source}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl FeedsEdit {
    /// The file at `path` as `change` makes it, which is found right but not saved yet, and the feed that it is about.
    ///
    /// # Errors
    /// Why it cannot be so.
    pub fn of(
        path: &Path,
        secret_query: &SecretQuery,
        change: FeedChange,
    ) -> Result<(Self, FeedRef), FeedChangeError> {
        let edit = Self::open(path).map_err(|error| FeedChangeError::Config(vec![error]))?;
        edit.changed(secret_query, change)
    }

    /// The content `text` of a feeds file that is called `path` where something is told of it.
    ///
    /// # Errors
    /// If it is no TOML.
    pub fn in_text(path: &Path, text: String) -> Result<Self, FeedChangeError> {
        Self::of_text(path, text).map_err(|error| FeedChangeError::Config(vec![error]))
    }

    /// The same as `change` makes it, found right but not saved yet, and the feed that it is about.
    ///
    /// # Errors
    /// Why it cannot be so.
    pub fn changed(
        mut self,
        secret_query: &SecretQuery,
        change: FeedChange,
    ) -> Result<(Self, FeedRef), FeedChangeError> {
        let edit = &mut self;
        let path = edit.path().to_owned();
        let path = path.as_path();
        let read = |text: &str| {
            parse(path, text, secret_query, SecretAccess::Without).map_err(FeedChangeError::Config)
        };
        let before = read(&edit.text())?;
        // Before the change nothing was wrong; the lines are those of a file that isn't there.
        let changed = |text: &str| {
            read(text).map_err(|error| match error {
                FeedChangeError::Config(errors) => FeedChangeError::Config(
                    errors
                        .into_iter()
                        .map(|error| ConfigError { origin: Origin::Request, ..error })
                        .collect(),
                ),
                other => other,
            })
        };
        let find = |listed: &[ListedFeed], id: &FeedId| {
            let found = listed.iter().find(|listed| listed.feed.id() == id)?;
            Some((found.feed.published().clone(), !found.enabled))
        };
        let name = match &change {
            FeedChange::Add(new) => new.name.as_deref(),
            FeedChange::Edit(_, edits) => edits.name.as_deref(),
            FeedChange::Remove(_) | FeedChange::Pause(_) | FeedChange::Resume(_) => None,
        };
        if name.is_some_and(|name| name.contains(char::is_control)) {
            let (what, remedy) =
                ("`name` has control characters", "expected what people call the feed, on one line");
            let (what, remedy) = (what.to_owned(), Some(remedy.to_owned()));
            return Err(FeedChangeError::Config(vec![ConfigError { origin: Origin::Request, what, remedy }]));
        }
        let (id, is_table) = match change {
            FeedChange::Add(new) => {
                let id = FeedId::of(&new.url);
                if let Some((feed, is_paused)) = find(&before, &id) {
                    return Err(FeedChangeError::Known { feed: feed.url, path: path.to_owned(), is_paused });
                }
                if !edit.add(*new) {
                    return Err(FeedChangeError::List { path: path.to_owned() });
                }
                (id, true)
            }
            FeedChange::Remove(id) => {
                let is_table = edit.remove(&id);
                (id, is_table)
            }
            FeedChange::Pause(id) => {
                let is_table = edit.set_enabled(&id, false);
                (id, is_table)
            }
            FeedChange::Resume(id) => {
                let is_table = edit.set_enabled(&id, true);
                (id, is_table)
            }
            FeedChange::Edit(id, edits) => {
                let is_table = edit.change(&id, edits);
                (id, is_table)
            }
        };
        let after = changed(&edit.text())?;
        let Some((feed, _)) = find(&after, &id).or_else(|| find(&before, &id)) else {
            return Err(FeedChangeError::Unknown { path: path.to_owned() });
        };
        if !is_table {
            return Err(FeedChangeError::Inline { feed: feed.url, path: path.to_owned() });
        }
        let polls_any = |listed: &[ListedFeed]| listed.iter().any(|listed| listed.enabled);
        if polls_any(&before) && !polls_any(&after) {
            return Err(FeedChangeError::Last { feed: feed.url });
        }
        Ok((self, feed))
    }

    /// The file at `path` with those of `feeds` that are not there, found right but not saved yet; and these, in their order.
    ///
    /// # Errors
    /// Why it cannot be so.
    pub fn with_all(
        path: &Path,
        secret_query: &SecretQuery,
        feeds: Vec<NewFeed>,
    ) -> Result<(Self, Vec<FeedRef>), FeedChangeError> {
        let edit = Self::open(path).map_err(|error| FeedChangeError::Config(vec![error]))?;
        edit.extended(secret_query, feeds)
    }

    /// The same with those of `feeds` that are not there, found right but not saved yet; and these, in their order.
    ///
    /// # Errors
    /// Why it cannot be so.
    pub fn extended(
        self,
        secret_query: &SecretQuery,
        feeds: Vec<NewFeed>,
    ) -> Result<(Self, Vec<FeedRef>), FeedChangeError> {
        let mut edit = self;
        let path = edit.path().to_owned();
        let read = |text: &str| {
            parse(&path, text, secret_query, SecretAccess::Without).map_err(FeedChangeError::Config)
        };
        let listed = read(&edit.text())?;
        let mut known: HashSet<FeedId> = listed.into_iter().map(|listed| listed.feed.id().clone()).collect();
        let mut added = HashSet::new();
        for new in feeds {
            let id = FeedId::of(&new.url);
            if known.insert(id.clone()) {
                added.insert(id);
                if !edit.add(new) {
                    return Err(FeedChangeError::List { path: path.to_owned() });
                }
            }
        }
        let after = read(&edit.text())?.into_iter().map(|listed| listed.feed.published().clone());
        let added = after.filter(|feed| added.contains(&feed.id)).collect();
        Ok((edit, added))
    }

    /// The feed as it would be if `new` were added to the file at `path`, with what its group gives it.
    ///
    /// # Errors
    /// Why it cannot be so; it may be there already.
    pub fn planned(path: &Path, secret_query: &SecretQuery, new: NewFeed) -> Result<Feed, FeedChangeError> {
        let edit = Self::open(path).map_err(|error| FeedChangeError::Config(vec![error]))?;
        edit.with_planned(secret_query, new)
    }

    /// The feed as it would be if `new` were added, with what its group gives it.
    ///
    /// # Errors
    /// Why it cannot be so; it may be there already.
    pub fn with_planned(self, secret_query: &SecretQuery, new: NewFeed) -> Result<Feed, FeedChangeError> {
        let (edit, feed) = self.changed(secret_query, FeedChange::Add(Box::new(new)))?;
        let path = edit.path();
        let listed = parse(path, &edit.text(), secret_query, SecretAccess::Read);
        let mut listed = listed.map_err(FeedChangeError::Config)?.into_iter();
        let planned = listed.find(|listed| *listed.feed.id() == feed.id);
        planned.map(|listed| listed.feed).ok_or_else(|| FeedChangeError::Unknown { path: path.to_owned() })
    }

    /// Writes the file as it is now, whole or not at all where its folder allows that.
    ///
    /// # Errors
    /// [`FeedChangeError::Unwritable`].
    pub fn save(&self) -> Result<(), FeedChangeError> {
        self.write(&self.text()).map_err(|source| self.unwritable(source))
    }

    /// Writes the file as it was.
    ///
    /// # Errors
    /// [`FeedChangeError::Unwritable`].
    pub fn undo(&self) -> Result<(), FeedChangeError> {
        self.write(self.before()).map_err(|source| self.unwritable(source))
    }

    fn unwritable(&self, source: io::Error) -> FeedChangeError {
        FeedChangeError::Unwritable { path: self.path().to_owned(), source }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const FILE: &str = "[[feed]]\nurl = \"https://a.example/rss\"\n\n[[feed]]\nurl = \"https://b.example/rss\"\nenabled = false\n";

    /// The file after `change`, or why it stays as it is.
    fn after(file: &str, change: FeedChange) -> Result<String, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("feeds.toml");
        fs::write(&path, file).unwrap();
        let edit = FeedsEdit::of(&path, &SecretQuery::default(), change);
        assert_eq!(fs::read_to_string(&path).unwrap(), file, "nothing is written before it is saved");
        let (edit, _) = edit.map_err(|error| match error {
            FeedChangeError::Config(errors) => errors[0].to_string(),
            other => other.to_string(),
        })?;
        edit.save().unwrap();
        Ok(fs::read_to_string(&path).unwrap())
    }

    fn id(name: &str) -> FeedId {
        FeedId::of(&format!("https://{name}.example/rss").parse().unwrap())
    }

    fn new(url: &str, group: Option<&str>) -> FeedChange {
        let (url, group) = (url.parse().unwrap(), group.map(str::to_owned));
        FeedChange::Add(Box::new(NewFeed { group, ..NewFeed::at(url) }))
    }

    #[test]
    fn a_feed_that_is_there_or_isnt_is_told_with_what_to_do() {
        let known = after(FILE, new("https://a.example/rss", None)).unwrap_err();
        assert!(known.ends_with("feeds.toml already"), "{known}");
        let fragment = after(FILE, new("https://a.example/rss#top", None)).unwrap_err();
        assert!(fragment.ends_with("feeds.toml already"), "{fragment}");
        let paused = after(FILE, new("https://b.example/rss", None)).unwrap_err();
        assert!(paused.ends_with("already, and is paused: resume it to have it polled"), "{paused}");
        let unknown = after(FILE, FeedChange::Pause(id("c"))).unwrap_err();
        assert!(unknown.starts_with("no feed is configured under this address or id; "), "{unknown}");
        let group = after(FILE, new("https://c.example/rss", Some("slow"))).unwrap_err();
        assert!(group.contains("`group` is \"slow\"; expected the name of a [[group]]"), "{group}");
        let inline = after("feed = [{ url = \"https://a.example/rss\" }]\n", FeedChange::Pause(id("a")));
        assert!(inline.unwrap_err().contains("is no [[feed]] table there; change the file by hand"));
    }

    #[test]
    fn the_last_feed_that_is_polled_neither_goes_nor_pauses_until_another_is() {
        for change in [FeedChange::Remove(id("a")), FeedChange::Pause(id("a"))] {
            let last = after(FILE, change).unwrap_err();
            assert!(last.contains("https://a.example/rss is the only feed that is polled"), "{last}");
        }
        let resumed = after(FILE, FeedChange::Resume(id("b"))).unwrap();
        assert!(after(&resumed, FeedChange::Remove(id("a"))).is_ok());
        assert!(after(FILE, FeedChange::Remove(id("b"))).is_ok());
    }
}
