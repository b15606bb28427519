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

  const captionOf = (context, { caption, counts, items }) =>
    context.t(caption, {
      n: context.number(items.length),
      ...Object.fromEntries(
        Object.entries(counts || {}).map(([name, count]) => [name, context.number(count)]),
      ),
    });

  // A list whose lines open something on the map.
  Wangge.placeTable = (map, options) => {
    const context = map.wangge;
    const place = Wangge.part(context, options.part);
    const columns = context.theme[options.columns];
    if (!options.items.length) {
      place.replaceChildren(element("p", {}, context.t(options.empty)));
      return;
    }
    const keys = options.items.map((item, i) => (options.by === "code" ? item.code : i));
    const lines = options.items.map((item, i) => {
      const open = element(
        "button",
        {
          type: "button",
          "aria-pressed": "false",
          onclick: () => context.tell(options.event, keys[i]),
        },
        columns[0].text(item, i),
      );
      return element(
        "tr",
        {},
        element("th", { scope: "row" }, open),
        ...columns.slice(1).map((c) => element("td", { class: c.words ? null : "wg-n" }, c.text(item, i))),
      );
    });
    const head = columns.map((column, i) =>
      element("th", { scope: "col", class: i && !column.words ? "wg-n" : null }, context.t(column.title)),
    );
    place.replaceChildren(
      element(
        "table",
        {},
        element("caption", {}, captionOf(context, options)),
        element("thead", {}, element("tr", {}, ...head)),
        element("tbody", {}, ...lines),
      ),
    );
    // Picked here or on the map: the line says so, and the address keeps it.
    const mark = () => {
      const picked = keys.findIndex((key) => context.state.open === `${options.part}.${key}`);
      lines.forEach((line, i) => {
        line.classList.toggle("wg-picked", i === picked);
        line.querySelector("button").setAttribute("aria-pressed", String(i === picked));
      });
      const panel = place.closest(".wg-panel");
      if (picked >= 0 && panel.scrollHeight > panel.clientHeight)
        lines[picked].scrollIntoView({ block: "nearest" });
      return picked;
    };
    context.on(options.event, (key) => context.choose(options.part, key));
    context.on("state", (changed) => "open" in changed && mark());
    // What opens things on the map is not there yet.
    const first = mark();
    if (first >= 0) setTimeout(() => context.tell(options.event, keys[first]));
  };

  // Tabs after the ARIA Authoring Practices: arrows move, the panel follows.
  Wangge.tabs = (map) => {
    const context = map.wangge;
    const tabs = [...Wangge.part(context, "tabs").querySelectorAll('[role="tab"]')];
    const partOf = (tab) => tab.getAttribute("aria-controls").slice(context.options.id.length + 1);
    const choose = (tab) => {
      for (const one of tabs) {
        const on = one === tab;
        one.setAttribute("aria-selected", String(on));
        one.tabIndex = on ? 0 : -1;
        document.getElementById(one.getAttribute("aria-controls")).hidden = !on;
      }
    };
    const follow = () => {
      const tab = tabs.find((one) => partOf(one) === context.state.tab);
      if (tab) choose(tab);
    };
    context.on("state", (changed) => "tab" in changed && follow());
    follow();
    const pick = (tab) => context.set({ tab: partOf(tab) });
    tabs.forEach((tab, i) => {
      tab.addEventListener("click", () => pick(tab));
      tab.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        const next = tabs[(i + step + tabs.length) % tabs.length];
        pick(next);
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
