//! Walls, and pages that are not there: what comes in place of an article and says so.
//!
//! The words for it occur in articles, too, and in the small print of pages. So they count where a wall says them: as the
//! title or a heading, or in what the page says first; a phrase in the midst of a story makes no wall. A wall speaks to its
//! reader ("your browser", "please") or of the site; a story tells of others, and quotes what it says of walls. So a headline that
//! holds the phrase and more ("Access denied to port workers") is a story's where a sentence below it tells something, and one that holds
//! nothing else ("Access denied") where a day and several such sentences stand below it. A wall knows no day, unless the site rests until then or
//! it stamps what it says with the time: under a headline, a sentence that names a day and says more than a stamp does tells something even where
//! it holds the phrase.

use dateline_text::date;
use dateline_wire::PageKind;

use super::marks::Separation;
use super::rule;
use super::run::{Layout, Run, units};
use crate::dom::{Document, local_name};

/// Length up to which a line can be what a wall says, in units.
const LINE: f32 = 160.0;

/// Text beside the words of the wall from which a page is more than a wall, in units.
const MORE: f32 = 60.0;

/// The same where a character counts for several letters: a sentence is shorter there.
const MORE_IN_DENSE_SCRIPT: f32 = 40.0;

/// How many sentences that tell of others make a story below a headline of a wall's words.
const STORY: usize = 2;

/// What a headline says beside the phrase, at the least, in units.
const BESIDE_PHRASE: f32 = 5.0;

/// Length from which a heading is a story's headline rather than the name of a site, in units.
const HEADLINE: f32 = 16.0;

/// Phrases of walls, of pages that are not there and of sites that rest, in lower case.
const WALLS: &[(&str, PageKind)] = &[
    ("are you a robot", PageKind::BotWall),
    ("you are human", PageKind::BotWall),
    ("you're human", PageKind::BotWall),
    ("you are a human", PageKind::BotWall),
    ("you're a human", PageKind::BotWall),
    ("you are not a robot", PageKind::BotWall),
    ("you are a person", PageKind::BotWall),
    ("you're a person", PageKind::BotWall),
    ("you are a real person", PageKind::BotWall),
    ("dass sie ein mensch", PageKind::BotWall),
    ("ob sie ein mensch", PageKind::BotWall),
    ("dass du ein mensch", PageKind::BotWall),
    ("ob du ein mensch", PageKind::BotWall),
    ("que usted es humano", PageKind::BotWall),
    ("que no eres un robot", PageKind::BotWall),
    ("que vous n'êtes pas un robot", PageKind::BotWall),
    ("avons détecté une activité inhabituelle", PageKind::BotWall),
    ("activité inhabituelle sur votre", PageKind::BotWall),
    ("activité inhabituelle provenant de votre", PageKind::BotWall),
    ("activité inhabituelle depuis votre", PageKind::BotWall),
    ("wir haben ungewöhnliche aktivität", PageKind::BotWall),
    ("ungewöhnliche aktivität in ihrem", PageKind::BotWall),
    ("ungewöhnliche aktivität von ihrem", PageKind::BotWall),
    ("ungewöhnliche aktivitäten in ihrem", PageKind::BotWall),
    ("ungewöhnliche aktivitäten von ihrem", PageKind::BotWall),
    ("ungewöhnlichen datenverkehr", PageKind::BotWall),
    ("hemos detectado actividad inusual", PageKind::BotWall),
    ("hemos detectado una actividad inusual", PageKind::BotWall),
    ("actividad inusual en su", PageKind::BotWall),
    ("actividad inusual desde su", PageKind::BotWall),
    ("actividad inusual en tu", PageKind::BotWall),
    ("actividad inusual desde tu", PageKind::BotWall),
    ("hemos detectado tráfico inusual", PageKind::BotWall),
    ("hemos detectado un tráfico inusual", PageKind::BotWall),
    ("tráfico inusual desde su", PageKind::BotWall),
    ("tráfico inusual desde tu", PageKind::BotWall),
    ("мы заметили необычную активность", PageKind::BotWall),
    ("мы обнаружили необычную активность", PageKind::BotWall),
    ("ми помітили підозрілу активність", PageKind::BotWall),
    ("ми виявили підозрілу активність", PageKind::BotWall),
    ("ми помітили незвичну активність", PageKind::BotWall),
    ("ми виявили незвичну активність", PageKind::BotWall),
    ("請完成驗證", PageKind::BotWall),
    ("请完成验证", PageKind::BotWall),
    ("您不是机器人", PageKind::BotWall),
    ("你不是机器人", PageKind::BotWall),
    ("您不是機器人", PageKind::BotWall),
    ("你不是機器人", PageKind::BotWall),
    ("أنك لست روبوت", PageKind::BotWall),
    ("أنك إنسان", PageKind::BotWall),
    ("you're not a robot", PageKind::BotWall),
    ("verify you are", PageKind::BotWall),
    ("unusual traffic", PageKind::BotWall),
    ("checking your browser", PageKind::BotWall),
    ("just a moment", PageKind::BotWall),
    ("attention required", PageKind::BotWall),
    ("pardon our interruption", PageKind::BotWall),
    ("robot check", PageKind::BotWall),
    ("security check", PageKind::BotWall),
    ("access denied", PageKind::BotWall),
    ("access to this page has been denied", PageKind::BotWall),
    ("접근이 거부되었습니다", PageKind::BotWall),
    ("접근이 차단되었습니다", PageKind::BotWall),
    ("접속이 차단되었습니다", PageKind::BotWall),
    ("403 forbidden", PageKind::BotWall),
    ("captcha", PageKind::BotWall),
    ("enable javascript", PageKind::BotWall),
    ("enable js", PageKind::BotWall),
    ("turn on javascript", PageKind::BotWall),
    ("javascript is disabled in your", PageKind::BotWall),
    ("javascript is disabled.", PageKind::BotWall),
    ("javascript is not enabled", PageKind::BotWall),
    ("javascript is required to", PageKind::BotWall),
    ("javascript to continue", PageKind::BotWall),
    ("javascript est désactivé", PageKind::BotWall),
    ("activer javascript", PageKind::BotWall),
    ("activez javascript", PageKind::BotWall),
    ("javascript ist deaktiviert", PageKind::BotWall),
    ("javascript deaktiviert", PageKind::BotWall),
    ("javascript aktivieren", PageKind::BotWall),
    ("aktivieren sie javascript", PageKind::BotWall),
    ("javascript está desactivado", PageKind::BotWall),
    ("javascript está deshabilitado", PageKind::BotWall),
    ("habilite javascript", PageKind::BotWall),
    ("active javascript en", PageKind::BotWall),
    ("active javascript para", PageKind::BotWall),
    ("javascript отключен", PageKind::BotWall),
    ("включите javascript", PageKind::BotWall),
    ("включить javascript", PageKind::BotWall),
    ("увімкніть javascript", PageKind::BotWall),
    ("자바스크립트를 활성화", PageKind::BotWall),
    ("자바스크립트를 켜", PageKind::BotWall),
    ("자바스크립트를 허용", PageKind::BotWall),
    ("자바스크립트를 사용하", PageKind::BotWall),
    ("javascriptを有効", PageKind::BotWall),
    ("启用javascript", PageKind::BotWall),
    ("启用 javascript", PageKind::BotWall),
    ("啟用javascript", PageKind::BotWall),
    ("啟用 javascript", PageKind::BotWall),
    ("تفعيل جافا سكريبت", PageKind::BotWall),
    ("تفعيل javascript", PageKind::BotWall),
    ("you have been blocked", PageKind::BotWall),
    ("connection is secure", PageKind::BotWall),
    ("подтвердите, что запросы", PageKind::BotWall),
    ("похожи на автоматические", PageKind::BotWall),
    ("что вы человек", PageKind::BotWall),
    ("ви людина", PageKind::BotWall),
    ("bist kein roboter", PageKind::BotWall),
    ("sie kein roboter", PageKind::BotWall),
    ("vous n'êtes pas un robot", PageKind::BotWall),
    ("que vous êtes humain", PageKind::BotWall),
    ("no eres un robot", PageKind::BotWall),
    ("que eres humano", PageKind::BotWall),
    ("자동등록방지", PageKind::BotWall),
    ("비정상적인 접근", PageKind::BotWall),
    ("비정상적인 트래픽", PageKind::BotWall),
    ("사람인지 확인", PageKind::BotWall),
    ("アクセスが集中", PageKind::BotWall),
    ("アクセスが拒否され", PageKind::BotWall),
    ("アクセスはブロックされ", PageKind::BotWall),
    ("人間であることを確認", PageKind::BotWall),
    ("异常流量", PageKind::BotWall),
    ("異常流量", PageKind::BotWall),
    ("访问过于频繁", PageKind::BotWall),
    ("验证您是真人", PageKind::BotWall),
    ("驗證您是真人", PageKind::BotWall),
    ("вы не робот", PageKind::BotWall),
    ("ви не робот", PageKind::BotWall),
    ("проверка браузера", PageKind::BotWall),
    ("проверка вашего браузера", PageKind::BotWall),
    ("проверяем ваш браузер", PageKind::BotWall),
    ("перевірка браузера", PageKind::BotWall),
    ("press & hold", PageKind::BotWall),
    ("press and hold", PageKind::BotWall),
    ("too many requests", PageKind::BotWall),
    ("unavailable for legal reasons", PageKind::BotWall),
    ("access cannot be granted", PageKind::BotWall),
    ("available in your country", PageKind::BotWall),
    ("available in your region", PageKind::BotWall),
    ("available in your location", PageKind::BotWall),
    ("disponible en su región", PageKind::BotWall),
    ("disponible en su país", PageKind::BotWall),
    ("disponible en tu región", PageKind::BotWall),
    ("disponible en tu país", PageKind::BotWall),
    ("disponible dans votre pays", PageKind::BotWall),
    ("disponible dans votre région", PageKind::BotWall),
    ("in ihrem land nicht verfügbar", PageKind::BotWall),
    ("in ihrer region nicht verfügbar", PageKind::BotWall),
    ("недоступний у вашій країні", PageKind::BotWall),
    ("недоступний у вашому регіоні", PageKind::BotWall),
    ("недоступно в вашем регионе", PageKind::BotWall),
    ("недоступны в вашем регионе", PageKind::BotWall),
    ("해당 국가에서는 이용", PageKind::BotWall),
    ("해당 국가에서는 제공", PageKind::BotWall),
    ("해당 국가에서는 서비스", PageKind::BotWall),
    ("お住まいの地域ではご利用", PageKind::BotWall),
    ("お住まいの地域では利用", PageKind::BotWall),
    ("お住まいの地域ではご覧", PageKind::BotWall),
    ("お住まいの地域では視聴", PageKind::BotWall),
    ("お住まいの地域では閲覧", PageKind::BotWall),
    ("您所在的地区无法", PageKind::BotWall),
    ("您所在的地区暂", PageKind::BotWall),
    ("您所在的地区不", PageKind::BotWall),
    ("您所在的地區無法", PageKind::BotWall),
    ("您所在的地區暫", PageKind::BotWall),
    ("您所在的地區不", PageKind::BotWall),
    ("недоступен в вашей стране", PageKind::BotWall),
    ("недоступна в вашей стране", PageKind::BotWall),
    ("недоступен в вашем регионе", PageKind::BotWall),
    ("доступ ограничен", PageKind::BotWall),
    ("로봇이 아닙니다", PageKind::BotWall),
    ("ロボットではありません", PageKind::BotWall),
    ("安全验证", PageKind::BotWall),
    ("人机验证", PageKind::BotWall),
    ("browser is not supported", PageKind::BotWall),
    ("browser is no longer supported", PageKind::BotWall),
    ("browser is out of date", PageKind::BotWall),
    ("browser is outdated", PageKind::BotWall),
    ("unsupported browser", PageKind::BotWall),
    ("browser ist leider veraltet", PageKind::BotWall),
    ("browser ist veraltet", PageKind::BotWall),
    ("browser wird nicht unterstützt", PageKind::BotWall),
    ("navigateur n'est plus", PageKind::BotWall),
    ("navigateur est obsolète", PageKind::BotWall),
    ("браузер устарел", PageKind::BotWall),
    ("браузер застарів", PageKind::BotWall),
    ("지원되지 않는 브라우저", PageKind::BotWall),
    ("お使いのブラウザ", PageKind::BotWall),
    ("浏览器版本过低", PageKind::BotWall),
    ("瀏覽器版本過低", PageKind::BotWall),
    ("请进行验证", PageKind::BotWall),
    ("按住滑块", PageKind::BotWall),
    ("拖动滑块", PageKind::BotWall),
    ("滑动验证", PageKind::BotWall),
    ("访问验证", PageKind::BotWall),
    ("we value your privacy", PageKind::CookieWall),
    ("your privacy choices", PageKind::CookieWall),
    ("before you continue", PageKind::CookieWall),
    ("accept all cookies", PageKind::CookieWall),
    ("use cookies", PageKind::CookieWall),
    ("uses cookies", PageKind::CookieWall),
    ("cookies akzeptieren", PageKind::CookieWall),
    ("accepter les cookies", PageKind::CookieWall),
    ("mit werbung weiterlesen", PageKind::CookieWall),
    ("mit werbung lesen", PageKind::CookieWall),
    ("weiterlesen mit werbung", PageKind::CookieWall),
    ("mit werbung und tracking", PageKind::CookieWall),
    ("pur-abo", PageKind::CookieWall),
    ("accepter et continuer", PageKind::CookieWall),
    ("continuer sans accepter", PageKind::CookieWall),
    ("aceptar y continuar", PageKind::CookieWall),
    ("принять все файлы cookie", PageKind::CookieWall),
    ("page not found", PageKind::NotFound),
    ("page can't be found", PageKind::NotFound),
    ("page cannot be found", PageKind::NotFound),
    ("page could not be found", PageKind::NotFound),
    ("page you requested", PageKind::NotFound),
    ("page you are looking for", PageKind::NotFound),
    ("page you're looking for", PageKind::NotFound),
    ("article not found", PageKind::NotFound),
    ("404 not found", PageKind::NotFound),
    ("error 404", PageKind::NotFound),
    ("404 error", PageKind::NotFound),
    ("can't find that page", PageKind::NotFound),
    ("can't find the page", PageKind::NotFound),
    ("cannot find the page", PageKind::NotFound),
    ("couldn't find that page", PageKind::NotFound),
    ("couldn't find the page", PageKind::NotFound),
    ("page doesn't exist", PageKind::NotFound),
    ("page does not exist", PageKind::NotFound),
    ("page no longer exists", PageKind::NotFound),
    ("article is no longer available", PageKind::NotFound),
    ("story is no longer available", PageKind::NotFound),
    ("page is no longer available", PageKind::NotFound),
    ("content is no longer available", PageKind::NotFound),
    ("article you are looking for", PageKind::NotFound),
    ("story you are looking for", PageKind::NotFound),
    ("seite nicht gefunden", PageKind::NotFound),
    ("seite wurde nicht gefunden", PageKind::NotFound),
    ("seite konnte nicht gefunden", PageKind::NotFound),
    ("seite existiert", PageKind::NotFound),
    ("artikel ist nicht mehr verfügbar", PageKind::NotFound),
    ("page introuvable", PageKind::NotFound),
    ("page non trouvée", PageKind::NotFound),
    ("page que vous recherchez", PageKind::NotFound),
    ("page que vous cherchez", PageKind::NotFound),
    ("article que vous recherchez", PageKind::NotFound),
    ("article que vous cherchez", PageKind::NotFound),
    ("artikel, den sie suchen", PageKind::NotFound),
    ("artículo que busca", PageKind::NotFound),
    ("page demandée n'existe", PageKind::NotFound),
    ("página no encontrada", PageKind::NotFound),
    ("página que busca", PageKind::NotFound),
    ("página no existe", PageKind::NotFound),
    ("página não encontrada", PageKind::NotFound),
    ("pagina non trovata", PageKind::NotFound),
    ("pagina niet gevonden", PageKind::NotFound),
    ("nie znaleziono strony", PageKind::NotFound),
    ("strona nie istnieje", PageKind::NotFound),
    ("sayfa bulunamadı", PageKind::NotFound),
    ("такой страницы нет", PageKind::NotFound),
    ("такой страницы не существует", PageKind::NotFound),
    ("запрашиваемая страница", PageKind::NotFound),
    ("запрошенная страница", PageKind::NotFound),
    ("страница не существует", PageKind::NotFound),
    ("страница удалена", PageKind::NotFound),
    ("такої сторінки", PageKind::NotFound),
    ("сторінка не існує", PageKind::NotFound),
    ("존재하지 않는 페이지", PageKind::NotFound),
    ("존재하지 않는 기사", PageKind::NotFound),
    ("삭제된 기사", PageKind::NotFound),
    ("삭제되거나 존재하지", PageKind::NotFound),
    ("요청하신 페이지", PageKind::NotFound),
    ("찾으시는 페이지", PageKind::NotFound),
    ("ページは見つかり", PageKind::NotFound),
    ("ページは存在し", PageKind::NotFound),
    ("記事は存在し", PageKind::NotFound),
    ("記事は削除され", PageKind::NotFound),
    ("公開を終了し", PageKind::NotFound),
    ("掲載期間が終了", PageKind::NotFound),
    ("頁面不存在", PageKind::NotFound),
    ("文章不存在", PageKind::NotFound),
    ("文章已被删除", PageKind::NotFound),
    ("文章已被刪除", PageKind::NotFound),
    ("内容不存在", PageKind::NotFound),
    ("找不到页面", PageKind::NotFound),
    ("страница не найдена", PageKind::NotFound),
    ("сторінку не знайдено", PageKind::NotFound),
    ("페이지를 찾을 수 없습니다", PageKind::NotFound),
    ("ページが見つかりません", PageKind::NotFound),
    ("页面不存在", PageKind::NotFound),
    ("找不到頁面", PageKind::NotFound),
    ("temporarily unavailable", PageKind::Empty),
    ("service unavailable", PageKind::Empty),
    ("under maintenance", PageKind::Empty),
    ("down for maintenance", PageKind::Empty),
    ("scheduled maintenance", PageKind::Empty),
    ("internal server error", PageKind::Empty),
    ("error establishing a database connection", PageKind::Empty),
    ("account suspended", PageKind::Empty),
    ("account has been suspended", PageKind::Empty),
    ("bad gateway", PageKind::Empty),
    ("wartungsarbeiten", PageKind::Empty),
    ("vorübergehend nicht erreichbar", PageKind::Empty),
    ("momentanément indisponible", PageKind::Empty),
    ("temporalmente no disponible", PageKind::Empty),
    ("технические работы", PageKind::Empty),
    ("технических работ", PageKind::Empty),
    ("временно недоступ", PageKind::Empty),
    ("технічні роботи", PageKind::Empty),
    ("тимчасово недоступ", PageKind::Empty),
    ("서버 점검", PageKind::Empty),
    ("사이트 점검 중입니다", PageKind::Empty),
    ("홈페이지 점검 중입니다", PageKind::Empty),
    ("网站维护中", PageKind::Empty),
    ("網站維護中", PageKind::Empty),
    ("시스템 점검", PageKind::Empty),
    ("서비스 점검", PageKind::Empty),
    ("メンテナンス中", PageKind::Empty),
    ("系统维护", PageKind::Empty),
    ("系統維護", PageKind::Empty),
];

/// Words by which a text speaks to its reader, in lower case, as wholes in alphabets and anywhere in Han, kana and Hangul.
const TO_READER: &[&str] = &[
    "you",
    "your",
    "you're",
    "yourself",
    "please",
    "sorry",
    "oops",
    "we",
    "вы",
    "вас",
    "ваш",
    "ваша",
    "ваше",
    "ваши",
    "вашего",
    "вашей",
    "вашем",
    "вашу",
    "вашому",
    "вашого",
    "вашої",
    "cihazınız",
    "cihazınızda",
    "вам",
    "нам",
    "пожалуйста",
    "извините",
    "ви",
    "ваш",
    "вибачте",
    "sie",
    "ihr",
    "ihre",
    "ihren",
    "bitte",
    "wir",
    "leider",
    "bist du",
    "hast du",
    "du bist",
    "du hast",
    "wenn du",
    "dein",
    "deine",
    "deinen",
    "vous",
    "votre",
    "vos",
    "nous",
    "désolé",
    "usted",
    "su navegador",
    "su solicitud",
    "su conexión",
    "su ip",
    "su dirección",
    "su acceso",
    "su cuenta",
    "su consentimiento",
    "su visita",
    "su búsqueda",
    "su experiencia",
    "su privacidad",
    "su dispositivo",
    "su permiso",
    "tu",
    "por favor",
    "lo sentimos",
    "voi",
    "prego",
    "você",
    "seu",
];
const TO_READER_WITHOUT_SPACES: &[&str] = &[
    "您",
    "请",
    "請",
    "抱歉",
    "주세요",
    "십시오",
    "귀하",
    "하신",
    "하시",
    "죄송",
    "お探し",
    "お使い",
    "ください",
    "申し訳",
];

/// Parts of words by which a text speaks of the site that it stands on, in lower case.
const OF_SITE: &[&str] = &[
    "page",
    "site",
    "server",
    "request",
    "browser",
    "javascript",
    "cookie",
    "connection",
    "content",
    "archive",
    "article",
    "сайт",
    "страниц",
    "сторінк",
    "сервер",
    "ресурс",
    "браузер",
    "запрос",
    "запит",
    "доступ",
    "seite",
    "anfrage",
    "inhalt",
    "artikel",
    "navigateur",
    "requête",
    "serveur",
    "contenu",
    "página",
    "navegador",
    "servidor",
    "sitio",
    "contenido",
    "pagina",
    "sito",
    "sayfa",
    "tarayıcı",
    "sunucu",
    "strona",
    "stronie",
    "페이지",
    "사이트",
    "서버",
    "브라우저",
    "서비스",
    "이용",
    "页面",
    "网站",
    "网页",
    "服务器",
    "浏览器",
    "访问",
    "頁面",
    "網站",
    "網頁",
    "伺服器",
    "瀏覽器",
    "訪問",
    "ページ",
    "サイト",
    "サーバー",
    "ブラウザ",
    "アクセス",
];

/// The wall that a page with little text is, by its title, its headings and what it says first. `kept` are the runs of its body;
/// `is_dated` says whether its head calls it an article, as walls don't.
pub(super) fn of(document: &Document, layout: &Layout, kept: &[bool], is_dated: bool) -> Option<PageKind> {
    let title = document.elements(local_name!("title")).next().map(|node| node.text_content());
    let titles = || title.as_deref().unwrap_or_default().split(['|', '–', '—', '·', '-']);
    let runs = || layout.runs.iter().zip(kept);
    let headings = || runs().filter(|(run, _)| run.heading > 0).map(|(run, _)| layout.str(run));
    let body = || runs().filter(|(_, kept)| **kept).map(|(run, _)| run);
    // Where there is a text of its own, the line is about something beside it.
    let own: f32 = body().filter(|run| phrase(layout.str(run)).is_none()).map(|run| run.units).sum();
    let is_story = is_dated && own >= MORE;
    // A day below nothing but the site's name is a wall's stamp.
    let is_headed = has_headline_beside_phrase(layout, titles());
    let tells =
        || body().any(|run| is_told_of_others(layout, run) || is_headed && is_told_of_day(layout, run));
    let is_to_reader = |line: &&str| !is_dated && speaks_to_reader(line);
    // A headline of nothing but a wall's words is a story's where a day stands below it, and several sentences that tell of others and none
    // of anything else.
    let tells_story = |line: &str| {
        let long = || body().filter(|run| run.heading == 0 && run.units >= MORE);
        let is_told = |run| is_told_of_others(layout, run) || is_told_of_day(layout, run);
        let is_dated =
            has_day(layout) || !is_of_rest(phrase(line)) && long().any(|run| is_told_of_day(layout, run));
        is_dated && long().count() >= STORY && long().all(is_told)
    };
    let is_walls = |line: &&str| if says_more(line) { !tells() } else { !tells_story(line) };
    let wall = |line: &str| is_all(line).filter(|_| is_walls(&line));
    let says_title = || titles().find_map(wall);
    let says_heading = || headings().find_map(wall);
    let says_reader =
        || headings().filter(is_to_reader).filter(is_walls).find_map(phrase).map(|(_, kind)| kind);
    if let Some(kind) = says_title().or_else(says_heading).or_else(says_reader).filter(|_| !is_story) {
        return Some(kind);
    }
    let is_consent = |run: &Run| {
        let marks = layout.marks_around(run);
        marks.is(Separation::Consent) || marks.is(Separation::Cookie)
    };
    // An article on the law of data may bear such names; it is longer than a line.
    let is_story_of_law = || has_told_headline(layout) && body().count() > 1 && tells();
    if body().next().is_some() && body().all(is_consent) && !is_story_of_law() {
        return Some(PageKind::CookieWall);
    }
    let is_said_first = |run: &Run| run.units <= LINE && run.linked < 0.5 && !is_framed(layout, run);
    let first =
        || layout.runs.iter().filter(|run| is_said_first(run)).find_map(|run| phrase(layout.str(run)));
    let begins = body().next().and_then(|run| phrase(layout.str(run)));
    match own < MORE {
        // What is told under a headline of a story's length, and not to the reader, is a story about walls.
        true if tells() || has_told_headline(layout) && body().any(|run| is_told(layout.str(run))) => None,
        true => begins.or_else(first).map(|(_, kind)| kind),
        false => begins.filter(|_| !has_headline(layout)).map(|(_, kind)| kind),
    }
}

/// Whether a line right behind the first heading is a day and little else.
pub(super) fn has_day(layout: &Layout) -> bool {
    const BEHIND: usize = 4;
    let heading = layout.runs.iter().position(|run| run.heading > 0);
    let behind =
        heading.map(|heading| layout.runs.iter().skip(heading + 1).take(BEHIND)).into_iter().flatten();
    behind.into_iter().any(|run| run.digits > 0 && rule::is_date_line(layout.str(run)))
}

fn has_headline(layout: &Layout) -> bool {
    layout.runs.iter().any(|run| run.heading > 0)
}

/// Whether there is a headline that a story could have.
fn has_told_headline(layout: &Layout) -> bool {
    let is_told = |run: &&Run| {
        let line = layout.str(run);
        run.heading > 0 && run.units >= HEADLINE && is_all(line).is_none() && !speaks_to_reader(line)
    };
    layout.runs.iter().find(is_told).is_some()
}

/// Whether a heading, or where there is none a part of the title, is a headline and not only the phrase of a wall or the name of the site:
/// it is as long as one, or the title goes on behind it.
fn has_headline_beside_phrase<'t>(layout: &Layout, titles: impl Iterator<Item = &'t str>) -> bool {
    let titles: Vec<&str> = titles.map(str::trim).collect();
    let is_headline = |line: &str| {
        (units(line, HEADLINE) >= HEADLINE || titles.len() > 1 && titles.first() == Some(&line))
            && says_more(line)
    };
    let mut headings = layout.runs.iter().filter(|run| run.heading > 0).map(|run| layout.str(run)).peekable();
    match headings.peek() {
        Some(_) => headings.any(is_headline),
        None => titles.iter().any(|title| is_headline(title)),
    }
}

/// Whether a line could be a story's: it is a sentence, and doesn't speak to the reader but in what it quotes.
fn is_told(line: &str) -> bool {
    units(line, MORE) >= MORE && !speaks_to_reader(line)
}

/// Whether a run tells, in a sentence, what is about neither its reader nor the site.
fn is_told_of_others(layout: &Layout, run: &Run) -> bool {
    let is_dense = run.units > 1.2 * run.letters as f32;
    let line = layout.str(run);
    run.ends
        && run.heading == 0
        && run.units >= if is_dense { MORE_IN_DENSE_SCRIPT } else { MORE }
        && !is_framed(layout, run)
        && phrase(line).is_none()
        && !speaks_to_reader(line)
        && !speaks_of_site(line)
}

/// Whether a run tells, in a sentence that names a day, what is about neither its reader nor the site, but for the words of walls in it.
fn is_told_of_day(layout: &Layout, run: &Run) -> bool {
    let line = layout.str(run);
    let is_long = |units: f32| {
        let is_dense = run.units > 1.2 * run.letters as f32;
        units >= if is_dense { MORE_IN_DENSE_SCRIPT } else { MORE }
    };
    run.ends && run.heading == 0 && is_long(run.units) && names_day(line) && !is_framed(layout, run) && {
        let lower = line.to_lowercase().replace('\u{2019}', "'");
        let phrase = phrase(&lower);
        let beside = phrase.map_or_else(|| lower.clone(), |(phrase, _)| lower.replace(phrase, " "));
        let is_to_reader =
            phrase.is_some_and(|(phrase, _)| speaks_to_reader(phrase) && unquoted(&lower).contains(phrase));
        !is_of_rest(phrase)
            && !is_to_reader
            && !speaks_to_reader(&beside)
            && !speaks_of_site(&beside)
            && (phrase.is_none() || is_long(units_beside_stamp(&beside)) && !holds_address(&beside))
    }
}

/// Whether a line holds the address of a computer (IPv4), as walls name that of their visitor.
fn holds_address(line: &str) -> bool {
    let is_number = |part: &str| part.len() <= 3 && part.parse::<u8>().is_ok();
    line.split(|c: char| !c.is_ascii_digit() && c != '.').any(|word| {
        let word = word.trim_matches('.');
        word.split('.').count() == 4 && word.split('.').all(is_number)
    })
}

/// The length of what a line says beside a day and the time of it, in units: without what is written with digits, and without numbers of requests.
fn units_beside_stamp(line: &str) -> f32 {
    let dates = date::read_all(line);
    let (mut from, mut beside) = (0, 0.0);
    let places = dates.iter().map(|found| (found.place.start, found.place.end));
    for (start, end) in places.chain([(line.len(), line.len())]) {
        let part = line.get(from..start).unwrap_or_default();
        let words = part.split(|c: char| c.is_whitespace() || "()[],;".contains(c));
        let is_said = |word: &&str| !(word.is_ascii() && date::has_digit(word));
        beside += words.filter(is_said).map(|word| units(word, LINE)).sum::<f32>();
        from = end;
    }
    beside
}

/// Whether the words of a wall are those of a site that rests, which says until what day.
fn is_of_rest(phrase: Option<(&str, PageKind)>) -> bool {
    phrase.is_some_and(|(_, kind)| kind == PageKind::Empty)
}

/// Whether a line names a day: of the week, of a month, or by its number as Han and Hangul write it. How long something takes is none.
fn names_day(line: &str) -> bool {
    const WEEK: [&str; 5] = ["曜日", "요일", "星期", "周", "週"];
    let is_weekday = |word: &str| word.chars().count() > 3 && date::weekday(word).is_some();
    let is_numbered = || {
        line.match_indices(['日', '일']).any(|(at, sign)| {
            let is_span = line[at + sign.len()..].starts_with(['間', '间', '간']);
            !is_span && line[..at].ends_with(|c: char| c.is_ascii_digit())
        })
    };
    let of_week = || {
        WEEK.iter().any(|week| {
            let mut behind = line.split(week).skip(1);
            let is_day = |behind: &str| behind.starts_with(['一', '二', '三', '四', '五', '六', '日']);
            behind.any(|behind| matches!(*week, "曜日" | "요일") || is_day(behind))
        })
    };
    line.to_lowercase().split(|c: char| !c.is_alphabetic()).any(is_weekday)
        || is_numbered()
        || of_week()
        || date::has_digit(line) && date::read(line).is_some_and(|written| written.date().is_some())
}

/// Whether a line speaks of the site that it stands on.
pub(super) fn speaks_of_site(line: &str) -> bool {
    let line = line.to_lowercase();
    OF_SITE.iter().any(|word| line.contains(word))
}

/// Whether a line that holds a phrase of walls says something beside it, and not only the number or the name of an error.
fn says_more(line: &str) -> bool {
    let line = line.to_lowercase().replace('\u{2019}', "'");
    let Some((phrase, _)) = phrase(&line) else { return true };
    let beside = line.replacen(phrase, " ", 1);
    let is_word = |word: &&str| !["error", "erreur", "fehler", "ошибка", "oops"].contains(word);
    let words = beside.split(|c: char| !c.is_alphabetic()).filter(is_word);
    words.map(|word| units(word, BESIDE_PHRASE)).sum::<f32>() >= BESIDE_PHRASE
}

/// Whether a line speaks to its reader, outside of what it quotes.
pub(super) fn speaks_to_reader(line: &str) -> bool {
    let said = unquoted(&line.to_lowercase().replace('\u{2019}', "'"));
    TO_READER_WITHOUT_SPACES.iter().any(|word| said.contains(word))
        || TO_READER.iter().any(|word| {
            said.match_indices(word).any(|(at, _)| {
                let is_letter = |c: char| c.is_alphabetic() || c == '\'';
                !said[..at].ends_with(is_letter) && !said[at + word.len()..].starts_with(is_letter)
            })
        })
}

/// A text without what stands in quotation marks.
fn unquoted(text: &str) -> String {
    const MARKS: [(char, char); 8] = [
        ('\u{201c}', '\u{201d}'),
        ('\u{201e}', '\u{201c}'),
        ('«', '»'),
        ('"', '"'),
        ('\u{2018}', '\u{2019}'),
        ('\u{2018}', '\''),
        ('「', '」'),
        ('『', '』'),
    ];
    let mut said = String::with_capacity(text.len());
    let mut rest = text;
    'text: while let Some(first) = rest.chars().next() {
        let behind = &rest[first.len_utf8()..];
        for (_, close) in MARKS.iter().filter(|(open, _)| *open == first) {
            if let Some(at) = behind.find(*close) {
                said.push(' ');
                rest = &behind[at + close.len_utf8()..];
                continue 'text;
            }
        }
        said.push(first);
        // What is never closed is not looked for again.
        rest = behind;
        if MARKS.iter().any(|(open, _)| *open == first) {
            said.push_str(rest);
            break;
        }
    }
    said
}

/// Whether a run stands at the page's edge: what is said there is said of the site.
fn is_framed(layout: &Layout, run: &Run) -> bool {
    use super::area::Tag;
    layout.around(run.area).any(|area| matches!(layout.areas[area as usize].tag, Tag::Footer | Tag::Nav))
}

/// The wall that a line is about: the phrase is the greater part of it.
fn is_all(line: &str) -> Option<PageKind> {
    let line = line.trim();
    phrase(line).filter(|(phrase, _)| phrase.len() * 2 >= line.len()).map(|(_, kind)| kind)
}

fn phrase(line: &str) -> Option<(&'static str, PageKind)> {
    let line = line.to_lowercase().replace('\u{2019}', "'");
    WALLS.iter().find(|(phrase, _)| line.contains(phrase)).copied()
}
