//! What a subject promises, on a subject of our own making and on the one that comes with Dateline.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use dateline_wire::{Entity, EntitySide, Judgement, Label, Place};
use proptest::prelude::*;

use super::*;

/// Two lands that don't exist, so that nothing here can be hard-wired.
pub(crate) fn ardland_and_borland() -> BTreeMap<String, String> {
    [
        (
            "subject.toml",
            r#"
name = "ardland-borland"
threshold = 0.5
joints = ["and"]
[sides]
a = "Ardland"
b = "Borland"
[words]
dealing = ["dealing"]
force = ["force"]
aside = []
related = ["related"]
[endings]
cyrillic = ["", "а", "я", "и", "ю", "ы", "у"]
latin = ["", "s"]
hangul = ["은", "는", "이", "가", "의", "와", "에서", "군"]
"#,
        ),
        (
            "names.tsv",
            "id\ttype\tside\trole\ten\tru\tko\tja\n\
             ardland\tplace\tA\tstate\tArdland;=ARD\tАрдланди|я\t아르드\tアルド\n\
             borland\tplace\tB\tstate\tBorland;South Borland Free State\tБорланди|я\t볼란드\tボル国\n\
             ardland+borland\t-\tAB\t\tArdo-Borish\t\t아볼*\t亜堀\n\
             mira-anders\tperson\tA\t\tMira Anders;~Anders\tМир|а Андерс|\t미라\tミラ・アンデルス\n\
             cray\tplace\t-\tstate\tCray\t\t\t\n\
             dale\tplace\t-\tstate\tDale\t\t\t\n\
             courier\torganisation\t-\tmedium\tArdland Courier\t\t\t\n\
             fells\tplace\ta?\t\tthe Fells\t\t\t\n\
             bolt\tweapon\tb?\t\tBolt-9\t\t\t\n\
             tom-kerr\tperson\tB\tshared\tTom Kerr\t\t\t\n\
             not-borland\t-\t-\t\tBorland Street\t\t\t\n",
        ),
        (
            "words.tsv",
            "group\ten\tru\tko\tja\ndealing\tmet;treat|y;sent\tвстре*\t회담*\t会談\nforce\tsoldier*\t\t\t\nrelated\tread also\t\t\t\n",
        ),
        (
            "weights.tsv",
            "rule\tweight\nprior\t-2\ncount\t6.4\ndealing\t2\ntitle_pair\t1\none_sided\t-2\nlisted\t-1\n",
        ),
    ]
    .map(|(name, text)| (name.to_owned(), text.to_owned()))
    .into()
}

fn tiny() -> &'static Subject {
    static TINY: LazyLock<Subject> = LazyLock::new(|| Subject::from_files(&ardland_and_borland()).unwrap());
    &TINY
}

fn shipped() -> Subject {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/subjects/russia-dprk");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()).map(|entry| {
        (entry.file_name().into_string().unwrap(), std::fs::read_to_string(entry.path()).unwrap())
    });
    Subject::from_files(&files.collect()).unwrap()
}

fn surfaces<'e>(entities: &'e [Entity], id: &str, title: &'e str, body: &'e str) -> Vec<&'e str> {
    let spans = entities.iter().find(|entity| entity.id == id).map(|entity| entity.spans.as_slice());
    spans.unwrap_or_default().iter().map(|place| at(place, title, body)).collect()
}

fn at<'t>(place: &Place, title: &'t str, body: &'t str) -> &'t str {
    match place {
        Place::Title(span) => span.slice(title).unwrap(),
        Place::Body(span) => span.slice(body).unwrap(),
    }
}

fn relevant(judgement: &Judgement) -> bool {
    judgement.relevance.label == Label::Relevant
}

#[test]
fn a_body_that_reports_a_dealing_is_relevant_and_says_where() {
    let body =
        "It rained. The premier of Ardland met Borland's envoy and signed a treaty.\nThe bakers struck.";
    let judgement = tiny().judge("A meeting", body, Some("en"));
    assert!(relevant(&judgement), "{judgement:?}");
    let reason = judgement.relevance.reasons.iter().find(|reason| reason.rule == "dealing").unwrap();
    assert_eq!(reason.weight, 2.0);
    assert_eq!(
        at(&reason.spans[0], "A meeting", body),
        "The premier of Ardland met Borland's envoy and signed a treaty."
    );
    let passages: Vec<_> =
        judgement.relevance.passages.iter().map(|span| span.slice(body).unwrap()).collect();
    assert_eq!(passages, ["The premier of Ardland met Borland's envoy and signed a treaty."]);
}

#[test]
fn sides_that_a_third_party_parts_or_joins_are_less_of_a_pair() {
    let dealing = |body: &str| {
        let evidence = tiny().evidence("", body, Some("en"));
        evidence.into_iter().find(|(rule, _)| rule == "dealing").map(|(_, value)| value)
    };
    assert_eq!(dealing("Ardland sent Borland a treaty, and Cray wept."), Some(1.0));
    assert_eq!(dealing("Ardland bought grain that Cray sent Borland."), Some(0.5));
    assert_eq!(dealing("Cray and Borland sent Ardland a treaty."), Some(0.75));
}

/// The two lands with a gazetteer: a town of the first, and one more spelling of a person.
#[test]
fn a_clause_that_names_both_sides_and_a_dealing_is_told_from_clauses_that_share_them() {
    let clause = |body: &str| {
        let evidence = tiny().evidence("", body, Some("en"));
        evidence.iter().find(|(rule, _)| rule == "clause").map_or(0.0, |(_, value)| *value)
    };
    assert_eq!(clause("Envoys of Ardland met those of Borland, it was said."), 1.0);
    assert_eq!(clause("Ardland and Borland, which are far apart, met the rest of us."), 0.0);
    assert_eq!(clause("Ardland met nobody, and Borland is poor."), 0.0);
    assert_eq!(clause("アルドとボル国が会談した。"), 1.0);
    assert_eq!(clause("アルドは寒く、ボル国も寒い、と会談で聞いた。"), 0.0);
}

#[test]
fn sides_are_the_nearer_the_less_stands_between_them() {
    let near = |body: &str| {
        let evidence = tiny().evidence("", body, Some("en"));
        evidence.iter().find(|(rule, _)| rule == "near").map_or(0.0, |(_, value)| *value)
    };
    let (side_by_side, apart) = (
        near("Ardland and Borland met."),
        near("Ardland has a new road to its capital and a harbour that nobody from Borland uses."),
    );
    assert!(side_by_side > 0.9 && apart < side_by_side && apart > 0.0, "{side_by_side} {apart}");
    assert_eq!(near("Ardland is cold. Borland is colder."), 0.0);
    assert_eq!(near("An Ardo-Borish pact."), 1.0);
}

fn with_gazetteer() -> Subject {
    let mut files = ardland_and_borland();
    let gazetteer =
        "id\ttype\tside\trole\ten\ndellin\tplace\ta\t\t+Dellin\nmira-anders\t\t\t\t+Myra Andersson\n";
    files.insert("gazetteer.tsv".to_owned(), gazetteer.to_owned());
    Subject::from_files(&files).unwrap()
}

#[test]
fn a_name_that_needs_company_counts_near_a_clear_one_only() {
    let subject = with_gazetteer();
    let far = format!("Dellin is a shade of blue.{}\nBorland rests.", " It rained.".repeat(80));
    for (body, expected) in [
        ("Borland sent a treaty to Dellin.", vec!["Dellin"]),
        ("Dellin is a shade of blue.", vec![]),
        (far.as_str(), vec![]),
    ] {
        let judgement = subject.judge("", body, Some("en"));
        assert_eq!(surfaces(&judgement.entities, "dellin", "", body), expected, "{body}");
    }
    let titled = subject.judge("Borland", &far, Some("en"));
    assert_eq!(surfaces(&titled.entities, "dellin", "Borland", &far), ["Dellin"]);
    assert!(!subject.scanner().names_subject(b"<p>Dellin is a shade of blue.</p>"));
}

#[test]
fn a_surname_counts_in_company_until_the_text_gives_it_to_somebody_else() {
    let mut files = ardland_and_borland();
    let names = files["names.tsv"].replace("Mira Anders;~Anders", "Mira Anders;^Anders");
    files.insert("names.tsv".to_owned(), names);
    let subject = Subject::from_files(&files).unwrap();
    for (body, expected) in [
        ("Borland hopes that Anders signs.", vec!["Anders"]),
        ("We hope that Anders signs.", vec![]),
        ("Ole Anders of Borland signs. We hope that Anders can read.", vec![]),
    ] {
        let judgement = subject.judge("", body, Some("en"));
        assert_eq!(surfaces(&judgement.entities, "mira-anders", "", body), expected, "{body}");
    }
    let titled = subject.judge("Borland: Anders wins", "Ole Anders wins the race.", Some("en"));
    assert!(titled.entities.iter().all(|entity| entity.id != "mira-anders"));
}

/// The two lands, with topics.
fn with_topics() -> Subject {
    let mut files = ardland_and_borland();
    let head = files["subject.toml"]
        .replace("[endings]", "[topics]\ncraft = [\"craft\"]\nhonours = [\"honours\"]\n[endings]");
    files.insert("subject.toml".to_owned(), head);
    let words = format!("{}craft\tpot|s;kiln\thonours\n", files["words.tsv"])
        .replace("\thonours\n", "\nhonours\tmedal|s\n");
    files.insert("words.tsv".to_owned(), words);
    let names = files["names.tsv"].replace("id\ttype\tside\trole", "id\ttype\tside\trole\tqid");
    let names = names.replace("\tstate\tA", "\tstate\tQ1\tA").replace("\tstate\tB", "\tstate\tQ2\tB");
    let names = names.replace("\tstate\tCray", "\tstate\t\tCray").replace("\tstate\tDale", "\tstate\t\tDale");
    let names = names.replace("\t\tMira", "\t\t\tMira").replace("\tAB\t\t", "\tAB\t\t\t");
    let names = names.replace("\tmedium\t", "\tmedium\t\t").replace("\ta?\t\t", "\ta?\t\t\t");
    files.insert("names.tsv".to_owned(), names.replace("-\t-\t\tB", "-\t-\t\t\tB"));
    Subject::from_files(&files).unwrap()
}

#[test]
fn topics_are_told_by_words_of_the_title_the_lead_and_sentences_on_both_sides() {
    let title = "Ardland met Borland over pots";
    let body = "Ardland met Borland and signed a treaty. It rained. A medal was lost. \
        Borland sent Ardland a kiln. A kiln broke.";
    let judgement = with_topics().judge(title, body, Some("en"));
    let topics: Vec<(&str, Vec<&str>)> = judgement
        .topics
        .iter()
        .map(|topic| (topic.id.as_str(), topic.spans.iter().map(|place| at(place, title, body)).collect()))
        .collect();
    assert_eq!(topics, [("craft", vec!["pots", "kiln"])]);
    let evidence = with_topics().evidence(title, body, Some("en"));
    assert!(evidence.iter().all(|(name, _)| !name.contains("craft")), "topics have no part in judging");
    assert_eq!(with_topics().judge("Pots", "A kiln broke.", Some("en")).topics, []);
}

#[test]
fn entities_say_what_they_are_called_which_side_they_are_on_and_their_item_in_wikidata() {
    let judgement =
        with_topics().judge("", "Андерс встретила в Ардландии послов. Ardland met Cray.", Some("ru"));
    let ardland = judgement.entities.iter().find(|entity| entity.id == "ardland").unwrap();
    assert_eq!(ardland.label.as_deref(), Some("Ардландия"));
    assert_eq!((ardland.side, ardland.wikidata.as_deref()), (Some(EntitySide::A), Some("Q1")));
    let cray = judgement.entities.iter().find(|entity| entity.id == "cray").unwrap();
    assert_eq!((cray.label.as_deref(), cray.side, &cray.wikidata), (Some("Cray"), None, &None));
}

#[test]
fn a_lone_sentence_on_both_sides_says_the_more_the_earlier_it_comes() {
    let earliness = |title: &str, body: &str| {
        let evidence = tiny().evidence(title, body, Some("en"));
        evidence.iter().find(|(rule, _)| rule == "alone_early").map_or(0.0, |(_, value)| *value)
    };
    let (pair, rain) = ("Ardland met Borland. ", "It rained. ");
    assert_eq!(earliness("", &format!("{pair}{rain}{rain}{rain}")), 1.0);
    assert_eq!(earliness("", &format!("{rain}{rain}{rain}{pair}")), 0.25);
    assert_eq!(earliness("", &format!("{pair}{rain}{pair}")), 0.0);
    assert_eq!(earliness("Ardland meets Borland", &format!("{pair}{rain}")), 0.0);
}

#[test]
fn states_are_a_list_when_signs_or_joints_stand_between_them_and_not_other_words() {
    let names_both = |body: &str| {
        let evidence = tiny().evidence("", body, Some("en"));
        evidence.iter().all(|(rule, _)| rule != "no_pair")
    };
    assert!(!names_both("Ardland, Borland and Cray met."));
    assert!(names_both("Ardland met Borland and Cray."));
    assert!(names_both("Treaties of Ardland to Borland and Cray."));
}

#[test]
fn a_gazetteers_row_with_a_known_id_adds_spellings_to_that_name() {
    let body = "Myra Andersson of Borland wrote.";
    let judgement = with_gazetteer().judge("", body, Some("en"));
    assert_eq!(surfaces(&judgement.entities, "mira-anders", "", body), ["Myra Andersson"]);
}

/// The two lands, with signs and what is borderline.
fn with_signs() -> Subject {
    let mut files = ardland_and_borland();
    let signs = "where\tsign\twith\tweight\ntitle\tA\tdealing\t1.5\nlead\tthird\t\t-1\npair\tthird\t\t-2\n";
    files.insert("signs.tsv".to_owned(), signs.to_owned());
    let head = files["subject.toml"].replace("= 0.5", "= 0.5\nborderline = 0.2\npublish_borderline = true");
    files.insert("subject.toml".to_owned(), head);
    Subject::from_files(&files).unwrap()
}

#[test]
fn signs_of_one_sentence_weigh_together_and_say_where_they_stand() {
    let (title, body) = ("Ardland sent nobody", "Cray met Borland.");
    let judgement = with_signs().judge(title, body, Some("en"));
    let reason = |rule: &str| judgement.relevance.reasons.iter().find(|reason| reason.rule == rule).unwrap();
    assert_eq!(reason("title: A + dealing").weight, 1.5);
    assert_eq!(at(&reason("title: A + dealing").spans[0], title, body), title);
    assert_eq!(reason("lead: third").weight, -1.0);
    assert_eq!(at(&reason("lead: third").spans[0], title, body), body);
}

#[test]
fn signs_of_a_sentence_on_both_sides_weigh_wherever_it_stands_and_by_its_share_of_such() {
    let body = "It rained. It snowed. Ardland and Borland met Cray. Cray left. Borland met Ardland.";
    let judgement = with_signs().judge("", body, Some("en"));
    let reason = judgement.relevance.reasons.iter().find(|reason| reason.rule == "pair: third").unwrap();
    assert_eq!(reason.weight, -1.0);
    let spans: Vec<_> = reason.spans.iter().map(|span| at(span, "", body)).collect();
    assert_eq!(spans, ["Ardland and Borland met Cray."]);
}

#[test]
fn what_scores_between_the_two_thresholds_is_borderline_and_published_if_the_subject_says_so() {
    let subject = with_signs();
    let judgement = subject.judge("Ardland sent nobody", "It rained in Borland.", Some("en"));
    assert_eq!(judgement.relevance.label, Label::Borderline, "{judgement:?}");
    assert!(subject.publishes(Label::Borderline) && !tiny().publishes(Label::Borderline));
    assert!(subject.publishes(Label::Relevant) && !subject.publishes(Label::NotRelevant));
}

#[test]
fn a_table_of_signs_with_an_unknown_sign_is_refused_by_its_line() {
    let mut files = ardland_and_borland();
    let signs = "where\tsign\twith\tweight\ntitle\tA\tmusic\t1\n";
    files.insert("signs.tsv".to_owned(), signs.to_owned());
    let problem = problems_of(&files).remove(0);
    assert_eq!((problem.file.as_str(), problem.line), ("signs.tsv", 2));
}

#[test]
fn a_passing_clause_in_a_short_text_on_something_else_is_not_relevant() {
    let subject = shipped();
    for (title, body) in [
        (
            "Ferry timetable changes",
            "The ferry will leave ten minutes earlier. The mate swore that not even Russia and North Korea would be late for it. Fares stay as they are.",
        ),
        (
            "Тираж лотереи",
            "Главный приз достался пенсионерке. Она побывала всюду, кроме России и КНДР. Деньги выдадут в июне.",
        ),
        ("미술관 휴관", "미술관이 한 달 쉰다. 관장은 러시아와 북한 작품은 없다고 말했다. 입장권은 환불된다."),
    ] {
        let judgement = subject.judge(title, body, None);
        assert!(
            !subject.publishes(judgement.relevance.label),
            "{title}: {}",
            judgement.relevance.score.unwrap()
        );
    }
}

#[test]
fn who_acts_with_whom_decides_and_not_who_stands_in_the_background_a_list_or_the_past() {
    let subject = shipped();
    for (language, title, body) in [
        (
            "en",
            "Xi and Kim open talks in Pyongyang",
            "Chinese President Xi Jinping met North Korean leader Kim Jong Un in Pyongyang on Tuesday and promised more grain. The two sides signed a plan for a bridge over the Yalu and agreed to reopen a railway. Kim thanked Beijing for its help after the floods. Chinese customs said trade between the two had grown by a third. North Korea also sent troops to Russia last year, which Beijing has not commented on.",
        ),
        (
            "en",
            "Putin arrives in Beijing for summit with Xi",
            "Russian President Vladimir Putin arrived in Beijing on Wednesday for two days of talks with Xi Jinping. The two will discuss a gas pipeline and payments in yuan. Russia's trade with China fell last quarter, customs data show. Xi called the relation unshakeable. Western officials accuse both countries, as well as Iran and North Korea, of undermining sanctions.",
        ),
        (
            "zh",
            "美军司令:中朝俄构成长期挑战",
            "美国印太司令周二在国会作证说，中国、朝鲜和俄罗斯构成长期挑战，要求增加导弹防御预算。他说，驻日美军将在明年部署新雷达。议员们询问了关岛的防御计划。听证会持续了三个小时。",
        ),
        (
            "ja",
            "防衛白書、中朝露の動向に懸念",
            "防衛省は27日、今年の防衛白書を公表した。中国、北朝鮮、ロシアの動向に懸念を示し、ミサイル防衛の強化を掲げた。防衛費は国内総生産の2%に達する見通し。野党は財源を問題にしている。",
        ),
        (
            "ko",
            "국방부, 북중러 위협 대비 예산 늘린다",
            "국방부는 27일 내년도 예산안을 발표했다. 북한과 중국, 러시아의 위협에 대비해 미사일 방어 예산을 12% 늘린다고 밝혔다. 신형 잠수함 두 척의 건조도 시작된다. 국회 심의는 다음 달에 열린다.",
        ),
        (
            "ko",
            "북중러 밀착 우려",
            "정부는 28일 북중러 밀착에 우려를 나타냈다. 외교부 대변인은 북중러 협력을 지켜보고 있다고 말했다.",
        ),
        (
            "ja",
            "中朝露首脳が並ぶ　北京で軍事パレード",
            "北京の天安門広場で3日、軍事パレードが開かれ、中朝露の首脳が楼上に並んだ。習近平国家主席が演説し、新しいミサイルが公開された。",
        ),
        (
            "en",
            "China-Russia-North Korea axis worries Tokyo",
            "Japan is worried by the China-Russia-North Korea axis, its defence paper says. The paper asks for longer-range missiles and more sailors.",
        ),
        (
            "en",
            "The year in pictures: from floods to elections",
            "January began with floods in Valencia. In March voters in Portugal chose a new parliament. In June North Korea opened a beach resort and Russia held drills in the Baltic. August brought record heat to Japan. In October a ferry sank off Luzon. The year closed with a ceasefire in Sudan.",
        ),
        (
            "en",
            "Leaders congratulate Vietnam on National Day",
            "Leaders of many countries sent greetings to Hanoi on Vietnam's National Day. Messages came from China, Russia, Laos, Cuba, North Korea, Cambodia and India. President To Lam thanked them. A parade of 30,000 people passed Ba Dinh Square. Fireworks were shown in five districts.",
        ),
        (
            "en",
            "How the 38th parallel was drawn",
            "Two young officers drew a line across a map in August 1945. Soviet troops had entered the north of Korea; American troops landed at Incheon in September. The line was meant to last for weeks. It became a border. The war of 1950 killed millions and ended in an armistice signed at Panmunjom.",
        ),
        (
            "en",
            "Seoul launches fourth spy satellite",
            "South Korea put its fourth military reconnaissance satellite into orbit on Saturday from Florida. The satellite separated 15 minutes after launch and sent a signal to a station in Norway. Seoul wants five by the end of the year. A day earlier, North Korea's leader had met a Russian delegation in Pyongyang. The defence ministry said the new satellite sees objects of 30 centimetres.",
        ),
        (
            "en",
            "Moscow, Idaho, names Kim as new mayor",
            "Voters in Moscow, Idaho, chose Daniel Kim as mayor on Tuesday. Kim, who owns a bakery, wants a new library. He won by 214 votes. The council meets again in December.",
        ),
        (
            "ru",
            "США расширили санкционный список",
            "Минфин США внёс в санкционный список 34 компании из Китая, Ирана, России, КНДР и Турции. Их счета будут заморожены. По данным ведомства, компании помогали обходить запрет на продажу нефти Ирана. Тегеран назвал решение незаконным.",
        ),
        (
            "uk",
            "Зеленський зустрівся з прем'єром Японії",
            "Президент України зустрівся в Токіо з прем'єр-міністром Японії. Сторони підписали угоду про відбудову енергетики на 500 мільйонів доларів. Японія передасть сто трансформаторів. Раніше Токіо засудив відправку військ КНДР до Росії. Наступна зустріч запланована на весну.",
        ),
        (
            "en",
            "Mongolia and Russia agree on coal railway",
            "Mongolia and Russia signed an agreement on a coal railway on Friday in Ulaanbaatar. The line will carry 20 million tonnes a year. Mongolia also keeps an embassy in Pyongyang. Work begins in spring.",
        ),
    ] {
        let judgement = subject.judge(title, body, Some(language));
        assert!(!relevant(&judgement), "{title}: {judgement:?}");
    }
    for (language, title, body) in [
        (
            "en",
            "Lavrov flies to Wonsan",
            "Russian Foreign Minister Sergei Lavrov landed in Wonsan on Friday for talks with Choe Son Hui. The ministers will discuss flights and the supply of fuel. North Korean state media showed Kim Jong Un greeting him on a yacht.",
        ),
        (
            "ru",
            "Сапёры из КНДР прибыли в Курскую область",
            "Тысяча сапёров из Северной Кореи прибыла в Курскую область для разминирования, сообщил губернатор. Ещё пять тысяч строителей приедут весной. Их разместят в Судже.",
        ),
        (
            "ko",
            "러시아산 밀 2만 톤, 나진항 도착",
            "러시아산 밀 2만 톤을 실은 화물선이 27일 나진항에 도착했다고 현지 매체가 전했다. 러시아 농업부는 연말까지 5만 톤을 더 보낸다고 밝혔다. 북한 무역성은 감사의 뜻을 나타냈다.",
        ),
        (
            "zh",
            "朝鲜工人抵达海参崴建筑工地",
            "三百名朝鲜工人周一乘火车抵达海参崴，将在三个住宅工地工作。俄方雇主说，合同为期两年。联合国决议禁止雇用朝鲜工人，莫斯科称他们持学生签证。",
        ),
        (
            "ja",
            "豆満江の橋、年内に開通へ　ロ朝",
            "ロシアと北朝鮮を結ぶ豆満江の道路橋が年内に開通する見通しとなった。ロシア運輸省が27日発表した。橋の長さは約1キロ。両国間の貨物は3倍に増えるという。",
        ),
        (
            "uk",
            "Полонених північнокорейських солдатів показали журналістам",
            "Двоє солдатів КНДР, які воювали на боці Росії в Курській області, розповіли журналістам про свій полон. Обоє сказали, що не хочуть повертатися. За даними розвідки, Пхеньян відправив до Росії 12 тисяч військових.",
        ),
        ("ko", "[속보] 김정은, 푸틴과 통화", "[속보] 김정은, 푸틴과 통화…병력 추가 파견 논의"),
    ] {
        let judgement = subject.judge(title, body, Some(language));
        assert!(relevant(&judgement), "{title}: {judgement:?}");
    }
}

#[test]
fn what_others_say_to_a_dealing_is_relevant_and_what_they_do_on_their_own_or_did_long_ago_is_not() {
    let subject = shipped();
    for (language, title, body, is_relevant) in [
        (
            "uk",
            "Сеул викликав російського посла",
            "МЗС Південної Кореї викликало посла Георгія Зінов'єва через відправлення північнокорейських військ на війну. Заступник міністра вимагав негайно їх вивести.\nДипломат відповів, що співпраця не суперечить міжнародному праву. В офісі президента допускають постачання зброї Києву.",
            true,
        ),
        (
            "uk",
            "Рубіо про солдатів КНДР: це небезпечно для Азії",
            "Держсекретар США Марко Рубіо заявив, що участь північнокорейських військових у війні проти України є загрозою і для Індо-Тихоокеанського регіону.\nЗа його словами, Москва розплачується технологіями для ракет і супутників. Вашингтон разом із союзниками стежитиме за цим обміном.\nДержсекретар говорив після зустрічі з колегами з Токіо та Сеула.",
            true,
        ),
        (
            "ja",
            "中朝貿易、九月は前年比三割増",
            "中国の税関総署によると、中朝間の九月の貿易総額は二億五千万ドルで、前年同月より三割増えた。\n中国からは米、大豆油、建材が増え、北朝鮮からはかつらが大半を占めた。丹東の業者は、新しい橋の開通を待っていると話す。\n北朝鮮は近年ロシアとの取引も広げているが、貿易の九割超は中国が相手だ。\n金額はコロナ禍前の九割に戻った。",
            false,
        ),
        (
            "ko",
            "고려인 정주 160년, 광주서 사진전",
            "광주 고려인마을에서 정주 160년을 기념하는 사진전이 열린다. 두만강을 건너 연해주로 간 사람들의 첫 마을 사진이 나온다.\n1937년 중앙아시아로 쫓겨난 가족의 편지도 있다. 전시는 다음 달까지다.\n관람료는 없다.",
            false,
        ),
        (
            "en",
            "The book that explains the Korean War anew",
            "A historian has spent eleven years in archives of four countries. Her Korean War starts with a clerk in Moscow who files a telegram wrongly.\nStalin gave Kim Il Sung his yes in April 1950; she shows how little he read before he did.\nThe chapters on prisoners are the best. Maps are poor.",
            false,
        ),
    ] {
        let judgement = subject.judge(title, body, Some(language));
        let published = subject.publishes(judgement.relevance.label);
        assert!(if is_relevant { relevant(&judgement) } else { !published }, "{title}: {judgement:?}");
    }
}

#[test]
fn a_side_may_be_named_by_a_town_an_abbreviation_or_a_persons_other_romanisation() {
    let subject = shipped();
    for (title, body) in [
        ("NK workers", "NK workers in Nakhodka repair the harbour, the Russian governor says."),
        ("Севкорейский груз", "Севкорейское судно привезло уголь из Раджина в Находку, сообщил порт."),
        (
            "Ministers meet",
            "No Gwang-cheol of North Korea met Belousov in Moscow to discuss military cooperation.",
        ),
    ] {
        let judgement = subject.judge(title, body, None);
        assert!(
            subject.publishes(judgement.relevance.label),
            "{title}: {}",
            judgement.relevance.score.unwrap()
        );
    }
}

#[test]
fn people_and_places_are_found_in_every_romanisation_however_its_marks_are_encoded() {
    use unicode_normalization::UnicodeNormalization as _;
    let subject = shipped();
    for (id, spellings) in [
        (
            "choe-son-hui",
            [
                "Ch'oe Sŏn-hŭi",
                "Chʼoe Sŏn-hŭi",
                "Ch’oe Son-hui",
                "Choe Sŏn-hŭi",
                "Choe Seon-hui",
                "CHOE SON HUI",
            ],
        ),
        (
            "no-kwang-chol",
            [
                "No Kwang-ch'ŏl",
                "No Kwangch’ŏl",
                "Ro Kwang-ch'ol",
                "Noh Kwang-ch'ŏl",
                "No Gwang-cheol",
                "No Kwang Chol",
            ],
        ),
        ("chongjin", ["Ch'ŏngjin", "Ch’ŏngjin", "Ch'ongjin", "Cheongjin", "Chongjin", "CH'ŎNGJIN"]),
    ] {
        for spelling in spellings {
            for body in [spelling.nfc().collect::<String>(), spelling.nfd().collect()] {
                let body = format!("A Russian ship sailed from Vladivostok with news of {body}.");
                let found = subject.judge("", &body, Some("en")).entities;
                assert!(found.iter().any(|entity| entity.id == id), "{body}: {found:?}");
            }
        }
    }
}

#[test]
fn the_port_of_a_name_is_not_the_cosmodrome_of_that_name() {
    let body = "Containers from Rason reached the port of Vostochny in Russia on Monday.";
    let ids: Vec<String> =
        shipped().judge("", body, Some("en")).entities.into_iter().map(|entity| entity.id).collect();
    assert!(
        ids.contains(&"vostochny-port".to_owned()) && !ids.contains(&"vostochny-cosmodrome".to_owned()),
        "{ids:?}"
    );
}

#[test]
fn a_date_a_province_and_dew_name_what_they_are_and_nothing_else() {
    let subject = shipped();
    let named = |body: &str, language: &str, id: &str| {
        subject.judge("", body, Some(language)).entities.iter().any(|entity| entity.id == id)
    };
    assert!(!named("С 25 апреля автобусы в Благовещенске, Россия, идут в объезд.", "ru", "april-25"));
    assert!(named("Борцы клуба «25 апреля» из КНДР приехали в Россию.", "ru", "april-25"));
    assert!(named("북한 함경북도 청진시에 공장을 짓는다.", "ko", "north-hamgyong"));
    assert!(!named("북한 함경북도 청진시에 공장을 짓는다.", "ko", "south-hamgyong"));
    assert!(!named("古人采朝露煎药，水质优先。", "zh", "north-korea"));
    assert!(!named("Улица Героев Хасана в Перми, Россия, перекрыта.", "ru", "khasan"));
}

#[test]
fn a_score_is_the_squashed_sum_of_its_reasons() {
    let judgement = tiny().judge("Ardland and Borland", "Nobody met.", None);
    let sum: f64 = judgement.relevance.reasons.iter().map(|reason| reason.weight).sum();
    assert!((judgement.relevance.score.unwrap() - 1.0 / (1.0 + (-sum).exp())).abs() < 1e-4);
}

#[test]
fn a_list_of_states_a_credit_and_a_list_of_other_stories_are_no_dealing() {
    for body in [
        "Ministers met; Ardland, Cray, Borland and Dale sent nobody.",
        "Borland sent soldiers to its coast, the Ardland Courier reports.",
        "The mill in Borland burned.\nRead also: Ardland met Borland. Ardland sent a treaty to Borland.",
        "The mill in Borland burned.\nRead also\nArdland met Borland\nArdland sent a treaty to Borland",
    ] {
        let judgement = tiny().judge("", body, Some("en"));
        assert!(!relevant(&judgement), "{body}: {judgement:?}");
        assert!(judgement.relevance.passages.is_empty(), "{body}");
    }
}

#[test]
fn a_conditional_name_counts_beside_the_other_side_and_words_of_force_only() {
    let subject = tiny();
    let pairs = |body: &str| !subject.judge("", body, None).relevance.passages.is_empty();
    assert!(pairs("Soldiers from Borland were seen in the Fells."));
    assert!(!pairs("Cheese from Borland is eaten in the Fells."));
    assert!(!pairs("Soldiers were seen in the Fells."));
}

#[test]
fn a_conditional_name_has_the_other_side_in_the_title_or_the_next_sentence_too() {
    let names_ardland = |title: &str, body: &str| {
        let evidence = tiny().evidence(title, body, Some("en"));
        evidence.iter().all(|(rule, _)| rule != "one_sided")
    };
    assert!(names_ardland("Borland's losses", "It rained. Soldiers fell in the Fells."));
    assert!(names_ardland("", "Soldiers fell in the Fells. They came from Borland."));
    assert!(!names_ardland("", "Soldiers fell in the Fells. It rained. Borland is poor."));
    assert!(!names_ardland("Borland's cheese", "It rained. It is eaten in the Fells."));
}

#[test]
fn two_conditional_names_stand_for_their_sides_together_unless_a_third_party_is_named() {
    let names_both = |body: &str| {
        let evidence = tiny().evidence("", body, Some("en"));
        evidence.iter().all(|(rule, _)| rule != "one_sided")
    };
    assert!(names_both("Soldiers in the Fells were hit. It rained. Soldiers found a Bolt-9."));
    assert!(!names_both("Soldiers in the Fells were hit. Cray bought a Bolt-9."));
    assert!(!names_both("Sheep in the Fells were counted. A Bolt-9 was found."));
    assert!(!names_both(
        "Soldiers rested in the Fells. It rained. It rained. It rained. Soldiers saw a Bolt-9."
    ));
}

#[test]
fn a_name_that_others_bear_is_a_third_partys_where_one_is_named_and_its_side_by_nothing_else() {
    let names_borland = |title: &str, body: &str| {
        let judgement = tiny().judge(title, body, Some("en"));
        judgement.entities.iter().any(|entity| entity.side == Some(EntitySide::B))
    };
    assert!(names_borland("", "Tom Kerr came to Ardland."));
    assert!(names_borland("Borland wins", "Tom Kerr came from Cray to Ardland."));
    assert!(!names_borland("", "Tom Kerr of Cray came to Ardland."));
    assert!(!names_borland("Cray wins", "Tom Kerr came to Ardland. He met Tom Kerr."));
    assert!(names_borland("", "Mira Anders met Tom Kerr. Cray protested."));
}

#[test]
fn names_that_south_koreans_and_dishes_and_districts_bear_too_name_no_side() {
    let subject = shipped();
    for (language, title, body) in [
        (
            "en",
            "Lee Young-gil to coach Ansan",
            "Lee Young-gil, who played four seasons in Moscow, will coach Ansan. He is done with military service.",
        ),
        (
            "en",
            "Alexander Novak signs arms deal",
            "Slovakia's minister Alexander Novak bought 24 howitzers from a Korean maker. The old guns went to Ukraine.",
        ),
        (
            "en",
            "Cold noodles conquer Gangnam",
            "A bowl of Pyongyang cold noodles costs 16,000 won. Buckwheat from Russia has grown dearer since the war.",
        ),
        (
            "ru",
            "Рынок в Одессе закрыли",
            "Торговцы Приморского района потеряли прилавки при обстреле. Корейские закуски продают на другом рынке.",
        ),
        (
            "uk",
            "Верф у Кодже має нового директора",
            "Директором став Пак Тхе Сон, який керував філією в Росії. Верф будує кораблі для військового флоту Південної Кореї.",
        ),
        (
            "ko",
            "정경택 감독, 모스크바로",
            "정경택 감독의 전쟁 영화가 모스크바영화제에 초청됐다. 영화는 부산에서 찍었다.",
        ),
        (
            "ko",
            "푸틴 대통령의 전쟁은 어디로",
            "푸틴 대통령이 전쟁을 멈추지 않을 것이라고 이혜정 교수가 말했다. 이혜정 교수는 미국의 제재도 효과가 작다고 봤다.",
        ),
        ("zh", "金永南教授当选院士", "金永南教授早年在莫斯科研究激光武器。他的实验室在釜山。"),
        ("ja", "李永吉監督の新作", "李永吉監督が釜山でロシア人の軍医の映画を撮っている。"),
    ] {
        let judgement = subject.judge(title, body, Some(language));
        let sides: Vec<_> = judgement.entities.iter().filter_map(|entity| entity.side).collect();
        let both = [EntitySide::A, EntitySide::B].iter().all(|side| sides.contains(side));
        assert!(!both && judgement.relevance.score.unwrap() < 0.3, "{title}: {judgement:?}");
    }
}

#[test]
fn a_report_on_the_two_is_relevant_where_a_third_party_is_named_too_and_one_side_by_its_people_alone() {
    for (language, title, body) in [
        (
            "en",
            "Envoy Sin Hong-chol thanks Lavrov",
            "Ambassador Sin Hong-chol met Foreign Minister Sergey Lavrov in Moscow and thanked him for support at the United Nations against \
             the United States. They agreed on a visit.",
        ),
        (
            "ru",
            "Козлов обсудил в Пхеньяне туризм",
            "Министр природных ресурсов Александр Козлов обсудил в Пхеньяне развитие туризма и поставки леса. Турпоток вырос вдвое, несмотря на \
             санкции США.",
        ),
        (
            "ru",
            "Генпрокурор Краснов прилетел в Пхеньян",
            "Генпрокурор Краснов прилетел в Пхеньян, где подпишет программу сотрудничества прокуратур. До этого он посетил Вьетнам.",
        ),
        (
            "uk",
            "Росармія отримала нові гармати з КНДР",
            "Росармія почала застосовувати на фронті далекобійні гармати, які передала КНДР. Про це повідомила розвідка Південної Кореї.",
        ),
        (
            "ko",
            "정경택 총정치국장, 쇼이구 만나",
            "정경택 총정치국장이 쇼이구 서기를 만나 군사협력을 논의했다고 통신이 보도했다. 미국의 훈련도 비난했다.",
        ),
        (
            "zh",
            "朴泰成抵达莫斯科",
            "朴泰成总理8日抵达莫斯科，与俄罗斯总理米舒斯京会谈并签署大桥协议。美国国务院对此表示关注。",
        ),
    ] {
        let judgement = shipped().judge(title, body, Some(language));
        assert!(relevant(&judgement), "{title}: {judgement:?}");
    }
}

#[test]
fn occupiers_are_the_first_sides_in_a_text_on_its_war_and_anybodys_elsewhere() {
    let names_russia = |title: &str, body: &str| {
        let evidence = shipped().evidence(title, body, Some("uk"));
        evidence.iter().all(|(rule, _)| rule != "one_sided")
    };
    assert!(names_russia("Снаряди з КНДР", "Окупанти обстріляли Харків снарядами з КНДР."));
    assert!(names_russia("Снаряди з КНДР", "Окупанти стріляли снарядами з КНДР."));
    assert!(!names_russia(
        "КНДР засудила обстріл",
        "Окупанти обстріляли село в Лівані. КНДР засудила Ізраїль."
    ));
    assert!(!names_russia("КНДР згадує війну", "У КНДР вшанували бійців, що били японських загарбників."));
}

#[test]
fn words_that_anybody_has_for_enemies_and_armies_name_no_side() {
    let subject = shipped();
    for (language, title, body) in [
        (
            "en",
            "North Korea remembers the liberation war",
            "Kim Jong Un visited the graves of soldiers who fell in the Korean War against the invaders. He laid flowers for those killed.",
        ),
        (
            "en",
            "North Korea condemns strikes in the occupied territories",
            "Pyongyang condemned the attack on the occupied territories on Tuesday. The DPRK said that the war must end at once.",
        ),
        (
            "ru",
            "КНДР отметила освобождение от японских оккупантов",
            "Солдаты КНДР возложили цветы к могилам погибших в войне с японскими оккупантами. Ким Чен Ын посетил кладбище.",
        ),
        (
            "uk",
            "КНДР звинуватила агресора",
            "Пхеньян заявив, що агресор отримає удар зброєю. Солдати КНДР готові до війни, сказав Кім Чен Ин.",
        ),
        (
            "ko",
            "북한, 점령군 비난",
            "북한은 점령군의 가자 공격을 규탄했다고 화요일 보도했다. 북한은 전쟁을 멈추고 군대를 철수하라고 요구했다.",
        ),
        (
            "ko",
            "북한, 침공군 격퇴 훈련",
            "북한군이 침공군을 격퇴하는 훈련을 했다. 김정은은 병사들에게 전쟁 준비를 지시했다.",
        ),
        ("zh", "朝鲜空降兵训练", "朝鲜空降兵周二举行跳伞训练，金正恩到场观看并视察武器。"),
        (
            "ja",
            "北朝鮮の空挺軍が訓練",
            "北朝鮮の空挺軍が降下訓練を行った。金正恩氏が兵士を激励し、武器を視察した。",
        ),
        ("ko", "북한 공수군 훈련", "북한 공수군이 강하 훈련을 했다. 김정은이 참관하고 병사들을 격려했다."),
        (
            "en",
            "North Korea sends dancers",
            "North Korea's young army will send dancers to the world festival of youth in Algiers. Kim Jong Un saw them off with soldiers.",
        ),
        (
            "en",
            "North Korean army forum",
            "The army forum of North Korea opened in Pyongyang with weapons on show. Kim Jong Un told soldiers that war may come.",
        ),
        (
            "ja",
            "北朝鮮、占領軍を非難",
            "北朝鮮は植民地支配と占領軍の戦争犯罪を非難した。平壌で兵士の集会が開かれた。",
        ),
    ] {
        let score = subject.judge(title, body, Some(language)).relevance.score.unwrap();
        assert!(score < 0.3, "{score}: {title}");
    }
}

#[test]
fn two_names_that_need_company_keep_it_with_one_another_if_they_stand_for_the_two_sides() {
    let mut files = ardland_and_borland();
    let gazetteer = "id\ttype\tside\trole\ten\ndellin\tplace\ta\t\t+Dellin\nellin\tplace\ta\t\t+Ellin\n\
                     tarn\tplace\tb\t\t+Tarn\nloach\tperson\tb\t\t^Loach\n";
    files.insert("gazetteer.tsv".to_owned(), gazetteer.to_owned());
    let subject = Subject::from_files(&files).unwrap();
    let far = format!("Dellin is blue.{} Tarn is deep.", " It rained.".repeat(80));
    for (body, count) in [
        ("A train left Dellin for Tarn.", 2),
        ("A train left Dellin for Ellin.", 0),
        ("A train left Dellin, and Loach slept.", 0),
        (far.as_str(), 0),
    ] {
        assert_eq!(subject.judge("", body, Some("en")).entities.len(), count, "{body}");
    }
}

#[test]
fn a_text_that_names_the_two_and_no_third_party_is_told_from_one_that_does_and_a_flash_from_a_report() {
    let value = |rule: &str, title: &str, body: &str| {
        let evidence = tiny().evidence(title, body, Some("en"));
        evidence.iter().find(|(name, _)| name == rule).map_or(0.0, |(_, value)| *value)
    };
    assert_eq!(value("two_dealing", "Ardland", "Envoys met. Borland is poor."), 0.5);
    assert_eq!(value("two_dealing", "Ardland", "Envoys met. Borland is poor, and so is Cray."), 0.0);
    assert_eq!(value("two_dealing", "Ardland", "Envoys met. Nobody is poor."), 0.0);
    assert_eq!(value("brief_both", "Ardland", "It rained. Borland is poor."), 1.0);
    assert_eq!(
        value("brief_both", "Ardland", "It rained. It blew. It froze. It snowed. Borland is poor."),
        0.0
    );
}

#[test]
fn entities_come_in_order_of_first_mention_with_every_mention() {
    let (title, body) =
        ("Borland waits", "Mira Anders came. Anders left Ardland, and ARDLAND forgot Anders.");
    let entities = tiny().judge(title, body, None).entities;
    let ids: Vec<&str> = entities.iter().map(|entity| entity.id.as_str()).collect();
    assert_eq!(ids, ["borland", "mira-anders", "ardland"]);
    assert_eq!(surfaces(&entities, "mira-anders", title, body), ["Mira Anders", "Anders", "Anders"]);
    assert_eq!(surfaces(&entities, "ardland", title, body), ["Ardland", "ARDLAND"]);
}

#[test]
fn a_surname_alone_names_nobody_until_its_bearer_is_introduced() {
    let body = "Anders won the race. Later Mira Anders spoke.";
    let entities = tiny().judge("", body, None).entities;
    assert_eq!(surfaces(&entities, "mira-anders", "", body), ["Mira Anders"]);
    let body = "Anders won the race.";
    assert_eq!(tiny().judge("", body, None).entities, []);
    assert_eq!(tiny().judge("Mira Anders", body, None).entities[0].spans.len(), 2);
}

#[test]
fn the_longest_name_wins_and_a_mask_names_nothing() {
    let body = "A house in Borland Street. The South Borland Free State fell.";
    let entities = tiny().judge("", body, None).entities;
    assert_eq!(surfaces(&entities, "borland", "", body), ["South Borland Free State"]);
}

#[test]
fn a_word_for_both_mentions_both() {
    let body = "亜堀会談が開かれた。";
    let judgement = tiny().judge("", body, Some("ja"));
    assert!(relevant(&judgement));
    for id in ["ardland", "borland"] {
        assert_eq!(surfaces(&judgement.entities, id, "", body), ["亜堀"], "{id}");
    }
}

#[test]
fn spans_count_scalar_values_of_the_text_as_given() {
    let body = "🛬 e\u{301}t Ардланди\u{301}ю, ＡＲＤＬＡＮＤ, 아르드군";
    let entities = tiny().judge("", body, None).entities;
    assert_eq!(surfaces(&entities, "ardland", "", body), ["Ардланди\u{301}ю", "ＡＲＤＬＡＮＤ", "아르드"]);
}

#[test]
fn what_is_wrong_with_the_files_is_said_with_file_line_and_remedy() {
    let broken = |file: &str, from: &str, to: &str| {
        let mut files = ardland_and_borland();
        let text = files.get_mut(file).unwrap();
        assert!(text.contains(from), "{from}");
        *text = text.replace(from, to);
        let [problem] = problems_of(&files).try_into().unwrap();
        assert!(!problem.remedy.is_empty());
        (problem.file, problem.line)
    };
    assert_eq!(broken("subject.toml", "threshold = 0.5", "treshold = 0.5"), ("subject.toml".into(), 3));
    assert_eq!(broken("subject.toml", "threshold = 0.5", "threshold = 5"), ("subject.toml".into(), 3));
    assert_eq!(broken("subject.toml", "\"dealing\"", "\"dealings\""), ("subject.toml".into(), 9));
    assert_eq!(broken("names.tsv", "\tB\tstate", "\tC\tstate"), ("names.tsv".into(), 3));
    assert_eq!(broken("names.tsv", "\tB\tshared", "\t-\tshared"), ("names.tsv".into(), 11));
    assert_eq!(broken("names.tsv", "ardland+", "ardlant+"), ("names.tsv".into(), 4));
    assert_eq!(broken("names.tsv", "~Anders", "~~Anders"), ("names.tsv".into(), 5));
    assert_eq!(broken("names.tsv", "dale\t", "cray\t"), ("names.tsv".into(), 7));
    assert_eq!(broken("weights.tsv", "prior", "priory"), ("weights.tsv".into(), 2));
    assert_eq!(broken("weights.tsv", "-2\ncount", "minus two\ncount"), ("weights.tsv".into(), 2));
    let mut files = ardland_and_borland();
    files.remove("words.tsv");
    let [problem] = problems_of(&files).try_into().unwrap();
    assert_eq!((problem.file.as_str(), problem.line), ("words.tsv", 0));
}

/// What is wrong with a subject of these files.
fn problems_of(files: &BTreeMap<String, String>) -> Vec<SubjectProblem> {
    Subject::from_files(files).unwrap_err().problems
}

#[test]
fn everything_that_is_wrong_with_the_files_is_said_at_once_and_nothing_that_only_follows_from_it() {
    let mut files = ardland_and_borland();
    for (file, from, to) in [
        ("subject.toml", "threshold = 0.5", "threshold = 5"),
        ("names.tsv", "\tB\tstate", "\tC\tstat"),
        ("names.tsv", "~Anders", "~~Anders"),
        ("weights.tsv", "prior", "priory"),
        ("weights.tsv", "count\t6.4", "count\tone"),
    ] {
        let text = files.get_mut(file).unwrap();
        assert!(text.contains(from), "{from}");
        *text = text.replace(from, to);
    }
    let told: Vec<String> =
        problems_of(&files).iter().map(|problem| format!("{}:{}", problem.file, problem.line)).collect();
    assert_eq!(
        told,
        ["names.tsv:3", "names.tsv:3", "names.tsv:5", "subject.toml:3", "weights.tsv:2", "weights.tsv:3"]
    );
}

#[test]
fn settings_of_a_subject_that_there_are_not_are_all_told() {
    let mut files = ardland_and_borland();
    let head = files.get_mut("subject.toml").unwrap();
    *head = format!("foo = 1\nbar = 2\n{head}").replace("threshold = 0.5", "threshold = 5");
    let told: Vec<String> = problems_of(&files).iter().map(|problem| problem.what.clone()).collect();
    let begins = ["unknown field `", "unknown field `", "the threshold is out of range"];
    assert_eq!(told.len(), begins.len(), "{told:?}");
    assert!(told.iter().zip(begins).all(|(told, begin)| told.starts_with(begin)), "{told:?}");
}

#[test]
fn the_shipped_subject_knows_its_dealings_in_every_language_and_the_traps() {
    let subject = shipped();
    for (language, title, body) in [
        (
            "en",
            "Envoy in Pyongyang",
            "Russia's deputy minister arrived in Pyongyang on Monday for talks on rail freight with North Korea.",
        ),
        (
            "ru",
            "Переговоры в Пхеньяне",
            "Делегация российского министерства прибыла в Пхеньян и подписала с КНДР соглашение о поставках зерна.",
        ),
        (
            "uk",
            "Делегація в Пхеньяні",
            "Делегація російського міністерства прибула до Пхеньяна й підписала з КНДР угоду про постачання зерна.",
        ),
        ("ko", "러 대표단 방북", "러시아 대표단이 평양을 방문해 북한과 곡물 공급 협정을 체결했다."),
        ("zh", "俄代表团访问平壤", "俄罗斯代表团星期一抵达平壤，与朝鲜签署了粮食供应协议。"),
        ("ja", "露代表団が訪朝", "ロシアの代表団が平壌を訪問し、北朝鮮と穀物供給の協定に署名した。"),
    ] {
        let judgement = subject.judge(title, body, Some(language));
        assert!(relevant(&judgement), "{language}: {judgement:?}");
    }
    for (language, title, body) in [
        (
            "en",
            "Missile falls into the sea",
            "North Korea launched a missile on Monday, TASS reported. It fell outside Japan's waters.",
        ),
        (
            "en",
            "Vote at the assembly",
            "Those against were Belarus, Russia, North Korea, Syria and Eritrea. Most others agreed.",
        ),
        (
            "ru",
            "Совбез обсудил засуху",
            "Совбез собрался в понедельник, чтобы обсудить засуху в Африке. Страны договорились о помощи.",
        ),
        ("ko", "한러 영사협의", "한국과 러시아가 금요일 영사협의회를 열고 비자 문제를 논의했다."),
        ("zh", "朝鲜族美食节", "朝鲜族美食节周六在城里开幕，俄亥俄州的游客也来品尝。"),
        ("ja", "プロシアの歴史", "プロシアの歴史を語る講演会が北海道で開かれた。"),
    ] {
        let judgement = subject.judge(title, body, Some(language));
        assert!(!relevant(&judgement), "{language}: {judgement:?}");
    }
}

proptest! {
    #[test]
    fn every_span_holds_and_every_surface_stands_there(
        title in "(Ardland|Borland|Anders| |met|[a-zа-я아-힣ア-ン一-丁.;\n]){0,12}",
        body in "(Ardland|Борландию|Mira Anders|Anders| |met|ARD|亜堀|아르드군|soldiers|the Fells|Cray, |[a-zа-я\u{301}\u{ad}아-힣ア-ン一-丁.;\n]){0,60}",
    ) {
        let judgement = tiny().judge(&title, &body, None);
        for entity in &judgement.entities {
            prop_assert_eq!(at(&entity.spans[0], &title, &body), entity.surface.as_str());
            for place in &entity.spans {
                prop_assert!(!at(place, &title, &body).is_empty());
            }
        }
        for place in judgement.relevance.reasons.iter().flat_map(|reason| &reason.spans) {
            prop_assert!(!at(place, &title, &body).is_empty());
        }
        let passages = &judgement.relevance.passages;
        prop_assert!(passages.windows(2).all(|two| two[0].end <= two[1].start));
        prop_assert!(passages.iter().all(|span| span.slice(&body).is_some_and(|text| !text.is_empty())));
        prop_assert!((0.0..=1.0).contains(&judgement.relevance.score.unwrap()));
    }
}
