//! The API as OpenAPI 3.1: each path says here what it answers; parameters, bodies and failures come from the handlers' types.

use aide::openapi::{Info, MediaType, OpenApi, ReferenceOr, Response, SchemaObject, StatusCode};
use aide::transform::TransformOperation;
use axum::response::Json;
use dateline_wire::{describe_to_subscribers, leave_null_out};
use schemars::{Schema, json_schema};
use serde_json::{Value, json};

use super::Problem;
use super::article::{ArticleHistoryDocument, ArticlePageDocument};
use super::feed::FeedChangeReport;
use super::label::LabelledArticle;

type Described<'o> = TransformOperation<'o>;

/// The document that is served at `/v1/openapi.json`.
pub fn openapi() -> Value {
    // What is gathered of types is kept a thread.
    aide::generate::reset_context();
    let info = Info {
        title: "Dateline".into(),
        description: Some(
            "Events as they are committed, the feeds they come from, and how the daemon is. Reading takes no leave; writing \
             does. See docs/compatibility.md for what may be added, and how to read what is unknown."
                .into(),
        ),
        version: "1".into(),
        ..Info::default()
    };
    let mut api = OpenApi { info, ..OpenApi::default() };
    _ = super::routes().finish_api(&mut api);
    // It is made of strings, numbers, lists and maps of strings.
    let mut document = serde_json::to_value(&api).unwrap_or_default();
    complete(&mut document);
    document
}

/// What the types of handlers don't say: what all answers have, how one shows that it may write, and what is in a path.
fn complete(document: &mut Value) {
    let components = &mut document["components"];
    components["headers"]["Dateline-Journal"] = json!({
        "description": "The journal that the answer is about. Its sequence means nothing in another.",
        "required": true,
        "schema": { "type": "string" },
    });
    components["securitySchemes"]["token"] = json!({
        "type": "http",
        "scheme": "bearer",
        "description": "The token of `[api]`. Without one, writing is for the daemon's own machine.",
    });
    if let Some(schemas) = components["schemas"].as_object_mut() {
        schemas.values_mut().for_each(describe_to_subscribers);
    }
    let failure = json!({
        "description": "What is wrong, and what to do.",
        "content": { (Problem::CONTENT_TYPE): { "schema": { "$ref": "#/components/schemas/Problem" } } },
    });
    let Some(paths) = document["paths"].as_object_mut() else { return };
    for (path, operations) in paths {
        for operation in operations.as_object_mut().into_iter().flat_map(|operations| operations.values_mut())
        {
            let summary = operation["summary"].clone();
            for body in operation
                .pointer_mut("/requestBody/content")
                .and_then(Value::as_object_mut)
                .into_iter()
                .flat_map(|all| all.values_mut())
            {
                if body["schema"].is_null() {
                    body["schema"] = json!({ "type": "string" });
                }
            }
            // Whatever the handler answers itself, a parameter, a method or `Accept` may be refused before it is asked.
            if operation["responses"]["default"].is_null() {
                operation["responses"]["default"] = failure.clone();
            }
            for answer in operation["responses"].as_object_mut().into_iter().flat_map(|all| all.values_mut())
            {
                if answer["description"] == "" {
                    answer["description"] = summary.clone();
                }
                answer["headers"]["Dateline-Journal"] =
                    json!({ "$ref": "#/components/headers/Dateline-Journal" });
            }
            let mut parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            parameters.iter_mut().for_each(describe_to_subscribers);
            parameters.iter_mut().for_each(leave_null_out);
            for name in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
                if !parameters.iter().any(|parameter| parameter["name"] == name) {
                    parameters.push(json!({
                        "in": "path",
                        "name": name,
                        "description": in_path(path),
                        "required": true,
                        "schema": { "type": "string" },
                    }));
                }
            }
            if path.starts_with("/v1/stories") {
                parameters.iter_mut().for_each(describe_time_of_stories);
            }
            if path == "/v1/events" {
                parameters.push(json!({
                    "in": "header",
                    "name": "Last-Event-ID",
                    "description": "The sequence after which to begin: a browser that reconnects sends it, and it stands before `after`.",
                    "schema": { "type": "string" },
                }));
            }
            if !parameters.is_empty() {
                operation["parameters"] = parameters.into();
            }
        }
    }
}

/// Lists of stories go by another time than events.
fn describe_time_of_stories(parameter: &mut Value) {
    let when = match parameter["name"].as_str() {
        Some("since") => "from then on",
        Some("until") => "before then",
        _ => return,
    };
    parameter["description"] = json!(format!(
        "Stories of which an article was last received {when} (`last_reported`): a moment (RFC 3339), or a day in UTC. `/v1/events` goes by \
         when a story's event was committed."
    ));
}

/// What stands in a path.
fn in_path(path: &str) -> &'static str {
    match path.split('/').nth(2).unwrap_or_default() {
        "articles" | "labels" => "The article's id: `article` of its events.",
        "entities" => "The entity's id: `id` in `entities` of events.",
        "feeds" => "The feed's id: `feed.id` of events.",
        "schemas" => "The schema's file: an event's type with `.json`, such as `dateline.article.v1.json`.",
        "stories" => "The story's id: `story` of events.",
        "webhooks" => "The webhook's `name` in the configuration.",
        _ => "",
    }
}

/// An answer in one or several media types.
pub(super) fn response<const N: usize>(description: &str, content: [(&str, Schema); N]) -> Response {
    let media = |json_schema| MediaType {
        schema: Some(SchemaObject { json_schema, external_docs: None, example: None }),
        ..MediaType::default()
    };
    Response {
        description: description.into(),
        content: content.into_iter().map(|(name, schema)| (name.to_owned(), media(schema))).collect(),
        ..Response::default()
    }
}

fn answers(mut operation: Described<'_>, status: u16, response: Response) -> Described<'_> {
    let responses = operation.inner_mut().responses.get_or_insert_default();
    responses.responses.insert(StatusCode::Code(status), ReferenceOr::Item(response));
    operation
}

fn text() -> Schema {
    json_schema!({ "type": "string" })
}

pub(super) fn events(operation: Described<'_>) -> Described<'_> {
    let operation = operation
        .id("events")
        .summary("Events in the order of their commit, from where the client left off")
        .description(
            "Each is a CloudEvent in the JSON event format, whose `data` the schema at `/v1/schemas/TYPE.json` describes. With \
             `follow`, the answer goes on with new events as they come. Each parameter that chooses may be given again: one of its \
             values is enough. All parameters count together. 400: a parameter means nothing. 409: `journal` is another, or `after` is beyond the last event and no `journal` says that it is of this one. \
             410: events after `after` were let go; `oldest` is the first from which nothing is missing. 503: as many follow as may.",
        );
    let event = json_schema!({
        "type": "object",
        "description": "One a line, or one a server-sent event, whose `id` is its sequence and whose `event` is its kind.",
        "properties": {
            "specversion": { "const": "1.0" },
            "id": { "type": "string" },
            "source": { "type": "string" },
            "type": { "type": "string" },
            "subject": { "type": "string" },
            "time": { "type": "string", "format": "date-time" },
            "datacontenttype": { "const": "application/json" },
            "dataschema": { "type": "string", "format": "uri" },
            "sequence": { "type": "string" },
            "journal": {
                "type": "string",
                "description": "The journal that `sequence` counts in, as `Dateline-Journal` names it: another numbers its events anew.",
            },
            "traceparent": { "type": "string" },
            "data": { "type": "object" },
        },
        "required": [
            "specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema", "sequence", "journal",
            "traceparent", "data",
        ],
    });
    let content = [("application/x-ndjson", event.clone()), ("text/event-stream", event)];
    answers(operation, 200, response("The events.", content))
}

pub(super) fn feeds(operation: Described<'_>) -> Described<'_> {
    operation.id("feeds").summary("The feeds, and how each is")
}

pub(super) fn add_feed(operation: Described<'_>) -> Described<'_> {
    let operation = operation.id("addFeed").summary("Adds a feed, or the one that a site names").description(
        "`Location` in the answer is the feed's path. 409: it is there already. 422: there is no feed.",
    );
    operation
        .response_with::<201, Json<FeedChangeReport>, _>(|answer| answer.description("The feed was added."))
}

pub(super) fn preview_feed(operation: Described<'_>) -> Described<'_> {
    operation
        .id("previewFeed")
        .summary("What a feed would bring, or the one that a site names: its entries, and what the pages of the newest come to")
        .description(
            "Nothing is kept. `candidates` are the feeds of a site that names several. 409: it is there already. 422: there is no feed. \
             503: as many are looked at as may. 504: there was no answer in time.",
        )
}

pub(super) fn edit_feed(operation: Described<'_>) -> Described<'_> {
    operation
        .id("editFeed")
        .summary("Changes a feed's name, tags or interval")
        .description("What is not named stays. 422: the file would be wrong, as `errors` says.")
}

pub(super) fn export_feeds(operation: Described<'_>) -> Described<'_> {
    let operation = operation
        .id("exportFeeds")
        .summary("The feeds as a list for other readers, with their tags as categories, without what is secret in addresses");
    answers(operation, 200, response("OPML 2.0.", [("text/x-opml", text())]))
}

pub(super) fn import_feeds(operation: Described<'_>) -> Described<'_> {
    operation
        .id("importFeeds")
        .summary("Adds the feeds of a list (OPML) that are not there, or says which they are")
        .description(
            "Folders and categories become tags. With `dry_run` nothing is changed. 413: it is longer than 4 MiB. 422: it is no list.",
        )
}

pub(super) fn feed(operation: Described<'_>) -> Described<'_> {
    operation
        .id("feed")
        .summary("How a feed has been going: its last polls, when it is asked next, and why then")
}

pub(super) fn feed_entries(operation: Described<'_>) -> Described<'_> {
    operation
        .id("feedEntries")
        .summary("What came of the entries that a feed announced last, and which of them still wait")
        .description("404: no such feed is configured.")
}

pub(super) fn feed_groups(operation: Described<'_>) -> Described<'_> {
    operation
        .id("feedGroups")
        .summary("The names of the groups in the feeds file, one of which a feed can be added to")
}

pub(super) fn remove_feed(operation: Described<'_>) -> Described<'_> {
    operation.id("removeFeed").summary("Takes a feed out")
}

pub(super) fn pause_feed(operation: Described<'_>) -> Described<'_> {
    operation.id("pauseFeed").summary("Has a feed polled no more")
}

pub(super) fn resume_feed(operation: Described<'_>) -> Described<'_> {
    operation.id("resumeFeed").summary("Has a feed polled again")
}

pub(super) fn poll_feed(operation: Described<'_>) -> Described<'_> {
    operation.id("pollFeed").summary("Asks a feed now")
}

pub(super) fn revive_feed(operation: Described<'_>) -> Described<'_> {
    operation.id("reviveFeed").summary("Asks a feed now, which is gone no more")
}

/// What is said of a filter wherever one may be given.
const FILTER: &str = "Each parameter that chooses may be given again: one of its values is enough. All parameters count together. \
     400: a parameter, or the cursor, means nothing.";

pub(super) fn articles(operation: Described<'_>) -> Described<'_> {
    let operation =
        operation.id("articles").summary("Articles in their latest revision, the newest first").description(
            &format!(
                "Pages stay what they were when the first was asked for, whatever is published meanwhile. `gap` tells of events that \
                 an older version stored and that are not found yet. {FILTER}"
            ),
        );
    operation.response_with::<200, Json<ArticlePageDocument>, _>(|answer| answer.description("A page."))
}

pub(super) fn article(operation: Described<'_>) -> Described<'_> {
    let operation = operation
        .id("article")
        .summary("An article: its revisions, the latest first, and its withdrawals")
        .description("404: the log has nothing of it.");
    operation
        .response_with::<200, Json<ArticleHistoryDocument>, _>(|answer| answer.description("The article."))
}

pub(super) fn witnesses(operation: Described<'_>) -> Described<'_> {
    operation
        .id("witnesses")
        .summary("What an article's page offers for title, authors and time, believed or not")
        .description(
            "The page is read in the recording that the article's latest revision cites: where there is none, `is_recorded` is false \
             and what the event tells is all. 404: the log has nothing of the article.",
        )
}

pub(super) fn recorded_page(operation: Described<'_>) -> Described<'_> {
    let operation = operation
        .id("recordedPage")
        .summary("The page that an article was read from, without what acts, loads or leads elsewhere")
        .description("404: the log has nothing of the article, or its page is not in a recording that this daemon knows.");
    answers(operation, 200, response("HTML, for a sandbox.", [("text/html", text())]))
}

pub(super) fn rejects(operation: Described<'_>) -> Described<'_> {
    operation
        .id("rejects")
        .summary("What was announced and not published, and why: the newest first, or the nearest to the threshold")
        .description(
            "The parameters that choose are those of `/v1/events`; `q` looks into the titles of entries. 400: a parameter means nothing.",
        )
}

pub(super) fn reject(operation: Described<'_>) -> Described<'_> {
    operation
        .id("reject")
        .summary("One reject, with the text of its page as far as that is kept, and what people say of it")
        .description("404: there is no reject at this place; it may be gone by [retention].")
}

pub(super) fn judge_queue(operation: Described<'_>) -> Described<'_> {
    operation
        .id("judgeQueue")
        .summary("What is to be judged by people, the nearest to the threshold first")
        .description(
            "Of what was not published in the last week, or of what was published last, as `of` says. The parameters that choose are those of \
             `/v1/events`. 400: a parameter means nothing.",
        )
}

pub(super) fn labels(operation: Described<'_>) -> Described<'_> {
    operation
        .id("labels")
        .summary("What people say of articles, published or not, in the order in which they said it")
        .description(
            "Each with the text it was said of, in the form that `tools/relevance/fit.py` reads, as `dateline labels export` writes it.",
        )
}

pub(super) fn give_label(operation: Described<'_>) -> Described<'_> {
    let operation = operation
        .id("giveLabel")
        .summary("Says that an article is relevant, not, or borderline")
        .description(
            "In place of what was said before. `ETag` in the answer is the label's `labelled_at` in quotation marks: with it in `If-Match` that \
             label alone is changed, with `If-None-Match: *` no label is. 404: the log has no such article that was judged. 412: somebody \
             else has said something since, which the answer tells.",
        );
    operation.response_with::<200, Json<LabelledArticle>, _>(|answer| {
        answer.description("An article with its label: one line of an export.")
    })
}

pub(super) fn remove_label(operation: Described<'_>) -> Described<'_> {
    operation.id("removeLabel").summary("Takes back what was said of an article").description(
        "With `If-Match`, as `labelled_at` of the label in quotation marks, that label alone. 412: it is another by now.",
    )
}

pub(super) fn activity(operation: Described<'_>) -> Described<'_> {
    operation
        .id("activity")
        .summary("How much was published, and how much was not and why, hour by hour over the last week")
        .description(
            "It is counted beside the log: `is_complete` says whether that has come to the last event.",
        )
}

pub(super) fn atom(operation: Described<'_>) -> Described<'_> {
    let operation = operation
        .id("atom")
        .summary("The newest articles in their latest revision, as an Atom feed")
        .description(&format!("304: the client has it already, as `If-None-Match` says. {FILTER}"));
    answers(operation, 200, response("A feed (RFC 4287).", [("application/atom+xml", text())]))
}

pub(super) fn stories(operation: Described<'_>) -> Described<'_> {
    operation
        .id("stories")
        .summary("The stories that have not ended in another, the last reported first")
        .description(&format!(
            "A story is chosen by what its event tells, and by label, topics and feeds of its articles. {FILTER}"
        ))
}

pub(super) fn story(operation: Described<'_>) -> Described<'_> {
    operation
        .id("story")
        .summary("One story as its last event tells it, also one that ended in another")
        .description("404: there is no such story.")
}

pub(super) fn articles_csv(operation: Described<'_>) -> Described<'_> {
    table(
        operation
            .id("articlesTable")
            .summary("Articles in their latest revision as a table, the newest first"),
    )
}

pub(super) fn stories_csv(operation: Described<'_>) -> Described<'_> {
    table(operation.id("storiesTable").summary("The stories that have not ended in another as a table"))
}

pub(super) fn rejects_csv(operation: Described<'_>) -> Described<'_> {
    table(
        operation
            .id("rejectsTable")
            .summary("What was announced and not published as a table, the newest first"),
    )
}

fn table(operation: Described<'_>) -> Described<'_> {
    let operation = operation.description(&format!(
        "All that the parameters choose, the columns' names in the first row. A cell that a spreadsheet would take for a formula \
         begins with an apostrophe. {FILTER}"
    ));
    answers(operation, 200, response("A table (RFC 4180).", [("text/csv", text())]))
}

pub(super) fn entity(operation: Described<'_>) -> Described<'_> {
    operation
        .id("entity")
        .summary("How often somebody or something is named, with whom, and what it is called")
        .description(
            "By the id in the subject's gazetteer, or by the item in Wikidata. Its articles and stories are those of `/v1/articles` \
             and `/v1/stories` with `entity`. 404: no article in the log names it.",
        )
}

pub(super) fn story_reports(operation: Described<'_>) -> Described<'_> {
    operation
        .id("storyReports")
        .summary("What joined each report of a story, what its reports count differently, and what happened to it")
        .description(
            "The newest hundred reports are read, and the newest hundred events of the story, or less where they are long. 404: there \
             is no such story.",
        )
}

pub(super) fn lookup(operation: Described<'_>) -> Described<'_> {
    operation
        .id("lookup")
        .summary(
            "What became of an address: published, rejected and why, waiting, or never announced by any feed",
        )
        .description("`feeds` are those of the address's site. 400: it is no address.")
}

pub(super) fn waiting(operation: Described<'_>) -> Described<'_> {
    operation.id("waiting").summary("The entries that wait for an outcome, the longest due first")
}

pub(super) fn webhooks(operation: Described<'_>) -> Described<'_> {
    operation.id("webhooks").summary("The webhooks, and how each is")
}

pub(super) fn dead_letters(operation: Described<'_>) -> Described<'_> {
    operation.id("deadLetters").summary("The first 1,000 events that a webhook has given up, in order")
}

pub(super) fn redeliver(operation: Described<'_>) -> Described<'_> {
    operation
        .id("redeliver")
        .summary("Has a webhook try again what it has given up: one event, or all")
        .description("404: there is no such webhook, or it has not given up the event.")
}

pub(super) fn enable_webhook(operation: Described<'_>) -> Described<'_> {
    operation.id("enableWebhook").summary("Has a webhook deliver again whose receiver had answered 410")
}

pub(super) fn site_rules(operation: Described<'_>) -> Described<'_> {
    operation.id("siteRules").summary("The rules for single sites, and how each has been doing")
}

pub(super) fn try_site_rule(operation: Described<'_>) -> Described<'_> {
    operation
        .id("trySiteRule")
        .summary("Reads a page by a rule and without: one that is sent, or the one at the address")
        .description("Nothing is kept. 422: the rule is wrong, as `errors` says, or there is no page.")
}

pub(super) fn save_site_rule(operation: Described<'_>) -> Described<'_> {
    operation
        .id("saveSiteRule")
        .summary(
            "Has a rule stand in the file, in the place of the one of its host and path, and go into force",
        )
        .description("422: the rule is wrong, as `errors` says, and everything stays as it was.")
}

pub(super) fn remove_site_rule(operation: Described<'_>) -> Described<'_> {
    operation.id("removeSiteRule").summary("Takes a rule out").description("404: there is none of that name.")
}

pub(super) fn status(operation: Described<'_>) -> Described<'_> {
    operation.id("status").summary("The whole: feeds, backlog, last events, relay")
}

pub(super) fn reload(operation: Described<'_>) -> Described<'_> {
    let operation = operation.id("reload").summary("Reads the configuration anew");
    operation.description("422: it is wrong, and everything stays as it was; `errors` has every mistake.")
}

pub(super) fn schemas(operation: Described<'_>) -> Described<'_> {
    operation.id("schemas").summary("The schemas of all kinds of events, and where each is")
}

pub(super) fn schema(operation: Described<'_>) -> Described<'_> {
    let operation =
        operation.id("schema").summary("The JSON Schema of a kind of event, by its type and `.json`");
    let content = [("application/schema+json", json_schema!({ "type": "object" }))];
    answers(operation, 200, response("A JSON Schema, draft 2020-12.", content))
}

pub(super) fn openapi_document(operation: Described<'_>) -> Described<'_> {
    let operation = operation.id("openapi").summary("This document");
    answers(
        operation,
        200,
        response("OpenAPI 3.1.", [("application/json", json_schema!({ "type": "object" }))]),
    )
}

pub(super) fn asyncapi_document(operation: Described<'_>) -> Described<'_> {
    let operation = operation.id("asyncapi").summary("The topics in Kafka, as AsyncAPI 3");
    answers(
        operation,
        200,
        response("AsyncAPI 3.", [("application/json", json_schema!({ "type": "object" }))]),
    )
}

pub(super) fn livez(operation: Described<'_>) -> Described<'_> {
    let operation = operation.id("livez").summary("Whether the process and its engine go round");
    let operation = answers(operation, 200, response("They do.", [("text/plain", text())]));
    answers(operation, 503, response("The engine hangs: a restart helps.", [("text/plain", text())]))
}

pub(super) fn readyz(operation: Described<'_>) -> Described<'_> {
    let operation = operation.id("readyz").summary("Whether entries can be taken in and kept");
    let ready =
        response("They can; what is degraded, and why, stands in further lines.", [("text/plain", text())]);
    let operation = answers(operation, 200, ready);
    answers(operation, 503, response("They cannot, and why.", [("text/plain", text())]))
}

pub(super) fn metrics(operation: Described<'_>) -> Described<'_> {
    let operation = operation.id("metrics").summary("Figures for Prometheus");
    let content = [("text/plain", text()), ("application/openmetrics-text", text())];
    answers(operation, 200, response("As Accept asks.", content))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use axum::Router;

    use super::*;

    /// Every path of a router, as it is shown for debugging; there is no other way to ask.
    fn paths_of<S>(router: &Router<S>) -> BTreeSet<String> {
        let shown = format!("{router:?}");
        shown.split('"').filter(|part| part.starts_with('/')).map(str::to_owned).collect()
    }

    /// Every path of the API. What an empty router shows is what answers where there is no path.
    fn routed() -> BTreeSet<String> {
        let routes = super::super::routes().finish_api(&mut OpenApi::default());
        &paths_of(&routes) - &paths_of(&Router::<()>::new())
    }

    #[test]
    fn every_route_is_in_the_document_with_a_name_and_a_summary() {
        let document = openapi();
        let paths = document["paths"].as_object().unwrap();
        let routed = routed();
        assert!(routed.contains("/v1/events"), "{routed:?}");
        for path in routed {
            // With a slash at its end it is the same.
            let operations = paths.get(path.trim_end_matches('/')).and_then(Value::as_object);
            let operations =
                operations.unwrap_or_else(|| panic!("{path} is not documented: use api_route in api.rs"));
            for (method, operation) in operations {
                assert!(operation["operationId"].is_string(), "{method} {path} has no id");
                assert!(operation["summary"].is_string(), "{method} {path} has no summary");
                let failure = &operation["responses"]["default"]["content"][Problem::CONTENT_TYPE];
                assert!(failure.is_object(), "{method} {path} does not say how it fails");
            }
        }
    }

    #[test]
    fn what_an_entry_that_was_published_lacks_is_not_required() {
        let document = openapi();
        let required = document["components"]["schemas"]["EndedEntry"]["required"].as_array().unwrap();
        assert!(required.contains(&json!("outcome")) && !required.contains(&json!("detail")), "{required:?}");
    }

    #[test]
    fn each_list_says_which_time_it_goes_by() {
        let document = openapi();
        let said = |path: &str, name: &str| {
            let parameters = document["paths"][path]["get"]["parameters"].as_array().unwrap();
            let parameter = parameters.iter().find(|parameter| parameter["name"] == name).unwrap();
            parameter["description"].as_str().unwrap().to_owned()
        };
        for name in ["since", "until"] {
            for path in ["/v1/stories", "/v1/stories.csv"] {
                assert!(said(path, name).contains("`last_reported`"), "{path}: {}", said(path, name));
            }
            for path in ["/v1/events", "/v1/articles", "/v1/rejects", "/v1/feed.atom", "/v1/articles.csv"] {
                let said = said(path, name);
                assert!(said.contains("committed") && !said.contains("reported"), "{path}: {said}");
            }
        }
    }

    #[test]
    fn what_writes_asks_for_the_token_and_failures_are_problems() {
        let document = openapi();
        assert_eq!(document["openapi"], "3.1.0");
        let reload = &document["paths"]["/v1/reload"]["post"];
        assert_eq!(reload["security"], json!([{ "token": [] }]));
        assert!(
            reload["responses"]["default"]["content"]["application/problem+json"].is_object(),
            "{reload}"
        );
        let events = &document["paths"]["/v1/events"]["get"];
        assert!(events["security"].is_null());
        let names: Vec<&Value> =
            events["parameters"].as_array().unwrap().iter().map(|parameter| &parameter["name"]).collect();
        for name in
            ["after", "follow", "limit", "kind", "journal", "format", "language", "q", "Last-Event-ID"]
        {
            assert!(names.contains(&&json!(name)), "{name}: {names:?}");
        }
    }
}
