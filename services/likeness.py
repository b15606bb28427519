"""How nearly a text stands somewhere in another: typing errors between them.

An error is a character too many, too few or another one, or two that changed places (optimal
string alignment); where the part begins and ends in the text costs nothing. P. H. Sellers, "The
Theory and Computation of Evolutionary Distances: Pattern Recognition", Journal of Algorithms 1
(1980), 359-373.
"""


def errors_in(part: str, text: str) -> int:
    """Return the least number of errors with which a part stands anywhere in a text."""
    before_last: list[int] = []
    last = [0] * (len(text) + 1)
    for i, wanted in enumerate(part):
        row = [i + 1]
        for j, found in enumerate(text):
            cost = min(last[j] + (wanted != found), last[j + 1] + 1, row[j] + 1)
            if i and j and wanted == text[j - 1] and part[i - 1] == found:
                cost = min(cost, before_last[j - 1] + 1)
            row.append(cost)
        before_last, last = last, row
    return min(last)
