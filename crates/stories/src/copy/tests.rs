//! Copies as carriers make them, of stories of our own.

use dateline_wire::CanonicalUrl;

use super::*;

const STORY: &str = "The harbour master said on Monday that the new ferry would sail three times a week, carrying grain and timber to the island and \
    coming back with salted fish.\nForty passengers may travel on each crossing, and children under six travel free.\nTickets are sold at the old \
    customs house, where a clerk keeps the list by hand.\nThe first crossing took eleven hours because of fog, and the captain promised that the next \
    would be faster.\nFishermen complained that the wake damages their nets, but the council has not yet answered their letter.\nA second ship is being \
    built in the yard behind the market and will be ready in two years, if the money lasts.";

const OTHER: &str = "Wheat futures fell for a third day after rain reached the plains, and brokers expect little change before the ministry publishes \
    its monthly estimate.\nStorage costs have risen, and two mills closed in spring.\nMillers in the south buy abroad instead, where harvests were good \
    and freight has become cheap again.\nThe exchange will close early on Friday for the holiday, and trading resumes on Tuesday.";

const DENSE: &str = "港务局周一表示，新渡轮每周开三班，运送粮食和木材到岛上，回程装载咸鱼。\n每班可载四十名乘客，六岁以下儿童免费。\n船票在旧海关楼出售，由一名职员手工登记。\n\
    首航因大雾用了十一个小时，船长承诺下一班会更快。\n渔民抱怨船浪损坏渔网，但市议会尚未答复他们的来信。\n第二艘船正在市场后面的船厂建造，如果资金充足，两年后可以完工。";

fn id(name: &str) -> ArticleId {
    ArticleId::of(&CanonicalUrl::of(&format!("https://news.example/{name}").parse().unwrap()))
}

/// An index of texts, in order.
struct Shelf {
    index: CopyIndex,
    texts: Vec<(ArticleId, String)>,
}

impl Shelf {
    fn of(texts: &[(&str, &str)]) -> Self {
        let mut shelf = Self { index: CopyIndex::default(), texts: Vec::new() };
        for (name, text) in texts {
            shelf.take(name, text);
        }
        shelf
    }

    fn find(&self, name: &str, text: &str) -> Option<Copy> {
        self.index.find(&id(name), &CopyText::of(text), |article, _| {
            let text = self.texts.iter().find(|(known, _)| known == article)?.1.clone();
            Some(EarlierText { text, origins: Vec::new() })
        })
    }

    /// Finds, and then remembers, as the daemon does.
    fn take(&mut self, name: &str, text: &str) -> Option<Copy> {
        let found = self.find(name, text);
        let copy = found.as_ref().map(|copy| &copy.copy_of);
        self.index.add(&id(name), 1, Timestamp::UNIX_EPOCH, &CopyText::of(text), copy);
        self.texts.push((id(name), text.to_owned()));
        found
    }
}

fn lines(text: &str) -> Vec<&str> {
    text.lines().collect()
}

#[test]
fn copies_are_found_however_they_are_edited() {
    for story in [STORY, DENSE] {
        let shelf = Shelf::of(&[("other", OTHER), ("story", story)]);
        let parts = lines(story);
        let every_twelfth_gone = |text: &str| -> String {
            let words: Vec<&str> = text.split(' ').collect();
            let kept = words.iter().enumerate().filter(|(at, _)| at % 12 != 7).map(|(_, word)| *word);
            kept.collect::<Vec<_>>().join(" ")
        };
        for (how, text) in [
            ("verbatim", story.to_owned()),
            ("its beginning", parts[..3].join("\n")),
            ("a paragraph gone", [&parts[..2], &parts[3..]].concat().join("\n")),
            ("paragraphs moved", [&parts[3..], &parts[..3]].concat().join("\n")),
            ("one added", format!("Read this first, dear reader of ours.\n{story}")),
            ("words dropped", every_twelfth_gone(story)),
            ("between others", format!("{}\n{story}\n{}", lines(OTHER)[0], lines(OTHER)[2])),
        ] {
            let found = shelf.find("copy", &text).unwrap_or_else(|| panic!("{how}"));
            assert_eq!(found.copy_of.article, id("story"), "{how}");
            assert!(found.copy_of.share > 0.4, "{how}: {}", found.copy_of.share);
        }
    }
}

#[test]
fn a_report_in_other_words_is_no_copy() {
    let shelf = Shelf::of(&[("story", STORY)]);
    let own = "The new ferry will sail three times a week, the harbour master announced. It takes grain and timber out to the islanders and brings fish \
        home. No more than forty people can board. Fog slowed the maiden voyage to eleven hours, but the captain said that the next one would be quicker. \
        Nets are damaged by the wake, according to fishermen, who wrote to the council.";
    assert_eq!(shelf.find("own", own), None);
    assert_eq!(shelf.find("other", OTHER), None);
}

#[test]
fn the_shared_spans_hold_the_shared_words() {
    let shelf = Shelf::of(&[("story", STORY)]);
    let parts = lines(STORY);
    let text = format!("Good news reached the islanders on Monday evening.\n{}\n{}", parts[1], parts[4]);
    let found = shelf.find("copy", &text).unwrap().copy_of;
    let shared: Vec<&str> = found.spans.iter().filter_map(|span| span.slice(&text)).collect();
    assert_eq!(shared, [parts[1].trim_end_matches('.'), parts[4].trim_end_matches('.')]);
}

#[test]
fn a_copy_of_a_copy_leads_to_the_first() {
    let mut shelf = Shelf::of(&[("story", STORY)]);
    assert!(shelf.take("second", &lines(STORY)[..5].join("\n")).is_some());
    let third = shelf.take("third", &lines(STORY)[..4].join("\n")).unwrap();
    assert_eq!(third.copy_of.article, id("story"));
    assert_eq!(shelf.index.len(), 1);
}

#[test]
fn a_copy_of_a_copy_with_what_that_added_leads_to_that() {
    let mut shelf = Shelf::of(&[("story", STORY)]);
    let second = format!(
        "{STORY}\nOn the mainland the baker had sold out by noon, since half of the islanders had come over to buy what they had gone without.\n\
         Her neighbour, who keeps the only inn, said that no room had been empty on the first night."
    );
    assert_eq!(shelf.take("second", &second).unwrap().copy_of.article, id("story"));
    assert_eq!(shelf.take("third", &second).unwrap().copy_of.article, id("second"));
    assert_eq!(shelf.take("fourth", STORY).unwrap().copy_of.article, id("story"));
}

#[test]
fn a_text_that_many_carry_with_something_of_their_own_is_nothing_that_everybody_prints() {
    let mut shelf = Shelf::of(&[("story", STORY)]);
    for n in 0..40 {
        let own: String = (0..60).map(|word| format!("w{}x{} ", n, word * 31 % 61)).collect();
        let carrier = format!("carrier{n}");
        let found = shelf.take(&carrier, &format!("{STORY}\n{own}"));
        assert_eq!(found.unwrap().copy_of.article, id("story"), "{carrier}");
    }
}

#[test]
fn an_edit_of_the_same_article_is_no_copy() {
    let shelf = Shelf::of(&[("story", STORY)]);
    assert_eq!(shelf.find("story", STORY), None);
}

#[test]
fn what_everybody_prints_makes_no_copy() {
    let notice = "All rights reserved by this paper, and no part of this page may be printed, broadcast, rewritten or sold without the written consent \
        of the publisher, who can be reached by letter at the address below on any day of the week but Sunday.";
    let mut shelf = Shelf::of(&[]);
    for n in 0..40 {
        let own: String = (0..40).map(|word| format!("w{}x{} ", n, word * 31 % 41)).collect();
        shelf.take(&format!("text{n}"), &format!("{own}\n{notice}"));
    }
    let text = format!("The ferry ran again after the storm, and people sang on deck.\n{notice}");
    assert_eq!(shelf.find("new", &text), None);
}

#[test]
fn texts_are_forgotten_after_two_weeks() {
    let mut index = CopyIndex::default();
    let text = CopyText::of(STORY);
    index.add(&id("old"), 1, Timestamp::UNIX_EPOCH, &text, None);
    let later = Timestamp::UNIX_EPOCH.checked_add(MEMORY + Duration::from_secs(1)).unwrap();
    index.add(&id("new"), 1, later, &CopyText::of(OTHER), None);
    assert_eq!(index.len(), 1);
    let read = |_: &ArticleId, _| Some(EarlierText { text: STORY.to_owned(), origins: Vec::new() });
    assert_eq!(index.find(&id("copy"), &text, read), None);
}

#[test]
fn an_index_restored_from_sketches_answers_as_before() {
    let mut shelf = Shelf::of(&[]);
    let text = CopyText::of(STORY);
    let sketch = shelf.index.add(&id("story"), 3, Timestamp::UNIX_EPOCH, &text, None).unwrap();
    shelf.texts.push((id("story"), STORY.to_owned()));
    let before = shelf.find("copy", STORY);
    assert!(sketch.hashes.len() <= MAX_SKETCH);
    shelf.index = CopyIndex::default();
    shelf.index.restore(&id("story"), 3, Timestamp::UNIX_EPOCH, &sketch);
    assert_eq!(shelf.find("copy", STORY), before);
    assert_eq!(before.unwrap().copy_of.revision, 3);
}

#[test]
fn floods_of_one_word_are_compared_in_time() {
    let flood = "ha ".repeat(60_000);
    let shelf = Shelf::of(&[("flood", &flood)]);
    assert!(shelf.find("again", &flood).is_some());
}
