"""Words around the day-care map: its question, its answer in a sentence, what it rests on."""

import dataclasses
from urllib.parse import urlencode

from layers import relied_on, theme, words
from layers.endpoints import Endpoints
from layers.frame import Frame, NumberInput, Question, Scope, Tab, Toggle
from layers.themes.day_care_data import Answer
from services.coverage import CoverageState


def title(answer: Answer, t: words.Words) -> str:
    """Return the title of the map."""
    return t("map.day_care.title", unit=answer.coverage.scope.name)


def served(answer: Answer, t: words.Words, endpoints: Endpoints) -> Frame:
    """Return the frame of a page that can ask again."""
    coverage = answer.coverage
    query = coverage.query
    kept = [("min_age", str(query.min_age)), ("rules", query.rules), ("lang", t.language.value)]
    asked = [("as_of", query.as_of.isoformat()), ("max_walk", f"{coverage.max_walk_m:g}"), *kept]
    scope = None
    if coverage.scope.code != coverage.root.code:
        kept.append(("unit", coverage.scope.code))
        scope = Scope(coverage.scope.name, f"{endpoints.page}?{urlencode(asked)}")
    limit = NumberInput(
        "max_walk", t("map.question.max_walk"), f"{coverage.max_walk_m:g}", 50, 5000, 50
    )
    question = Question(endpoints.page, query.as_of.isoformat(), (limit,), tuple(kept))
    asked_of = dict(asked) | ({"unit": query.unit} if query.unit else {})
    taken = relied_on.files(("coverage-day-care", "service-areas"), asked_of, t)
    frame = _frame(answer, t, question, scope, endpoints)
    return dataclasses.replace(frame, files=taken)


def standalone(answer: Answer, t: words.Words) -> Frame:
    """Return the frame of a file, which answers one question."""
    return _frame(answer, t, None, None, None)


def _frame(
    answer: Answer,
    t: words.Words,
    question: Question | None,
    scope: Scope | None,
    endpoints: Endpoints | None,
) -> Frame:
    return Frame(
        title=title(answer, t),
        sentence=_sentence(answer, t),
        finding=_finding(answer, t),
        terms=_terms(answer, t),
        generated=answer.coverage.generated,
        question=question,
        scope=scope,
        shows=(("share", t("map.show.share")), ("people", t("map.show.people"))),
        levels=theme.level_choices(answer, t),
        toggles=(
            Toggle("centres", t("map.layer.centres")),
            Toggle("hot", t("map.layer.hot")),
            Toggle("people", t("map.layer.people")),
            Toggle("areas", t("map.layer.areas")),
            *theme.layer_toggles(t, endpoints),
        ),
        tabs=(
            Tab("units", t("map.tab.units")),
            Tab("centres", t("map.tab.centres")),
            Tab("hot", t("map.tab.hot")),
        ),
        source=theme.sources(answer.coverage.network, t, t("map.source.method")),
        rules=(relied_on.rule_set(answer.coverage.rules, t),),
    )


def _sentence(answer: Answer, t: words.Words) -> str:
    row, coverage = answer.whole, answer.coverage
    known = {
        "unit": coverage.scope.name,
        "age": coverage.query.min_age,
        "limit": t.distance(coverage.max_walk_m),
    }
    if row.state is CoverageState.NO_DATA:
        return t("map.day_care.no_network", **known)
    if row.state is CoverageState.NOBODY:
        return t("map.day_care.nobody", **known)
    if row.demand is None or row.covered is None:
        return t("map.day_care.suppressed", **known)
    counts = {"demand": row.demand, "covered": row.covered}
    if row.demand < theme.FEW:
        return t("map.day_care.few", **known, **counts)
    return t("map.day_care.sentence", **known, **counts, share=t.percent(row.share))


def _finding(answer: Answer, t: words.Words) -> str:
    """Tell how far the usual straight-line figure is off; nothing where it is not known."""
    row = answer.whole
    if row.straight_share is None or row.share is None or (row.demand or 0) < theme.FEW:
        return ""
    points = round(100 * row.straight_share) - round(100 * row.share)
    return t("map.day_care.finding", straight=t.percent(row.straight_share), points=points)


def _terms(answer: Answer, t: words.Words) -> tuple[str, ...]:
    coverage = answer.coverage
    terms = [
        t("map.term.as_of", as_of=coverage.query.as_of),
        t("map.term.limit", limit=t.distance(coverage.max_walk_m)),
        t("map.term.rules", rules=coverage.rules.title[t.language.value]),
    ]
    if coverage.outside:
        terms.append(t("map.term.outside", n=coverage.outside))
    return tuple(terms)
