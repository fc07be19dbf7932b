//! Bylines in Chinese and Japanese: 記者 before or behind the name, 【place＝name】 before the text, （name） behind it.

use super::words;
use crate::meta::text;

/// The word that says "reporter": before a name in Chinese, behind one in Japanese.
const REPORTERS: &[&str] = &["記者", "记者"];

/// Labels of those who write for a paper from outside of it, before their names.
const CORRESPONDENTS: &[&str] = &["通讯员", "通訊員", "特约记者", "特約記者", "实习生", "實習生"];

/// Whether a word is such a label, or one of a reporter's: "实习记者".
fn is_correspondent(word: &str) -> bool {
    CORRESPONDENTS.contains(&word) || REPORTERS.iter().any(|label| word.ends_with(label))
}

/// What those who edited are called before their names.
const EDITORS: &[&str] = &["编辑", "編輯", "责编", "責編", "责任编辑", "責任編輯"];

/// What stands before a name, set apart by a point.
const TITLES: &[&str] = &["編集委員", "論説委員", "特派員", "聞き手", "構成", "文"];

/// What a wire calls itself where it signs in the place of a person.
const WIRES: &[&str] = &["共同", "時事", "通信", "通訊", "新华", "新華", "中央社", "ロイター"];

/// Remarks in brackets that are no names.
const REMARKS: &[&str] = &[
    "敬称", "略", "掲載", "転載", "関連", "以下", "同上", "続く", "时间", "時間", "以上", "攝", "摄", "圖",
    "图", "撮影", "提供", "发自", "發自", "综合", "綜合", "整理", "整合", "即時", "即时", "外電", "外电",
];

/// What a desk, a bureau or the like ends with, before or behind the name of one of its people.
const DESKS: &[&str] =
    &["局", "部", "支局", "総局", "編集部", "報道部", "取材班", "センター", "新聞", "新聞社"];

/// What people are called behind their name and the place they write from.
const POSTS: &[&str] = &["特派員", "編集委員", "論説委員", "記者", "キャスター"];

/// Who reports from abroad, in both ways to write Chinese.
const ABROAD: &[&str] = &["特派員", "特派员"];

/// The names in a part of a byline that holds Han.
pub(super) fn names(part: &str) -> Vec<String> {
    // "モスクワ＝山田太郎", "モスクワ山田太郎": the place stands before the name.
    if part.starts_with(text::is_katakana)
        && !part.contains(char::is_whitespace)
        && let Some(names) = placed(part)
    {
        return names;
    }
    // "山田 太郎 : 港湾記者": the post stands behind the name.
    if let Some((name, _)) = part
        .split_once(" : ")
        .or_else(|| part.split_once('：'))
        .filter(|(name, _)| is_japanese_name(name.trim()) && !words::is_reporter(name))
        .filter(|(_, post)| words::is_reporter(post) || is_title(post))
    {
        return vec![name.trim().to_owned()];
    }
    // "记者 林小明 陈大文 北港报道": the place stands behind the names.
    let part = match part.rsplit_once(' ') {
        Some((names, place)) if ["报道", "報導"].iter().any(|end| place.ends_with(end)) => names,
        _ => part,
    };
    let found = REPORTERS.iter().find_map(|reporter| part.split_once(reporter));
    let Some((before, behind)) = found else { return apart(part) };
    let behind = behind.trim_matches(|c: char| c.is_whitespace() || "：:﹕/／|丨｜・".contains(c));
    if behind.chars().filter(|c| text::is_han(*c)).count() < 2 || words::is_role(behind) {
        // "林小明 海港网记者": the house stands behind the name.
        let named = before.split_whitespace().find(|word| is_name(word) && before.trim() != *word);
        return vec![named.unwrap_or(before.trim()).to_owned()];
    }
    let behind = wired(behind).unwrap_or(behind);
    let behind = unspaced(behind);
    let several: Vec<String> = behind
        .split(' ')
        .filter(|name| is_name(name) && !is_correspondent(name))
        .map(str::to_owned)
        .collect();
    if several.is_empty() { vec![behind] } else { several }
}

/// `names` with one space between them and none within: names of two characters are set as wide as those of three, "李 华".
fn unspaced(names: &str) -> String {
    let mut joined: Vec<String> = Vec::new();
    let mut is_open = false;
    for word in names.split_whitespace() {
        let is_one = word.chars().count() == 1 && word.chars().all(text::is_han);
        match joined.last_mut().filter(|_| is_open && is_one) {
            Some(family) => {
                family.push_str(word);
                is_open = false;
            }
            None => {
                joined.push(word.to_owned());
                is_open = is_one;
            }
        }
    }
    joined.join(" ")
}

/// The names in a dispatch's line of agency, reporter, place and day: "海央社記者林小明台北21日電".
pub(super) fn dispatched(line: &str) -> Vec<String> {
    const ENDS: [&str; 4] = ["日電", "日电", "日訊", "日讯"];
    let line = line.trim_start_matches(|c: char| c.is_whitespace() || "[【〔［（(".contains(c));
    let dispatch = ENDS.iter().find_map(|end| line.split_once(end)).map(|(line, _)| line);
    let names = dispatch.and_then(|line| REPORTERS.iter().find_map(|label| line.split_once(label)));
    let names = names.filter(|(house, _)| house.chars().count() <= 12).map(|(_, names)| names);
    let words = names.into_iter().flat_map(|names| names.split([' ', '　', '、', '，', '：']));
    words.filter(|word| !word.is_empty()).map_while(before_day).collect()
}

/// The first characters of the commonest family names in Chinese, in both ways to write them.
const FAMILIES: &str = "王李张張刘劉陈陳杨楊赵趙黄黃周吴吳徐孙孫胡朱高林何郭马馬罗羅梁宋郑鄭谢謝韩韓唐冯馮于董萧蕭程曹袁邓鄧许許傅沈曾彭吕呂苏蘇卢盧蒋蔣蔡贾賈丁魏薛叶葉阎閻余潘杜戴夏钟鍾汪田任姜范方石姚谭譚廖邹鄒熊金陆陸郝孔白崔康毛邱秦江史顾顧侯邵孟龙龍万萬段雷钱錢汤湯尹黎易常武乔喬贺賀赖賴龚龔";

/// Whether a word is a name of two or three characters that begins as Chinese ones do.
fn is_chinese_name(word: &str) -> bool {
    (2..=3).contains(&word.chars().count())
        && word.chars().next().is_some_and(|first| FAMILIES.contains(first))
        && is_name(word)
}

/// Whether a word can't be a name where no label calls it one: two characters of Han, as buttons have ("纠错", "昨天", "名片"), unless a common
/// family's name begins them, or kana alone ("メール"), unless a point parts them as a foreigner's names.
pub(super) fn is_bare_word(name: &str) -> bool {
    let is_pair = name.chars().count() == 2 && name.chars().all(text::is_han);
    is_pair && !is_chinese_name(name)
        || !name.is_empty() && name.chars().all(|c| text::is_kana(c) && c != '・')
}

/// Families' names of two characters.
const COMPOUND: &[&str] = &["歐陽", "欧阳", "司馬", "司马", "諸葛", "诸葛", "上官", "司徒"];

/// The name that place and day of a dispatch are glued to: "林小明台北十六日電".
fn wired(text: &str) -> Option<&str> {
    let is_numeral = |c: char| c.is_numeric() || "一二三四五六七八九十廿".contains(c);
    let dated = text.strip_suffix(['電', '电', '訊', '讯'])?.strip_suffix('日')?.trim_end_matches(is_numeral);
    // Most names have three characters, and no place has fewer than two.
    let length = match dated.chars().count() {
        4 => 2,
        6.. if COMPOUND.iter().any(|family| dated.starts_with(family)) => 4,
        _ => 3,
    };
    let (end, _) = dated.char_indices().nth(length)?;
    is_name(&text[..end]).then_some(&text[..end])
}

/// The names in a part that spaces part, where each is whole by itself: "林小明 陈大文". Of two words that are shorter the
/// first is the family's name, as Japanese pages write it: "山田 太郎".
fn apart(part: &str) -> Vec<String> {
    let mut words: Vec<&str> = words::without_prefix(part)
        .split_whitespace()
        .filter(|word| {
            !CORRESPONDENTS.contains(word) && !["发自", "發自"].iter().any(|from| word.starts_with(from))
        })
        .collect();
    if words.len() > 1 && EDITORS.contains(&words[0]) {
        return Vec::new();
    }
    // "港湾周刊 林小明": the house stands before the name, or where somebody is its correspondent.
    if let [house, name] = words[..]
        && (words::is_house(house) || ABROAD.iter().any(|post| house.ends_with(post)))
        && is_name(name)
    {
        words.remove(0);
    }
    // "山田 太郎" is one, "林小明 陈大" are two.
    let are_names = words.iter().all(|word| (3..=4).contains(&word.chars().count()) && is_name(word))
        || words.iter().all(|word| is_chinese_name(word))
            && words.iter().any(|word| word.chars().count() == 3);
    match words[..] {
        [name] => vec![name.to_owned()],
        _ if are_names => words.into_iter().map(str::to_owned).collect(),
        _ => vec![part.to_owned()],
    }
}

/// Whether a part of a byline is a title that a point sets apart from the name behind it: "編集委員・山田太郎".
pub(super) fn is_title(part: &str) -> bool {
    const ENDS: &[&str] = &["局長", "部長", "次長", "編集長", "特派員", "デスク", "キャップ"];
    TITLES.contains(&part) || ENDS.iter().any(|end| part.ends_with(end))
}

/// Whether a word can be a name in Han: two to four characters, and no paper, desk, wire or remark.
pub(super) fn is_name(word: &str) -> bool {
    (2..=4).contains(&word.chars().count())
        && word.chars().all(text::is_han)
        && !words::is_house(word)
        && !words::is_role(word)
        && !words::is_furniture(word)
        && !WIRES.iter().chain(REMARKS).any(|other| word.contains(other))
}

/// The names that a text is signed with at its head or foot.
pub(super) fn signed(text: &str) -> Option<Vec<String>> {
    in_place(text)
        .or_else(|| at_end(text))
        .or_else(|| behind_sentence(text))
        .or_else(|| behind_rights(text))
        .or_else(|| labelled(text))
}

/// The person for whom a wire signs with its rights behind the last sentence, as papers in Japanese take its reports over: "…した。(c)AFP/Ana
/// LUND".
fn behind_rights(text: &str) -> Option<Vec<String>> {
    const RIGHTS: [&str; 3] = ["(c)", "（c）", "©"];
    let (_, last) = text.trim_end().rsplit_once('。')?;
    let signed =
        RIGHTS.iter().find_map(|rights| last.trim_start_matches('」').trim().strip_prefix(rights))?;
    let (wire, name) = signed.split_once('/')?;
    let is_name = words::is_known_wire(wire.trim()) && super::is_person(name.trim());
    is_name.then(|| vec![name.trim().to_owned()])
}

/// 【ソウル＝山田太郎】 at the beginning: place and name.
fn in_place(text: &str) -> Option<Vec<String>> {
    let text = text.trim_start();
    let inner = text.strip_prefix('【').and_then(|inner| inner.split_once('】'));
    let inner = inner.or_else(|| text.strip_prefix('［').and_then(|inner| inner.split_once('］')))?.0;
    placed(inner)
}

/// The names behind a place: "ソウル＝山田太郎", "ソウル山田太郎", where the scripts of both tell them apart.
fn placed(text: &str) -> Option<Vec<String>> {
    let (place, names) = match text.split_once(['＝', '=', '・']) {
        Some(parted) => parted,
        None => {
            let end = text.find(|c| !text::is_katakana(c)).filter(|end| *end > 0)?;
            text.split_at(end)
        }
    };
    let is_short = (1..=12).contains(&place.chars().count()) && names.chars().count() <= 30;
    several(names).filter(|_| is_short)
}

/// The names in a line that says who reports: "國際中心／林小明報導", "編譯林小明／即時報導".
pub(super) fn reported(line: &str) -> Vec<String> {
    const REPORTS: &[&str] = &["報導", "报道", "報道", "编译", "編譯"];
    let line = line.trim_matches(|c: char| c.is_whitespace() || "[]【】〔〕［］（）()".contains(c));
    let Some(line) =
        REPORTS.iter().find_map(|end| line.strip_suffix(end)).filter(|line| line.chars().count() <= 30)
    else {
        return Vec::new();
    };
    let Some((first, second)) = line.split_once(['／', '/']) else { return Vec::new() };
    let first = words::without_prefix(first.trim());
    let names = |part: &str| -> Vec<String> {
        let names: Vec<&str> = part.split(['、', '，', ' ', '　']).filter(|name| !name.is_empty()).collect();
        let are_names = !names.is_empty() && names.iter().all(|name| is_name(name) && !is_center(name));
        if are_names { names.into_iter().map(str::to_owned).collect() } else { Vec::new() }
    };
    let (before, behind) = (names(first), names(second.trim()));
    // Behind a name stands the place; before one the desk.
    if !before.is_empty() { before } else { behind }
}

fn is_center(name: &str) -> bool {
    name.ends_with("中心") || name.ends_with("焦點")
}

/// The name in a line that says the desk before it or the post behind it.
pub(super) fn desked(line: &str) -> Option<String> {
    let line = line.trim();
    let is_post = |words: &str| POSTS.iter().any(|end| words.ends_with(end));
    if let Some((name, house)) = line.split_once(['（', '(']) {
        let is_house =
            house.strip_suffix(['）', ')']).is_some_and(|house| words::is_house(house) || is_post(house));
        return several(name.trim())
            .filter(|names| is_house && names.len() == 1)
            .and_then(|names| names.into_iter().next());
    }
    // "林小明/海港日报"
    if let Some((name, house)) = line.split_once(['/', '／'])
        && is_chinese_name(name.trim())
        && words::is_house(house.trim())
    {
        return Some(name.trim().to_owned());
    }
    if let Some((name, post)) = line.split_once(['・', ' ', '　']) {
        let is_behind_name = is_post(post) || ["发自", "發自"].iter().any(|from| post.starts_with(from));
        let names = is_behind_name.then(|| several(name)).flatten();
        let is_desk = DESKS.iter().chain(ABROAD).any(|end| name.ends_with(end));
        let names = names.or_else(|| is_desk.then(|| several(post)).flatten());
        return names.filter(|names| names.len() == 1).and_then(|names| names.into_iter().next());
    }
    placed(line).filter(|_| line.contains(['＝', '='])).and_then(|names| names.into_iter().next())
}

/// 【name】 or 【name、name】 at the end, as Japanese papers sign, or （name）.
fn at_end(text: &str) -> Option<Vec<String>> {
    let text = text.trim_end();
    if let Some(before) = text.strip_suffix('］') {
        return several(before.rsplit_once('［')?.1);
    }
    let (inner, is_lenticular) = match text.strip_suffix('】') {
        Some(before) => (before.rsplit_once('【')?.1, true),
        None => (text.strip_suffix(['）', ')'])?.rsplit_once(['（', '('])?.1, false),
    };
    if inner.chars().count() > 30 {
        return None;
    }
    if let Some(names) = placed(inner) {
        return Some(names);
    }
    if is_lenticular {
        let is_name = |name: &str| is_japanese_name(name) && !is_bare_word(name);
        return inner.split(['、', '，', '・']).all(is_name).then(|| vec![inner.to_owned()]);
    }
    // Round brackets hold much else, so what they hold must look like a family and a given name, or say that it is a byline.
    several(inner).or_else(|| behind_label(inner))
}

/// The names behind the label of a byline: "文/图 林小明 陈大文".
fn behind_label(inner: &str) -> Option<Vec<String>> {
    let inner = words::without_both(inner);
    let names: Vec<String> = words::after_prefix(&inner)?.split(['、', '，']).flat_map(names).collect();
    let is_whole = |name: &String| is_name(&name.replace([' ', '　'], ""));
    (!names.is_empty() && names.iter().all(is_whole)).then_some(names)
}

/// 記者 and a name behind the last sentence, as papers of Hong Kong sign: "…啟航。記者 林小明".
fn behind_sentence(text: &str) -> Option<Vec<String>> {
    let (_, last) = text.trim_end().rsplit_once(['。', '！', '？', '」'])?;
    let last = last.trim();
    let name = REPORTERS.iter().find_map(|label| last.strip_prefix(label))?;
    let name = name.trim_matches(|c: char| c.is_whitespace() || "：:﹕／/".contains(c));
    is_name(name).then(|| vec![name.to_owned()])
}

/// The names in a list of them, each of three characters at least; roles before them go.
fn several(names: &str) -> Option<Vec<String>> {
    let names: Vec<&str> = names.split(['、', '，', '・', ',']).map(str::trim).collect();
    let names: Vec<&str> = names.into_iter().filter(|name| !TITLES.contains(name)).collect();
    let is_whole = |name: &&str| {
        let letters = name.chars().filter(|c| !c.is_whitespace()).count();
        let is_wire = WIRES.iter().chain(REMARKS).any(|other| name.contains(other));
        is_japanese_name(name)
            && (3..=6).contains(&letters)
            && name.starts_with(text::is_han)
            && !is_wire
            && !words::is_house(name)
            && !words::is_furniture(name)
    };
    (!names.is_empty() && names.iter().all(is_whole)).then(|| names.into_iter().map(str::to_owned).collect())
}

/// （记者 name name） and （通訊社記者name place）, as Chinese agencies and papers write before or behind the text.
fn labelled(text: &str) -> Option<Vec<String>> {
    for label in REPORTERS.iter().filter(|label| text.contains(**label)) {
        let inner = text.split(['（', '(', '【', '［', '〔', '[']).skip(1).find_map(|inner| {
            let inner = inner.split(['）', ')', '】', '］', '〕', ']']).next()?;
            let (before, names) = inner.split_once(label)?;
            // Before the label stands the paper or agency.
            (before.chars().count() <= 12).then_some(names)
        });
        let Some(inner) = inner else { continue };
        let inner = inner.split(['／', '/', '报', '報']).next()?.trim_matches(['：', ':', ' ', '　']);
        let words =
            inner.split([' ', '　', '、', '，']).filter(|word| !word.is_empty() && !is_correspondent(word));
        let names: Vec<String> = words.map_while(before_day).take(6).collect();
        if !names.is_empty() {
            return Some(names);
        }
    }
    None
}

/// The name in "林小明台北21日電": name and place run together before the day. Most names have three characters, places two.
fn before_day(word: &str) -> Option<String> {
    let letters: Vec<char> = word.chars().take_while(|c| text::is_han(*c)).collect();
    let is_dated = word.chars().nth(letters.len()).is_some_and(|c| c.is_ascii_digit());
    let length = match letters.len() {
        length if !is_dated => length,
        length if length >= 5 => 3,
        4 => 2,
        length => length,
    };
    let name: String = letters[..length.min(letters.len())].iter().collect();
    (is_name(&name) && (is_dated || letters.len() == word.chars().count())).then_some(name)
}

/// Two to seven characters of Han or kana, perhaps with a space between family and given name.
fn is_japanese_name(name: &str) -> bool {
    let letters = name.chars().filter(|c| !c.is_whitespace()).count();
    (2..=7).contains(&letters)
        && name.chars().all(|c| text::is_han(c) || text::is_kana(c) || c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn japanese_papers_sign_before_and_behind_the_text() {
        assert_eq!(signed("【ソウル＝山田太郎】船は朝六時に出た。"), Some(vec!["山田太郎".to_owned()]));
        assert_eq!(
            signed("船は朝六時に出た。（山田太郎、鈴木花子）"),
            Some(vec!["山田太郎".to_owned(), "鈴木花子".to_owned()])
        );
        assert_eq!(signed("船は朝六時に出た。（編集委員・山田太郎）"), Some(vec!["山田太郎".to_owned()]));
        for text in [
            "【ソウル共同】船は",
            "【ソウル＝時事】船は",
            "船は出た。（敬称略）",
            "船は出た。（共同通信）",
            "船は出た。（写真）",
        ] {
            assert_eq!(signed(text), None, "{text}");
        }
    }

    #[test]
    fn a_label_in_brackets_at_the_end_names_the_authors() {
        let of = |text: &str| signed(text).unwrap_or_default();
        assert_eq!(of("渡轮清晨六时启航。(文/图 林小明 陈大文)"), ["林小明", "陈大文"]);
        assert_eq!(of("渡轮清晨六时启航。（作者：林小明）"), ["林小明"]);
        assert_eq!(of("船は朝六時に出た。（執筆：山田 太郎）"), ["山田 太郎"]);
        assert_eq!(of("（记者林小明 整合）渡轮清晨六时启航"), ["林小明"]);
        for text in [
            "渡轮清晨六时启航。（图：林小明）",
            "渡轮清晨六时启航。（编辑：林小明）",
            "渡轮启航。（文中人物均为化名）",
        ] {
            assert!(of(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_wire_signs_for_its_reporter_behind_the_last_sentence() {
        let of = |text: &str| signed(text).unwrap_or_default();
        assert_eq!(of("船は朝六時に港を出発した。(c)AFP/Ana LUND"), ["Ana LUND"]);
        assert_eq!(of("「もうすぐだ」と述べた。(c)AFP/Ana LUND"), ["Ana LUND"]);
        for text in
            ["船は出発した。(c)AFP", "港の船(c)AFP/Ana LUND", "船は出発した。(c)Harbour Photos/Ana LUND"]
        {
            assert!(of(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn two_characters_without_a_label_are_a_name_only_behind_a_known_family() {
        assert!(is_bare_word("メール") && !is_bare_word("アナ・ルンド"));
        for word in ["纠错", "昨天", "名片", "個人"] {
            assert!(is_bare_word(word), "{word}");
            assert_eq!(signed(&format!("渡轮清晨六时启航。【{word}】")), None, "{word}");
        }
        assert!(!is_bare_word("林明") && !is_bare_word("林小明"));
        let of = |text: &str| signed(text).unwrap_or_default();
        assert_eq!(of("船は朝六時に出た。【山田太郎】"), ["山田太郎"]);
        assert_eq!(of("〔記者林小明／北港報導〕渡輪啟航（資料照）"), ["林小明"]);
        assert!(of("渡輪清晨六時啟航。（資料照）").is_empty());
    }

    #[test]
    fn chinese_papers_name_their_reporters() {
        let of = |text: &str| signed(text).unwrap_or_default();
        assert_eq!(of("（记者 林小明 陈大文）渡轮清晨六时启航"), ["林小明", "陈大文"]);
        assert_eq!(of("〔記者林小明／台北報導〕渡輪清晨六時啟航"), ["林小明"]);
        assert_eq!(of("（海央社記者林小明台北21日電）渡輪"), ["林小明"]);
        assert_eq!(of("渡輪清晨六時啟航。記者 林小明"), ["林小明"]);
        assert!(of("渡輪清晨六時啟航。記者問何時返航").is_empty());
        assert_eq!(names("本报记者 林小明 陈大文"), ["林小明", "陈大文"]);
        assert_eq!(names("山田太郎記者"), ["山田太郎"]);
    }
}
