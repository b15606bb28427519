// Drawing: hatches as canvas patterns, sharp pictures for print, and canvases as vector tiles.
"use strict";
(() => {
  const Wangge = (window.Wangge = window.Wangge || {});
  const SIDE = 8;

  // Three hatches that differ in form, not in colour alone.
  const STROKES = {
    no_data: (pen) => {
      pen.moveTo(0, SIDE);
      pen.lineTo(SIDE, 0);
      pen.moveTo(-1, 1);
      pen.lineTo(1, -1);
      pen.moveTo(SIDE - 1, SIDE + 1);
      pen.lineTo(SIDE + 1, SIDE - 1);
    },
    suppressed: (pen) => {
      pen.moveTo(SIDE / 2, 0);
      pen.lineTo(SIDE / 2, SIDE);
      pen.moveTo(0, SIDE / 2);
      pen.lineTo(SIDE, SIDE / 2);
    },
    nobody: (pen) => {
      pen.moveTo(SIDE / 2 + 0.9, SIDE / 2);
      pen.arc(SIDE / 2, SIDE / 2, 0.9, 0, 2 * Math.PI);
    },
    unreachable: (pen) => {
      pen.moveTo(0, 0);
      pen.lineTo(SIDE, SIDE);
      pen.moveTo(SIDE, 0);
      pen.lineTo(0, SIDE);
    },
  };

  Wangge.hatch = (kind, ink, paper) => {
    const canvas = document.createElement("canvas");
    canvas.width = SIDE;
    canvas.height = SIDE;
    const pen = canvas.getContext("2d");
    if (paper) {
      pen.fillStyle = paper;
      pen.fillRect(0, 0, SIDE, SIDE);
    }
    pen.strokeStyle = ink;
    pen.lineWidth = 1.1;
    pen.beginPath();
    STROKES[kind](pen);
    pen.stroke();
    return canvas;
  };

  const ofScreen = () => Math.max(1, Math.min(3, Math.ceil(window.devicePixelRatio || 1)));
  let scale = ofScreen();
  Wangge.sharpen = (forPaper) => {
    scale = forPaper ?? ofScreen();
  };

  const fillWithHatch = {
    _fillStroke(context, layer) {
      const hatch = layer.options.hatch;
      if (hatch && layer.options.fill) {
        context.globalAlpha = layer.options.fillOpacity;
        context.fillStyle = context.createPattern(hatch, "repeat");
        context.fill("evenodd");
        const stroked = Object.create(layer);
        stroked.options = { ...layer.options, fill: false };
        L.Canvas.prototype._fillStroke.call(this, context, stroked);
        return;
      }
      L.Canvas.prototype._fillStroke.call(this, context, layer);
    },
    // A house: one clear symbol, the place's own form whatever the colours do.
    _updateHouse(layer) {
      if (!this._drawing || layer._empty()) return;
      const pen = this._ctx;
      const { x, y } = layer._point;
      const r = layer._radius;
      pen.beginPath();
      pen.moveTo(x, y - 1.15 * r);
      pen.lineTo(x + 1.1 * r, y - 0.2 * r);
      pen.lineTo(x + 0.8 * r, y - 0.2 * r);
      pen.lineTo(x + 0.8 * r, y + 0.9 * r);
      pen.lineTo(x - 0.8 * r, y + 0.9 * r);
      pen.lineTo(x - 0.8 * r, y - 0.2 * r);
      pen.lineTo(x - 1.1 * r, y - 0.2 * r);
      pen.closePath();
      this._fillStroke(pen, layer);
    },
  };

  // As L.Canvas, but as sharp as the paper asks for, and able to hatch.
  Wangge.Canvas = L.Canvas.extend({
    ...fillWithHatch,
    _update() {
      if (this._map._animatingZoom && this._bounds) return;
      L.Renderer.prototype._update.call(this);
      const { _bounds: bounds, _container: container, _ctx: pen } = this;
      const size = bounds.getSize();
      L.DomUtil.setPosition(container, bounds.min);
      container.width = scale * size.x;
      container.height = scale * size.y;
      container.style.width = `${size.x}px`;
      container.style.height = `${size.y}px`;
      pen.scale(scale, scale);
      pen.translate(-bounds.min.x, -bounds.min.y);
      this.fire("update");
    },
    // Paper does not wait for the next frame.
    drawNow() {
      L.Util.cancelAnimFrame(this._redrawRequest);
      if (this._map) this._redraw();
    },
  });

  Wangge.House = L.CircleMarker.extend({
    _updatePath() {
      this._renderer._updateHouse(this);
    },
  });

  // A layer that draws itself on one canvas kept in step with the map.
  Wangge.Drawing = L.Renderer.extend({
    options: { padding: 0.15, draw: null },
    _initContainer() {
      this._container = document.createElement("canvas");
    },
    _destroyContainer() {
      this._container.remove();
      delete this._container;
    },
    _update() {
      if (this._map._animatingZoom && this._bounds) return;
      L.Renderer.prototype._update.call(this);
      const { _bounds: bounds, _container: container } = this;
      const size = bounds.getSize();
      L.DomUtil.setPosition(container, bounds.min);
      container.width = scale * size.x;
      container.height = scale * size.y;
      container.style.width = `${size.x}px`;
      container.style.height = `${size.y}px`;
      const pen = container.getContext("2d");
      pen.scale(scale, scale);
      pen.translate(-bounds.min.x, -bounds.min.y);
      this.options.draw(pen, this._map, bounds);
    },
    _updatePaths() {},
    redraw() {
      if (this._map) this._update();
      return this;
    },
  });

  // Vector tiles twice as fine as the screen: sharp on paper and between whole zoom levels.
  Wangge.tileCanvas = (coords, size, options) => {
    const tile = new L.Canvas.Tile(coords, size, options);
    const sharp = Math.max(2, scale);
    Object.assign(tile, { _fillStroke: fillWithHatch._fillStroke });
    tile._container.width = size.x * sharp;
    tile._container.height = size.y * sharp;
    tile._ctx.scale(sharp, sharp);
    return tile;
  };
})();
