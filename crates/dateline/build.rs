//! Packs the recorded day for `dateline demo`. The fixture compresses each record by itself, as recordings do; compressed as one
//! it takes a quarter of the room in the program.

use std::{
    env, fs,
    io::{self, Read, Write},
    path::Path,
};

use flate2::{Compression, read::MultiGzDecoder, write::GzEncoder};

fn main() -> io::Result<()> {
    let variable =
        |name: &str| env::var_os(name).ok_or_else(|| io::Error::other(format!("{name} is not set")));
    let fixture = Path::new(&variable("CARGO_MANIFEST_DIR")?).join("../../tests/fixtures/day/day.warc.gz");
    println!("cargo::rerun-if-changed={}", fixture.display());
    let mut day = Vec::new();
    MultiGzDecoder::new(fs::File::open(&fixture)?).read_to_end(&mut day)?;
    let packed = fs::File::create(Path::new(&variable("OUT_DIR")?).join("day.warc.gz"))?;
    let mut packed = GzEncoder::new(packed, Compression::best());
    packed.write_all(&day)?;
    packed.finish()?.sync_all()
}
