// Positions on the WGS 84 ellipsoid over the few kilometres of a survey: a local plane is exact to millimetres.

const kA = 6378137;
const kE2 = 0.00669437999014;
const kRad = Math.PI / 180;

/** Metres a degree of latitude and of longitude is long. */
export function scale(latitude) {
  const s = 1 - kE2 * Math.sin(latitude * kRad) ** 2;
  return { north: kA * (1 - kE2) / s ** 1.5 * kRad, east: kA * Math.cos(latitude * kRad) / Math.sqrt(s) * kRad };
}

/** The same angle from -180 to 180: places on both sides of the antimeridian are neighbours. */
export function wrapped(degrees) {
  return degrees - 360 * Math.round(degrees / 360);
}

export function destination(latitude, longitude, bearing, metres) {
  const m = scale(latitude);
  return { latitude: latitude + metres * Math.cos(bearing * kRad) / m.north,
           longitude: wrapped(longitude + metres * Math.sin(bearing * kRad) / m.east) };
}

export function distance(a, b) {
  const m = scale((a.latitude + b.latitude) / 2);
  return Math.hypot((a.latitude - b.latitude) * m.north, wrapped(a.longitude - b.longitude) * m.east);
}

/** 54° 10.1234' N */
export function degrees(value, positive, negative) {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  const whole = Math.floor(size + 1e-9);
  return `${whole}° ${((size - whole) * 60).toFixed(4).padStart(7, "0")}′ ${value < 0 ? negative : positive}`;
}
export function position(latitude, longitude) {
  return Number.isFinite(latitude) ? `${degrees(latitude, "N", "S")}  ${degrees(longitude, "E", "W")}` : "no position";
}

export function utc(timeMs) {
  return Number.isFinite(timeMs) ? new Date(timeMs).toISOString().slice(0, 23).replace("T", " ") : "–";
}

export function describe(place) {
  const metres = (value) => (Number.isFinite(value) ? `${value.toFixed(1)} m` : "–");
  const what = place.side ? "starboard" : "port";
  const column = Number.isFinite(place.ground) ? `ground ${metres(place.ground)}` : "water column";
  return `${what}  slant ${metres(place.slant)}  ${column}  altitude ${metres(place.altitude)}  ${position(place.latitude, place.longitude)}  ${utc(place.timeMs).slice(11)}  ping ${place.ping}`;
}
