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
    /// How far the whole fleet can be looked at here, if it can.
    mirror: Option<watch::Receiver<MirrorProgress>>,
    fleet: Arc<FleetSettings>,
    inquiry: FleetInquiry,
}

pub(super) fn routes(
    status: watch::Receiver<MemberStatus>,
    feeds_error: watch::Receiver<Option<String>>,
    mirror: Option<watch::Receiver<MirrorProgress>>,
    inquiry: FleetInquiry,
    settings: &Settings,
) -> Router {
    let api = MemberApi { status, feeds_error, mirror, fleet: Arc::new(settings.fleet.clone()), inquiry };
    Router::new()
        .route("/livez", get(async || "alive\n"))
        .route("/readyz", get(readyz))
        .route("/v1/member", get(member))
        .route("/v1/fleet", get(fleet))
        .with_state(api)
}

/// 200 while it is in the group's session, holding shards or not; with a word on feeds that cannot be gone by here.
async fn readyz(State(api): State<MemberApi>) -> (StatusCode, String) {
    match (&api.status.borrow().last_error, &*api.feeds_error.borrow()) {
        (None, None) => (StatusCode::OK, "ready\n".to_owned()),
        (None, Some(why)) => (
            StatusCode::OK,
            format!("ready, but degraded:\nthe fleet's feeds cannot be gone by here: {why}\n"),
        ),
        (Some(why), _) => (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {why}\n")),
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
        "last_error": status.last_error, "feeds_error": *api.feeds_error.borrow(), "mirror": mirror,
    }))
}

/// The fleet as Kafka and its members tell it: the same whichever member is asked.
async fn fleet(State(api): State<MemberApi>) -> Result<Json<FleetStatus>, (StatusCode, String)> {
    let failed = |why| (StatusCode::SERVICE_UNAVAILABLE, format!("Kafka cannot be asked: {why}\n"));
    let report = api.inquiry.ask().await.map_err(failed)?;
    Ok(Json(FleetStatus::of(&api.fleet.name, &report)))
}
