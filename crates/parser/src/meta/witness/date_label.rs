//! What the words around dates call them: "Published …", "… 수정".

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, MatchKind};
use dateline_text::date;

/// What a date is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DateLabel {
    /// The day of publication.
    Published,
    /// The day of a first publication, which another may have followed.
    Original,
    /// The day of a change.
    Modified,
    /// Some other day: when a manuscript was received or a page looked at.
    Other,
    /// A date, and no more is said.
    Date,
    /// The day that a text is of ("Stand:"): of a change beside the day of its publication, and alone none that is said.
    AsOf,
}

const WORDS: [(DateLabel, &[&str]); 6] = [
    (
        DateLabel::Published,
        &[
            "published",
            "publish",
            "posted",
            "created",
            "입력",
            "등록",
            "발행",
            "작성",
            "송고",
            "승인",
            "게재",
            "発表",
            "公開",
            "配信",
            "掲載",
            "投稿",
            "登録",
            "發表",
            "发表",
            "发布",
            "發布",
            "опубликован",
            "опублікован",
            "размещен",
            "розміщен",
            "veröffentlicht",
            "erschienen",
            "erstellt",
            "publié",
            "publicado",
            "pubblicat",
            "gepubliceerd",
            "publisert",
            "publiceret",
            "publicerad",
            "opublikowan",
            "yayınlan",
            "datepublished",
            "publication",
            "available online",
            "публикац",
            "публікац",
            "veröffentlichung",
            "publicación",
            "utworzon",
            "vytvořen",
            "zveřejněn",
            "létrehozva",
            "közzétéve",
            "oluşturul",
            "đăng ngày",
            "เผยแพร่",
            "نشر",
            "प्रकाशित",
            "פורסם",
            "تاریخ انتشار",
            "გამოქვეყნ",
            "δημοσι",
            "giriş:",
            "公开",
            "刊登",
            "刊載",
            "发佈",
            "發佈",
            "刊发",
            "刊發",
            "上线",
            "上線",
            "出版日期",
            "создан",
            "добавлен",
            "створен",
            "додан",
            "online since",
            "online on",
            "online seit",
            "online sinds",
            "online dal",
            "online depuis",
            "en ligne depuis",
            "mis en ligne",
            "mise en ligne",
            "en línea desde",
            "онлайн с",
        ],
    ),
    (
        DateLabel::Original,
        &[
            "originally published",
            "originally posted",
            "originally appeared",
            "first published",
            "first posted",
            "first appeared",
            "впервые опубликован",
            "первоначально опубликован",
            "вперше опублікован",
            "최초 입력",
            "최초입력",
            "최초 등록",
            "최초등록",
            "최초 게재",
            "首次发布",
            "首次發布",
            "首次发表",
            "首發",
            "首发",
            "初出",
            "ursprünglich veröffentlicht",
            "zuerst veröffentlicht",
            "publié initialement",
            "initialement publié",
            "publicado originalmente",
            "originalmente publicado",
        ],
    ),
    (
        DateLabel::Modified,
        &[
            "modified",
            "updated",
            "update",
            "edited",
            "revised",
            "수정",
            "업데이트",
            "更新",
            "修改",
            "обновлен",
            "изменен",
            "оновлен",
            "редактир",
            "(ред.",
            "갱신",
            "actualisé",
            "actualisée",
            "reviewed",
            "змінен",
            "aktualisiert",
            "geändert",
            "mis à jour",
            "modifié",
            "mise à jour",
            "actualizado",
            "actualizada",
            "aggiornat",
            "atualizad",
            "bijgewerkt",
            "gewijzigd",
            "oppdatert",
            "opdateret",
            "uppdaterad",
            "zaktualizowan",
            "aktualizacj",
            "corrected",
            "güncellenme",
            "güncelleme",
            "päivitetty",
            "cập nhật",
            "diperbarui",
            "republished",
            "reposted",
            "amended",
            "编辑于",
            "編輯於",
            "изменено",
            "редакці",
            "aktualisierung",
            "actualización",
            "änderung",
            "bearbeitet",
            "aggiornament",
            "aktualizován",
            "frissítve",
            "อัปเดต",
            "ปรับปรุง",
            "تحديث",
            "עודכן",
            "به‌روز",
            "ενημέρωση",
            "განახლ",
            "अपडेट",
            "改訂",
            "訂正",
            "修正",
            "加筆",
            "追記",
            "変更",
            "修订",
            "修訂",
            "변경일",
            "고침",
            "исправлен",
            "дополнен",
            "редагован",
            "виправлен",
            "доповнен",
        ],
    ),
    (
        DateLabel::Other,
        &[
            "received",
            "accepted",
            "submitted",
            "retrieved",
            "accessed",
            "deadline",
            "접수",
            "투고",
            "심사",
            "게재확정",
            "게재 확정",
            "채택",
            "收稿",
            "來稿",
            "来稿",
            "修回",
            "接受日期",
            "原载",
            "原載",
            "受領",
            "录用",
            "錄用",
            "受付",
            "受理",
            "採録",
            "採択",
            "投稿受付",
            "поступил",
            "дата поступлен",
            "получен",
            "отриман",
            "надходжен",
            "принят",
            "надійшл",
            "прийнят",
            "eingereicht",
            "eingegangen",
            "angenommen",
            "reçu",
            "accepté",
            "recibido",
            "aceptado",
        ],
    ),
    (DateLabel::Date, &["дата", "datum:"]),
    (DateLabel::AsOf, &["stand:", "stand vom"]),
];

/// The words above, in their order.
static LABELS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasickBuilder::new()
        .match_kind(MatchKind::LeftmostLongest)
        .build(WORDS.iter().flat_map(|(_, words)| words.iter()))
        .expect("the words are few and plain")
});

/// The label of each of those words.
static MEANINGS: LazyLock<Vec<DateLabel>> =
    LazyLock::new(|| WORDS.iter().flat_map(|(label, words)| words.iter().map(|_| *label)).collect());

/// What words that stand near no date call one: the first that does so.
pub(super) fn word(text: &str) -> Option<DateLabel> {
    first(&find(&lower(text))).filter(|label| *label != DateLabel::AsOf)
}

/// What `line` calls the dates that stand at these places in it, in their order.
///
/// A label stands before its date, or, where none stands before the first and one behind the last, behind it. Of two labels
/// between a date without any and the next, the first belongs to the one and the second to the other.
pub(super) fn of_dates(line: &str, dates: &[Range<usize>]) -> Vec<Option<DateLabel>> {
    let lower = lower(line);
    let found = find(&lower);
    let Some(last) = dates.last() else { return Vec::new() };
    let between = |from: usize, until: usize| -> Vec<PlacedLabel> {
        found.iter().filter(|found| from <= found.place.start && found.place.end <= until).cloned().collect()
    };
    let gap = |at: usize| {
        let from = at.checked_sub(1).map_or(0, |before| dates[before].end);
        between(from, dates.get(at).map_or(line.len(), |date| date.start))
    };
    let behind_last = gap(dates.len());
    let is_followed = behind_last.first().is_some_and(|label| {
        // "2025.03.21 14:05 수정 15:10": what has a time behind it belongs to that.
        label.label == DateLabel::Published || !date::has_digit(&lower[label.place.end..])
    });
    let stand_behind = gap(0).is_empty() && is_followed && last.end <= line.len();
    let mut labels: Vec<Option<DateLabel>> = Vec::with_capacity(dates.len());
    let mut spent = false;
    for (at, date) in dates.iter().enumerate() {
        let inside = first(&between(date.start, date.end));
        let (mut before, behind) = (gap(at), gap(at + 1));
        if std::mem::take(&mut spent) {
            before.remove(0);
        }
        let label = if stand_behind {
            first(&behind)
        } else if before.is_empty()
            && at + 1 < dates.len()
            && behind.len() == 2
            && behind[0].label != behind[1].label
        {
            spent = true;
            Some(behind[0].label)
        } else {
            let after = &line[date.end..dates.get(at + 1).map_or(line.len(), |next| next.start)];
            let is_elsewhere = before.last().is_some_and(|label| {
                label.label == DateLabel::Original
                    && (names_outlet(&line[label.place.end..date.start]) || credits_outlet(after))
            });
            if is_elsewhere { Some(DateLabel::Other) } else { first(&before) }
        };
        labels.push(inside.or(label));
    }
    let is_published =
        |label: &Option<DateLabel>| matches!(label, Some(DateLabel::Published | DateLabel::Original));
    let as_of = labels.iter().any(is_published).then_some(DateLabel::Modified);
    labels.iter_mut().filter(|label| **label == Some(DateLabel::AsOf)).for_each(|label| *label = as_of);
    labels
}

/// A label in a line.
#[derive(Debug, Clone)]
struct PlacedLabel {
    label: DateLabel,
    place: Range<usize>,
}

fn find(lower: &str) -> Vec<PlacedLabel> {
    LABELS
        .find_iter(lower)
        .map(|found| PlacedLabel { label: MEANINGS[found.pattern().as_usize()], place: found.range() })
        .filter(|found| !cites_law(&lower[found.place.clone()], &lower[found.place.end..]))
        .collect()
}

/// Whether a label and what stands behind it cite a law as it was amended, "(ред. 20.03.2025)": a page's change has an hour.
fn cites_law(label: &str, behind: &str) -> bool {
    label == "(ред." && !behind.split(')').next().is_some_and(|inner| inner.contains(':'))
}

/// The first label that says more than "date", else that.
fn first(found: &[PlacedLabel]) -> Option<DateLabel> {
    found.iter().find(|found| found.label != DateLabel::Date).or(found.first()).map(|found| found.label)
}

/// Whether what stands between "originally published" and its date says where: then it is another paper's date.
fn names_outlet(between: &str) -> bool {
    let mut words = between.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.any(|word| {
        let is_name = word.starts_with(char::is_uppercase) && date::abbreviated_weekday(word).is_none();
        is_name || word == "by"
    })
}

/// Whether what stands behind the date of a first publication says by whom or where it was.
fn credits_outlet(behind: &str) -> bool {
    let mut words = behind.split_whitespace();
    matches!(words.next(), Some("by" | "in" | "on" | "at"))
        && words.find(|word| *word != "the").is_some_and(|word| word.starts_with(char::is_uppercase))
}

/// `line` in lower case, "ё" as "е", each letter where it was.
fn lower(line: &str) -> String {
    let small = |c: char| {
        let mut lower = c.to_lowercase();
        let small =
            lower.next().filter(|small| lower.len() == 0 && small.len_utf8() == c.len_utf8()).unwrap_or(c);
        if small == 'ё' { 'е' } else { small }
    };
    line.chars().map(small).collect()
}

#[cfg(test)]
mod tests {
    use super::DateLabel::{Modified, Original, Other, Published};
    use super::*;

    fn labels(line: &str) -> Vec<Option<DateLabel>> {
        let places: Vec<_> = date::read_all(line).into_iter().map(|found| found.place).collect();
        of_dates(line, &places)
    }

    #[test]
    fn a_label_before_a_date_says_which_it_is() {
        assert_eq!(labels("Updated 21 March 2025"), [Some(Modified)]);
        assert_eq!(labels("Published and last updated: 21 March 2025"), [Some(Published)]);
        assert_eq!(labels("Дата обновления: 21.03.2025"), [Some(Modified)]);
        assert_eq!(labels("Дата публикации: 21.03.2025"), [Some(Published)]);
        assert_eq!(labels("Обновлён 21 марта 2025"), [Some(Modified)]);
        assert_eq!(labels("Закон от 5 марта 2020 года (ред. 20.03.2025) обязывает"), [None, None]);
        assert_eq!(labels("Stand: 15.03.2025 10:30 Uhr"), [None]);
        assert_eq!(
            labels("Erstellt: 14.03.2025, 10:30 Uhr Stand: 15.03.2025, 11:45 Uhr"),
            [Some(Published), Some(Modified)]
        );
        assert_eq!(labels("Letzte Änderung: 15. März 2025"), [Some(Modified)]);
        assert_eq!(labels("Actualisé le 15 mars 2025"), [Some(Modified)]);
        assert_eq!(labels("Last reviewed: 15 March 2025"), [Some(Modified)]);
        assert_eq!(labels("송고 2025-03-15 08:00 갱신 2025-03-16 19:45"), [Some(Published), Some(Modified)]);
        assert_eq!(labels("อัปเดต 16 มีนาคม พ.ศ. 2568"), [Some(Modified)]);
        assert_eq!(labels("2025.03.20 14:05 수정 15:10"), [None]);
        assert_eq!(labels("２０２５年３月２０日１４時５分　更新１５時１０分"), [None]);
        assert_eq!(labels("21 March 2025"), [None]);
    }

    #[test]
    fn two_dates_are_told_apart_in_either_order_and_six_languages() {
        for (published, modified) in [
            ("First published 20 March 2025 08:00", "Last updated 21 March 2025 19:45"),
            ("Опубликовано 20.03.2025 в 08:00", "Обновлено 21.03.2025 в 19:45"),
            ("Дата публікації: 20 березня 2025, 08:00", "Дата оновлення: 21 березня 2025, 19:45"),
            ("입력 2025.03.20 08:00", "수정 2025.03.21 19:45"),
            ("发布时间：2025-03-20 08:00", "更新时间：2025-03-21 19:45"),
            ("Опубликовано 20.03.2025 08:00", "(ред. 21.03.2025 19:45)"),
            ("首发：2025年03月20日 08:00", "，最后修改：2025年03月21日 19:45"),
            ("公開日 2025年3月20日 8時00分", "最終更新日 2025年3月21日 19時45分"),
            ("Posted Mar 20, 2025 08:00", "Edited Mar 21, 2025 19:45"),
            ("Originally published on March 20, 2025 at 8:00 AM", "Revised March 21, 2025 7:45 PM"),
            ("Создано: 20 марта 2025 г. в 08:00", "Последнее обновление: 21 марта 2025 г. в 19:45"),
            ("Добавлено 20.03.2025 08:00", "исправлено 21.03.2025 19:45"),
            ("Впервые опубликовано 20 марта 2025 года, 08:00", "Материал обновлён 21 марта 2025 года, 19:45"),
            ("розміщено 20 березня 2025 року о 08:00", "Відредаговано 21 березня 2025 року о 19:45"),
            ("Додано 20 березня 2025 р. 08:00", "виправлено 21 березня 2025 р. 19:45"),
            ("створено 20.03.2025 08:00", "Змінено 21.03.2025 19:45"),
            ("기사입력 2025-03-20 08:00:00", "최종수정 2025-03-21 19:45:00"),
            ("최초 작성 2025년 3월 20일 오전 8시", "최종 업데이트 2025년 3월 21일 오후 7시 45분"),
            ("발행일 2025.03.20 08:00", "변경일 2025.03.21 19:45"),
            ("初出 2025年3月20日 8:00", "加筆 2025年3月21日 19:45"),
            ("投稿日 2025年3月20日 午前8時", "改訂日 2025年3月21日 午後7時45分"),
            ("發佈於 2025年3月20日 08:00", "更新於 2025年3月21日 19:45"),
            ("刊发于2025年3月20日上午8时", "修改于2025年3月21日晚7时45分"),
            ("上线时间：2025.03.20 08:00", "最近修订：2025.03.21 19:45"),
        ] {
            let is_published = |label: &Option<DateLabel>| matches!(label, Some(Published | Original));
            for join in [" | ", " ", "; ", " ("] {
                let told = labels(&format!("{published}{join}{modified}"));
                assert!(
                    told.len() == 2 && is_published(&told[0]) && told[1] == Some(Modified),
                    "{published} {told:?}"
                );
                let told = labels(&format!("{modified}{join}{published}"));
                assert!(
                    told.len() == 2 && told[0] == Some(Modified) && is_published(&told[1]),
                    "{modified} {told:?}"
                );
            }
        }
    }

    #[test]
    fn labels_may_stand_behind_their_dates() {
        assert_eq!(labels("2025.03.20 08:00 ㅣ 2025.03.21 19:45 업데이트"), [None, Some(Modified)]);
        assert_eq!(
            labels("2025.03.20 08:00 입력 | 2025.03.21 19:45 수정"),
            [Some(Published), Some(Modified)]
        );
        assert_eq!(labels("2025-03-20 08:00 发布 2025-03-21 19:45 更新"), [Some(Published), Some(Modified)]);
        assert_eq!(labels("21 March 2025 (updated)"), [Some(Modified)]);
        assert_eq!(labels("2025.03.20 08:00 입력, 수정 2025.03.21 19:45"), [Some(Published), Some(Modified)]);
        assert_eq!(labels("20 March 2025 (updated 21 March 2025)"), [None, Some(Modified)]);
    }

    #[test]
    fn of_a_day_in_print_and_one_on_the_web_the_second_is_that_of_this_page() {
        assert_eq!(
            labels("22 March 2025 (print edition) · Online since 21 March 2025"),
            [None, Some(Published)]
        );
        assert_eq!(
            labels("Druckausgabe 22.03.2025, online seit 21.03.2025, 18:30 Uhr"),
            [None, Some(Published)]
        );
        assert_eq!(labels("Mis en ligne le 21 mars 2025 (édition du 22 mars 2025)"), [Some(Published), None]);
    }

    #[test]
    fn the_days_of_a_manuscript_are_not_those_of_its_publication() {
        assert_eq!(
            labels("Received: 3 May 2025; Accepted: 16 June 2025; Published: 18 June 2025"),
            [Some(Other), Some(Other), Some(Published)]
        );
        assert_eq!(labels("Поступила в редакцию 03.05.2025, принята 16.06.2025"), [Some(Other), Some(Other)]);
        assert_eq!(labels("Получено: 03.05.2025. Принято: 16.06.2025"), [Some(Other), Some(Other)]);
        assert_eq!(labels("투고 접수 2025.05.03 게재확정 2025.06.16"), [Some(Other), Some(Other)]);
        assert_eq!(labels("투고일: 2025.5.3, 게재확정일: 2025.6.16"), [Some(Other), Some(Other)]);
        assert_eq!(labels("投稿受付日 2025年5月3日、採択日 2025年6月16日"), [Some(Other), Some(Other)]);
        assert_eq!(labels("Дата поступления: 10.06.2025"), [Some(Other)]);
        assert_eq!(labels("Отримано: 10 червня 2025"), [Some(Other)]);
        assert_eq!(labels("Дата надходження: 10.06.2025"), [Some(Other)]);
        assert_eq!(labels("原稿受領 2025年6月10日"), [Some(Other)]);
        assert_eq!(labels("來稿日期：2025年6月10日"), [Some(Other)]);
        assert_eq!(
            labels("접수 2025년 6월 10일 | 게재 확정 2025년 6월 14일 | 발행 2025년 6월 16일"),
            [Some(Other), Some(Other), Some(Published)]
        );
        assert_eq!(
            labels(
                "收稿日期：2025-06-10；修回日期：2025-06-12；接受日期：2025-06-14；网络出版日期：2025-06-16"
            ),
            [Some(Other), Some(Other), Some(Other), Some(Published)]
        );
    }

    #[test]
    fn what_another_paper_published_first_is_not_this_publication() {
        assert_eq!(labels("This story was originally published June 16, 2025 at 8:00 AM."), [Some(Original)]);
        assert_eq!(labels("Originally published on Monday, 16 June 2025"), [Some(Original)]);
        assert_eq!(labels("Originally published in The Harbour Herald on 3 May 2024"), [Some(Other)]);
        assert_eq!(labels("First published by westland wire, 3 May 2024"), [Some(Other)]);
        assert_eq!(labels("Originally published on 3 May 2024 by the Harbour Herald."), [Some(Other)]);
        assert_eq!(labels("Originally published on 3 May 2024 in Westland"), [Some(Other)]);
    }
}
