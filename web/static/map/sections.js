// Road sections: drawn by days since their last pass, one canvas for all; picked by a click near one.
"use strict";
(() => {
  const Wangge = (window.Wangge = window.Wangge || {});
  const NEAR_PX = 9;

  // From long ago to lately, so that what is late lies on top at crossings.
  Wangge.sectionClass = (options, section) => {
    if (section.days === null || section.days === undefined) return "never";
    const at = options.classes.findIndex((one) => section.days <= one.up_to);
    return at < 0 ? "late" : at;
  };

  Wangge.sectionStyle = (options, key, colour) => {
    if (key === "never") return { ...options.late, colour: colour("never"), dash: [5, 4] };
    if (key === "late") return { ...options.late, dash: [] };
    return { ...options.classes[key], dash: [] };
  };

  function distanceTo(point, path) {
    let best = Infinity;
    for (let i = 1; i < path.length; i += 1)
      best = Math.min(best, L.LineUtil.pointToSegmentDistance(point, path[i - 1], path[i]));
    return best;
  }

  const boxOf = (points) => L.latLngBounds(points);

  Wangge.sections = (map, options) => {
    const context = map.wangge;
    let colour = Wangge.palette();
    let all = [];
    let picked = new Set();
    const wanted = () => context.state.show === options.shown_as && context.isOn("sections");
    const isWanted = ({ flags }) => (flags & options.flags.demanded) !== 0;

    const trace = (pen, section) => {
      const { points } = section;
      points.forEach((at, i) => {
        const { x, y } = map.latLngToLayerPoint(at);
        if (i) pen.lineTo(x, y);
        else pen.moveTo(x, y);
      });
    };
    const stroke = (pen, sections, style) => {
      pen.beginPath();
      for (const section of sections) trace(pen, section);
      pen.strokeStyle = style.colour;
      pen.lineWidth = style.width * (map.getZoom() < 13 ? 0.6 : map.getZoom() > 16 ? 1.6 : 1);
      pen.setLineDash(style.dash || []);
      pen.stroke();
    };

    const draw = (pen) => {
      if (!all.length) return;
      const view = map.getBounds().pad(0.2);
      const seen = all.filter((section) => view.intersects(section.box));
      pen.lineCap = "round";
      pen.lineJoin = "round";
      if (picked.size)
        stroke(pen, seen.filter((one) => picked.has(one.number)), {
          colour: colour("picked"),
          width: 9,
        });
      if (!wanted()) return;
      if (context.isOn("planned"))
        stroke(pen, seen.filter(({ flags }) => flags & options.flags.planned), {
          colour: colour("planned"),
          width: 6.5,
        });
      stroke(pen, seen.filter((one) => !isWanted(one)), { colour: colour("border"), width: 1.4 });
      const demanded = seen.filter(isWanted);
      for (const key of [0, 1, 2, "late", "never"])
        stroke(
          pen,
          demanded.filter((one) => one.key === key),
          Wangge.sectionStyle(options, key, colour),
        );
      pen.setLineDash([]);
    };
    const layer = new Wangge.Drawing({ pane: "lines", draw });

    const nearest = (point) => {
      const at = map.containerPointToLatLng(point);
      const reach = at.distanceTo(map.containerPointToLatLng(point.add([NEAR_PX, 0])));
      const around = at.toBounds(2 * reach);
      let best = { away: NEAR_PX, section: null };
      for (const section of all) {
        if (!around.intersects(section.box)) continue;
        const path = section.points.map((one) => map.latLngToContainerPoint(one));
        const away = distanceTo(point, path);
        if (away < best.away) best = { away, section };
      }
      return best.section;
    };

    // Sections lie on top of the units, so they are asked first.
    map.getContainer().addEventListener(
      "click",
      (event) => {
        if (!wanted() || !event.target.closest(".leaflet-pane") || map.dragging.moved()) return;
        if (event.target.closest(".leaflet-popup, .leaflet-marker-icon")) return;
        const point = map.mouseEventToContainerPoint(event);
        const section = nearest(point);
        if (!section) return;
        event.stopPropagation();
        show([section.number], context.theme.section(section), section.name, map.containerPointToLatLng(point));
      },
      true,
    );

    const show = (numbers, content, name, at) => {
      const chosen = numbers.map((number) => all[number]).filter(Boolean);
      if (!chosen.length) return;
      const bounds = chosen.reduce((box, one) => box.extend(one.box), L.latLngBounds(chosen[0].points));
      if (!at) map.fitBounds(bounds, { maxZoom: 16, padding: [60, 60], animate: false });
      const middle = chosen[Math.floor(chosen.length / 2)].points;
      context.popup(at || middle[Math.floor(middle.length / 2)], content, name);
      picked = new Set(numbers);
      layer.redraw();
    };
    for (const [event, items, facts] of [
      ["open gap", options.gaps, "gap"],
      ["open route", options.routes, "route"],
      ["open track", options.tracks, "track"],
    ])
      context.on(event, (i) =>
        ready.then(() =>
          show(items[i].sections, context.theme[facts](items[i]), items[i].name || items[i].day),
        ),
      );

    const pane = map.createPane("lines");
    pane.style.zIndex = 410;
    pane.style.pointerEvents = "none";
    layer.addTo(map);
    map.on("popupclose", () => {
      picked = new Set();
      layer.redraw();
    });
    context.on("state", (changed) => ("show" in changed || "off" in changed) && layer.redraw());
    context.on("colours", () => {
      colour = Wangge.palette();
      layer.redraw();
    });
    const load = async () => {
      try {
        const found = await context.source.sections();
        all = found.map((section, number) => ({
          ...section,
          number,
          key: Wangge.sectionClass(options, section),
          box: boxOf(section.points),
        }));
        layer.redraw();
        context.tell("failed", null);
      } catch (error) {
        context.tell("failed", load);
      }
    };
    const ready = load();
  };
})();
