// Small geometry for what is drawn around one geotag. Longitude before latitude, degrees; metres
// by the local radii of WGS 84, which within a few kilometres is far finer than a pixel.

const EQUATOR_M = 6378137;
const E2 = 0.00669437999014;

export function metresPerDegree(lat) {
  const sine = Math.sin((lat * Math.PI) / 180);
  const w = Math.sqrt(1 - E2 * sine * sine);
  const perRadian = Math.PI / 180;
  return [
    (EQUATOR_M / w) * Math.cos((lat * Math.PI) / 180) * perRadian,
    ((EQUATOR_M * (1 - E2)) / w ** 3) * perRadian,
  ];
}

function polygonsOf(geometry) {
  return geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
}

// [west, south, east, north]
export function boundsOf(geometry) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [lon, lat] of polygonsOf(geometry).flat(2)) {
    box[0] = Math.min(box[0], lon);
    box[1] = Math.min(box[1], lat);
    box[2] = Math.max(box[2], lon);
    box[3] = Math.max(box[3], lat);
  }
  return box;
}

// The point of the area's edge nearest to `point`.
export function nearestOnEdge(geometry, point) {
  const [kx, ky] = metresPerDegree(point[1]);
  let best = null;
  let least = Infinity;
  for (const ring of polygonsOf(geometry).flat()) {
    for (let i = 1; i < ring.length; i++) {
      const ax = (ring[i - 1][0] - point[0]) * kx;
      const ay = (ring[i - 1][1] - point[1]) * ky;
      const dx = (ring[i][0] - ring[i - 1][0]) * kx;
      const dy = (ring[i][1] - ring[i - 1][1]) * ky;
      const length2 = dx * dx + dy * dy;
      const t = length2 ? Math.min(1, Math.max(0, -(ax * dx + ay * dy) / length2)) : 0;
      const x = ax + t * dx;
      const y = ay + t * dy;
      if (x * x + y * y < least) {
        least = x * x + y * y;
        best = [point[0] + x / kx, point[1] + y / ky];
      }
    }
  }
  return best;
}

export function circle(point, radius_m, corners = 64) {
  const [kx, ky] = metresPerDegree(point[1]);
  const ring = [];
  for (let i = 0; i <= corners; i++) {
    const angle = (2 * Math.PI * i) / corners;
    ring.push([point[0] + (radius_m * Math.cos(angle)) / kx, point[1] + (radius_m * Math.sin(angle)) / ky]);
  }
  return { type: "Polygon", coordinates: [ring] };
}
