//! Pages of published articles that are visited again: what a visit comes to, and when the next one is due.

use std::time::Duration;

use dateline_fetcher::{PageError, PageFailure, PageVisit};
use dateline_journal::{RevisitCompletion, RevisitFinding, StoryUpdate};
use dateline_wire::{
    DueRevisit, Entry, EntryRef, EventId, FeedRef, HttpStatus, Validators, WithdrawalEvent, WithdrawalReason,
    WithdrawnArticle,
};
use jiff::Timestamp;

use crate::config::RevisitSettings;
use crate::traces::TraceContext;

/// A visit that came back; in place of a panic, its message.
pub(super) struct VisitAttempt {
    pub(super) due: DueRevisit,
    pub(super) visited: Result<Result<PageVisit, PageError>, String>,
    pub(super) elapsed: Duration,
}

/// What to ask with: nothing where the page was gone, since then it is of interest that it is back, changed or not.
pub(super) fn validators_for(due: &DueRevisit) -> Validators {
    match due.is_withdrawn || due.state.missing_since.is_some() {
        true => Validators::default(),
        false => due.state.validators.clone(),
    }
}

/// A visit at `at` to be committed, that found nothing so far. The next is due as planned.
pub(super) fn completion(due: &DueRevisit, settings: &RevisitSettings, at: Timestamp) -> RevisitCompletion {
    RevisitCompletion {
        article: due.article.clone(),
        url: due.state.url.clone(),
        finding: RevisitFinding::NotAsked,
        stories: StoryUpdate::default(),
        next: settings.next(due.state.published, at),
        at,
        traceparent: TraceContext::of_visit(&due.article, at).to_string(),
    }
}

/// What a failed visit means, and when the next one is due.
pub(super) fn failed(
    completion: RevisitCompletion,
    (due, feed): (&DueRevisit, Option<&FeedRef>),
    settings: &RevisitSettings,
    error: &PageError,
) -> RevisitCompletion {
    match error.failure {
        PageFailure::Status { status: HttpStatus(status @ (404 | 410)), .. } => {
            let reason = if status == 410 { WithdrawalReason::Gone } else { WithdrawalReason::NotFound };
            missing(completion, (due, feed), settings, reason, error.to_string())
        }
        _ => {
            let finding = match &error.failure {
                PageFailure::Robots | PageFailure::Status { status: HttpStatus(401 | 403 | 451), .. } => {
                    RevisitFinding::Refused
                }
                _ if error.was_asked() => RevisitFinding::Failed,
                _ => RevisitFinding::NotAsked,
            };
            // As a first visit is tried again, unless the next is due before.
            let again = error
                .retry_in(due.state.attempts.saturating_add(1), completion.at)
                .and_then(|wait| completion.at.checked_add(wait).ok());
            let next = [again, completion.next].into_iter().flatten().min();
            RevisitCompletion { finding, next, ..completion }
        }
    }
}

/// A visit that found the page gone. The first is to be confirmed by a second.
pub(super) fn missing(
    completion: RevisitCompletion,
    (due, feed): (&DueRevisit, Option<&FeedRef>),
    settings: &RevisitSettings,
    reason: WithdrawalReason,
    detail: String,
) -> RevisitCompletion {
    let Entry { id, guid, link, title, published, .. } = due.state.entry.clone();
    let event = WithdrawalEvent {
        // The journal gives it its revision, and its id with that, and what that revision said.
        id: EventId::of_revision(&due.article, 0),
        withdraws: EventId::of_revision(&due.article, 0),
        article: due.article.clone(),
        url: due.state.url.clone(),
        reason,
        detail,
        missing_since: due.state.missing_since.unwrap_or(completion.at),
        feed: feed.cloned(),
        entry: Some(EntryRef { id, guid, link, title, published }),
        said: WithdrawnArticle::default(),
    };
    let next = match due.state.missing_since {
        None => settings.confirmation(completion.at),
        Some(_) => completion.next,
    };
    RevisitCompletion { finding: RevisitFinding::Missing(Box::new(event)), next, ..completion }
}

/// How a visit went, as metrics call it, where no event came of it.
pub(super) fn result_word(finding: &RevisitFinding, was_read: bool) -> &'static str {
    match finding {
        RevisitFinding::Nothing(_) if was_read => "unchanged",
        RevisitFinding::Nothing(_) => "not_modified",
        RevisitFinding::Article { .. } => "unchanged",
        RevisitFinding::Missing(_) => "missing",
        RevisitFinding::Failed => "failed",
        RevisitFinding::Refused => "refused",
        RevisitFinding::NotAsked => "not_asked",
    }
}
