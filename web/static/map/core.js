// What every part of the map shares: words, numbers, what is shown, and the address bar.
"use strict";
(() => {
  const Wangge = (window.Wangge = window.Wangge || {});
  const IN_ADDRESS = ["level", "show", "tab", "pick", "open", "off", "at"];

  function readAddress() {
    const found = {};
    for (const [key, value] of new URLSearchParams(location.hash.slice(1))) {
      if (IN_ADDRESS.includes(key)) found[key] = value;
    }
    return found;
  }

  // The frame is painted between the two; where no frames are drawn, nobody waits for one.
  function afterFrame(follow) {
    if (document.hidden) setTimeout(follow);
    else requestAnimationFrame(() => setTimeout(follow));
  }

  class Context extends EventTarget {
    constructor(options) {
      super();
      this.options = options;
      this.map = null;
      this.source = null;
      this.theme = null;
      this.state = { ...options.state, ...readAddress() };
      const check = (key, allowed) => {
        if (!allowed.includes(this.state[key])) this.state[key] = options.state[key];
      };
      check("level", options.levels);
      check("show", options.shows);
      this.integer = new Intl.NumberFormat(options.locale, { maximumFractionDigits: 0 });
      this.decimal = new Intl.NumberFormat(options.locale, { maximumFractionDigits: 1 });
      this.share = new Intl.NumberFormat(options.locale, { style: "percent" });
      // Once the first units are on the screen, or it is known that they do not come.
      this.first = new Promise((resolve) => {
        this.on("busy", (busy) => busy || afterFrame(resolve));
      });
      addEventListener("hashchange", () => this.set(readAddress()));
    }

    // Words of a message key; values in braces are filled in.
    t(key, values = {}) {
      const words = this.options.texts[key] ?? key;
      return words.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
    }

    number(value) {
      return value === null || value === undefined
        ? this.t("map.value.none")
        : this.integer.format(value);
    }

    figure(value) {
      return value === null || value === undefined
        ? this.t("map.value.none")
        : this.decimal.format(value);
    }

    percent(value) {
      return value === null || value === undefined
        ? this.t("map.value.none")
        : this.share.format(value);
    }

    metres(value) {
      if (value === null || value === undefined) return this.t("map.value.none");
      return Math.round(value) < 1000
        ? this.t("map.value.metres", { n: this.integer.format(value) })
        : this.t("map.value.kilometres", { n: this.decimal.format(value / 1000) });
    }

    // Change what is shown; parts listen to "state" and look at detail for what changed.
    set(changes) {
      const changed = {};
      for (const [key, value] of Object.entries(changes)) {
        if (this.state[key] !== value) {
          changed[key] = value;
          this.state[key] = value;
        }
      }
      if (!Object.keys(changed).length) return;
      this.writeAddress();
      this.tell("state", changed);
    }

    // Pick a line of a table of places, and what it stands for on the map.
    choose(part, key) {
      this.set({ pick: "", tab: part, open: `${part}.${key}` });
    }

    on(type, handler) {
      this.addEventListener(type, (event) => handler(event.detail));
    }

    tell(type, detail) {
      this.dispatchEvent(new CustomEvent(type, { detail }));
    }

    isOn(layer) {
      return !(this.state.off || "").split(",").includes(layer);
    }

    turn(layer, on) {
      const off = new Set((this.state.off || "").split(",").filter(Boolean));
      if (on) off.delete(layer);
      else off.add(layer);
      this.set({ off: [...off].sort().join(",") });
    }

    writeAddress() {
      const parts = IN_ADDRESS.filter((key) => this.state[key]).map(
        (key) =>
          `${key}=${encodeURIComponent(this.state[key]).replace(/%2F/g, "/").replace(/%2C/g, ",")}`,
      );
      history.replaceState(history.state, "", `#${parts.join("&")}`);
    }

    // Say something to those who listen rather than look.
    announce(text) {
      const place = document.getElementById(`${this.options.id}-said`);
      if (place) place.textContent = text;
    }
  }

  // An element with attributes and children; text is always text, never markup.
  Wangge.element = (tag, attributes = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes)) {
      if (value === null || value === undefined || value === false) continue;
      if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
      else made.setAttribute(key, value === true ? "" : value);
    }
    made.append(...children.filter((child) => child !== null && child !== undefined));
    return made;
  };

  // Leaflet takes markup for credits and tooltips; names are text.
  Wangge.escape = (text) => Wangge.element("span", {}, text).innerHTML;

  // Colours of the present scheme by name, each looked up once.
  Wangge.palette = () => {
    const style = getComputedStyle(document.querySelector(".wg-map"));
    const known = new Map();
    return (name) => {
      if (!known.has(name)) known.set(name, style.getPropertyValue(`--wg-${name}`).trim());
      return known.get(name);
    };
  };

  // The part of what the map is about that is in view, or all of it.
  Wangge.seen = (map) => {
    const view = map.getBounds();
    const { bounds } = map.wangge;
    if (!view.intersects(bounds)) return bounds;
    return L.latLngBounds(
      [Math.max(view.getSouth(), bounds.getSouth()), Math.max(view.getWest(), bounds.getWest())],
      [Math.min(view.getNorth(), bounds.getNorth()), Math.min(view.getEast(), bounds.getEast())],
    );
  };

  function position(map) {
    const centre = map.getCenter();
    return `${+map.getZoom().toFixed(2)}/${centre.lat.toFixed(5)}/${centre.lng.toFixed(5)}`;
  }

  function moveTo(map, at) {
    const [zoom, lat, lon] = (at || "").split("/").map(Number);
    const known = Number.isFinite(zoom) && Number.isFinite(lat) && Number.isFinite(lon);
    if (known && Math.abs(lat) <= 90 && Math.abs(lon) <= 180)
      map.setView([lat, lon], zoom, { animate: false });
    return known;
  }

  // The map itself. Panes fix the order area, line, point, label whatever is switched on first.
  Wangge.createMap = (id, options) => {
    const context = new Context({ ...options, id });
    const map = L.map(id, options.leaflet);
    context.map = map;
    map.wangge = context;
    for (const [name, z] of [
      ["ground", 210],
      ["tint", 380],
      ["cells", 390],
      ["names", 620],
    ]) {
      const pane = map.createPane(name);
      pane.style.zIndex = z;
      pane.style.pointerEvents = "none";
    }
    // A canvas swallows the mouse of those below it, so all that answers to it shares this one.
    context.canvas = new Wangge.Canvas({
      padding: 0.2,
      tolerance: matchMedia("(pointer: coarse)").matches ? 8 : 2,
    });
    const bounds = L.latLngBounds(options.bounds);
    map.setMaxBounds(bounds.pad(1.5));
    context.bounds = bounds;
    // On a wide map the legend lies on the right; what is shown keeps out of its way.
    const legend = map.getSize().x > 900 ? 290 : 0;
    if (!moveTo(map, context.state.at)) {
      map.fitBounds(bounds, { paddingTopLeft: [16, 16], paddingBottomRight: [16 + legend, 16] });
    }
    map.on("moveend", () => {
      context.state.at = position(map);
      context.writeAddress();
    });
    context.on("state", (changed) => {
      if (changed.at && changed.at !== position(map)) moveTo(map, changed.at);
    });
    map.attributionControl.setPrefix(false);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () =>
      context.tell("colours"),
    );
    return map;
  };
})();
