// A patrol route: way points set on the map, joined along the roads by the server at once.
"use strict";
(() => {
  const element = document.querySelector("[data-route]");
  if (!element) return;
  const shown = JSON.parse(element.dataset.route);
  const most = Number(element.dataset.most);
  const field = document.getElementById("points");
  const said = document.querySelector("[data-said]");
  const buttons = ["undo", "close", "clear"].map((name) =>
    document.querySelector(`[data-${name}]`),
  );
  const [west, south, east, north] = shown.bounds;
  const map = Wangge.smallMap(element, [(south + north) / 2, (west + east) / 2]);
  map.fitBounds([
    [south, west],
    [north, east],
  ], { maxZoom: 17, padding: [12, 12] });

  const turned = ([lon, lat]) => [lat, lon];
  const still = { fill: false, interactive: false };
  for (const line of shown.lines) {
    const look = { ...still, weight: 6, opacity: 0.55, className: "way-was" };
    L.polyline(line.map(turned), look).addTo(map);
  }
  const way = L.polyline([], { ...still, weight: 5, className: "way" }).addTo(map);

  function typed() {
    const numbers = (field.value.match(/-?\d+(\.\d+)?/g) || []).map(Number);
    const points = [];
    for (let i = 0; i + 1 < numbers.length; i += 2) {
      if (Math.abs(numbers[i + 1]) <= 90) points.push(L.latLng(numbers[i + 1], numbers[i]));
    }
    return points;
  }

  const text = (points, between) =>
    points.map(({ lat, lng }) => `${lng.toFixed(7)},${lat.toFixed(7)}`).join(between);

  // Answers may overtake each other: only the last asked for counts.
  let asked = 0;
  async function join(points) {
    const number = ++asked;
    if (points.length < 2) {
      way.setLatLngs([]);
      said.textContent = points.length ? said.dataset.first : said.dataset.none;
      return;
    }
    try {
      const answer = await fetch(`/api/patrol/way?points=${text(points, ",")}`);
      const found = await answer.json();
      if (number !== asked) return;
      if (!answer.ok) {
        said.textContent = found.detail || said.dataset.failed;
        return;
      }
      way.setLatLngs(found.line.map(turned));
      const whole = (value) => Math.round(value).toLocaleString(document.documentElement.lang);
      said.textContent = said.dataset.told
        .replace("{n}", points.length)
        .replace("{metres}", whole(found.length_m))
        .replace("{minutes}", whole(found.minutes));
    } catch {
      if (number === asked) said.textContent = said.dataset.failed;
    }
  }

  function changed(count, points) {
    field.value = text(points, "\n");
    for (const button of buttons) button.disabled = !count;
    buttons[1].disabled = count < 2;
    join(points);
  }

  const drawn = Wangge.draw(map, "way", { changed, most });
  const [undo, close, clear] = buttons;
  undo.addEventListener("click", () => drawn.undo());
  close.addEventListener("click", () => drawn.add(drawn.points[0]));
  clear.addEventListener("click", () => drawn.set([]));
  field.addEventListener("change", () => drawn.set(typed()));
  if (field.value.trim()) drawn.set(typed());
})();
