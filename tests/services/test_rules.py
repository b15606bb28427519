import pytest

from services import errors, rules


def test_every_rule_set_can_answer_for_day_care():
    assert rules.DEFAULT in rules.names()
    for name in rules.names():
        rule_set = rules.load(name)
        assert rule_set.name == name
        assert set(rule_set.title) == {"zh", "en"}
        assert rule_set.day_care_radius_m in rule_set.bands_m
        assert list(rule_set.bands_m) == sorted(rule_set.bands_m)
        assert rule_set.walking_speed_m_per_min > 0


def test_every_figure_has_its_clause_and_source_in_both_languages():
    for name in rules.names():
        for figure in rules.load(name).figures:
            assert set(figure.clause) == {"zh", "en"}
            assert figure.source
            assert figure.unit


def test_the_default_is_the_five_minute_circle():
    assert rules.load().day_care_radius_m == 300.0
    assert rules.load().bands_m == (300.0, 500.0, 1000.0)


def test_an_unknown_rule_set_names_those_there_are():
    with pytest.raises(errors.NotFoundError) as raised:
        rules.load("../secret")
    assert "gb50180-2018" in str(raised.value.params["known"])
