// Ways without a step: what the figures are called, in which order, and what the marks mean.
"use strict";
(() => {
  const Wangge = (window.Wangge = window.Wangge || {});
  const { element, facts, shortName, FEW } = Wangge;

  // Where something is to be mended: the cell with its community, without what all of them have.
  const placeName = (name) => name.replace(/(居民委员会|居委会|村民委员会|村委会)/u, "");

  function makeTheme(context, options) {
    const t = (key, values) => context.t(key, values);
    const people = (row, value) => {
      if (row.state === "nobody") return "0";
      if (row.state === "no_data") return t("map.value.none");
      return value === null || value === undefined ? t("map.value.hidden") : context.number(value);
    };
    const ofBase = (row, value) => {
      const told = t("map.value.of", { part: people(row, value), whole: people(row, row.demand) });
      return value === null || !row.demand || row.demand < FEW
        ? told
        : `${told} (${context.percent(value / row.demand)})`;
    };
    const share = (row) => {
      if (row.state === "nobody") return t("map.ramps.none_here");
      if (row.share === null) return people(row, null);
      return row.demand < FEW ? t("map.value.few") : context.percent(row.share);
    };
    const count = (part, whole) =>
      whole
        ? t("map.value.of", { part: context.number(part), whole: context.number(whole) })
        : t("map.value.none");
    const state = (value) => t(`map.ramps.state.${value}`);
    const unitLink = (row) => Wangge.unitLinks(context, options.unit_page, row);
    const limit = context.metres(options.limit_m);
    const mendingName = (item) => `${t(`map.ramps.mending.${item.kind}`)}${item.name ? ` · ${item.name}` : ""}`;
    const lookName = (item) => `${t(`map.ramps.look.${item.kind}`)}${item.name ? ` · ${item.name}` : ""}`;
    const metres = (value) =>
      value === null || value === undefined
        ? t("map.ramps.value.untold")
        : t("map.ramps.value.metres", { n: value });
    const ramp = (one) =>
      t("map.ramps.value.ramp", {
        rise: metres(one.rise_m),
        run: metres(one.run_m),
        width: metres(one.width_m),
      });
    const verdict = (one) => {
      if (one.fails.length)
        return one.fails.map(failure).join(t("map.ramps.value.and"));
      return t(one.state > 0 ? "map.ramps.value.passes" : "map.ramps.value.untold");
    };

    const failure = ([rule, short]) => t(`map.ramps.fails.${rule}`, { n: short });
    // Each failure beside the clause that asks for it.
    const findings = (one) =>
      one.fails.length
        ? one.fails.map((fail) => [t("map.ramps.value.rule", options.rules[fail[0]]), failure(fail)])
        : [[t("map.ramps.fact.fails"), verdict(one)]];

    return {
      caption: "map.ramps.caption",
      order: {
        key: "blocked",
        down: true,
        value: (row) => (row.blocked === null ? null : row.blocked),
      },
      label: (row) => shortName(row.name),
      columns: [
        { key: "name", title: "map.column.unit", value: (row) => row.name, text: (row) => row.name },
        {
          key: "demand",
          title: "map.ramps.column.demand",
          value: (row) => row.demand,
          text: (row) => people(row, row.demand),
        },
        {
          key: "covered",
          title: "map.ramps.column.sure",
          value: (row) => row.covered,
          text: (row) => people(row, row.covered),
        },
        {
          key: "unknown",
          title: "map.ramps.column.unknown",
          value: (row) => row.unknown,
          text: (row) => people(row, row.unknown),
        },
        {
          key: "blocked",
          title: "map.ramps.column.blocked",
          value: (row) => row.blocked,
          text: (row) => people(row, row.blocked),
        },
      ],
      mendingColumns: [
        {
          title: "map.ramps.column.mending",
          text: (item, i) => `${i + 1}. ${mendingName(item)} · ${placeName(item.unit_name)}`,
        },
        { title: "map.ramps.column.people", text: (item) => context.number(item.people) },
        {
          title: "map.ramps.column.together",
          text: (item) =>
            item.together === null ? t("map.value.none") : context.number(item.together),
        },
      ],
      rampColumns: [
        {
          title: "map.ramps.column.ramp",
          text: (item) => [item.name || item.code, placeName(item.unit_name)].filter(Boolean).join(" · "),
        },
        { title: "map.ramps.column.verdict", text: verdict, words: true },
      ],
      lookColumns: [
        {
          title: "map.ramps.column.look",
          text: (item, i) => `${i + 1}. ${lookName(item)} · ${placeName(item.unit_name)}`,
        },
        {
          title: "map.ramps.column.settled",
          text: (item) =>
            item.settled === null ? t("map.value.hidden") : context.number(item.settled),
        },
      ],
      destinationColumns: [
        { title: "map.ramps.column.destination", text: (item) => item.name },
        { title: "map.ramps.column.state", text: (item) => state(item.state) },
      ],
      hint: (row) =>
        element(
          "div",
          {},
          element("strong", {}, row.name),
          element("br"),
          `${t("map.ramps.fact.sure", { limit })}: ${share(row)}`,
        ),
      facts: (row) =>
        facts(
          row.name,
          `${t(`map.level.${row.level}`)} ${row.code}`,
          [
            [t("map.ramps.fact.demand", { age: options.min_age }), people(row, row.demand)],
            ...(row.state === "shown" || row.state === "suppressed"
              ? [
                  [t("map.ramps.fact.sure", { limit }), ofBase(row, row.covered)],
                  [t("map.ramps.fact.unknown"), ofBase(row, row.unknown)],
                  [t("map.ramps.fact.blocked"), ofBase(row, row.blocked)],
                  [t("map.ramps.fact.beyond", { limit }), ofBase(row, row.beyond)],
                  [t("map.ramps.fact.out"), ofBase(row, row.out_covered)],
                  [t("map.ramps.fact.out_unknown"), ofBase(row, row.out_unknown)],
                  [t("map.ramps.fact.out_blocked"), ofBase(row, row.out_blocked)],
                ]
              : []),
            row.mean_walk_m === null
              ? null
              : [t("map.ramps.fact.mean"), context.metres(row.mean_walk_m)],
            row.detour === null
              ? null
              : [t("map.ramps.fact.detour"), t("map.ramps.value.times", { n: row.detour })],
            [t("map.ramps.fact.entrances"), count(row.entrances_free, row.entrances)],
            [t("map.ramps.fact.ramped"), count(row.entrances_ramped, row.entrances)],
            [t("map.ramps.fact.facilities"), count(row.facilities_ramped, row.facilities)],
            [t("map.ramps.fact.ramps"), count(row.ramps_compliant, row.ramps)],
          ],
          unitLink(row),
        ),
      title: (kind, item) => {
        if (kind === "mending") return mendingName(item);
        if (kind === "look") return lookName(item);
        return kind === "barrier" ? t(`map.ramps.barrier.${item.kind}`) : t("map.ramps.entrance");
      },
      mending: (item) =>
        facts(mendingName(item), [item.code, item.unit_name].filter(Boolean).join(" · "), [
          [t("map.ramps.fact.alone"), context.number(item.people)],
          item.then === null ? null : [t("map.ramps.fact.then"), context.number(item.then)],
          item.together === null
            ? null
            : [t("map.ramps.fact.together"), context.number(item.together)],
        ]),
      look: (item) =>
        facts(lookName(item), item.unit_name, [
          item.metres === null ? null : [t("map.ramps.fact.length"), context.metres(item.metres)],
          [
            t("map.ramps.fact.settled"),
            item.settled === null ? t("map.value.hidden") : context.number(item.settled),
          ],
        ]),
      ramp: (item) =>
        facts(item.name || item.code, [item.code, item.unit_name].filter(Boolean).join(" · "), [
          [t("map.ramps.fact.measures"), ramp(item)],
          ...findings(item),
        ]),
      destination: (item) =>
        facts(item.name, item.code, [[t("map.ramps.fact.entrance"), state(item.state)]]),
      entrance: (item) =>
        facts(item.name || t("map.ramps.entrance"), item.code, [
          [t("map.ramps.fact.entrance"), state(item.state)],
          ...item.ramps.flatMap((one) => [
            [t("map.ramps.fact.ramp"), ramp(one)],
            ...findings(one),
          ]),
        ]),
      barrier: (item) =>
        facts(item.name || t(`map.ramps.barrier.${item.kind}`), t(`map.ramps.barrier.${item.kind}`), [
          [t("map.ramps.fact.entrance"), state(item.state)],
          item.height_m === null ? null : [t("map.ramps.fact.height"), metres(item.height_m)],
          item.width_m === null ? null : [t("map.ramps.fact.width"), metres(item.width_m)],
        ]),
      legend: (legend, colour, marks) => keys(context, legend, colour, marks, limit, options),
    };
  }

  function keys(context, legend, colour, { flat, hatched, swatch }, limit, options) {
    const t = (key, values) => context.t(key, values);
    if (context.state.show === "share") {
      return [
        {
          title: t("map.ramps.legend.share", { limit, age: options.min_age }),
          lines: [
            ...legend.classes.map((one) => [flat(one.colour, legend.opacity), one.label]),
            [hatched("nobody", colour), t("map.ramps.none_here")],
            [hatched("suppressed", colour), t("map.state.suppressed")],
            [hatched("no_data", colour), t("map.state.no_data")],
          ],
          note: t("map.ramps.legend.share_note"),
        },
      ];
    }
    const mark = (draw, state) => swatch((pen) => draw(pen, state, 11, 7, 5, colour));
    const line = (style) =>
      swatch((pen) => {
        pen.strokeStyle = style.colour;
        pen.lineWidth = style.width;
        pen.setLineDash(style.dash);
        pen.beginPath();
        pen.moveTo(1, 7);
        pen.lineTo(21, 7);
        pen.stroke();
      });
    const roads = Wangge.roadStyles(colour);
    const number = element(
      "span",
      { class: "wg-hot wg-hot-key", "aria-hidden": "true" },
      element("span", {}, "1"),
    );
    const house = swatch((pen) => {
      pen.fillStyle = colour("house");
      pen.beginPath();
      for (const [x, y] of [[11, 1], [17, 6], [15.5, 6], [15.5, 13], [6.5, 13], [6.5, 6], [5, 6]])
        pen.lineTo(x, y);
      pen.closePath();
      pen.fill();
    });
    const square = (kind) =>
      kind === "blocked"
        ? swatch((pen) => {
            pen.fillStyle = pen.createPattern(
              Wangge.hatch("unreachable", colour("unreachable"), colour("hatch-paper")),
              "repeat",
            );
            pen.fillRect(0, 0, 22, 14);
          })
        : flat(colour(kind === "sure" ? "covered" : "beyond"), 0.85);
    const groups = [];
    const places = [];
    if (context.isOn("mendings")) places.push([number, t("map.ramps.legend.mending")]);
    if (context.isOn("destinations")) places.push([house, t("map.ramps.legend.destination")]);
    if (context.isOn("entrances"))
      places.push(...[1, 0, -1].map((state) => [mark(Wangge.stateMark, state), t(`map.ramps.state.${state}`)]));
    if (places.length) groups.push({ title: t("map.ramps.legend.places"), lines: places });
    if (context.isOn("ways"))
      groups.push({
        title: t("map.ramps.legend.roads"),
        lines: [
          [line(roads.sure), t("map.ramps.legend.road_sure")],
          [line(roads.blocked), t("map.ramps.legend.road_blocked")],
          [line({ colour: colour("road-major"), width: 1.6, dash: [] }), t("map.ramps.legend.road_unknown")],
          [mark(Wangge.barrierMark, -1), t("map.ramps.legend.barrier")],
        ],
      });
    if (context.isOn("people"))
      groups.push({
        title: t("map.ramps.legend.people", { age: options.min_age }),
        lines: [
          ...["sure", "unknown", "blocked"].map((kind) => [
            square(kind),
            t(`map.ramps.legend.people_${kind}`),
          ]),
          [
            swatch((pen) => {
              pen.strokeStyle = colour("suppressed");
              pen.strokeRect(7, 3, 8, 8);
            }),
            t("map.legend.suppressed"),
          ],
        ],
        note: t("map.ramps.legend.people_note", { limit }),
      });
    if (context.isOn("areas"))
      groups.push({
        title: t("map.ramps.legend.areas", { limit }),
        lines: [
          [flat(colour("covered"), 0.35), t("map.ramps.legend.area_sure")],
          [flat(colour("beyond"), 0.25), t("map.ramps.legend.area_possible")],
        ],
      });
    return groups;
  }

  Wangge.ramps = (map, options) => {
    map.wangge.theme = makeTheme(map.wangge, options);
  };
})();
