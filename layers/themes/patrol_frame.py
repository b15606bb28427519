"""Words around the patrol map: its question, its answer in a sentence, what it rests on."""

import dataclasses
from typing import Final
from urllib.parse import urlencode

from layers import relied_on, theme, words
from layers.endpoints import Endpoints
from layers.frame import Frame, Link, NumberInput, Question, Scope, Tab, Toggle
from layers.themes.patrol_data import Answer
from services.patrol.figures import LATE_DAYS, RowState
from services.themes.patrol import LOOK_BACK_DAYS

_MOST_PASSES: Final = 100
_FILES: Final = ("coverage-patrol", "patrol-routes", "patrol-sections")


def title(answer: Answer, t: words.Words) -> str:
    """Return the title of the map."""
    return t("map.patrol.title", unit=answer.coverage.scope.name)


def served(answer: Answer, t: words.Words, endpoints: Endpoints) -> Frame:
    """Return the frame of a page that can ask again."""
    coverage = answer.coverage
    query = coverage.query
    kept = [("lang", t.language.value)]
    asked = [("as_of", query.as_of.isoformat()), ("days", str(query.days)), *kept]
    scope = None
    if coverage.scope.code != coverage.root.code:
        kept.append(("unit", coverage.scope.code))
        scope = Scope(coverage.scope.name, f"{endpoints.page}?{urlencode(asked)}")
    inputs = (
        NumberInput("days", t("map.patrol.question.days"), str(query.days), 1, LOOK_BACK_DAYS),
        NumberInput("passes", t("map.patrol.question.passes"), str(query.passes), 1, _MOST_PASSES),
    )
    question = Question(endpoints.page, query.as_of.isoformat(), inputs, tuple(kept))
    links = tuple(Link(address, t(key)) for address, key in endpoints.pages)
    asked_of = dict(asked) | {"passes": str(query.passes)}
    asked_of |= {"unit": query.unit} if query.unit else {}
    taken = relied_on.files(_FILES, asked_of, t)
    frame = _frame(answer, t, (question, scope), endpoints, links)
    return dataclasses.replace(frame, files=taken)


def standalone(answer: Answer, t: words.Words) -> Frame:
    """Return the frame of a file, which answers one question."""
    return _frame(answer, t, (None, None), None, ())


def _frame(
    answer: Answer,
    t: words.Words,
    asked: tuple[Question | None, Scope | None],
    endpoints: Endpoints | None,
    links: tuple[Link, ...],
) -> Frame:
    return Frame(
        title=title(answer, t),
        sentence=_sentence(answer, t),
        finding=_finding(answer, t),
        terms=_terms(answer, t),
        generated=answer.coverage.generated,
        question=asked[0],
        scope=asked[1],
        shows=(("days", t("map.patrol.show.days")), ("share", t("map.patrol.show.share"))),
        levels=theme.level_choices(answer, t),
        toggles=(
            Toggle("sections", t("map.patrol.layer.sections")),
            Toggle("planned", t("map.patrol.layer.planned")),
            *theme.layer_toggles(t, endpoints),
        ),
        tabs=(
            Tab("units", t("map.tab.units")),
            Tab("gaps", t("map.patrol.tab.gaps")),
            Tab("routes", t("map.patrol.tab.routes")),
            Tab("tracks", t("map.patrol.tab.tracks")),
        ),
        source=theme.sources(answer.coverage.network, t, t("map.patrol.method")),
        links=links,
    )


def _sentence(answer: Answer, t: words.Words) -> str:
    row, coverage = answer.coverage.whole, answer.coverage
    known = {
        "unit": coverage.scope.name,
        "first": coverage.query.first,
        "last": coverage.query.as_of,
    }
    if row.state is RowState.NO_DATA:
        return t("map.patrol.no_network", **known)
    if row.state is RowState.NOBODY:
        return t("map.patrol.nobody", **known)
    return t(
        "map.patrol.sentence",
        **known,
        passed=t.distance(row.passed_m),
        length=t.distance(row.length_m),
        share=t.percent(row.metres_share),
        times=coverage.query.passes,
    )


def _finding(answer: Answer, t: words.Words) -> str:
    """Tell how much waits, and how much of what was planned was done."""
    row = answer.coverage.whole
    if row.state is not RowState.SHOWN:
        return ""
    late = t("map.patrol.late", late=t.distance(row.late_m), days=LATE_DAYS)
    if not row.planned_m:
        return late
    return late + " " + t("map.patrol.kept", share=t.percent(row.kept_m / row.planned_m))


def _terms(answer: Answer, t: words.Words) -> tuple[str, ...]:
    query = answer.coverage.query
    return (
        t("map.patrol.term.period", first=query.first, last=query.as_of),
        t("map.patrol.term.passes", n=query.passes),
        t("map.patrol.term.tracks", n=answer.coverage.tracks),
    )
