//! The feeds file: `[[feed]]` tables with a `url` and, if wanted, a `name` and options, and `[[group]]` tables with options for
//! many feeds.
//!
//! A [`FileReader`] goes through the file and collects whatever is wrong; each option is read in `options`, and a `group` gives options to the feeds that belong to it.

mod change;
mod edit;
pub mod fleet;
mod group;
mod options;

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;

use dateline_fetcher::Feed;
use dateline_wire::SecretQuery;
use toml::de::DeTable;
use url::Url;

use super::document;
use super::error::ConfigError;
use super::secret_source::SecretAccess;
use super::table::{FileReader, Value};
pub use change::{FeedChange, FeedChangeError};
pub use edit::{FeedEdits, FeedsEdit, NewFeed};
use group::Groups;
use options::Options;

/// Reads all feeds that stand in the file at `path`, the paused ones too, in the file's order.
///
/// # Errors
/// If the file cannot be read; everything that is wrong with it: an address that cannot be polled, a feed that stands there
/// twice, an option that is none; and, unless secrets are left alone, a secret that cannot be read.
pub fn read(
    path: &Path,
    secret_query: &SecretQuery,
    secrets: SecretAccess,
) -> Result<Vec<ListedFeed>, Vec<ConfigError>> {
    parse(path, &text_of(path)?, secret_query, secrets)
}

/// The names of the groups in the file at `path`, in its order.
///
/// # Errors
/// If the file cannot be read, or is no TOML.
pub fn group_names(path: &Path) -> Result<Vec<String>, Vec<ConfigError>> {
    let text = text_of(path)?;
    let root = DeTable::parse(&text).map_err(|error| vec![document::located(path, &text, &error)])?;
    let mut file = FileReader::new(path, &text);
    let group = root.get_ref().iter().find(|(name, _)| name.get_ref() == "group");
    let tables = group.map(|(_, value)| file.tables("group", value)).unwrap_or_default();
    let groups = Groups::read(&mut file, tables, SecretAccess::Without);
    Ok(groups.names().into_iter().map(str::to_owned).collect())
}

/// The text of the file at `path`.
pub(crate) fn text_of(path: &Path) -> Result<String, Vec<ConfigError>> {
    document::read(path).map_err(|error| vec![error])
}

/// A feed that stands in the file.
pub struct ListedFeed {
    /// The feed.
    pub feed: Feed,
    /// Whether it is polled.
    pub enabled: bool,
}

/// The feeds that are polled and those that are paused (`enabled = false`), each in the file's order.
pub fn polled_and_paused(listed: Vec<ListedFeed>) -> (Vec<Feed>, Vec<Feed>) {
    let (polled, paused): (Vec<_>, Vec<_>) = listed.into_iter().partition(|listed| listed.enabled);
    let feeds = |listed: Vec<ListedFeed>| listed.into_iter().map(|listed| listed.feed).collect();
    (feeds(polled), feeds(paused))
}

/// The feeds that stand in `text`, the content of the file at `path`.
pub(crate) fn parse(
    path: &Path,
    text: &str,
    secret_query: &SecretQuery,
    secrets: SecretAccess,
) -> Result<Vec<ListedFeed>, Vec<ConfigError>> {
    let root = DeTable::parse(text).map_err(|error| vec![document::located(path, text, &error)])?;
    let mut file = FileReader::new(path, text);
    let (mut tables, mut groups) = (Vec::new(), Vec::new());
    for (name, value) in root.get_ref() {
        match name.get_ref().as_ref() {
            "feed" => tables = file.tables("feed", value),
            "group" => groups = file.tables("group", value),
            other => file.unknown(&name.span(), other, &["feed", "group"]),
        }
    }
    let groups = Groups::read(&mut file, groups, secrets);
    let mut listed = Vec::with_capacity(tables.len());
    let mut lines = HashMap::new();
    for (span, table) in tables {
        let Some(table) = FeedTable::read(&mut file, &span, table, &groups, secrets) else { continue };
        let at = table.url_at.clone();
        let feed = table.into_feed(&groups, secret_query);
        if let Some(first) = lines.insert(feed.feed.id().clone(), file.line(&at)) {
            let what = format!("{} is already configured in line {first}", feed.feed.published().url);
            file.wrong(&at, what, "remove one of the two");
        }
        listed.push(feed);
    }
    match file.into_errors() {
        errors if errors.is_empty() => Ok(listed),
        errors => Err(errors),
    }
}

/// A `[[feed]]` table.
struct FeedTable {
    url: Url,
    /// Where the address stands.
    url_at: Range<usize>,
    name: Option<String>,
    enabled: bool,
    /// The group that it calls by name.
    group: Option<String>,
    options: Options,
}

impl FeedTable {
    /// What a feed has besides options.
    const NAMES: [&'static str; 4] = ["enabled", "group", "name", "url"];

    /// The table at `span`; `None` where it has no address.
    fn read(
        file: &mut FileReader<'_>,
        span: &Range<usize>,
        table: &DeTable<'_>,
        groups: &Groups,
        secrets: SecretAccess,
    ) -> Option<Self> {
        let (mut url, mut name, mut enabled, mut group) = (None, None, true, None);
        let mut options = Options::default();
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "url" => url = Some((address(file, value), value.span())),
                "name" => {
                    name = file.text("name", value, "what people call the feed, as text").map(str::to_owned);
                }
                "enabled" => enabled = file.flag("enabled", value).unwrap_or(true),
                "group" => group = named_group(file, value, groups),
                option if options.take(file, option, value, secrets) => {}
                other => {
                    let known: Vec<&str> = Self::NAMES.into_iter().chain(options::NAMES).collect();
                    file.unknown(&key.span(), other, &known);
                }
            }
        }
        let Some((url, url_at)) = url else {
            file.wrong(
                span,
                "a feed without `url`",
                "give its address, as in url = \"https://news.example/rss\"",
            );
            return None;
        };
        Some(Self { url: url?, url_at, name, enabled, group, options })
    }

    fn into_feed(mut self, groups: &Groups, secret_query: &SecretQuery) -> ListedFeed {
        let is_named_in_address = !self.url.username().is_empty() || self.url.password().is_some();
        let own = self.options.auth.clone();
        groups.fill(&mut self.options, self.group.as_deref(), &self.url);
        if is_named_in_address {
            // What stands at the feed itself counts before what its groups say.
            self.options.auth = own;
        }
        let feed = self.options.apply_to(Feed::new(self.url, self.name, secret_query));
        ListedFeed { feed, enabled: self.enabled }
    }
}

/// The name of a group that there is.
fn named_group(file: &mut FileReader<'_>, value: &Value<'_>, groups: &Groups) -> Option<String> {
    let name = value.get_ref().as_str().filter(|name| groups.has(name));
    if name.is_none() {
        let expected = match groups.names() {
            names if names.is_empty() => "the name of a [[group]], and there is none with a name".to_owned(),
            names => format!("the name of a [[group]]: {}", names.join(", ")),
        };
        file.unexpected("group", value, &expected);
    }
    name.map(str::to_owned)
}

fn address(file: &mut FileReader<'_>, value: &Value<'_>) -> Option<Url> {
    let Some(text) = value.get_ref().as_str() else {
        file.unexpected("url", value, "an address such as \"https://news.example/rss\"");
        return None;
    };
    pollable(text).map_err(|(what, remedy)| file.wrong(&value.span(), what, remedy)).ok()
}

/// The address as a URL that can be polled, or what is wrong with it and what to do.
fn pollable(text: &str) -> Result<Url, (String, &'static str)> {
    // What cannot be taken apart may hold a password or a key.
    let shown = if text.contains(['@', '?']) { "the address" } else { &format!("`{text}`") };
    let url = Url::parse(text).map_err(|error| {
        (format!("{shown} is not a URL: {error}"), "write it in full, as in https://news.example/rss")
    })?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err((
            format!("{shown} cannot be polled: its scheme is {}", url.scheme()),
            "use http or https",
        ));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use dateline_fetcher::transport::ProxyChoice;
    use dateline_fetcher::{Authorization, FullText, Judging, RobotsRule};
    use dateline_wire::Secret;

    use super::*;

    fn read_text(text: &str) -> Result<Vec<Feed>, Vec<ConfigError>> {
        read_at(Path::new("feeds.toml"), text, SecretAccess::Read)
    }

    fn read_at(path: &Path, text: &str, secrets: SecretAccess) -> Result<Vec<Feed>, Vec<ConfigError>> {
        Ok(polled_and_paused(parse(path, text, &SecretQuery::default(), secrets)?).0)
    }

    /// Everything that is wrong with a file, a line for each thing.
    fn errors_of(text: &str) -> String {
        let errors = read_text(text).unwrap_err();
        errors.iter().map(ConfigError::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn feeds_come_in_the_order_of_the_file_without_the_disabled_ones() {
        let feeds = read_text(
            "[[feed]]\nurl = 'https://b.example/rss'\nname = 'B'\n\
             [[feed]]\nurl = 'https://c.example/rss'\nenabled = false\n\
             [[feed]]\nurl = 'https://a.example/rss'\n",
        )
        .unwrap();
        let published = feeds.iter().map(Feed::published);
        let names: Vec<_> = published.map(|feed| (feed.url.as_str(), feed.name.as_deref())).collect();
        assert_eq!(names, [("https://b.example/rss", Some("B")), ("https://a.example/rss", None)]);
    }

    #[test]
    fn addresses_that_differ_in_their_fragment_alone_are_one_feed() {
        let error = errors_of(
            "[[feed]]\nurl = 'https://a.example/rss'\n[[feed]]\nurl = 'https://a.example/rss#latest'\nenabled = false\n",
        );
        assert!(
            error.starts_with("feeds.toml:4: https://a.example/rss#latest is already configured in line 2"),
            "{error}"
        );
    }

    #[test]
    fn an_address_that_is_none_is_named_with_its_line() {
        let error = errors_of("[[feed]]\nname = 'A'\nurl = 'news.example/rss'\n");
        assert!(error.starts_with("feeds.toml:3: `news.example/rss` is not a URL"), "{error}");
        let error = errors_of("[[feed]]\nurl = 'ftp://a.example/'\n");
        assert_eq!(
            error,
            "feeds.toml:2: `ftp://a.example/` cannot be polled: its scheme is ftp; use http or https"
        );
    }

    #[test]
    fn a_feed_that_stands_there_twice_is_named_with_both_lines() {
        assert_eq!(
            errors_of("[[feed]]\nurl = 'https://a.example'\n[[feed]]\nurl = 'https://A.example/'\n"),
            "feeds.toml:4: https://a.example/ is already configured in line 2; remove one of the two"
        );
    }

    #[test]
    fn what_is_wrong_with_an_address_is_said_without_its_secrets() {
        for text in [
            "[[feed]]\nurl = 'https://me:hush@news example/'\n",
            "[[feed]]\nurl = 'ftp://news.example/?key=hush'\n",
            "[[feed]]\nurl = 'https://news.example/?key=hush'\n[[feed]]\nurl = 'https://news.example/?key=hush'\n",
        ] {
            let error = errors_of(text);
            assert!(!error.contains("hush"), "{error}");
        }
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once_with_line_setting_value_and_what_is_expected() {
        assert_eq!(
            errors_of(
                "[[feed]]\nurl = 'https://a.example/'\nname = 7\nenabled = 'no'\n\
                 [[feed]]\nnam = 'B'\n\
                 [[feeds]]\n"
            ),
            "feeds.toml:3: `name` is 7; expected what people call the feed, as text\n\
             feeds.toml:4: `enabled` is 'no'; expected true or false\n\
             feeds.toml:5: a feed without `url`; give its address, as in url = \"https://news.example/rss\"\n\
             feeds.toml:6: unknown setting `nam`; did you mean `name`?\n\
             feeds.toml:7: unknown setting `feeds`; did you mean `feed`?"
        );
        assert!(errors_of("[[feed]\n").starts_with("feeds.toml:1: "));
    }

    #[test]
    fn a_group_gives_its_options_to_the_feeds_that_call_it_and_to_those_at_its_hosts() {
        let feeds = read_text(
            "[[group]]\nname = 'slow'\ntags = ['slow']\ninterval = '2h'\nlanguage = 'ko'\n\
             [[group]]\nhosts = ['news.example']\ntags = ['news']\ninterval = '1h'\nrobots = 'ignore'\n\
             [[feed]]\nurl = 'https://news.example/1'\n\
             [[feed]]\nurl = 'https://en.news.example/2'\ngroup = 'slow'\n\
             [[feed]]\nurl = 'https://news.example/3'\ngroup = 'slow'\ninterval = { min = '1m' }\ntags = ['own', 'news']\nrobots = 'obey'\n\
             [[feed]]\nurl = 'https://other.example/4'\n",
        )
        .unwrap();
        let summary = |feed: &Feed| {
            let options = feed.options();
            let hours =
                |bound: Option<std::time::Duration>| bound.map(|bound| bound.as_secs() as f64 / 3600.0);
            let interval = (hours(options.interval.min), hours(options.interval.max));
            (feed.published().tags.join(" "), interval, options.language.clone(), options.robots)
        };
        let hours = |hours: f64| (Some(hours), Some(hours));
        let korean = || Some("ko".to_owned());
        let expected = [
            ("news".to_owned(), hours(1.0), None, RobotsRule::Ignore),
            ("slow news".to_owned(), hours(2.0), korean(), RobotsRule::Ignore),
            ("own news slow".to_owned(), (Some(1.0 / 60.0), None), korean(), RobotsRule::Obey),
            (String::new(), (None, None), None, RobotsRule::Obey),
        ];
        assert_eq!(feeds.iter().map(summary).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn every_option_is_read_into_what_the_feed_is_asked_and_read_by() {
        let feeds = read_text(
            "[[feed]]\nurl = 'https://a.example/'\nheaders = { 'Accept-Language' = 'ko' }\nuser_agent = 'Reader/1'\n\
             proxy = 'socks5h://127.0.0.1:1080'\nfull_text = 'feed'\nkeep = 'ferry'\ndrop = ['/sport/', 'race']\nsubject = 'off'\n\
             [[feed]]\nurl = 'https://b.example/'\nproxy = 'none'\nfull_text = 'page'\n",
        )
        .unwrap();
        let [first, second] = [feeds[0].options(), feeds[1].options()];
        assert_eq!(first.headers["accept-language"], "ko");
        assert!(first.headers["accept-language"].is_sensitive(), "it stands in no recording");
        assert_eq!(first.user_agent.as_ref().unwrap(), "Reader/1");
        assert_eq!(first.proxy.as_ref().unwrap().to_string(), "socks5h://127.0.0.1:1080");
        assert_eq!((first.full_text, first.judging), (FullText::Feed, Judging::Off));
        let patterns =
            |patterns: &[regex::Regex]| patterns.iter().map(|one| one.to_string()).collect::<Vec<_>>();
        assert_eq!(patterns(&first.entries.keep), ["ferry"]);
        assert_eq!(patterns(&first.entries.drop), ["/sport/", "race"]);
        assert!(first.entries.keep[0].is_match("The Ferry"));
        assert_eq!((&second.proxy, second.full_text), (&Some(ProxyChoice::None), FullText::Page));
    }

    #[test]
    fn an_option_that_is_wrong_is_named_with_its_line_what_was_read_and_what_is_expected() {
        for (option, told) in [
            (
                "interval = 'often'",
                "`interval` is 'often'; expected a duration such as 30s, 5m, 1h 30m, 7d, or bounds",
            ),
            (
                "interval = { min = '1h', max = '5m' }",
                "`interval` is { min = '1h', max = '5m' }; expected a `min` that is no longer",
            ),
            ("interval = { mim = '1h' }", "unknown setting `mim`; did you mean `min`?"),
            ("headers = { Host = 'a' }", "`headers.Host` cannot be set here; use `auth`"),
            ("headers = { 'a b' = 'c' }", "`headers.a b` is no name of a header field; expected letters"),
            (
                "headers = { A = \"hush\\n\" }",
                "`headers.A` is something else (not shown, since it may be a secret); expected a text",
            ),
            ("user_agent = ''", "`user_agent` is ''; expected a text of visible ASCII"),
            (
                "proxy = 'http://me:hush@proxy.example'",
                "`proxy`: user name and password never stand in the address of a proxy; expected",
            ),
            (
                "proxy = { credentials = { env = 'A' } }",
                "`proxy.credentials`: the environment variable A is not set",
            ),
            ("tags = [7]", "`tags` is 7; expected a text on one line, or several"),
            (
                "language = 'Korean'",
                "`language` is 'Korean'; expected a language tag of two or three letters",
            ),
            ("full_text = 'both'", "`full_text` is 'both'; expected \"auto\" or \"feed\" or \"page\""),
            (
                "keep = ['(']",
                "`keep` holds \"(\", which is no pattern: unclosed group; expected a regular expression",
            ),
            ("subject = false", "`subject` is false; expected \"on\" or \"off\""),
            ("robots = 'no'", "`robots` is 'no'; expected \"obey\" or \"ignore\""),
            ("group = 'slo'", "`group` is 'slo'; expected the name of a [[group]]: slow"),
        ] {
            let error = errors_of(&format!(
                "[[group]]\nname = 'slow'\n[[feed]]\nurl = 'https://a.example/'\n{option}\n"
            ));
            assert!(error.starts_with(&format!("feeds.toml:5: {told}")), "{option}: {error}");
            assert!(!error.contains("hush"), "{error}");
        }
        assert_eq!(
            errors_of("[[group]]\ntags = ['a']\n"),
            "feeds.toml:1: a group that no feed can belong to; give it a `name` that feeds call it by (`group = …`), or `hosts` \
             whose feeds belong to it"
        );
        assert!(
            errors_of("[[group]]\nname = 'a'\n[[group]]\nname = 'a'\n")
                .contains(":3: another group is called \"a\"")
        );
    }

    #[test]
    fn the_login_in_a_feeds_own_address_counts_before_that_of_a_group() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("feeds.toml");
        std::fs::write(folder.path().join("login"), "group:hush").unwrap();
        let text = "[[group]]\nhosts = ['a.example']\nauth = { basic = { file = 'login' } }\n\
                    [[feed]]\nurl = 'https://me:own@a.example/'\n[[feed]]\nurl = 'https://a.example/'\n";
        let feeds = read_at(&path, text, SecretAccess::Read).unwrap();
        let feed = |address: &str| Feed::new(address.parse().unwrap(), None, &SecretQuery::default());
        let group = Authorization::basic("group:hush").unwrap();
        assert_eq!(
            feeds,
            [feed("https://me:own@a.example/"), feed("https://a.example/").with_authorization(group)]
        );
    }

    #[test]
    fn who_asks_comes_from_a_file_and_never_from_the_feeds_file_itself() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("feeds.toml");
        std::fs::write(folder.path().join("login"), "me:pa:ss\n").unwrap();
        std::fs::write(folder.path().join("token"), "abc def\n").unwrap();
        let read = |auth: &str, secrets| {
            let text = format!("[[feed]]\nurl = 'https://a.example/'\nauth = {auth}\n");
            read_at(&path, &text, secrets)
        };
        let feeds = read("{ basic = { file = 'login' } }", SecretAccess::Read).unwrap();
        let basic = Authorization::Basic { user: "me".to_owned(), password: Secret::new("pa:ss") };
        let bare = || Feed::new("https://a.example/".parse().unwrap(), None, &SecretQuery::default());
        assert_eq!(feeds, [bare().with_authorization(basic)]);
        let error = |auth: &str| read(auth, SecretAccess::Read).unwrap_err()[0].to_string();
        for (auth, told) in [
            (
                "{ bearer = { file = 'token' } }",
                "what `auth.bearer` names cannot be sent (it is not shown); for `basic` write",
            ),
            ("{ bearer = { file = 'hush' } }", "the file that it names isn't there (its name is not shown"),
            (
                "{ bearer = { env = 'NO_SUCH_VARIABLE' } }",
                "the environment variable NO_SUCH_VARIABLE is not set; set it",
            ),
            ("{ bearer = { env = 'DATELINE_TOKEN' } }", "does not begin with DATELINE_"),
            (
                "{ bearer = 'hush' }",
                "`auth.bearer` is something else (not shown, since it may be a secret); expected where",
            ),
            ("'hush'", "`auth` is something else (not shown, since it may be a secret); expected { basic"),
            ("{ digest = { env = 'A' } }", "`auth` is something else"),
        ] {
            let error = error(auth);
            assert!(error.contains(":3: ") && error.contains(told), "{error}");
            assert!(!error.contains("hush") && !error.contains("abc"), "{error}");
        }
        let listed = read("{ bearer = { env = 'NO_SUCH_VARIABLE' } }", SecretAccess::Without).unwrap();
        assert_eq!(listed, [bare()], "who only lists feeds needs no secrets");
    }
}
