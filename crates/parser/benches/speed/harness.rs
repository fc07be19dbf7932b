//! The pages, the turns and the table.

use std::hint::black_box;
use std::io::{BufWriter, Read, Write};
use std::path::Path;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use dateline_wire::Page;

/// Turns of each subject; the fastest counts.
const TURNS: usize = 7;

/// A name, and how the text is read from a page.
pub(crate) type Subject = (&'static str, fn(&Page) -> String);

/// A page and what it is called: its file's name without its ending.
struct Named {
    id: String,
    page: Page,
}

/// Reads the pages with every subject in turns and prints each one's speed beside the first one's.
pub(crate) fn run(subjects: &[Subject]) -> std::io::Result<()> {
    let mut pages = Vec::new();
    if let Some(folder) = std::env::var_os("DATELINE_PAGES") {
        gather(Path::new(&folder), &mut pages);
    }
    if pages.is_empty() {
        pages = (0..40).map(composed).collect();
    }
    if let Some(folder) = std::env::var_os("DATELINE_TEXTS") {
        leave_texts(subjects, &pages, Path::new(&folder))?;
    }
    let bytes: usize = pages.iter().map(|named| named.page.bytes.len()).sum();
    println!("{} pages, {:.1} MB", pages.len(), bytes as f64 / 1e6);
    let mut best = vec![Duration::MAX; subjects.len()];
    for _ in 0..TURNS {
        for (best, (_, read)) in best.iter_mut().zip(subjects) {
            let start = processor_time();
            for named in &pages {
                black_box(read(&named.page));
            }
            *best = (*best).min(processor_time().saturating_sub(start));
        }
    }
    for ((name, _), time) in subjects.iter().zip(&best) {
        let seconds = time.as_secs_f64();
        println!(
            "{name:<34} {:>7.0} pages/s {:>7.1} MB/s   {:.2} of scraper",
            pages.len() as f64 / seconds,
            bytes as f64 / 1e6 / seconds,
            best[0].as_secs_f64() / seconds
        );
    }
    Ok(())
}

/// Writes what each subject finds on each page to a file named after the subject.
fn leave_texts(subjects: &[Subject], pages: &[Named], folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for (name, read) in subjects {
        let file: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
        let mut out = BufWriter::new(std::fs::File::create(folder.join(file).with_extension("jsonl"))?);
        for Named { id, page } in pages {
            writeln!(out, "{}", serde_json::json!({ "id": id, "body": read(page) }))?;
        }
        out.flush()?;
    }
    Ok(())
}

/// What this thread has had of a processor, so that a busy machine doesn't count; elapsed time where that isn't told.
fn processor_time() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|text| text.split_whitespace().next()?.parse().ok())
        .map_or_else(|| START.get_or_init(Instant::now).elapsed(), Duration::from_nanos)
}

fn gather(folder: &Path, pages: &mut Vec<Named>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            gather(&path, pages);
        } else if !name.trim_end_matches(".gz").ends_with(".html") {
            continue;
        } else if let Ok(mut bytes) = std::fs::read(&path) {
            if bytes.starts_with(&[0x1f, 0x8b]) {
                let mut plain = Vec::new();
                if flate2::read::MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut plain).is_err() {
                    continue;
                }
                bytes = plain;
            }
            let id = name.trim_end_matches(".gz").trim_end_matches(".html").to_owned();
            pages.push(Named { id, page: Page { url: None, content_type: None, bytes, received_at: None } });
        }
    }
}

/// A page in the proportions of a news page: much navigation, a story, teasers, scripts.
fn composed(number: usize) -> Named {
    let link = |n: usize| {
        format!("<li class=\"menu-item\"><a href=\"/section/{n}\" title=\"Section {n}\">Section {n}</a></li>")
    };
    let menu: String = (0..120).map(link).collect();
    let sentence =
        "The ferry left the harbour at six, and by noon two hundred people had crossed, the port said. ";
    let story: String =
        (0..25).map(|n| format!("<p>{}</p>\n", sentence.repeat(2 + (n + number) % 4))).collect();
    let teaser = |n: usize| {
        format!(
            "<div class=\"card card--{n}\"><a href=\"/story/{n}\"><img src=\"/i/{n}.jpg\"><h3>Story {n} of the day</h3></a></div>"
        )
    };
    let teasers: String = (0..60).map(teaser).collect();
    let script = format!("<script>var state = {{{}}};</script>", "\"key\": [1, 2, 3], ".repeat(600));
    let html = format!(
        "<!doctype html><html><head><title>Ferry runs again</title>{script}</head><body><nav><ul>{menu}</ul></nav>\
         <article><h1>Ferry runs again</h1>{story}</article><aside>{teasers}</aside>{script}</body></html>"
    );
    let page = Page { url: None, content_type: None, bytes: html.into_bytes(), received_at: None };
    Named { id: number.to_string(), page }
}
