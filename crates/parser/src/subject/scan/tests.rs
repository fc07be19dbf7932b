//! What the scanner promises: no page that names a side is dismissed, whatever its bytes look like.

use std::sync::LazyLock;

use encoding_rs::Encoding;
use proptest::prelude::*;

use super::*;
use crate::subject::Subject;
use crate::subject::tests::ardland_and_borland;

fn scanner() -> &'static Scanner {
    static SCANNER: LazyLock<Scanner> =
        LazyLock::new(|| Subject::from_files(&ardland_and_borland()).unwrap().scanner());
    &SCANNER
}

/// Names of the tiny subject as texts write them.
const NAMES: [&str; 12] = [
    "Ardland",
    "ARDLAND",
    "Ардландию",
    "АРДЛАНДИЯ",
    "아르드군",
    "アルド",
    "ボル国",
    "Mira Anders",
    "South Borland Free State",
    "亜堀",
    "ARD",
    "Борландии",
];

/// Ways in which a page may write a text.
#[derive(Debug, Clone, Copy)]
enum Writing {
    Plain,
    Decimal,
    Hexadecimal,
    Script,
    Braced,
    Decomposed,
    Fullwidth,
    SoftHyphens,
    Initial,
}

fn write(text: &str, writing: Writing) -> String {
    let each = |form: &dyn Fn(char) -> String| text.chars().map(form).collect::<String>();
    match writing {
        Writing::Plain => text.to_owned(),
        Writing::Decimal => each(&|c| format!("&#{};", u32::from(c))),
        Writing::Hexadecimal => each(&|c| format!("&#x{:X};", u32::from(c))),
        Writing::Script => text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect(),
        Writing::Braced => each(&|c| format!("\\u{{{:x}}}", u32::from(c))),
        Writing::Decomposed => unicode_normalization::UnicodeNormalization::nfd(text).collect(),
        Writing::Fullwidth => each(&|c| match c {
            '!'..='~' => char::from_u32(u32::from(c) + 0xFEE0).unwrap().to_string(),
            _ => c.to_string(),
        }),
        Writing::SoftHyphens => each(&|c| format!("{c}\u{ad}")),
        Writing::Initial if text.is_ascii() && text.len() > 5 => {
            format!("<span class=cap>{}</span>{}", &text[..1], &text[1..])
        }
        Writing::Initial => text.to_owned(),
    }
}

fn writings() -> impl Strategy<Value = Writing> {
    use Writing::*;
    proptest::sample::select(vec![
        Plain,
        Decimal,
        Hexadecimal,
        Script,
        Braced,
        Decomposed,
        Fullwidth,
        SoftHyphens,
        Initial,
    ])
}

/// Pieces of pages that make names when they come together.
fn fragments() -> impl Strategy<Value = String> {
    let word = proptest::sample::select(vec![
        "Ard",
        "land",
        "Bor",
        "South",
        "Free",
        "State",
        "Mira",
        "Anders",
        "Ардланд",
        "Борланд",
        "ию",
        "아르드",
        "군",
        "アルド",
        "亜",
        "堀",
    ]);
    let between = proptest::sample::select(vec![
        " ",
        "&nbsp;",
        "<b>",
        "</i> ",
        "\u{ad}",
        "&shy;",
        "<wbr>",
        "&amp;",
        "\\n",
        "\\\"",
        ". ",
        "\n",
        "<a href=\"https://news.example/a/long/address\">",
        "some words of another story ",
    ]);
    let escaped = (word.clone(), writings()).prop_map(|(word, writing)| write(word, writing));
    prop_oneof![3 => escaped, 2 => word.prop_map(str::to_owned), 4 => between.prop_map(str::to_owned)]
}

proptest! {
    #[test]
    fn a_page_that_names_a_side_is_never_dismissed(
        before in "(<p>|&amp;|&nbsp;|\\\\u003c|[a-z ]{0,9}|[а-я한-힣一-龥])*",
        name in proptest::sample::select(NAMES.to_vec()),
        writing in writings(),
        after in "( |</b> |[.,])[a-z <>&;]{0,40}",
    ) {
        let page = format!("<html>{before} {}{after}", write(name, writing));
        prop_assert!(scanner().names_subject(page.as_bytes()), "{}", page);
    }

    #[test]
    fn nor_is_it_in_a_legacy_encoding(
        (label, name) in proptest::sample::select(vec![
            ("windows-1251", "Ардландия"), ("windows-1251", "БОРЛАНДИИ"), ("koi8-r", "Ардландию"), ("koi8-r", "АРДЛАНДИЯ"),
            ("ibm866", "Борландии"), ("iso-8859-5", "Ардландия"), ("euc-kr", "아르드"), ("euc-kr", "볼란드는"),
            ("shift_jis", "アルド"), ("shift_jis", "亜堀"), ("euc-jp", "ボル国"), ("gb18030", "亜堀"), ("iso-2022-jp", "アルド"),
            ("windows-1252", "Ardland"),
        ]),
        declared in any::<bool>(),
        padding in 0usize..5,
    ) {
        let encoding = Encoding::for_label(label.as_bytes()).unwrap();
        let head = if declared { format!("<meta charset={label}>") } else { String::new() };
        let around = match label {
            "windows-1252" => "Où, café. ",
            "windows-1251" | "koi8-r" | "ibm866" | "iso-8859-5" => "Тихий вечер. ",
            "euc-kr" => "조용한 저녁. ",
            _ => "静かな夜。",
        };
        let page = format!("{}{}{} {} {}", " ".repeat(padding), head, around, name, around);
        let (bytes, _, failed) = encoding.encode(&page);
        prop_assume!(!failed);
        prop_assert!(scanner().names_subject(&bytes), "{} {}", label, name);
    }

    #[test]
    fn nor_is_it_in_utf_16(name in proptest::sample::select(NAMES.to_vec()), big in any::<bool>(), marked in any::<bool>()) {
        let text = format!("{}<p>{name}</p>", if marked { "\u{feff}" } else { "" });
        let bytes: Vec<u8> = text.encode_utf16()
            .flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() })
            .collect();
        prop_assert!(scanner().names_subject(&bytes));
    }

    #[test]
    fn rewriting_only_what_stands_near_hidden_letters_finds_what_rewriting_the_page_would(
        pieces in proptest::collection::vec(fragments(), 1..40),
    ) {
        let page = pieces.concat();
        let bytes = page.as_bytes();
        let either: fn(SeenSides) -> bool = |seen| seen.a || seen.b;
        let thorough = scanner().look_over(bytes, &mut SeenSides::default(), either)
            || scanner().look_over(escape::plain(bytes).as_bytes(), &mut SeenSides::default(), either);
        prop_assert!(scanner().names_subject(bytes) || !thorough, "{}", page);
    }

    #[test]
    fn any_bytes_at_all_are_scanned_without_fault(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = scanner().names_both_sides(&bytes);
    }
}

#[test]
fn a_page_that_names_neither_side_is_dismissed() {
    for page in [
        "<p>Provardland and ardlandish things; Borlandia.</p>",
        "<p>South <b>Free</b> State of Cray, read in the Ar&shy;bor.</p>",
        "<p>Caf&eacute; \\u0430\\u0431 &#1072;</p>",
        "<p>Тихий вечер, 조용한 저녁, 静かな夜。</p>",
        "",
    ] {
        assert!(!scanner().names_subject(page.as_bytes()), "{page}");
    }
}

#[test]
fn both_sides_are_asked_for_where_both_are_needed() {
    assert!(!scanner().names_both_sides(b"<p>Ardland alone</p>"));
    assert!(scanner().names_both_sides(b"<p>Ardland</p> ... &#66;orland"));
}

#[test]
fn a_page_sixteen_times_as_long_takes_no_more_than_sixteen_times_the_work() {
    let work = |page: &[u8]| {
        work::take();
        let _ = scanner().names_both_sides(page);
        work::take()
    };
    let pieces = [
        "&", "&#", "\\u", "\\u0061", "&eacute;", "<wbr", "<wbr>", "<", ">", "Anders ", "South<b>", "\u{301}",
    ];
    for piece in pieces.iter().map(|piece| piece.as_bytes()).chain([&b"\xC0"[..]]) {
        let page = |length: usize| piece.repeat(length / piece.len());
        let (short, long) = (work(&page(1 << 15)), work(&page(1 << 19)));
        // What stands around a word is read once more, up to so many words a page.
        let around = PATIENCE as usize * 2 * (AROUND + LONGEST_TAG);
        assert!(long <= short * 16 + around, "{short} and {long} for {}", piece.escape_ascii());
    }
}

/// The subject that is shipped.
fn shipped() -> Subject {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/subjects/russia-dprk");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| {
        let entry = entry.unwrap();
        (entry.file_name().into_string().unwrap(), std::fs::read_to_string(entry.path()).unwrap())
    });
    Subject::from_files(&files.collect()).unwrap()
}

#[test]
fn every_spelling_of_the_shipped_subject_is_found_however_a_page_writes_it() {
    let scanner = shipped().scanner();
    let parts = &*scanner.parts;
    let mut tried = 0;
    for term in parts.lexicon.terms() {
        let spelled = match term.spelling.cased() {
            Some(written) => written.to_owned(),
            None => term.spelling.words().map(|(word, _)| word).collect::<Vec<_>>().join(" "),
        };
        let mut named = SeenSides::default();
        scanner.add_named(&spelled, &mut named);
        if !named.a && !named.b {
            continue;
        }
        tried += 1;
        use Writing::*;
        for writing in [Plain, Decimal, Hexadecimal, Script, Braced, Decomposed, Fullwidth, SoftHyphens] {
            let page = format!("<p>one, {}. two</p>", write(&spelled, writing));
            assert!(scanner.names_subject(page.as_bytes()), "{page}");
        }
        let yo = spelled.replace('е', "ё");
        assert!(scanner.names_subject(yo.as_bytes()), "{yo}");
        let parted = spelled.replace(' ', "</b> <a href='/x'>");
        assert!(scanner.names_subject(parted.as_bytes()), "{parted}");
    }
    assert!(tried > 1_000, "{tried} spellings name a side by themselves");
}
