// What the scripts of all themes share: names of units as they stand on a map, facts of what was
// picked, links to a unit.
"use strict";
(() => {
  const Wangge = (window.Wangge = window.Wangge || {});
  const { element } = Wangge;

  // A percentage of fewer people is not shown as one.
  Wangge.FEW = 20;

  // Names on the map without what every one of them has: 治东社区, 钱湖村, 第3网格.
  Wangge.shortName = (name) =>
    name
      .replace(/(社区|村)?(居民委员会|居委会)$/u, (_, own) => own || "")
      .replace(/村?(村民委员会|村委会)$/u, "村")
      .replace(/(街道)办事处$/u, "$1")
      .replace(/^.+(?=第\d+网格)/u, "");

  // A title, a line below it, a list of terms with their values (empty ones are left out), a link.
  Wangge.facts = (title, sub, lines, link) =>
    element(
      "div",
      { class: "wg-facts-of" },
      element("h2", {}, title),
      sub ? element("p", {}, sub) : null,
      element(
        "dl",
        {},
        ...lines
          .filter(Boolean)
          .flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]),
      ),
      link,
    );

  function scoped(code) {
    const query = new URLSearchParams(location.search);
    query.set("unit", code);
    return `${location.pathname}?${query}`;
  }

  // The page of a unit, and the same question for that unit only; a file has neither.
  Wangge.unitLinks = (context, page, row) =>
    page
      ? element(
          "p",
          { class: "wg-links" },
          element(
            "a",
            { href: context.source.address(page.replace("{code}", row.code)) },
            context.t("map.unit.open"),
          ),
          element("a", { href: scoped(row.code) }, context.t("map.unit.only")),
        )
      : null;
})();
