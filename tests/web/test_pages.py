"""Pages as people get them: the answer first, in both languages, on every day."""

import re

import pytest

from tests.web.conftest import DAY, Client
from web.i18n import Language

PAGES = [
    "/",
    "/maps/day-care",
    "/units",
    "/units/340405",
    "/units/340405001001001",
    "/units?q=001001",
    "/facilities",
    "/facilities?kind=day_care&unit=340405001",
    "/imports",
    "/exports",
    "/exports/facilities/about",
    "/jobs",
]
_LOOKS_LIKE_A_KEY = re.compile(r">\s*[a-z_]+(\.[a-z_]+)+\s*<")
_FOREIGN = re.compile(r"""(?:src|href|action)=["'](?:https?:)?//(?!127\.0\.0\.1)""")


def text(html: str) -> str:
    """What a reader sees, on one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html.partition("<main")[2]))


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", list(Language))
def test_a_page_is_whole_in_either_language(client: Client, path: str, language: Language) -> None:
    answer = client.get(path, params={"as_of": DAY}, headers={"Accept-Language": language.value})
    assert answer.status_code == 200
    assert f'lang="{"zh-CN" if language is Language.ZH else "en"}"' in answer.text
    assert not _LOOKS_LIKE_A_KEY.search(answer.text.partition("<script")[0])
    assert not _FOREIGN.search(answer.text)
    assert "<title>" in answer.text
    assert answer.text.count("<h1") == 1


@pytest.mark.parametrize("path", PAGES[:1] + PAGES[2:])
def test_every_page_shows_its_day_and_keeps_it(client: Client, path: str) -> None:
    html = client.get(path, params={"as_of": "2024-02-29"}).text
    assert 'value="2024-02-29"' in html
    links = [
        link
        for link in re.findall(r'href="(/[^"]*)"', html)
        if not link.startswith(("/static", "/manifest", "/login"))
    ]
    forgetful = [link for link in links if "as_of=2024-02-29" not in link]
    assert len(links) > 8
    assert set(forgetful) == {link for link in forgetful if f"{path.partition('?')[0]}" in link}
    assert len(forgetful) == 1, "only the way back to today"


def test_the_overview_answers_in_one_sentence(client: Client) -> None:
    seen = text(client.get("/", params={"as_of": DAY}, headers={"Accept-Language": "en"}).text)
    # 25 of 210 live within 300 m by foot: half a square is 470 m, so none do.
    assert (
        "Of 210 people aged 60 or more, 0 (0%) reach a day-care centre within a walk of 300 m"
        in seen
    )
    assert "generated" in client.get("/").text.lower() or "模拟" in client.get("/").text


def test_communities_come_worst_first(client: Client) -> None:
    html = client.get("/", params={"as_of": DAY}).text
    table = html.partition('id="communities"')[2].partition("</table>")[0]
    left_out = [int(n) for n in re.findall(r'data-label="未覆盖（人）">(\d+)<', table)]
    assert left_out == sorted(left_out, reverse=True)
    assert sum(left_out) == 210


def test_the_bands_of_a_unit_add_up_to_everybody(client: Client) -> None:
    html = client.get("/units/340405", params={"as_of": DAY, "lang": "en"}).text
    listed = html.partition("People by walking distance")[2].partition("</dl>")[0]
    assert re.findall(r"<dt>([^<]+)</dt>", listed)[:4] == [
        "0 to 300 m",
        "300 to 500 m",
        "500 to 1,000 m",
        "Over 1,000 m",
    ]
    assert sum(int(n) for n in re.findall(r"<dd>(\d+)</dd>", listed)) == 210


def test_few_people_have_no_percentage(client: Client) -> None:
    html = client.get("/units/340405001002002", params={"as_of": DAY, "lang": "en"}).text
    assert "12 people: no share" in html or "0 of 12" in html
    client.cookies.pop("wangge_lang", None)


def test_the_checklist_names_what_is_missing(client: Client) -> None:
    html = client.get("/", params={"as_of": DAY}).text
    matrix = html.partition('class="matrix"')[2].partition("</table>")[0]
    # Four communities, four promised kinds, of which D1 and O1 are there; O1's area is unknown.
    assert matrix.count("缺少") == 14
    assert matrix.count("面积不详") == 1


def test_an_empty_database_says_what_to_do_first(empty_client: Client) -> None:
    html = empty_client.get("/").text
    assert "辖区边界" in html
    assert html.count('class="todo"') == 5
    for path in ("/units", "/facilities", "/maps/day-care"):
        answer = empty_client.get(path)
        assert answer.status_code == 404
        assert "请先导入辖区边界" in answer.text
    for path in ("/imports", "/exports", "/jobs"):
        assert empty_client.get(path).status_code == 200


def test_a_day_before_all_boundaries_is_told_so(client: Client) -> None:
    html = client.get("/", params={"as_of": "1999-12-31"}).text
    assert "1999-12-31 还没有数据" in html


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nothing", 404),
        ("/units/999999", 404),
        ("/units/1; drop table units", 404),
        ("/jobs/1", 404),
        ("/maps/nothing", 404),
        ("/?as_of=2026-02-31", 422),
        ("/?as_of=0001-01-01", 422),
        ("/maps/day-care?max_walk=nan", 422),
        ("/maps/day-care?max_walk=-3", 422),
        ("/facilities?kind=palace", 422),
        ("/facilities?page=0", 422),
    ],
)
def test_what_goes_wrong_is_a_readable_page(client: Client, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert 'href="/"' in answer.text
    assert "Traceback" not in answer.text


def test_text_of_others_is_shown_not_obeyed(client: Client) -> None:
    html = client.get("/units", params={"q": "<script>alert(1)</script>"}).text
    assert "<script>alert" not in html
    assert "&lt;script&gt;" in html


def test_a_language_asked_for_is_remembered(client: Client) -> None:
    client.get("/units", params={"lang": "en"})
    assert "Subdistrict" in client.get("/units").text
    client.cookies.pop("wangge_lang", None)
    assert "街道" in client.get("/units").text


def test_a_filter_can_be_taken_out(client: Client) -> None:
    html = client.get("/facilities", params={"kind": "day_care", "as_of": DAY}).text
    assert f'href="/facilities?as_of={DAY}"' in html
    assert html.count('<th scope="row">') == 1, "the second centre opens tomorrow"


def test_a_page_is_light(client: Client) -> None:
    page = client.get("/", headers={"Accept-Encoding": "gzip"})
    sheet = client.get("/static/app.css", headers={"Accept-Encoding": "gzip"})
    assert page.headers["content-encoding"] == sheet.headers["content-encoding"] == "gzip"
    sent = [int(answer.headers["content-length"]) for answer in (page, sheet)]
    assert sum(sent) < 60_000


def test_an_export_is_a_file(client: Client) -> None:
    answer = client.get("/exports/units", params={"format": "csv", "as_of": DAY})
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    assert DAY in answer.headers["content-disposition"]
    assert len(answer.text.splitlines()) == 16
    refused = client.get("/exports/households")
    assert refused.status_code == 404
