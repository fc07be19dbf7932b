//! From when on a list is: any time, the last day, week or month, each a link.

use dateline_journal::EventFilter;
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};

use super::articles::pairs;
use crate::console::figures::number;

/// A time that a list can be chosen by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TimeChoice {
    name: &'static str,
    /// Where it begins, if anywhere.
    pub(crate) since: Option<Timestamp>,
}

impl TimeChoice {
    /// Those that there are at `now`. They begin on the hour, so that a link stays the same for a while.
    pub(crate) fn at(now: Timestamp) -> [Self; 4] {
        let before = |hours: i64| {
            let hour = now.as_second().div_euclid(3_600) * 3_600;
            let hour = Timestamp::from_second(hour).unwrap_or(now);
            Some(hour.checked_sub(SignedDuration::from_hours(hours)).unwrap_or(Timestamp::MIN))
        };
        [
            Self { name: "any time", since: None },
            Self { name: "last day", since: before(24) },
            Self { name: "last week", since: before(7 * 24) },
            Self { name: "last month", since: before(30 * 24) },
        ]
    }

    /// The list at `path` over the last week.
    pub(crate) fn last_week(path: &str, now: Timestamp) -> String {
        let [_, _, week, _] = Self::at(now);
        week.href(path, &EventFilter::default())
    }

    /// The list at `path` with what else `filter` asks for.
    fn href(self, path: &str, filter: &EventFilter) -> String {
        let others = pairs(filter).into_iter().filter(|(name, _)| !is_of_time(name));
        let since = self.since.map(|since| ("since".to_owned(), since.to_string()));
        let pair = |(name, value): (String, String)| format!("{name}={}", super::query_value(&value));
        let query: Vec<String> = others.chain(since).map(pair).collect();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
    }
}

fn is_of_time(name: &str) -> bool {
    matches!(name, "since" | "until")
}

/// Whether a filter chooses by time alone, if by anything.
pub(crate) fn is_by_time_alone(filter: &EventFilter) -> bool {
    pairs(filter).iter().all(|(name, _)| is_of_time(name))
}

/// The links, each with how many it leads to where that is counted.
pub(crate) fn links(path: &str, filter: &EventFilter, choices: &[TimeChoice], counts: &[u64]) -> Markup {
    let of_time: Vec<_> = pairs(filter).into_iter().filter(|(name, _)| is_of_time(name)).collect();
    let is_chosen = |choice: &TimeChoice| match (choice.since, of_time.as_slice()) {
        (None, []) => true,
        (Some(since), [(name, value)]) => {
            name == "since" && value.parse::<Timestamp>().is_ok_and(|value| value == since)
        }
        _ => false,
    };
    html! {
        nav.filters aria-label="From when on" {
            @for (at, choice) in choices.iter().enumerate() {
                a.chip href=(choice.href(path, filter)) aria-current=[is_chosen(choice).then_some("true")] {
                    (choice.name) @if let Some(count) = counts.get(at) { " " b { (number(*count)) } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_chosen_beside_what_else_is_asked_for_and_stays_for_the_hour() {
        let now: Timestamp = "2026-03-09T14:45:10Z".parse().unwrap();
        let filter = EventFilter::from_query("language=ko&since=2026-01-01T00:00:00Z").unwrap();
        let hrefs = TimeChoice::at(now).map(|choice| choice.href("/stories", &filter));
        assert_eq!(hrefs[0], "/stories?language=ko");
        assert_eq!(hrefs[2], "/stories?language=ko&since=2026-03-02T14%3A00%3A00Z");
        let later = "2026-03-09T14:59:59Z".parse().unwrap();
        assert_eq!(TimeChoice::at(now), TimeChoice::at(later));
        let chosen = EventFilter::from_query("since=2026-03-02T14:00:00Z").unwrap();
        let shown = links("/stories", &chosen, &TimeChoice::at(now), &[9, 1, 5, 7]).into_string();
        assert!(shown.contains(r#"aria-current="true">last week <b>5</b>"#), "{shown}");
        assert_eq!(shown.matches("aria-current").count(), 1);
        assert!(is_by_time_alone(&chosen) && !is_by_time_alone(&filter));
    }
}
