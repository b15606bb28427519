// The list on the map: one picks in the other; what is drawn or stood at is asked for.
"use strict";
(() => {
  const element = document.querySelector("[data-found]");
  if (!element) return;
  const shown = JSON.parse(element.dataset.found);
  const form = document.getElementById("find");
  const fields = form.elements;
  const rows = [...document.querySelectorAll("#found > li")];
  const [west, south, east, north] = shown.bounds;
  const map = Wangge.smallMap(element, [(south + north) / 2, (west + east) / 2]);

  // What was asked for, and the homes of this page.
  const asked = L.layerGroup().addTo(map);
  const line = { weight: 2, fillOpacity: 0.08, className: "asked", interactive: false };
  if (shown.area) L.geoJSON(shown.area, { style: line, interactive: false }).addTo(asked);
  if (shown.near) {
    const at = [shown.near.lat, shown.near.lon];
    Wangge.newPlace(at, { interactive: false }).addTo(asked);
    if (shown.near.radius) L.circle(at, { ...line, radius: shown.near.radius }).addTo(asked);
  }

  const look = { radius: 8, weight: 2, className: "home", fillOpacity: 0.9 };
  const markers = rows.map((row) => {
    const at = [Number(row.dataset.lat), Number(row.dataset.lon)];
    return L.circleMarker(at, look).addTo(map);
  });

  function pick(nth) {
    rows.forEach((row, i) => {
      row.classList.toggle("picked", i === nth);
      markers[i].setRadius(i === nth ? 13 : look.radius);
      markers[i].getElement()?.classList.toggle("picked", i === nth);
    });
    markers[nth].bringToFront();
  }

  // Homes of one entrance lie on one another: each tap picks the next of them.
  function nextAt(nth) {
    const here = markers[nth].getLatLng();
    const same = [...rows.keys()].filter((one) => markers[one].getLatLng().equals(here));
    const last = same.findIndex((one) => rows[one].classList.contains("picked"));
    return same[(last + 1) % same.length];
  }

  rows.forEach((row, nth) => {
    const words = row.querySelector(".who-name").textContent;
    markers[nth].bindTooltip(words).on("click", (event) => {
      if (drawn) return; // the tap is a point of what is drawn
      L.DomEvent.stop(event);
      const next = nextAt(nth);
      pick(next);
      rows[next].querySelector("a").focus({ preventScroll: true });
      rows[next].scrollIntoView({ block: "nearest" });
    });
    row.querySelector("[data-show]").addEventListener("click", () => {
      pick(nth);
      map.setView(markers[nth].getLatLng(), Math.max(map.getZoom(), 17));
      element.scrollIntoView({ block: "nearest" });
    });
    row.addEventListener("focusin", () => pick(nth));
    row.addEventListener("mousemove", ({ movementX, movementY }) => {
      // Only who moves the pointer picks: a scroll slides other rows under one that rests.
      if ((movementX || movementY) && !row.classList.contains("picked")) pick(nth);
    });
  });

  const everything = [...asked.getLayers(), ...markers].map((layer) =>
    layer.getBounds ? layer.getBounds() : L.latLngBounds([layer.getLatLng()]),
  );
  const bounds = everything.reduce((all, one) => all.extend(one), L.latLngBounds([]));
  if (bounds.isValid()) map.fitBounds(bounds.pad(0.1), { maxZoom: 17 });
  else map.fitBounds([[south, west], [north, east]]);

  // Asking anew: empty fields are left out of the address.
  function send() {
    for (const field of fields) {
      const isEmpty = !field.value || (field.name === "crs" && !fields.lon.value && !fields.area.value);
      if (field.name && isEmpty) field.disabled = true;
    }
  }
  // Distances count from somewhere: who asks for them without a place means where they stand.
  form.addEventListener("submit", (event) => {
    const isPlaced = fields.lon.value || fields.lat.value;
    if (isPlaced || !(fields.radius.value || fields.walk.checked)) return send();
    event.preventDefault();
    words.scrollIntoView({ block: "center" });
    const isOurs = fields.crs.value === "EPSG:4490"; // what is drawn is in the system of the place
    goHere(isOurs ? { bbox: fields.bbox.value, area: fields.area.value } : {});
  });
  addEventListener("pageshow", () => {
    for (const field of fields) field.disabled = false;
  });

  function ask(values) {
    for (const [name, value] of Object.entries(values)) fields[name].value = value;
    if (!values.lon) fields.walk.checked = false;
    const radius = fields.radius;
    if (values.radius && radius.value !== String(values.radius)) {
      radius.add(new Option(values.radius, values.radius, true, true));
    }
    form.requestSubmit();
  }

  const degrees = (number) => number.toFixed(7);
  const nowhere = { lon: "", lat: "", bbox: "", area: "", crs: "EPSG:4490" };
  const place = (at) => ({ ...nowhere, lon: degrees(at.lng), lat: degrees(at.lat) });
  // What is drawn narrows; distances go on to count from the place that was asked for, if it is no
  // circle itself.
  const within = (drawn) => ({
    ...(shown.near && !shown.near.radius ? place(L.latLng(shown.near.lat, shown.near.lon)) : nowhere),
    radius: "",
    ...drawn,
  });
  const ASK = {
    near: ([at]) => place(at),
    circle: ([at, edge]) => ({ ...place(at), radius: Math.ceil(at.distanceTo(edge)) }),
    box: (corners) => within({ bbox: L.latLngBounds(corners).toBBoxString() }),
    area: (points) =>
      within({ area: points.map(({ lng, lat }) => `${degrees(lng)},${degrees(lat)}`).join() }),
  };

  // The tools: one at a time; pressed again, or Escape, puts it away.
  const tools = [...document.querySelectorAll("[data-tool]")];
  const done = document.querySelector("[data-done]");
  const said = document.querySelector("[data-map-said]");
  const usual = said.textContent;
  let drawn = null;

  function put(button) {
    if (drawn) drawn.stop();
    drawn = null;
    done.hidden = true;
    for (const tool of tools) tool.setAttribute("aria-pressed", String(tool === button));
    said.textContent = button ? button.dataset.words : usual;
    if (!button) return;
    const kind = button.dataset.tool;
    drawn = Wangge.draw(map, kind, {
      changed: (count) => (done.hidden = kind !== "area" || count < 3),
      finished: (points) => ask(ASK[kind](points)),
    });
    element.focus({ preventScroll: true });
  }
  for (const tool of tools) {
    tool.addEventListener("click", () => {
      put(tool.getAttribute("aria-pressed") === "true" ? null : tool);
    });
  }
  done.addEventListener("click", () => drawn && drawn.finish());
  addEventListener("keydown", (event) => event.key === "Escape" && put(null));

  // Where one stands, as the phone says it: some displace what they say.
  const here = document.querySelector("[data-here]");
  const words = document.querySelector("[data-here-said]");
  const displaced = document.querySelector("[data-gcj]");
  displaced.checked = localStorage.getItem("wangge.gcj") === "1";
  displaced.addEventListener("change", () => {
    localStorage.setItem("wangge.gcj", displaced.checked ? "1" : "0");
  });
  // `drawn`: what to stay within.
  function goHere(drawn) {
    const denied = () => (words.textContent = here.dataset.denied);
    if (!navigator.geolocation) return denied();
    words.textContent = here.dataset.asking;
    navigator.geolocation.getCurrentPosition(
      ({ coords: { longitude, latitude } }) => {
        if (!drawn.bbox && !drawn.area) {
          const crs = displaced.checked ? "GCJ-02" : "EPSG:4490";
          return ask({ ...nowhere, lon: degrees(longitude), lat: degrees(latitude), crs });
        }
        const at = displaced.checked
          ? Wangge.fromGcj02(longitude, latitude)
          : [longitude, latitude];
        ask({ ...place(L.latLng(at[1], at[0])), ...drawn });
      },
      denied,
      { enableHighAccuracy: true, maximumAge: 30000, timeout: 10000 },
    );
  }
  here.addEventListener("click", () => goHere({}));
  if ("atOnce" in here.dataset) {
    history.replaceState(null, "", location.pathname); // whoever comes back is not sent on again
    here.click();
  }
})();
