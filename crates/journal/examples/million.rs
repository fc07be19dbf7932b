//! Asks a large journal: `cargo run --release -p dateline-journal --example million [EVENTS [DATA_DIR]]`.
//!
//! A tenth of the events are articles of 2 KB in five scripts, of 2,000 feeds, on a few topics, of a hundred publishers, three in five of them
//! in stories; the rest are rejects. Words are as frequent as words are (Zipf), and the subject's own stand in every second article. It
//! prints how long an event took to be stored, how long until all were in the search index, what it takes on disk, how long the first
//! page of each kind of question takes (the worst of several), how fast all articles are read, and the most memory that the process had.
//!
//! With DATA_DIR the journal stays there, with its last event now and a configuration that serves it:
//! `dateline run --config DATA_DIR/dateline.toml`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use dateline_journal::{
    Durability, EntryCompletion, EventFilter, Journal, Options, PollCommit, StoryArticleRow, StoryUpdate,
};
use dateline_wire::{
    ArticleId, ArticleTopic, Entity, Entry, EntryId, Event, EventId, FeedRef, FeedState, HubNews, Label,
    RejectEvent, RejectReason, Relevance, SecretQuery, Sequence, StoryEntity, StoryEvent,
};
use jiff::Timestamp;

/// How many events one commit brings.
const BATCH: usize = 500;

/// How many feeds there are.
const FEEDS: usize = 2_000;

/// How many articles have a story among them; the first three of them tell it.
const STORY: usize = 5;

/// How many events there are a second of the journal's time: a year has a million.
const SECONDS_APART: i64 = 30;

const LANGUAGES: [&str; 5] = ["ru", "en", "ko", "zh", "uk"];
const TOPICS: [&str; 8] =
    ["visits", "troops", "arms", "labour", "trade", "sanctions", "transport", "culture"];
const SUBJECT: [&str; 5] =
    ["Россия и КНДР", "Russia and North Korea", "러시아와 북한", "俄罗斯和朝鲜", "Росія та КНДР"];

/// Numbers without an order, the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % sides.max(1)
    }

    /// Small numbers often, large ones seldom.
    fn rank(&mut self, ranks: usize) -> usize {
        let sides = self.roll(ranks) + 1;
        self.roll(sides)
    }
}

/// The word of a rank in a language.
fn word(language: usize, rank: usize) -> String {
    let (first, letters, length) = match LANGUAGES[language] {
        "en" => ('a', 26, 4 + rank % 5),
        "ko" => ('가', 2_000, 2 + rank % 3),
        "zh" => ('一', 3_000, 2),
        _ => ('а', 32, 5 + rank % 5),
    };
    let mut dice = Dice(rank as u64 + 1);
    (0..length)
        .filter_map(|_| char::from_u32(first as u32 + u32::try_from(dice.roll(letters)).ok()?))
        .collect()
}

fn text(dice: &mut Dice, language: usize, bytes: usize) -> String {
    let mut text = String::new();
    if dice.roll(2) == 0 {
        text.push_str(SUBJECT[language]);
    }
    while text.len() < bytes {
        if LANGUAGES[language] != "zh" {
            text.push(' ');
        }
        text.push_str(&word(language, dice.rank(30_000)));
    }
    text
}

fn article(dice: &mut Dice, number: usize, feed: &FeedRef) -> Result<Event, url::ParseError> {
    let url: url::Url = format!("https://site{}.example/{number}", dice.rank(100)).parse()?;
    let id = ArticleId::from_stored(format!("{number:032x}"));
    let language = dice.rank(LANGUAGES.len());
    let entity = |id: String| Entity {
        id,
        kind: "person".into(),
        surface: "x".into(),
        label: None,
        side: None,
        wikidata: None,
        spans: Vec::new(),
    };
    let mut event = dateline_samples::article(&url, &text(dice, language, 80), &text(dice, language, 2_000));
    event.id = EventId::of_revision(&id, 1);
    event.article = id;
    event.feed = Some(feed.clone());
    event.content.publisher = Some(format!("Publisher {}", url.host_str().unwrap_or_default()));
    event.content.language = Some(LANGUAGES[language].into());
    if dice.roll(5) == 0 {
        event.relevance.label = Label::Borderline;
    }
    event.entities = (0..5).map(|_| entity(format!("entity-{}", dice.rank(500)))).collect();
    event.topics = vec![ArticleTopic { id: TOPICS[dice.rank(8)].into(), spans: Vec::new() }];
    Ok(Event::Article(Box::new(event)))
}

fn reject(number: usize, feed: &FeedRef) -> Result<Event, url::ParseError> {
    Ok(Event::Reject(Box::new(RejectEvent {
        url: Some(format!("https://news{}.example/{number}", number % 100).parse()?),
        detail: "names neither side".into(),
        feed: Some(feed.clone()),
        // Each thousandth as near to the threshold as the next.
        relevance: Some(Relevance {
            label: Label::NotRelevant,
            score: Some(f64::from(u16::try_from(number % 1_000).unwrap_or(0)) / 3_000.0),
            ..Relevance::not_judged()
        }),
        ..dateline_samples::reject(&number.to_string(), RejectReason::NotRelevant)
    })))
}

/// What the article of this number, which is the `place`th, changes of stories.
fn story(place: usize, number: usize, title: &str, at: Timestamp) -> StoryUpdate {
    let revision = u32::try_from(place % STORY).unwrap_or(0) + 1;
    if revision > 3 {
        return StoryUpdate::default();
    }
    let told = StoryEvent {
        entities: vec![StoryEntity {
            id: "entity-1".into(),
            kind: "place".into(),
            articles: revision,
            wikidata: None,
        }],
        article_count: revision,
        origin_count: revision,
        ..dateline_samples::story(&format!("story-{}", place / STORY), revision, title, at)
    };
    let row = StoryArticleRow {
        article: ArticleId::from_stored(format!("{number:032x}")),
        story: told.story.clone(),
        data: "{}".into(),
    };
    StoryUpdate { articles: vec![row], events: vec![told.into()] }
}

/// Makes the journal, and tells how long that took.
async fn fill(
    journal: &Journal,
    events: usize,
    begin: i64,
    next_poll: Timestamp,
) -> Result<(), Box<dyn std::error::Error>> {
    let feeds: Vec<FeedRef> = (0..FEEDS)
        .map(|number| Ok(FeedRef::new(&address(number).parse()?, None, &SecretQuery::default())))
        .collect::<Result<_, url::ParseError>>()?;
    let states: Vec<FeedState> = feeds
        .iter()
        .map(|feed| FeedState { next_poll, ..FeedState::new(feed, Timestamp::UNIX_EPOCH) })
        .collect();
    journal.configure_feeds(states.clone()).await?;
    let mut dice = Dice(7);
    let (mut stored, mut longest, mut bytes) = (Duration::ZERO, Duration::ZERO, 0);
    for first in (0..events).step_by(BATCH) {
        let feed = dice.roll(feeds.len());
        let at = Timestamp::from_second(begin + i64::try_from(first)? * SECONDS_APART)?;
        let (mut rejects, mut articles) = (Vec::new(), Vec::new());
        for number in first..events.min(first + BATCH) {
            match number % 10 {
                0 => articles.push((number, article(&mut dice, number, &feeds[feed])?)),
                // A story's event counts as an event, so that there are as many as were asked for.
                2 if number / 10 % STORY < 3 => {}
                _ => rejects.push(reject(number, &feeds[feed])?),
            }
        }
        for event in rejects.iter().chain(articles.iter().map(|(_, event)| event)) {
            bytes += event.to_json()?.len();
        }
        let entry = |number: &usize| Entry::new(EntryId::of_guid(&number.to_string()));
        let begun = Instant::now();
        journal
            .commit_poll(PollCommit {
                feed: states[feed].clone(),
                entries: articles.iter().map(|(number, _)| entry(number)).collect(),
                events: rejects,
                hub: HubNews::Nothing,
                at,
                traceparent: String::new(),
            })
            .await?;
        for (number, event) in articles {
            let Event::Article(content) = &event else { continue };
            let title = content.content.title.clone().unwrap_or_default();
            let completion = EntryCompletion {
                feed: feeds[feed].id.clone(),
                entry: entry(&number).id,
                stories: story(number / 10, number, &title, at),
                event,
                page_was_read: false,
                revisit: None,
                at,
                traceparent: String::new(),
            };
            journal.finish(completion).await?;
        }
        stored += begun.elapsed();
        longest = longest.max(begun.elapsed());
    }
    println!("{events} events, {:.0} B of JSON each", bytes as f64 / events as f64);
    println!(
        "stored in {:.1} µs each, the longest {BATCH} in {longest:.1?}",
        stored.as_micros() as f64 / events as f64
    );
    let begun = Instant::now();
    journal.index_all()?;
    println!("all in the search index {:.1?} later", begun.elapsed());
    Ok(())
}

fn address(feed: usize) -> String {
    format!("https://news{feed}.example/rss")
}

/// Writes a configuration by which the daemon serves the journal in `folder`, and lets nothing of it go.
fn configure(folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let mut feeds = String::new();
    for feed in 0..FEEDS {
        writeln!(feeds, "[[feed]]\nurl = \"{}\"\n", address(feed))?;
    }
    std::fs::write(folder.join("feeds.toml"), feeds)?;
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config").canonicalize()?;
    let mut settings = String::from("data_dir = \".\"\nfeeds = \"feeds.toml\"\n");
    for (name, path) in [
        ("subject", "subjects/russia-dprk"),
        ("sites", "sites.toml"),
        ("agencies", "agencies.tsv"),
        ("story_tables", "stories"),
    ] {
        writeln!(settings, "{name} = {:?}", shipped.join(path))?;
    }
    settings
        .push_str("\n[retention]\nevents = \"3650d\"\nrejects = \"3650d\"\n\n[stories]\nenabled = false\n");
    std::fs::write(folder.join("dateline.toml"), settings)?;
    Ok(())
}

/// The most memory that the process had, in MB, as Linux tells.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? / 1024)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let events: usize = arguments.next().map_or(Ok(1_000_000), |text| text.parse())?;
    let kept = arguments.next().map(PathBuf::from);
    let scratch = tempfile::tempdir()?;
    let folder = kept.as_deref().unwrap_or(scratch.path());
    let options = Options { durability: Durability::Process, ..Options::default() };
    let journal = Journal::open(folder.join("journal.db"), options)?;
    let span = i64::try_from(events)? * SECONDS_APART;
    let (begin, next_poll) = match &kept {
        Some(_) => {
            configure(folder)?;
            let now = Timestamp::now().as_second();
            // None is polled while it is served.
            (now - span, Timestamp::from_second(now + 366 * 86_400)?)
        }
        None => (1_750_000_000, Timestamp::UNIX_EPOCH),
    };
    fill(&journal, events, begin, next_poll).await?;
    let index = std::fs::metadata(folder.join("journal.search.db"))?.len();
    let on_disk = journal.status()?.bytes + index;
    println!(
        "on disk {:.0} B each, {:.0} of it the search index",
        on_disk as f64 / events as f64,
        index as f64 / events as f64
    );

    let end = begin + span;
    let day = |back: i64| Timestamp::from_second(end - back * 86_400).map(|time| time.to_string());
    let rare = word(0, 29_000);
    let questions = [
        ("everything", String::new()),
        ("a language", "language=uk".into()),
        ("two languages and a topic", "language=ru&language=ko&topic=culture".into()),
        ("a publisher's host", "publisher=site99.example".into()),
        ("an entity that is seldom named", "entity=entity-499".into()),
        (
            "many conditions that few meet",
            "language=uk&label=borderline&topic=culture&entity=entity-450".into(),
        ),
        (
            "conditions that nothing meets",
            "language=uk&publisher=site0.example&topic=culture&q=Russia".into(),
        ),
        ("a word of every second article", "q=Россия".into()),
        ("a word in a row with another", "q=%22North+Korea%22".into()),
        ("a seldom word", format!("q={rare}")),
        ("Korean, two syllables", "q=북한".into()),
        ("Chinese, a phrase", "q=俄罗斯和朝鲜".into()),
        ("one Chinese character", "q=俄".into()),
        ("two words that never meet", "q=Россия+Russia".into()),
        ("words that begin so", "q=рос*".into()),
        ("without a word", "q=Russia+-Korea".into()),
        ("a day half a year ago", format!("since={}&until={}&language=ru", day(180)?, day(179)?)),
        ("a seldom word of the first day", format!("until={}&q={rare}", day(340)?)),
    ];
    println!("\nfirst page of 50 articles, and of 50 events, in ms: the longest of five");
    for (name, query) in questions {
        let filter = EventFilter::from_query(&query)?;
        let (mut articles, mut log, mut found) = (Duration::ZERO, Duration::ZERO, 0);
        for _ in 0..5 {
            let begun = Instant::now();
            found = journal.reader().articles(&filter, None, 50, usize::MAX)?.articles.len();
            articles = articles.max(begun.elapsed());
            let begun = Instant::now();
            journal.reader().events_by(&filter, Sequence::START, 50)?;
            log = log.max(begun.elapsed());
        }
        println!("{:8.1} {:8.1}  {name} ({found})", articles.as_secs_f64() * 1e3, log.as_secs_f64() * 1e3);
    }

    let before = peak_memory();
    for query in ["", "language=ru"] {
        let filter = EventFilter::from_query(query)?;
        let (begun, mut read, mut cursor) = (Instant::now(), 0, None);
        loop {
            let page = journal.reader().articles(&filter, cursor, 500, 8 << 20)?;
            read += page.articles.iter().map(|found| found.event.data.len()).sum::<usize>();
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        let seconds = begun.elapsed().as_secs_f64();
        println!(
            "\nall articles of `{query}`: {:.0} MB at {:.0} MB/s",
            read as f64 / 1e6,
            read as f64 / 1e6 / seconds
        );
    }
    if let (Some(before), Some(after)) = (before, peak_memory()) {
        println!("the most memory: {before} MB before all articles were read, {after} MB after");
    }
    Ok(())
}
