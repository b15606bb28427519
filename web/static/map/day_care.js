// Elderly day care: what the figures are called, in which order, and what the marks mean.
"use strict";
(() => {
  const Wangge = (window.Wangge = window.Wangge || {});
  const { element, facts, shortName, FEW } = Wangge;

  // People that no centre reaches; hidden parts count as none, which only lowers a row's place.
  const left = (row) =>
    row.demand === null || row.covered === null ? null : row.demand - row.covered;

  function makeTheme(context, options) {
    const t = (key, values) => context.t(key, values);
    const hidden = (row, value) =>
      value === null || value === undefined
        ? t(row.state === "no_data" ? "map.value.none" : "map.value.hidden")
        : context.number(value);
    const share = (row, value) => {
      if (row.state === "nobody") return t("map.state.nobody");
      if (row.state === "no_data") return t("map.value.none");
      if (value === null || value === undefined) return t("map.value.hidden");
      return row.demand < FEW ? t("map.value.few") : context.percent(value);
    };
    const ofBase = (row, part) => {
      if (row.state === "nobody") return t("map.state.nobody");
      const words = t("map.value.of", { part: hidden(row, part), whole: hidden(row, row.demand) });
      return part === null || part === undefined || !row.demand || row.demand < FEW
        ? words
        : `${words} (${context.percent(part / row.demand)})`;
    };
    const minutes = (metres) =>
      metres === null || metres === undefined
        ? ""
        : t("map.value.minutes", { n: Math.max(1, Math.round(metres / options.speed)) });
    const walked = (metres) =>
      metres === null || metres === undefined
        ? t("map.value.none")
        : `${context.metres(metres)} · ${minutes(metres)}`;
    const gap = (row) => {
      if (
        row.straight_share === null ||
        row.straight_share === undefined ||
        row.share === null ||
        row.demand < FEW
      )
        return null;
      const points = Math.round(100 * (row.straight_share - row.share));
      return [
        t("map.fact.gap"),
        points === 0
          ? t("map.value.no_gap")
          : t("map.value.points", { n: `${points > 0 ? "+" : "−"}${Math.abs(points)}` }),
      ];
    };
    const unitLink = (row) => Wangge.unitLinks(context, options.unit_page, row);
    const limit = context.metres(options.limit_m);

    return {
      order: { key: "left", down: true, value: left },
      label: (row) => shortName(row.name),
      columns: [
        {
          key: "name",
          title: "map.column.unit",
          value: (row) => row.name,
          text: (row) => row.name,
        },
        {
          key: "demand",
          title: "map.column.demand",
          value: (row) => row.demand,
          text: (row) => (row.state === "nobody" ? "0" : hidden(row, row.demand)),
        },
        {
          key: "left",
          title: "map.column.left",
          value: left,
          text: (row) => (row.state === "nobody" ? "0" : hidden(row, left(row))),
        },
        {
          key: "share",
          title: "map.column.share",
          value: (row) => row.share,
          text: (row) => share(row, row.share),
        },
        {
          key: "straight",
          title: "map.column.straight",
          value: (row) => row.straight_share,
          text: (row) => share(row, row.straight_share),
        },
      ],
      centreColumns: [
        { title: "map.column.centre", text: (item) => item.name },
        { title: "map.column.places", text: (item) => context.number(item.places) },
        {
          title: "map.column.load",
          text: (item) => (item.load === null ? t("map.value.hidden") : context.number(item.load)),
        },
      ],
      hotSpotColumns: [
        { title: "map.column.unit", text: (item, i) => `${i + 1}. ${item.unit_name}` },
        { title: "map.column.left", text: (item) => context.number(item.unserved) },
      ],
      hint: (row) =>
        element(
          "div",
          {},
          element("strong", {}, row.name),
          element("br"),
          `${t("map.fact.walk", { limit })}: ${share(row, row.share)}`,
        ),
      facts: (row) =>
        facts(
          row.name,
          `${t(`map.level.${row.level}`)} ${row.code}`,
          [
            [
              t("map.fact.demand", { age: options.min_age }),
              row.state === "nobody" ? t("map.state.nobody") : hidden(row, row.demand),
            ],
            row.state === "nobody"
              ? null
              : [t("map.fact.walk", { limit }), ofBase(row, row.covered)],
            row.state === "nobody"
              ? null
              : [t("map.fact.straight", { limit }), ofBase(row, row.straight_covered)],
            gap(row),
            row.state === "nobody" ? null : [t("map.fact.beyond"), hidden(row, row.beyond)],
            row.unreachable === 0 || row.state === "nobody"
              ? null
              : [t("map.fact.unreachable"), hidden(row, row.unreachable)],
            row.unattached === 0 || row.state === "nobody"
              ? null
              : [t("map.fact.unattached"), hidden(row, row.unattached)],
            [t("map.fact.median"), walked(row.median_walk_m)],
            [t("map.fact.p90"), walked(row.p90_walk_m)],
            [
              t("map.fact.centres"),
              t("map.value.centres", {
                centres: context.number(row.centres),
                places: context.number(row.places),
              }),
            ],
            row.places_per_100 === null
              ? null
              : [t("map.fact.per_100"), context.figure(row.places_per_100)],
          ],
          unitLink(row),
        ),
      place: (item) =>
        facts(item.name, item.code, [
          [t("map.fact.places"), context.number(item.places)],
          [
            t("map.fact.load", { limit }),
            item.load === null ? t("map.value.hidden") : context.number(item.load),
          ],
          item.floor_area === null
            ? null
            : [
                t("map.fact.area"),
                t("map.value.square_metres", { n: context.number(item.floor_area) }),
              ],
          item.opened_on ? [t("map.fact.opened"), item.opened_on] : null,
          item.closed_on ? [t("map.fact.closes"), item.closed_on] : null,
        ]),
      hotSpot: (item, i) =>
        facts(t("map.hot.name", { n: i + 1 }), item.unit_name, [
          [t("map.hot.people", { limit }), context.number(item.unserved)],
        ]),
      legend: (legend, colour, marks, zoom) =>
        keys(context, legend, colour, marks, zoom, limit, options),
    };
  }

  function keys(context, legend, colour, { flat, hatched, swatch }, zoom, limit, options) {
    const t = (key, values) => context.t(key, values);
    const house = swatch((pen) => {
      pen.fillStyle = colour("house");
      pen.strokeStyle = colour("house-line");
      pen.beginPath();
      for (const [x, y] of [
        [11, 1],
        [17, 6],
        [15.5, 6],
        [15.5, 13],
        [6.5, 13],
        [6.5, 6],
        [5, 6],
      ])
        pen.lineTo(x, y);
      pen.closePath();
      pen.fill();
      pen.stroke();
    });
    const places = [];
    if (context.isOn("centres")) places.push([house, t("map.legend.centre")]);
    if (context.isOn("hot"))
      places.push([
        element(
          "span",
          { class: "wg-hot wg-hot-key", "aria-hidden": "true" },
          element("span", {}, "1"),
        ),
        t("map.legend.hot"),
      ]);
    const symbols = places.length ? [{ title: t("map.legend.places"), lines: places }] : [];
    if (context.state.show === "share") {
      const classes = legend.classes.map((one) => [flat(one.colour, legend.opacity), one.label]);
      const blanks = ["nobody", "suppressed", "no_data"].map((kind) => [
        hatched(kind, colour),
        t(`map.state.${kind}`),
      ]);
      return [
        {
          title: t("map.legend.share", { limit, age: options.min_age }),
          lines: [...classes, ...blanks],
          note: t("map.legend.share_note"),
        },
        ...symbols,
      ];
    }
    const size = Wangge.cellScale(legend.cells, zoom);
    const lines = [
      [flat(colour("covered"), 0.9), t("map.legend.covered", { limit })],
      [flat(colour("beyond"), 0.9), t("map.legend.beyond", { limit })],
      [
        swatch((pen) => {
          pen.fillStyle = pen.createPattern(
            Wangge.hatch("unreachable", colour("unreachable"), colour("hatch-paper")),
            "repeat",
          );
          pen.fillRect(0, 0, 22, 14);
        }),
        t("map.legend.unreachable"),
      ],
      [
        swatch((pen) => {
          pen.strokeStyle = colour("suppressed");
          pen.strokeRect(7, 3, 8, 8);
        }),
        t("map.legend.suppressed"),
      ],
    ];
    const area = context.isOn("areas")
      ? [
          {
            title: t("map.legend.areas"),
            lines: legend.limits.map((m, i) => [
              flat(colour("tint"), 1 - (1 - legend.tint) ** (legend.limits.length - i)),
              t("map.legend.area", { limit: context.metres(m) }),
            ]),
          },
        ]
      : [];
    return [
      {
        title: t("map.legend.people", { age: options.min_age }),
        lines,
        note: t("map.legend.people_note", {
          size: context.metres(size.size_m),
          full: context.number(size.full),
        }),
      },
      ...area,
      ...symbols,
    ];
  }

  Wangge.dayCare = (map, options) => {
    map.wangge.theme = makeTheme(map.wangge, options);
  };
})();
