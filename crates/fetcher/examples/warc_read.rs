//! Reads WARC files and counts: `cargo run --release -p dateline-fetcher --example warc_read FILE…`.

use std::{collections::BTreeMap, env, fs::File, time::Instant};

use dateline_fetcher::warc::{WarcItem, WarcReader};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for path in env::args().skip(1) {
        let started = Instant::now();
        let mut reader = WarcReader::new(File::open(&path)?)?;
        let (mut kinds, mut bytes) = (BTreeMap::<&str, u64>::new(), 0);
        while let Some(item) = reader.next_item()? {
            match item {
                WarcItem::Record(_, record) => {
                    *kinds.entry(record.kind().word()).or_default() += 1;
                    bytes += record.block.len();
                }
                WarcItem::DamagedRecord(skipped) => println!("{path}: {skipped}"),
            }
        }
        let seconds = started.elapsed().as_secs_f64();
        println!(
            "{path}: {kinds:?}, {:.1} MB as {:.1} MB, {:.0} MB/s decompressed",
            reader.position() as f64 / 1e6,
            bytes as f64 / 1e6,
            bytes as f64 / 1e6 / seconds
        );
    }
    Ok(())
}
