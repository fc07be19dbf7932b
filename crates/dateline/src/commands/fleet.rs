//! `dateline fleet`: several daemons as one.

use clap::{Args, Subcommand};
use dateline_fleet::{FleetReport, report};

use super::config_file::ConfigFile;
use super::print_text;
use crate::config::Settings;
use crate::failure::Failure;

/// Work with a fleet, several daemons as one: show who holds what.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show the members, who holds which shards, and what waits to be taken in, as Kafka knows it.
    Status(StatusArguments),
}

/// Which fleet.
#[derive(Debug, Args)]
pub struct StatusArguments {
    /// The configuration of any member.
    #[command(flatten)]
    config: ConfigFile,
}

/// Runs the command.
///
/// # Errors
/// If the configuration is wrong or names no fleet, or Kafka cannot be asked.
pub fn run(command: &Command) -> Result<(), Failure> {
    let Command::Status(arguments) = command;
    let settings = Settings::load(&arguments.config.path)?;
    if !settings.fleet.is_enabled() {
        return Err(Failure::Other("this daemon is one by itself: set `name` in [fleet]".to_owned()));
    }
    let found = report(&settings.kafka, &settings.fleet)
        .map_err(|why| Failure::Other(format!("Kafka cannot be asked about the fleet: {why}")))?;
    print_text(&shown(&settings.fleet.name, &found))
}

fn shown(name: &str, fleet: &FleetReport) -> String {
    let mut text = format!("fleet    {name}: {} shards, {}\n", fleet.shards, fleet.state.to_lowercase());
    let width = fleet.members.iter().map(|member| member.name.len()).max().unwrap_or_default();
    for member in &fleet.members {
        let shards: Vec<String> = member.shards.iter().map(ToString::to_string).collect();
        text += &format!(
            "member   {:width$}  from {}, {} shards: {}\n",
            member.name,
            member.host,
            shards.len(),
            shards.join(" ")
        );
    }
    let held: usize = fleet.members.iter().map(|member| member.shards.len()).sum();
    if let Some(left) = (fleet.shards as usize).checked_sub(held).filter(|left| *left > 0) {
        text += &format!("nobody   holds {left} shards\n");
    }
    let waiting: u64 = fleet.waiting.values().sum();
    text += &format!("waiting  {waiting} entries that shards have handed over");
    if let Some((shard, count)) = fleet.waiting.iter().max_by_key(|(_, count)| **count) {
        text += &format!(", most of them ({count}) to shard {shard}");
    }
    text + "\n"
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use dateline_fleet::{ReportedMember, Shard};

    use super::*;

    #[test]
    fn a_fleet_is_shown_with_who_holds_what_and_what_nobody_holds() {
        let fleet = FleetReport {
            state: "Stable".to_owned(),
            members: vec![ReportedMember {
                name: "host-1".to_owned(),
                host: "10.0.0.7".to_owned(),
                shards: vec![Shard(0), Shard(2)],
            }],
            shards: 4,
            waiting: BTreeMap::from([(Shard(1), 5), (Shard(3), 9)]),
        };
        assert_eq!(
            shown("news", &fleet),
            "fleet    news: 4 shards, stable\n\
             member   host-1  from 10.0.0.7, 2 shards: 0 2\n\
             nobody   holds 2 shards\n\
             waiting  14 entries that shards have handed over, most of them (9) to shard 3\n"
        );
    }
}
