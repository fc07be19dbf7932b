//! Which wording of the headline is believed.

use dateline_wire::{Source, Wording};

use super::headline::{self, VisibleHeadline};
use super::mend;
use super::site::{self, OtherTitles, Site};
use super::words::{agreement, words};
use crate::meta::claims::Claim;
use crate::meta::scan::Scan;
use crate::meta::text;

/// A headline longer than this, in letters of an alphabet, is a paragraph.
pub(super) const MAX_LETTERS: usize = 500;

/// The sections that a page may say it is in, at most.
const MAX_SECTIONS: usize = 12;

/// The headline, and how others word it.
#[derive(Debug, Clone, PartialEq)]
pub struct Headline {
    /// The wording that is believed.
    pub chosen: Wording,
    /// The best other wording, where it differs in its words.
    pub alternative: Option<Wording>,
}

/// What a share title, a script or the `<title>` calls the headline, without the name of the site.
#[derive(Debug)]
pub(super) struct TitleCandidate {
    pub(super) title: String,
    pub(super) key: String,
    pub(super) words: Vec<String>,
    pub(super) source: Source,
    pub(super) weight: f32,
}

/// The headline: what a reader of the page sees as one, and where there is none, what most witnesses give. `publishers` are
/// the names that the page gives its site.
pub(in crate::meta) fn decide(
    claims: &[Claim<String>],
    publishers: &[&str],
    scan: &Scan<'_>,
) -> Option<Headline> {
    let names = publishers.iter().copied().chain(headline::logos(scan));
    let site = Site::new(names, sections(scan), scan.url.and_then(|url| url.host_str()));
    let told = told(claims, &site, scan);
    let visible = headline::find(scan, &site, &told);
    let chosen = match &visible {
        Some(visible) => Wording { text: mend::mended(visible, &told), source: Source::Visible },
        None => match (believed(&told), headline::untold(scan, &site)) {
            (Some(best), _) => Wording { text: best.title.clone(), source: best.source },
            (None, untold) => Wording { text: untold?, source: Source::Visible },
        },
    };
    let alternative = alternative(&chosen.text, &told, visible.as_ref());
    Some(Headline { chosen, alternative })
}

/// What the page says it is in: its `section` and the folders of its address.
fn sections<'s>(scan: &'s Scan<'_>) -> impl Iterator<Item = &'s str> {
    let is_section = |key: &str| {
        let last = key.rsplit([':', '.', '-', '_']).next().unwrap_or(key);
        ["section", "category", "subsection"].iter().any(|word| last.eq_ignore_ascii_case(word))
    };
    let metas = scan.metas.iter().filter(move |meta| is_section(meta.key.trim())).map(|meta| meta.content);
    let folders = scan.url.and_then(|url| url.path_segments()).into_iter().flatten();
    metas.chain(folders).filter(|section| section.len() <= 60).take(MAX_SECTIONS)
}

/// What the claims say once the name of the site is cut off.
fn told(claims: &[Claim<String>], site: &Site, scan: &Scan<'_>) -> Vec<TitleCandidate> {
    let keys: Vec<String> = claims.iter().map(|claim| text::key(&claim.value)).collect();
    let headings: Vec<String> = scan.headings.iter().map(|heading| text::key(&heading.text)).collect();
    let mut told: Vec<TitleCandidate> = Vec::new();
    for (at, claim) in claims.iter().enumerate() {
        let others = OtherTitles {
            told: &|key| key != keys[at] && keys.iter().any(|other| other == key),
            is_heading: &|key| headings.iter().any(|heading| heading == key),
            is_link: &|key| headline::is_link_called(scan, key),
        };
        let title = site::without(&claim.value, site, others);
        if title.is_empty() || text::weight(&title) > MAX_LETTERS || site.is_all_of(&title) {
            continue;
        }
        let key = if title == claim.value { keys[at].clone() } else { text::key(&title) };
        told.push(TitleCandidate {
            words: words(&title),
            key,
            title,
            source: claim.source,
            weight: claim.weight,
        });
    }
    told
}

/// The wording with the most behind it, where no visible one is known.
fn believed(told: &[TitleCandidate]) -> Option<&TitleCandidate> {
    let score = |candidate: &TitleCandidate| -> f32 {
        let support = told.iter().map(|other| {
            let share = match other.key == candidate.key {
                true => 1.0,
                false if is_alike(&other.key, &candidate.key) => 0.3,
                false => 0.0,
            };
            other.weight * share
        });
        support.sum::<f32>() * plausibility(&candidate.title) + candidate.weight
    };
    let scored = told.iter().map(|candidate| (candidate, score(candidate)));
    scored.reduce(|best, next| if next.1 > best.1 { next } else { best }).map(|(candidate, _)| candidate)
}

/// The best wording that says something else than `chosen`.
fn alternative(chosen: &str, told: &[TitleCandidate], visible: Option<&VisibleHeadline>) -> Option<Wording> {
    let key = text::key(chosen);
    let chosen = words(chosen);
    // With the name of a site beside it, a headline is still the same.
    let differs = |other: &str, other_words: &[String]| other != key && agreement(other_words, &chosen) < 1.0;
    let other = told
        .iter()
        .filter(|candidate| differs(&candidate.key, &candidate.words))
        .reduce(|best, next| if next.weight > best.weight { next } else { best })
        .map(|candidate| Wording { text: candidate.title.clone(), source: candidate.source });
    let whole = visible.filter(|visible| visible.key != key);
    other.or_else(|| whole.map(|visible| Wording { text: visible.text.clone(), source: Source::Visible }))
}

/// A headline has some length; a word or two is more often a section.
fn plausibility(title: &str) -> f32 {
    match text::weight(title) {
        0..=8 => 0.2,
        9..=18 => 0.6,
        _ => 1.0,
    }
}

/// Whether one is the other with something added or cut.
pub(super) fn is_alike(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    short == long || (short.len() >= 15 && short.len() * 2 > long.len() && long.contains(short))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dom::Document;
    use crate::meta::{publisher, witness};

    fn decided(html: &str) -> Headline {
        let url = url::Url::parse("https://www.harbour-gazette.example/world/ferry").unwrap();
        let document = Document::from_html(html);
        let scan = Scan::of(&document, Some(&url));
        let claims = witness::hear(&scan);
        decide(&claims.titles, &publisher::names(&claims), &scan).expect("there is a headline")
    }

    fn title(html: &str) -> String {
        decided(html).chosen.text
    }

    const TEXT: &str = "<p>The ferry left the harbour at six in the morning, the first time since the storm, and two hundred people had \
        crossed by noon, the port authority said.</p>";

    #[test]
    fn what_a_reader_sees_comes_before_what_is_written_for_shares_and_searches() {
        let found = decided(&format!(
            "<title>Ferry timetable: what you must know | Harbour Gazette</title><meta property=og:title content='You won&apos;t believe this boat'>
             <meta property=og:site_name content='Harbour Gazette'><h1>The old ferry runs again at last</h1>{TEXT}"
        ));
        assert_eq!(found.chosen.text, "The old ferry runs again at last");
        assert_eq!(found.chosen.source, Source::Visible);
        let other = found.alternative.expect("the share title");
        assert_eq!((other.text.as_str(), other.source), ("You won't believe this boat", Source::OpenGraph));
    }

    #[test]
    fn a_share_title_that_leaves_words_out_is_another_wording() {
        let found = decided(
            "<meta property=og:title content='The old ferry runs again'><h1>The old ferry runs again at last, to cheers</h1>",
        );
        assert_eq!(found.chosen.text, "The old ferry runs again at last, to cheers");
        assert_eq!(found.alternative.map(|other| other.text).as_deref(), Some("The old ferry runs again"));
    }

    #[test]
    fn the_same_words_with_the_sites_name_are_no_other_wording() {
        let found = decided(
            "<title>Ferry runs again | Harbour Gazette</title><meta property=og:title content='FERRY RUNS AGAIN'><h1>Ferry runs again</h1>",
        );
        assert_eq!(found.alternative, None);
    }

    #[test]
    fn a_heading_that_is_the_sites_name_or_a_section_is_no_headline() {
        for heading in [
            "<h1>Harbour Gazette</h1>",
            "<nav><h1>World and other news of today</h1></nav>",
            "<h1>World</h1>",
        ] {
            let html = format!(
                "<title>Ferry runs again after storm | World | Harbour Gazette</title>{heading}<h2>Ferry runs again after storm</h2>{TEXT}"
            );
            assert_eq!(title(&html), "Ferry runs again after storm", "{heading}");
        }
    }

    #[test]
    fn a_headline_about_markup_keeps_what_its_reader_sees_of_it() {
        let seen = "Drawing on a &lt;canvas&gt; without <blink>";
        let written = seen.replace('&', "&amp;").replace('<', "&lt;");
        let html = format!("<title>{written}</title><meta property=og:title content='{written}'>");
        assert_eq!(title(&format!("{html}<h1>{written}</h1>{TEXT}")), seen);
        let html = "<meta property=og:title content='Drawing on a &amp;lt;canvas&amp;gt; today'>";
        assert_eq!(title(html), "Drawing on a &lt;canvas&gt; today");
    }

    #[test]
    fn a_headline_that_was_escaped_twice_is_read_twice() {
        for (written, seen) in [
            ("Smith &amp;amp; Sons close yard", "Smith & Sons close yard"),
            ("Yard closes &amp;#8211; Sons sad", "Yard closes – Sons sad"),
            ("Yard&amp;#39;s end is near", "Yard's end is near"),
            ("The &amp;quot;last&amp;quot; yard closes", "The \"last\" yard closes"),
            ("The yard closes&amp;nbsp;today", "The yard closes today"),
        ] {
            let data = serde_json::json!({"@type": "NewsArticle", "headline": seen});
            let data = format!("<script type=application/ld+json>{data}</script>");
            let share = format!("<meta property=og:title content='{written}'>");
            for head in ["", &*data, &*share] {
                let html = format!("<title>{written} | Hafenblatt</title>{head}<h1>{written}</h1>{TEXT}");
                assert_eq!(title(&html), seen, "{html}");
            }
        }
        let html =
            "<meta property=og:title content='The &amp;lt;b&amp;gt;ferry&amp;lt;/b&amp;gt; runs again'>";
        assert_eq!(title(html), "The ferry runs again");
    }

    #[test]
    fn a_heading_that_every_title_of_the_site_ends_with_is_its_name() {
        for logo in ["<h1><a href=/>Voices of the Sea</a></h1>", "<h1>Voices of the Sea</h1>"] {
            let html = format!(
                "<title>Ferry runs again after storm | Voices of the Sea</title>{logo}<h2>Ferry runs again after storm</h2>{TEXT}"
            );
            assert_eq!(title(&html), "Ferry runs again after storm", "{logo}");
        }
    }

    #[test]
    fn of_several_headings_the_one_that_others_speak_of_counts() {
        let html = "<title>Ferry runs again after storm</title><h1><a href=/live>Harbour closed for the winter</a></h1>
            <h1>Ferry runs again after the storm</h1><h1>Most read</h1>";
        assert_eq!(title(html), "Ferry runs again after the storm");
    }

    #[test]
    fn a_headline_that_is_no_heading_is_found_by_what_others_call_it() {
        let html = format!(
            "<title>Ferry runs ‘again’ after storm_World_Sea Daily Net</title><div class=crumbs><a href=/>Home</a> <a href=/w>World</a></div>
             <div class=tit>Ferry runs ‘again’ after storm</div>{TEXT}"
        );
        let found = decided(&html);
        assert_eq!(
            (found.chosen.text.as_str(), found.chosen.source),
            ("Ferry runs ‘again’ after storm", Source::Visible)
        );
    }

    #[test]
    fn a_section_before_the_sites_name_is_known_from_the_pages_own_links() {
        let html = |links: &str| {
            format!(
                "<title>The old ferry runs again after storm - Islands - Harbour Gazette</title><meta property=og:site_name content='Harbour Gazette'>
                 {links}{TEXT}"
            )
        };
        assert_eq!(
            title(&html("<ul><li><a href=/islands>Islands</a></ul>")),
            "The old ferry runs again after storm"
        );
        assert_eq!(title(&html("")), "The old ferry runs again after storm - Islands");
    }

    #[test]
    fn a_name_that_says_that_it_is_a_papers_is_cut_from_a_title_and_one_that_nobody_calls_the_site_is_not() {
        assert_eq!(title(&format!("<title>渡轮恢复航行_晨潮日报</title>{TEXT}")), "渡轮恢复航行");
        assert_eq!(title(&format!("<title>여객선 운항 재개 - 새벽일보</title>{TEXT}")), "여객선 운항 재개");
        // Whose the rights are is no name of the site: pictures have lines on that, too, and they say what the headline says.
        for (whole, line) in [
            ("김정은, 파병 결정", "<p>파병 결정 서명하는 김정은 ⓒ 새벽통신</p>"),
            ("Partner in need – Ana Lund", "<figcaption>Ana Lund. © Harbour Photos</figcaption>"),
            ("Storm closes harbour – Northhaven", "<footer>© 2026 Harbour Press, Northhaven</footer>"),
            ("The long way home: Home", "<a href=/>Home</a>"),
        ] {
            assert_eq!(title(&format!("<title>{whole}</title><h1>{whole}</h1>{TEXT}{line}")), whole);
        }
    }

    #[test]
    fn the_link_to_the_front_page_that_ends_a_title_is_its_name_where_the_rights_are_the_same_ones() {
        let html = |rights: &str, head: &str| {
            format!("<title>{head}Coast Post</title><a href=/>Coast Post</a>{TEXT}<footer>{rights}</footer>")
        };
        for sign in [" - ", " : ", "_", " ~ ", " ● "] {
            let page = html("© 2026 Coast Post", &format!("The old ferry runs again{sign}"));
            assert_eq!(title(&page), "The old ferry runs again", "{sign}");
        }
        let other = html("© 2026 Harbour Photos", "The old ferry runs again : ");
        assert_eq!(title(&other), "The old ferry runs again : Coast Post");
    }

    #[test]
    fn a_title_that_names_the_site_only_gives_way_to_the_first_heading_of_the_second_rank() {
        let html = "<title>Coast Post</title><a href=/>Coast Post</a><h2><a href=/other>The lighthouse has a new lamp</a></h2>";
        assert_eq!(
            title(&format!("{html}<h2>The old ferry runs again</h2>{TEXT}")),
            "The old ferry runs again"
        );
    }

    #[test]
    fn a_line_that_begins_a_title_of_many_names_is_the_headline() {
        let html = format!(
            "<title>The old ferry runs again after the storm : Sea-Archive | Inquiries into the decay of ports and their trade</title>
             <h1>Sea-Archive</h1><div>The old ferry runs again after the storm</div>{TEXT}"
        );
        assert_eq!(title(&html), "The old ferry runs again after the storm");
    }

    #[test]
    fn a_kicker_in_a_heading_of_the_second_rank_is_none_of_it_where_no_heading_of_the_first_stands() {
        let html = format!(
            "<title>Harbour: The old ferry runs again at last - World - Harbour Gazette</title>
             <meta property=og:title content='The old ferry runs again at last'>
             <h2><span class=overline>Harbour</span>The old ferry runs again at last</h2>{TEXT}"
        );
        assert_eq!(title(&html), "The old ferry runs again at last");
    }

    #[test]
    fn below_a_path_that_ends_in_a_heading_for_searches_stands_the_headline() {
        for (path, heading) in [
            (
                "<ol class=breadcrumbs><li><h1>Ferry news: You can cross again</h1></ol>",
                "The old ferry runs again at last",
            ),
            (
                "<nav><a href=/world>World</a> <h1>Ferry news: You can cross again</h1></nav>",
                "<span class=kicker>Storm of the century</span><span class=head>The old ferry runs again at last</span>",
            ),
            (
                "<div class=page-crumbs><h1>Ferry news: You can cross again</h1></div>",
                "The old ferry runs again at last",
            ),
        ] {
            let html = |above: &str, heading: &str| {
                format!(
                    "<title>Ferry news: You can cross again | Harbour Gazette</title><meta property=og:title content='Ferry news: You can cross again'>
                     <script type=application/ld+json>{{\"@type\":\"NewsArticle\",\"headline\":\"The old ferry runs again at last\"}}</script>
                     {above}<h2>{heading}</h2>{TEXT}<h2>What the pilots say of it</h2>"
                )
            };
            assert_eq!(title(&html(path, heading)), "The old ferry runs again at last", "{path}");
            assert_eq!(
                title(&html(path, "Two hundred crossed")),
                "Ferry news: You can cross again",
                "{path}"
            );
            let plain = "<h1>Ferry news: You can cross again</h1>";
            assert_eq!(title(&html(plain, heading)), "Ferry news: You can cross again", "{path}");
        }
    }

    #[test]
    fn a_heading_that_leads_to_its_own_page_is_the_headline_of_a_journal() {
        let html = |to: &str| {
            format!(
                "<title>Notes of a pilot » Home » Ferry runs again after storm</title><h1><a href=/>Notes of a pilot</a></h1>
                 <h2><a href='{to}'>Ferry runs again after storm</a></h2>{TEXT}"
            )
        };
        let found = decided(&html("/world/ferry/"));
        assert_eq!(
            (found.chosen.text.as_str(), found.chosen.source),
            ("Ferry runs again after storm", Source::Visible)
        );
        assert_ne!(decided(&html("/world/other")).chosen.source, Source::Visible);
    }

    #[test]
    fn a_heading_in_the_path_gives_way_to_the_one_of_the_story_in_another_language() {
        let html = |story: &str| {
            format!(
                "<title>Ferry runs again after the storm|З бурею скінчено: пором знову ходить</title>
                 <meta property=og:title content='Пором знову ходить після бурі на морі'>
                 <ul class=breadcrumb><li><h1>Ferry runs again after the storm</h1></ul>{story}{TEXT}"
            )
        };
        assert_eq!(
            title(&html("<h1>Море / Пором знову ходить після бурі на морі</h1>")),
            "Пором знову ходить після бурі на морі"
        );
        assert_eq!(title(&html("<h1>Також на цю тему</h1>")), "Ferry runs again after the storm");
    }

    #[test]
    fn a_series_in_brackets_is_no_headline_by_itself() {
        let whole = "[Notes from the old harbour] The ferry runs again";
        let html = format!(
            "<title>{whole} - Harbour Gazette</title><meta property=og:title content='{whole}'>
             <div>Notes from the old harbour</div><div>The ferry runs again</div>{TEXT}"
        );
        assert_eq!(title(&html), whole);
    }

    #[test]
    fn dots_that_end_a_headline_for_everybody_stay_and_bring_no_name_of_the_site() {
        let html = "<title>He left it all behind, for a ferry…_World_Sea Waves</title><h1>He left it all behind, for a ferry…</h1>";
        assert_eq!(title(&format!("{html}{TEXT}")), "He left it all behind, for a ferry…");
        let html = "<title>He left it all behind, for a ferry and its harbour</title><h1>He left it all behind, for a ferry…</h1>";
        assert_eq!(title(&format!("{html}{TEXT}")), "He left it all behind, for a ferry and its harbour");
    }

    #[test]
    fn the_sign_of_a_link_to_a_heading_is_no_part_of_it() {
        assert_eq!(
            title(&format!("<h1>The ferry's timetable, explained¶</h1>{TEXT}")),
            "The ferry's timetable, explained"
        );
    }

    #[test]
    fn a_label_behind_a_bar_in_the_headline_stays_and_a_section_goes() {
        let of = |label: &str| {
            let headline = format!("The old ferry runs again after the storm | {label}");
            title(&format!(
                "<title>{headline} - Harbour Gazette</title><meta property=og:site_name content='Harbour Gazette'><h1>{headline}</h1>{TEXT}"
            ))
        };
        assert_eq!(of("Exclusive"), "The old ferry runs again after the storm | Exclusive");
        assert_eq!(of("World"), "The old ferry runs again after the storm");
        assert_eq!(of("Harbour Gazette"), "The old ferry runs again after the storm");
    }

    #[test]
    fn a_kicker_alone_in_its_line_is_no_headline() {
        let html = format!(
            "<title>Storm of the century: Ferry runs again after storm | Harbour Gazette</title><div>Storm of the century</div>
             <div class=tit>Ferry runs again after storm</div>{TEXT}"
        );
        assert_eq!(title(&html), "Ferry runs again after storm");
    }

    #[test]
    fn a_quotation_before_a_colon_stays_where_the_share_title_has_it() {
        let quoted = "'At last': pilots welcome the end of the storm";
        let html = format!(
            "<title>Pilots welcome the end of the storm | Harbour Gazette</title><meta property=og:title content=\"{quoted}\"><h1>{quoted}</h1>{TEXT}"
        );
        assert_eq!(title(&html), quoted);
    }

    #[test]
    fn the_sites_name_with_its_motto_is_no_headline_and_one_that_speaks_of_the_site_is() {
        let site = "<meta property=og:site_name content='Harbour Gazette'>";
        let html = format!(
            "<title>Ferry runs again after storm</title>{site}<h1>Harbour Gazette<small>News from the sea</small></h1><h2>Ferry runs again after storm</h2>{TEXT}"
        );
        assert_eq!(title(&html), "Ferry runs again after storm");
        let own = "15 years of Harbour Gazette";
        assert_eq!(title(&format!("<title>{own} | Harbour Gazette</title>{site}<h1>{own}</h1>{TEXT}")), own);
    }

    #[test]
    fn a_remark_in_small_print_is_no_part_of_the_headline() {
        let html = format!(
            "<title>Ferry runs again after storm</title><h1>Ferry runs again after storm<small>Two hundred crossed</small></h1>{TEXT}"
        );
        assert_eq!(title(&html), "Ferry runs again after storm");
    }

    #[test]
    fn without_any_heading_the_share_title_speaks() {
        let html = "<title>Ferry | Harbour Gazette</title><meta property=og:title content='Ferry runs again after storm - Harbour Gazette'>";
        assert_eq!(title(html), "Ferry runs again after storm");
    }
}
