//! What a page says where the rest of its article is paid for.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::area::Tag;
use super::cue::Cue;
use super::marks::{MarkupFamily, Separation};
use super::run::{Layout, Run};
use super::wall;

/// Length of the longest notice, in units.
const NOTICE: f32 = 250.0;

/// Length of the longest label above a text that says that it is paid for, in units.
const LABEL: f32 = 50.0;

/// Length from which a text may be a story's sentence and no notice, in units.
const SENTENCE: f32 = 60.0;

/// Runs behind the last of the text among which a notice stands.
const BEHIND: usize = 8;

/// What says in plain words that a text goes on for some only, in lower case.
const PHRASES: &[&str] = &[
    "للمشتركين فقط",
    "لمتابعة القراءة",
    "ویژه مشترکان",
    "למנויים בלבד",
    "เฉพาะสมาชิก",
    "dành riêng cho hội viên",
    "पढ़ने के लिए सब्सक्राइब",
    "მხოლოდ გამომწერ",
    "μόνο για συνδρομητές",
    "abonelere özel",
    "subscribers only",
    "subscriber only",
    "subscriber-only",
    "subscriber exclusive",
    "exclusive to subscribers",
    "exclusively for subscribers",
    "exclusive for subscribers",
    "available to subscribers",
    "reserved for subscribers",
    "for our subscribers",
    "for paying subscribers",
    "members only",
    "for our members",
    "available to members",
    "to continue reading",
    "continue reading with",
    "continue reading by",
    "to keep reading",
    "to read the full",
    "to read the rest",
    "to read the whole",
    "to read on",
    "to read this article",
    "to read this story",
    "to unlock this",
    "unlock this article",
    "unlock this story",
    "already a subscriber",
    "already a member",
    "subscribe to read",
    "subscribe to continue",
    "log in to read",
    "log in to continue",
    "sign in to read",
    "sign in to continue",
    "register to read",
    "register to continue",
    "the rest of this article",
    "the rest of this story",
    "this is a premium",
    "premium article",
    "free articles",
    "nur für abonnent",
    "abonnenten vorbehalten",
    "weiterlesen mit",
    "um weiterzulesen",
    "sie möchten weiterlesen",
    "jetzt abo abschließen",
    "lesen sie mit einem abo",
    "um weiter zu lesen",
    "bereits abonnent",
    "réservé aux abonnés",
    "réservée aux abonnés",
    "pour lire la suite",
    "déjà abonné",
    "solo para suscriptores",
    "exclusivo para suscriptores",
    "para seguir leyendo",
    "para continuar leyendo",
    "riservato agli abbonati",
    "per continuare a leggere",
    "exclusivo para assinantes",
    "para continuar lendo",
    "alleen voor abonnees",
    "om verder te lezen",
    "только для подписчиков",
    "только подписчикам",
    "доступен по подписке",
    "доступна по подписке",
    "доступно по подписке",
    "доступна подписчикам",
    "доступен подписчикам",
    "чтобы читать дальше",
    "чтобы продолжить чтение",
    "чтобы дочитать",
    "чтобы прочитать полностью",
    "чтобы прочитать статью",
    "лише для передплатників",
    "тільки для передплатників",
    "лише передплатникам",
    "за передплатою",
    "щоб читати далі",
    "щоб продовжити читання",
    "유료 회원",
    "유료회원",
    "구독자 전용",
    "구독자만",
    "회원 전용",
    "계속 읽으려면",
    "계속 읽으시려면",
    "이어서 보시려면",
    "로그인 후 계속 읽",
    "전문을 보시려면",
    "전체 기사를 볼 수 있습니다",
    "전체 기사를 보실 수",
    "기사 전문을 볼 수 있습니다",
    "기사 전문을 보실 수",
    "유료 기사",
    "会員限定",
    "有料会員",
    "有料記事",
    "続きを読むには",
    "続きをお読み",
    "仅限订阅",
    "仅限会员",
    "僅限會員",
    "订阅后",
    "订阅者专享",
    "会员专享",
    "付费内容",
    "付费文章",
    "付费阅读",
    "登录后",
    "登入後",
    "訂閱後",
    "訂戶專享",
    "會員專享",
    "付費內容",
    "aby przeczytać całość",
    "aby czytać dalej",
    "wykup dostęp",
    "dla prenumeratorów",
    "dla subskrybentów",
    "pro předplatitele",
    "pre predplatiteľov",
    "előfizetőink",
    "abonelere özel",
    "sadece abonelere",
    "devamını okumak için",
    "för prenumeranter",
    "bli prenumerant",
    "för att läsa vidare",
    "for abonnenter",
    "for at læse videre",
    "for å lese videre",
    "vain tilaajille",
    "para assinantes",
    "para suscriptores",
    "per gli abbonati",
    "il vous reste",
    "la suite est réservée",
    "per proseguire la lettura",
];

/// The same in words that stories use, too, in lower case: they count on a button, and beside a word that bids its reader pay.
const BUTTONS: &[&str] = &[
    "abschließen und weiterlesen",
    "abonnieren und weiterlesen",
    "anmelden und weiterlesen",
    "testen und weiterlesen",
    "чтобы прочитать целиком",
    "чтобы прочесть целиком",
    "чтобы прочесть полностью",
    "로그인 후 전체",
];

/// Words that bid a reader pay or log in, in lower case.
const BIDS: &[&str] = &[
    "jetzt abo",
    "подпишитесь",
    "оформите",
    "войдите",
    "авторизуйтесь",
    "зарегистрируйтесь",
    "하세요",
    "해 주세요",
    "해주세요",
];

/// Words by which a notice means the text above it, in lower case.
const THIS_TEXT: &[&str] = &[
    "this article",
    "this story",
    "this content",
    "the rest",
    "هذا المحتوى",
    "هذا المقال",
    "این مطلب",
    "כתבה זו",
    "บทความนี้",
    "bài viết này",
    "पूरी खबर",
    "αυτό το άρθρο",
    "bu haber",
    "full article",
    "full story",
    "diese artikel",
    "dieser artikel",
    "diesen artikel",
    "cet article",
    "la suite",
    "este artículo",
    "este contenido",
    "este artigo",
    "questo articolo",
    "dit artikel",
    "artykuł",
    "статья",
    "статью",
    "статьи",
    "материал",
    "текст",
    "стаття",
    "матеріал",
    "기사",
    "記事",
    "本文",
    "全文",
    "内容",
    "內容",
    "文章",
];

static NOTICES: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder()
        .kind(Some(AhoCorasickKind::DFA))
        .build(PHRASES)
        .expect("a list of some dozens of short phrases makes an automaton")
});

/// Whether a run says, in words, that the text goes on for some only.
pub(super) fn is_notice(layout: &Layout, run: &Run) -> bool {
    run.units <= NOTICE && !run.cues.has(Cue::Newsletter) && {
        let text = layout.str(run).to_lowercase();
        (NOTICES.is_match(&text) || is_button(&text, run)) && !is_told(&text, run)
    }
}

/// Whether a text is what a button says, or bids its reader pay in the words of one.
fn is_button(text: &str, run: &Run) -> bool {
    let is_label = run.units <= LABEL && !run.ends && run.heading == 0;
    let holds = |words: &[&str]| words.iter().any(|word| text.contains(word));
    holds(BUTTONS) && (is_label || holds(BIDS))
}

/// Whether a text tells of others who are asked to pay: a sentence, or more, that means neither its reader nor the text above.
fn is_told(text: &str, run: &Run) -> bool {
    run.ends
        && run.links == 0
        && run.units >= SENTENCE
        && !THIS_TEXT.iter().any(|this| text.contains(this))
        && !wall::speaks_to_reader(text)
}

/// Whether an offer is of mail, which costs nothing: "Subscribe for free to receive new posts".
fn is_for_mail(line: &str) -> bool {
    line.to_lowercase().contains("for free to")
}

/// Whether a line is a phrase of notices and what it names: "Article réservé aux abonnés".
fn says_nothing_else(line: &str) -> bool {
    let line = line.to_lowercase();
    NOTICES.find(&line).is_some_and(|found| {
        let beside = [&line[..found.start()], &line[found.end()..]];
        let words = beside.into_iter().flat_map(|part| part.split(|c: char| !c.is_alphabetic()));
        let mut words = words.filter(|word| !word.is_empty());
        words.all(|word| THIS_TEXT.iter().any(|this| this.contains(word)))
    })
}

/// Drops such notices from the end of the text, as long as there is text before them, and labels that say so above it: "Article réservé
/// aux abonnés".
pub(super) fn drop_notices(layout: &Layout, kept: &mut [bool]) {
    let mut lines = (0..kept.len()).filter(|index| kept[*index]);
    if let (Some(first), Some(_)) = (lines.next(), lines.next()) {
        let run = &layout.runs[first];
        let is_label = run.units <= LABEL && !run.ends && run.heading == 0;
        kept[first] = !(is_label && is_notice(layout, run) && says_nothing_else(layout.str(run)));
    }
    let mut last: Vec<usize> = (0..kept.len()).rev().filter(|index| kept[*index]).take(BEHIND).collect();
    if let Some(at) = last.iter().rposition(|index| !is_notice(layout, &layout.runs[*index])) {
        last.truncate(at);
        last.retain(|index| is_notice(layout, &layout.runs[*index]));
        last.into_iter().for_each(|index| kept[index] = false);
    }
}

/// Whether the page says so: in words close behind the text, or in a box that is made for it.
pub(super) fn is_said(layout: &Layout, kept: &[bool]) -> bool {
    let from = kept.iter().rposition(|kept| *kept).map_or(0, |last| last + 1);
    let first = kept.iter().position(|kept| *kept).unwrap_or(0);
    let is_framed = |run: &Run| {
        let is_frame = |tag| matches!(tag, Tag::Header | Tag::Footer | Tag::Nav);
        layout.around(run.area).any(|area| is_frame(layout.areas[area as usize].tag))
    };
    let is_offer = |run: &Run| {
        run.cues.has(Cue::Paywall)
            && !run.cues.has(Cue::Newsletter)
            && run.linked < 0.9
            && !is_for_mail(layout.str(run))
            && layout.marks_around(run).has(MarkupFamily::Paywall)
            && !is_framed(run)
    };
    let says = |run: &Run| !is_framed(run) && is_notice(layout, run);
    layout.runs[from..].iter().take(BEHIND).any(says)
        || layout.runs[first..].iter().any(is_offer)
        || layout
            .apart
            .iter()
            .any(|(run, why)| matches!(why, Separation::Login | Separation::Dialog) && says(run))
}
