//! Conventions of many countries, with wires of our own making.

use super::*;

const TABLE: &str = "name\tkind\tdomains\tnames\tshort\n\
    WN\tagency\twn.example\tWN;Westland News;Westland News Agency\n\
    Ost\tagency\tost.example\tost;OST\n\
    Vest\tagency\tvest.example\tВЕСТЬ;Весть Новости;ВІСТЬ;Вість\n\
    Seewire\tagency\tseewire.example\tSeewire;바다통신;海洋社;海洋网;海洋通信\t海洋\n\
    Gazette\tpress\tgazette.example\tHarbour Gazette;港口日报;港口网\n\
    Lens\tpicture\t\tLens;Lens Images";

fn said(text: &str) -> Vec<(String, OriginKind)> {
    let agencies = Agencies::parse(TABLE).unwrap();
    let carrier = Carrier { text, ..Carrier::default() };
    origins(&agencies, &carrier).into_iter().map(|origin| (origin.name, origin.kind)).collect()
}

/// Asserts that `text` is the wire's, by a statement of `kind`.
#[track_caller]
fn is_from(text: &str, name: &str, kind: OriginKind) {
    assert_eq!(said(text), [(name.to_owned(), kind)], "{text}");
}

#[track_caller]
fn is_from_nobody(text: &str) {
    assert_eq!(said(text), [], "{text}");
}

#[test]
fn datelines_of_alphabets_name_the_wire() {
    for (text, name) in [
        ("PORT CITY, Westland (WN) — The ferry left.", "WN"),
        ("PORT CITY, Dec 31 (WN) - The ferry left.", "WN"),
        ("PORT CITY (WN) - The ferry left.", "WN"),
        ("Port City, Westland (WN) The ferry left.", "WN"),
        ("(WN) The ferry left the harbour.", "WN"),
        ("(WN) -- The ferry left the harbour.", "WN"),
        ("Ferry runs again in the west this week PORT CITY, Jan. 2 (WN) -- The ferry left.", "WN"),
        ("PORT CITY, March 21. /WN/. The ferry left.", "WN"),
        ("Hafen (ost) - Die Fähre fuhr.", "Ost"),
        ("Hafen (ost/xy) - Die Fähre fuhr.", "Ost"),
        ("Neu Hafen, 21. Mär (ost) - Die Fähre fuhr.", "Ost"),
        ("Puerto, 21 mar (WN).- El barco salió.", "WN"),
        ("(WN) - PORTO, 21 MAR - La nave salpa.", "WN"),
        ("WN - Le bac est parti.", "WN"),
        ("ПОРТ, 29 июня. /ВЕСТЬ/. Паром вышел.", "Vest"),
        ("21 марта, Порт /Корр. ВЕСТЬ/. Паром вышел.", "Vest"),
        ("ПОРТ, 21 мар - Весть Новости. Паром вышел.", "Vest"),
        ("ПОРТ, 21 мар — Весть Новости, Иван Лодкин. Паром вышел.", "Vest"),
        ("ПОРТ, 5 мая — ВЕСТЬ. Паром вышел.", "Vest"),
        ("Порт. 21 марта. ВЕСТЬ - Паром вышел.", "Vest"),
        ("ПОРТ. 21 березня. ВІСТЬ. Пором вийшов.", "Vest"),
        ("ПОРТ, 21 березня. /ВІСТЬ/ Пором вийшов.", "Vest"),
        ("ПОРТ, 21 березня (ВІСТЬ) – Пором вийшов.", "Vest"),
    ] {
        is_from(text, name, OriginKind::Dateline);
    }
}

#[test]
fn a_wire_that_passes_on_another_names_both() {
    for text in [
        "(부산 WN=바다통신) 여객선이 떠났다.",
        "[부산=WN/바다통신] 김하나 기자 = 여객선이 떠났다.",
        "(WN=바다통신) 여객선이 떠났다.",
        "【港町WN＝海洋】船は朝六時に出た。",
        "【港町ＷＮ＝海洋通信】船は朝六時に出た。",
        "［港町　２１日　ＷＮ＝海洋］船は朝六時に出た。",
        "【港町・WN海洋】船は朝六時に出た。",
    ] {
        let both = ["WN", "Seewire"].map(|name| (name.to_owned(), OriginKind::Dateline));
        assert_eq!(said(text), both, "{text}");
    }
}

#[test]
fn datelines_without_spaces_name_the_wire() {
    for text in [
        "(부산=바다통신) 김하나 기자 = 여객선이 떠났다.",
        "두 달 만에 다시 다닌다\n(부산=바다통신) 김하나 이두리 기자 = 여객선이 떠났다.",
        "[부산=바다통신]김하나 기자 = 여객선이 떠났다.",
        "(부산·인천=바다통신) 여객선이 떠났다.",
        "[부산=바다통신 김하나 기자] 여객선이 떠났다.",
        "(항구 3월 21일발 바다통신) 여객선이 떠났다.",
        "海洋社平港3月21日电 渡轮早上离港。",
        "海洋社平港3月21日电（记者陈某）渡轮早上离港。",
        "海洋网3月21日电 渡轮早上离港。",
        "据海洋社平港3月21日电，渡轮早上离港。",
        "（海洋社记者陈某平港21日電）渡轮早上离港。",
        "【海洋社2025年3月21日讯】渡轮早上离港。",
        "【港町海洋】船は朝六時に出た。",
        "【港町、島海洋】船は朝六時に出た。",
        "【港町＝海洋】船は朝六時に出た。",
        "［港町　２１日　海洋通信］ - 船は朝六時に出た。",
        "【港町3月21日発海洋通信】船は朝六時に出た。",
        "【海洋通信=山田】船は朝六時に出た。",
    ] {
        is_from(text, "Seewire", OriginKind::Dateline);
    }
    is_from("港口网消息：渡轮早上离港。", "Gazette", OriginKind::Dateline);
    is_from("（海洋社记者陈某综合报导）渡轮早上离港。", "Seewire", OriginKind::Byline);
}

#[test]
fn a_wire_that_the_table_lacks_is_known_by_the_shape() {
    is_from("PORT CITY, March 21 (NORTHWIRE) -- The ferry left.", "NORTHWIRE", OriginKind::Dateline);
    is_from("ПОРТ, 29 июня. /Корр. «Север»/. Паром вышел.", "Север", OriginKind::Dateline);
    is_from("(부산=섬소식) 여객선이 떠났다.", "섬소식", OriginKind::Dateline);
    is_from("远山社平港3月21日电 渡轮早上离港。", "远山社", OriginKind::Dateline);
    is_from("【远山2025年3月21日讯】渡轮早上离港。", "远山", OriginKind::Dateline);
}

#[test]
fn closing_credits_name_the_wires() {
    let closed =
        |line: &str| said(&format!("The ferry left.\nIt carried two hundred people, the port said.\n{line}"));
    let credit = |name: &str| (name.to_owned(), OriginKind::Credit);
    assert_eq!(closed("(WN)"), [credit("WN")]);
    assert_eq!(closed("WN"), [credit("WN")]);
    assert_eq!(closed("WN - Seewire"), [credit("WN"), credit("Seewire")]);
    assert_eq!(closed("Wn - Seewire"), [credit("WN"), credit("Seewire")]);
    assert_eq!(closed("jm/dm (WN, ost)"), [credit("WN"), credit("Ost")]);
    assert_eq!(
        closed("The captain had promised that no day of the week would go without a crossing. (WN)"),
        [credit("WN")]
    );
    assert_eq!(
        closed("The captain had promised that no day of the week would go without a crossing. — WN"),
        [credit("WN")]
    );
    assert_eq!(closed("Source: Westland News"), [credit("WN")]);
    assert_eq!(closed("Источник: Весть Новости"), [credit("Vest")]);
    assert_eq!(closed("Джерело: Вість"), [credit("Vest")]);
    assert_eq!(closed("来源：海洋社"), [credit("Seewire")]);
    assert_eq!(closed("출처: 바다통신"), [credit("Seewire")]);
    assert_eq!(closed("（海洋）"), [credit("Seewire")]);
    assert_eq!(closed("(Harbour Gazette 10/03/2017 page4)"), [credit("Gazette")]);
    assert_eq!(closed("hana@seewire.example"), [credit("Seewire")]);
}

#[test]
fn statements_in_words_name_the_source() {
    let stated = |line: &str| said(&format!("The ferry left.\n{line}"));
    let of = |name: &str, kind| [(name.to_owned(), kind)];
    use OriginKind::{Copyright, FirstPublished};
    assert_eq!(stated("Copyright 2025 The Westland News. All rights reserved."), of("WN", Copyright));
    assert_eq!(
        stated("Copyright © 2025 Island Radio Inc. All rights reserved."),
        of("Island Radio", Copyright)
    );
    assert_eq!(stated("<저작권자(c) 바다통신, 무단 전재-재배포 금지>"), of("Seewire", Copyright));
    assert_eq!(stated("This article originally appeared on Harbour Gazette."), of("Gazette", FirstPublished));
    assert_eq!(
        stated("Read the original article on ISLANDER. Follow ISLANDER. Copyright 2025."),
        of("ISLANDER", FirstPublished)
    );
    assert_eq!(
        stated("Den Originalartikel gibt es auf Harbour Gazette. Copyright 2025."),
        of("Gazette", FirstPublished)
    );
}

#[test]
fn bylines_name_the_source() {
    let of = |line: &str| said(&format!("{line}\nThe ferry left the harbour at six."));
    for line in [
        "By Westland News",
        "By The Westland News",
        "By Ana Lund, Westland News",
        "By Ana Lund and Bo Ek | WN",
        "Ana Lund, WN",
        "The ferry runs again Updated: 2025-03-21 06:50 (WN)",
        "The ferry runs again 2025-03-21 13:14 By Agencies(WN)",
    ] {
        assert_eq!(of(line), [("WN".to_owned(), OriginKind::Byline)], "{line}");
    }
}

#[test]
fn who_is_cited_for_a_fact_a_picture_or_a_contribution_is_no_origin() {
    for text in [
        "The ferry left, the captain told WN.",
        "The ferry left, the Westland News reported.",
        "Westland News (WN) in Port City said the ferry left.",
        "Паром вышел, передаёт Весть Новости.",
        "Об этом сообщает ВЕСТЬ со ссылкой на порт.",
        "Про це повідомляє Вість.",
        "据海洋社报道，渡轮早上离港。",
        "海洋社21日报道称，渡轮早上离港。",
        "바다통신에 따르면 여객선이 떠났다.",
        "海洋通信によると、船は朝六時に出た。",
        "(사진=바다통신) 여객선이 떠났다.",
        "The ferry in the harbour. (Photo: WN)\nIt left at six.",
        "The ferry in the harbour (WN)\nIt left at six.",
        "The ferry in the harbour. (Ana Lund/WN)\nIt left at six.",
        "The ferry in the harbour ©Ana Lund (WN)\nIt left at six.",
        "WN:Westland News The ferry has been seen\nIt left at six.",
        "The ferry left.\nWestland News contributed to this report.",
        "The ferry left.\n(WN/Lens Images)",
        "Image copyright WN Image caption The ferry left\nIt left at six.",
        "The Port Authority (PA) said the ferry left.",
        "Ana Lund (Westland Party) – The ferry left.",
        "【3月21日 更新】船は朝六時に出た。",
        "(3월 21일 오전) 여객선이 떠났다.",
    ] {
        is_from_nobody(text);
    }
}

#[test]
fn a_wire_on_its_own_site_is_the_publisher() {
    let agencies = Agencies::parse(TABLE).unwrap();
    let text = "PORT CITY (WN) — The ferry left.";
    let own = Carrier { text, host: Some("www.wn.example"), ..Carrier::default() };
    assert!(origins(&agencies, &own).is_empty());
    let named = Carrier { text, publisher: Some("Westland News Agency"), ..Carrier::default() };
    assert!(origins(&agencies, &named).is_empty());
    let other = Carrier { text, host: Some("news.example"), ..Carrier::default() };
    assert_eq!(origins(&agencies, &other).len(), 1);
}

#[test]
fn what_page_and_feed_say_counts_beside_the_text() {
    let agencies = Agencies::parse(TABLE).unwrap();
    let page =
        [Origin {
            name: "海洋社".into(), kind: OriginKind::Marked, evidence: "海洋社".into(), span: None
        }];
    let authors = ["Ana Lund".to_owned(), "Westland News".to_owned()];
    let carrier =
        Carrier { page: &page, authors: &authors, feed_source: Some("Island Post"), ..Carrier::default() };
    let found = origins(&agencies, &carrier);
    let found: Vec<_> = found.iter().map(|origin| (origin.name.as_str(), origin.kind)).collect();
    use OriginKind::{Byline, Feed, Marked};
    assert_eq!(found, [("Seewire", Marked), ("WN", Byline), ("Island Post", Feed)]);
}

#[test]
fn spans_count_scalar_values_and_each_source_is_named_once() {
    let agencies = Agencies::parse(TABLE).unwrap();
    let text = "여객선이 다시 다닌다\n(부산=바다통신) 여객선이 떠났다.\n<저작권자(c) 바다통신, 무단 전재-재배포 금지>";
    let found = origins(&agencies, &Carrier { text, ..Carrier::default() });
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].span.unwrap().slice(text), Some("(부산=바다통신)"));
    assert_eq!(found[0].evidence, "(부산=바다통신)");
}

#[test]
fn the_shipped_table_can_be_read() {
    let table = include_str!("../../../../config/agencies.tsv");
    assert!(Agencies::parse(table).unwrap().len() > 200);
}

#[test]
fn a_copy_of_what_stands_on_a_wires_own_site_is_the_wires() {
    let agencies = Agencies::parse(TABLE).unwrap();
    let of = |host, publisher, text| {
        let carrier = Carrier { host, publisher, text, ..Carrier::default() };
        let named = origins(&agencies, &carrier);
        let handed = handed_on(&agencies, &carrier, &named).into_iter();
        handed.map(|origin| (origin.name, origin.evidence)).collect::<Vec<_>>()
    };
    let wire = |name: &str, evidence: &str| vec![(name.to_owned(), evidence.to_owned())];
    assert_eq!(of(Some("www.wn.example"), None, "The ferry left."), wire("WN", "www.wn.example"));
    assert_eq!(of(Some("m.example"), Some("Seewire"), "The ferry left."), wire("Seewire", "m.example"));
    // A wire that carries another's text, and a paper.
    assert_eq!(
        of(Some("wn.example"), None, "PORT CITY (OST) - The ferry left."),
        wire("Ost", "PORT CITY (OST)")
    );
    assert_eq!(of(Some("gazette.example"), Some("Harbour Gazette"), "The ferry left."), []);
}

#[test]
fn an_element_for_bylines_names_the_wire_alone_or_behind_its_people() {
    let agencies = Agencies::parse(TABLE).unwrap();
    let said = |byline: &str| -> Vec<String> {
        let bylines = [byline.to_owned()];
        let carrier = Carrier { bylines: &bylines, host: Some("news.example"), ..Carrier::default() };
        origins(&agencies, &carrier).into_iter().map(|origin| origin.name).collect()
    };
    for byline in [
        "WN",
        "By WN",
        "By the Westland News",
        "By Ana Lund, WN",
        "Ana Lund (WN)",
        "Ana Lund | Westland News",
        "Ana Lund / WN",
        "Ana Lund, Bo Ek, Westland News Agency",
        "Ana Lund – WN",
    ] {
        assert_eq!(said(byline), ["WN"], "{byline}");
    }
    assert_eq!(said("ВЕСТЬ"), ["Vest"]);
    assert_eq!(said("김하나 · 바다통신"), ["Seewire"]);
    for byline in
        ["Ana Lund", "By Ana WN Lund", "Ana Lund, formerly of WN", "Photo: WN", "Ana Lund, WN correspondent"]
    {
        assert!(said(byline).is_empty(), "{byline}");
    }
}
