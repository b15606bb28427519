// Controls: full screen, print, level and view switches, layers, messages, search.
"use strict";
(() => {
  const Wangge = (window.Wangge = window.Wangge || {});
  const { element } = Wangge;
  // Dots to a CSS pixel: 288 an inch on A4; A3 is twice the area, and read from farther away.
  const PAPER_SHARPNESS = { a4: 3, a3: 2 };
  const part = (context, name) =>
    document.querySelector(`#${context.options.id}-frame [data-wg="${name}"]`);
  Wangge.part = part;

  // In the words of the page: Leaflet's own scale knows m and km only.
  Wangge.scale = (map) => {
    const Scale = L.Control.Scale.extend({
      _updateMetric(most) {
        const metres = this._getRoundNum(most);
        this._updateScale(this._mScale, map.wangge.metres(metres), metres / most);
      },
    });
    new Scale({ imperial: false, maxWidth: 140, position: "bottomleft" }).addTo(map);
  };

  Wangge.zoom = (map) => {
    const context = map.wangge;
    L.control
      .zoom({
        position: "topleft",
        zoomInTitle: context.t("map.zoom.in"),
        zoomOutTitle: context.t("map.zoom.out"),
      })
      .addTo(map);
  };

  Wangge.fullscreen = (map) => {
    const context = map.wangge;
    const button = part(context, "fullscreen");
    const stage = part(context, "stage");
    if (!document.fullscreenEnabled) {
      button.hidden = true;
      return;
    }
    button.addEventListener("click", () =>
      document.fullscreenElement ? document.exitFullscreen() : stage.requestFullscreen(),
    );
    document.addEventListener("fullscreenchange", () => {
      const on = document.fullscreenElement === stage;
      button.setAttribute("aria-pressed", String(on));
      button.textContent = context.t(on ? "map.fullscreen.leave" : "map.fullscreen.enter");
      map.invalidateSize();
    });
  };

  // The paper has another shape than the screen: the map is laid out for it, and drawn finer,
  // before the dialogue opens, so that no tile is missing on the sheet.
  Wangge.print = (map, options) => {
    const context = map.wangge;
    const frame = document.getElementById(`${context.options.id}-frame`);
    let kept = null;
    const prepare = (paper) => {
      if (kept) return;
      kept = { centre: map.getCenter(), zoom: map.getZoom() };
      const bounds = Wangge.seen(map);
      frame.dataset.paper = paper;
      document.documentElement.classList.add("wg-printing");
      Wangge.sharpen(PAPER_SHARPNESS[paper] ?? 2);
      map.closePopup();
      map.invalidateSize({ animate: false, pan: false });
      map.fitBounds(bounds, { animate: false });
      context.tell("colours");
      drawNow();
      stillLife();
    };
    // Chromium replays on paper what a canvas did while the sheet was prepared, clearing included,
    // which wipes out what lies below. A copy that was never cleared has nothing to replay.
    const stillLife = () => {
      for (const canvas of map.getContainer().querySelectorAll("canvas:not(.wg-still)")) {
        const copy = canvas.classList.contains("leaflet-tile") ? whole(canvas) : framed(canvas);
        copy.classList.add("wg-still");
        canvas.after(copy);
      }
    };
    const whole = (canvas) => {
      const copy = canvas.cloneNode();
      copy.getContext("2d").drawImage(canvas, 0, 0);
      return copy;
    };
    // Of a canvas that reaches beyond the map, the part on the sheet: half as much to print.
    const framed = (canvas) => {
      const size = map.getSize();
      const corner = map.containerPointToLayerPoint([0, 0]);
      const fine = canvas.width / parseFloat(canvas.style.width);
      const copy = element("canvas", {
        width: Math.round(size.x * fine),
        height: Math.round(size.y * fine),
      });
      Object.assign(copy.style, {
        position: "absolute",
        width: `${size.x}px`,
        height: `${size.y}px`,
      });
      L.DomUtil.setPosition(copy, corner);
      const from = corner.subtract(L.DomUtil.getPosition(canvas)).multiplyBy(fine);
      copy.getContext("2d").drawImage(canvas, -from.x, -from.y);
      return copy;
    };
    const drawNow = () =>
      map.eachLayer((layer) => layer instanceof Wangge.Canvas && layer.drawNow());
    const restore = () => {
      if (!kept) return;
      const { centre, zoom } = kept;
      kept = null;
      for (const copy of frame.querySelectorAll(".wg-still")) copy.remove();
      document.documentElement.classList.remove("wg-printing");
      Wangge.sharpen(null);
      map.invalidateSize({ animate: false, pan: false });
      map.setView(centre, zoom, { animate: false });
      context.tell("colours");
    };
    const settled = () =>
      new Promise((resolve) => {
        const busy = () => {
          let loading = false;
          map.eachLayer((layer) => {
            loading = loading || Boolean(layer._loading);
          });
          return loading;
        };
        const end = performance.now() + options.patience_ms;
        const look = () =>
          busy() && performance.now() < end ? setTimeout(look, 50) : setTimeout(resolve, 50);
        setTimeout(look, 50);
      });
    for (const button of frame.querySelectorAll("[data-wg-paper]")) {
      button.addEventListener("click", async () => {
        prepare(button.dataset.wgPaper);
        await settled();
        for (const copy of frame.querySelectorAll(".wg-still")) copy.remove();
        drawNow();
        stillLife();
        window.print();
        restore();
      });
    }
    addEventListener("beforeprint", () => prepare(frame.dataset.paper || "a4"));
    addEventListener("afterprint", restore);
  };

  // Radio buttons of the panel that set one thing of the state.
  Wangge.choices = (map, options) => {
    const context = map.wangge;
    const inputs = [...document.querySelectorAll(`input[name="${options.name}"]`)];
    const follow = () => {
      for (const input of inputs) input.checked = input.value === context.state[options.state];
    };
    for (const input of inputs) {
      input.addEventListener("change", () => {
        if (input.checked) context.set({ [options.state]: input.value });
      });
    }
    context.on("state", follow);
    follow();
  };

  Wangge.toggles = (map) => {
    const context = map.wangge;
    const inputs = [...part(context, "toggles").querySelectorAll("input")];
    const follow = () => {
      for (const input of inputs) {
        input.checked = input.dataset.inverse
          ? !context.isOn(input.value)
          : context.isOn(input.value);
      }
    };
    for (const input of inputs) {
      input.addEventListener("change", () => {
        context.turn(input.value, input.dataset.inverse ? !input.checked : input.checked);
      });
    }
    context.on("state", follow);
    follow();
  };

  // The question's form: what is shown now stays in the address when the page comes back.
  Wangge.question = (map) => {
    const form = part(map.wangge, "question");
    if (!form) return;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const query = new URLSearchParams();
      for (const [key, value] of new FormData(form)) if (value !== "") query.set(key, value);
      location.assign(`${form.getAttribute("action")}?${query}${location.hash}`);
      if (location.search === `?${query}`) location.reload();
    });
  };

  Wangge.status = (map) => {
    const context = map.wangge;
    const place = part(context, "status");
    const show = (...content) => {
      place.replaceChildren(...content);
      place.hidden = !content.length;
    };
    let waiting = null;
    context.on("busy", (busy) => {
      clearTimeout(waiting);
      if (busy) waiting = setTimeout(() => show(context.t("map.loading")), 250);
      else if (!place.querySelector("button")) show();
    });
    context.on("failed", (again) => {
      clearTimeout(waiting);
      if (!again) {
        show();
        return;
      }
      const retry = element(
        "button",
        {
          type: "button",
          onclick: () => {
            show();
            again();
          },
        },
        context.t("map.retry"),
      );
      show(`${context.t("map.failed")} `, retry);
    });
  };

  // Combobox after the ARIA Authoring Practices: list autocomplete, manual selection.
  Wangge.search = (map, options) => {
    const context = map.wangge;
    const input = part(context, "search");
    const list = part(context, "found");
    let found = [];
    let active = -1;
    let known = null;
    const close = () => {
      list.hidden = true;
      active = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    };
    const choose = (row) => {
      input.value = row.name;
      close();
      context.set({
        level: options.levels.includes(row.level) ? row.level : context.state.level,
        pick: row.code,
      });
    };
    const mark = (next) => {
      active = (next + found.length) % found.length;
      [...list.children].forEach((option, i) =>
        option.setAttribute("aria-selected", String(i === active)),
      );
      input.setAttribute("aria-activedescendant", list.children[active].id);
      list.children[active].scrollIntoView({ block: "nearest" });
    };
    const show = () => {
      list.replaceChildren(
        ...found.map((row, i) =>
          element(
            "li",
            {
              role: "option",
              id: `${list.id}-${i}`,
              "aria-selected": "false",
              onmousedown: (event) => {
                event.preventDefault();
                choose(row);
              },
            },
            element("span", {}, row.name),
            element("small", {}, `${context.t(`map.level.${row.level}`)} ${row.code}`),
          ),
        ),
      );
      if (!found.length)
        list.append(
          element(
            "li",
            { role: "option", "aria-disabled": "true", "aria-selected": "false" },
            context.t("map.search.none"),
          ),
        );
      list.hidden = false;
      input.setAttribute("aria-expanded", "true");
      context.announce(context.t("map.search.found", { n: found.length }));
    };
    const look = async () => {
      const text = input.value.trim().toLowerCase();
      if (!text) {
        close();
        return;
      }
      try {
        known = known || (await context.source.rows());
      } catch (error) {
        context.tell("failed", look);
        return;
      }
      const matches = known.filter(
        (row) =>
          options.levels.includes(row.level) &&
          (row.name.toLowerCase().includes(text) || row.code.startsWith(text)),
      );
      found = matches
        .sort((a, b) => a.code.length - b.code.length || (a.code < b.code ? -1 : 1))
        .slice(0, options.limit);
      active = -1;
      show();
    };
    input.addEventListener("input", look);
    input.addEventListener("blur", close);
    input.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !list.hidden) {
        event.stopPropagation();
        close();
      }
      if (list.hidden || !found.length) return;
      if (event.key === "ArrowDown") mark(active + 1);
      else if (event.key === "ArrowUp") mark(active - 1);
      else if (event.key === "Enter") choose(found[Math.max(active, 0)]);
      else return;
      event.preventDefault();
    });
  };
})();
