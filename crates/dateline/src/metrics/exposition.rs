//! The two text formats that Prometheus reads: OpenMetrics where it is asked for, else the older one, which people and `promtool`
//! read.

use std::collections::HashSet;

use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;

/// A text format for metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exposition {
    /// OpenMetrics 1.0.
    OpenMetrics,
    /// The Prometheus text format, version 0.0.4.
    Prometheus,
}

impl Exposition {
    /// Its content type.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Self::Prometheus => "text/plain; version=0.0.4; charset=utf-8",
        }
    }

    /// Everything in `registry`.
    pub(super) fn write(self, registry: &Registry) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = encode(&mut text, registry);
        match self {
            Self::OpenMetrics => text,
            Self::Prometheus => to_prometheus(&text),
        }
    }
}

/// OpenMetrics in the older format, which names a counter as its samples are named, and knows neither units nor an end.
fn to_prometheus(text: &str) -> String {
    let metadata = |line: &str, keyword: &str| -> Option<(String, String)> {
        let (name, rest) =
            line.strip_prefix("# ")?.strip_prefix(keyword)?.strip_prefix(' ')?.split_once(' ')?;
        Some((name.to_owned(), rest.to_owned()))
    };
    let counters: HashSet<String> = text
        .lines()
        .filter_map(|line| metadata(line, "TYPE"))
        .filter(|(_, kind)| kind == "counter")
        .map(|(name, _)| name)
        .collect();
    let mut out = String::with_capacity(text.len());
    for line in text.lines().filter(|line| !line.starts_with("# UNIT ") && *line != "# EOF") {
        let renamed = ["HELP", "TYPE"].into_iter().find_map(|keyword| {
            let (name, rest) = metadata(line, keyword)?;
            counters.contains(&name).then(|| format!("# {keyword} {name}_total {rest}"))
        });
        out.push_str(renamed.as_deref().unwrap_or(line));
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_keep_their_name_in_the_older_format_and_units_go() {
        let open = "# HELP a_polls Polls.\n# TYPE a_polls counter\na_polls_total 1\n# HELP a_free_bytes Room.\n\
                    # TYPE a_free_bytes gauge\n# UNIT a_free_bytes bytes\na_free_bytes 7\n# EOF\n";
        let older = "# HELP a_polls_total Polls.\n# TYPE a_polls_total counter\na_polls_total 1\n# HELP a_free_bytes Room.\n\
                     # TYPE a_free_bytes gauge\na_free_bytes 7\n";
        assert_eq!(to_prometheus(open), older);
    }
}
