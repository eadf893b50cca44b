"""Words of a name that are neither given name nor surname: titles, degrees, generations, particles, pronouns.

Lists of words cannot know every name, so a word that is also somebody's name (Ma, Do, Lady, Van) counts only where its
place or its spelling leaves no doubt; every other word stays part of the name.
"""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TITLES = _words("dr dres prof mr mrs ms mx dipl-ing dr-ing drs dra profa mme mlle sra srta engr")
"""Abbreviated titles, with or without their dot."""

_DOTTED_TITLES = _words("ing mag rev fr hon capt col gen lt sgt maj adv arch eng sr ir hr hc")
"""Abbreviated titles that are names as well (Eng, Mag): titles with their dot only."""

_TITLE_WORDS = _words(
    "professor professorin doctor doktor sir dame lord lady miss herr frau sheikh rabbi imam señor señora"
)
"""Titles that a name may begin with (Lady Gaga): titles where at least two more words follow."""

_SUFFIXES = _words(
    "jr sr jnr snr phd dphil edd psyd dds dvm mba msc bsc meng beng mphil llm llb esq cissp mrcp frcs obe mbe"
)
"""What follows a surname and is never one itself."""

_SUFFIXES_OF_TWO_WORDS = _words("MD JD CPA CFA PMP RN FRS CBE KBE II III IV VI VII VIII Junior Júnior")
"""Taken for no surname where two more words precede them, as spelled here."""

_SUFFIXES_AFTER_COMMA = _words("MA BA MS BS DO PE MFA MPH MPA PMP RD CSM")
"""Degrees that are surnames as well (Jack Ma): degrees after a comma only."""

_PARTICLES = _words(
    "van von der den dem de del della delle dello di da das do dos du des la las le les los lo ter ten te ten "
    "tot vom zu zum zur af av al el bin ibn ben bint abu abd st san santa mac mc nic ní ó ap ab ferch 't 's op "
    "het y dal degli dei بن ابن بنت أبو ابو عبد آل בן בת"
)
"""Words before a surname that belong to it."""

_CAPITAL_PARTICLES = _words("Van Von Der Den De Del Della Di Da Dos Du Des La Le Ter Ten St. San Santa O")
"""Of them, those that are often spelled with a capital, in any name."""

_LINKS = _words("y e i und og och")
"""Words between the two halves of a surname: Ortega y Gasset."""

_PRONOUNS = _words(
    "he him his she her hers they them their theirs ze zir hir hirs xe xem xyr ey em eir fae faer ve ver it "
    "its any all er ihn ihm sein sie ihr ihre dey deren el él ella elle ellx il lui iel ellx hij hem zij haar "
    "die hen hun hunne han ham hans hon henne hennes ele dele ela dela elu delu lei loro on ona jego jej"
)
"""Pronouns, alone or between slashes."""

_GROUP = re.compile(r"\s*[(\[]([^()\[\]]{1,40})[)\]]\s*")
"""Something in round or square brackets."""


def take_pronouns(text: str) -> tuple[str, str]:
    """Return a name without the pronouns in brackets, or at its end, and these pronouns; empty where it has none."""
    for group in _GROUP.finditer(text):
        rest = " ".join((text[: group.start()] + " " + text[group.end() :]).split())
        if rest and _are_pronouns(group[1]):
            return rest, group[1].strip()
    rest, _, last = text.rpartition(" ")
    if rest and "/" in last and _are_pronouns(last):
        return rest.rstrip(", "), last
    return text, ""


def _are_pronouns(text: str) -> bool:
    words = text.casefold().replace("pronouns", "").replace("/", " ").replace(",", " ").split()
    return bool(words) and all(word in _PRONOUNS for word in words)


def is_title(word: str, words_after: int) -> bool:
    """Tell whether a word before ``words_after`` others is a title."""
    plain = _plain(word)
    if words_after >= 1 and (plain in _TITLES or (word.endswith(".") and plain in _DOTTED_TITLES)):
        return True
    return words_after >= 2 and plain in _TITLE_WORDS


def is_suffix(word: str, words_before: int, *, after_comma: bool = False) -> bool:
    """Tell whether a word after ``words_before`` others is no surname: a degree, a generation, a note in brackets."""
    plain = word.strip(",").replace(".", "")
    if words_before < 1 or not plain:
        return False
    if _plain(word) in _SUFFIXES or (after_comma and plain in _SUFFIXES_AFTER_COMMA):
        return True
    return plain in _SUFFIXES_OF_TWO_WORDS and (words_before >= 2 or after_comma)


def surname_start(words: list[str]) -> int:
    """Return where the surname begins: the last word, with the particles before it and what a link joins to it.

    At least 1 where there are two words: a name keeps its given name.
    """
    start = len(words) - 1
    while start > 1:
        if _is_particle(words[start - 1]) and words[start - 1] not in _LINKS:
            start -= 1
        elif start > 2 and words[start - 1] in _LINKS:
            start -= 2
        else:
            break
    return max(start, min(1, len(words)))


def _is_particle(word: str) -> bool:
    return word in _PARTICLES or word in _CAPITAL_PARTICLES


def _plain(word: str) -> str:
    """Return a word as the lists have it: lower case, without dots and commas at its end or within (Ph.D.)."""
    return word.casefold().strip(",").replace(".", "")
