#!/usr/bin/env python3
"""frequencies.py > config/stories/frequencies.tsv: in how many of a thousand texts a word stands, by its stem.

Made from the word lists of wordfreq (pip install -r requirements.txt), no network, and from on_subject.tsv beside this program: of the
two the greater share counts. A text is taken to have two hundred words. Stems are those of crates/stories/src/story/token.rs; words of Han, kana and Hangul are cut into pairs of characters.
"""
import collections
import math
import pathlib

import wordfreq

WORDS_IN_A_TEXT = 200
LEAST_TEXTS = 4
ENDINGS = (("ies", "y"), ("sses", "ss"), ("ing", ""), ("ed", ""), ("es", ""), ("s", ""))


def is_dense(c):
    o = ord(c)
    return any(a <= o <= b for a, b in ((0x1100, 0x11FF), (0x3040, 0x318F), (0x31F0, 0x31FF), (0x3400, 0x9FFF),
                                        (0xAC00, 0xD7FF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF)))


def stem(word):
    if 0x400 <= ord(word[0]) <= 0x52F:
        if len(word) > 6:
            return word[:6]
        return word[:-1] if len(word) > 4 and word[-1] in "аяоеиыуюйьі" else word
    for end in ("'s", "’s"):
        word = word.removesuffix(end)
    result = word
    if len(word) > 4:
        for ending, replacement in ENDINGS:
            if word.endswith(ending) and len(word) - len(ending) >= 3 and not (ending == "s" and word.endswith("ss")):
                result = word[:-len(ending)] + replacement
                if ending in ("ing", "ed") and len(result) > 2 and result[-1] == result[-2] and result[-1] not in "lsz":
                    result = result[:-1]
                break
        if len(result) > 4 and result.endswith("e"):
            result = result[:-1]
    return result[:8]


def stems(word):
    """A word as it is compared: its stem, or its pairs of characters."""
    if any(map(is_dense, word)):
        return [a + b for a, b in zip(word, word[1:]) if is_dense(a) and is_dense(b)] or [word]
    return [stem(word)] if word[0].isalpha() and len(word) > 1 else []


def on_subject():
    """stem -> in how many of a thousand texts on the subject"""
    texts = {}
    for line in pathlib.Path(__file__).with_name("on_subject.tsv").read_text(encoding="utf8").splitlines():
        if line.startswith(("#", "texts\t")) or not line:
            continue
        number, words = line.split("\t")
        for key in (key for word in words.split() for key in stems(word)):
            texts[key] = max(texts.get(key, 0), int(number))
    return texts


def frequencies():
    """stem -> its frequency among words, the greatest of all languages"""
    most = collections.defaultdict(float)
    for language in ("en", "ru", "uk", "es", "fr", "ko", "zh", "ja"):
        counts = collections.Counter()
        for word, frequency in wordfreq.get_frequency_dict(language, wordlist="small").items():
            for key in stems(word):
                counts[key] += frequency
        for key, frequency in counts.items():
            most[key] = max(most[key], frequency)
    return most


def main():
    rows = collections.defaultdict(list)
    counted = {key: 1000 * (1 - math.exp(-WORDS_IN_A_TEXT * frequency)) for key, frequency in frequencies().items()}
    for key, texts in on_subject().items():
        counted[key] = max(counted.get(key, 0), texts)
    for key, texts in counted.items():
        texts = round(texts) if texts < 100 else round(texts / 10) * 10
        if texts >= LEAST_TEXTS and not any(c.isspace() for c in key):
            rows[texts].append(key)
    print("# In how many of a thousand texts of two hundred words a word stands, by its stem; Han, kana and Hangul by pairs of characters.")
    print("# Made by tools/stories/frequencies.py from the word lists of wordfreq and on_subject.tsv. May be edited.")
    print("# © Robyn Speer and the sources of wordfreq (https://github.com/rspeer/wordfreq); adapted: cut to stems and pairs of characters, shares of texts made.")
    print("# Licensed under the Creative Commons Attribution-ShareAlike 4.0 International licence (https://creativecommons.org/licenses/by-sa/4.0/).")
    print("texts\tstems")
    for texts in sorted(rows, reverse=True):
        print(f"{texts}\t{' '.join(sorted(rows[texts]))}")


if __name__ == "__main__":
    main()
