// Names of units without collision: those that fit, those with most people first.
"use strict";
(() => {
  const Wangge = (window.Wangge = window.Wangge || {});
  const FONT = '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", system-ui, sans-serif';

  // Where a name may stand, in heights of its letters from its unit's middle.
  const OFFSETS = [0, 1.2, -1.2, 2.2, -2.2];

  const overlaps = (a, b) => a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1;

  // Symbols of places come before names: a name moves up or down, or stays away.
  function obstacles(map, context) {
    return (context.obstacles || [])
      .filter(({ toggle, shown }) => context.isOn(toggle) && (!shown || context.state.show === shown))
      .map(({ at, half, up = 0 }) => {
        const { x, y } = map.latLngToLayerPoint(at);
        return { x0: x - half, x1: x + half, y0: y - up - half, y1: y - up + half };
      });
  }

  // Measuring is the slow part of lettering, and a text in a font is always as wide.
  const widths = new Map();
  function widthOf(pen, text) {
    const key = `${pen.font} ${text}`;
    if (!widths.has(key)) widths.set(key, pen.measureText(text).width);
    return widths.get(key);
  }

  function candidates(map, context, bounds, pen) {
    const found = [];
    for (const { row, label } of (context.shown || new Map()).values()) {
      if (!label) continue;
      const at = map.latLngToLayerPoint(label.at);
      if (!bounds.contains(at)) continue;
      const text = context.theme.label(row);
      const width = widthOf(pen, text);
      const room =
        map.latLngToLayerPoint([label.at.lat, label.east]).x -
        map.latLngToLayerPoint([label.at.lat, label.west]).x;
      const picked = context.state.pick === row.code;
      if (!picked && width > 1.15 * room) continue;
      found.push({ text, at, width, picked, weight: picked ? Infinity : row.demand || 0 });
    }
    return found.sort((a, b) => b.weight - a.weight);
  }

  Wangge.labels = (map, options) => {
    const context = map.wangge;
    let colour = Wangge.palette();
    const draw = (pen, _map, bounds) => {
      if (!context.isOn("names") || !context.theme) return;
      const size = options.sizes[context.state.level] || 12;
      pen.font = `500 ${size}px ${FONT}`;
      pen.textAlign = "center";
      pen.textBaseline = "middle";
      pen.lineJoin = "round";
      const taken = obstacles(map, context);
      for (const label of candidates(map, context, bounds, pen)) {
        const { x } = label.at;
        const boxes = OFFSETS.map((offset) => {
          const y = label.at.y + offset * size;
          return {
            y,
            x0: x - label.width / 2 - 3,
            x1: x + label.width / 2 + 3,
            y0: y - size * 0.7,
            y1: y + size * 0.7,
          };
        });
        const box =
          boxes.find((one) => !taken.some((other) => overlaps(one, other))) ||
          (label.picked && boxes[0]);
        if (!box) continue;
        taken.push(box);
        const { y } = box;
        pen.strokeStyle = colour("halo");
        pen.lineWidth = 3.5;
        pen.strokeText(label.text, x, y);
        pen.fillStyle = colour("label");
        pen.fillText(label.text, x, y);
      }
    };
    const layer = new Wangge.Drawing({ pane: "names", draw }).addTo(map);
    const again = () => {
      colour = Wangge.palette();
      layer.redraw();
    };
    for (const event of ["units", "state", "colours"]) context.on(event, again);
  };
})();
