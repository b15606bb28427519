// Where figures and shapes come from: fetched from the service, or embedded in this very file.
"use strict";
(() => {
  const Wangge = (window.Wangge = window.Wangge || {});

  // Lines are kept as differences of integers: [x, y, dx, dy, ...] in units of 1 / scale degrees.
  function decodeLine(numbers, scale) {
    const points = new Array(numbers.length / 2);
    let x = 0;
    let y = 0;
    for (let i = 0; i < points.length; i += 1) {
      x += numbers[2 * i];
      y += numbers[2 * i + 1];
      points[i] = [y / scale, x / scale];
    }
    return points;
  }

  const decodeSections = (data) =>
    data.lines.map((line, i) => ({
      points: decodeLine(line, data.scale),
      days: data.days[i],
      passes: data.passes[i],
      flags: data.flags[i],
      metres: data.metres[i],
      name: data.names[data.name[i]] || "",
    }));

  const decodeScene = (data) => {
    const lines = (group) =>
      group.map((line) => {
        const points = decodeLine(line, data.scale);
        return { points, box: L.latLngBounds(points) };
      });
    const placed = (group) => ({ ...group, points: decodeLine(group.points, data.scale) });
    return {
      roads: { sure: lines(data.roads.sure), blocked: lines(data.roads.blocked) },
      barriers: placed(data.barriers),
      entrances: placed(data.entrances),
      people: placed(data.people),
    };
  };

  const decodePolygons = (polygons, scale) =>
    polygons.map((rings) => rings.map((ring) => decodeLine(ring, scale)));

  function polygonsOf(geometry) {
    if (!geometry) return [];
    const many = geometry.type === "MultiPolygon" ? geometry.coordinates : [geometry.coordinates];
    return many.map((rings) => rings.map((ring) => ring.map(([lon, lat]) => [lat, lon])));
  }

  // What the page has asked for already is not asked again, unless it failed.
  function early(url) {
    const answer = Wangge.early?.get(url);
    Wangge.early?.delete(url);
    return answer;
  }

  async function fetched(url) {
    const response = await (early(url) ?? fetch(url, { credentials: "same-origin" }));
    if (!response.ok) throw new Error(`${response.status}`);
    return response.json();
  }

  // Ask once; a failed question may be asked again.
  function once(store, key, ask) {
    if (!store.has(key)) {
      const answer = ask();
      store.set(key, answer);
      answer.catch(() => store.delete(key));
    }
    return store.get(key);
  }

  class FetchedSource {
    constructor(endpoints, query) {
      this.endpoints = endpoints;
      this.query = query;
      this.answers = new Map();
    }

    address(url, more = {}) {
      const query = new URLSearchParams({ ...this.query, ...more });
      return `${url}${url.includes("?") ? "&" : "?"}${query}`;
    }

    items(level) {
      return once(this.answers, `items ${level}`, async () => {
        const answer = await fetched(this.endpoints.items[level]);
        return answer.features.map((feature) => ({
          ...feature.properties,
          polygons: polygonsOf(feature.geometry),
        }));
      });
    }

    rows() {
      return once(this.answers, "rows", async () => {
        const answer = await fetched(this.address(this.endpoints.rows));
        return Array.isArray(answer) ? answer : answer.rows;
      });
    }

    areas() {
      return once(this.answers, "areas", async () => {
        const answer = await fetched(this.address(this.endpoints.areas));
        return answer.features.map((feature) => ({
          ...feature.properties,
          polygons: polygonsOf(feature.geometry),
        }));
      });
    }

    sections() {
      return once(this.answers, "sections", async () =>
        decodeSections(await fetched(this.address(this.endpoints.sections))),
      );
    }

    scene() {
      return once(this.answers, "scene", async () =>
        decodeScene(await fetched(this.address(this.endpoints.scene))),
      );
    }

    // The ground is the same whatever is asked, so that browsers keep it.
    get ground() {
      return this.endpoints.tiles.replace("{layer}", "ground");
    }

    tiles(layer) {
      return this.address(this.endpoints.tiles.replace("{layer}", layer));
    }
  }

  class EmbeddedSource {
    constructor(data) {
      this.data = data;
      this.known = data.rows.map((values) =>
        Object.fromEntries(data.fields.map((field, i) => [field, values[i]])),
      );
    }

    async items(level) {
      return this.known
        .filter((row) => row.level === level)
        .map((row) => ({
          ...row,
          polygons: decodePolygons(this.data.shapes[row.code] || [], this.data.scale),
        }));
    }

    async rows() {
      return this.known;
    }

    async areas() {
      return this.data.areas.map((area) => ({
        ...area,
        polygons: decodePolygons(area.polygons, this.data.scale),
      }));
    }

    async scene() {
      return decodeScene({ ...this.data.scene, scale: this.data.scale });
    }

    async sections() {
      return decodeSections({ ...this.data.sections, scale: this.data.scale });
    }

    lines(name) {
      return (this.data.lines[name] || []).map((line) => decodeLine(line, this.data.scale));
    }

    surfaces(name) {
      return decodePolygons(this.data.surfaces[name] || [], this.data.scale);
    }

    get cells() {
      const { size_m, values, points } = this.data.cells;
      const places = decodeLine(points, this.data.scale);
      return { size_m, cells: places.map((at, i) => ({ at, counts: values[i] })) };
    }
  }

  Wangge.fetchedSource = (map, options) => {
    map.wangge.source = new FetchedSource(options.endpoints, options.query);
  };
  Wangge.embeddedSource = (map, options) => {
    const block = document.getElementById(options.block);
    map.wangge.source = new EmbeddedSource(JSON.parse(block.textContent));
  };
})();
