//! Rules for single sites: tried on a page, saved, taken out.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use schemars::JsonSchema;
use serde::Deserialize;
use url::Url;

use super::asked_list::AskedPage;
use super::form_body::FormBody;
use super::visitor::{MayOperate, check_may_operate};
use super::{Shown, answer, frame, refusal_with, shown};
use crate::api::site_rule::{self, ListedSiteRule, SiteRuleTrial, SiteRuleTrialReport};
use crate::api::{Api, Problem, Shared};
use crate::config::sites::SiteRuleDocument;
use crate::console::frame::{Section, Viewer};
use crate::console::page::sites::{self, TrialForm};

/// Which rule is at hand, and what was just done.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct SitesQuery {
    rule: Option<String>,
    url: Option<String>,
    done: Option<String>,
}

/// What the form says.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct RuleForm {
    url: String,
    html: String,
    refetch: Option<String>,
    host: String,
    path: String,
    body: String,
    drop: String,
    title: String,
    authors: String,
    published: String,
}

impl RuleForm {
    /// The page's address, the page, and the rule: for the page's host where none is named.
    fn meant(&self) -> Result<(Url, TrialForm), Problem> {
        let url = Url::parse(self.url.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        let url = url.ok_or_else(|| {
            let detail = "this is no address of a page; one looks like https://news.example/world/1.html";
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
        })?;
        let mut form = self.form();
        if form.rule.host.is_empty() {
            let host = url.host_str().unwrap_or_default();
            form.rule.host = host.strip_prefix("www.").unwrap_or(host).to_owned();
        }
        Ok((url, form))
    }

    fn form(&self) -> TrialForm {
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let rule = SiteRuleDocument {
            host: self.host.trim().to_owned(),
            path: given(&self.path),
            body: given(&self.body),
            drop: given(&self.drop),
            title: given(&self.title),
            authors: given(&self.authors),
            published: given(&self.published),
        };
        TrialForm { url: self.url.clone(), html: self.html.clone(), refetch: self.refetch.is_some(), rule }
    }
}

async fn page(
    api: &Arc<Api>,
    viewer: &Viewer,
    form: &TrialForm,
    trial: Option<&SiteRuleTrialReport>,
    refusal: Option<&Problem>,
    notice: Option<&str>,
) -> Response {
    // Where they cannot be read, a page can be tried all the same.
    let rules = site_rule::list(State(api.clone())).await.map(|listed| listed.0).unwrap_or_default();
    let refused = refusal.map(|problem| (problem.detail.as_str(), problem.errors.as_slice()));
    let main = sites::page(&rules, form, trial, refused, notice, viewer, api.now());
    let status = refusal.map_or(StatusCode::OK, |problem| problem.status);
    answer(status, frame(api, viewer).page(Section::Sites, "Site rules", &main))
}

/// The rules, and the form.
pub(super) async fn show(
    State(api): Shared,
    Extension(viewer): Extension<Viewer>,
    AskedPage(SitesQuery { rule, url, done }): AskedPage<SitesQuery>,
) -> Shown {
    let rules: Vec<ListedSiteRule> =
        site_rule::list(State(api.clone())).await.map(|listed| listed.0).unwrap_or_default();
    let chosen = rules.into_iter().find(|listed| Some(&listed.name) == rule.as_ref());
    let form = TrialForm {
        url: url.unwrap_or_default(),
        html: String::new(),
        refetch: false,
        rule: chosen.map(|listed| listed.rule).unwrap_or_default(),
    };
    let notice = match done.as_deref() {
        Some("save") => Some("The rule stands in the file, and pages are read by it from now on."),
        Some("remove") => Some("The rule is taken out; its pages are read the general way."),
        _ => None,
    };
    Ok(page(&api, &viewer, &form, None, None, notice).await)
}

/// A page read by the rule, beside the general reading.
pub(super) async fn try_rule(
    _: MayOperate,
    State(api): Shared,
    Extension(viewer): Extension<Viewer>,
    FormBody(given): FormBody<RuleForm>,
) -> Shown {
    let (url, form) = match given.meant() {
        Ok(meant) => meant,
        Err(problem) => return Ok(page(&api, &viewer, &given.form(), None, Some(&problem), None).await),
    };
    let html = Some(form.html.clone()).filter(|html| !html.trim().is_empty());
    let tried =
        site_rule::tried(&api, SiteRuleTrial { url, html, refetch: form.refetch, rule: form.rule.clone() })
            .await;
    Ok(match tried {
        Ok(trial) => page(&api, &viewer, &form, Some(&trial), None, None).await,
        Err(problem) => page(&api, &viewer, &form, None, Some(&problem), None).await,
    })
}

/// Saves the rule.
pub(super) async fn save(
    _: MayOperate,
    State(api): Shared,
    Extension(viewer): Extension<Viewer>,
    FormBody(given): FormBody<RuleForm>,
) -> Shown {
    let saved = match given.meant() {
        Ok((_, form)) => site_rule::put(&api, form.rule).await,
        Err(problem) => Err(problem),
    };
    match saved {
        Ok(_) => Ok(Redirect::to("/sites?done=save").into_response()),
        Err(problem) => Ok(page(&api, &viewer, &given.form(), None, Some(&problem), None).await),
    }
}

/// Which rule goes.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct RemovalForm {
    rule: String,
}

/// Asks before a rule is taken out.
pub(super) async fn ask_to_remove(
    State(api): Shared,
    Extension(viewer): Extension<Viewer>,
    AskedPage(RemovalForm { rule }): AskedPage<RemovalForm>,
) -> Shown {
    check_may_operate(&viewer)?;
    let rules = site_rule::list(State(api.clone())).await?.0;
    if !rules.iter().any(|listed| listed.name == rule) {
        let detail = "there is no rule of this name: it may be taken out already";
        let problem = Problem::new(StatusCode::NOT_FOUND, detail);
        return Ok(refusal_with(problem, ("/sites", "To the rules")));
    }
    Ok(shown(&api, &viewer, Section::Sites, "Remove a site rule", &sites::removal(&rule)))
}

/// Takes a rule out.
pub(super) async fn remove(
    _: MayOperate,
    State(api): Shared,
    FormBody(RemovalForm { rule }): FormBody<RemovalForm>,
) -> Shown {
    site_rule::take_out(&api, rule).await?;
    Ok(Redirect::to("/sites?done=remove").into_response())
}
