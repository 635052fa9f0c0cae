// The map: track, coverage, contacts with their error ellipses, holes and, of a simulation, truth. No tiles.

import { degrees, position, scale, wrapped } from "./geo.js";

const kEvery = 8;            // one point of the track for so many lines
const kMostPoints = 20000;
const kSteps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000, 200000, 500000];
const $ = (id) => document.getElementById(id);
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export class SeaMap {
  #canvas;
  #contacts;
  #track = [];
  #lines = 0;
  #truth = [];
  #survey = { coverage: [], holes: [], track: [] };
  #vehicles = [];
  #origin = null;
  #view = { east: 0, north: 0, perPixel: 0.5 };
  #fitted = true;              // until somebody moves or zooms it
  #dirty = true;

  constructor(canvas, contacts) {
    this.#canvas = canvas;
    this.#contacts = contacts;
    new ResizeObserver(() => this.touch()).observe(canvas);
    $("map-fit").onclick = () => { this.#fitted = true; this.touch(); };
    $("map-in").onclick = () => this.#zoom(1 / 1.5);
    $("map-out").onclick = () => this.#zoom(1.5);
    for (const id of ["map-follow", "map-truth"]) $(id).onchange = () => this.touch();
    this.#listen();
    const draw = () => { requestAnimationFrame(draw); if (this.#dirty && canvas.clientWidth) { this.#dirty = false; this.#draw(); } };
    draw();
  }

  touch() { this.#dirty = true; }
  setTruth(looks) { this.#truth = looks; $("map-truth").closest("label").hidden = looks.length === 0; this.touch(); }
  setVehicles(runs) { this.#vehicles = runs.filter((run) => run.health.position); this.touch(); }
  setSurvey(survey) { this.#survey = survey; this.touch(); }

  addLine(line) {
    if (!Number.isFinite(line.latitude) || line.mapped || this.#lines++ % kEvery) return;
    line.mapped = true;
    this.#origin ??= { latitude: line.latitude, longitude: line.longitude, ...scale(line.latitude) };
    const reach = line.sides.map((s) => {
      const slant = s ? s.firstEdge + s.pixels.length * s.columnM : 0;
      return Math.sqrt(Math.max(0, slant ** 2 - (line.altitude || 0) ** 2));
    });
    const known = Math.max(...reach);
    this.#track.push({ ...this.#plane(line.latitude, line.longitude), heading: line.heading, reach: reach.map((r) => r || known), run: line.run, gap: line.gap });
    if (this.#track.length > kMostPoints) this.#track = this.#track.filter((_, i) => i % 2 === 0);
    if (!this.#canvas.closest("[hidden]")) this.touch();
  }

  #plane(latitude, longitude) {
    const o = this.#origin;
    return { east: wrapped(longitude - o.longitude) * o.east, north: (latitude - o.latitude) * o.north };
  }
  #place(x, y) {
    const o = this.#origin;
    const east = this.#view.east + (x - this.#canvas.clientWidth / 2) * this.#view.perPixel;
    const north = this.#view.north - (y - this.#canvas.clientHeight / 2) * this.#view.perPixel;
    return { latitude: o.latitude + north / o.north, longitude: wrapped(o.longitude + east / o.east) };
  }
  #spot({ east, north }) {
    return [this.#canvas.clientWidth / 2 + (east - this.#view.east) / this.#view.perPixel,
            this.#canvas.clientHeight / 2 - (north - this.#view.north) / this.#view.perPixel];
  }

  #zoom(factor, x = this.#canvas.clientWidth / 2, y = this.#canvas.clientHeight / 2) {
    const v = this.#view;
    const next = Math.min(200, Math.max(0.01, v.perPixel * factor));
    v.east += (x - this.#canvas.clientWidth / 2) * (v.perPixel - next);
    v.north -= (y - this.#canvas.clientHeight / 2) * (v.perPixel - next);
    v.perPixel = next;
    this.#fitted = false;
    this.touch();
  }

  #listen() {
    const canvas = this.#canvas;
    let from = null;
    const at = (event) => [event.offsetX, event.offsetY];
    canvas.addEventListener("wheel", (event) => { event.preventDefault(); this.#zoom(event.deltaY < 0 ? 1 / 1.2 : 1.2, ...at(event)); }, { passive: false });
    canvas.addEventListener("pointerdown", (event) => { from = { at: at(event), moved: false }; canvas.setPointerCapture(event.pointerId); });
    canvas.addEventListener("pointermove", (event) => {
      const [x, y] = at(event);
      if (this.#origin) { const p = this.#place(x, y); $("map-readout").textContent = position(p.latitude, p.longitude); }
      if (!from) return;
      const [dx, dy] = [x - from.at[0], y - from.at[1]];
      if (!from.moved && Math.hypot(dx, dy) < 4) return;
      from = { at: [x, y], moved: true };
      this.#view.east -= dx * this.#view.perPixel;
      this.#view.north += dy * this.#view.perPixel;
      this.#fitted = false;
      $("map-follow").checked = false;
      this.touch();
    });
    canvas.addEventListener("pointerup", (event) => { if (from && !from.moved) this.#pick(...at(event)); from = null; });
    canvas.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [-40, 0], ArrowRight: [40, 0], ArrowUp: [0, 40], ArrowDown: [0, -40] }[event.key];
      if (step) { this.#view.east += step[0] * this.#view.perPixel; this.#view.north += step[1] * this.#view.perPixel; this.#fitted = false; }
      else if (event.key === "+") this.#zoom(1 / 1.5);
      else if (event.key === "-") this.#zoom(1.5);
      else return;
      event.stopPropagation(); event.preventDefault();
      this.touch();
    });
  }

  #pick(x, y) {
    if (!this.#origin) return;
    let best = null;
    for (const contact of this.#contacts.list) {
      if (contact.latitude === null) continue;
      const [cx, cy] = this.#spot(this.#plane(contact.latitude, contact.longitude));
      const away = Math.hypot(cx - x, cy - y);
      if (away < 14 && (!best || away < best.away)) best = { away, id: contact.id };
    }
    if (best) { this.#contacts.select(best.id); this.#contacts.show(); this.touch(); }
  }

  #fit() {
    const told = [...this.#survey.track.flatMap((line) => line.points), ...this.#contacts.list.filter((c) => c.latitude !== null).map((c) => [c.latitude, c.longitude])];
    const points = this.#track.length ? this.#track.flatMap((p) => [0, 1].map((side) => this.#side(p, side))) : told.map(([la, lo]) => this.#plane(la, lo));
    if (!points.length) return;
    const range = (key) => points.reduce(([low, high], p) => [Math.min(low, p[key]), Math.max(high, p[key])], [Infinity, -Infinity]);
    const [west, east] = range("east");
    const [south, north] = range("north");
    this.#view = { east: (west + east) / 2, north: (south + north) / 2,
                   perPixel: Math.max((east - west) / (this.#canvas.clientWidth - 60), (north - south) / (this.#canvas.clientHeight - 60), 0.02) };
  }

  #side(point, side) {
    const bearing = (point.heading + (side ? 90 : 270)) * Math.PI / 180;
    return { east: point.east + point.reach[side] * Math.sin(bearing), north: point.north + point.reach[side] * Math.cos(bearing) };
  }

  #draw() {
    const canvas = this.#canvas;
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    canvas.width = canvas.clientWidth * ratio;
    canvas.height = canvas.clientHeight * ratio;
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    context.font = "11px system-ui, sans-serif";
    context.fillStyle = css("--back");
    context.fillRect(0, 0, canvas.clientWidth, canvas.clientHeight);
    if (!this.#origin) this.#begin();
    if (!this.#origin) { context.fillStyle = css("--quiet"); context.fillText("No positions yet.", 16, 24); return; }
    const here = this.#track[this.#track.length - 1];
    if (this.#fitted) this.#fit();
    if ($("map-follow").checked && here) Object.assign(this.#view, { east: here.east, north: here.north });
    this.#drawCoverage(context);
    this.#drawGraticule(context);
    if (here) this.#drawTrack(context, here);
    else this.#drawVehicles(context);
    if ($("map-truth").checked) this.#drawTruth(context);
    for (const contact of this.#contacts.list) this.#drawContact(context, contact);
    this.#drawScale(context);
  }

  #path(context, points, close = false) {
    context.beginPath();
    points.forEach((p, i) => (i ? context.lineTo(...this.#spot(p)) : context.moveTo(...this.#spot(p))));
    if (close) context.closePath();
  }

  #drawCoverage(context) {
    context.fillStyle = css("--accent");
    for (const swath of this.#survey.coverage) {
      context.globalAlpha = swath.quality === "good" ? 0.3 : 0.16;
      this.#path(context, swath.outline.map(([la, lo]) => this.#plane(la, lo)), true);
      context.fill();
    }
    if (!this.#survey.coverage.length) this.#drawSwath(context);
    context.globalAlpha = 1;
    context.strokeStyle = css("--text");
    context.setLineDash([4, 3]);
    for (const hole of this.#survey.holes) {
      this.#path(context, hole.outline.map(([la, lo]) => this.#plane(la, lo)), true);
      context.stroke();
    }
    context.setLineDash([]);
  }

  /** What the lines themselves say was seen, until fusion has said better. One path: overlaps stay even. */
  #drawSwath(context) {
    context.globalAlpha = 0.22;
    context.beginPath();
    for (let i = 1; i < this.#track.length; ++i) {
      const [a, b] = [this.#track[i - 1], this.#track[i]];
      if (a.run !== b.run || Math.hypot(a.east - b.east, a.north - b.north) > 60) continue;
      const corners = [[a, 0], [a, 1], [b, 1], [b, 0]].map(([p, side]) => this.#spot(this.#side(p, side)));
      // All turning the same way, or pieces of opposite courses would take each other away.
      const turn = corners.reduce((sum, [x, y], k) => { const [u, v] = corners[(k + 1) % 4]; return sum + x * v - y * u; }, 0);
      (turn < 0 ? corners.reverse() : corners).forEach((corner, k) => context[k ? "lineTo" : "moveTo"](...corner));
      context.closePath();
    }
    context.fill();
  }

  #drawTrack(context, here) {
    context.strokeStyle = css("--text");
    context.lineWidth = 1.5;
    context.beginPath();
    this.#track.forEach((p, i) => {
      const before = this.#track[i - 1];
      const joined = before && before.run === p.run && Math.hypot(before.east - p.east, before.north - p.north) < 60;
      context[joined ? "lineTo" : "moveTo"](...this.#spot(p));
    });
    context.stroke();
    const [x, y] = this.#spot(here);
    context.save();
    context.translate(x, y);
    context.rotate((here.heading || 0) * Math.PI / 180);
    context.fillStyle = css("--focus");
    context.beginPath(); context.moveTo(0, -9); context.lineTo(6, 7); context.lineTo(0, 3); context.lineTo(-6, 7); context.fill();
    context.restore();
    context.lineWidth = 1;
  }

  /** Without lines of our own, the first place that anybody told. */
  #begin() {
    const contact = this.#contacts.list.find((c) => c.latitude !== null);
    const place = this.#survey.track[0]?.points[0] ?? (contact && [contact.latitude, contact.longitude]) ?? this.#vehicles[0]?.health.position;
    if (place) this.#origin = { latitude: place[0], longitude: place[1], ...scale(place[0]) };
  }

  #drawVehicles(context) {
    context.strokeStyle = css("--text");
    for (const line of this.#survey.track) {
      this.#path(context, line.points.map(([la, lo]) => this.#plane(la, lo)));
      context.stroke();
    }
    context.fillStyle = css("--focus");
    for (const run of this.#vehicles) {
      const [x, y] = this.#spot(this.#plane(...run.health.position));
      context.beginPath(); context.arc(x, y, 5, 0, 7); context.fill();
      context.fillText(run.vehicle, x + 8, y - 6);
    }
  }

  #drawGraticule(context) {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const o = this.#origin;
    const minutes = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1200];
    const [a, b] = [this.#place(0, height), this.#place(width, 0)];
    context.strokeStyle = css("--line");
    context.fillStyle = css("--quiet");
    const stepOf = (metresPerDegree) => minutes.find((m) => m / 60 * metresPerDegree / this.#view.perPixel > 110) / 60 || 30;
    for (let s = stepOf(o.north), la = Math.ceil(a.latitude / s) * s; la < b.latitude; la += s) {
      const y = this.#spot(this.#plane(la, o.longitude))[1];
      context.beginPath(); context.moveTo(0, y); context.lineTo(width, y); context.stroke();
      context.fillText(degrees(la, "N", "S"), 4, y - 3);
    }
    for (let s = stepOf(o.east), lo = Math.ceil(a.longitude / s) * s; lo < b.longitude; lo += s) {
      const x = this.#spot(this.#plane(o.latitude, lo))[0];
      context.beginPath(); context.moveTo(x, 0); context.lineTo(x, height); context.stroke();
      context.fillText(degrees(lo, "E", "W"), x + 3, 12);
    }
  }

  #drawTruth(context) {
    context.strokeStyle = css("--text");
    for (const look of this.#truth) {
      const [x, y] = this.#spot(this.#plane(look.latitude, look.longitude));
      context.beginPath(); context.moveTo(x - 6, y); context.lineTo(x + 6, y); context.moveTo(x, y - 6); context.lineTo(x, y + 6); context.stroke();
    }
  }

  // A class shows by its shape as well as its colour: diamond, square, circle.
  #drawContact(context, contact) {
    if (contact.latitude === null) return;
    const at = this.#plane(contact.latitude, contact.longitude);
    const [x, y] = this.#spot(at);
    const chosen = contact.id === this.#contacts.selected;
    context.strokeStyle = context.fillStyle = css({ MILCO: "--milco", NOMBO: "--nombo", MILEC: "--milec" }[contact.shownClass]);
    context.globalAlpha = contact.verdict === "rejected" ? 0.45 : 1;
    if (contact.error_major_m !== null) {
      context.beginPath();
      context.ellipse(x, y, contact.error_major_m / this.#view.perPixel, contact.error_minor_m / this.#view.perPixel, (contact.error_bearing_deg - 90) * Math.PI / 180, 0, 7);
      context.stroke();
    }
    const r = chosen ? 7 : 5;
    context.beginPath();
    if (contact.shownClass === "MILCO") { context.moveTo(x, y - r); context.lineTo(x + r, y); context.lineTo(x, y + r); context.lineTo(x - r, y); context.closePath(); context.fill(); }
    else if (contact.shownClass === "NOMBO") context.fillRect(x - r * 0.8, y - r * 0.8, r * 1.6, r * 1.6);
    else { context.lineWidth = 2; context.arc(x, y, r * 0.8, 0, 7); context.stroke(); context.lineWidth = 1; }
    if (chosen || this.#view.perPixel < 0.3) { context.fillStyle = css("--text"); context.fillText(`${contact.id}${{ accepted: " ✓", rejected: " ✕", open: "" }[contact.verdict]}`, x + r + 3, y + 4); }
    if (chosen) { context.strokeStyle = css("--text"); context.beginPath(); context.arc(x, y, 12, 0, 7); context.stroke(); }
    context.globalAlpha = 1;
  }

  #drawScale(context) {
    const height = this.#canvas.clientHeight;
    const metres = kSteps.find((m) => m / this.#view.perPixel > 60) ?? 1e6;
    const w = metres / this.#view.perPixel;
    context.fillStyle = css("--panel"); context.fillRect(8, height - 30, w + 16, 24);
    context.strokeStyle = context.fillStyle = css("--text");
    context.lineWidth = 2;
    context.beginPath(); context.moveTo(16, height - 18); context.lineTo(16, height - 12); context.lineTo(16 + w, height - 12); context.lineTo(16 + w, height - 18); context.stroke();
    context.lineWidth = 1;
    context.fillText(metres < 1000 ? `${metres} m` : `${metres / 1000} km`, 20, height - 17);
    context.fillText("N ↑", this.#canvas.clientWidth - 30, height - 12);
  }
}
