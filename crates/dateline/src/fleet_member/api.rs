//! What a member says over HTTP: of itself, and of the fleet.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use dateline_fleet::{FleetSettings, MemberStatus, MirrorProgress};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::config::Settings;
use crate::fleet_status::{FleetInquiry, FleetStatus};

/// What a member says of itself over HTTP.
#[derive(Clone)]
struct MemberApi {
    status: watch::Receiver<MemberStatus>,
    /// Why the newest version of the fleet's feeds is not gone by here, where it isn't.
    feeds_error: watch::Receiver<Option<String>>,
    /// The version of the fleet's settings that is gone by here, 0 where they are the member's own; and why no newer one is, where it isn't.
    settings_version: u64,
    settings_error: watch::Receiver<Option<String>>,
    /// How far the whole fleet can be looked at here, if it can.
    mirror: Option<watch::Receiver<MirrorProgress>>,
    fleet: Arc<FleetSettings>,
    inquiry: FleetInquiry,
}

pub(super) fn routes(
    status: watch::Receiver<MemberStatus>,
    feeds_error: watch::Receiver<Option<String>>,
    (settings_version, settings_error): (u64, watch::Receiver<Option<String>>),
    mirror: Option<watch::Receiver<MirrorProgress>>,
    inquiry: FleetInquiry,
    settings: &Settings,
) -> Router {
    let of_fleet = Arc::new(settings.fleet.clone());
    let api =
        MemberApi { status, feeds_error, settings_version, settings_error, mirror, fleet: of_fleet, inquiry };
    Router::new()
        .route("/livez", get(async || "alive\n"))
        .route("/readyz", get(readyz))
        .route("/v1/member", get(member))
        .route("/v1/fleet", get(fleet))
        .with_state(api)
}

/// 200 while it is in the group's session, holding shards or not; with a word on feeds and settings that cannot be gone by here.
async fn readyz(State(api): State<MemberApi>) -> (StatusCode, String) {
    if let Some(why) = &api.status.borrow().last_error {
        return (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {why}\n"));
    }
    let refused = [("feeds", &api.feeds_error), ("settings", &api.settings_error)];
    let refused: String = refused
        .into_iter()
        .filter_map(|(what, error)| {
            let why = error.borrow().clone()?;
            Some(format!("the fleet's {what} cannot be gone by here: {why}\n"))
        })
        .collect();
    match refused.is_empty() {
        true => (StatusCode::OK, "ready\n".to_owned()),
        false => (StatusCode::OK, format!("ready, but degraded:\n{refused}")),
    }
}

async fn member(State(api): State<MemberApi>) -> Json<Value> {
    let status = api.status.borrow().clone();
    let mirror = match api.mirror.as_ref().map(|progress| *progress.borrow()) {
        None => "off",
        Some(MirrorProgress::Reading) => "reading",
        Some(MirrorProgress::Current) => "current",
    };
    let shards: Vec<u32> = status.shards.iter().map(|shard| shard.0).collect();
    Json(json!({
        "fleet": api.fleet.name, "member": api.fleet.member, "shards": shards, "tells_stories": status.tells_stories,
        "last_error": status.last_error, "feeds_error": *api.feeds_error.borrow(), "settings_version": api.settings_version,
        "settings_error": *api.settings_error.borrow(), "mirror": mirror,
    }))
}

/// The fleet as Kafka and its members tell it: the same whichever member is asked.
async fn fleet(State(api): State<MemberApi>) -> Result<Json<FleetStatus>, (StatusCode, String)> {
    let failed = |why| (StatusCode::SERVICE_UNAVAILABLE, format!("Kafka cannot be asked: {why}\n"));
    let report = api.inquiry.ask().await.map_err(failed)?;
    Ok(Json(FleetStatus::of(&api.fleet.name, &report)))
}
