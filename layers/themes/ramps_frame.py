"""Words around the ramp map: its question, its answer in a sentence, what it rests on."""

import dataclasses
from typing import Final
from urllib.parse import urlencode

from layers import relied_on, theme, words
from layers.endpoints import Endpoints
from layers.frame import ChoiceInput, Frame, NumberInput, Question, Scope, Tab, Toggle
from layers.themes.ramps_data import Answer
from services import profiles, ramp_rules
from services.coverage import CoverageState
from services.themes.ramps import Destination, Mend

_FILES: Final = ("coverage-ramps", "mendings", "survey-list", "ramps")


def title(answer: Answer, t: words.Words) -> str:
    """Return the title of the map."""
    return t("map.ramps.title", unit=answer.coverage.scope.name)


def served(answer: Answer, t: words.Words, endpoints: Endpoints) -> Frame:
    """Return the frame of a page that can ask again."""
    coverage = answer.coverage
    query = coverage.query
    kept = [("rules", query.rules), ("lang", t.language.value)]
    asked = [
        ("as_of", query.as_of.isoformat()), ("max_walk", f"{coverage.limit_m:g}"),
        ("min_age", str(query.min_age)), ("to", query.to.value), ("profile", query.profile),
        ("edition", query.edition), ("mend", query.mend.value), *kept,
    ]  # fmt: skip
    taken = relied_on.files(_FILES, dict(asked) | ({"unit": query.unit} if query.unit else {}), t)
    scope = None
    if coverage.scope.code != coverage.root.unit.code:
        kept.append(("unit", coverage.scope.code))
        scope = Scope(coverage.scope.name, f"{endpoints.page}?{urlencode(asked)}")
    question = Question(
        endpoints.page,
        query.as_of.isoformat(),
        (_limit(answer, t),),
        tuple(kept),
        (_age(answer, t),),
        _choices(answer, t),
    )
    frame = _frame(answer, t, (question, scope), endpoints)
    return dataclasses.replace(frame, files=taken)


def standalone(answer: Answer, t: words.Words) -> Frame:
    """Return the frame of a file, which answers one question."""
    return _frame(answer, t, (None, None), None)


def _limit(answer: Answer, t: words.Words) -> NumberInput:
    limit = f"{answer.coverage.limit_m:g}"
    return NumberInput("max_walk", t("map.question.max_walk"), limit, 50, 5000, 50)


def _age(answer: Answer, t: words.Words) -> NumberInput:
    age = str(answer.coverage.query.min_age)
    return NumberInput("min_age", t("map.ramps.question.min_age"), age, 0, 130)


def _choices(answer: Answer, t: words.Words) -> tuple[ChoiceInput, ...]:
    query = answer.coverage.query
    language = t.language.value
    editions = {name: ramp_rules.load(name).title[language] for name in ramp_rules.names()}
    return (
        ChoiceInput(
            "to",
            t("map.ramps.question.to"),
            query.to.value,
            tuple((kind.value, t(f"kind.{kind.value}")) for kind in Destination),
        ),
        ChoiceInput(
            "profile",
            t("map.ramps.question.profile"),
            query.profile,
            tuple((name, profiles.load(name).title[language]) for name in profiles.names()),
        ),
        ChoiceInput(
            "mend",
            t("map.ramps.question.mend"),
            query.mend.value,
            tuple((one.value, t(f"map.ramps.mend.{one.value}")) for one in Mend),
        ),
        ChoiceInput(
            "edition", t("map.ramps.question.edition"), query.edition, tuple(editions.items())
        ),
    )


def _frame(
    answer: Answer,
    t: words.Words,
    asked: tuple[Question | None, Scope | None],
    endpoints: Endpoints | None,
) -> Frame:
    return Frame(
        title=title(answer, t),
        sentence=_sentence(answer, t),
        finding=_finding(answer, t),
        terms=_terms(answer, t),
        generated=answer.coverage.generated,
        question=asked[0],
        scope=asked[1],
        shows=(("places", t("map.ramps.show.places")), ("share", t("map.ramps.show.share"))),
        levels=theme.level_choices(answer, t),
        toggles=(
            Toggle("mendings", t("map.ramps.layer.mendings")),
            Toggle("people", t("map.ramps.layer.people")),
            Toggle("entrances", t("map.ramps.layer.entrances")),
            Toggle("destinations", t("map.ramps.layer.destinations")),
            Toggle("ways", t("map.ramps.layer.ways")),
            Toggle("areas", t("map.ramps.layer.areas")),
            *theme.layer_toggles(t, endpoints),
        ),
        tabs=(
            Tab("mendings", t("map.ramps.tab.mendings")),
            Tab("units", t("map.tab.units")),
            Tab("ramps", t("map.ramps.tab.ramps")),
            Tab("looks", t("map.ramps.tab.looks")),
            Tab("destinations", t(f"kind.{answer.coverage.query.to.value}")),
        ),
        source=theme.sources(
            answer.coverage.network, t, t("map.ramps.method"), t("map.ramps.to_check")
        ),
        rules=(
            relied_on.rule_set(answer.coverage.edition, t),
            relied_on.rule_set(answer.coverage.rules, t),
            relied_on.profile(answer.coverage.profile, t),
        ),
    )


def _sentence(answer: Answer, t: words.Words) -> str:
    row, coverage = answer.coverage.whole, answer.coverage
    known = {
        "unit": coverage.scope.name,
        "age": coverage.query.min_age,
        "limit": t.distance(coverage.limit_m),
        "to": t(f"map.ramps.to.{coverage.query.to.value}"),
    }
    if row.state is CoverageState.NO_DATA:
        return t("map.ramps.no_network", **known)
    if row.state is CoverageState.NOBODY:
        return t("map.ramps.nobody", **known)
    shown = (row.demand, row.covered, row.unknown, row.blocked, row.beyond)
    if any(value is None for value in shown):
        return t("map.ramps.suppressed", **known)
    counts = {
        "demand": t.number(row.demand), "covered": t.number(row.covered),
        "unknown": t.number(row.unknown), "blocked": t.number(row.blocked),
        "beyond": t.number(row.beyond), "share": "",
    }  # fmt: skip
    if row.share is not None and (row.demand or 0) >= theme.FEW:
        counts["share"] = t("map.ramps.share", share=t.percent(row.share))
    return t("map.ramps.sentence", **known, **counts)


def _finding(answer: Answer, t: words.Words) -> str:
    """Tell what the best mendings do together, and what to look at first."""
    ranking, looks = answer.ranking, answer.survey.looks
    told = []
    if ranking.best:
        n, people = len(ranking.best), ranking.best[-1].together
        told.append(t("map.ramps.finding.mend", n=n, people=t.number(people)))
    if looks and looks[-1].settled and answer.survey.unknown:
        told.append(
            t(
                "map.ramps.finding.look",
                n=len(looks),
                people=t.number(looks[-1].settled),
                unknown=t.number(answer.survey.unknown),
            )
        )
    return " ".join(told)


def _terms(answer: Answer, t: words.Words) -> tuple[str, ...]:
    coverage = answer.coverage
    terms = [
        t("map.term.as_of", as_of=coverage.query.as_of),
        t("map.term.limit", limit=t.distance(coverage.limit_m)),
        t("map.term.rules", rules=coverage.rules.title[t.language.value]),
        t("map.ramps.term.edition", edition=coverage.edition.title[t.language.value]),
        t("map.ramps.term.profile", profile=coverage.profile.title[t.language.value]),
        t("map.ramps.term.mend", mend=t(f"map.ramps.mend.{coverage.query.mend.value}")),
    ]
    if coverage.outside:
        terms.append(t("map.term.outside", n=coverage.outside))
    return tuple(terms)
