"""Names in Hangul as other scripts write them, by rule.

A Korean name is met in many romanisations: McCune-Reischauer with its marks (P'yŏngyang), without (Pyongyang), the
Revised one of the South (Pyeongyang), that of the North (Phyongyang); and, of surnames, whatever its bearer's clerk wrote. Russian
and Ukrainian follow Kontsevich's system. The assimilations of sounds that these systems ask for are made where they are
regular inside a name; what a newspaper leaves out of them is left out too.
"""

import unicodedata

INITIALS = "ㄱ ㄲ ㄴ ㄷ ㄸ ㄹ ㅁ ㅂ ㅃ ㅅ ㅆ ㅇ ㅈ ㅉ ㅊ ㅋ ㅌ ㅍ ㅎ".split()
VOWELS = "ㅏ ㅐ ㅑ ㅒ ㅓ ㅔ ㅕ ㅖ ㅗ ㅘ ㅙ ㅚ ㅛ ㅜ ㅝ ㅞ ㅟ ㅠ ㅡ ㅢ ㅣ".split()
FINALS = ["", *"ㄱ ㄲ ㄳ ㄴ ㄵ ㄶ ㄷ ㄹ ㄺ ㄻ ㄼ ㄽ ㄾ ㄿ ㅀ ㅁ ㅂ ㅄ ㅅ ㅆ ㅇ ㅈ ㅊ ㅋ ㅌ ㅍ ㅎ".split()]

SYSTEMS = {
    "mccune": {
        "initials": "k kk n t tt r m p pp s ss - ch tch ch' k' t' p' h",
        "voiced": {"k": "g", "t": "d", "p": "b", "ch": "j"},
        "vowels": "a ae ya yae ŏ e yŏ ye o wa wae oe yo u wŏ we wi yu ŭ ŭi i",
        "finals": {"ㄱ": "k", "ㄴ": "n", "ㄷ": "t", "ㄹ": "l", "ㅁ": "m", "ㅂ": "p", "ㅅ": "t", "ㅇ": "ng"},
    },
    "revised": {
        "initials": "g kk n d tt r m b pp s ss - j jj ch k t p h",
        "voiced": {},
        "vowels": "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i",
        "finals": {"ㄱ": "k", "ㄴ": "n", "ㄷ": "t", "ㄹ": "l", "ㅁ": "m", "ㅂ": "p", "ㅅ": "t", "ㅇ": "ng"},
    },
    "northern": {
        "initials": "k kk n t tt r m p pp s ss - j jj ch kh th ph h",
        "voiced": {"k": "g", "t": "d", "p": "b"},
        "vowels": "a ae ya yae o e yo ye o wa wae oe yo u wo we wi yu u ui i",
        "finals": {"ㄱ": "k", "ㄴ": "n", "ㄷ": "t", "ㄹ": "l", "ㅁ": "m", "ㅂ": "p", "ㅅ": "t", "ㅇ": "ng"},
    },
    "russian": {
        "initials": "к кк н т тт р м п пп с сс - ч чч чх кх тх пх х",
        "voiced": {"к": "г", "т": "д", "п": "б", "ч": "дж"},
        "vowels": "а э я йя о е ё йе о ва вэ ве ё у во ве ви ю ы ый и",
        "finals": {"ㄱ": "к", "ㄴ": "н", "ㄷ": "т", "ㄹ": "ль", "ㅁ": "м", "ㅂ": "п", "ㅅ": "т", "ㅇ": "н"},
    },
    "ukrainian": {
        "initials": "к кк н т тт р м п пп с сс - ч чч чх кх тх пх х",
        "voiced": {"к": "г", "т": "д", "п": "б", "ч": "дж"},
        "vowels": "а е я йя о е йо є о ва ве ве йо у во ве ві ю и ий і",
        "finals": {"ㄱ": "к", "ㄴ": "н", "ㄷ": "т", "ㄹ": "ль", "ㅁ": "м", "ㅂ": "п", "ㅅ": "т", "ㅇ": "н"},
    },
}

# How clerks and papers write the commonest surnames, beyond what the systems give.
SURNAMES = {
    "김": "Kim Gim", "리": "Ri Lee Yi Li Rhee", "이": "Ri Lee Yi Li", "박": "Pak Park Bak", "최": "Choe Choi Ch'oe", "정": "Jong Chong Jung Chung Jeong",
    "조": "Jo Cho", "강": "Kang Gang", "윤": "Yun Yoon", "장": "Jang Chang", "임": "Im Lim Rim", "림": "Rim Im Lim", "오": "O Oh", "한": "Han",
    "신": "Sin Shin", "서": "So Seo Suh", "권": "Kwon Gwon", "황": "Hwang", "안": "An Ahn", "송": "Song", "전": "Jon Jeon Chon Chun", "홍": "Hong",
    "로": "Ro No Roh Noh", "노": "No Ro Noh Roh", "류": "Ryu Yu Yoo", "유": "Yu Yoo Ryu", "량": "Ryang Yang", "주": "Ju Chu Joo", "문": "Mun Moon",
    "심": "Sim Shim", "엄": "Om Eom", "허": "Ho Heo Huh", "현": "Hyon Hyun Hyeon", "태": "Thae Tae", "백": "Paek Baek", "남": "Nam", "맹": "Maeng",
}


def parts(syllable):
    """Initial, vowel and final of a Hangul syllable."""
    at = ord(syllable) - 0xAC00
    return INITIALS[at // 588], VOWELS[at % 588 // 28], FINALS[at % 28]


def is_hangul(text):
    return bool(text) and all(0xAC00 <= ord(c) <= 0xD7A3 for c in text)


def syllables(word, system):
    """The syllables of `word` in a system, with the voicing of consonants between vowels."""
    table = SYSTEMS[system]
    initials = dict(zip(INITIALS, table["initials"].replace("-", "\0").split(" ")))
    vowels = dict(zip(VOWELS, table["vowels"].split()))
    written = []
    before = ""
    for syllable in word:
        initial, vowel, final = parts(syllable)
        onset = initials[initial].replace("\0", "")
        if before and before[-1] in "ㄴㅁㅇㄹ" + "".join(VOWELS):
            onset = table["voiced"].get(onset, onset)
        if final and final not in table["finals"]:
            final = {"ㄲ": "ㄱ", "ㅋ": "ㄱ", "ㅌ": "ㄷ", "ㅈ": "ㄷ", "ㅊ": "ㄷ", "ㅎ": "ㄷ", "ㅆ": "ㅅ", "ㅍ": "ㅂ", "ㅄ": "ㅂ", "ㄺ": "ㄱ", "ㄻ": "ㅁ"}.get(final, "ㄹ")
        written.append(onset + vowels[vowel] + (table["finals"][final] if final else ""))
        before = final or vowel
    return written


def without_breves(text):
    return text.replace("ŏ", "o").replace("ŭ", "u")


def without_marks(text):
    return without_breves(text).replace("'", "").replace("’", "")


def plain(text):
    """Lower-case ASCII, for ids."""
    letters = unicodedata.normalize("NFKD", without_marks(text).lower())
    return "".join(c for c in letters if c.isascii())


def place(word):
    """A place's name in Latin letters, Russian and Ukrainian."""
    latin = []
    for system in ("mccune", "northern", "revised"):
        name = "".join(syllables(word, system)).capitalize()
        latin += [name, without_marks(name)] if system == "mccune" else [name]
    return unique(latin), "".join(syllables(word, "russian")).capitalize(), "".join(syllables(word, "ukrainian")).capitalize()


def person(word):
    """A person's full name in Latin letters, Russian and Ukrainian: a surname of one syllable, a given name of two."""
    surname, given = word[0], word[1:]
    latin = []
    systems = ("mccune", "northern", "revised")
    given_forms = []
    for system in systems:
        first, *rest = syllables(given, system)
        given_forms.append("-".join([first.capitalize(), *rest]))
    surnames = [syllables(surname, system)[0].capitalize() for system in systems]
    surnames += SURNAMES.get(surname, "").split()
    for family in unique(without_marks(name) for name in surnames):
        for name in unique(without_marks(form) for form in given_forms):
            latin.append(f"{family} {name}")
    # The marks of McCune-Reischauer: all of them, and the apostrophes alone, with its own surname and with what newspapers write.
    for family in unique([surnames[0], without_marks(surnames[0]), *SURNAMES.get(surname, "").split()]):
        latin += [f"{family} {given_forms[0]}", f"{without_breves(family)} {without_breves(given_forms[0])}"]
    return unique(latin), by_system(word, "russian"), by_system(word, "ukrainian")


def by_system(word, system):
    """A person's full name as one system has it, without marks."""
    if system in ("russian", "ukrainian"):
        # Each syllable of a name is written apart, so that the given name's first consonant is not voiced.
        return " ".join(part for one in word for part in syllables(one, system)).title()
    first, *rest = syllables(word[1:], system)
    return without_marks(f"{syllables(word[0], system)[0].capitalize()} {'-'.join([first.capitalize(), *rest])}")


def unique(names):
    return list(dict.fromkeys(names))
