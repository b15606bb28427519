// GCJ-02 as Chinese web maps displace WGS 84, and back; as gis/chinese_offsets.py has it.
"use strict";
(() => {
  const Wangge = (window.Wangge = window.Wangge || {});
  const SEMI_MAJOR = 6378245.0;
  const ECCENTRICITY_SQUARED = 0.00669342162296594323;
  const ROUNDS = 5;
  const { PI, sin, cos, sqrt, abs } = Math;

  const waves = (x) => ((20 * sin(6 * x * PI) + 20 * sin(2 * x * PI)) * 2) / 3;

  function north(x, y) {
    const base = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x));
    const short = ((20 * sin(y * PI) + 40 * sin((y / 3) * PI)) * 2) / 3;
    return base + waves(x) + short + ((160 * sin((y / 12) * PI) + 320 * sin((y * PI) / 30)) * 2) / 3;
  }

  function east(x, y) {
    const base = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x));
    const short = ((20 * sin(x * PI) + 40 * sin((x / 3) * PI)) * 2) / 3;
    return base + waves(x) + short + ((150 * sin((x / 12) * PI) + 300 * sin((x / 30) * PI)) * 2) / 3;
  }

  function offset(lon, lat) {
    const [x, y] = [lon - 105, lat - 35];
    const angle = (lat / 180) * PI;
    const magic = 1 - ECCENTRICITY_SQUARED * sin(angle) ** 2;
    const radius = (SEMI_MAJOR * (1 - ECCENTRICITY_SQUARED)) / (magic * sqrt(magic));
    return [
      (east(x, y) * 180) / ((SEMI_MAJOR / sqrt(magic)) * cos(angle) * PI),
      (north(x, y) * 180) / (radius * PI),
    ];
  }

  // Undo the displacement; outside China nothing was displaced.
  Wangge.fromGcj02 = (lon, lat) => {
    if (lon < 72.004 || lon > 137.8347 || lat < 0.8293 || lat > 55.8271) return [lon, lat];
    let at = [lon, lat];
    for (let round = 0; round < ROUNDS; round += 1) {
      const [dx, dy] = offset(...at);
      at = [lon - dx, lat - dy];
    }
    return at;
  };
})();
