//! What the index does with reports, by the tables that are shipped. All texts are composed.

use std::sync::Arc;

use dateline_wire::{Entity, EntitySide, Place, Span};
use jiff::civil::date;

use super::index::Comparison;
use super::tables::tests::shipped;
use super::{StoryIndex, StoryVerdict};
use crate::Report;

fn index() -> StoryIndex {
    StoryIndex::new(Arc::new(shipped()))
}

fn report(id: &str, language: &str, day: i8, title: &str, text: &str) -> Report {
    Report {
        id: id.to_owned(),
        title: title.to_owned(),
        text: text.to_owned(),
        language: Some(language.to_owned()),
        published: Some(date(2025, 6, day)),
        ..Report::default()
    }
}

/// Of every report the id of the story that it is in.
fn stories(index: &StoryIndex, ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| index.story_of(id).map_or_else(|| "-".to_owned(), Into::into)).collect()
}

fn place_all(index: &mut StoryIndex, reports: &[Report]) -> Vec<StoryVerdict> {
    reports.iter().map(|report| index.place(report)).collect()
}

/// A stream of other news, so that what is common in it is known.
fn other_news() -> Vec<Report> {
    [
        (
            "Mill on the Arn closes",
            "The old flour mill on the river Arn closes after ninety years, its owner Tessa Brandt said.",
        ),
        (
            "Storm tears roof off school",
            "A storm tore the roof off a primary school in Velden. Nobody was hurt, teachers said.",
        ),
        ("Chess title for Osei", "Kwame Osei of Accra won the junior chess title in a final of seven hours."),
        ("Tram line opens in Ludno", "The third tram line of Ludno opened with free rides and a brass band."),
        (
            "Bees back on the town hall",
            "Six hives stand on the roof of the town hall of Bramley again, the gardeners say.",
        ),
        (
            "Museum buys a lost map",
            "The sea museum in Porto Alba bought a map of 1611 that was thought lost.",
        ),
    ]
    .iter()
    .zip(0..)
    .map(|((title, text), at)| report(&format!("other-{at}"), "en", 1 + at, title, text))
    .collect()
}

#[test]
fn two_reports_of_one_happening_are_one_story_and_say_why() {
    let mut index = index();
    place_all(&mut index, &other_news());
    let verdicts = place_all(
        &mut index,
        &[
            report(
                "a",
                "en",
                10,
                "Ferry to Kallas sails again",
                "The ferry Marit sailed from Brenna to Kallas on Tuesday with 120 passengers, the first since the winter of the great ice.",
            ),
            report(
                "b",
                "en",
                10,
                "First ferry since the ice reaches Kallas",
                "With 120 passengers the ferry Marit sailed from Brenna to Kallas on Tuesday for the first time since the great ice.",
            ),
        ],
    );
    assert!(verdicts[0].joined_by.is_empty());
    assert_eq!(verdicts[1].story, "a");
    let wording = verdicts[1].joined_by.iter().find(|reason| reason.sign == "wording").unwrap();
    assert_eq!(wording.with, "a");
    assert!(wording.evidence.iter().any(|stem| stem == "kalla"), "{:?}", wording.evidence);
}

#[test]
fn news_of_other_things_is_a_story_each() {
    let mut index = index();
    let news = other_news();
    place_all(&mut index, &news);
    index.review();
    for report in &news {
        assert_eq!(index.story_of(&report.id).as_deref(), Some(report.id.as_str()));
    }
}

#[test]
fn what_resembles_nothing_is_a_story_of_its_own_however_like_the_others_are() {
    let singular = [
        ("Zoo gets a brown bear", "A brown bear cub called Misha moved to another zoo, its keepers said."),
        (
            "Choir of sailors records lullabies",
            "A choir of sailors sang for the radio in a studio without heating, baritone Ilya Frolov told his home paper.",
        ),
        (
            "Vets learn acupuncture",
            "Nine vets of a farm spent March with colleagues who treat lame horses with needles, its journal writes.",
        ),
        (
            "Dentists look at drills",
            "Dentists looked at drills in a factory whose engineers want to sell them by instalments.",
        ),
        (
            "A planetarium on loan",
            "A planetarium is to stand in the children's palace for three years, astronomers said.",
        ),
    ];
    let singular = singular
        .iter()
        .zip(0..)
        .map(|((title, text), at)| report(&format!("single-{at}"), "en", 9, title, text));
    let train = |number: i32| {
        let goods = ["timber", "flour", "steel"][number as usize % 3];
        let text = format!(
            "Freight train {number} carried {goods} through Kirkby with {} cars, officials said.",
            20 + number % 37
        );
        report(&format!("train-{number}"), "en", 8, &format!("Train {number} brings {goods}"), &text)
    };
    let mut index = index();
    place_all(&mut index, &(0..30).map(train).collect::<Vec<_>>());
    place_all(&mut index, &singular.collect::<Vec<_>>());
    let mut comparison = Comparison::default();
    for (one, other) in (30..35).flat_map(|one| (30..one).map(move |other| (one, other))) {
        let score = comparison.score(&index, one, other);
        assert!(score < 0.0, "{one} and {other}: {score}");
    }
}

#[test]
fn two_fires_in_two_towns_are_two_stories_whatever_words_fires_share() {
    let mut index = index();
    place_all(&mut index, &other_news());
    let reports = [
        report(
            "a1",
            "en",
            10,
            "Fire destroys market hall in Brenna",
            "A fire destroyed the market hall of Brenna overnight. Fire chief Olsen said 40 stalls burned.",
        ),
        report(
            "b1",
            "en",
            10,
            "Fire destroys warehouse in Dorsk",
            "A fire destroyed a timber warehouse in Dorsk overnight. Nobody was hurt, Captain Ruzic said.",
        ),
        report(
            "a2",
            "en",
            11,
            "Market hall of Brenna burns down",
            "The market hall of Brenna burned down overnight with 40 stalls, fire chief Olsen said.",
        ),
        report(
            "b2",
            "en",
            11,
            "Timber warehouse in Dorsk burns",
            "A timber warehouse burned overnight in Dorsk, where Captain Ruzic said nobody was hurt.",
        ),
    ];
    place_all(&mut index, &reports);
    index.review();
    assert_eq!(stories(&index, &["a1", "a2", "b1", "b2"]), ["a1", "a1", "b1", "b1"]);
}

#[test]
fn acts_that_contradict_each_other_part_reports_in_nearly_the_same_words() {
    for (language, first, second) in [
        ("en", "Minister arrives in Pyongyang", "Minister leaves Pyongyang"),
        ("ru", "Министр прибыл в Пхеньян", "Министр покинул Пхеньян"),
        ("ko", "장관 평양 도착", "장관 평양 출발"),
        ("en", "Moscow denies sending oil to Pyongyang", "Moscow confirms sending oil to Pyongyang"),
    ] {
        let mut index = index();
        place_all(&mut index, &other_news());
        let text = |title: &str| match language {
            "en" => {
                format!("{title}. The Russian minister Viktor Salin spoke with the leaders of the North.")
            }
            "ru" => format!("{title}. Министр Виктор Салин говорил с руководством КНДР."),
            _ => format!("{title}. 빅토르 살린 장관은 북한 지도부와 회담했다."),
        };
        let reports = [
            report("first", language, 13, first, &text(first)),
            report("second", language, 14, second, &text(second)),
        ];
        place_all(&mut index, &reports);
        assert_eq!(stories(&index, &["first", "second"]), ["first", "second"], "{first}");
    }
}

/// A report that names the two sides of the subject where these spellings stand in it.
fn of_two_sides(mut report: Report, sides: [&str; 2]) -> Report {
    let spans = |text: &str, name: &str| -> Vec<Span> {
        text.match_indices(name)
            .map(|(at, _)| {
                let start = text[..at].chars().count() as u32;
                Span::new(start, start + name.chars().count() as u32)
            })
            .collect()
    };
    report.entities = [("one", EntitySide::A), ("other", EntitySide::B)]
        .iter()
        .zip(sides)
        .map(|((id, side), name)| Entity {
            id: (*id).to_owned(),
            kind: "place".to_owned(),
            surface: name.to_owned(),
            label: None,
            side: Some(*side),
            wikidata: None,
            spans: spans(&report.title, name)
                .into_iter()
                .map(Place::Title)
                .chain(spans(&report.text, name).into_iter().map(Place::Body))
                .collect(),
        })
        .collect();
    report
}

#[test]
fn what_one_side_does_to_the_other_and_the_other_to_it_are_two_stories_in_the_same_words() {
    for (language, sides, texts) in [
        (
            "en",
            ["Brenna", "Kallas"],
            [
                (
                    "Brenna ships wheat to Kallas",
                    "Brenna shipped wheat to Kallas this week, port officials said. It left by rail.",
                ),
                (
                    "Kallas ships wheat to Brenna",
                    "Kallas shipped wheat to Brenna this week, port officials said. It left by rail.",
                ),
                (
                    "Wheat sent to Kallas by Brenna",
                    "Wheat was shipped to Kallas by Brenna this week, and left by rail, port officials said.",
                ),
            ],
        ),
        (
            "ko",
            ["브렌나", "칼라스"],
            [
                ("브렌나, 칼라스에 밀가루 공급", "브렌나가 칼라스에 밀가루를 공급했다고 항만 당국이 밝혔다."),
                ("칼라스, 브렌나에 밀가루 공급", "칼라스가 브렌나에 밀가루를 공급했다고 항만 당국이 밝혔다."),
                (
                    "칼라스에 브렌나가 밀가루 공급",
                    "항만 당국은 칼라스에 브렌나가 밀가루를 공급했다고 밝혔다.",
                ),
            ],
        ),
    ] {
        let mut index = index();
        place_all(&mut index, &other_news());
        for (id, (title, text)) in ["a", "turned", "again"].iter().zip(texts) {
            index.place(&of_two_sides(report(id, language, 12, title, text), sides));
        }
        assert_eq!(stories(&index, &["a", "turned", "again"]), ["a", "turned", "a"], "{language}");
    }
}

#[test]
fn a_number_alone_makes_no_story_of_two_short_reports() {
    let mut index = index();
    let sides = ["Brenna", "Kallas"];
    let trains = (0..60).map(|number| {
        let goods = ["timber", "flour", "steel"][number % 3];
        let title = format!("Brenna and Kallas speak of {goods}");
        let text = format!(
            "Officials of Brenna and Kallas spoke of {goods} in their talks number {}.",
            100 + number
        );
        of_two_sides(report(&format!("talks-{number}"), "en", 8, &title, &text), sides)
    });
    place_all(&mut index, &trains.collect::<Vec<_>>());
    for (id, title, text) in [
        (
            "choir",
            "Choir with 6,200 singers performs",
            "A choir of 6,200 people from Brenna and Kallas sang in a park.",
        ),
        (
            "book",
            "Dictionary lists 6,200 words",
            "A dictionary that linguists of Brenna made with Kallas lists 6,200 words.",
        ),
        (
            "again",
            "Choir of thousands sings in a park",
            "In a park 6,200 singers from Brenna and Kallas performed as a choir.",
        ),
    ] {
        index.place(&of_two_sides(report(id, "en", 9, title, text), sides));
    }
    assert_eq!(stories(&index, &["choir", "book", "again"]), ["choir", "book", "choir"]);
}

#[test]
fn two_visits_of_one_envoy_are_two_stories_in_a_stream_of_a_few_reports() {
    let mut index = index();
    let reports = [
        report(
            "first",
            "en",
            3,
            "Russian envoy arrives in North Korea for talks with Kim Jong Un",
            "The Russian president's envoy Viktor Salin has arrived in Pyongyang to meet the North Korean leader Kim Jong Un, Russian news \
             agencies reported on Monday. The two states signed a treaty last year. More than 10,000 North Korean troops have fought in \
             the war in Ukraine, South Korea's intelligence service says.",
        ),
        report(
            "second",
            "en",
            17,
            "Top official is in Pyongyang again, Moscow media say",
            "SEOUL, June 17 (Wire) — A Russian official travelled to Pyongyang on Tuesday for the second time this month with a message of \
             the Kremlin. Viktor Salin was expected to speak about builders for the border region. State media of the North said nothing \
             of it at first.",
        ),
        report(
            "other",
            "en",
            19,
            "Russian foreign minister expected in North Korea",
            "Russia's foreign minister will visit North Korea on Friday, the news agency of the North said. He is to open a school in \
             Wonsan and to speak with Kim Jong Un about trade.",
        ),
    ];
    place_all(&mut index, &reports);
    index.review();
    assert_eq!(stories(&index, &["first", "second", "other"]), ["first", "second", "other"]);
}

#[test]
fn one_happening_in_three_scripts_is_one_story_by_names_acts_numbers_and_day() {
    let named = |mut report: Report, ids: &[&str]| {
        report.entities = ids
            .iter()
            .map(|id| Entity {
                id: (*id).to_owned(),
                kind: "place".to_owned(),
                surface: (*id).to_owned(),
                label: None,
                side: None,
                wikidata: None,
                spans: vec![Place::Title(Span { start: 0, end: 4 }), Place::Body(Span { start: 0, end: 4 })],
            })
            .collect();
        report
    };
    let ids = ["brenna", "kallas", "olsen"];
    let mut index = index();
    place_all(&mut index, &other_news());
    let reports = [
        named(
            report(
                "en",
                "en",
                18,
                "Olsen arrives in Kallas",
                "Olsen arrived in Kallas on June 17 and will send 5,000 builders to Brenna to rebuild the bridge.",
            ),
            &ids,
        ),
        named(
            report(
                "ru",
                "ru",
                18,
                "Олсен прибыл в Каллас",
                "Олсен прибыл в Каллас 17 июня. Он направит в Бренну 5 тысяч строителей, которые восстановят мост.",
            ),
            &ids,
        ),
        named(
            report(
                "ko",
                "ko",
                18,
                "올센 칼라스 도착",
                "올센이 6월 17일 칼라스에 도착했다. 브렌나 다리 재건에 5천 명을 파견한다고 밝혔다.",
            ),
            &ids,
        ),
    ];
    place_all(&mut index, &reports);
    index.review();
    assert_eq!(stories(&index, &["en", "ru", "ko"]), ["en", "en", "en"]);
}

#[test]
fn chinese_papers_tell_one_happening_in_traditional_and_simplified_characters() {
    let mut index = index();
    place_all(&mut index, &other_news());
    let verdicts = place_all(
        &mut index,
        &[
            report(
                "a",
                "zh",
                10,
                "龍門橋遊艇競賽延後舉辦",
                "龍門橋遊艇競賽因風勢過強延後舉辦，總幹事羅維說，參賽遊艇已全數駛進內灣。",
            ),
            report(
                "b",
                "zh",
                10,
                "龙门桥游艇竞赛延后举办",
                "因风势过强，龙门桥游艇竞赛延后举办，参赛游艇已驶进内湾，总干事罗维表示。",
            ),
        ],
    );
    assert_eq!(verdicts[1].story, "a");
}

#[test]
fn the_same_reports_in_the_same_order_give_the_same_stories() {
    let run = || {
        let mut index = index();
        let verdicts = place_all(&mut index, &other_news());
        index.review();
        (verdicts, stories(&index, &["other-0", "other-3", "other-5"]))
    };
    assert_eq!(run(), run());
}

#[test]
fn a_report_that_is_known_stays_where_it_is() {
    let mut index = index();
    let news = other_news();
    place_all(&mut index, &news);
    let again = index.place(&news[2]);
    assert_eq!((again.story.as_str(), again.merged.len()), ("other-2", 0));
    assert_eq!(index.len(), news.len());
}

#[test]
fn a_text_of_nothing_is_a_story_of_its_own() {
    let mut index = index();
    for id in ["a", "b"] {
        assert_eq!(index.place(&Report { id: id.to_owned(), ..Report::default() }).story, id);
    }
    index.review();
    assert_eq!(stories(&index, &["a", "b"]), ["a", "b"]);
}

/// One of two reports of a train, of which there are many that differ in little more than numbers.
fn train(train: u32, report_of_it: u32, cars: u32) -> Report {
    let place = ["Velden", "Brenna", "Ludno", "Kallas"][train as usize % 4];
    let (title, text) = match report_of_it {
        0 => (
            format!("Train {train} brings timber through {place}"),
            format!(
                "Freight train number {train} carried timber to the coast through {place} this week, railway officials said. It had {cars} cars \
                 and waited {} hours at the border, a dispatcher said.\nThe mills will pay {} tonnes of zinc for it.",
                train % 11 + 2,
                100 + train
            ),
        ),
        _ => (
            format!("Coast gets timber by train {train} through {place}"),
            format!(
                "Train {train} with timber for the coast has passed {place}, the railways said: {cars} cars that the mills had long waited for.\n\
                 Customs officers held it for {} hours. In return the mills send {} tonnes of zinc.",
                train % 11 + 2,
                100 + train
            ),
        ),
    };
    report(&format!("{train}-{report_of_it}"), "en", 1 + (train / 4) as i8, &title, &text)
}

#[test]
fn an_edit_of_a_number_leaves_a_report_where_it_is_among_nearly_alike_stories() {
    let mut index = index();
    let trains: Vec<Report> =
        (0..40).flat_map(|at| [train(at, 0, 20 + at % 37), train(at, 1, 20 + at % 37)]).collect();
    place_all(&mut index, &trains);
    let others = |index: &StoryIndex, id: &str| {
        let beside = index.reports_beside(id).into_iter().map(String::from);
        beside.filter(|other| other != id).collect::<Vec<_>>()
    };
    let mut moved = 0;
    for at in 0..40 {
        let edited = train(at, at % 2, 100 + at);
        let before = others(&index, &edited.id);
        index.place_again(&edited);
        moved += usize::from(
            !before.is_empty() && !others(&index, &edited.id).iter().any(|other| before.contains(other)),
        );
    }
    assert_eq!(moved, 0);
}

/// News of something that no other report tells, in words that no other has.
fn news_of_its_own(at: u32) -> Report {
    let word = |of: u32| -> String {
        let syllables = ["ba", "ko", "lu", "me", "ri", "to", "ne", "sa", "vi", "du", "po"];
        let number = at as usize * 9 + of as usize;
        [number, number / 11, number / 121].map(|syllable| syllables[syllable % syllables.len()]).concat()
    };
    let (title, text) = (
        format!("{} wins {} of {}", word(1), word(2), word(3)),
        format!("The {} in {} was {} by {} and {}.", word(4), word(5), word(6), word(7), word(8)),
    );
    report(&format!("own-{at}"), "en", 1 + (at % 28) as i8, &title, &text)
}

/// Two reports of one happening that share less than is asked for while little was read.
fn two_of_one_bridge() -> [Report; 2] {
    [
        report(
            "bridge-1",
            "en",
            10,
            "Old bridge at Kallas gives way under lorry",
            "The stone bridge at Kallas collapsed under a lorry of gravel on Tuesday. The driver, Ole Marten, swam ashore. The bridge was built \
             in 1874 and was to be repaired in autumn, the mayor said.",
        ),
        report(
            "bridge-2",
            "en",
            10,
            "Road closed on both banks of the Arn",
            "Police have closed the road from Velden after the bridge near Kallas fell into the Arn with a driver and his load. Two schools \
             let children stay at home. Trains are not affected, the railways said, and a ferry is to carry cars from Friday on.",
        ),
    ]
}

#[test]
fn reports_that_came_while_little_was_known_are_put_together_once_more_is() {
    let mut index = index();
    place_all(&mut index, &two_of_one_bridge());
    assert_eq!(stories(&index, &["bridge-1", "bridge-2"]), ["bridge-1", "bridge-2"]);
    index.take_changes();
    let news: Vec<Report> = (0..118).map(news_of_its_own).collect();
    place_all(&mut index, &news);
    assert_eq!(stories(&index, &["bridge-1", "bridge-2"]), ["bridge-1", "bridge-1"]);
    assert!(index.take_changes().contains(&"bridge-2".to_owned()));
    for report in &news {
        assert_eq!(index.story_of(&report.id).as_deref(), Some(report.id.as_str()));
    }
}

#[test]
fn a_stream_that_was_restored_goes_on_as_the_one_that_was_placed() {
    let stream: Vec<Report> = (0..45).flat_map(|at| [train(at, 0, 20 + at), train(at, 1, 20 + at)]).collect();
    let (before, after) = stream.split_at(60);
    let mut placed = index();
    place_all(&mut placed, before);
    let mut restored = index();
    for report in before {
        let beside = placed.reports_beside(&report.id);
        let known =
            beside.iter().find(|other| restored.story_of(other).is_some()).map(|other| other.to_string());
        restored.restore(report, known.as_deref());
    }
    assert_eq!(place_all(&mut placed, after), place_all(&mut restored, after));
    let ids: Vec<&str> = stream.iter().map(|report| report.id.as_str()).collect();
    assert_eq!(stories(&placed, &ids), stories(&restored, &ids));
}

/// After how many of `rest` the two reports of the bridge stand in one story, as one of those that came before is edited meanwhile.
fn put_together_after(index: &mut StoryIndex, rest: &[Report]) -> Option<usize> {
    let edited =
        report("own-12", "en", 20, "Harbour of Kallas dredged", "Dredgers have deepened the harbour.");
    rest.iter().position(|report| {
        index.place(report);
        if report.id == "own-40" {
            index.place_again(&edited);
        }
        stories(index, &["bridge-1", "bridge-2"]) == ["bridge-1", "bridge-1"]
    })
}

#[test]
fn a_stream_that_was_restored_without_what_was_forgotten_is_reviewed_with_the_same_reports() {
    let news: Vec<Report> = (0..160).map(news_of_its_own).collect();
    let (before, after) = news.split_at(30);
    let mut placed = index();
    place_all(&mut placed, before);
    place_all(&mut placed, &two_of_one_bridge());
    let forgotten = &before[..11];
    forgotten.iter().for_each(|report| placed.remove(&report.id));

    let mut restored = index();
    for report in before[forgotten.len()..].iter().chain(&two_of_one_bridge()) {
        restored.restore(report, None);
    }
    let together = put_together_after(&mut placed, after);
    assert!(together.is_some());
    assert_eq!(put_together_after(&mut restored, after), together);
}
