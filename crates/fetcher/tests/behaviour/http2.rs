//! The bounds again, over HTTP/2: a server whose every frame the test chose.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use dateline_fetcher::{
    FetchSettings,
    transport::{FailureKind, LiveTransport, Purpose, Request, Transport, TransportError},
};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::support::*;

// Types and flags of frames (RFC 9113, section 6).
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
const ACK: u8 = 1;
const END_HEADERS: u8 = 4;

/// A frame on the first stream; settings and its end go to the connection.
fn frame(kind: u8, flags: u8, payload: &[u8]) -> Vec<u8> {
    frame_on(if matches!(kind, SETTINGS | GOAWAY) { 0 } else { 1 }, kind, flags, payload)
}

fn frame_on(stream: u32, kind: u8, flags: u8, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// `:status: 200`, as the static table of HPACK has it (RFC 7541, appendix A).
const STATUS_200: [u8; 1] = [0x88];

/// So many fields of 100 bytes, each written out (RFC 7541, section 6.2.2).
fn fields(count: usize) -> Vec<u8> {
    let field = [&[0, 4][..], b"name", &[90], &[b'v'; 90]].concat();
    field.repeat(count)
}

/// What the server sends: frames after pauses, then the last of them for ever, if it has no end.
#[derive(Clone)]
struct Script {
    frames: Vec<(Duration, Vec<u8>)>,
    endless: bool,
    /// Whether the connection stays open when all is sent.
    stay: bool,
}

fn script(frames: impl IntoIterator<Item = (u64, Vec<u8>)>) -> Script {
    let frames = frames.into_iter().map(|(pause, frame)| (Duration::from_millis(pause), frame)).collect();
    Script { frames, endless: false, stay: true }
}

/// Greets a client, and reads until its request is there.
async fn until_request(reader: &mut (impl AsyncRead + Unpin), writer: &mut (impl AsyncWrite + Unpin)) {
    let mut preface = [0; 24];
    reader.read_exact(&mut preface).await.unwrap();
    writer.write_all(&frame(SETTINGS, 0, &[])).await.unwrap();
    // The client's settings are acknowledged; its request is the first HEADERS.
    loop {
        let mut head = [0; 9];
        reader.read_exact(&mut head).await.unwrap();
        let mut payload = vec![0; u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize];
        reader.read_exact(&mut payload).await.unwrap();
        match head[3] {
            SETTINGS if head[4] & ACK == 0 => writer.write_all(&frame(SETTINGS, ACK, &[])).await.unwrap(),
            HEADERS => break,
            _ => {}
        }
    }
}

/// Plays the first of `scripts` on the first connection, and so on, and the last on all others; counts the bytes that it could
/// send.
async fn play(scripts: Vec<Script>, sent: Arc<AtomicUsize>) -> TlsServer {
    let connections = AtomicUsize::new(0);
    TlsServer::start("news.example", &[b"h2"], move |stream| {
        let number = connections.fetch_add(1, Ordering::SeqCst).min(scripts.len() - 1);
        let (script, sent) = (scripts[number].clone(), sent.clone());
        async move {
            let (mut reader, mut writer) = tokio::io::split(stream);
            until_request(&mut reader, &mut writer).await;
            let draining = tokio::spawn(async move {
                let _ = tokio::io::copy(&mut reader, &mut tokio::io::sink()).await;
            });
            let last = script.frames.last().cloned().filter(|_| script.endless);
            for (pause, bytes) in script
                .frames
                .into_iter()
                .chain(std::iter::repeat_with(|| last.clone()).map_while(|more| more))
            {
                tokio::time::sleep(pause).await;
                if writer.write_all(&bytes).await.and(writer.flush().await).is_err() {
                    return;
                }
                sent.fetch_add(bytes.len(), Ordering::SeqCst);
            }
            if script.stay {
                let _ = draining.await;
            } else {
                draining.abort();
                let _ = writer.shutdown().await;
            }
        }
    })
    .await
}

/// What came of a request, how long it took, and how many bytes the server could send by then.
async fn exchange(script: Script) -> (Result<usize, TransportError>, Duration, usize) {
    exchange_over(vec![script]).await
}

/// The same with a script for each connection.
async fn exchange_over(scripts: Vec<Script>) -> (Result<usize, TransportError>, Duration, usize) {
    let sent = Arc::new(AtomicUsize::new(0));
    let server = play(scripts, sent.clone()).await;
    let settings = FetchSettings {
        timeout: Duration::from_millis(1800),
        connect_timeout: Duration::from_millis(1800),
        first_byte_timeout: Duration::from_millis(1000),
        stall_timeout: Duration::from_millis(600),
        max_body_bytes: 100_000,
        max_header_bytes: 16_384,
        ..server.settings("news.example")
    };
    let live = LiveTransport::new(&settings).unwrap();
    let started = Instant::now();
    let answer = live.send(Request::get(url("https://news.example/1"), Purpose::Page)).await;
    (answer.map(|response| response.body.len()), started.elapsed(), sent.load(Ordering::SeqCst))
}

fn head() -> Vec<u8> {
    frame(HEADERS, END_HEADERS, &STATUS_200)
}

#[tokio::test]
async fn an_answer_is_taken_whole() {
    let answer =
        script([(0, head()), (0, frame(DATA, 0, b"half, ")), (50, frame(DATA, END_STREAM, b"half"))]);
    assert_eq!(exchange(answer).await.0, Ok(10));
}

#[tokio::test]
async fn a_request_that_the_server_did_not_process_is_sent_once_more() {
    // The last stream that was processed: none, or ours. Both say that nothing is wrong (RFC 9113, section 6.8).
    let goaway = |last: u8| frame(GOAWAY, 0, &[0, 0, 0, last, 0, 0, 0, 0]);
    let refused = [frame(RST_STREAM, 0, &[0, 0, 0, 7]), goaway(1)].concat();
    let answer = script([(0, head()), (0, frame(DATA, END_STREAM, b"answer"))]);
    for not_processed in [goaway(0), refused] {
        let closing = Script { stay: false, ..script([(0, not_processed)]) };
        assert_eq!(exchange_over(vec![closing.clone(), answer.clone()]).await.0, Ok(6));
        let never = exchange_over(vec![closing.clone(), closing, answer.clone()]).await.0;
        assert_eq!(never.unwrap_err().kind, FailureKind::Cut);
    }
    // Whether anything came of the request, no other end of a stream or of a connection tells; ENHANCE_YOUR_CALM asks for less.
    let internal = frame(RST_STREAM, 0, &[0, 0, 0, 2]);
    let calm = frame(GOAWAY, 0, &[0, 0, 0, 0, 0, 0, 0, 11]);
    for other in [internal, calm] {
        let closing = Script { stay: false, ..script([(0, other)]) };
        assert_eq!(exchange_over(vec![closing, answer.clone()]).await.0.unwrap_err().kind, FailureKind::Cut);
    }
}

#[tokio::test]
async fn a_server_that_wants_http_1_1_for_a_page_is_asked_over_that() {
    let server = TlsServer::start("news.example", &[b"h2", b"http/1.1"], move |stream| async move {
        let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        let (mut reader, mut writer) = tokio::io::split(stream);
        let sent = if is_http2 {
            until_request(&mut reader, &mut writer).await;
            frame(RST_STREAM, 0, &[0, 0, 0, 13])
        } else {
            let mut request = [0; 4096];
            let _ = reader.read(&mut request).await;
            b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nanswer".to_vec()
        };
        let _ = writer.write_all(&sent).await;
        let _ = writer.flush().await;
        let _ = tokio::io::copy(&mut reader, &mut tokio::io::sink()).await;
    })
    .await;
    let live = LiveTransport::new(&server.settings("news.example")).unwrap();
    let answer = live.send(Request::get(url("https://news.example/1"), Purpose::Page)).await;
    assert_eq!(answer.map(|response| response.body.len()), Ok(6));
}

#[tokio::test]
async fn a_head_that_is_larger_than_the_bound_is_refused() {
    let begin = [&STATUS_200[..], &fields(100)].concat();
    let mut frames = vec![(0, frame(HEADERS, 0, &begin))];
    frames.extend((0..8).map(|_| (0, frame(CONTINUATION, 0, &fields(100)))));
    frames.push((0, frame(CONTINUATION, END_HEADERS, &[])));
    let (answer, took, _) = exchange(script(frames)).await;
    assert_eq!(answer.unwrap_err().kind, FailureKind::Protocol);
    assert!(took < Duration::from_millis(950), "at the bound, not after {took:?}");
}

#[tokio::test]
async fn an_endless_flood_of_continuations_ends_at_the_bound() {
    // Frames that add nothing to the head, and frames that add 10 kB each: neither goes on for ever.
    for continuation in [Vec::new(), fields(100)] {
        let frames = [(0, frame(HEADERS, 0, &STATUS_200)), (0, frame(CONTINUATION, 0, &continuation))];
        let flood = Script { endless: true, ..script(frames) };
        let (answer, took, sent) = exchange(flood).await;
        assert_eq!(answer.unwrap_err().kind, FailureKind::Protocol, "{} bytes each", continuation.len());
        assert!(took < Duration::from_millis(950), "{took:?}");
        // What the sockets' buffers hold was sent, and no more was read.
        assert!(sent < 16 << 20, "{sent} bytes were taken");
    }
}

#[tokio::test]
async fn a_head_that_drips_is_left_after_the_bound_for_the_first_byte() {
    let frames = [(0, frame(HEADERS, 0, &STATUS_200)), (200, frame(CONTINUATION, 0, &fields(1)))];
    let (answer, took, _) = exchange(Script { endless: true, ..script(frames) }).await;
    assert_eq!(answer.unwrap_err().kind, FailureKind::Timeout);
    assert!(took < Duration::from_millis(1600), "{took:?}");
}

#[tokio::test]
async fn a_body_that_drips_is_left_after_the_bound_for_the_whole() {
    let frames = [(0, head()), (100, frame(DATA, 0, b"x"))];
    let (answer, took, _) = exchange(Script { endless: true, ..script(frames) }).await;
    assert_eq!(answer.unwrap_err().kind, FailureKind::Timeout);
    assert!((1750..4000).contains(&took.as_millis()), "{took:?}");
}

#[tokio::test]
async fn a_body_that_drips_empty_frames_is_left_too() {
    let frames = [(0, head()), (20, frame(DATA, 0, b""))];
    let (answer, took, _) = exchange(Script { endless: true, ..script(frames) }).await;
    assert!(matches!(answer.unwrap_err().kind, FailureKind::Timeout | FailureKind::Protocol));
    assert!(took < Duration::from_millis(4000), "{took:?}");
}

#[tokio::test]
async fn a_body_that_stalls_is_left_after_the_bound_for_a_pause() {
    let (answer, took, _) = exchange(script([(0, head()), (0, frame(DATA, 0, b"half"))])).await;
    assert_eq!(answer.unwrap_err().kind, FailureKind::Timeout);
    assert!(took < Duration::from_millis(1700), "{took:?}");
}

#[tokio::test]
async fn a_body_that_is_too_large_ends_at_the_bound() {
    let frames = [(0, head()), (0, frame(DATA, 0, &[b'x'; 16_000]))];
    let (answer, took, _) = exchange(Script { endless: true, ..script(frames) }).await;
    assert_eq!(answer.unwrap_err().kind, FailureKind::TooLarge);
    assert!(took < Duration::from_millis(1700), "{took:?}");
}

#[tokio::test]
async fn a_body_that_breaks_off_is_no_answer() {
    let reset = script([(0, head()), (0, frame(DATA, 0, b"half")), (0, frame(RST_STREAM, 0, &[0, 0, 0, 2]))]);
    assert_eq!(exchange(reset).await.0.unwrap_err().kind, FailureKind::Cut);
    let closed = Script { stay: false, ..script([(0, head()), (0, frame(DATA, 0, b"half"))]) };
    assert_eq!(exchange(closed).await.0.unwrap_err().kind, FailureKind::Cut);
}

/// What a server does about one request, which came on a stream of its own.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// Answers.
    Answers,
    /// Ends the stream for a reason (RFC 9113, section 7).
    Resets(u8),
    /// Says that it closes the connection for a reason, and that this stream or, if not, the one before was the last that it took on; and
    /// closes it at once where the reason is an error.
    GoesAway { takes_this: bool, reason: u8 },
    /// Says that it will close some time, as a server does before it knows which stream is the last, and answers.
    WarnsAndAnswers,
    /// Answers, and says behind the answer that it was the last.
    AnswersAndGoesAway,
    /// Begins its answer, says that it closes after it, and ends it.
    GoesAwayWhileAnswering,
    /// Closes without a word.
    Closes,
}

const NO_ERROR: u8 = 0;
const INTERNAL_ERROR: u8 = 2;
const REFUSED_STREAM: u8 = 7;
const CANCEL: u8 = 8;
const ENHANCE_YOUR_CALM: u8 = 11;
const HTTP_1_1_REQUIRED: u8 = 13;

fn goaway(last: u32, reason: u8) -> Vec<u8> {
    frame(GOAWAY, 0, &[&last.to_be_bytes()[..], &[0, 0, 0, reason], b"for maintenance"].concat())
}

/// A server that does the steps of the first list on its first connection, one for each request, and so on; where a list is empty it says
/// that it closes before it was asked, and behind the end of one it is silent. Over HTTP/1.1 it answers. Counts connections and requests.
async fn stepping(steps: &[&[Step]], counts: Arc<[AtomicUsize; 2]>) -> TlsServer {
    let steps: Vec<Vec<Step>> = steps.iter().map(|steps| steps.to_vec()).collect();
    TlsServer::start("news.example", &[b"h2", b"http/1.1"], move |stream| {
        let number = counts[0].fetch_add(1, Ordering::SeqCst);
        let steps = steps.get(number).cloned().unwrap_or_default();
        let counts = counts.clone();
        async move {
            if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
                let _ = step_by_step(stream, steps, &counts[1]).await;
            } else {
                let (mut reader, mut writer) = tokio::io::split(stream);
                let mut request = [0; 4096];
                let _ = reader.read(&mut request).await;
                counts[1].fetch_add(1, Ordering::SeqCst);
                let _ = writer.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nanswer").await;
                let _ = writer.flush().await;
                let _ = tokio::io::copy(&mut reader, &mut tokio::io::sink()).await;
            }
        }
    })
    .await
}

async fn step_by_step(
    stream: tokio_rustls::server::TlsStream<tokio::net::TcpStream>,
    steps: Vec<Step>,
    asked: &AtomicUsize,
) -> std::io::Result<()> {
    let (mut reader, mut writer) = tokio::io::split(stream);
    reader.read_exact(&mut [0; 24]).await?;
    writer.write_all(&frame(SETTINGS, 0, &[])).await?;
    if steps.is_empty() {
        writer.write_all(&goaway(0, NO_ERROR)).await?;
    }
    writer.flush().await?;
    let mut steps = steps.into_iter();
    let mut last = 0;
    loop {
        let mut head = [0; 9];
        reader.read_exact(&mut head).await?;
        let mut payload = vec![0; u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize];
        reader.read_exact(&mut payload).await?;
        let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
        let (head_of, data) = (frame_on(stream, HEADERS, END_HEADERS, &STATUS_200), |flags, data: &[u8]| {
            frame_on(stream, DATA, flags, data)
        });
        let answer = [&head_of[..], &data(END_STREAM, b"answer")].concat();
        let mut closes = false;
        let sent = match head[3] {
            SETTINGS if head[4] & ACK == 0 => frame(SETTINGS, ACK, &[]),
            HEADERS => {
                asked.fetch_add(1, Ordering::SeqCst);
                let Some(step) = steps.next() else { continue };
                let before = std::mem::replace(&mut last, stream);
                closes = matches!(step, Step::GoesAway { reason: 1.., .. });
                match step {
                    Step::Answers => answer,
                    Step::Resets(reason) => frame_on(stream, RST_STREAM, 0, &[0, 0, 0, reason]),
                    Step::GoesAway { takes_this: true, reason } => goaway(stream, reason),
                    Step::GoesAway { takes_this: false, reason } => goaway(before, reason),
                    Step::WarnsAndAnswers => [goaway(u32::MAX >> 1, NO_ERROR), answer].concat(),
                    Step::AnswersAndGoesAway => [answer, goaway(stream, NO_ERROR)].concat(),
                    Step::GoesAwayWhileAnswering => {
                        [head_of, data(0, b"ans"), goaway(stream, NO_ERROR), data(END_STREAM, b"wer")]
                            .concat()
                    }
                    Step::Closes => return writer.shutdown().await,
                }
            }
            _ => continue,
        };
        writer.write_all(&sent).await?;
        writer.flush().await?;
        if closes {
            return writer.shutdown().await;
        }
    }
}

/// What becomes of `requests` one after another, as the kind of what failed; how many connections were made and requests sent.
async fn one_after_another(requests: usize, steps: &[&[Step]]) -> (Vec<Result<(), FailureKind>>, [usize; 2]) {
    let counts = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
    let server = stepping(steps, counts.clone()).await;
    let settings =
        FetchSettings { first_byte_timeout: Duration::from_secs(2), ..server.settings("news.example") };
    let live = LiveTransport::new(&settings).unwrap();
    let mut became = Vec::new();
    for _ in 0..requests {
        let answer = live.send(Request::get(url("https://news.example/1"), Purpose::Page)).await;
        became.push(answer.map_err(|error| error.kind).map(|answer| assert_eq!(answer.body, &b"answer"[..])));
        // What stands behind an answer is read before its time passes.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    (became, [0, 1].map(|count| counts[count].load(Ordering::SeqCst)))
}

#[tokio::test]
async fn a_server_that_ends_streams_and_connections_in_order_costs_no_request() {
    use Step::*;
    const NOT_THIS: Step = GoesAway { takes_this: false, reason: NO_ERROR };
    let mut wrong = Vec::new();
    // For each: the requests, what the server does on each connection, and how many connections and requests it then sees.
    for (requests, steps, expected) in [
        // It says that it closes: before it is asked, instead of its answer, later on a connection that was kept, and twice in a row.
        (1, &[&[][..], &[Answers]][..], [2, 2]),
        (1, &[&[NOT_THIS][..], &[Answers]], [2, 2]),
        (2, &[&[Answers, NOT_THIS][..], &[Answers]], [2, 3]),
        (3, &[&[Answers, NOT_THIS][..], &[Answers, Answers]], [2, 4]),
        (3, &[&[Answers, NOT_THIS][..], &[Answers, NOT_THIS], &[Answers]], [3, 5]),
        // In two steps, as servers that close without haste do (section 6.8), and behind or within an answer.
        (2, &[&[WarnsAndAnswers][..], &[Answers]], [2, 2]),
        (2, &[&[AnswersAndGoesAway][..], &[Answers]], [2, 2]),
        (2, &[&[GoesAwayWhileAnswering][..], &[Answers]], [2, 2]),
        (3, &[&[Answers, WarnsAndAnswers][..], &[Answers]], [2, 3]),
        // It refuses the stream, on a connection that it keeps.
        (1, &[&[Resets(REFUSED_STREAM), Answers][..]], [1, 2]),
        (2, &[&[Answers, Resets(REFUSED_STREAM), Answers][..]], [1, 3]),
        (2, &[&[Resets(REFUSED_STREAM), Answers, Answers][..]], [1, 3]),
        // It wants HTTP/1.1, for one request or for all.
        (1, &[&[Resets(HTTP_1_1_REQUIRED)][..]], [2, 2]),
        (2, &[&[Answers, Resets(HTTP_1_1_REQUIRED)][..]], [2, 3]),
        (2, &[&[Resets(HTTP_1_1_REQUIRED), Answers][..]], [2, 3]),
        (1, &[&[GoesAway { takes_this: false, reason: HTTP_1_1_REQUIRED }][..]], [2, 2]),
        // It closes a connection that was kept without a word, at the next request.
        (2, &[&[Answers, Closes][..], &[Answers]], [2, 3]),
    ] {
        let (became, counts) = one_after_another(requests, steps).await;
        // A request may cross with what the server says before it was asked.
        let has_crossed = steps[0].is_empty() && counts == [2, 1];
        if became.iter().any(Result::is_err) || counts != expected && !has_crossed {
            wrong.push(format!("{steps:?}: {became:?}, {counts:?}, not {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} {wrong:#?}", wrong.len());
}

#[tokio::test]
async fn a_server_that_may_have_begun_or_wants_less_is_not_asked_again_at_once() {
    use Step::*;
    let mut wrong = Vec::new();
    for step in [
        Resets(INTERNAL_ERROR),
        Resets(CANCEL),
        Resets(ENHANCE_YOUR_CALM),
        Resets(NO_ERROR),
        GoesAway { takes_this: true, reason: INTERNAL_ERROR },
        GoesAway { takes_this: false, reason: ENHANCE_YOUR_CALM },
        Closes,
    ] {
        let (became, counts) = one_after_another(1, &[&[step], &[Answers]]).await;
        if became != [Err(FailureKind::Cut)] || counts != [1, 1] {
            wrong.push(format!("{step:?}: {became:?}, {counts:?}"));
        }
    }
    // Not even one that says that it did nothing is asked for ever.
    let refused: &[Step] = &[Resets(REFUSED_STREAM), Resets(REFUSED_STREAM), Answers];
    let (became, counts) = one_after_another(1, &[refused]).await;
    assert_eq!((became, counts), (vec![Err(FailureKind::Cut)], [1, 2]));
    assert!(wrong.is_empty(), "{} {wrong:#?}", wrong.len());
}

#[tokio::test]
async fn a_feed_is_read_from_a_server_that_did_not_process_the_first_request() {
    let counts = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
    let first: &[Step] = &[Step::GoesAway { takes_this: false, reason: NO_ERROR }];
    let server = stepping(&[first, &[Step::Answers]], counts.clone()).await;
    let outcome =
        poll_first(&fetcher(server.settings("news.example")), "https://news.example/feed.xml").await;
    assert_eq!(outcome.feed.last_status, Some(200));
    assert_eq!(counts[1].load(Ordering::SeqCst), 2);
}
