// Drawing on a map by taps, or by Enter at the cross in its middle: a place, circle, box, area, way.
"use strict";
(() => {
  const Wangge = (window.Wangge = window.Wangge || {});
  const LINE = { weight: 2, dashArray: "6 4", fill: false, className: "drawn", interactive: false };
  const LEAST_M = 5; // closer taps are one tap
  const CLOSE_PX = 18;

  // How many taps finish a shape; an area ends at its first point, or by the button; a way goes on.
  const TAPS = { near: 1, circle: 2, box: 2, area: Infinity, way: Infinity };

  const OUTLINE = {
    near: () => null,
    circle: ([at], to) => L.circle(at, { ...LINE, radius: at.distanceTo(to) }),
    box: ([from], to) => L.rectangle(L.latLngBounds(from, to), LINE),
    area: (points, to) => L.polyline([...points, to], LINE),
    way: (points, to) => L.polyline([points.at(-1), to], LINE),
  };

  // Start drawing; `changed` gets count and points at every tap, `finished` the points when a shape
  // is whole. Returns what ends it, and what takes back or sets points.
  Wangge.draw = (map, kind, { changed, finished, most = Infinity }) => {
    const points = [];
    const dots = [];
    const group = L.layerGroup().addTo(map);
    const element = map.getContainer();
    let outline = null;

    function show(to) {
      if (outline) group.removeLayer(outline);
      outline = points.length ? OUTLINE[kind](points, to || points.at(-1)) : null;
      if (outline) outline.addTo(group);
    }

    function closes(at) {
      if (kind !== "area" || points.length < 3) return false;
      const [end, start] = [at, points[0]].map((point) => map.latLngToContainerPoint(point));
      return end.distanceTo(start) < CLOSE_PX;
    }

    function stop() {
      map.off("click", tapped).off("mousemove", moved);
      element.removeEventListener("keydown", pressed, true);
      element.classList.remove("drawing");
      map.doubleClickZoom.enable();
      group.remove();
    }

    function finish() {
      if (kind === "area" && points.length < 3) return false;
      stop();
      finished(points);
      return true;
    }

    function add(at) {
      if (closes(at)) return finish();
      if (points.length && at.distanceTo(points.at(-1)) < LEAST_M) return false;
      if (points.length >= most) return false;
      dot(at);
      show();
      changed(points.length, points);
      return points.length >= TAPS[kind] ? finish() : false;
    }

    function dot(at) {
      const className = points.length ? "drawn" : "drawn first";
      points.push(at);
      dots.push(L.circleMarker(at, { radius: 5, className, interactive: false }).addTo(group));
    }

    function undo() {
      if (!points.length) return;
      points.pop();
      group.removeLayer(dots.pop());
      show();
      changed(points.length, points);
    }

    function set(wanted) {
      points.length = 0;
      for (const old of dots.splice(0)) group.removeLayer(old);
      wanted.slice(0, most).forEach(dot);
      show();
      changed(points.length, points);
    }

    const tapped = ({ latlng }) => add(latlng);
    const moved = ({ latlng }) => show(latlng);
    const pressed = (event) => {
      if (event.key !== "Enter" || event.target !== element) return;
      event.preventDefault();
      event.stopPropagation();
      add(map.getCenter());
    };

    element.classList.add("drawing");
    map.doubleClickZoom.disable();
    map.on("click", tapped).on("mousemove", moved);
    element.addEventListener("keydown", pressed, true);
    return { stop, finish, add, undo, set, points };
  };
})();
