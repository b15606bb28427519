// Places: day-care centres as houses sized by their places, and where most people are left out.
"use strict";
(() => {
  const Wangge = (window.Wangge = window.Wangge || {});

  // Names keep away from symbols.
  function block(context, options, half) {
    const here = options.items.map((item) => ({
      at: [item.lat, item.lon],
      half: half(item),
      toggle: options.toggle,
    }));
    context.obstacles = [...(context.obstacles || []), ...here];
  }

  Wangge.facilities = (map, options) => {
    const context = map.wangge;
    let colour = Wangge.palette();
    const most = Math.max(1, ...options.items.map((item) => item.places || 0));
    // Over the whole district symbols make way for each other.
    const radius = (item) =>
      (map.getZoom() < 12.5 ? 0.75 : 1) * (4.5 + 5 * Math.sqrt((item.places || 0) / most));
    const style = () => ({
      color: colour("house-line"),
      fillColor: colour("house"),
      weight: 1.5,
      fillOpacity: 1,
      fill: true,
    });
    const houses = options.items.map((item) => {
      const house = new Wangge.House([item.lat, item.lon], {
        ...style(),
        radius: radius(item),
        renderer: context.canvas,
      });
      house.on("click", (event) => {
        L.DomEvent.stopPropagation(event);
        context.choose(options.toggle, item.code);
        open(item);
      });
      house.bindTooltip(Wangge.escape(item.name), { className: "wg-hint", offset: [8, 0] });
      return house;
    });
    block(context, options, radius);
    const open = (item) =>
      context.popup([item.lat, item.lon], context.theme.place(item), item.name);
    map.on("zoomend", () =>
      houses.forEach((house, i) => house.setRadius(radius(options.items[i]))),
    );
    const group = L.featureGroup(houses);
    const follow = () => {
      if (context.isOn(options.toggle)) group.addTo(map).bringToFront();
      else group.remove();
    };
    context.on("state", (changed) => "off" in changed && follow());
    context.on("raised", () => map.hasLayer(group) && group.bringToFront());
    context.on("colours", () => {
      colour = Wangge.palette();
      group.setStyle(style());
    });
    context.on("open place", (code) => {
      const item = options.items.find((one) => one.code === code);
      if (!item) return;
      map.setView([item.lat, item.lon], Math.max(map.getZoom(), 15));
      open(item);
    });
    follow();
  };

  // Numbered rings: a number is read where a colour would not be.
  Wangge.hotSpots = (map, options) => {
    const context = map.wangge;
    const group = L.layerGroup(
      options.items.map((item, i) => {
        const icon = L.divIcon({
          className: "wg-hot",
          html: Wangge.element("span", {}, String(i + 1)),
          iconSize: [26, 26],
        });
        const marker = L.marker([item.lat, item.lon], {
          icon,
          keyboard: true,
          title: context.t("map.hot.title", { n: i + 1, people: context.number(item.unserved) }),
          alt: context.t("map.hot.title", { n: i + 1, people: context.number(item.unserved) }),
        });
        marker.on("click", () => {
          context.choose(options.toggle, i);
          open(item, i);
        });
        return marker;
      }),
    );
    block(context, options, () => 13);
    const open = (item, i) =>
      context.popup([item.lat, item.lon], context.theme.hotSpot(item, i), item.unit_name);
    const follow = () => {
      if (context.isOn(options.toggle)) group.addTo(map);
      else group.remove();
    };
    context.on("state", (changed) => "off" in changed && follow());
    context.on("open hot spot", (i) => {
      const item = options.items[i];
      map.setView([item.lat, item.lon], Math.max(map.getZoom(), 15));
      open(item, i);
    });
    follow();
  };
})();
