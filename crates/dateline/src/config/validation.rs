//! What types alone cannot hold: values that exclude one another, that nothing would work with, and files that are not there.

use std::io;
use std::ops::RangeInclusive;
use std::path::Path;
use std::time::Duration;

use dateline_wire::duration;

use super::Settings;
use super::file;
use super::named_paths::{NamedPath, PathUse};
use super::values::SettingValues;
use crate::logs;

/// Settings that others call for.
const CAUSES: [(&str, &str); 3] = [
    ("kafka.sasl_username", "kafka.security_protocol"),
    ("kafka.sasl_password_file", "kafka.security_protocol"),
    ("console.trusted_proxies", "console.proxy_header"),
];
/// More polls, pages or connections at once than one machine has file descriptors for.
const MAX_AT_ONCE: usize = 100_000;
/// More threads than any machine has cores.
const MAX_THREADS: usize = 1_024;
/// The least that pages under way may hold, in bytes: one large page.
const MIN_PAGE_MEMORY_BYTES: usize = 1 << 20;
/// The most, in bytes: more than any machine has.
const MAX_PAGE_MEMORY_BYTES: usize = 1 << 40;
/// The least that the journal may be bounded to, in bytes: a bound that a day of news exceeds lets nearly all of that go.
const MIN_JOURNAL_BYTES: u64 = 16 << 20;
/// The longest `source`, in bytes: it stands in every event.
const MAX_SOURCE_BYTES: usize = 1_024;
/// The shortest time in which anything can be done: less is a slip of the unit.
const MIN_TIMEOUT: Duration = Duration::from_millis(1);
/// The shortest log-in, and the shortest pause between two summaries.
const MIN_SESSION: Duration = Duration::from_secs(60);
const MIN_SUMMARY_INTERVAL: Duration = Duration::from_secs(1);

impl Settings {
    /// Notes in `values` what is wrong with these settings, which were made of them. Where values could not be read at all, what
    /// has its default in their place is not judged.
    pub(super) fn check_values(&self, values: &mut SettingValues<'_>) {
        let mut found = self.own_problems();
        let is_path = |text: &str| !text.trim().is_empty() && !text.contains(char::is_control);
        let paths: Vec<&str> = self.named_paths().map(|named| named.setting).collect();
        for setting in
            paths.iter().filter(|setting| values.text_at(setting).is_some_and(|text| !is_path(text)))
        {
            let expected = "expected a path that isn't empty and has no control characters";
            found.push(((*setting).to_owned(), expected.to_owned()));
        }
        let of_home = |setting: &&str| values.text_at(setting).is_some_and(file::begins_at_home);
        found.extend(
            paths
                .iter()
                .copied()
                .filter(of_home)
                .map(|setting| (setting.to_owned(), file::HOME_EXPECTED.to_owned())),
        );
        let fetch = self.fetch.wrong_values().into_iter().chain(self.poll.wrong_values());
        let in_full = fetch.chain(self.websub.wrong_values());
        let in_full: Vec<(String, String)> =
            in_full.map(|error| (error.setting(), error.to_string())).collect();
        found.extend(
            self.kafka
                .wrong_values()
                .into_iter()
                .map(|error| (format!("kafka.{}", error.setting), error.what)),
        );
        let broken = values.has_errors();
        for (setting, why) in found {
            if values.is_given(&setting) {
                values.wrong(&setting, why);
            } else if !broken {
                let cause = CAUSES.iter().find(|(called_for, _)| *called_for == setting);
                values.wrong_by_cause(&setting, cause.map_or(&*setting, |(_, cause)| cause), why);
            }
        }
        for (setting, what) in in_full {
            if !broken || values.is_given(&setting) {
                let (what, remedy) = what.split_once("; ").unwrap_or((&what, "see config/dateline.toml"));
                values.wrong_in_full(&setting, what.to_owned(), remedy);
            }
        }
    }

    /// Notes in `values` what is wrong with the files that the settings name.
    pub(super) fn check_files(&self, values: &mut SettingValues<'_>) {
        let gone = self.secret_files_not_there();
        for setting in &gone {
            let what = format!("{}: {}", values.shown_name_of(setting), file::SECRET_NOT_THERE);
            values.wrong_in_full(setting, what, file::SECRET_REMEDY);
        }
        let irregular = self.irregular_files();
        let may_be_read = |section: &str| !irregular.iter().any(|(setting, ..)| setting.starts_with(section));
        for (setting, path, error) in &irregular {
            let what = format!("{} names {}: {error}", values.shown_name_of(setting), path.display());
            values.wrong_in_full(setting, what, file::remedy(error));
        }
        if may_be_read("fetch.") {
            for error in
                self.fetch.wrong_files().into_iter().filter(|error| !gone.contains(&&*error.setting()))
            {
                let told = error.to_string();
                let (what, remedy) = told.split_once("; ").unwrap_or((&told, "name a file that can be read"));
                values.wrong_in_full(&error.setting(), what.to_owned(), remedy);
            }
        }
        if may_be_read("kafka.") {
            for error in self.kafka.wrong_files() {
                let setting = format!("kafka.{}", error.setting);
                if !gone.contains(&&*setting) {
                    values.wrong(&setting, error.what);
                }
            }
        }
        if self.sites.is_dir() {
            values.wrong("sites", "expected a file with rules for single sites, and this is a folder");
        }
    }

    /// Notes in `values` which of the files and folders that the configuration goes on in cannot be read: feeds, unless their text is given,
    /// the subject, and, where they are there or asked for, rules for sites, agencies, story tables, users and the token.
    pub(super) fn check_sources(
        &self,
        values: &mut SettingValues<'_>,
        are_feeds_given: bool,
        are_stories_asked_for: bool,
    ) {
        for NamedPath { setting, path, used_as } in self.named_paths() {
            let is_read = match (setting, used_as) {
                ("feeds", _) => !are_feeds_given,
                ("subject", _) => true,
                ("story_tables", _) => are_stories_asked_for || path.exists(),
                ("api.token_file", _) => self.api.token.is_none(),
                (_, PathUse::Text) => path.exists(),
                _ => false,
            };
            if !is_read || !values.is_usable(setting) {
                continue;
            }
            let opened = match used_as {
                PathUse::Folder => std::fs::read_dir(path).map(drop),
                _ => file::check(path).and_then(|()| std::fs::File::open(path).map(drop)),
            };
            let Err(error) = opened else { continue };
            let remedy = match (setting, error.kind()) {
                ("subject", _) => "expected the folder that Dateline comes with, or one like it",
                ("story_tables", _) => {
                    "expected the folder that Dateline comes with; or turn stories off: [stories] with enabled = false"
                }
                (_, io::ErrorKind::NotFound) => "put it there, or name another",
                _ => file::remedy(&error),
            };
            let what = format!("{} names {}: {error}", values.shown_name_of(setting), path.display());
            values.wrong_in_full(setting, what, remedy);
        }
    }

    /// The settings that name the file of a secret which isn't there.
    fn secret_files_not_there(&self) -> Vec<&'static str> {
        let is_read = |named: &NamedPath<'_>| {
            named.used_as == PathUse::Secret
                && (named.setting != "api.token_file" || self.api.token.is_none())
        };
        let is_gone = |named: &NamedPath<'_>| {
            named.path.metadata().is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
        };
        self.named_paths().filter(is_read).filter(is_gone).map(|named| named.setting).collect()
    }

    /// The files of certificates, keys and passwords that are none: full name of the setting, path and why. Whoever reads such a file
    /// would wait for what writes into a pipe, or read a device for ever.
    fn irregular_files(&self) -> Vec<(&'static str, &Path, io::Error)> {
        let is_credential = |named: &NamedPath<'_>| {
            matches!(named.used_as, PathUse::Certificates | PathUse::Secret)
                && named.setting != "api.token_file"
        };
        let found = self.named_paths().filter(is_credential).filter_map(|named| {
            let error = file::check(named.path).err()?;
            // Whoever reads it tells of one that isn't there, and what it is to hold.
            file::is_no_text(&error).then_some((named.setting, named.path, error))
        });
        found.collect()
    }

    /// What is wrong with the settings of the program itself: full name, and what is expected.
    fn own_problems(&self) -> Vec<(String, String)> {
        let mut found = Vec::new();
        let mut wrong = |setting: &str, why: String| found.push((setting.to_owned(), why));
        let counts: [(&str, usize, RangeInclusive<usize>); 6] = [
            ("engine.polls_in_flight", self.engine.polls_in_flight, 1..=MAX_AT_ONCE),
            ("engine.pages_in_flight", self.engine.pages_in_flight, 1..=MAX_AT_ONCE),
            ("engine.extract_threads", self.engine.extract_threads, 0..=MAX_THREADS),
            (
                "engine.max_page_memory_bytes",
                self.engine.max_page_memory_bytes,
                MIN_PAGE_MEMORY_BYTES..=MAX_PAGE_MEMORY_BYTES,
            ),
            ("http.max_connections", self.http.max_connections, 1..=MAX_AT_ONCE),
            ("http.max_followers", self.http.max_followers, 0..=MAX_AT_ONCE),
        ];
        for (setting, _, range) in counts.into_iter().filter(|(_, count, range)| !range.contains(count)) {
            wrong(setting, format!("expected a number from {} to {}", range.start(), range.end()));
        }
        let lengths = [
            ("engine.extract_timeout", self.engine.extract_timeout, MIN_TIMEOUT),
            ("http.stalled_after", self.http.stalled_after, MIN_TIMEOUT),
            ("http.header_timeout", self.http.header_timeout, MIN_TIMEOUT),
            ("console.session_length", self.console.session_length, MIN_SESSION),
        ];
        for (setting, _, least) in lengths.into_iter().filter(|(_, length, least)| length < least) {
            let least = duration::written(least);
            wrong(setting, format!("expected a duration of {least} or more, such as 30s, 5m, 1h 30m"));
        }
        let summary = self.logs.summary_interval;
        if !summary.is_zero() && summary < MIN_SUMMARY_INTERVAL {
            wrong("logs.summary_interval", "expected a duration of 1s or more, or 0s for never".to_owned());
        }
        if (1..MIN_JOURNAL_BYTES).contains(&self.retention.max_bytes) {
            let expected = format!("expected {}MiB or more, or 0 for any", MIN_JOURNAL_BYTES >> 20);
            wrong("retention.max_bytes", expected);
        }
        let is_plain = self.source.bytes().all(|byte| byte.is_ascii_graphic());
        if !(1..=MAX_SOURCE_BYTES).contains(&self.source.len()) || !is_plain {
            let expected = format!(
                "expected a URI reference of at most {MAX_SOURCE_BYTES} characters without spaces, such as \"/dateline\""
            );
            wrong("source", expected);
        }
        for (setting, expected) in self.fleet.objections() {
            wrong(&format!("fleet.{setting}"), expected.to_owned());
        }
        if self.fleet.is_enabled() && !self.kafka.is_enabled() {
            wrong(
                "fleet.name",
                "expected none while `brokers` in [kafka] is empty: a fleet's state is on Kafka".to_owned(),
            );
        }
        if let Some(expected) = self.revisit.problem() {
            wrong("revisit.after", expected);
        }
        if !self.http.are_names_of_hosts() {
            let expected = "expected names of this daemon's host, such as [\"news.example\"], each in full, without scheme and port";
            wrong("http.names", expected.to_owned());
        }
        for (setting, expected) in self.console.problems() {
            wrong(setting, expected.to_owned());
        }
        for (setting, expected) in self.traces.problems() {
            wrong(setting, expected.to_owned());
        }
        if let Err(why) = logs::understood(&self.logs.level) {
            wrong("logs.level", why);
        }
        found
    }
}
