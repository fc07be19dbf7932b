//! The words around names, in the languages of the field.

use dateline_wire::Role;

use crate::meta::text;

/// What stands before names, in lower case, and says by itself that a visible line is a byline: longer than words of prose.
const WRITTEN_BY: &[&str] = &[
    "veröffentlicht von",
    "geschrieben von",
    "verfasst von",
    "erstellt von",
    "ein beitrag von",
    "écrit par",
    "rédigé par",
    "publié par",
    "escrito por",
    "publicado por",
    "scritto da",
    "pubblicato da",
    "geschreven door",
    "skrevet av",
    "skrevet af",
    "skriven av",
    "submitted by",
    "uploaded by",
    "contributed by",
    "reporting by",
    "eingestellt von",
    "gespeichert von",
    "beitrag von",
    "gastbeitrag von",
    "kommentar von",
    "analyse von",
    "interview von",
    "reportage von",
    "kolumne von",
    "essay von",
    "bericht von",
    "a cura di",
    "enviado por",
    "подготовил",
    "подготовила",
    "подготовили",
    "материал подготовил",
    "материал подготовила",
    "беседовал",
    "беседовала",
    "підготував",
    "підготувала",
    "підготували",
    "розмовляв",
    "розмовляла",
];

/// Articles before the kinds of text in [`WRITTEN_BY`]: "Ein Kommentar von …".
const ARTICLES: &[&str] = &["ein ", "eine "];

/// What a label before a colon or a dash says where authors follow it, in lower case.
const LABELS: &[&str] = &[
    "by",
    "author",
    "authors",
    "author name",
    "reporter",
    "journalist",
    "writer",
    "words",
    "text",
    "story",
    "report",
    "von",
    "autor",
    "autorin",
    "autoren",
    "autorinnen",
    "verfasser",
    "verfasserin",
    "interview",
    "bericht",
    "auteur",
    "auteure",
    "autrice",
    "auteurs",
    "texte",
    "journaliste",
    "autora",
    "autores",
    "texto",
    "periodista",
    "redactor",
    "redactora",
    "jornalista",
    "reportagem",
    "autore",
    "autori",
    "testo",
    "giornalista",
    "door",
    "tekst",
    "av",
    "af",
    "författare",
    "skribent",
    "forfatter",
    "kirjoittaja",
    "toimittaja",
    "teksti",
    "autoři",
    "opracował",
    "opracowała",
    "opracowanie",
    "piše",
    "napisao",
    "napisala",
    "szerző",
    "írta",
    "scris de",
    "yazar",
    "yazan",
    "haber",
    "muhabir",
    "oleh",
    "penulis",
    "pewarta",
    "wartawan",
    "tác giả",
    "phóng viên",
    "автор",
    "авторы",
    "автори",
    "авторка",
    "авторки",
    "авторка тексту",
    "автор тексту",
    "автор текста",
    "автор материала",
    "автор статьи",
    "текст",
    "корреспондент",
    "кореспондент",
    "кореспондентка",
    "журналист",
    "журналистка",
    "журналіст",
    "журналістка",
    "συντάκτης",
    "συντάκτρια",
    "γράφει",
    "بقلم",
    "كتب",
    "كتبت",
    "الكاتب",
    "المراسل",
    "نویسنده",
    "خبرنگار",
    "מאת",
    "כתב",
    "כתבת",
    "โดย",
    "ผู้เขียน",
    "लेखक",
    "লেখক",
    "記者",
    "记者",
    "文字記者",
    "文字记者",
    "作者",
    "文",
    "文字",
    "撰文",
    "撰稿",
    "採訪",
    "采写",
    "採訪撰文",
    "采访",
    "筆者",
    "著",
    "著者",
    "執筆",
    "執筆者",
    "取材",
    "取材・文",
    "取材文",
    "聞き手",
    "構成",
    "ライター",
    "ジャーナリスト",
    "기자",
    "글",
    "글쓴이",
    "취재",
    "정리",
    "필자",
];

/// A label has so many letters at most.
const MAX_LABEL: usize = 20;

/// What else stands before names, in lower case. Followed by a space, a colon or a bar.
const PREFIXES: &[&str] = &[
    "unserem korrespondenten",
    "unserer korrespondentin",
    "unserem redakteur",
    "unserer redakteurin",
    "unserem mitarbeiter",
    "unserer mitarbeiterin",
    "unserem reporter",
    "unserer reporterin",
    "our correspondent",
    "our own correspondent",
    "notre correspondant",
    "notre correspondante",
    "notre envoyé spécial",
    "notre envoyée spéciale",
    "dal nostro inviato",
    "dalla nostra inviata",
    "dal nostro corrispondente",
    "dalla nostra corrispondente",
    "nuestro corresponsal",
    "nuestra corresponsal",
    "από τον",
    "από την",
    "από",
    "του",
    "της",
    "γράφει ο",
    "γράφει η",
    "γράφει",
    "بقلم",
    "كتب",
    "كتبت",
    "מאת",
    "โดย",
    "oleh",
    "od",
    "журналист",
    "журналистка",
    "журналіст",
    "журналістка",
    "корреспондент",
    "кореспондент",
    "авторка",
    "採訪",
    "采访",
    "采写",
    "文字記者",
    "文字记者",
    "文字",
    "著者",
    "著",
    "執筆者",
    "聞き手",
    "構成",
    "ライター",
    "ジャーナリスト",
    "特约撰稿人",
    "特約撰稿人",
    "编译",
    "編譯",
    "정리",
    "필자",
    "artikel von",
    "rezept von",
    "ein gastbeitrag von",
    "vom",
    "auteur",
    "auteure",
    "autrice",
    "autore",
    "autora",
    "編集委員",
    "by",
    "written by",
    "posted by",
    "reported by",
    "reporting by",
    "published by",
    "story by",
    "words by",
    "text by",
    "analysis by",
    "opinion by",
    "review by",
    "author",
    "authors",
    "reporter",
    "von",
    "ein artikel von",
    "text",
    "autor",
    "autorin",
    "par",
    "propos recueillis par",
    "por",
    "texto",
    "di",
    "a cura di",
    "av",
    "af",
    "door",
    "tekst",
    "yazar",
    "haber",
    "автор",
    "авторы",
    "автори",
    "текст",
    "подготовил",
    "подготовила",
    "підготував",
    "підготувала",
    "記者",
    "记者",
    "作者",
    "文",
    "撰文",
    "撰稿",
    "筆者",
    "執筆",
    "取材・文",
    "取材",
    "글",
    "글쓴이",
    "취재",
];

/// More prefixes that say by themselves that a visible line is a byline. Short words of prose ("from", "da") don't.
const TELLING: &[&str] = &[
    "編集委員",
    "論説委員",
    "記者：",
    "記者:",
    "記者﹕",
    "记者：",
    "记者:",
    "autor/-in",
    "autor:",
    "autorin:",
    "autora:",
    "autores:",
    "autore:",
    "autrice:",
    "auteur:",
    "auteur :",
    "auteure:",
    "text:",
    "texte:",
    "texto:",
    "tekst:",
    "by",
    "written by",
    "posted by",
    "reported by",
    "story by",
    "words by",
    "text by",
    "author",
    "authors",
    "autorin/autor",
    "autor/in",
    "av",
    "af",
    "بقلم",
    "كتب",
    "كتبت",
    "מאת",
    "โดย",
    "oleh",
    "από",
    "γράφει ο",
    "γράφει η",
    "журналіст",
    "журналістка",
    "журналистка",
    "журналист",
    "автор материала",
    "автор статьи",
    "автор текста",
    "特约撰稿人",
    "特約撰稿人",
    "von",
    "par",
    "por",
    "di",
    "door",
    "автор",
    "авторы",
    "автори",
    "текст",
    "作者",
    "文",
    "撰文",
    "筆者",
];

/// What stands before the names of those who wrote the text, where a byline tells them apart from others.
const WROTE: &[&str] = &[
    "text:",
    "text by",
    "words by",
    "texte:",
    "texte :",
    "texto:",
    "tekst:",
    "текст:",
    "testo:",
    "文：",
    "글=",
    "글:",
    "取材・文",
];

/// What stands before the names of those who took or drew the pictures.
const PICTURED: &[&str] = &[
    "photo by",
    "photos by",
    "photographs by",
    "photography by",
    "pictures by",
    "video by",
    "videos by",
    "graphics by",
    "illustration by",
    "illustrations by",
    "fotos von",
    "foto von",
    "bilder von",
    "foto di",
    "foto de",
    "fotos de",
    "photos de",
    "photo:",
    "photos:",
    "photo :",
    "photos :",
    "photo",
    "photos",
    "image:",
    "images:",
    "image :",
    "picture:",
    "pictures:",
    "photographer:",
    "photographs:",
    "photo credit",
    "photo credits",
    "crédit photo",
    "crédits photo",
    "video:",
    "camera:",
    "kamera:",
    "illustration:",
    "grafik:",
    "foto:",
    "fotos:",
    "foto",
    "fotos",
    "fotografía:",
    "fotografia:",
    "fotograf:",
    "bild:",
    "bilder:",
    "bilde:",
    "imagen:",
    "imágenes:",
    "immagini:",
    "фото:",
    "фото",
    "иллюстрация:",
    "ілюстрація:",
    "видео:",
    "відео:",
    "사진:",
    "사진=",
    "사진",
    "영상:",
    "그래픽:",
    "写真：",
    "写真=",
    "写真＝",
    "写真・",
    "撮影：",
    "撮影=",
    "撮影・",
    "摄影：",
    "摄影",
    "攝影：",
    "攝影",
    "圖：",
    "图：",
    "圖／",
    "图／",
    "图/",
    "图源：",
    "圖片：",
    "图片：",
];

/// What stands before the names of those who edited.
const EDITED: &[&str] = &[
    "edited by",
    "editing by",
    "editor:",
    "bearbeitet von",
    "redaktion:",
    "redigerat av",
    "redaktør:",
    "redaktör:",
    "редактор:",
    "редактор",
    "편집:",
    "편집=",
    "編輯：",
    "编辑：",
    "編輯:",
    "编辑:",
    "責任編輯",
    "责任编辑",
    "責編",
    "责编",
    "編集：",
];

/// What stands before the names of those who translated.
const TRANSLATED: &[&str] = &[
    "translated by",
    "translation by",
    "translation:",
    "translator:",
    "übersetzt von",
    "übersetzung:",
    "aus dem englischen von",
    "traduit par",
    "traduction:",
    "traduction :",
    "traducido por",
    "traducción:",
    "traduzione di",
    "traduzione:",
    "перевод:",
    "переклад:",
    "번역:",
    "번역=",
    "翻訳：",
    "訳：",
    "翻译：",
    "翻譯：",
    "编译：",
    "編譯：",
];

/// Words that bodies which supply others with news are called by.
const WIRES: &[&str] = &[
    "press",
    "presse",
    "agency",
    "agencies",
    "agentur",
    "agenturen",
    "agence",
    "agences",
    "agencia",
    "agencias",
    "agenzia",
    "ajansı",
    "агентство",
    "агенція",
    "newswire",
    "wire",
    "wires",
    "통신",
    "通信社",
    "通讯社",
    "通訊社",
];

/// What stands behind names.
const SUFFIXES: &[&str] =
    &["記者", "记者", "編集委員", "論説委員", "特派員", "報道", "报道", "氏", "報導", "撰稿", "编译", "編譯"];

/// Words that end a part which is a role and no name.
const ROLES: &[&str] = &[
    "correspondent",
    "reporter",
    "editor",
    "journalist",
    "writer",
    "producer",
    "columnist",
    "contributor",
    "staff",
    "columnists",
    "reporters",
    "desk",
    "bureau",
    "chief",
    "redakteur",
    "redakteurin",
    "korrespondent",
    "korrespondentin",
    "autor",
    "autorin",
    "volontär",
    "volontärin",
    "reporterin",
    "chefredakteur",
    "journaliste",
    "correspondant",
    "rédaction",
    "periodista",
    "corresponsal",
    "redactor",
    "redactora",
    "redacción",
    "giornalista",
    "corrispondente",
    "redazione",
    "redaktion",
    "redaktionen",
    "redactie",
    "ressort",
    "newsroom",
    "редакция",
    "редакція",
    "jornalista",
    "repórter",
    "verslaggever",
    "redacteur",
    "journalistin",
    "redaktør",
    "redaktör",
    "muhabir",
    "muhabiri",
    "editör",
    "корреспондент",
    "журналист",
    "журналистка",
    "редактор",
    "обозреватель",
    "кореспондент",
    "журналіст",
    "журналістка",
    "оглядач",
    "photographer",
    "fotograf",
    "fotografin",
    "analyst",
    "director",
    "fellow",
    "agency",
    "agencies",
];

/// Roles that several have together: the end of a body's name, and not of a person's.
const COLLECTIVES: &[&str] = &[
    "staff",
    "desk",
    "bureau",
    "agency",
    "agencies",
    "newsroom",
    "ressort",
    "redaktion",
    "redaktionen",
    "redactie",
    "rédaction",
    "redacción",
    "redazione",
    "редакция",
    "редакція",
    "reporters",
    "columnists",
];

/// Words before a role that say of which desk or rank it is.
const DESKS: &[&str] = &[
    "political",
    "politics",
    "senior",
    "chief",
    "staff",
    "foreign",
    "science",
    "health",
    "business",
    "economics",
    "sports",
    "education",
    "environment",
    "climate",
    "national",
    "international",
    "world",
    "deputy",
    "associate",
    "managing",
    "technology",
    "diplomatic",
    "defence",
    "defense",
    "security",
    "media",
    "culture",
    "arts",
    "legal",
    "royal",
    "travel",
    "transport",
    "investigative",
    "freelance",
    "special",
    "contributing",
    "digital",
    "regional",
    "city",
];

/// Words of buttons and boxes.
const FURNITURE: &[&str] = &[
    "follow",
    "share",
    "email",
    "e-mail",
    "subscribe",
    "comments",
    "comment",
    "published",
    "updated",
    "modified",
    "veröffentlicht",
    "aktualisiert",
    "uhr",
    "view",
    "profile",
    "more",
    "read",
    "bio",
    "twitter",
    "facebook",
    "instagram",
    "linkedin",
    "login",
    "log",
    "newsletter",
    "folgen",
    "teilen",
    "merken",
    "kommentare",
    "facebook",
    "save",
    "print",
    "copy",
    "contact",
    "about",
    "advertisement",
    "sign",
    "see",
    "all",
    "フォロー",
    "この記事",
    "기사",
    "구독",
    "좋아요",
    "제보",
    "더보기",
    "評論",
    "分享",
    "專欄",
    "专栏",
    "이메일",
    "公開",
    "更新",
    "配信",
    "列印",
    "打印",
    "印刷",
    "文字大小",
    "字體",
    "字体",
    "보내기",
    "alle",
    "artikel",
    "articles",
    "posts",
    "watch",
    "live",
    "listen",
    "play",
    "video",
    "videos",
    "image",
    "images",
    "photo",
    "photos",
    "foto",
    "fotos",
    "gallery",
    "text",
    "font",
    "size",
    "menu",
    "search",
    "weather",
    "breaking",
    "exclusive",
    "podcast",
    "podcasts",
    "minutes",
    "cookies",
    "privacy",
    "register",
    "trending",
    "bilder",
    "anzeige",
    "suche",
    "startseite",
    "hören",
    "lesezeit",
    "vidéo",
    "écouter",
    "partager",
    "recherche",
    "compartir",
    "escuchar",
    "ascolta",
    "condividi",
    "lyssna",
    "поделиться",
    "поділитися",
    "подписаться",
    "підписатися",
    "читать",
    "читати",
    "видео",
    "відео",
    "комментарии",
    "коментарі",
    "글자",
    "글씨",
    "본문",
    "인쇄",
    "공유",
    "스크랩",
    "댓글",
    "입력",
    "승인",
    "송고",
    "폰트",
    "字号",
    "字號",
    "大字",
    "小字",
    "收藏",
    "来源",
    "來源",
    "直播",
    "视频",
    "影片",
    "訂閱",
    "订阅",
    "点击",
    "點擊",
    "登录",
    "登入",
    "关注",
    "關注",
    "瀏覽",
    "浏览",
    "留言",
    "发布",
    "發布",
    "文字サイズ",
    "保存",
    "シェア",
    "登録",
    "ログイン",
    "動画",
    "一覧",
    "関連",
    "特集",
    "速報",
    "有料",
    "copyright",
    "sponsored",
    "content",
    "stories",
    "release",
    "related",
    "latest",
    "guest",
    "reporting",
    "leer",
    "lire",
    "aussi",
    "leggi",
    "anche",
    "также",
    "материалы",
    "також",
    "延伸",
    "閱讀",
    "阅读",
    "转载",
    "轉載",
    "転載",
    "つづく",
    "終わり",
    "おわり",
];

/// Words that only the names of bodies hold.
const BODIES: &[&str] = &[
    "university",
    "universität",
    "université",
    "universidad",
    "università",
    "institute",
    "institut",
    "ministry",
    "ministerium",
    "foundation",
    "stiftung",
    "association",
    "verband",
    "gmbh",
    "ltd",
    "inc",
    "университет",
    "институт",
    "министерство",
    "університет",
    "міністерство",
    "news",
    "nachrichten",
    "noticias",
    "notizie",
    "nyheter",
    "haberler",
    "haberleri",
    "новости",
    "новини",
];

/// What content systems put where no author was entered.
const NOBODY: &[&str] = &[
    "admin",
    "administrator",
    "undefined",
    "null",
    "name",
    "none",
    "unknown",
    "n/a",
    "author",
    "authors",
    "webmaster",
    "user",
    "root",
    "anonymous user",
    "false",
    "true",
    "no author",
    "default",
    "superuser",
];

/// Labels of those who wrote and took the pictures, each with the label of those who wrote.
const BOTH: &[(&str, &str)] = &[
    ("글·사진", "글"),
    ("글ㆍ사진", "글"),
    ("글/사진", "글"),
    ("취재·사진", "취재"),
    ("撰文／攝影", "撰文"),
    ("撰文/攝影", "撰文"),
    ("撰文/摄影", "撰文"),
    ("文／攝影", "文"),
    ("文/摄影", "文"),
    ("文／圖", "文"),
    ("文/图", "文"),
    ("文、图", "文"),
    ("圖文", "文"),
    ("图文", "文"),
    ("文・写真", "文"),
    ("写真・文", "文"),
    ("取材・文", "文"),
    ("取材・撮影", "取材"),
    ("Text und Fotos", "Text"),
    ("Text und Foto", "Text"),
    ("Text & Fotos", "Text"),
    ("Text & Foto", "Text"),
    ("Text and photos", "Text"),
    ("Words and photos", "Words"),
    ("Texte et photos", "Texte"),
    ("Texto y fotos", "Texto"),
    ("Текст и фото", "Текст"),
    ("Текст та фото", "Текст"),
];

/// `byline` with the label of those who wrote in place of one that says of them that they took the pictures, too.
pub(super) fn without_both(byline: &str) -> String {
    let both = BOTH.iter().find_map(|(both, wrote)| {
        let at = byline.find(both)?;
        let behind = byline[at + both.len()..].trim_start();
        let is_label = behind.starts_with([':', '：', '=', '＝', '/', '／', '|', '｜', '・'])
            || behind.starts_with("by ");
        is_label.then(|| format!("{}{wrote}{}", &byline[..at], &byline[at + both.len()..]))
    });
    both.unwrap_or_else(|| byline.to_owned())
}

/// The line without a prefix, if it has one.
pub(super) fn after_prefix(line: &str) -> Option<&str> {
    let article = ARTICLES
        .iter()
        .find(|article| line.get(..article.len()).is_some_and(|start| start.eq_ignore_ascii_case(article)));
    let bare = line.get(article.map_or(0, |article| article.len())..).unwrap_or(line);
    strip(bare, WRITTEN_BY).or_else(|| after_label(line)).or_else(|| strip(line, TELLING))
}

/// What follows the label of a byline: "Reporter: …", "Авторка — …", "採訪／…".
fn after_label(line: &str) -> Option<&str> {
    const SIGNS: &[char] = &[':', '：', '﹕', '=', '＝', '／', '/', '|', '｜', '・', '·', '—', '–', '-'];
    let at = line.char_indices().take(MAX_LABEL + 2).find(|(_, c)| SIGNS.contains(c))?.0;
    // "取材・文：": a point may stand within a label.
    let ends = [Some(at), line[at..].find([':', '：', '=', '＝']).map(|more| at + more)];
    ends.into_iter().flatten().find_map(|end| {
        let label =
            line.get(..end)?.trim().trim_start_matches(['[', '［', '（', '(', '■', '▶', '●']).to_lowercase();
        let is_label = label.split(['・', '·', '／', '/', '&']).any(|label| LABELS.contains(&label.trim()))
            && label.chars().count() <= MAX_LABEL;
        let rest = line[end..].trim_start_matches(|c: char| SIGNS.contains(&c) || c.is_whitespace());
        // A dash within a word joins it.
        let is_apart = !line[end..].starts_with('-') || line[..end].ends_with(' ');
        (is_label && is_apart && rest.chars().count() >= 2).then_some(rest)
    })
}

/// The label that `text` begins with, and what stands behind its sign, where what stands before `text` ends there.
pub(super) fn label(text: &str) -> Option<(&str, &str)> {
    const SIGNS: &[char] = &[':', '：', '﹕', '=', '＝', '／', '/', '・'];
    let end = text.char_indices().take(MAX_LABEL + 2).find(|(_, c)| SIGNS.contains(c))?.0;
    let rest = role_before(text).map(|(_, rest)| rest).or_else(|| after_label(text))?;
    let label = &text[..text.len() - rest.len()];
    let is_signed = label.len() > end && label.trim_end().ends_with(SIGNS);
    is_signed.then(|| (label.trim_end_matches(|c: char| c.is_whitespace() || SIGNS.contains(&c)), rest))
}

/// `line` without the prefixes before its names.
pub(super) fn without_prefix(line: &str) -> &str {
    let mut line = line;
    for _ in 0..3 {
        match strip(line, WRITTEN_BY).or_else(|| strip(line, PREFIXES)).or_else(|| after_label(line)) {
            Some(rest) => line = rest,
            None => break,
        }
    }
    line
}

/// What the beginning of a part of a byline says that those behind it did, and what stands behind it.
pub(super) fn role_before(part: &str) -> Option<(Role, &str)> {
    let roles = [
        (Role::Text, WROTE),
        (Role::Photo, PICTURED),
        (Role::Editor, EDITED),
        (Role::Translator, TRANSLATED),
    ];
    roles.into_iter().find_map(|(role, labels)| Some((role, strip(part, labels)?)))
}

/// Whether a text is nothing but the label of a byline: "By", "Fotos".
pub(super) fn is_bare_label(part: &str) -> bool {
    let lower = part.trim().to_lowercase();
    let labels = [WRITTEN_BY, PREFIXES, TELLING, WROTE, PICTURED, EDITED, TRANSLATED];
    labels.iter().any(|labels| labels.contains(&lower.as_str())) || LABELS.contains(&lower.as_str())
}

/// Whether what stands in brackets behind a name says that it took pictures.
pub(super) fn is_picture(bracket: &str) -> bool {
    const PICTURES: &[&str] = &[
        "foto",
        "photo",
        "bild",
        "video",
        "kamera",
        "camera",
        "illustration",
        "grafik",
        "фото",
        "사진",
        "写真",
        "撮影",
        "摄影",
        "攝影",
    ];
    let lower = bracket.trim().to_lowercase();
    let is_both = lower.contains("text") || lower.contains('文') || lower.contains('글');
    !is_both && PICTURES.iter().any(|picture| lower.starts_with(picture))
}

/// Whether a name is that of a wire: letters that stand for one, or the words that such bodies are called by.
pub(super) fn is_wire(name: &str) -> bool {
    // Letters of an alphabet that stand for a name, all of one case.
    let is_letters = (2..=5).contains(&name.chars().count())
        && (name.chars().all(char::is_uppercase) || name.chars().all(char::is_lowercase))
        && !is_furniture(name);
    let lower = name.to_lowercase();
    let is_dense = |word: &&&str| word.chars().any(text::is_dense);
    is_letters
        || lower.split([' ', '-']).any(|word| WIRES.contains(&word))
        || WIRES.iter().filter(is_dense).any(|word| lower.ends_with(word))
}

fn strip<'l>(line: &'l str, prefixes: &[&str]) -> Option<&'l str> {
    let first = line.chars().next()?;
    let first = first.to_lowercase().next().unwrap_or(first);
    prefixes.iter().filter(|prefix| prefix.starts_with(first)).find_map(|prefix| {
        let mut rest = line.chars();
        for expected in prefix.chars() {
            let found = rest.next()?;
            if !found.to_lowercase().eq(expected.to_lowercase()) {
                return None;
            }
        }
        let rest = rest.as_str();
        let is_word = prefix.chars().all(|c| !text::is_dense(c));
        let bare = rest.trim_start_matches([
            ' ', ':', '：', '﹕', '=', '＝', '|', '/', '／', '·', '・', '\u{a0}', '　', '—', '–',
        ]);
        // "文" and "記者" are glued to the name; words of an alphabet are not.
        let separated = bare.len() < rest.len() || prefix.ends_with([':', '：', '=', '＝', '/', '／']);
        let enough = bare.chars().count() >= 2;
        let glued = !is_word && prefix.chars().count() >= 2;
        ((separated || glued) && enough).then_some(bare)
    })
}

/// `part` without what stands behind a name.
pub(super) fn without_suffix(part: &str) -> &str {
    let mut part = part.trim();
    for suffix in SUFFIXES {
        if let Some(rest) = part.strip_suffix(suffix).filter(|rest| rest.trim().chars().count() >= 2) {
            part = rest.trim();
        }
    }
    part
}

/// Whether a part says that it is a reporter's.
pub(super) fn is_reporter(part: &str) -> bool {
    const REPORTERS: &[&str] =
        &["기자", "특파원", "記者", "记者", "앵커", "논설위원", "편집위원", "통신원", "논설실장"];
    REPORTERS.iter().any(|word| part.contains(word)) && text::weight(part) < 100
}

/// `name` without the role that follows it in the same breath: "Ana Lund Political editor".
pub(super) fn without_role(name: &str) -> &str {
    let words: Vec<&str> = name.split(' ').collect();
    let is_role = |word: &str| {
        let word = word.to_lowercase();
        ROLES.contains(&word.as_str()) && !COLLECTIVES.contains(&word.as_str())
    };
    if words.len() < 3 || !words.last().is_some_and(|last| is_role(last)) {
        return name;
    }
    let is_before_role = |word: &&&str| is_role(word) || DESKS.contains(&word.to_lowercase().as_str());
    let count = words.iter().rev().take_while(is_before_role).count();
    match words.len() - count {
        kept @ 2.. => {
            let length: usize = words[..kept].iter().map(|word| word.len() + 1).sum();
            name[..length - 1].trim_end_matches([',', ' '])
        }
        _ => name,
    }
}

/// Whether a name is a role alone.
pub(super) fn is_role(name: &str) -> bool {
    let lower = name.to_lowercase();
    let last = lower.rsplit(' ').next().unwrap_or(&lower);
    let first = lower.split(' ').next().unwrap_or(&lower);
    ROLES.contains(&last)
        || (ROLES.contains(&first) && lower.contains(' '))
        || lower.ends_with("報導")
        || lower.ends_with("报道")
        || lower.ends_with("編集部")
}

/// Whether a visible text is a button or a label.
pub(super) fn is_furniture(name: &str) -> bool {
    let lower = name.to_lowercase();
    lower.split(' ').any(|word| FURNITURE.contains(&word.trim_matches(|c: char| !c.is_alphanumeric())))
        || FURNITURE.iter().any(|word| word.chars().any(text::is_dense) && lower.contains(word))
}

/// Whether a word of a name begins as such words do; particles may stay small.
pub(super) fn begins_name(word: &str) -> bool {
    const PARTICLES: &[&str] = &[
        "von", "van", "der", "den", "de", "del", "della", "di", "da", "dos", "du", "la", "le", "el", "al",
        "bin", "ibn", "ter", "ten", "zu", "und", "y", "e", "af", "av", "op", "'t", "d", "do", "das", "bint",
    ];
    word.chars().next().is_some_and(|c| c.is_alphabetic() && !c.is_lowercase()) || PARTICLES.contains(&word)
}

/// Whether a name in a dense script ends as those of papers, stations and desks do.
pub(super) fn is_house(name: &str) -> bool {
    const ENDS: &[&str] = &[
        "社",
        "報",
        "报",
        "网",
        "網",
        "台",
        "局",
        "部",
        "組",
        "组",
        "聞",
        "闻",
        "訊",
        "讯",
        "中文",
        "專欄",
        "专栏",
        "編輯部",
        "뉴스",
        "신문",
        "일보",
        "방송",
        "통신",
        "편집부",
        "취재팀",
        "온라인",
        "センター",
        "新聞",
        "ニュース",
        "編集部",
        "取材班",
    ];
    ENDS.iter().any(|end| name.ends_with(end))
}

/// A name without its repetition: pages write it once for the picture and once for the reader.
pub(super) fn undoubled(name: &str) -> &str {
    let half = name.len() / 2;
    if name.len() >= 9
        && name.is_char_boundary(half)
        && name.as_bytes()[half] == b' '
        && name[..half] == name[half + 1..]
    {
        return &name[..half];
    }
    name
}

/// Whether a text is the label of a byline and not a name: it begins or ends with a word that needs another.
pub(super) fn is_label(name: &str) -> bool {
    let lower = name.to_lowercase();
    let mut words = lower.split(' ');
    let first = words.next().unwrap_or_default();
    let last = words.next_back().unwrap_or(first);
    matches!(last, "von" | "by" | "par" | "por" | "door" | "av" | "af" | "di")
        || matches!(
            first,
            "the"
                | "posted"
                | "published"
                | "updated"
                | "photo"
                | "photos"
                | "fotos"
                | "foto"
                | "image"
                | "alle"
                | "mehr"
                | "more"
        )
        || matches!(last, "news" | "newsletter")
        || lower.split(' ').any(|word| BODIES.contains(&word))
        || first.ends_with(':')
}

/// Whether a name stands for nobody.
pub(super) fn is_nobody(name: &str) -> bool {
    NOBODY.contains(&name.to_lowercase().as_str())
}

/// Whether a word joins names. A capital "E" or "Y" is an initial.
pub(super) fn is_and(word: &str) -> bool {
    matches!(
        word,
        "AND"
            | "and"
            | "und"
            | "et"
            | "y"
            | "e"
            | "и"
            | "і"
            | "й"
            | "та"
            | "och"
            | "og"
            | "en"
            | "ve"
            | "with"
            | "mit"
            | "avec"
            | "con"
            | "com"
            | "med"
            | "및"
            | "ja"
    )
}
