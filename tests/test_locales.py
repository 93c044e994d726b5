"""Both languages say the same things."""

import re
import string

from analytics.catalogue import actions, built_in_catalogue, toml
from analytics.intake.fields import counted, fields, kinds
from analytics.language import LANGUAGES, sentences


def test_every_sentence_exists_in_both_languages():
    assert set(sentences("zh")) ^ set(sentences("en")) == set()


def test_a_sentence_names_the_same_facts_in_both_languages():
    def facts(key, language):
        return {
            name for _, name, _, _ in string.Formatter().parse(sentences(language)[key]) if name
        }

    assert [key for key in sentences("zh") if facts(key, "zh") != facts(key, "en")] == []


def test_chinese_sentences_use_chinese_punctuation():
    wrong = [
        key
        for key, text in sentences("zh").items()
        if re.search(r"[一-鿿][,;:?!]|[,;:?!][一-鿿]", text)
    ]
    assert wrong == []


def test_every_definition_is_labelled_in_both_languages():
    labels = [indicator.label for indicator in built_in_catalogue().indicators] + [
        indicator.why for indicator in built_in_catalogue().indicators
    ]
    labels += [kind.label for kind in kinds().values()]
    labels += [field.label for field in fields().values()]
    labels += [measure.label for measure in counted().values()]
    labels += [category.label for category in built_in_catalogue().categories]
    labels += [text for group in actions().values() for text in group.values()]
    labels += [scheme["label"] for scheme in toml("weight_schemes.toml")["schemes"].values()]
    assert all(
        set(LANGUAGES) <= set(label) and all(label[language] for language in LANGUAGES)
        for label in labels
    )


def test_an_english_sentence_that_gives_yuan_in_chinese_names_them_too():
    chinese, english = sentences("zh"), sentences("en")
    facts = [key for key, words in chinese.items() if re.search(r"\} 元", words)]
    assert len(facts) >= 5
    assert [key for key in facts if not re.search("yuan|CNY", english[key])] == []
