"""What the table of given names holds, and the shipped one made again."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

import given_names

FOLDER = pathlib.Path(__file__).resolve().parent
SHIPPED = FOLDER.parent.parent / "crates/parser/src/meta/authors/given_names.txt"


class Names(unittest.TestCase):
    def test_a_name_is_three_letters_at_least_of_a_script_that_parts_words_with_spaces(self):
        for name in ("ana", "łukasz", "анна", "γιώργος", "محمد", "अमन"):
            self.assertTrue(given_names.is_name(name), name)
        for name in ("al", "jean-marc", "o'neil", "太郎", "하나", "r2d2", ""):
            self.assertFalse(given_names.is_name(name), name)

    def test_names_are_taken_from_lists_and_mappings_of_a_locale_and_from_nothing_else(self):
        class Locale:
            first_names = ("Ana", "Bo")
            first_names_female = {"Cora": 0.2}
            last_names = ("Lund",)
            first_names_made = property(lambda self: ("Dan",))

        self.assertEqual(sorted(given_names.names(Locale)), ["Ana", "Bo", "Cora"])

    def test_places_are_told_by_the_first_word_of_their_names(self):
        places = set(given_names.places())
        self.assertLessEqual({"florida", "virginia", "paris", "chad", "new"}, places)


class Table(unittest.TestCase):
    def test_the_shipped_table_is_what_the_program_writes(self):
        with tempfile.TemporaryDirectory() as folder:
            written = pathlib.Path(folder) / "given_names.txt"
            subprocess.run([sys.executable, FOLDER / "given_names.py", written], check=True)
            self.assertEqual(written.read_bytes(), SHIPPED.read_bytes())

    def test_it_holds_people_and_no_places_and_no_words_of_headlines(self):
        table = set(SHIPPED.read_text(encoding="utf-8").split())
        self.assertLessEqual({"ana", "greta", "hugo", "анна", "олена"}, table)
        self.assertFalse(table & (given_names.WORDS | set(given_names.places())))


if __name__ == "__main__":
    unittest.main()
