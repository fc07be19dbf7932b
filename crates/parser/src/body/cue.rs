//! Words in a text that give away what it is for.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use memchr::memchr2_iter;

use crate::word_table::WordTable;

/// What a phrase gives away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
#[allow(missing_docs)]
pub(super) enum Cue {
    Related,
    Newsletter,
    Follow,
    Copyright,
    Byline,
    Photo,
    Comments,
    Advert,
    Paywall,
    Tip,
    Cookies,
    Login,
    Source,
    Time,
    Mail,
    App,
}

impl Cue {
    pub(super) const ALL: [Self; 16] = [
        Self::Related,
        Self::Newsletter,
        Self::Follow,
        Self::Copyright,
        Self::Byline,
        Self::Photo,
        Self::Comments,
        Self::Advert,
        Self::Paywall,
        Self::Tip,
        Self::Cookies,
        Self::Login,
        Self::Source,
        Self::Time,
        Self::Mail,
        Self::App,
    ];
}

/// The cues of one text: which occur at all, and which begin it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Cues {
    anywhere: u32,
    first: u32,
}

/// A phrase counts as beginning a text within so many bytes of its start.
const AT_START: usize = 6;

/// Bytes of a text that are searched: from its start, and up to its end.
const SEARCHED: usize = 400;

/// The sign that says whose the rights are. It and "@" count wherever they stand, and are too short for the table below.
const COPYRIGHT: &[u8] = "©".as_bytes();

impl Cues {
    pub(super) fn of(text: &str) -> Self {
        let mut cues = Self::default();
        let bytes = text.as_bytes();
        cues.search(&bytes[..bytes.len().min(SEARCHED)], 0);
        if bytes.len() > SEARCHED {
            let from = bytes.len().saturating_sub(SEARCHED / 2).max(SEARCHED);
            cues.search(&bytes[from..], from);
        }
        cues
    }

    fn search(&mut self, bytes: &[u8], offset: usize) {
        // A phrase of Latin letters must be words, not a part of one.
        let is_letter = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphabetic);
        let (mut at, mut is_inside) = (0, false);
        while at < bytes.len() {
            let begins = is_letter(at);
            let found = if begins && is_inside { None } else { PHRASES.longest_at(bytes, at) };
            let Some((phrase, length)) = found else {
                (at, is_inside) = (at + 1, begins);
                continue;
            };
            let end = at + length;
            let goes_on = begins && is_letter(end - 1) && is_letter(end);
            if !goes_on {
                self.note(TABLE[phrase].1, at + offset);
            }
            (at, is_inside) = (end, is_letter(end - 1));
        }
        for at in memchr2_iter(b'@', COPYRIGHT[0], bytes) {
            if bytes[at] == b'@' {
                self.note(Cue::Mail, at + offset);
            } else if bytes[at..].starts_with(COPYRIGHT) {
                self.note(Cue::Copyright, at + offset);
            }
        }
    }

    fn note(&mut self, cue: Cue, at: usize) {
        self.anywhere |= 1 << cue as u32;
        if at <= AT_START {
            self.first |= 1 << cue as u32;
        }
    }

    pub(super) fn has(self, cue: Cue) -> bool {
        self.anywhere & (1 << cue as u32) != 0
    }

    pub(super) fn starts(self, cue: Cue) -> bool {
        self.first & (1 << cue as u32) != 0
    }
}

/// Phrase (searched without regard to case in Latin script; Cyrillic in the two cases it occurs in) and what it gives away.
const TABLE: &[(&str, Cue)] = &[
    ("read more", Cue::Related),
    ("read also", Cue::Related),
    ("also read", Cue::Related),
    ("see also", Cue::Related),
    ("read next", Cue::Related),
    ("more from", Cue::Related),
    ("more on this", Cue::Related),
    ("related", Cue::Related),
    ("recommended", Cue::Related),
    ("you may also", Cue::Related),
    ("you might also", Cue::Related),
    ("don't miss", Cue::Related),
    ("most read", Cue::Related),
    ("watch:", Cue::Related),
    ("watch |", Cue::Related),
    ("read |", Cue::Related),
    ("read:", Cue::Related),
    ("more:", Cue::Related),
    ("what to read", Cue::Related),
    ("go deeper", Cue::Related),
    ("click here", Cue::Related),
    ("lesen sie", Cue::Related),
    ("mehr zum thema", Cue::Related),
    ("lire aussi", Cue::Related),
    ("à lire", Cue::Related),
    ("lea también", Cue::Related),
    ("lee también", Cue::Related),
    ("te puede interesar", Cue::Related),
    ("leggi anche", Cue::Related),
    ("leia também", Cue::Related),
    ("lees ook", Cue::Related),
    ("läs också", Cue::Related),
    ("läs mer", Cue::Related),
    ("les også", Cue::Related),
    ("læs også", Cue::Related),
    ("czytaj także", Cue::Related),
    ("czytaj też", Cue::Related),
    ("zobacz", Cue::Related),
    ("ayrıca", Cue::Related),
    ("Читайте", Cue::Related),
    ("читайте также", Cue::Related),
    ("ЧИТАЙТЕ", Cue::Related),
    ("Читати", Cue::Related),
    ("Читать", Cue::Related),
    ("По теме", Cue::Related),
    ("Смотрите также", Cue::Related),
    ("관련기사", Cue::Related),
    ("관련 기사", Cue::Related),
    ("関連記事", Cue::Related),
    ("あわせて読みたい", Cue::Related),
    ("相关新闻", Cue::Related),
    ("相关阅读", Cue::Related),
    ("延伸阅读", Cue::Related),
    ("延伸閱讀", Cue::Related),
    ("相關新聞", Cue::Related),
    ("相关报道", Cue::Related),
    ("newsletter", Cue::Newsletter),
    ("sign up", Cue::Newsletter),
    ("your inbox", Cue::Newsletter),
    ("daily email", Cue::Newsletter),
    ("email alerts", Cue::Newsletter),
    ("Рассылк", Cue::Newsletter),
    ("рассылк", Cue::Newsletter),
    ("메일링", Cue::Newsletter),
    ("뉴스레터", Cue::Newsletter),
    ("メルマガ", Cue::Newsletter),
    ("follow us", Cue::Follow),
    ("follow", Cue::Follow),
    ("join our", Cue::Follow),
    ("join us", Cue::Follow),
    ("like us", Cue::Follow),
    ("on facebook", Cue::Follow),
    ("on twitter", Cue::Follow),
    ("on telegram", Cue::Follow),
    ("whatsapp", Cue::Follow),
    ("google news", Cue::Follow),
    ("share this", Cue::Follow),
    ("share", Cue::Follow),
    ("suivez", Cue::Follow),
    ("síguenos", Cue::Follow),
    ("seguici", Cue::Follow),
    ("Подпис", Cue::Follow),
    ("подпис", Cue::Follow),
    ("Підпис", Cue::Follow),
    ("підпис", Cue::Follow),
    ("Telegram-канал", Cue::Follow),
    ("구독", Cue::Follow),
    ("공유", Cue::Follow),
    ("シェア", Cue::Follow),
    ("フォロー", Cue::Follow),
    ("分享", Cue::Follow),
    ("关注", Cue::Follow),
    ("關注", Cue::Follow),
    ("微信", Cue::Follow),
    ("扫码", Cue::Follow),
    ("copyright", Cue::Copyright),
    ("all rights reserved", Cue::Copyright),
    ("ⓒ", Cue::Copyright),
    ("may not be published", Cue::Copyright),
    ("may not be reproduced", Cue::Copyright),
    ("tous droits", Cue::Copyright),
    ("todos los derechos", Cue::Copyright),
    ("alle rechte", Cue::Copyright),
    ("this article was originally", Cue::Copyright),
    ("this story was originally", Cue::Copyright),
    ("republish", Cue::Copyright),
    ("license", Cue::Copyright),
    ("Все права", Cue::Copyright),
    ("перепечатк", Cue::Copyright),
    ("При цитировании", Cue::Copyright),
    ("무단", Cue::Copyright),
    ("저작권", Cue::Copyright),
    ("無断転載", Cue::Copyright),
    ("版权", Cue::Copyright),
    ("版權", Cue::Copyright),
    ("转载", Cue::Copyright),
    ("轉載", Cue::Copyright),
    ("免责声明", Cue::Copyright),
    ("by ", Cue::Byline),
    ("written by", Cue::Byline),
    ("reporting by", Cue::Byline),
    ("edited by", Cue::Byline),
    ("editing by", Cue::Byline),
    ("staff writer", Cue::Byline),
    ("contributed to this", Cue::Byline),
    ("is a reporter", Cue::Byline),
    ("is a freelance", Cue::Byline),
    ("is the author", Cue::Byline),
    ("is a senior", Cue::Byline),
    ("correspondent", Cue::Byline),
    ("von ", Cue::Byline),
    ("par ", Cue::Byline),
    ("por ", Cue::Byline),
    ("Автор", Cue::Byline),
    ("Редактор", Cue::Byline),
    ("Текст:", Cue::Byline),
    ("기자", Cue::Byline),
    ("특파원", Cue::Byline),
    ("記者", Cue::Byline),
    ("记者", Cue::Byline),
    ("责任编辑", Cue::Byline),
    ("責任編輯", Cue::Byline),
    ("责编", Cue::Byline),
    ("编辑", Cue::Byline),
    ("編輯", Cue::Byline),
    ("作者", Cue::Byline),
    ("photo:", Cue::Photo),
    ("photo by", Cue::Photo),
    ("photo", Cue::Photo),
    ("image:", Cue::Photo),
    ("image credit", Cue::Photo),
    ("pictured", Cue::Photo),
    ("picture:", Cue::Photo),
    ("credit:", Cue::Photo),
    ("getty", Cue::Photo),
    ("reuters/", Cue::Photo),
    ("(ap photo", Cue::Photo),
    ("file photo", Cue::Photo),
    ("shutterstock", Cue::Photo),
    ("screenshot", Cue::Photo),
    ("foto:", Cue::Photo),
    ("foto ", Cue::Photo),
    ("bild:", Cue::Photo),
    ("crédit", Cue::Photo),
    ("Фото", Cue::Photo),
    ("фото:", Cue::Photo),
    ("Скриншот", Cue::Photo),
    ("사진", Cue::Photo),
    ("写真", Cue::Photo),
    ("图源", Cue::Photo),
    ("图片", Cue::Photo),
    ("資料照", Cue::Photo),
    ("comments", Cue::Comments),
    ("comment", Cue::Comments),
    ("leave a reply", Cue::Comments),
    ("kommentare", Cue::Comments),
    ("commentaires", Cue::Comments),
    ("comentarios", Cue::Comments),
    ("Комментар", Cue::Comments),
    ("комментар", Cue::Comments),
    ("Коментар", Cue::Comments),
    ("댓글", Cue::Comments),
    ("コメント", Cue::Comments),
    ("评论", Cue::Comments),
    ("留言", Cue::Comments),
    ("advertisement", Cue::Advert),
    ("advertising", Cue::Advert),
    ("sponsored", Cue::Advert),
    ("promoted", Cue::Advert),
    ("story continues", Cue::Advert),
    ("article continues", Cue::Advert),
    ("continue reading", Cue::Advert),
    ("scroll to continue", Cue::Advert),
    ("anzeige", Cue::Advert),
    ("werbung", Cue::Advert),
    ("publicité", Cue::Advert),
    ("publicidad", Cue::Advert),
    ("annonse", Cue::Advert),
    ("reklam", Cue::Advert),
    ("Реклама", Cue::Advert),
    ("РЕКЛАМА", Cue::Advert),
    ("광고", Cue::Advert),
    ("広告", Cue::Advert),
    ("广告", Cue::Advert),
    ("廣告", Cue::Advert),
    ("subscribe", Cue::Paywall),
    ("subscriber", Cue::Paywall),
    ("subscription", Cue::Paywall),
    ("free trial", Cue::Paywall),
    ("support our", Cue::Paywall),
    ("donate", Cue::Paywall),
    ("become a member", Cue::Paywall),
    ("abonn", Cue::Paywall),
    ("suscríb", Cue::Paywall),
    ("有料会員", Cue::Paywall),
    ("会員限定", Cue::Paywall),
    ("この記事は", Cue::Paywall),
    ("残り", Cue::Paywall),
    ("got a tip", Cue::Tip),
    ("send us", Cue::Tip),
    ("contact us", Cue::Tip),
    ("email us", Cue::Tip),
    ("get in touch", Cue::Tip),
    ("have a story", Cue::Tip),
    ("let us know", Cue::Tip),
    ("do you have", Cue::Tip),
    ("Нашли ошибку", Cue::Tip),
    ("Ctrl", Cue::Tip),
    ("Якщо ви", Cue::Tip),
    ("Если вы", Cue::Tip),
    ("제보", Cue::Tip),
    ("爆料", Cue::Tip),
    ("举报", Cue::Tip),
    ("cookie", Cue::Cookies),
    ("javascript", Cue::Cookies),
    ("your browser", Cue::Cookies),
    ("privacy", Cue::Cookies),
    ("terms of", Cue::Cookies),
    ("log in", Cue::Login),
    ("login", Cue::Login),
    ("sign in", Cue::Login),
    ("register", Cue::Login),
    ("create an account", Cue::Login),
    ("ログイン", Cue::Login),
    ("로그인", Cue::Login),
    ("登录", Cue::Login),
    ("登入", Cue::Login),
    ("source:", Cue::Source),
    ("quelle:", Cue::Source),
    ("fuente:", Cue::Source),
    ("with files from", Cue::Source),
    ("Источник", Cue::Source),
    ("Джерело", Cue::Source),
    ("출처", Cue::Source),
    ("来源", Cue::Source),
    ("來源", Cue::Source),
    ("(ANI)", Cue::Source),
    ("(PTI)", Cue::Source),
    ("updated", Cue::Time),
    ("published", Cue::Time),
    ("posted", Cue::Time),
    (" ago", Cue::Time),
    ("min read", Cue::Time),
    ("minutes", Cue::Time),
    ("publié", Cue::Time),
    ("aktualisiert", Cue::Time),
    ("Опубликовано", Cue::Time),
    ("Обновлено", Cue::Time),
    ("입력", Cue::Time),
    ("수정", Cue::Time),
    ("更新", Cue::Time),
    ("公開", Cue::Time),
    ("发布", Cue::Time),
    ("配信", Cue::Time),
    ("http", Cue::Mail),
    ("www.", Cue::Mail),
    ("e-mail", Cue::Mail),
    ("email", Cue::Mail),
    ("download", Cue::App),
    ("app store", Cue::App),
    ("google play", Cue::App),
    ("our app", Cue::App),
    ("the app", Cue::App),
    ("приложени", Cue::App),
    ("アプリ", Cue::App),
    ("客户端", Cue::App),
    ("إعلان", Cue::Advert),
    ("פרסומת", Cue::Advert),
    ("โฆษณา", Cue::Advert),
    ("quảng cáo", Cue::Advert),
    ("विज्ञापन", Cue::Advert),
    ("რეკლამა", Cue::Advert),
    ("Διαφήμιση", Cue::Advert),
    ("διαφήμιση", Cue::Advert),
    ("ΔΙΑΦΗΜΙΣΗ", Cue::Advert),
    ("تبلیغات", Cue::Advert),
    ("آگهی", Cue::Advert),
    ("อ่านเพิ่มเติม", Cue::Related),
    ("ข่าวที่เกี่ยวข้อง", Cue::Related),
    ("اقرأ أيضا", Cue::Related),
    ("بیشتر بخوانید", Cue::Related),
    ("קראו גם", Cue::Related),
    ("xem thêm", Cue::Related),
    ("đọc thêm", Cue::Related),
    ("यह भी पढ़ें", Cue::Related),
    ("ასევე წაიკითხეთ", Cue::Related),
    ("Διαβάστε επίσης", Cue::Related),
    ("Διαβάστε ακόμη", Cue::Related),
    ("ilginizi çekebilir", Cue::Related),
    ("التعليقات", Cue::Comments),
    ("תגובות", Cue::Comments),
    ("ความคิดเห็น", Cue::Comments),
    ("bình luận", Cue::Comments),
    ("टिप्पणियाँ", Cue::Comments),
    ("კომენტარ", Cue::Comments),
    ("Σχόλια", Cue::Comments),
    ("yorumlar", Cue::Comments),
    ("جميع الحقوق", Cue::Copyright),
    ("כל הזכויות", Cue::Copyright),
    ("สงวนลิขสิทธิ์", Cue::Copyright),
    ("सर्वाधिकार", Cue::Copyright),
    ("hakları saklıdır", Cue::Copyright),
    ("کلیه حقوق", Cue::Copyright),
    ("bản quyền", Cue::Copyright),
];

/// Whether a line is nothing but the word that announces an advertisement, with whatever signs around it.
pub(super) fn announces_advert(line: &str) -> bool {
    static ADVERTS: LazyLock<Vec<String>> = LazyLock::new(|| {
        let adverts = TABLE.iter().filter(|(_, cue)| *cue == Cue::Advert);
        adverts.map(|(phrase, _)| phrase.to_lowercase()).collect()
    });
    let word = line.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    ADVERTS.contains(&word)
}

/// Whether a text speaks of cookies, as every script writes them.
pub(super) fn speaks_of_cookies(text: &str) -> bool {
    static COOKIES: LazyLock<AhoCorasick> = LazyLock::new(|| {
        AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build([
                "cookie",
                "куки",
                "кукі",
                "クッキー",
                "쿠키",
                "ملفات تعريف الارتباط",
                "עוגיות",
                "คุกกี้",
                "कुकीज",
                "çerez",
            ])
            .expect("a few short words make an automaton")
    });
    COOKIES.is_match(text)
}

/// Whether a text speaks of data about somebody, of the device that they are kept on and of the partners that they are for, as what asks for
/// consent without naming cookies does. The words are those of the Transparency and Consent Framework (IAB Europe) and its translations.
pub(super) fn speaks_of_device_data(text: &str) -> bool {
    const DEVICES: [&str; 20] = [
        "device",
        "gerät",
        "appareil",
        "terminal",
        "dispositiv",
        "apparaat",
        "urządzeni",
        "zařízení",
        "enhet",
        "eszköz",
        "устройств",
        "пристро",
        "cihaz",
        "συσκευή",
        "기기",
        "단말",
        "设备",
        "裝置",
        "端末",
        "デバイス",
    ];
    const DATA: [&str; 30] = [
        "personal data",
        "information on",
        "informationen auf ihrem",
        "informationen auf einem",
        "informations sur votre",
        "informations sur un ",
        "informazioni sul tuo",
        "informazioni su un ",
        "personenbezogen",
        "données",
        "datos",
        "informacion",
        "información",
        "dati ",
        "dados",
        "gegevens",
        "dane ",
        "danych",
        "údaje",
        "údajů",
        "personuppgift",
        "adatok",
        "данны",
        "дані",
        "veri",
        "δεδομέν",
        "개인정보",
        "数据",
        "資料",
        "データ",
    ];
    const PARTNERS: [&str; 14] = [
        "partner",
        "partenaire",
        "socios",
        "parceiro",
        "партн",
        "ortak",
        "συνεργάτ",
        "파트너",
        "제휴",
        "合作",
        "伙伴",
        "夥伴",
        "パートナー",
        "kumppan",
    ];
    let lower = text.to_lowercase();
    let holds = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    holds(&DEVICES) && holds(&DATA) && holds(&PARTNERS)
}

/// What a line begins with that says whose the rights are, in lower case.
const RIGHTS: &[&str] = &[
    "©",
    "ⓒ",
    "(c)",
    "all rights reserved",
    "alle rechte vorbehalten",
    "tous droits réservés",
    "todos los derechos",
    "tutti i diritti",
    "все права защищены",
    "при цитировании",
    "при перепечатке",
    "при копировании",
    "при использовании материал",
    "усі права захищен",
    "版权所有",
    "版權所有",
    "版权声明",
    "免责声明",
    "免責聲明",
    "dieses thema im programm:",
    "特别声明：",
    "特別聲明：",
    "未经授权",
    "未經授權",
    "無断転載",
    "جميع الحقوق محفوظة",
    "کلیه حقوق",
    "כל הזכויות שמורות",
    "สงวนลิขสิทธิ์",
    "सर्वाधिकार सुरक्षित",
    "tüm hakları saklıdır",
    "bản quyền thuộc",
];

/// Where papers are followed, in lower case.
const NETWORKS: &[&str] = &[
    "telegram",
    "телеграм",
    "дзен",
    "вконтакте",
    "whatsapp",
    "viber",
    "facebook",
    "instagram",
    "youtube",
    "tiktok",
    "google news",
    "google новости",
    "google новини",
];

/// What a line begins with that asks its reader to follow the paper elsewhere, in lower case; such a line holds a link, or names where.
const FOLLOWING: &[&str] = &[
    "follow us",
    "follow our",
    "join our",
    "join us on",
    "subscribe to our",
    "like us on",
    "folgen sie uns",
    "suivez-nous",
    "retrouvez-nous",
    "síguenos",
    "siga-nos",
    "seguici",
    "подписывайтесь на",
    "подпишитесь на",
    "подписаться на",
    "читайте нас",
    "следите за нами",
    "следите за нашими",
    "присоединяйтесь",
    "больше новостей в",
    "наш канал в",
    "наш telegram",
    "підписуйтесь на",
    "підпишіться на",
    "читайте нас",
    "стежте за",
    "приєднуйтесь",
    "关注我们",
    "扫码关注",
    "關注我們",
];

/// What lines begin with that offer something of the paper's, and others that tell of what others offer; the former name it as its own.
const OFFERS: &[&str] = &[
    "get the latest",
    "get our latest",
    "get our free",
    "get more from",
    "sign up for",
    "sign up to",
    "sign up here",
    "subscribe here",
    "download our",
    "download the app",
    "click here to",
    "abonnieren sie",
    "jetzt abonnieren",
    "melden sie sich",
    "laden sie unsere",
    "abonnez-vous",
    "inscrivez-vous",
    "recevez",
    "téléchargez",
    "suscríbete",
    "suscríbase",
    "descarga la app",
    "únete a",
    "iscriviti",
    "scarica la app",
    "assine",
    "inscreva-se",
];

/// What a paper calls its own, in lower case.
const OWN: &[&str] = &[
    "our",
    "unser",
    "unsere",
    "unseren",
    "unserem",
    "notre",
    "nos",
    "nuestro",
    "nuestra",
    "nuestros",
    "nuestras",
    "nostra",
    "nostro",
    "nostri",
    "nosso",
    "nossa",
    "наш",
    "нашу",
    "наши",
    "нашем",
    "наші",
];

/// What papers offer, in lower case.
const PRODUCTS: &[&str] =
    &["newsletter", "newsletters", "inbox", "app", "apps", "boletín", "podcast", "alerts"];

/// Whether a line is the paper's own: it says whose the rights are, or asks to be followed where a link leads.
pub(super) fn is_of_house(line: &str, is_linked: bool) -> bool {
    let line = line.trim_start_matches(['<', '[', '【', '(', '※', '*', '▶', '■', ' ']).to_lowercase();
    let begins = |words: &[&str]| words.iter().any(|word| line.starts_with(word));
    // "Copyright 2025 NAME" claims it; a story may tell of copyright.
    let claims = || {
        let behind = line.strip_prefix("copyright").unwrap_or_default().trim_start_matches([' ', ':', ',']);
        behind.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '©' | 'ⓒ' | '('))
    };
    let names_network = || NETWORKS.iter().any(|network| line.contains(network));
    let names = |words: &[&str]| line.split(|c: char| !c.is_alphabetic()).any(|word| words.contains(&word));
    let is_about_programme =
        || line.starts_with("über dieses thema berichte") && line.trim_end_matches('.').ends_with(" uhr");
    begins(RIGHTS)
        || claims()
        || is_about_programme()
        || begins(FOLLOWING) && is_linked
        || (begins(FOLLOWING) || begins(OFFERS)) && names(OWN) && (names(PRODUCTS) || names_network())
        || is_number_of_house(&line)
}

/// Whether a line is nothing but the number under which a paper keeps the story: "کد خبر: 1234567".
pub(super) fn is_number_of_house(line: &str) -> bool {
    const LABELS: &[&str] = &[
        "کد خبر",
        "کدخبر",
        "کد مطلب",
        "کد نوشته",
        "کد مقاله",
        "شناسه خبر",
        "شناسه مطلب",
        "شماره خبر",
        "رقم الخبر",
        "رمز الخبر",
        "كود الخبر",
        "news id",
        "news code",
        "story id",
        "article id",
        "haber kodu",
        "haber no",
        "기사번호",
        "기사 id",
        "稿件编号",
        "文章编号",
        "文章編號",
    ];
    let line = line.trim_start_matches(['[', '(', '#', ' ']);
    let behind = LABELS.iter().find_map(|label| line.strip_prefix(label));
    behind.is_some_and(|behind| {
        let is_number = |c: char| {
            c.is_numeric() || c.is_whitespace() || c.is_ascii_alphanumeric() || ":：-/.)]#".contains(c)
        };
        behind.chars().all(is_number) && behind.contains(char::is_numeric)
    })
}

/// Whether a line above the text says how long it takes to read, how often it was read, how large its letters are.
pub(super) fn is_about_reading(line: &str) -> bool {
    const LABELS: &[&str] = &[
        "reading time",
        "listen to",
        "lesezeit",
        "temps de lecture",
        "tiempo de lectura",
        "tempo di lettura",
        "tempo de leitura",
        "leestijd",
        "lästid",
        "lesetid",
        "czas czytania",
        "okuma süresi",
        "время чтения",
        "просмотров",
        "читать",
        "час читання",
        "переглядів",
        "źródło",
        "actualizado",
        "字号",
        "字號",
        "字体大小",
        "閱讀時間",
        "阅读时间",
        "글자크기",
        "조회수",
    ];
    let line = line.to_lowercase();
    LABELS.iter().any(|label| line.starts_with(label))
}

/// What a line that names those who wrote the text begins with.
const BEFORE_NAMES: &[&str] = &["by", "von", "par", "por"];

/// Words that the names of three people take.
const MOST_WORDS: usize = 10;

/// Words that stand between such names, or in them.
const BETWEEN_NAMES: &[&str] =
    &["and", "und", "et", "y", "e", "for", "in", "de", "da", "di", "la", "van", "von", "der", "al"];

/// Whether a line is nothing but the names of those who wrote the text ("By Anna Berg and Jan Bos").
pub(super) fn is_byline(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let is_by =
        words.next().is_some_and(|first| BEFORE_NAMES.iter().any(|by| first.eq_ignore_ascii_case(by)));
    let names: Vec<&str> = words.collect();
    let is_name = |word: &&str| {
        word.starts_with(|c: char| c.is_uppercase() || !c.is_alphanumeric()) || BETWEEN_NAMES.contains(word)
    };
    // A title begins so, too: "Von der Leyen in Kyjiw".
    let begins = |first: &&str| first.starts_with(char::is_uppercase) && !first.eq_ignore_ascii_case("der");
    is_by
        && (2..=MOST_WORDS).contains(&names.len())
        && names.first().is_some_and(begins)
        && names.iter().all(is_name)
        && !names.last().is_some_and(|last| last.ends_with(['.', '!', '?', ':']))
}

static PHRASES: LazyLock<WordTable> =
    LazyLock::new(|| WordTable::of(TABLE.iter().map(|(phrase, _)| *phrase)));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_names_is_a_byline() {
        for line in [
            "By Anna Berg",
            "BY ANNA BERG AND JAN BOS",
            "by Anna Berg, Jan van der Bos",
            "Von\u{a0}Anna Berg",
        ] {
            assert!(is_byline(line), "{line}");
        }
        for line in [
            "By Monday.",
            "By Monday the ferry",
            "Byron Bay",
            "By",
            "Para todos",
            "By 1950",
            "Bÿ Anna Berg",
            "Von der Leyen",
            "VON DER LEYEN",
            "Par Avion",
        ] {
            assert!(!is_byline(line), "{line}");
        }
    }
}
