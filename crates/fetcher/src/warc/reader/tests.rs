//! What is read of sound and of damaged files.

use std::io::{Cursor, Write};

use flate2::{Compression, write::GzEncoder};
use memchr::memmem;
use proptest::prelude::*;

use super::super::{RecordIds, RecordType, WarcWriter};
use super::*;

/// Records with blocks of text that doesn't repeat, and the offset at which each begins.
fn recording(lengths: &[usize]) -> (Vec<u8>, Vec<u64>) {
    let mut ids = RecordIds::new([3; 16]);
    let mut writer = WarcWriter::new(Vec::new());
    let mut offsets = Vec::new();
    for (index, length) in lengths.iter().enumerate() {
        let mut text = format!("block {index} ");
        let mut word: u32 = 1;
        while text.len() < *length {
            word = word.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            text.push_str(&format!("{word:x} "));
        }
        offsets.push(writer.get_ref().len() as u64);
        let record = Record::new(RecordType::Resource, &ids.next_id(), jiff::Timestamp::UNIX_EPOCH)
            .with_block("text/plain", text.into_bytes());
        writer.append(&[record]).unwrap();
    }
    (writer.into_inner(), offsets)
}

/// The number of each block read, and what was skipped.
fn read(bytes: &[u8]) -> (Vec<usize>, Vec<(u64, Damage)>) {
    read_from(WarcReader::new(Cursor::new(bytes)).unwrap())
}

fn read_from(mut reader: WarcReader<Cursor<&[u8]>>) -> (Vec<usize>, Vec<(u64, Damage)>) {
    let (mut blocks, mut skipped) = (Vec::new(), Vec::new());
    while let Some(item) = reader.next_item().unwrap() {
        match item {
            WarcItem::Record(_, record) => {
                let text = String::from_utf8(record.block).unwrap();
                blocks.push(text.split(' ').nth(1).unwrap().parse().unwrap());
            }
            WarcItem::DamagedRecord(damage) => skipped.push((damage.place.offset, damage.damage)),
        }
    }
    (blocks, skipped)
}

fn plain(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut text).unwrap();
    text
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

const LENGTHS: [usize; 4] = [100, 400_000, 5_000, 60_000];

#[test]
fn records_are_read_compressed_one_by_one_or_all_together_or_not_at_all() {
    let (bytes, _) = recording(&LENGTHS);
    let plain = plain(&bytes);
    for form in [bytes.clone(), plain.clone(), gzip(&plain)] {
        assert_eq!(read(&form), (vec![0, 1, 2, 3], vec![]));
    }
}

#[test]
fn files_laid_end_to_end_are_read_as_one_whatever_their_forms() {
    let (bytes, _) = recording(&LENGTHS);
    let plain = plain(&bytes);
    let all = [bytes.clone(), plain.clone(), gzip(&plain), b"\r\n".to_vec(), bytes].concat();
    assert_eq!(read(&all), ([0, 1, 2, 3].repeat(4), vec![]));
}

#[test]
fn a_flipped_bit_costs_its_record_alone_and_its_offset_is_named() {
    let (bytes, offsets) = recording(&LENGTHS);
    for at in (offsets[1] + 20..offsets[2] - 1).step_by(1 + LENGTHS[1] / 60) {
        let mut damaged = bytes.clone();
        damaged[at as usize] ^= 0x10;
        let (blocks, skipped) = read(&damaged);
        assert_eq!(blocks, [0, 2, 3], "flipped at {at}");
        assert!(matches!(skipped[..], [(offset, _)] if offset == offsets[1]), "flipped at {at}: {skipped:?}");
    }
}

#[test]
fn a_flipped_bit_in_a_record_that_is_not_compressed_shows_in_its_digest() {
    let (bytes, _) = recording(&LENGTHS);
    let mut plain = plain(&bytes);
    let at = memmem::find(&plain, b"block 1 ").unwrap();
    plain[at + 5_000] ^= 1;
    let (blocks, skipped) = read(&plain);
    assert_eq!(blocks, [0, 2, 3]);
    assert_eq!(skipped.iter().map(|(_, damage)| *damage).collect::<Vec<_>>(), [Damage::Digest]);
}

#[test]
fn a_truncated_file_gives_what_is_whole_and_says_where_it_breaks() {
    let (bytes, offsets) = recording(&LENGTHS);
    let cut = &bytes[..bytes.len() - 100];
    assert_eq!(read(cut), (vec![0, 1, 2], vec![(offsets[3], Damage::Truncated)]));
    let plain = plain(&bytes);
    let (blocks, skipped) = read(&plain[..plain.len() - 100]);
    assert_eq!((blocks, skipped[0].1, skipped.len()), (vec![0, 1, 2], Damage::Truncated, 1));
}

#[test]
fn a_header_that_lies_about_its_length_costs_its_record_alone() {
    let (bytes, _) = recording(&[100, 300, 200]);
    let text = String::from_utf8(plain(&bytes)).unwrap();
    let second = text.match_indices("Content-Length: ").nth(1).unwrap().0;
    // The first digit is replaced, which makes it shorter, longer, or no number.
    for lie in ["Content-Length: 1", "Content-Length: 9", "Content-Length: x", "Content-Length: -"] {
        let lying = [&text[..second], lie, &text[second + lie.len()..]].concat();
        let mut forms = vec![lying.clone().into_bytes()];
        // One that swallows what follows can't be undone where all stand in one gzip member.
        if !lie.ends_with('9') {
            forms.push(gzip(lying.as_bytes()));
        }
        for form in forms {
            let (blocks, skipped) = read(&form);
            assert_eq!(blocks, [0, 2], "{lie}");
            assert_eq!(skipped.len(), 1, "{lie}");
        }
    }
}

#[test]
fn a_block_over_the_limit_is_passed_over_and_the_next_one_read() {
    let (bytes, offsets) = recording(&LENGTHS);
    let reader = WarcReader::new(Cursor::new(&*bytes)).unwrap().with_limit(300_000);
    let (blocks, skipped) = read_from(reader);
    assert_eq!(blocks, [0, 2, 3]);
    assert!(matches!(skipped[..], [(at, Damage::TooLarge(length))] if at == offsets[1] && length > 300_000));
}

#[test]
fn reading_goes_on_after_any_place_in_any_form() {
    let (bytes, _) = recording(&LENGTHS);
    let plain = plain(&bytes);
    for form in [bytes.clone(), plain.clone(), gzip(&plain)] {
        let mut reader = WarcReader::new(Cursor::new(&*form)).unwrap();
        let mut number = 0;
        while let Some(WarcItem::Record(place, _)) = reader.next_item().unwrap() {
            let here = read_from(WarcReader::from_place(Cursor::new(&*form), place).unwrap()).0;
            let after = read_from(WarcReader::after_place(Cursor::new(&*form), place).unwrap()).0;
            assert_eq!(here, (number..4).collect::<Vec<_>>());
            assert_eq!(after, (number + 1..4).collect::<Vec<_>>());
            number += 1;
        }
        assert_eq!(number, 4);
    }
}

#[test]
fn a_member_whose_header_claims_the_rest_of_the_file_costs_one_record() {
    let (mut bytes, _) = recording(&[2_000, 2_000, 2_000]);
    // An extra field (RFC 1952, section 2.3.1.1) that would end behind the file.
    bytes[3..12].copy_from_slice(&[4, 0, 0, 0, 0, 0, 0, 0xff, 0xff]);
    assert_eq!(read(&bytes).0, [1, 2]);
}

#[test]
fn what_is_no_archive_is_skipped_once() {
    assert_eq!(read(b"<!doctype html>\n<p>WARC/1.1"), (vec![], vec![(0, Damage::NoRecord)]));
    assert_eq!(read(&gzip(b"<p>text</p>\n<p>more</p>")), (vec![], vec![(0, Damage::NoRecord)]));
    assert_eq!(read(b""), (vec![], vec![]));
}

proptest! {
    #[test]
    fn any_bytes_are_read_to_their_end(mut bytes in proptest::collection::vec(any::<u8>(), 0..2000), at in 0_usize..2000) {
        let (whole, _) = recording(&[50, 80]);
        let at = at.min(bytes.len());
        bytes.splice(at..at, whole);
        let mut reader = WarcReader::new(Cursor::new(bytes)).unwrap();
        while reader.next_item().unwrap().is_some() {}
    }

    #[test]
    fn damage_anywhere_costs_at_most_the_records_it_touches(at in any::<proptest::sample::Index>(), with in any::<[u8; 8]>()) {
        let (mut bytes, offsets) = recording(&[2_000, 2_000, 2_000, 2_000, 2_000]);
        let at = at.index(bytes.len() - with.len());
        bytes[at..at + with.len()].copy_from_slice(&with);
        let untouched: Vec<usize> = (0..5)
            .filter(|index| {
                let end = offsets.get(index + 1).copied().unwrap_or(bytes.len() as u64) as usize;
                end <= at || offsets[*index] as usize >= at + with.len()
            })
            .collect();
        let blocks = read(&bytes).0;
        prop_assert!(untouched.iter().all(|index| blocks.contains(index)), "{blocks:?} lacks some of {untouched:?}");
    }
}
