"""What is written for a customer to be found by, and what is asked: without a database."""

from app.customers.search import Criterion, document, query, words


def test_words_of_a_name_are_folded_and_parted_by_hyphens_not_apostrophes() -> None:
    assert words("Нечуй-Левицький") == ["нечуй", "левицький"]
    assert words("Дем'яненко Ёлка Éclair") == ["демяненко", "елка", "eclair"]


def test_a_document_names_business_and_field_in_every_lexeme() -> None:
    found = document(
        7, first_name="Olena", last_name="Koval", phone="+380674120855", email="o.koval@ukr.net", cards=["2210 0458"]
    )
    assert set(found.split("' '")) >= {"7:f:olena", "7:l:koval", "7:n:0674120855", "7:p:380674120855"}
    assert "'7:r:558021476083'" in found
    assert "'7:c:22100458'" in found


def test_nothing_to_look_for_is_no_query() -> None:
    assert query(7, Criterion.ALL, "  ") is None
    assert query(7, Criterion.PHONE, "koval") is None
    assert query(7, Criterion.LAST_NAME, "!!!") is None
