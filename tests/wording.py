"""What the panel says: the texts marked in code and templates, what is wrong with a translation of them, and words
that are not marked at all."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator, Sequence
from html import unescape
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_keywords
from babel.messages.pofile import read_po
from jinja2 import Environment

from app.locale import CATALOGUES

ROOT = Path(__file__).resolve().parent.parent
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|\{\w+\}|%")
MARKS = {"_", "gettext", "ngettext", "pgettext", "npgettext"}
SPOKEN = {"alt", "aria-description", "aria-label", "aria-roledescription", "label", "placeholder", "title"}
ATTRIBUTE = re.compile(r"""([\w:-]+)=("[^"]*(?:"|$)|'[^']*(?:'|$))|\bdata-[\w-]+""")
TAG = re.compile(r"</?[a-zA-Z!][^<>]*>?")
SENTENCE = re.compile(r"[A-Z][a-z]+(?:[ ,.:;!?…]|$)")
# Names of the product, of browsers and systems, of keys: the same in every language.
NAMES = {
    *("Regulars", "Edge", "Edg", "Opera", "Firefox", "Chrome", "Safari", "Android", "Windows", "Mac", "Linux", "Mobi"),
    *("Enter", "Esc"),
}


def gathered() -> Catalog:
    """All texts of the panel, by the settings that `make texts` uses."""
    mappings = _mappings()
    methods = [(each["pattern"], each["method"]) for each in mappings]
    options = {each["pattern"]: {**each, "keywords": parse_keywords(each.get("keywords", []))} for each in mappings}
    texts = Catalog()
    for folder in ("app", "templates"):
        found = extract_from_dir(ROOT / folder, methods, options)
        for file, line, words, _comments, context in found:
            texts.add(words, locations=[(f"{folder}/{file}", line)], context=context)
    return texts


def translations(language: str) -> Catalog:
    with (CATALOGUES / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file)


def faults(texts: Catalog, translated: Catalog) -> list[str]:
    """What is missing, uncertain, left over or says something else than the text."""
    known = {_key(text) for text in texts if text.id}
    left_over = [message for message in (*translated, *translated.obsolete.values()) if message.id]
    found = [f"obsolete: {_said(each)}" for each in left_over if _key(each) not in known]
    for text in texts:
        if text.id:
            found += [f"{fault}: {_said(text)}" for fault in _faults_of(text, translated)]
    return found


def unmarked(source: str) -> list[str]:
    """Words of a template that stand on the page as they are: text, spoken attributes, strings in expressions."""
    parts, strings = _taken_apart(source)
    words = [word for part in parts for shown in _shown(part) for word in re.findall(r"[A-Za-z]{2,}", shown)]
    return [word for word in [*words, *strings] if word.split()[0].rstrip(",.:;!?…") not in NAMES]


def unmarked_calls(source: str) -> list[str]:
    """Sentences of a module that are handed as they are to what shows them: flashes, problems, labels of fields."""
    showing = [call for call in ast.walk(ast.parse(source)) if isinstance(call, ast.Call) and _shows(call)]
    handed = [value for call in showing for value in (*call.args, *(keyword.value for keyword in call.keywords))]
    strings = [each.value for each in handed if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    return [string for string in strings if SENTENCE.match(string)]


def ungathered_marks(source: str) -> set[str]:
    """What a module calls flask-babel's functions, where gathering does not know the name."""
    imports = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)]
    names = [name for node in imports if node.module == "flask_babel" for name in node.names]
    return {name.asname or name.name for name in names if "gettext" in name.name} - _keywords()


def _faults_of(text: Message, translated: Catalog) -> Iterator[str]:
    message = translated.get(text.id, text.context)
    if message is None:
        yield "missing"
        return
    forms = message.string if isinstance(message.string, tuple) else (message.string,)
    if message.fuzzy:
        yield "fuzzy"
    if isinstance(text.id, tuple) and len(forms) != translated.num_plurals:
        yield "plural forms missing"
    elif not all(forms):
        yield "missing"
    elif any(_placeholders(form) != _placeholders(_variants(text)[-1]) for form in forms):
        yield "other placeholders"


def _mappings() -> list[dict[str, Any]]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        return list(tomllib.load(file)["tool"]["babel"]["mappings"])


def _keywords() -> set[str]:
    own = [parse_keywords(each["keywords"]) for each in _mappings() if "keywords" in each]
    return set(DEFAULT_KEYWORDS).union(*own)


def _placeholders(words: str) -> Sequence[str]:
    return sorted(PLACEHOLDER.findall(words))


def _variants(message: Message) -> Sequence[str]:
    return message.id if isinstance(message.id, tuple) else (message.id,)


def _key(message: Message) -> tuple[str, str]:
    return message.context or "", _variants(message)[0]


def _said(message: Message) -> str:
    places = ", ".join(file for file, _line in message.locations)
    return f"“{_variants(message)[0]}” ({places})"


def _taken_apart(source: str) -> tuple[list[str], list[str]]:
    """The markup of a template without its expressions, each block of `set` by itself, and the sentences in these."""
    parts, open_parts, strings = [""], [0], []
    for kind, tokens in _pieces(source):
        words = [value for _type, value in tokens]
        if kind == "data":
            parts[open_parts[-1]] += words[0]
            continue
        strings += _strings(tokens)
        if words[:1] == ["set"] and "=" not in words:
            parts.append("")
            open_parts.append(len(parts) - 1)
        elif words[:1] == ["endset"]:
            open_parts.pop()
    return parts, strings


def _pieces(source: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Markup as ("data", …), statements and expressions as ("code", their tokens)."""
    tokens: list[tuple[str, str]] = []
    for _line, type_, value in Environment().lex(source):
        if type_ == "data":
            yield "data", [(type_, value)]
        elif type_ in ("variable_end", "block_end"):
            yield "code", tokens
            tokens = []
        elif type_ not in ("variable_begin", "block_begin", "whitespace") and not type_.startswith("comment"):
            tokens.append((type_, value))


def _strings(tokens: list[tuple[str, str]]) -> list[str]:
    """Sentences in an expression that are no argument of a mark such as _()."""
    found, calls, before = [], [], ""
    for type_, value in tokens:
        if value == "(" and type_ == "operator":
            calls.append(before)
        elif value == ")" and type_ == "operator":
            calls.pop()
        elif type_ == "string" and not MARKS & set(calls):
            found.append(str(ast.literal_eval(value)))
        before = value
    return [string for string in found if SENTENCE.match(string)]


def _shown(markup: str) -> list[str]:
    spoken = [value for name, value in ATTRIBUTE.findall(markup) if name in SPOKEN]
    return [unescape(words) for words in (*spoken, TAG.sub(" ", ATTRIBUTE.sub(" ", markup)))]


def _shows(call: ast.Call) -> bool:
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    return name in ("flash", "Problem", "BadAddress", "ValidationError") or name.endswith("Field")
