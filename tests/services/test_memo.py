"""What is kept, for how long, and what happens when it cannot be made."""

import threading

import pytest

from services.memo import Memo, Newest


def test_a_result_is_made_once_while_it_is_kept():
    memo, made = Memo(2), []

    def result(key: str) -> str:
        return memo.get(key, lambda: made.append(key) or key)

    assert [result(key) for key in "abab"] == list("abab")
    assert made == ["a", "b"]
    result("c")
    result("b")
    result("a")
    assert made == ["a", "b", "c", "a"]


def test_a_kind_with_a_size_of_its_own_counts_apart():
    memo, made = Memo(1, {"small": 3, "large": 1}), []

    def result(*key: object) -> object:
        return memo.get(key, lambda: made.append(key) or key)

    for number in range(3):
        result("small", number)
    for number in range(2):
        result("large", number)
        result(number, "other")
    made.clear()
    for number in range(3):
        result("small", number)
    assert made == []
    result("large", 1)
    result(1, "other")
    assert made == []
    result("large", 0)
    result(0, "other")
    assert made == [("large", 0), (0, "other")]


def test_those_who_want_the_same_wait_for_it():
    memo, made, found = Memo(1), [], []
    begun, go_on = threading.Event(), threading.Event()

    def slowly() -> int:
        begun.set()
        go_on.wait(5)
        made.append(1)
        return 7

    threads = [
        threading.Thread(target=lambda: found.append(memo.get("k", slowly))) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    begun.wait(5)
    go_on.set()
    for thread in threads:
        thread.join()
    assert (made, found) == ([1], [7, 7])


def test_what_could_not_be_made_is_tried_again():
    memo = Memo(1)

    def fail() -> int:
        raise ArithmeticError

    for _ in range(2):
        with pytest.raises(ArithmeticError):
            memo.get("k", fail)
    assert memo.get("k", lambda: 3) == 3


def test_the_newest_of_each_kind_is_kept():
    newest: Newest[int] = Newest(2)
    assert newest.get("a") is None
    for kind, result in (("a", 1), ("b", 2), ("a", 3), ("c", 4)):
        newest.put(kind, result)
    assert [newest.get(kind) for kind in "abc"] == [3, None, 4]
