//! A web server for files in memory, in a process of its own, so that what it costs is not counted.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::site;

/// How many pages one feed announces, as feeds do.
pub(crate) const ENTRIES_A_FEED: usize = 50;

/// Answers, ready to be sent.
type Answers = HashMap<String, Vec<u8>>;

/// Serves `pages` pages and their feeds until the process is ended; says on standard output where.
pub(crate) fn serve(pages: usize) -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let base = format!("http://{}", listener.local_addr()?);
    let mut answers = Answers::new();
    for number in 0..pages {
        answers.insert(site::path(number), answer("text/html; charset=utf-8", &site::page(number, &base))?);
    }
    for (feed, from) in (0..pages).step_by(ENTRIES_A_FEED).enumerate() {
        let text = site::feed(&base, from..(from + ENTRIES_A_FEED).min(pages));
        answers.insert(format!("/feed/{feed}.xml"), answer("application/rss+xml", &text)?);
    }
    println!("{base}");
    let answers = Arc::new(answers);
    for stream in listener.incoming() {
        let (stream, answers) = (stream?, answers.clone());
        // A client that goes away ends its connection, and nothing else.
        thread::spawn(move || converse(stream, &answers));
    }
    Ok(())
}

fn answer(content_type: &str, text: &str) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes())?;
    let body = encoder.finish()?;
    let mut answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    answer.extend(body);
    Ok(answer)
}

fn converse(stream: TcpStream, answers: &Answers) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut out = stream.try_clone()?;
    let mut lines = BufReader::new(stream);
    let mut line = String::new();
    loop {
        line.clear();
        if lines.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
        while line.trim_end() != "" {
            line.clear();
            lines.read_line(&mut line)?;
        }
        match answers.get(&path) {
            Some(answer) => out.write_all(answer)?,
            None => out.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")?,
        }
    }
}
