//! Stories as subscribers get them: each with an id that stays, its articles with their roles, and its independent origins.
//!
//! The index of [`story`](crate::story) says which reports tell one happening now; a later report may let it say otherwise. The book keeps
//! which story each article was told in, and turns what the index changes into changes of stories: an article joins or leaves one, one
//! ends in another. Whatever story has most of the articles that another had is that story still; of several that come together the
//! oldest goes on. A copy is no report: it stands where the text stands that it repeats, and goes where that goes.
//!
//! What the stories' articles are is read from the caller's records when a story changes ([`StoredStory`]), and given back to be kept
//! ([`StoryTelling`]); only who stands where is in memory. Articles are forgotten after [`MEMORY`], and with them
//! goes what a story could be told by; nothing joins it any more.

mod account;
mod report;
mod telling;

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};
use std::io::{self, Read, Write};
use std::sync::Arc;

use dateline_wire::{ArticleEvent, ArticleId, JoinReason, StoryEvent, StoryId};
use jiff::Timestamp;

use crate::compact_id::CompactId;
use crate::copy::{MEMORY, MIN_SHARE};
use crate::id_map::IdMap;
use crate::number_map::NumberMap;
use crate::origin::Agencies;
use crate::pack::{Packed, packed};
use crate::story::{StoryIndex, StoryReason, StoryTables};

use account::Account;
pub use report::StoryReport;
use report::report_of;
use telling::Retold;

/// The name of the reason that puts a copy where its text is.
const COPY: &str = "copy";

/// Who tells what.
#[derive(Debug)]
pub struct StoryBook {
    index: StoryIndex,
    agencies: Arc<Agencies>,
    articles: IdMap<ArticlePlace>,
    /// The articles of each story, by their numbers.
    stories: IdMap<Vec<u32>>,
    /// The articles in the order in which they came, or came again, in seconds since 1970.
    arrivals: VecDeque<(u32, u32)>,
    /// How many articles were judged since the start.
    taken: u64,
}

/// Where an article stands.
#[derive(Debug, Clone)]
struct ArticlePlace {
    /// The number of the story.
    story: u32,
    /// When it came last, in seconds since 1970.
    came: u32,
    /// The article whose text it repeats, if it stands where it does for that.
    copy_of: Option<Box<CompactId>>,
}

packed!(ArticlePlace { story, came, copy_of });

/// A time in seconds since 1970: before that it is 1970.
fn seconds(at: Timestamp) -> u32 {
    u32::try_from(at.as_second().max(0)).unwrap_or(u32::MAX)
}

/// The number of the first article that the caller's records have not numbered yet: they come after all that these have.
const FIRST_UNNUMBERED: u64 = 1 << 63;

/// What the reports of a story come to is kept from this many on; it takes about as much memory as they do.
const MIN_ACCOUNTED: usize = 32;

/// What the caller's records hold of a story.
#[derive(Debug, Clone, Default)]
pub struct StoredStory {
    /// How many events told it: the revision of the last.
    pub revision: u32,
    /// Its articles, by numbers in their order of arrival.
    reports: Vec<(u64, Arc<StoryReport>)>,
    /// What they come to, where there are many.
    account: Option<Box<Account>>,
}

impl StoredStory {
    /// A story that was told so many times, of which the records hold these articles, by numbers in their order of arrival.
    pub fn new(revision: u32, reports: Vec<(u64, Arc<StoryReport>)>) -> Self {
        Self { revision, reports, account: None }
    }

    /// How many articles the records hold of it.
    pub fn len(&self) -> usize {
        self.reports.len()
    }

    /// Whether they hold none.
    pub fn is_empty(&self) -> bool {
        self.reports.is_empty()
    }

    /// Gives the articles that came last the numbers that the records have given them by now, if they have.
    ///
    /// # Errors
    /// Those of `number_of`.
    pub fn number<E>(
        &mut self,
        mut number_of: impl FnMut(&ArticleId) -> Result<Option<u64>, E>,
    ) -> Result<(), E> {
        let unnumbered = self.reports.iter_mut().rev().take_while(|(number, _)| *number >= FIRST_UNNUMBERED);
        for (number, report) in unnumbered {
            if let Some(given) = number_of(&report.shown.article)? {
                *number = given;
            }
        }
        Ok(())
    }

    /// What is kept of an article.
    fn report(&self, article: &ArticleId) -> Option<&StoryReport> {
        Some(&self.reports[self.place_of(article)?].1)
    }

    /// Where an article stands among the reports.
    fn place_of(&self, article: &ArticleId) -> Option<usize> {
        match &self.account {
            Some(account) => account.place_of(article),
            None => self.reports.iter().position(|(_, report)| report.shown.article == *article),
        }
    }

    /// Takes the reports of these articles out.
    fn take_out(&mut self, leaving: &HashSet<&ArticleId>) -> Vec<(u64, Arc<StoryReport>)> {
        if leaving.is_empty() {
            return Vec::new();
        }
        let has = |account: &Account| leaving.iter().any(|article| account.place_of(article).is_some());
        if self.account.as_deref().is_some_and(|account| !has(account)) {
            return Vec::new();
        }
        let gone: Vec<_> =
            self.reports.extract_if(.., |(_, report)| leaving.contains(&report.shown.article)).collect();
        if !gone.is_empty() {
            self.account = None;
        }
        gone
    }

    /// Marks an article as withdrawn. What is kept of it then; nothing if it is not there, or is withdrawn already.
    fn withdraw(&mut self, article: &ArticleId) -> Option<Arc<StoryReport>> {
        let place = self.place_of(article)?;
        let report = &mut self.reports[place].1;
        if report.shown.withdrawn {
            return None;
        }
        Arc::make_mut(report).shown.withdrawn = true;
        let report = report.clone();
        self.account.take_if(|account| !account.withdraw(&self.reports, place));
        Some(report)
    }

    /// Puts a report in the place of the one that there is of the same article. Whether there is one.
    fn replace(&mut self, agencies: &Agencies, report: Arc<StoryReport>) -> bool {
        let Some(place) = self.place_of(&report.shown.article) else { return false };
        let before = std::mem::replace(&mut self.reports[place].1, report);
        self.account.take_if(|account| !account.replace(agencies, &self.reports, place, &before));
        true
    }

    /// Puts a report where it came.
    fn put(&mut self, agencies: &Agencies, number: u64, report: Arc<StoryReport>) {
        let place = self.reports.partition_point(|(before, _)| *before <= number);
        self.reports.insert(place, (number, report));
        let is_last = place + 1 == self.reports.len();
        self.account = self
            .account
            .take()
            .filter(|_| is_last)
            .and_then(|mut account| account.add(agencies, &self.reports).then_some(account));
    }

    /// All that is said of it next, as the story of this id; nothing where it has no reports.
    fn event(&mut self, agencies: &Agencies, story: &StoryId) -> Option<StoryEvent> {
        let account = match self.account.take() {
            Some(account) => account,
            None => Box::new(Account::of(agencies, &self.reports)?),
        };
        let event = account.event(story, self.revision + 1, &self.reports);
        self.account = Some(account).filter(|_| self.reports.len() >= MIN_ACCOUNTED);
        Some(event)
    }
}

/// What an article changes.
#[derive(Debug, Clone)]
pub struct StoryTelling {
    /// The story that it tells.
    pub story: StoryId,
    /// What spoke for that and against.
    pub joined_by: Vec<JoinReason>,
    /// The articles whose records change, each with its story.
    pub reports: Vec<(Arc<StoryReport>, StoryId)>,
    /// The stories that change, as they are now.
    pub events: Vec<StoryEvent>,
    /// What the records hold of the stories that were read, once they are changed; an article that is new to them has no number of theirs
    /// [yet](StoredStory::number).
    pub stored: BTreeMap<StoryId, StoredStory>,
}

/// An article goes from one story to another.
#[derive(Debug, Clone, PartialEq)]
struct Move {
    article: ArticleId,
    from: Option<StoryId>,
    to: StoryId,
}

impl StoryBook {
    /// No stories yet.
    pub fn new(tables: Arc<StoryTables>, agencies: Arc<Agencies>) -> Self {
        Self {
            index: StoryIndex::new(tables),
            agencies,
            articles: IdMap::default(),
            stories: IdMap::default(),
            arrivals: VecDeque::new(),
            taken: 0,
        }
    }

    /// Writes who tells what, for [`StoryBook::unpack`].
    ///
    /// # Errors
    /// Those of `output`.
    pub fn pack(&self, output: &mut impl Write) -> io::Result<()> {
        self.index.pack(output)?;
        self.articles.pack(output)?;
        self.stories.pack(output)?;
        self.arrivals.pack(output)
    }

    /// Reads what [`StoryBook::pack`] has written of a book with the same tables. Bytes that are others give a book that makes no sense,
    /// or an error.
    ///
    /// # Errors
    /// Those of `input`.
    pub fn unpack(
        tables: Arc<StoryTables>,
        agencies: Arc<Agencies>,
        input: &mut impl Read,
    ) -> io::Result<Self> {
        Ok(Self {
            index: StoryIndex::unpack(tables, input)?,
            agencies,
            articles: Packed::unpack(input)?,
            stories: Packed::unpack(input)?,
            arrivals: Packed::unpack(input)?,
            taken: 0,
        })
    }

    /// Has an article that is known stand in `story`, where it was told to stand later; nothing is judged.
    pub fn move_to(&mut self, article: &ArticleId, story: &StoryId) {
        let Some(from) = self.story_of(article).filter(|from| from != story) else { return };
        if self.is_report(article) {
            let beside = self.report_beside(article, story).map(|beside| beside.text().into_owned());
            self.index.move_beside(article.as_str(), beside.as_deref());
            self.index.take_changes();
        }
        let change = Move { article: article.clone(), from: Some(from), to: story.clone() };
        self.apply(&change, Timestamp::UNIX_EPOCH);
    }

    /// The story of an article that is not forgotten.
    pub fn story_of(&self, article: &ArticleId) -> Option<StoryId> {
        self.story_id(self.place_of(article)?.story)
    }

    fn place_of(&self, article: &ArticleId) -> Option<&ArticlePlace> {
        self.articles.get(&CompactId::of(article.as_str()))
    }

    /// The articles of a story, by their numbers.
    fn articles_of(&self, story: &StoryId) -> &[u32] {
        self.stories.get(&CompactId::of(story.as_str())).map_or(&[], Vec::as_slice)
    }

    /// The first of a story's reports that is another article than this one, by its id.
    fn report_beside(&self, article: &ArticleId, story: &StoryId) -> Option<&CompactId> {
        let own = CompactId::of(article.as_str());
        let others = self.articles_of(story).iter().filter(|other| self.report_number(**other).is_some());
        others.filter_map(|other| self.articles.id(*other)).find(|other| **other != own)
    }

    /// Takes back an article that was told in `story`; nothing is judged. Articles are to come in the order in which they came first.
    pub fn restore(&mut self, article: &ArticleEvent, at: Timestamp, story: &StoryId) {
        self.forget(at);
        // Of a copy that was told as one, the text may be forgotten by now.
        let told_copy = article.joined_by.first().filter(|reason| reason.sign == COPY);
        let copy_of = self.copied(article).or_else(|| Some(told_copy?.with.clone()));
        self.index.remove(article.article.as_str());
        if copy_of.is_none() {
            let beside = self.report_beside(&article.article, story).map(|beside| beside.text().into_owned());
            self.index.restore(&report_of(article), beside.as_deref());
            self.index.take_changes();
        }
        self.put(&article.article, at, story.clone(), copy_of);
    }

    /// Judges which story an article tells, as it came at `at`, or came again after an edit, and what that changes. `read` gives what is
    /// kept of a story; nothing of one that was never told.
    ///
    /// # Errors
    /// Those of `read`. The book is not to be used after one: it is ahead of the records.
    pub fn take<E>(
        &mut self,
        article: &ArticleEvent,
        at: Timestamp,
        mut read: impl FnMut(&StoryId) -> Result<StoredStory, E>,
    ) -> Result<StoryTelling, E> {
        self.forget(at);
        let id = &article.article;
        let copy_of = self.copied(article);
        let mut reasons = Vec::new();
        match &copy_of {
            Some(_) => self.index.remove(id.as_str()),
            None => reasons = self.index.place_again(&report_of(article)).joined_by,
        }
        let changed = self.index.take_changed();
        let (mut moves, mut ended) = self.regroup(id, article.revision, changed);
        for change in &moves {
            self.apply(change, at);
        }
        if let Some(original) = &copy_of
            && let Some(story) = self.story_of(original)
        {
            let change = Move { article: id.clone(), from: self.story_of(id), to: story };
            if change.from.as_ref() != Some(&change.to) {
                ended.extend(
                    change
                        .from
                        .clone()
                        .filter(|from| self.articles_of(from).len() == 1)
                        .map(|from| (from, change.to.clone())),
                );
                self.apply(&change, at);
                moves.push(change);
            }
        }
        let story = self.story_of(id).unwrap_or_else(|| StoryId::of(id, id, article.revision));
        self.put(id, at, story.clone(), copy_of);
        let joined_by = self.reasons(article, &story, reasons);
        let affected: BTreeSet<StoryId> = moves
            .iter()
            .flat_map(|change| change.from.iter().chain([&change.to]))
            .chain([&story])
            .cloned()
            .collect();
        let mut stored = BTreeMap::new();
        for story in affected {
            let read = read(&story)?;
            stored.insert(story, read);
        }
        let facts = self.index.facts_of(id.as_str());
        let number = FIRST_UNNUMBERED + self.taken;
        self.taken += 1;
        let retold =
            Retold { agencies: &self.agencies, article, facts, moves: &moves, ended: &ended, number };
        let (reports, events) = retold.tell(&story, &mut stored);
        Ok(StoryTelling { story, joined_by, reports, events, stored })
    }

    /// What changes of a story when its site takes an article of it down: what is kept of the article, and what is told of the story then.
    /// It is listed still, but counts no more; nothing moves, since what it reported has happened all the same. Nothing if the story,
    /// of which `stored` is kept, has no such article, or has it as withdrawn. What is `stored` is as it will be then.
    pub fn withdraw(
        &self,
        article: &ArticleId,
        story: &StoryId,
        stored: &mut StoredStory,
    ) -> Option<(Arc<StoryReport>, StoryEvent)> {
        telling::withdrawn(&self.agencies, article, story, stored)
    }

    /// The article whose text this one mostly repeats, where that is told in a story.
    fn copied(&self, article: &ArticleEvent) -> Option<ArticleId> {
        let copy = article.copy_of.as_ref().filter(|copy| copy.share >= MIN_SHARE)?;
        (copy.article != article.article && self.place_of(&copy.article).is_some())
            .then(|| copy.article.clone())
    }

    /// Whether an article is one that the index compares: no copy.
    fn is_report(&self, article: &ArticleId) -> bool {
        self.index.story_of(article.as_str()).is_some()
    }

    /// The number that the index knows an article by, which it has one for if that is no copy.
    fn report_number(&self, article: u32) -> Option<u32> {
        self.index.number(self.articles.id(article)?)
    }

    /// The number of the story that a report was told in.
    fn told_in(&self, report: u32) -> Option<u32> {
        Some(self.articles.get(self.index.id_of(report))?.story)
    }

    fn story_id(&self, story: u32) -> Option<StoryId> {
        Some(StoryId::from_stored(self.stories.id(story)?.text()))
    }

    fn reasons(&self, article: &ArticleEvent, story: &StoryId, reasons: Vec<StoryReason>) -> Vec<JoinReason> {
        let rounded = |number: f32| (f64::from(number) * 1000.0).round() / 1000.0;
        let place = self.place_of(&article.article);
        if let (Some(original), Some(copy)) =
            (place.and_then(|place| place.copy_of.as_deref()), &article.copy_of)
        {
            let with = ArticleId::from_stored(original.text());
            return vec![JoinReason {
                sign: COPY.into(),
                value: copy.share,
                weight: copy.share,
                with,
                evidence: Vec::new(),
            }];
        }
        let reasons = reasons.into_iter().map(|reason| JoinReason {
            sign: reason.sign.into(),
            value: rounded(reason.value),
            weight: rounded(reason.weight),
            with: ArticleId::from_stored(reason.with),
            evidence: reason.evidence,
        });
        // What spoke for a story that it has left again says nothing.
        reasons.filter(|reason| self.story_of(&reason.with).as_ref() == Some(story)).collect()
    }

    /// Puts an article where it stands from now on.
    fn put(&mut self, article: &ArticleId, at: Timestamp, story: StoryId, copy_of: Option<ArticleId>) {
        let from = self.story_of(article);
        self.apply(&Move { article: article.clone(), from, to: story }, at);
        let Some(number) = self.articles.number(&CompactId::of(article.as_str())) else { return };
        if let Some(place) = self.articles.value_mut(number) {
            place.came = seconds(at);
            place.copy_of = copy_of.map(|copied| Box::new(CompactId::of(copied.as_str())));
        }
        self.arrivals.push_back((seconds(at), number));
    }

    fn apply(&mut self, change: &Move, at: Timestamp) {
        if change.from.as_ref() == Some(&change.to) {
            return;
        }
        let (article, to) = (CompactId::of(change.article.as_str()), CompactId::of(change.to.as_str()));
        let story = self.stories.number_or_insert_with(&to, || Vec::with_capacity(1));
        let place = || ArticlePlace { story, came: seconds(at), copy_of: None };
        let number = self.articles.number_or_insert_with(&article, place);
        if let Some(place) = self.articles.value_mut(number) {
            let before = std::mem::replace(&mut place.story, story);
            if before != story {
                self.leave(before, number);
            }
        }
        if let Some(articles) = self.stories.value_mut(story) {
            articles.push(number);
        }
    }

    /// Takes an article out of those of a story.
    fn leave(&mut self, story: u32, article: u32) {
        if let Some(articles) = self.stories.value_mut(story) {
            articles.retain(|other| *other != article);
            if articles.is_empty() {
                self.stories.remove(story);
            }
        }
    }

    /// Forgets what came longer than [`MEMORY`] before `now`.
    fn forget(&mut self, now: Timestamp) {
        let oldest = seconds(now.checked_sub(MEMORY).unwrap_or(Timestamp::MIN));
        while self.arrivals.front().is_some_and(|(at, _)| *at < oldest) {
            let Some((at, article)) = self.arrivals.pop_front() else { return };
            // One that came again is younger than this says.
            let place = self.articles.value(article).filter(|place| place.came == at);
            let (Some(place), Some(id)) = (place, self.articles.id(article)) else { continue };
            let story = place.story;
            self.index.remove(&id.text());
            self.leave(story, article);
            self.articles.remove(article);
        }
        self.index.take_changes();
    }

    /// What the index changed of these reports, as moves between stories, and the stories that ended, each with the one that has its
    /// articles now. `cause` is the article that came.
    fn regroup(
        &self,
        cause: &ArticleId,
        revision: u32,
        changed: Vec<u32>,
    ) -> (Vec<Move>, Vec<(StoryId, StoryId)>) {
        let mut groups = RegroupedReports::default();
        for report in changed {
            groups.add(self, report);
        }
        let cause = Cause {
            article: cause,
            revision,
            report: self.index.number(&CompactId::of(cause.as_str())),
            story: self.place_of(cause).map(|place| place.story),
        };
        let told: BTreeSet<u32> =
            groups.members().filter_map(|member| member.story).chain(cause.story).collect();
        let told: BTreeMap<StoryId, u32> =
            told.into_iter().filter_map(|story| Some((self.story_id(story)?, story))).collect();
        for article in told.values().filter_map(|story| self.stories.value(*story)).flatten() {
            if let Some(report) = self.report_number(*article) {
                groups.add(self, report);
            }
        }
        let heirs = groups.heirs(&told, &cause);
        let names = groups.names(self, &told, &heirs, &cause);
        let mut moves = Vec::new();
        for (members, story) in groups.groups.iter().zip(&names) {
            let number = self.stories.number(&CompactId::of(story.as_str()));
            for member in members.iter().filter(|member| member.story.is_none() || member.story != number) {
                let article = ArticleId::from_stored(self.index.id_of(member.report).text());
                let from = member.story.and_then(|from| self.story_id(from));
                moves.push(Move { article, from, to: story.clone() });
            }
        }
        let mut ended = Vec::new();
        for (story, number) in &told {
            let Some(heir) = heirs.get(number) else { continue };
            let to = &names[heir.group];
            let leaves = |change: &Move| change.from.as_ref() == Some(story);
            if to != story || moves.iter().any(leaves) {
                self.take_copies_along(story, to, &cause, &mut moves);
            }
            if to != story {
                ended.push((story.clone(), to.clone()));
            }
        }
        (moves, ended)
    }

    /// Adds the moves of a story's copies: one goes where its text goes, and all that is left of a story that ended goes with it, to `to`.
    fn take_copies_along(&self, story: &StoryId, to: &StoryId, cause: &Cause<'_>, moves: &mut Vec<Move>) {
        for copy in self.articles_of(story).iter().filter(|article| self.report_number(**article).is_none()) {
            let Some(article) = self.articles.id(*copy).map(|id| ArticleId::from_stored(id.text())) else {
                continue;
            };
            if article == *cause.article {
                continue;
            }
            let original = self.articles.value(*copy).and_then(|place| place.copy_of.as_deref());
            let original = original.map(|original| ArticleId::from_stored(original.text()));
            let moved = moves.iter().find(|change| {
                Some(&change.article) == original.as_ref() && change.from.as_ref() == Some(story)
            });
            let to = moved.map_or(to, |change| &change.to).clone();
            if to != *story {
                moves.push(Move { article, from: Some(story.clone()), to });
            }
        }
    }
}

/// The article that came.
#[derive(Debug, Clone, Copy)]
struct Cause<'a> {
    article: &'a ArticleId,
    revision: u32,
    /// Its number in the index, if it is no copy.
    report: Option<u32>,
    /// The number of the story that it was told in, if it came before.
    story: Option<u32>,
}

/// The group of reports that a story goes on in.
#[derive(Debug, Clone, Copy)]
struct Heir {
    group: usize,
    /// The oldest of its reports there, by its number in the index.
    oldest: u32,
}

/// What the index holds together. A story may have thousands of reports, so they go by numbers here.
#[derive(Debug, Default)]
struct RegroupedReports {
    groups: Vec<Vec<GroupMember>>,
    by_report: NumberMap<u32, usize>,
}

/// A report, by its number in the index, with the number of the story that it was told in.
#[derive(Debug, Clone, Copy)]
struct GroupMember {
    report: u32,
    story: Option<u32>,
}

impl RegroupedReports {
    /// Adds the reports that tell what a report tells.
    fn add(&mut self, book: &StoryBook, report: u32) {
        if self.by_report.contains_key(&report) {
            return;
        }
        let members = book.index.beside(report).iter();
        let members: Vec<GroupMember> =
            members.map(|report| GroupMember { report: *report, story: book.told_in(*report) }).collect();
        self.by_report.extend(members.iter().map(|member| (member.report, self.groups.len())));
        self.groups.push(members);
    }

    fn members(&self) -> impl Iterator<Item = &GroupMember> {
        self.groups.iter().flatten()
    }

    /// For each story the group that has most of its reports now; the article that came says nothing of it, unless it is the only one.
    fn heirs(&self, told: &BTreeMap<StoryId, u32>, cause: &Cause<'_>) -> NumberMap<u32, Heir> {
        let mut votes: NumberMap<u32, BTreeMap<usize, (usize, u32)>> = NumberMap::default();
        for (group, members) in self.groups.iter().enumerate() {
            for member in members.iter().filter(|member| Some(member.report) != cause.report) {
                let Some(story) = member.story else { continue };
                let vote = votes.entry(story).or_default().entry(group).or_insert((0, member.report));
                *vote = (vote.0 + 1, vote.1.min(member.report));
            }
        }
        if let (Some(story), Some(report)) = (cause.story, cause.report)
            && let Some(group) = self.by_report.get(&report)
        {
            votes.entry(story).or_insert_with(|| BTreeMap::from([(*group, (1, report))]));
        }
        let most = |votes: BTreeMap<usize, (usize, u32)>| {
            votes.into_iter().max_by_key(|(_, (count, oldest))| (*count, std::cmp::Reverse(*oldest)))
        };
        let heir = |story: &u32| {
            let (group, (_, oldest)) = most(votes.remove(story)?)?;
            Some((*story, Heir { group, oldest }))
        };
        told.values().filter_map(heir).collect()
    }

    /// The story of each group: the oldest of those that go on in it, or a new one.
    fn names(
        &self,
        book: &StoryBook,
        told: &BTreeMap<StoryId, u32>,
        heirs: &NumberMap<u32, Heir>,
        cause: &Cause<'_>,
    ) -> Vec<StoryId> {
        let name = |(group, members): (usize, &Vec<GroupMember>)| {
            let claims = told.iter().filter_map(|(story, number)| Some((story, heirs.get(number)?)));
            let oldest = claims.filter(|(_, heir)| heir.group == group).min_by_key(|(_, heir)| heir.oldest);
            let first = || ArticleId::from_stored(book.index.id_of(members[0].report).text());
            oldest.map_or_else(
                || StoryId::of(&first(), cause.article, cause.revision),
                |(story, _)| story.clone(),
            )
        };
        self.groups.iter().enumerate().map(name).collect()
    }
}

#[cfg(test)]
mod tests;
