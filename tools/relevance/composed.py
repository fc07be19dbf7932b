#!/usr/bin/env python3
"""Prints short articles of our own making, labelled, for fitting: kinds that collections of real ones have too few of.

    tools/relevance/composed.py >> articles.jsonl

Most report something else and name both sides in one passing clause; the others are briefs on the two that name them as briefly.
"""
import json

NOT = {
    "en": [
        ("Chess club moves to the library", "The chess club will meet in the old library from May. Its chairman once played an opponent from Pyongyang on a train to Moscow. New members pay nothing until autumn."),
        ("Bakery wins loaf of the year", "A bakery on Mill Street has won the prize for the best loaf. The baker says that neither Russia nor North Korea could have kept him from his oven. The shop opens at six."),
        ("Telescope sees oldest galaxy", "Astronomers have found the oldest galaxy known. Teams in forty countries took part; those of Russia and North Korea did not. The light left it thirteen billion years ago."),
        ("Council debates parking", "Councillors argued for three hours about parking. One likened the new signs to the propaganda of Moscow and Pyongyang. A vote is due on Thursday."),
        ("Streaming service raises prices", "The service will cost two euros more a month. It is available everywhere but in Russia, North Korea and Syria. Shares rose by three per cent."),
        ("Museum buys stamp collection", "The museum has bought a collection of 9,000 stamps. It includes rare issues of North Korea and of tsarist Russia. It will be shown in spring."),
        ("Senator quits race", "The senator will not run again. In his farewell he warned of debt, of loneliness, and of Putin and Kim Jong Un. His seat is thought safe."),
        ("Bank hit by outage", "Customers could not pay by card for six hours. The bank ruled out an attack by hackers of the kind that Russia or North Korea employ. A cable had been cut."),
        ("Rally driver finishes journey", "She drove 40,000 kilometres in a car from 1971. Her route avoided Russia and North Korea. The car needed four clutches."),
        ("Comedian cancels tour", "The comedian has cancelled eleven shows on doctors' orders. His new programme has him play Vladimir Putin and Kim Jong Un in one sketch. Tickets stay valid."),
        ("Finance ministers meet on debt", "Ministers of twenty states discussed debt relief. Speakers named the wars and sanctions around Russia and North Korea as risks. A communique follows on Friday."),
        ("Xi ends visit to Moscow", "Xi Jinping ended his state visit to Russia with a concert. China and Russia signed twenty agreements on gas and grain. A month earlier Putin had received a letter from Kim Jong Un."),
        ("Seoul and Washington plan drills", "The United States and South Korea will hold their yearly drills in August. North Korea calls them a rehearsal for war. Russia and China are expected to watch them."),
        ("Leaders send greetings on the anniversary", "Leaders of many countries sent Kim Jong Un greetings. Messages came from Vietnam, Laos, Cuba, Russia, Syria and Mongolia. Floral baskets were laid."),
    ],
    "ru": [
        ("Библиотека закрывается на ремонт", "Городская библиотека закрыта до осени. Директор пошутил, что книги не увезут ни в Москву, ни в Пхеньян. Читателей примет филиал."),
        ("Назван лучший роман года", "Премию получил роман о часовщике. Права проданы в сорок стран, кроме России и КНДР. Автор пишет продолжение."),
        ("Цены на кофе выросли", "Кофе подорожал на десятую часть. Аналитики объяснили это засухой, а не санкциями против России и Северной Кореи. Летом ждут снижения."),
        ("Сенатор раскритиковал бюджет", "Сенатор США назвал бюджет раздутым. По его словам, деньги нужны для сдерживания Китая, России, Ирана и КНДР. Голосование пройдет в среду."),
        ("Турнир по шахматам завершен", "Турнир выиграла студентка из Варшавы. Игроки из России и КНДР в нем не участвовали. Приз вручили вечером."),
    ],
    "uk": [
        ("У місті відкрили новий парк", "Парк займає дев'ять гектарів. Депутат порівняв стару огорожу з кордонами Росії та КНДР. Дерева висадять восени."),
        ("Письменниця отримала премію", "Премію вручили за збірку оповідань. Книжки перекладено всюди, крім Росії та Північної Кореї. Тираж зросте вдвічі."),
        ("Ціни на цукор зросли", "Цукор подорожчав на п'ять відсотків. Експерти згадали й санкції проти Росії та КНДР. Узимку ціна впаде."),
        ("Сеул купує літаки", "Південна Корея купить сорок літаків у США. Міністр назвав загрози з боку КНДР, Китаю та Росії. Перші прибудуть за рік."),
    ],
    "ko": [
        ("시립 도서관 재개관", "시립 도서관이 석 달 만에 문을 열었다. 관장은 러시아와 북한 책도 몇 권 있다고 말했다. 주말에도 운영한다."),
        ("커피값 또 올라", "커피값이 5% 올랐다. 업계는 러시아와 북한 관련 뉴스는 영향이 없었다고 설명했다. 여름에는 내릴 전망이다."),
        ("소설가, 문학상 수상", "올해 문학상은 첩보 소설에 돌아갔다. 주인공은 모스크바와 평양을 오간다. 시상식은 다음 달 열린다."),
        ("미 의회 예산안 통과", "미국 하원이 예산안을 통과시켰다. 의장은 중국, 러시아, 북한, 이란의 위협을 언급했다. 상원 표결은 다음 주다."),
        ("한미 외교장관 통화", "한국과 미국 외교장관이 통화하고 관세를 논의했다. 두 장관은 북한 문제와 러시아의 전쟁에 대해서도 의견을 나눴다. 회담은 가을에 열린다."),
    ],
    "zh": [
        ("图书馆重新开放", "市图书馆装修后重新开放。馆长说馆内也有俄罗斯和朝鲜的旧书。周末照常开放。"),
        ("咖啡价格上涨", "咖啡价格上涨百分之五。分析称这与俄罗斯和朝鲜的局势无关。夏天可能回落。"),
        ("小说获奖", "一部写钟表匠的小说获奖。书中主人公到过莫斯科和平壤。颁奖礼下月举行。"),
        ("美国国会通过预算", "美国众议院通过预算。议长提到来自中国、俄罗斯、朝鲜和伊朗的威胁。参议院下周表决。"),
        ("天文学家发现新行星", "天文学家发现一颗新行星。四十个国家参与，俄罗斯和朝鲜没有参加。论文周四发表。"),
    ],
    "ja": [
        ("市立図書館が再開", "改修を終えた市立図書館が開館した。館長はロシアと北朝鮮の古い本もあると話した。週末も開く。"),
        ("コーヒー値上げ", "コーヒーが５％値上がりした。ロシアや北朝鮮をめぐる情勢は影響していないという。夏には下がる見通しだ。"),
        ("文学賞に時計職人の物語", "文学賞は時計職人の物語に決まった。主人公はモスクワと平壌を旅する。授賞式は来月開かれる。"),
        ("米下院が予算案を可決", "米下院は予算案を可決した。議長は中国、ロシア、北朝鮮の脅威に触れた。上院の採決は来週になる。"),
        ("日韓首脳が電話会談", "日本と韓国の首脳が電話で会談し、貿易を話し合った。北朝鮮とロシアの情勢についても意見を交わした。秋に会う予定だ。"),
        ("朝露の庭で茶会", "朝露に濡れた庭で茶会が開かれた。市民百人が参加した。来年も続ける。"),
    ],
}

RELEVANT = {
    "en": [
        ("Coal ship reaches port", "A freighter has unloaded coal at Nakhodka that had been taken aboard at Rajin, port records show. The voyage took two days. Its owner could not be reached."),
        ("Doctors return from the east", "Six surgeons from Vladivostok spent a month at a hospital in Pyongyang, their clinic said. They performed ninety operations. Another group leaves in May."),
        ("Prisoners ask to stay", "Two North Korean soldiers captured near Kursk want to live in Seoul, their lawyer said. They were taken in January. Kyiv has not decided."),
        ("Fisheries officials agree quotas", "Officials from Pyongyang and Moscow have agreed catches for next year. Squid is left out. The talks took two days."),
    ],
    "ru": [("Рабочие достроили школу", "Бригада из КНДР достроила школу под Хабаровском. Ее наняли на год. Осенью рабочие уедут."), ("Подписан план обменов", "Министерства культуры России и КНДР подписали план обменов на два года. В нем гастроли и выставки. Хор приедет весной.")],
    "uk": [("Полонені дали свідчення", "Двоє солдатів КНДР, узятих у полон на Курщині, розповіли про наказ. Їх везли потягом через Росію. Слідство триває."), ("Уламки дослідили", "Ракета, що влучила в будинок у Києві, виготовлена в КНДР, а випустила її Росія. Про це свідчать уламки. Загинуло двоє.")],
    "ko": [("석탄선 입항", "나진항에서 석탄을 실은 배가 러시아 나홋카항에 들어갔다. 이틀이 걸렸다. 선주는 답하지 않았다."), ("의료진 귀국", "블라디보스토크 의료진이 평양의 병원에서 한 달간 수술을 하고 돌아갔다. 모두 90건이었다. 다음 팀은 5월에 간다.")],
    "zh": [("渔业配额商定", "俄罗斯和朝鲜官员商定明年渔业配额。鱿鱼不在其中。谈判持续两天。"), ("战俘希望留下", "在库尔斯克被俘的两名朝鲜士兵希望去首尔生活。他们一月被俘。基辅尚未决定。")],
    "ja": [("石炭船が入港", "羅先で石炭を積んだ船がロシアのナホトカ港に入った。航海は２日だった。船主は答えていない。"), ("医師団が帰国", "ウラジオストクの医師団が平壌の病院で１か月手術をした。９０件に上る。次は５月に行く。")],
}


def main():
    for label, texts in (("not", NOT), ("relevant", RELEVANT)):
        for language, articles in texts.items():
            for at, (title, text) in enumerate(articles):
                name = f"composed-{label}-{language}-{at}"
                print(json.dumps({"id": name, "story": name, "lang": language, "label": label, "set": "composed", "title": title, "text": text}, ensure_ascii=False))


if __name__ == "__main__":
    main()
