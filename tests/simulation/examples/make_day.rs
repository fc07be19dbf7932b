//! Makes the recorded day under `tests/fixtures/day` anew, with its feeds file and its expected events:
//! `cargo run -p dateline-simulation --example make_day`; with `--events`, only the events, from the recording as it is.

use std::{fmt::Write as _, fs, num::NonZero, path::Path};

use dateline::{config::Config, logs::LogClock, replay::Replay};
use dateline_simulation::day::{self, Day};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/day");
    let (config, recording) = (folder.join("dateline.toml"), folder.join("day.warc.gz"));
    let mut told = None;
    if std::env::args().nth(1).as_deref() != Some("--events") {
        let feeds = Day::feeds().iter().fold(String::new(), |mut text, url| {
            let _ = write!(text, "[[feed]]\nurl = \"{url}\"\n\n");
            text
        });
        fs::write(folder.join("feeds.toml"), feeds.trim_end().to_owned() + "\n")?;
        told = Some(day::record(&folder.join("stories.toml"), &config, &recording)?);
    }
    let replay = Replay {
        files: vec![recording],
        threads: NonZero::<usize>::MIN,
        journal: None,
        log_clock: LogClock::default(),
    };
    let mut lines = Vec::new();
    let config = Config::load_to_replay(&config).map_err(|errors| format!("{errors:?}"))?;
    let replayed = replay.run(config, &mut lines)?;
    let lines = String::from_utf8(lines)?;
    if told.is_some_and(|told| told != lines) {
        return Err("the replay differs from the day itself".into());
    }
    fs::write(folder.join("events.txt"), day::readable(&lines)?)?;
    println!("{} exchanges, {} events", replayed.exchanges, replayed.events);
    Ok(())
}
