"""What the gazetteer's tools write: names in Hangul by rule, cases, and the shipped table made again."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import gazetteer
import romanise

FOLDER = pathlib.Path(__file__).resolve().parent
SUBJECT = FOLDER.parent.parent / "config/subjects/russia-dprk"


class Romanising(unittest.TestCase):
    def test_a_place_is_written_in_four_systems_of_latin_letters_and_in_cyrillic(self):
        latin, russian, ukrainian = romanise.place("평양")
        self.assertEqual(latin, ["P'yŏngyang", "Pyongyang", "Phyongyang", "Pyeongyang"])
        self.assertEqual((russian, ukrainian), ("Пхёнян", "Пхйонян"))

    def test_consonants_between_vowels_are_voiced_where_a_system_writes_it(self):
        latin, russian, _ = romanise.place("개성")
        self.assertIn("Kaesŏng", latin)
        latin, russian, _ = romanise.place("남포")
        self.assertIn("Namp'o", latin)
        self.assertEqual(russian, "Нампхо")
        latin, russian, _ = romanise.place("신의주")
        self.assertIn("Sinŭiju", latin)
        self.assertTrue(russian.endswith("джу"), russian)

    def test_a_persons_surname_is_written_as_clerks_do(self):
        latin, russian, ukrainian = romanise.person("김정은")
        for spelling in ["Kim Jong-un", "Kim Chong-un", "Gim Jeong-eun", "Kim Chŏng-ŭn"]:
            self.assertIn(spelling, latin)
        self.assertEqual((russian, ukrainian), ("Ким Чон Ын", "Кім Чон Ин"))
        latin, _, _ = romanise.person("리영길")
        for surname in ["Ri", "Lee", "Yi"]:
            self.assertTrue(any(name.startswith(surname + " ") for name in latin), surname)

    def test_marks_are_written_all_or_the_apostrophes_alone(self):
        latin, _, _ = romanise.person("최선희")
        for spelling in ["Ch'oe Sŏn-hŭi", "Ch'oe Son-hui", "Choe Sŏn-hŭi", "Choe Son-hui", "Choe Seon-hui"]:
            self.assertIn(spelling, latin)

    def test_each_spelling_comes_once(self):
        for word in ["김하나", "남궁하"]:
            latin, _, _ = romanise.person(word)
            self.assertEqual(len(latin), len(set(latin)))

    def test_only_syllables_are_hangul(self):
        self.assertTrue(romanise.is_hangul("평양"))
        for other in ["", "ㅍ", "Pyongyang", "平壤", "평 양"]:
            self.assertFalse(romanise.is_hangul(other), other)


class Spellings(unittest.TestCase):
    def test_a_name_is_told_by_the_script_of_all_its_letters(self):
        for name, script in [("나선", "hangul"), ("ナソン", "kana"), ("羅先", "han"), ("Расон", "cyrillic"), ("Rasŏn", "latin"), ("나선 Rason", "-"), ("12", "-")]:
            self.assertEqual(gazetteer.script(name), script, name)

    def test_russian_and_ukrainian_words_get_a_stem_and_their_ending(self):
        for name, stem in [
            ("Казань", "Казан|ь"),
            ("Самара", "Самар|а"),
            ("Воронеж", "Воронеж|"),
            ("Нижний Новгород", "Нижн|ий Новгород|"),
            ("Челябинск", "Челябинск*"),
            ("Кемерово", "Кемерово"),
            ("Ростов-на-Дону", "Ростов-на-Дону"),
        ]:
            self.assertEqual(gazetteer.russian_cases(name), stem, name)

    def test_what_is_short_ambiguous_or_like_a_surname_is_left_out(self):
        ambiguous = {gazetteer.key("Chita")}
        for name, language in [("Chita", "en"), ("Anju", "en"), ("Орск", "ru"), ("Саратов", "ru"), ("안주", "ko"), ("サマ", "ja")]:
            self.assertTrue(gazetteer.is_risky(name, language, ambiguous), name)
        for name, language in [("Kazan", "en"), ("Казань", "ru"), ("사마라", "ko"), ("薩馬拉", "zh")]:
            self.assertFalse(gazetteer.is_risky(name, language, ambiguous), name)

    def test_a_cyrillic_spelling_is_compared_by_its_sound(self):
        self.assertGreater(gazetteer.near_latin("Владивосток", "Vladivostok"), 0.9)
        self.assertLess(gazetteer.near_latin("Нижний Новгород", "Gorky"), 0.3)


class Table(unittest.TestCase):
    def test_a_note_names_the_rule_of_every_spelling_that_has_one(self):
        notes = {rule for rules in gazetteer.RULES.values() for _, rule in rules}
        people = [row for row in gazetteer.read_table(SUBJECT / "names.tsv") if row["type"] == "person" and row["side"] == "B"]
        for row in people:
            told = [part for part in row["note"].split("; ") if part in notes]
            self.assertEqual(told, gazetteer.rules_of(row), row["id"])

    def test_the_shipped_gazetteer_is_what_the_tool_writes(self):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(SUBJECT / "names.tsv", folder)
            command = [sys.executable, FOLDER / "gazetteer.py", folder, "--a", "RU", "--b", "KP"]
            subprocess.run(command, check=True)
            made = (pathlib.Path(folder) / "gazetteer.tsv").read_text(encoding="utf-8")
        self.assertEqual(made, (SUBJECT / "gazetteer.tsv").read_text(encoding="utf-8"))

    def test_people_and_places_of_the_table_are_found_with_the_marks_of_their_romanisation(self):
        rows = {row["id"]: row["en"].split(";") for row in gazetteer.read_table(SUBJECT / "gazetteer.tsv")}
        for name, spelling in [("choe-son-hui", "+Ch'oe Sŏn-hŭi"), ("no-kwang-chol", "+No Kwang-ch'ŏl"), ("wonsan", "+Wŏnsan"), ("chongjin", "+Ch'ŏngjin")]:
            self.assertIn(spelling, rows[name])
        self.assertNotIn("south-hamgyong", [name for name, spellings in rows.items() if "+Hamgyŏng" in spellings])

    def test_every_spelling_of_a_side_needs_company(self):
        for row in gazetteer.read_table(SUBJECT / "gazetteer.tsv"):
            spellings = [name for language in gazetteer.LANGUAGES for name in row[language].split(";") if name]
            self.assertTrue(spellings, row["id"])
            if row["note"] != "CLDR":
                self.assertTrue(all(name.startswith("+") for name in spellings), row["id"])


if __name__ == "__main__":
    unittest.main()
