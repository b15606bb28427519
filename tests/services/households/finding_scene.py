"""Homes whose answers can be reckoned apart: scattered places, known addresses and people."""

import random
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import sqlalchemy as sa

from gis import crs
from services import network, search_texts
from services.households import finding
from services.households.found import Found
from services.households.keys import Key
from services.households.question import Question
from services.memo import Memo
from tests.services import staff
from tests.services.small_district import METRIC, SIDE, SOUTH, WEST

PEOPLE = [(2, 3, 20), (0, 0, 10), *[(0, 0, 3)] * 6]
CENTRE = (WEST + SIDE * 0.6, SOUTH + SIDE * 0.4)
GRANNY = "H0-70-3"
_ESTATES = ("永安里{0}栋{1}室", "龙湖路{1}号", "望江花园{0}号楼2单元{1}")
_NAMES = ("王小明", "欧阳建国", "单雄信", "李秀英", "阿依古丽", "张 伟")
_ALL = sa.text("""
    SELECT h.id, h.code, h.address, ST_X(h.geom) AS lon, ST_Y(h.geom) AS lat, u.code AS unit,
           r.name, r.birth_date, r.lives_alone, r.disability_type, r.disability_grade, r.tags
    FROM households h
    JOIN household_assignments a ON a.household_id = h.id
    JOIN units u ON u.id = a.unit_id
    JOIN residents r ON r.household_id = h.id
    WHERE r.left_on IS NULL ORDER BY h.id
""")
_MOVE = sa.text("""
    UPDATE households SET address = :address, geom = ST_SetSRID(ST_MakePoint(
        ST_X(geom) + :x, ST_Y(geom) + :y), 4490) WHERE id = :id
""")
_KNOW = sa.text("""
    UPDATE residents SET name = :name, lives_alone = :alone, tags = :tags,
        disability_type = :kind, disability_grade = :grade
    WHERE household_id = :id
""")


@dataclass(frozen=True)
class Home:
    """What is known of a home and the one who lives there."""

    id: int
    code: str
    address: str
    lon: float
    lat: float
    unit: str
    name: str
    birth_date: date
    lives_alone: bool
    disability_type: str | None
    disability_grade: int | None
    tags: list[str]

    def metres(self, lon: float, lat: float) -> float:
        """How far it is from a position, in the district's metres."""
        xy = crs.project(np.array([(self.lon, self.lat), (lon, lat)]), crs.STORED, METRIC)
        return float(np.hypot(*(xy[1] - xy[0])))


@dataclass(frozen=True)
class Scene:
    """The staff, every home of the district, and what has been kept between searches."""

    staff: staff.Staff
    homes: tuple[Home, ...]
    today: date
    memo: Memo

    def own(self, name: str) -> list[Home]:
        """The homes of somebody's units."""
        units = {"worker": "340405001001001", "manager": "340405001001", "township": "340405001"}
        return [home for home in self.homes if home.unit.startswith(units[name])]

    def page(self, name: str, question: Question) -> finding.Page:
        """Ask for a page; the log of it is thrown away."""
        with self.staff.meeting(name) as tx:
            return finding.find(tx, self.memo, question)

    def all(self, name: str, question: Question) -> list[Found]:
        """Follow the pages, as links do, to the end."""
        found: list[Found] = []
        while True:
            page = self.page(name, question)
            found += page.rows
            if page.next is None:
                return found
            question = replace(question, after=Key.read(str(page.next)))

    def codes(self, name: str, question: Question) -> list[str]:
        """The codes of all that is found."""
        return [home.code for home in self.all(name, question)]

    def rename(self, home: Home, address: str) -> None:
        """Give a home another address, as an import does."""
        with self.staff.owner() as tx:
            tx.sql.execute(
                sa.text("UPDATE households SET address = :address WHERE id = :id"),
                {"address": address, "id": home.id},
            )
            search_texts.refresh_forms(tx)
            tx.commit()

    def count(self, name: str, question: Question) -> int:
        """How many are said to fit."""
        with self.staff.meeting(name) as tx:
            return finding.count(tx, self.memo, question).homes


def make(hired: staff.Staff) -> Scene:
    """Scatter the homes, name the people, commit."""
    scatter = random.Random(7)
    with hired.owner() as tx:
        numbers = tx.sql.execute(sa.text("SELECT id FROM households ORDER BY id")).scalars().all()
        for number in numbers:
            at = {"x": scatter.uniform(-0.5, 0.5) * 0.009, "y": scatter.uniform(-0.5, 0.5) * 0.009}
            text = _ESTATES[number % 3].format(number % 7 + 1, 100 + number)
            tx.sql.execute(_MOVE, {**at, "id": number, "address": text})
            person = {
                "name": _NAMES[number % len(_NAMES)],
                "alone": scatter.random() < 0.3,
                "tags": ["empty_nest"] if scatter.random() < 0.5 else [],
                "kind": "physical" if number % 4 == 0 else None,
                "grade": number % 3 + 1 if number % 4 == 0 else None,
            }
            tx.sql.execute(_KNOW, {**person, "id": number})
        tx.sql.execute(sa.text("UPDATE visit_rules SET active = false"))
        network.attach_households(tx, np.array(numbers))
        search_texts.rebuild(tx)
        homes = tuple(Home(**row) for row in tx.sql.execute(_ALL).mappings())
        today: date = tx.sql.execute(sa.text("SELECT wangge_today()")).scalar_one()
        tx.commit()
    return Scene(hired, homes, today, Memo(32))
