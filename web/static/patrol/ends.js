// Start and end of walks, set on a map; the fields stay the truth, and may be typed.
"use strict";
(() => {
  const element = document.querySelector("[data-ends]");
  if (!element) return;
  const unit = document.getElementById("unit");
  const said = document.querySelector("[data-ends-said]");
  const usual = said.textContent;
  const buttons = [...document.querySelectorAll("[data-place]")];
  const box = () => unit.selectedOptions[0].dataset.box.split(",").map(Number);

  const [west, south, east, north] = box();
  const map = Wangge.smallMap(element, [(south + north) / 2, (west + east) / 2]);
  function look() {
    const [left, low, right, high] = box();
    if (Number.isFinite(high)) map.fitBounds([[low, left], [high, right]], { maxZoom: 17 });
  }
  unit.addEventListener("change", look);
  look();

  // A pin for the start, a ring for the end: told apart without colour.
  const marks = {};
  function show(name) {
    if (marks[name]) marks[name].remove();
    delete marks[name];
    const [lon, lat] = document.getElementById(name).value.split(/[,，]/).map(Number);
    if (!Number.isFinite(lat) || !Number.isFinite(lon) || Math.abs(lat) > 90) return;
    const make = name === "start" ? Wangge.newPlace : Wangge.formerPlace;
    marks[name] = make([lat, lon], { interactive: false }).addTo(map);
  }

  let drawn = null;
  function put(button) {
    if (drawn) drawn.stop();
    drawn = null;
    for (const one of buttons) one.setAttribute("aria-pressed", String(one === button));
    said.textContent = button ? said.dataset.how : usual;
    if (!button) return;
    const name = button.dataset.place;
    drawn = Wangge.draw(map, "near", {
      changed: () => {},
      finished: ([at]) => {
        document.getElementById(name).value = `${at.lng.toFixed(6)}, ${at.lat.toFixed(6)}`;
        show(name);
        put(null);
      },
    });
    element.focus({ preventScroll: true });
  }
  for (const button of buttons) {
    button.addEventListener("click", () =>
      put(button.getAttribute("aria-pressed") === "true" ? null : button),
    );
  }
  addEventListener("keydown", (event) => event.key === "Escape" && put(null));
  for (const name of ["start", "end"]) {
    document.getElementById(name).addEventListener("change", () => show(name));
    show(name);
  }
})();
