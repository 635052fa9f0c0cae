// Length between two points of the picture, and height from a shadow.

import { distance } from "./geo.js";

/** What was measured, or what to click next, in words; empty when nothing is being measured. */
export function describeMeasurement(what, [a, b]) {
  if (!what) return "";
  if (!a) return what === "length" ? "Length: click both ends." : "Height: click where the shadow begins, then where it ends.";
  if (!b) return what === "length" ? "Length: click the other end." : "Height: click the end of the shadow.";
  if (what === "height") {
    const [near, far] = [a, b].sort((p, q) => p.slant - q.slant);
    if (!(a.altitude > 0)) return "Height: the altitude is not known here.";
    if (a.side !== b.side) return "Height: both points must lie on one side.";
    const height = a.altitude * (far.slant - near.slant) / far.slant;
    return `Height ${height.toFixed(2)} m from a shadow of ${(far.slant - near.slant).toFixed(2)} m at ${near.slant.toFixed(1)} m, altitude ${a.altitude.toFixed(1)} m (flat bottom)`;
  }
  if ([a, b].every((p) => Number.isFinite(p.latitude))) return `Length ${distance(a, b).toFixed(2)} m`;
  return `Across ${Math.abs((a.side ? 1 : -1) * a.slant - (b.side ? 1 : -1) * b.slant).toFixed(2)} m slant; positions are not known`;
}
