// Ways without a step: roads, barriers and entrances by state, people in squares, mendings numbered.
"use strict";
(() => {
  const Wangge = (window.Wangge = window.Wangge || {});
  const NEAR_PX = 10;
  // From afar people in squares tell more than doors and kerbs, which would hide the map.
  const SINGLE_FROM = 14.5;
  const EARTH_M = 40075016.686;
  const COLOURS = { 1: "covered", 0: "beyond", "-1": "unreachable" };

  // Colour and form: a disc can be passed, a ring is unknown, a cross is blocked.
  Wangge.stateMark = (pen, state, x, y, r, colour) => {
    pen.setLineDash([]);
    pen.lineWidth = Math.max(1.5, 0.42 * r);
    pen.strokeStyle = colour(COLOURS[state]);
    pen.fillStyle = colour(COLOURS[state]);
    pen.beginPath();
    if (state < 0) {
      pen.moveTo(x - r, y - r);
      pen.lineTo(x + r, y + r);
      pen.moveTo(x + r, y - r);
      pen.lineTo(x - r, y + r);
      pen.stroke();
      return;
    }
    pen.arc(x, y, r, 0, 2 * Math.PI);
    if (state > 0) pen.fill();
    else {
      pen.fillStyle = colour("surface");
      pen.fill();
      pen.stroke();
    }
  };

  // A barrier stands across: a bar, broken where it can be passed.
  Wangge.barrierMark = (pen, state, x, y, r, colour) => {
    pen.setLineDash(state > 0 ? [r * 0.6, r * 0.5] : []);
    pen.lineWidth = state < 0 ? 3 : 2;
    pen.strokeStyle = colour(COLOURS[state]);
    pen.beginPath();
    pen.moveTo(x - r, y);
    pen.lineTo(x + r, y);
    pen.moveTo(x - r, y - 0.5 * r);
    pen.lineTo(x - r, y + 0.5 * r);
    pen.moveTo(x + r, y - 0.5 * r);
    pen.lineTo(x + r, y + 0.5 * r);
    pen.stroke();
    pen.setLineDash([]);
  };

  Wangge.roadStyles = (colour) => ({
    sure: { colour: colour("covered"), width: 2.4, dash: [] },
    blocked: { colour: colour("unreachable"), width: 2.6, dash: [2, 4] },
  });

  function prepared(scene) {
    const at = (group) => group.points.map((place, number) => ({ at: place, number }));
    return { ...scene, dots: at(scene.entrances), bars: at(scene.barriers) };
  }

  Wangge.stepless = (map, options) => {
    const context = map.wangge;
    let colour = Wangge.palette();
    let scene = null;
    const wanted = (toggle) => context.state.show === options.shown_as && context.isOn(toggle);

    const stroke = (pen, lines, style, view) => {
      pen.beginPath();
      for (const { points, box } of lines) {
        if (!view.intersects(box)) continue;
        points.forEach((place, i) => {
          const { x, y } = map.latLngToLayerPoint(place);
          if (i) pen.lineTo(x, y);
          else pen.moveTo(x, y);
        });
      }
      pen.strokeStyle = style.colour;
      pen.lineWidth = style.width * (map.getZoom() < 13 ? 0.6 : map.getZoom() > 16 ? 1.5 : 1);
      pen.setLineDash(style.dash);
      pen.stroke();
      pen.setLineDash([]);
    };

    const drawPeople = (pen, view) => {
      const { size_m, points, values } = scene.people;
      const hatch = Wangge.hatch("unreachable", colour("unreachable"), colour("hatch-paper"));
      const full = Math.max(1, 2000 * (size_m / 1000) ** 2);
      points.forEach((place, i) => {
        if (!view.contains(place)) return;
        const centre = map.latLngToLayerPoint(place);
        const metre = (256 * 2 ** map.getZoom()) / (EARTH_M * Math.cos((place[0] * Math.PI) / 180));
        Wangge.drawCell(
          pen,
          { counts: values[i] },
          centre,
          0.92 * size_m * metre,
          full,
          colour,
          hatch,
        );
      });
    };

    const isSingle = () => scene && map.getZoom() >= SINGLE_FROM;
    const radius = () => Math.max(2, Math.min(7, map.getZoom() - 10.5));

    const draw = (pen) => {
      if (!scene || context.state.show !== options.shown_as) return;
      const view = map.getBounds().pad(0.2);
      pen.lineCap = "round";
      pen.lineJoin = "round";
      if (context.isOn("ways")) {
        const styles = Wangge.roadStyles(colour);
        stroke(pen, scene.roads.sure, styles.sure, view);
        stroke(pen, scene.roads.blocked, styles.blocked, view);
      }
      if (context.isOn("people")) {
        pen.globalAlpha = 0.85;
        drawPeople(pen, view);
        pen.globalAlpha = 1;
      }
      const r = radius();
      const single = isSingle();
      if (single && context.isOn("ways"))
        for (const { at, number } of scene.bars)
          if (view.contains(at)) {
            const { x, y } = map.latLngToLayerPoint(at);
            Wangge.barrierMark(pen, scene.barriers.state[number], x, y, r + 1, colour);
          }
      if (single && context.isOn("entrances"))
        for (const { at, number } of [...scene.dots].reverse())
          if (view.contains(at)) {
            const { x, y } = map.latLngToLayerPoint(at);
            Wangge.stateMark(pen, scene.entrances.state[number], x, y, r, colour);
          }
      if (context.isOn("destinations"))
        for (const item of options.destinations)
          if (view.contains([item.lat, item.lon])) house(pen, item, r);
    };

    // What is to be reached: a house, with the mark of its entrance at its corner.
    const house = (pen, item, r) => {
      const { x, y } = map.latLngToLayerPoint([item.lat, item.lon]);
      const s = r + 3;
      pen.beginPath();
      for (const [dx, dy] of [
        [0, -1.2], [1.1, -0.2], [0.8, -0.2], [0.8, 0.9], [-0.8, 0.9], [-0.8, -0.2], [-1.1, -0.2],
      ])
        pen.lineTo(x + dx * s, y + dy * s);
      pen.closePath();
      pen.fillStyle = colour("house");
      pen.strokeStyle = colour("house-line");
      pen.lineWidth = 1.5;
      pen.fill();
      pen.stroke();
      pen.fillStyle = colour("surface");
      pen.beginPath();
      pen.arc(x + s, y + s, 0.62 * s + 1.5, 0, 2 * Math.PI);
      pen.fill();
      Wangge.stateMark(pen, item.state, x + s, y + s, 0.5 * s, colour);
    };

    const pane = map.createPane("stepless");
    pane.style.zIndex = 410;
    pane.style.pointerEvents = "none";
    const layer = new Wangge.Drawing({ pane: "stepless", draw });
    layer.addTo(map);

    // What lies on top of the units is asked first.
    const places = () => [
      ...(wanted("destinations")
        ? options.destinations.map((item, i) => ({
            at: [item.lat, item.lon],
            show: () => context.tell("open destination", i),
          }))
        : []),
      ...(wanted("entrances") && isSingle()
        ? scene.dots.map(({ at, number }) => ({
            at,
            show: () => popup(at, "entrance", entranceOf(number)),
          }))
        : []),
      ...(wanted("ways") && isSingle()
        ? scene.bars.map(({ at, number }) => ({
            at,
            show: () => popup(at, "barrier", barrierOf(number)),
          }))
        : []),
    ];
    const entranceOf = (i) => {
      const { name, code, state, ramps } = scene.entrances;
      return { name: name[i], code: code[i], state: state[i], ramps: ramps[i] };
    };
    const barrierOf = (i) => {
      const { name, kind, state, height_m, width_m } = scene.barriers;
      return {
        name: name[i],
        kind: kind[i],
        state: state[i],
        height_m: height_m[i],
        width_m: width_m[i],
      };
    };
    const popup = (at, kind, item) =>
      context.popup(at, context.theme[kind](item), item.name || context.theme.title(kind, item));
    map.getContainer().addEventListener(
      "click",
      (event) => {
        if (!event.target.closest(".leaflet-pane") || map.dragging.moved()) return;
        if (event.target.closest(".leaflet-popup, .leaflet-marker-icon")) return;
        const point = map.mouseEventToContainerPoint(event);
        let best = { away: NEAR_PX + radius() / 2, show: null };
        for (const one of places()) {
          const away = point.distanceTo(map.latLngToContainerPoint(one.at));
          if (away < best.away) best = { away, show: one.show };
        }
        if (!best.show) return;
        event.stopPropagation();
        best.show();
      },
      true,
    );

    const open = (event, i) => {
      const kind = event.replace("open ", "");
      const item = options[`${kind}s`][i];
      map.setView([item.lat, item.lon], Math.max(map.getZoom(), 16), { animate: false });
      popup([item.lat, item.lon], kind, item);
    };
    for (const event of ["open mending", "open ramp", "open look", "open destination"])
      context.on(event, (i) => open(event, i));

    const best = L.layerGroup(
      options.mendings.slice(0, options.best).map((item, i) => {
        const title = context.t("map.ramps.mending.title", {
          n: i + 1,
          people: context.number(item.then),
        });
        const icon = L.divIcon({
          className: "wg-hot",
          html: Wangge.element("span", {}, String(i + 1)),
          iconSize: [26, 26],
          iconAnchor: [13, 34],
        });
        const marker = L.marker([item.lat, item.lon], { icon, keyboard: true, title, alt: title });
        marker.on("click", () => context.tell("open mending", i));
        return marker;
      }),
    );

    // Names keep away from what is to be reached, and from the numbers of what to mend first.
    const away = (items, toggle, half, up) =>
      items.map(({ lat, lon }) => ({ at: [lat, lon], half, up, toggle, shown: options.shown_as }));
    context.obstacles = [
      ...(context.obstacles || []),
      ...away(options.destinations, "destinations", 9, 0),
      ...away(options.mendings.slice(0, options.best), "mendings", 14, 21),
    ];

    let areas = null;
    const followAreas = async () => {
      if (!wanted("areas")) {
        if (areas) areas.remove();
        return;
      }
      try {
        if (!areas) {
          const canvas = new Wangge.Canvas({ pane: "tint", padding: 0.2 });
          areas = L.layerGroup(
            (await context.source.areas()).map((area) =>
              L.polygon(area.polygons, {
                pane: "tint",
                renderer: canvas,
                interactive: false,
                color: colour(area.state === "sure" ? "covered" : "beyond"),
                fillColor: colour(area.state === "sure" ? "covered" : "beyond"),
                weight: 1.2,
                dashArray: area.state === "sure" ? null : "4 4",
                fillOpacity: options.tint,
              }),
            ),
          );
        }
      } catch (error) {
        context.tell("failed", followAreas);
        return;
      }
      if (wanted("areas")) areas.addTo(map);
    };

    const follow = () => {
      if (wanted("mendings")) best.addTo(map);
      else best.remove();
      followAreas();
      layer.redraw();
    };
    context.on("state", (changed) => ("show" in changed || "off" in changed) && follow());
    context.on("colours", () => {
      colour = Wangge.palette();
      layer.redraw();
    });
    const load = async () => {
      try {
        scene = prepared(await context.source.scene());
        context.scene = scene;
        layer.redraw();
        context.tell("failed", null);
      } catch (error) {
        context.tell("failed", load);
      }
    };
    follow();
    load();
  };
})();
