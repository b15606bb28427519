"""Finding households: what fits, in the right order, once each, and never a stranger's."""

from collections.abc import Iterator

import numpy as np
import pytest
import shapely
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services import audit, errors, migrations, search_texts
from services.database import Database
from services.households import finding, own_names, searches
from services.households.question import Disability, Near, Persons, Question
from tests.conftest import Server
from tests.services import staff
from tests.services.households import finding_scene
from tests.services.households.finding_scene import CENTRE, PEOPLE, Home, Scene
from tests.services.small_district import GRIDS, SIDE, SOUTH, WEST


@pytest.fixture(scope="module")
def scene(server: Server, template: str) -> Iterator[Scene]:
    name = server.clone(template)
    database = Database(server.cluster.url(name), pool_size=3)
    yield finding_scene.make(staff.hire(database, PEOPLE))
    database.close()
    server.drop(name)


def _fits(scene: Scene, question: Question, home: Home) -> bool:
    """The same question, asked of one home in words of Python."""
    near, persons = question.near, question.persons
    age = scene.today.year - home.birth_date.year
    age -= (scene.today.month, scene.today.day) < (home.birth_date.month, home.birth_date.day)
    kinds = {home.disability_type} | ({Disability.ANY} if home.disability_type else set())
    return all(
        (
            not (near and near.radius_m) or home.metres(near.lon, near.lat) <= near.radius_m,
            question.area is None or question.area.covers(shapely.Point(home.lon, home.lat)),
            home.unit.startswith(question.unit or ""),
            question.text in home.address,
            question.name in home.name,
            persons.min_age is None or age >= persons.min_age,
            persons.max_age is None or age <= persons.max_age,
            home.lives_alone or not persons.lives_alone,
            not persons.disabilities or bool(kinds & persons.disabilities),
            not persons.grades or home.disability_grade in persons.grades,
            not persons.groups or bool(set(home.tags) & persons.groups),
        )
    )


_NEAR = st.builds(
    Near,
    st.floats(WEST - SIDE, WEST + 3 * SIDE),
    st.floats(SOUTH - SIDE, SOUTH + 2 * SIDE),
    st.one_of(st.none(), st.floats(50, 4000)),
)
_BOX = st.builds(
    lambda x, y, wide, high: shapely.box(
        WEST + x * SIDE, SOUTH + y * SIDE, WEST + (x + wide) * SIDE, SOUTH + (y + high) * SIDE
    ),
    *(st.floats(-0.5, 2), st.floats(-0.5, 1), st.floats(0.1, 2), st.floats(0.1, 1)),
)
_PERSONS = st.builds(
    Persons,
    min_age=st.sampled_from([None, None, 11, 60]),
    max_age=st.sampled_from([None, None, 60, 90]),
    lives_alone=st.booleans(),
    disabilities=st.sampled_from([frozenset(), frozenset({Disability.ANY})]),
    grades=st.sampled_from([frozenset(), frozenset({1, 2})]),
    groups=st.sampled_from([frozenset(), frozenset({"empty_nest", "unemployed"})]),
)
_QUESTIONS = st.builds(
    Question,
    near=st.one_of(st.none(), _NEAR),
    area=st.one_of(st.none(), _BOX),
    unit=st.sampled_from([None, None, GRIDS[0], GRIDS[1], GRIDS[0][:12]]),
    text=st.sampled_from(["", "", "安里", "永安里3栋", "花园"]),
    name=st.sampled_from(["", "", "小明", "欧阳", "伟"]),
    persons=st.one_of(st.just(Persons()), _PERSONS),
    limit=st.sampled_from([2, 7, 200]),
)


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(question=_QUESTIONS, name=st.sampled_from(["worker", "manager", "township"]))
def test_what_fits_in_order_and_once(scene: Scene, question: Question, name: str) -> None:
    expected = [home for home in scene.own(name) if _fits(scene, question, home)]
    found = scene.all(name, question)
    assert sorted(home.id for home in found) == [home.id for home in expected]
    assert scene.count(name, question) == len(expected)
    if question.near:
        at = {home.id: home for home in expected}
        metres = [home.metres for home in found]
        assert metres == sorted(metres)
        for home in found:
            far = at[home.id].metres(question.near.lon, question.near.lat)
            assert home.metres == pytest.approx(far, abs=0.01)
    elif not question.text and question.area is None:
        by_unit = sorted(expected, key=lambda home: (home.unit, home.id))
        assert [home.id for home in found] == [home.id for home in by_unit]


@pytest.mark.parametrize(("name", "count"), [("worker", 25), ("manager", 35), ("planner", 0)])
def test_each_finds_own_households_wherever_they_stand(scene: Scene, name: str, count: int) -> None:
    assert len(scene.codes(name, Question())) == count
    far = Near(WEST + SIDE * 7.5, SOUTH + SIDE / 2, 500)
    assert scene.codes(name, Question(near=far)) == []
    for text in ("永安里", "yal", "花园"):
        codes = scene.codes(name, Question(text=text))
        assert set(codes) <= set(scene.codes(name, Question()))
        assert scene.count(name, Question(text=text)) == len(codes)


def test_words_by_parts_sounds_initials_and_with_errors(scene: Scene) -> None:
    whole = {home.id for home in scene.own("manager") if "永安里" in home.address}
    assert whole
    for text in ("永安里", "安里", "yonganli", "YAL", "永 安 里", "yong an", "永按里", "yongnali"):
        assert {home.id for home in scene.all("manager", Question(text=text))} == whole, text
    one = next(home for home in scene.own("manager") if "永安里" in home.address)
    b, room = one.address.removeprefix("永安里").removesuffix("室").split("栋")
    for text in (one.address, f"永安里{b}-{room}", f"永安里{b}栋{room}", f"yal{b} {room}"):
        assert scene.codes("manager", Question(text=text)) == [one.code], text
    for scattered in ("江园", "花园 望江", "wang 园"):
        found = scene.all("manager", Question(text=scattered))
        assert {home.id for home in found} == {
            home.id for home in scene.own("manager") if "花园" in home.address
        }
    for nothing in ("%", "' OR 1=1 --", "不存在的地方", "凤凰台", "江望", "a" * 60):
        assert scene.codes("manager", Question(text=nothing)) == [], nothing


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3栋", {0, 4}),
        ("永安里3号楼", {0, 4}),
        ("3单元", {1}),
        ("3层", {2}),
        ("3室", {3}),
        ("3栋1单元", {0, 4}),
        ("永安里3", {0, 1, 2, 3, 4}),
        ("永安里3栋-1-9", {4}),
        ("永安里三栋", {0, 4}),
        ("三单元", {1}),
        ("一栋三单元一室", {1}),
        ("十三栋", set()),
    ],
)
def test_a_number_is_of_what_it_was_said_to_be(scene: Scene, text: str, expected: set[int]) -> None:
    told = [
        ("永安里3栋1单元1室", None),
        ("永安里1栋3单元1室", None),
        ("永安里1栋1单元", ("1", "1", "3", "9")),
        ("永安里1幢1单元3室", None),
        ("永安里", ("3", "1", "1", "9")),
    ]
    homes = [home.id for home in scene.own("manager")]
    with scene.staff.owner() as tx:
        tx.driver.execute("UPDATE households SET address = '别处'")
        for home, (address, columns) in zip(homes, told, strict=False):
            tx.driver.execute(
                "UPDATE households SET address = %s, building = %s, entrance = %s, floor = %s,"
                " room = %s WHERE id = %s",
                (address, *(columns or (None,) * 4), home),
            )
        search_texts.refresh_forms(tx)
        tx.commit()
    found = {home.id for home in scene.all("manager", Question(text=text))}
    assert found == {homes[nth] for nth in expected}


@pytest.mark.parametrize(
    ("few", "listed"),
    [
        pytest.param(3_000, 20_000, id="home by home"),
        pytest.param(20, 20_000, id="among own names"),
        pytest.param(20, 0, id="by the index of the district"),
        pytest.param(2, 20_000, id="an everyday name"),
    ],
)
def test_names_by_parts_sounds_initials_and_with_errors(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, few: int, listed: int
) -> None:
    monkeypatch.setattr(searches, "FEW", few)
    monkeypatch.setattr(own_names, "MOST_HOMES", listed)
    for name, whole in {
        **dict.fromkeys(("王小明", "小明", "wangxiaoming", "xiaoming", "WXM", "王小名"), "王小明"),
        **dict.fromkeys(("单", "shanxiongxin", "danxiongxin", "sxx", "雄信"), "单雄信"),
        **dict.fromkeys(("欧阳", "ouyangjg", "jianguo", "oyjg", "ouyangjiangou"), "欧阳建国"),
        **dict.fromkeys(("张伟", "张 伟", "zw"), "张 伟"),
    }.items():
        expected = {home.id for home in scene.own("manager") if home.name == whole}
        assert {home.id for home in scene.all("manager", Question(name=name))} == expected, name


def test_on_foot_by_the_way_there_is(scene: Scene) -> None:
    near = Near(*CENTRE, 3000, on_foot=True)
    found = scene.all("manager", Question(near=near, limit=10))
    assert {home.code for home in found} == {home.code for home in scene.own("manager")}
    walks = [home.walk_m for home in found]
    ways = [walk for walk in walks if walk is not None]
    assert ways == sorted(ways)
    assert walks[: len(ways)] == ways, "those without a way come last"
    assert 5 < len(ways) < len(found)
    middle = SOUTH + SIDE / 2
    for home in found[: len(ways)]:
        to_path = [abs(lat - middle) * 110_900 for lat in (home.lat, CENTRE[1])]
        along = abs(home.lon - CENTRE[0]) * 93_850
        assert home.walk_m == pytest.approx(sum(to_path) + along, rel=0.01, abs=3)
        assert home.walk_m >= home.metres - 0.01
    nearby = scene.all("manager", Question(near=Near(*CENTRE, 500, on_foot=True)))
    assert {home.id for home in nearby if home.walk_m} == {
        home.id for home in found[: len(ways)] if home.walk_m <= 500
    }


def test_without_day_care_only_own_and_all_of_it(scene: Scene) -> None:
    question = Question(no_day_care=True, limit=200)
    everybody = np.array([home.id for home in scene.homes], dtype=np.int32)
    own = [home.id for home in scene.own("worker")]
    for ids, expected in ((everybody, own), (everybody[:3], own[:3]), (everybody[:0], [])):
        with scene.staff.meeting("worker") as tx:
            found = finding.find(tx, scene.memo, question, lambda given=ids: given)
        assert [home.id for home in found.rows] == expected


def test_overdue_visits(scene: Scene) -> None:
    assert scene.codes("manager", Question(overdue=True)) == []
    with scene.staff.owner() as tx:
        tx.sql.execute(sa.text("UPDATE visit_rules SET active = true, since = wangge_today() - 1"))
        tx.commit()
    due = {
        home.id
        for home in scene.own("manager")
        if "empty_nest" in home.tags or home.disability_grade in (1, 2)
    }
    try:
        assert {home.id for home in scene.all("manager", Question(overdue=True))} == due
        assert scene.count("manager", Question(overdue=True)) == len(due)
    finally:
        with scene.staff.owner() as tx:
            tx.sql.execute(sa.text("UPDATE visit_rules SET active = false"))
            tx.commit()


def test_what_changed_is_found_at_once(scene: Scene) -> None:
    assert scene.codes("worker", Question(text="凤凰台")) == []
    home = scene.own("worker")[0]
    scene.rename(home, "凤凰台9号")
    try:
        assert scene.codes("worker", Question(text="fht")) == [home.code]
        assert scene.codes("manager", Question(text="凤凰台9")) == [home.code]
    finally:
        scene.rename(home, home.address)
    assert scene.codes("manager", Question(text="凤凰台")) == []


def test_homes_from_before_words_were_kept_are_found_after_an_upgrade(scene: Scene) -> None:
    with scene.staff.owner() as tx:
        tx.sql.execute(sa.text("DELETE FROM address_forms"))
        tx.sql.execute(sa.text("UPDATE residents SET name_search = NULL"))
        tx.commit()
    assert scene.codes("manager", Question(text="永安里")) == []
    migrations.upgrade(scene.staff.database.engine)
    for question in (Question(text="yal"), Question(name="wxm")):
        assert scene.codes("manager", question)


def test_the_log_says_how_not_whom(scene: Scene) -> None:
    with scene.staff.meeting("worker") as tx:
        finding.find(tx, scene.memo, Question(text="龙湖", name="王小明"))
        tx.commit()
    with scene.staff.owner() as tx:
        line = audit.lines(tx, audit.Filter(action="household"))[0]
    assert line.details["asked"] == ["text", "name"]
    assert "王" not in str(line)


def test_what_cannot_be_asked_is_refused() -> None:
    for wrong in (
        lambda: Near(200, 0),
        lambda: Near(116, 32, 0.0),
        lambda: Near(116, 32, 1e9),
        lambda: Near(116, 32, 6000, on_foot=True),
        lambda: Question(text="字" * 10_000_000),
        lambda: Question(name="字" * 61),
        lambda: Question(text="a\x00b"),
        lambda: Question(text="--"),
        lambda: Persons(min_age=70, max_age=60),
        lambda: Persons(grades=frozenset({7})),
        lambda: Question(limit=0),
        lambda: Question(limit=10**6),
    ):
        with pytest.raises(errors.RefusedError):
            wrong()
