// The map in words: tables of the same units, centres and hot spots, and the legend.
"use strict";
(() => {
  const Wangge = (window.Wangge = window.Wangge || {});
  const { element } = Wangge;
  const AT_FIRST = 200;

  const compare = (a, b) => {
    if (a === b) return 0;
    if (a === null || a === undefined) return 1;
    if (b === null || b === undefined) return -1;
    return a < b ? -1 : 1;
  };

  // Rows are the units on the map; picking here picks there, and the other way round.
  Wangge.unitTable = (map) => {
    const context = map.wangge;
    const { columns } = context.theme;
    const place = Wangge.part(context, "units");
    let rows = [];
    let order = { key: context.theme.order.key, down: context.theme.order.down };
    let all = false;
    const head = element("tr");
    const body = element("tbody");
    const caption = element("caption");
    const more = element("button", {
      type: "button",
      class: "wg-more",
      onclick: () => {
        all = true;
        fill();
      },
    });
    place.replaceChildren(element("table", {}, caption, element("thead", {}, head), body), more);

    const fillHead = () => {
      head.replaceChildren(
        ...columns.map((column) => {
          const sorted =
            order.key === column.key ? (order.down ? "descending" : "ascending") : "none";
          const button = element(
            "button",
            {
              type: "button",
              onclick: () => {
                order = {
                  key: column.key,
                  down: sorted === "none" ? column.key !== "name" : sorted === "ascending",
                };
                fillHead();
                fill();
              },
            },
            context.t(column.title),
          );
          return element(
            "th",
            { scope: "col", "aria-sort": sorted, class: column.key === "name" ? null : "wg-n" },
            button,
          );
        }),
      );
    };

    const line = (row) => {
      const picked = context.state.pick === row.code;
      const name = element(
        "button",
        {
          type: "button",
          "aria-pressed": String(picked),
          onclick: () => context.set({ pick: picked ? "" : row.code }),
        },
        row.name,
      );
      const cells = columns
        .slice(1)
        .map((column) => element("td", { class: "wg-n" }, column.text(row)));
      return element(
        "tr",
        { "data-code": row.code, class: picked ? "wg-picked" : null },
        element("th", { scope: "row" }, name),
        ...cells,
      );
    };

    const fill = () => {
      const column = columns.find((one) => one.key === order.key) || {
        value: context.theme.order.value,
      };
      const sign = order.down ? -1 : 1;
      const sorted = [...rows].sort((a, b) => {
        const [x, y] = [column.value(a), column.value(b)];
        const blank = (v) => v === null || v === undefined;
        if (blank(x) !== blank(y)) return blank(x) ? 1 : -1;
        return sign * compare(x, y) || compare(a.code, b.code);
      });
      const shown = all ? sorted : sorted.slice(0, AT_FIRST);
      body.replaceChildren(...shown.map(line));
      more.hidden = shown.length === sorted.length;
      more.textContent = context.t("map.table.more", { n: context.number(sorted.length) });
      head.parentElement.hidden = !rows.length;
      caption.textContent = rows.length ? captionOf() : context.t("map.empty.units");
    };
    const captionOf = () =>
      context.t(context.theme.caption || "map.table.caption", {
        n: context.number(rows.length),
        level: context.t(`map.level.${context.state.level}`),
      });

    const lineOf = (code) =>
      code ? body.querySelector(`[data-code="${CSS.escape(code)}"]`) : null;

    // The picked line comes into view where the panel scrolls; a phone's page does not jump.
    const reveal = () => {
      const { pick } = context.state;
      if (!all && rows.some((row) => row.code === pick) && !lineOf(pick)) {
        all = true;
        fill();
      }
      const line = lineOf(pick);
      if (!line) return;
      // To measure the panel lays the page out: not before the first picture for nothing.
      const panel = place.closest(".wg-panel");
      if (panel.scrollHeight > panel.clientHeight) line.scrollIntoView({ block: "nearest" });
    };
    const follow = (changed) => {
      if (!("pick" in changed)) return;
      const focused = document.activeElement?.closest?.("tr")?.dataset.code;
      fill();
      reveal();
      lineOf(focused)?.querySelector("button").focus({ preventScroll: true });
    };
    context.on("units", (fresh) => {
      rows = fresh;
      all = false;
      fill();
      reveal();
    });
    context.on("state", follow);
    fillHead();
  };

  // A list whose lines open something on the map.
  Wangge.placeTable = (map, options) => {
    const context = map.wangge;
    const place = Wangge.part(context, options.part);
    const columns = context.theme[options.columns];
    if (!options.items.length) {
      place.replaceChildren(element("p", {}, context.t(options.empty)));
      return;
    }
    const lines = options.items.map((item, i) => {
      const open = element(
        "button",
        {
          type: "button",
          onclick: () => context.tell(options.event, options.by === "code" ? item.code : i),
        },
        columns[0].text(item, i),
      );
      return element(
        "tr",
        {},
        element("th", { scope: "row" }, open),
        ...columns.slice(1).map((c) => element("td", { class: "wg-n" }, c.text(item, i))),
      );
    });
    const head = columns.map((column, i) =>
      element("th", { scope: "col", class: i ? "wg-n" : null }, context.t(column.title)),
    );
    place.replaceChildren(
      element(
        "table",
        {},
        element("caption", {}, context.t(options.caption, { n: lines.length })),
        element("thead", {}, element("tr", {}, ...head)),
        element("tbody", {}, ...lines),
      ),
    );
  };

  // Tabs after the ARIA Authoring Practices: arrows move, the panel follows.
  Wangge.tabs = (map) => {
    const tabs = [...Wangge.part(map.wangge, "tabs").querySelectorAll('[role="tab"]')];
    const choose = (tab) => {
      for (const one of tabs) {
        const on = one === tab;
        one.setAttribute("aria-selected", String(on));
        one.tabIndex = on ? 0 : -1;
        document.getElementById(one.getAttribute("aria-controls")).hidden = !on;
      }
    };
    tabs.forEach((tab, i) => {
      tab.addEventListener("click", () => choose(tab));
      tab.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        const next = tabs[(i + step + tabs.length) % tabs.length];
        choose(next);
        next.focus();
      });
    });
  };

  const swatch = (paint) => {
    const canvas = element("canvas", {
      class: "wg-swatch",
      width: 44,
      height: 28,
      "aria-hidden": "true",
    });
    const pen = canvas.getContext("2d");
    pen.scale(2, 2);
    paint(pen);
    return canvas;
  };
  const flat = (colour, opacity) =>
    swatch((pen) => {
      pen.globalAlpha = opacity;
      pen.fillStyle = colour;
      pen.fillRect(0, 0, 22, 14);
    });
  const hatched = (kind, colour) =>
    swatch((pen) => {
      pen.fillStyle = pen.createPattern(
        Wangge.hatch(kind, colour("hatch"), colour("hatch-paper")),
        "repeat",
      );
      pen.fillRect(0, 0, 22, 14);
    });
  Wangge.swatches = { flat, hatched, swatch };

  Wangge.legend = (map, options) => {
    const context = map.wangge;
    const place = Wangge.part(context, "legend");
    const fill = () => {
      const colour = Wangge.palette();
      const entries = context.theme.legend(
        options,
        colour,
        { flat, hatched, swatch },
        map.getZoom(),
      );
      place.replaceChildren(
        ...entries.map(({ title, lines, note }) =>
          element(
            "div",
            { class: "wg-key" },
            element("h2", {}, title),
            element(
              "ul",
              {},
              ...lines.map(([mark, text]) => element("li", {}, mark, element("span", {}, text))),
            ),
            note ? element("p", {}, note) : null,
          ),
        ),
      );
    };
    for (const event of ["state", "colours"]) context.on(event, fill);
    map.on("zoomend", fill);
    fill();
  };
})();
