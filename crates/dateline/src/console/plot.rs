//! Pictures of numbers, as SVG without a script. Widths and heights are attributes, since the pages' policy allows no styles in line.

use maud::{Markup, html};

use super::figures::number;

/// One bar of a [`histogram`].
pub(crate) struct Bar {
    /// What it counts, for people.
    pub(crate) label: String,
    /// The list of what it counts.
    pub(crate) href: String,
    /// How much, by series.
    pub(crate) parts: Vec<u64>,
}

impl Bar {
    fn total(&self) -> u64 {
        self.parts.iter().sum()
    }
}

/// What a part of each bar is.
pub(crate) struct Series {
    pub(crate) name: String,
    /// The plot of it alone, if there is one.
    pub(crate) href: Option<String>,
    /// What the list of a bar is asked for beside, so that it is of this part alone; nothing where that cannot be asked for.
    pub(crate) condition: Option<String>,
}

/// Bars over time, each a link to what it counts.
pub(crate) struct Histogram<'h> {
    /// What is counted, as a heading says it.
    pub(crate) title: &'h str,
    /// What each part of a bar is.
    pub(crate) series: &'h [Series],
    /// From the first to the last.
    pub(crate) bars: &'h [Bar],
    /// What stands below, each for an equal part of the width.
    pub(crate) ticks: &'h [String],
    /// How many bars, and which part of the next, are before the present moment, where later ones have their place already.
    pub(crate) now: Option<f64>,
}

impl Histogram<'_> {
    /// Whether there is anything of a series.
    fn has(&self, series: usize) -> bool {
        self.bars.iter().any(|bar| bar.parts.get(series).is_some_and(|part| *part > 0))
    }

    /// The list of what a part of a bar counts, where that can be asked for.
    fn part_href(&self, bar: &Bar, series: usize) -> Option<String> {
        let condition = self.series.get(series)?.condition.as_ref()?;
        Some(format!("{}&{condition}", bar.href))
    }

    /// A part of a bar; where it begins and how broad it is says the style.
    fn part(&self, (series, y, height): &(usize, f64, f64)) -> Markup {
        // One series alone is no remainder, for which the first colour is.
        let class = series_class(if self.series.len() == 1 { 1 } else { *series });
        html! { rect.(class) y=(format!("{y:.0}")) height=(format!("{height:.0}")) {} }
    }

    /// What a bar counts, and what of each series: a line each.
    fn told(&self, bar: &Bar) -> String {
        let mut told = bar.label.clone();
        if self.series.len() > 1 {
            for (series, part) in self.series.iter().zip(&bar.parts).filter(|(_, part)| **part > 0) {
                told.push_str(&format!("\n{}: {}", series.name, number(*part)));
            }
        }
        told
    }
}

/// The height of a histogram, in its own units, and the room of one bar.
const HEIGHT: f64 = 1000.0;
const STEP: usize = 10;

/// The histogram, and the same as a table for those who don't see or don't point.
#[allow(clippy::cast_precision_loss)]
pub(crate) fn histogram(plot: &Histogram<'_>) -> Markup {
    let most = plot.bars.iter().map(Bar::total).max().unwrap_or(0);
    let top = round_above(most);
    let scale = HEIGHT / top as f64;
    let width = (plot.bars.len() * STEP).max(1);
    html! {
        figure.histogram {
            figcaption {
                @if plot.series.len() > 1 {
                    ul.legend {
                        @for (at, series) in plot.series.iter().enumerate().filter(|(at, _)| plot.has(*at)) {
                            li { svg.swatch viewBox="0 0 10 10" aria-hidden="true" { rect.(series_class(at)) width="10" height="10" rx="2" {} } @match &series.href { Some(href) => a href=(href) { (series.name) }, None => (series.name) } }
                        }
                    }
                }
                span.most { "highest: " (number(most)) }
            }
            div.scale aria-hidden="true" { @for count in [top, top / 2, 0] { span { (number(count)) } } }
            // Whoever doesn't point has the table.
            svg.plot aria-hidden="true" preserveAspectRatio="none"
                viewBox=(format!("0 0 {width} {HEIGHT}")) {
                @for y in [0.0, HEIGHT / 2.0] { line.grid x1="0" x2=(width) y1=(y) y2=(y) {} }
                @if let Some(now) = plot.now {
                    @let x = format!("{:.1}", now * STEP as f64);
                    line.now x1=(x) x2=(x) y1="0" y2=(HEIGHT) { title { "now" } }
                }
                @for (at, bar) in plot.bars.iter().enumerate() {
                    @if bar.total() > 0 {
                        @let parts = stacked(&bar.parts, scale);
                        g transform=(format!("translate({})", at * STEP)) {
                            title { (plot.told(bar)) }
                            a href=(bar.href) tabindex="-1" {
                                // It stands out above its parts, whose links lie over it.
                                rect.hit {}
                                @for part in parts.iter().filter(|part| plot.part_href(bar, part.0).is_none()) { (plot.part(part)) }
                            }
                            // What can be asked for alone leads to that.
                            @for part in &parts {
                                @if let Some(href) = plot.part_href(bar, part.0) { a href=(href) tabindex="-1" { (plot.part(part)) } }
                            }
                        }
                    }
                }
            }
            div.ticks aria-hidden="true" { @for tick in plot.ticks { span { (tick) } } }
            details {
                summary { "The same as a table" }
                div.scroll tabindex="0" role="region" aria-label=(plot.title) {
                    table {
                        thead { tr { th scope="col" { "When" } @for (_, series) in plot.series.iter().enumerate().filter(|(at, _)| plot.has(*at)) { th scope="col" { (series.name) } } } }
                        tbody {
                            @for bar in plot.bars.iter().filter(|bar| bar.total() > 0) {
                                tr {
                                    th scope="row" { a href=(bar.href) { (bar.label) } }
                                    @for (at, part) in bar.parts.iter().enumerate().filter(|(at, _)| plot.has(*at)) {
                                        td { @match plot.part_href(bar, at).filter(|_| *part > 0) { Some(href) => a href=(href) { (number(*part)) }, None => (number(*part)) } }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The next even number of one digit and noughts that is not below `most`, two at least: half of it is one that people can read, too.
fn round_above(most: u64) -> u64 {
    let mut unit: u64 = 1;
    while most > unit.saturating_mul(10) {
        unit = unit.saturating_mul(10);
    }
    most.div_ceil(unit * 2).max(1).saturating_mul(unit * 2)
}

/// Series, top and height of each part of a bar, the first at the bottom.
#[allow(clippy::cast_precision_loss)]
fn stacked(parts: &[u64], scale: f64) -> Vec<(usize, f64, f64)> {
    let mut below = 0.0;
    let mut places = Vec::new();
    for (series, part) in parts.iter().enumerate().filter(|(_, part)| **part > 0) {
        let height = *part as f64 * scale;
        below += height;
        places.push((series, HEIGHT - below, height));
    }
    places
}

/// The class that colours a series.
pub(crate) fn series_class(series: usize) -> &'static str {
    const CLASSES: [&str; 7] = ["s0", "s1", "s2", "s3", "s4", "s5", "s6"];
    CLASSES[series.min(CLASSES.len() - 1)]
}

/// A bar that lies, for a row of a list: so much of `most`.
#[allow(clippy::cast_precision_loss)]
pub(crate) fn level(part: u64, most: u64, class: &'static str) -> Markup {
    let share = if most == 0 { 0.0 } else { (part as f64 / most as f64 * 100.0).clamp(0.0, 100.0) };
    html! {
        svg.level width="100%" height="6" aria-hidden="true" {
            rect.track width="100%" height="6" rx="3" {}
            rect.(class) width=(format!("{share:.1}%")) height="6" rx="3" {}
        }
    }
}

/// A bar of what speaks for (to the right) and against (to the left), of the largest such.
pub(crate) fn weight(value: f64, largest: f64) -> Markup {
    let share = if largest > 0.0 { (value.abs() / largest * 50.0).min(50.0) } else { 0.0 };
    let (x, class) = if value < 0.0 { (50.0 - share, "against") } else { (50.0, "for") };
    html! {
        svg.level width="100%" height="6" aria-hidden="true" {
            rect.track width="100%" height="6" rx="3" {}
            rect.(class) x=(format!("{x:.1}%")) width=(format!("{share:.1}%")) height="6" {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_bar_stand_on_each_other_up_to_its_height() {
        let parts = stacked(&[1, 0, 3], HEIGHT / 4.0);
        assert_eq!(parts, [(0, 750.0, 250.0), (2, 0.0, 750.0)]);
    }

    #[test]
    fn a_part_leads_to_what_it_counts_and_the_rest_to_the_whole_bar() {
        let series = |name: &str, condition: Option<&str>| Series {
            name: name.to_owned(),
            href: None,
            condition: condition.map(str::to_owned),
        };
        let bar = Bar { label: "2 Mar: 4 events".into(), href: "/live?since=2".into(), parts: vec![1, 3] };
        let (series, bars) = ([series("2 more", None), series("Korean", Some("language=ko"))], [bar]);
        let plot = Histogram { title: "Articles", series: &series, bars: &bars, ticks: &[], now: None };
        let shown = histogram(&plot).into_string();
        let whole = shown.split("<a href=\"/live?since=2\"").nth(1).unwrap().split("</a>").next().unwrap();
        assert!(whole.contains("class=\"hit\"") && whole.contains("class=\"s0\""), "{whole}");
        assert!(!whole.contains("class=\"s1\""), "{whole}");
        let part = "<a href=\"/live?since=2&amp;language=ko\" tabindex=\"-1\"><rect class=\"s1\"";
        assert!(shown.contains(part), "{shown}");
        assert!(shown.contains("<title>2 Mar: 4 events\n2 more: 1\nKorean: 3</title>"), "{shown}");
        assert!(shown.contains("<td><a href=\"/live?since=2&amp;language=ko\">3</a></td>"), "{shown}");
    }

    #[test]
    fn a_scale_ends_at_a_round_number() {
        let above = [
            (0, 2),
            (1, 2),
            (3, 4),
            (8, 8),
            (9, 10),
            (10, 10),
            (11, 20),
            (50, 60),
            (101, 200),
            (1_234, 2_000),
        ];
        for (most, top) in above {
            assert_eq!(round_above(most), top, "{most}");
        }
    }

    #[test]
    fn a_histogram_without_anything_is_empty_rather_than_broken() {
        let plot = Histogram { title: "Articles", series: &[], bars: &[], ticks: &[], now: None };
        assert!(histogram(&plot).into_string().contains("highest: 0"));
    }

    #[test]
    fn a_weight_against_lies_to_the_left() {
        assert!(weight(-1.0, 2.0).into_string().contains(r#"x="25.0%" width="25.0%""#));
        assert!(weight(2.0, 2.0).into_string().contains(r#"x="50.0%" width="50.0%""#));
    }
}
