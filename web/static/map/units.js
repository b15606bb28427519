// Units of one level as areas coloured by class, hatched where there is no figure.
"use strict";
(() => {
  const Wangge = (window.Wangge = window.Wangge || {});

  // Where a name goes: the middle of the widest stretch of a line through the largest part.
  function labelPoint(polygons) {
    let best = null;
    for (const [ring] of polygons) {
      const box = L.latLngBounds(ring);
      const size = (box.getNorth() - box.getSouth()) * (box.getEast() - box.getWest());
      if (!best || size > best.size) best = { ring, box, size };
    }
    if (!best) return null;
    let widest = null;
    for (const part of [0.5, 0.4, 0.6]) {
      const lat = best.box.getSouth() + part * (best.box.getNorth() - best.box.getSouth());
      const crossings = [];
      for (let i = 0, j = best.ring.length - 1; i < best.ring.length; j = i, i += 1) {
        const [y1, x1] = best.ring[i];
        const [y2, x2] = best.ring[j];
        if (y1 > lat !== y2 > lat) crossings.push(x1 + ((lat - y1) / (y2 - y1)) * (x2 - x1));
      }
      crossings.sort((a, b) => a - b);
      for (let i = 0; i + 1 < crossings.length; i += 2) {
        const width = crossings[i + 1] - crossings[i];
        if (!widest || width > 1.25 * widest.width) {
          widest = { width, at: L.latLng(lat, (crossings[i] + crossings[i + 1]) / 2) };
        }
      }
    }
    return widest
      ? {
          at: widest.at,
          west: widest.at.lng - widest.width / 2,
          east: widest.at.lng + widest.width / 2,
        }
      : null;
  }

  Wangge.classOf = (options, row) => {
    if (row.state !== "shown") return { key: row.state, hatch: true };
    const value = row[options.value];
    if (value === null || value === undefined) return { key: "no_data", hatch: true };
    return (
      options.classes.find((one) => value < one.below) ||
      options.classes[options.classes.length - 1]
    );
  };

  Wangge.units = (map, options) => {
    const context = map.wangge;
    let colour = Wangge.palette();
    let group = L.featureGroup();
    let shown = new Map();
    let asked = null;
    const hatches = new Map();
    const hatchOf = (key) => {
      if (!hatches.has(key))
        hatches.set(key, Wangge.hatch(key, colour("hatch"), colour("hatch-paper")));
      return hatches.get(key);
    };

    const style = (row) => {
      const drawn = Wangge.classOf(options, row);
      const filled = context.state.show === options.shown_as;
      const picked = context.state.pick === row.code;
      return {
        fill: true,
        fillColor: drawn.colour || "transparent",
        fillOpacity: filled ? options.opacity : 0,
        hatch: filled && drawn.hatch ? hatchOf(drawn.key) : null,
        color: picked ? colour("picked") : colour(filled ? "border" : "border-strong"),
        weight: picked ? 4 : options.weights[row.level] || 1,
        opacity: 1,
        lineJoin: "round",
      };
    };

    const restyle = () => {
      for (const { layer, row } of shown.values()) layer.setStyle(style(row));
      raise();
    };

    const raise = () => {
      const picked = shown.get(context.state.pick);
      if (picked) picked.layer.bringToFront();
      context.tell("raised");
    };

    const openPopup = (row) => {
      const place = shown.get(row.code);
      if (!place || !place.label) return;
      context.popup(place.label.at, context.theme.facts(row), row.name);
    };

    const draw = (rows) => {
      group.remove();
      group = L.featureGroup();
      shown = new Map();
      for (const row of rows) {
        const layer = L.polygon(row.polygons, {
          ...style(row),
          renderer: context.canvas,
          smoothFactor: 0,
        });
        layer.on("click", () => context.set({ pick: row.code }));
        if (options.hover)
          layer.bindTooltip(() => context.theme.hint(row), { sticky: true, className: "wg-hint" });
        shown.set(row.code, { layer, row, label: labelPoint(row.polygons) });
        group.addLayer(layer);
      }
      group.addTo(map);
      context.shown = shown;
      raise();
      context.tell("units", rows);
    };

    const load = async () => {
      const { level } = context.state;
      asked = level;
      context.tell("busy", true);
      try {
        const rows = await context.source.items(level);
        if (asked !== level) return;
        draw(rows);
        const picked = shown.get(context.state.pick);
        if (picked) openPopup(picked.row);
        context.tell("failed", null);
      } catch (error) {
        context.tell("failed", load);
      } finally {
        context.tell("busy", false);
      }
    };

    context.on("state", (changed) => {
      if ("level" in changed) {
        load();
        return;
      }
      if ("show" in changed) restyle();
      if (!("pick" in changed)) return;
      restyle();
      const picked = shown.get(context.state.pick);
      if (!picked) return;
      const bounds = picked.layer.getBounds();
      if (!map.getBounds().contains(picked.label ? picked.label.at : bounds.getCenter()))
        map.panTo(bounds.getCenter());
      openPopup(picked.row);
    });
    context.on("colours", () => {
      colour = Wangge.palette();
      hatches.clear();
      restyle();
    });
    load();
  };

  // One popup for everything; closing it puts the choice back.
  Wangge.popups = (map) => {
    const context = map.wangge;
    const popup = L.popup({
      maxWidth: 320,
      minWidth: 220,
      autoPanPadding: [16, 16],
      className: "wg-popup",
    });
    context.popup = (at, content, name) => {
      popup.setLatLng(at).setContent(content).openOn(map);
      const close = popup.getElement().querySelector(".leaflet-popup-close-button");
      close.setAttribute("aria-label", context.t("map.close"));
      context.announce(name);
    };
    popup.on("remove", () => context.set({ pick: "", open: "" }));
    context.on("state", (changed) => changed.pick && context.set({ open: "" }));
    // The focus may be in a table: escape closes from anywhere around the map.
    document.getElementById(`${context.options.id}-frame`).addEventListener("keydown", (event) => {
      if (event.key === "Escape") map.closePopup();
    });
  };
})();
