"""Sentences beside a form: fields by their titles, where errors name them as files do."""

import re

from core.analysis.sentences import FIELD_TITLES
from core.errors import KasseiError, Term
from core.language import Translate

# Names that are no words of a language: learning_rate, l1.
_NAMES = re.compile(r"\b(?:" + "|".join(n for n in FIELD_TITLES if "_" in n) + r")\b")


def by_title(error: KasseiError, _: Translate) -> KasseiError:
    """``error`` with the title of a field in place of its name in files."""
    values = {
        name: Term(FIELD_TITLES[str(value)])
        if name == "field" and str(value) in FIELD_TITLES
        else value
        for name, value in error.values.items()
    }
    told = KasseiError(error.sentence, **values).told(_)
    # Some sentences have a name in their own words.
    said = _NAMES.sub(lambda found: _(FIELD_TITLES[found[0]]), told)
    said = said[:1].upper() + said[1:]
    return KasseiError(said.replace("{", "{{").replace("}", "}}"))
