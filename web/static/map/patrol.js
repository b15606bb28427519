// Patrols: what the figures are called, in which order, and what the lines mean.
"use strict";
(() => {
  const Wangge = (window.Wangge = window.Wangge || {});
  const { element, facts, shortName, FEW } = Wangge;

  function makeTheme(context, options) {
    const t = (key, values) => context.t(key, values);
    const percent = (row, value) => {
      if (row.state === "nobody") return t("map.patrol.state.nobody");
      return value === null || value === undefined ? t("map.value.none") : context.percent(value);
    };
    const homes = (row) => {
      if (row.state === "nobody") return t("map.patrol.state.nobody");
      if (row.state === "no_data") return t("map.value.none");
      if (row.demand === null || row.covered === null) return t("map.value.hidden");
      return t("map.value.of", {
        part: context.number(row.covered),
        whole: context.number(row.demand),
      });
    };
    const homesShare = (row) =>
      row.share === null ? homes(row) : row.demand < FEW ? t("map.value.few") : context.percent(row.share);
    const days = (value) => {
      if (value === null || value === undefined) return t("map.patrol.never");
      return value === 0 ? t("map.patrol.today") : t("map.patrol.days", { n: context.number(value) });
    };
    const weekdays = (numbers) => numbers.map((day) => t(`map.patrol.day.${day}`)).join(" ");
    const shift = (value) => (value ? t(`map.patrol.shift.${value}`) : t("map.value.none"));
    const unitLink = (row) => Wangge.unitLinks(context, options.unit_page, row);
    const part = (some, whole) =>
      whole
        ? `${t("map.value.of", { part: context.metres(some), whole: context.metres(whole) })} (${context.percent(some / whole)})`
        : t("map.value.none");

    return {
      caption: "map.patrol.caption",
      order: { key: "late", down: true, value: (row) => row.late_m },
      label: (row) => shortName(row.name),
      columns: [
        { key: "name", title: "map.column.unit", value: (row) => row.name, text: (row) => row.name },
        {
          key: "late",
          title: "map.patrol.column.late",
          value: (row) => row.late_m,
          text: (row) => (row.state === "shown" ? context.metres(row.late_m) : percent(row, null)),
        },
        {
          key: "share",
          title: "map.patrol.column.share",
          value: (row) => row.metres_share,
          text: (row) => percent(row, row.metres_share),
        },
        {
          key: "homes",
          title: "map.patrol.column.homes",
          value: (row) => row.share,
          text: homesShare,
        },
      ],
      gapColumns: [
        {
          title: "map.patrol.column.gap",
          text: (item, i) => `${i + 1}. ${item.name || t("map.patrol.road")} · ${item.unit_name}`,
        },
        { title: "map.patrol.column.metres", text: (item) => context.metres(item.metres) },
        {
          title: "map.patrol.column.homes",
          text: (item) =>
            item.households === null ? t("map.value.hidden") : context.number(item.households),
        },
        { title: "map.patrol.column.days", text: (item) => days(item.days) },
      ],
      routeColumns: [
        { title: "map.patrol.column.route", text: (item) => item.name },
        {
          title: "map.patrol.column.done",
          text: (item) => t("map.value.of", { part: item.done, whole: item.planned }),
        },
        { title: "map.patrol.column.metres", text: (item) => context.metres(item.metres) },
      ],
      trackColumns: [
        {
          title: "map.patrol.column.track",
          text: (item) => `${item.day} ${item.team || t("map.patrol.no_team")}`,
        },
        { title: "map.patrol.column.metres", text: (item) => context.metres(item.metres) },
      ],
      hint: (row) =>
        element(
          "div",
          {},
          element("strong", {}, row.name),
          element("br"),
          `${t("map.patrol.fact.share")}: ${percent(row, row.metres_share)}`,
        ),
      facts: (row) =>
        facts(
          row.name,
          `${t(`map.level.${row.level}`)} ${row.code}`,
          row.state !== "shown"
            ? [[t("map.patrol.fact.share"), percent(row, null)]]
            : [
                [t("map.patrol.fact.share"), part(row.passed_m, row.length_m)],
                [t("map.patrol.fact.homes"), homes(row)],
                row.unreachable ? [t("map.patrol.fact.off"), context.number(row.unreachable)] : null,
                [t("map.patrol.fact.median"), days(row.median_days)],
                [t("map.patrol.fact.late"), context.metres(row.late_m)],
                [
                  t("map.patrol.fact.never"),
                  t("map.value.of", {
                    part: context.number(row.never),
                    whole: context.number(row.sections),
                  }),
                ],
                [t("map.patrol.fact.kept"), part(row.kept_m, row.planned_m)],
                [t("map.patrol.fact.extra"), context.metres(row.extra_m)],
              ],
          unitLink(row),
        ),
      section: (item) =>
        facts(item.name || t("map.patrol.road"), "", [
          [t("map.patrol.fact.days"), days(item.days)],
          [t("map.patrol.fact.passes"), context.number(item.passes)],
          [
            t("map.patrol.fact.planned"),
            item.flags & 4
              ? t("map.patrol.missed")
              : t(item.flags & 2 ? "map.patrol.yes" : "map.patrol.no"),
          ],
          [t("map.patrol.fact.length"), context.metres(item.metres)],
        ]),
      gap: (item) =>
        facts(item.name || t("map.patrol.road"), item.unit_name, [
          [t("map.patrol.fact.days"), days(item.days)],
          [t("map.patrol.fact.length"), context.metres(item.metres)],
          [t("map.patrol.sections"), context.number(item.sections.length)],
          [
            t("map.patrol.column.homes"),
            item.households === null ? t("map.value.hidden") : context.number(item.households),
          ],
        ]),
      route: (item) =>
        facts(item.name, item.code, [
          [t("map.patrol.fact.team"), item.team || t("map.patrol.no_team")],
          [t("map.patrol.fact.weekdays"), weekdays(item.weekdays)],
          [t("map.patrol.fact.shift"), shift(item.shift)],
          [t("map.patrol.fact.length"), context.metres(item.metres)],
          [t("map.patrol.fact.done"), t("map.value.of", { part: item.done, whole: item.planned })],
          [t("map.patrol.fact.last"), item.last_on || t("map.value.none")],
        ]),
      track: (item) =>
        facts(item.day, item.team || t("map.patrol.no_team"), [
          [t("map.patrol.fact.length"), context.metres(item.metres)],
          [t("map.patrol.sections"), context.number(item.sections.length)],
        ]),
      legend: (legend, colour, marks) => keys(context, legend, colour, marks),
    };
  }

  function keys(context, legend, colour, { flat, hatched, swatch }) {
    const t = (key, values) => context.t(key, values);
    if (context.state.show === "share") {
      return [
        {
          title: t("map.patrol.legend.share"),
          lines: [
            ...legend.share.map((one) => [flat(one.colour, legend.opacity), one.label]),
            [hatched("nobody", colour), t("map.patrol.state.nobody")],
            [hatched("no_data", colour), t("map.state.no_data")],
          ],
          note: t("map.patrol.legend.share_note"),
        },
      ];
    }
    const line = (style) =>
      swatch((pen) => {
        pen.strokeStyle = style.colour;
        pen.lineWidth = style.width;
        pen.setLineDash(style.dash || []);
        pen.beginPath();
        pen.moveTo(1, 7);
        pen.lineTo(21, 7);
        pen.stroke();
      });
    const styled = (key) => line(Wangge.sectionStyle(legend, key, colour));
    return [
      {
        title: t("map.patrol.legend.days"),
        lines: [
          ...legend.classes.map((one, i) => [
            styled(i),
            t("map.patrol.legend.up_to", { n: one.up_to }),
          ]),
          [styled("late"), t("map.patrol.legend.more", { n: legend.classes.at(-1).up_to })],
          [styled("never"), t("map.patrol.legend.never")],
          [line({ colour: colour("border"), width: 1.4 }), t("map.patrol.legend.other")],
          context.isOn("planned")
            ? [line({ colour: colour("planned"), width: 6.5 }), t("map.patrol.legend.planned")]
            : null,
        ].filter(Boolean),
        note: t("map.patrol.legend.note"),
      },
    ];
  }

  Wangge.patrol = (map, options) => {
    map.wangge.theme = makeTheme(map.wangge, options);
  };
})();
