// The waterfall: port left, starboard right, newest on top. Two canvases: the rows, and marks over them.

import { lookup } from "./colour.js";
import { describe, destination } from "./geo.js";
import { drawBox, label } from "./mark.js";
import { describeMeasurement } from "./measurement.js";

const kMostRatio = 1.5;
const kLatencies = 2000;
const kNice = [1, 2, 5, 10, 20, 25, 50, 100, 200, 500];

export class Waterfall extends EventTarget {
  ground = false;
  boxes = true;
  rangeLines = true;
  rowHeight = 1;
  paused = false;
  followsNewest = true;
  measuring = null;            // null, "length" or "height"
  latencies = [];              // ms from publication to drawing, the latest kLatencies
  #lines;
  #contacts = () => [];
  #canvas;
  #marks;
  #colours = { name: "copper", gain: 0, contrast: 1 };
  #table = lookup("copper", 0, 1);
  #zoom = 1;
  #middle = 0;                 // metres across track in the middle of the picture, starboard positive
  #top = 0;                    // one more than the number of the line on top
  #drawn = 0;                  // lines below this number are in the last drawing, or above it
  #shown = 0;                  // lines below this number have been noted as shown
  #dirty = true;
  #cursor = null;
  #points = [];
  #selected = null;

  constructor(lines, canvas, marks) {
    super();
    this.#lines = lines;
    this.#canvas = canvas;
    this.#marks = marks;
    new ResizeObserver(() => this.#resize()).observe(canvas.parentElement);
    this.#resize();
    requestAnimationFrame(() => this.#draw());
  }

  set contacts(read) { this.#contacts = read; }
  set selected(id) { this.#selected = id; this.touch(); }
  get zoom() { return this.#zoom; }

  touch() { this.#dirty = true; }

  setColours(change) {
    Object.assign(this.#colours, change);
    this.#table = lookup(this.#colours.name, this.#colours.gain, this.#colours.contrast);
    this.touch();
  }

  setPaused(paused) {
    this.paused = paused;
    this.#follow(!paused);
  }

  zoomBy(factor, atX = this.#width / 2) {
    const before = this.#metresAt(atX);
    this.#zoom = Math.min(32, Math.max(1, this.#zoom * factor));
    this.#middle += before - this.#metresAt(atX);
    this.#hold();
    this.touch();
  }
  zoomAll() { this.#zoom = 1; this.#middle = 0; this.touch(); }
  move(share) { this.#middle += share * 2 * this.#reach() / this.#zoom; this.#hold(); this.touch(); }

  /** Back into the past, or forward again: at the newest line it follows once more. */
  scroll(lines) {
    const { dropped, end } = this.#lines;
    this.#top = Math.max(Math.min(dropped + 20, end), Math.min(this.#topLine() - lines, end));
    this.#follow(this.#top === end && !this.paused);
  }
  toNewest() {
    this.#top = this.#lines.end;
    this.#follow(!this.paused);
  }

  /** Brings a ping to the middle of the picture; false when its line is not held any more. */
  show(ping) {
    const line = this.#lines.ofPing(ping) ?? this.#lines.ofPing(ping + 1) ?? this.#lines.ofPing(ping - 1);
    if (!line) return false;
    this.#top = Math.min(this.#lines.end, line.number + Math.round(this.#rows() / 2));
    this.#follow(false);
    return true;
  }

  #follow(newest) {
    if (newest && !this.followsNewest) this.#shown = this.#lines.end;  // What came meanwhile was not late: nobody wanted it.
    this.followsNewest = newest;
    this.touch();
    this.dispatchEvent(new Event("scrolled"));
  }

  measure(what) { this.measuring = what; this.#points = []; this.touch(); }

  pointAt(x, y) { this.#cursor = x === null ? null : { x, y }; this.touch(); }

  /** A click: a point of a measurement, or the contact under it. */
  click(x, y) {
    const place = this.#placeAt(x, y);
    if (!this.measuring) {
      const hit = this.#boxesNow().filter((b) => x >= b.x - 4 && x <= b.x + b.w + 4 && y >= b.y - 4 && y <= b.y + b.h + 4);
      if (hit.length) this.dispatchEvent(new CustomEvent("picked", { detail: hit[hit.length - 1].contact.id }));
      return;
    }
    if (!place) return;
    if (this.#points.length === 2) this.#points = [];
    this.#points.push({ ...place, x, y });
    this.touch();
  }

  /** What stands under the pointer, in words. */
  readout() {
    const measured = describeMeasurement(this.measuring, this.#points);
    if (measured) return measured;
    const place = this.#cursor && this.#placeAt(this.#cursor.x, this.#cursor.y);
    return place ? describe(place) : "";
  }

  // ---- geometry of the picture

  get #width() { return this.#canvas.clientWidth; }
  #rows() { return Math.ceil(this.#canvas.clientHeight / this.rowHeight); }

  /** Metres from nadir to the end of the range. */
  #reach() {
    const line = this.#lines.newest;
    const ends = (line?.sides ?? []).filter(Boolean).map((s) => s.firstEdge + s.pixels.length * s.columnM);
    return ends.length ? Math.max(...ends) : 50;
  }
  #metresPerPixel() { return 2 * this.#reach() / this.#zoom / Math.max(1, this.#width); }
  #metresAt(x) { return this.#middle + (x - this.#width / 2) * this.#metresPerPixel(); }
  #xOf(metres) { return this.#width / 2 + (metres - this.#middle) / this.#metresPerPixel(); }
  #hold() {
    const slack = this.#reach() * (1 - 1 / this.#zoom);
    this.#middle = Math.min(slack, Math.max(-slack, this.#middle));
  }
  #topLine() { return Math.min(this.#top, this.#lines.end); }
  #lineAt(y) { return this.#lines.at(this.#topLine() - 1 - Math.floor(y / this.rowHeight)); }
  #yOf(number) { return (this.#topLine() - 1 - number) * this.rowHeight; }

  #placeAt(x, y) {
    const line = this.#lineAt(y);
    if (!line) return null;
    const across = this.#metresAt(x);
    const side = across < 0 ? 0 : 1;
    const row = line.sides[side];
    const metres = Math.abs(across);
    const altitude = line.altitude;
    const slant = this.ground && altitude > 0 ? Math.hypot(metres, altitude) : metres;
    const below = altitude > 0 && slant > altitude;
    const ground = below ? Math.sqrt(slant ** 2 - altitude ** 2) : this.ground ? metres : NaN;
    const place = { line, side, slant, ground, altitude, ping: line.ping, timeMs: line.timeMs };
    if (row) place.level = row.pixels[Math.floor((slant - row.firstEdge) / row.columnM)];
    if (Number.isFinite(line.latitude) && Number.isFinite(line.heading) && Number.isFinite(ground)) {
      Object.assign(place, destination(line.latitude, line.longitude, line.heading + (side ? 90 : 270), ground));
    }
    return place;
  }

  // ---- drawing

  #resize() {
    const ratio = Math.min(kMostRatio, window.devicePixelRatio || 1);
    for (const canvas of [this.#canvas, this.#marks]) {
      canvas.width = Math.max(1, Math.round(canvas.clientWidth * ratio));
      canvas.height = Math.max(1, Math.round(canvas.clientHeight * ratio));
    }
    this.touch();
  }

  #draw() {
    requestAnimationFrame(() => this.#draw());
    this.#note();
    const { end } = this.#lines;
    if (this.followsNewest && this.#top !== end) {
      this.#top = end;
      this.#dirty = true;
    }
    if (!this.#dirty) return;
    this.#dirty = false;
    this.#drawRows();
    this.#drawMarks();
    this.#drawn = this.#topLine();
    this.dispatchEvent(new Event("drawn"));
  }

  /** How long the rows that the drawing before brought were under way: by now it has been shown. */
  #note() {
    const now = Date.now();
    for (let n = Math.max(this.#shown, this.#lines.dropped); n < this.#drawn; ++n) {
      const line = this.#lines.at(n);
      const published = Math.max(...line.sides.map((s) => s?.publishedMs ?? 0));
      if (line.fresh) this.latencies.push(now - published);
    }
    this.#shown = Math.max(this.#shown, this.#drawn);
    if (this.latencies.length > kLatencies) this.latencies.splice(0, this.latencies.length - kLatencies);
  }

  #drawRows() {
    const context = this.#canvas.getContext("2d", { alpha: false });
    const { width, height } = this.#canvas;
    const image = context.createImageData(width, height);
    const out = new Uint32Array(image.data.buffer);
    const black = this.#table[0];
    const ratio = height / Math.max(1, this.#canvas.clientHeight);
    const perPixel = this.#metresPerPixel() / (width / Math.max(1, this.#width));
    const first = this.#middle - width / 2 * perPixel;
    const columns = new Int32Array(width);
    let drawn = null;
    let at = -1;
    for (let y = 0; y < height; ++y) {
      const number = this.#topLine() - 1 - Math.floor(y / ratio / this.rowHeight);
      if (number === at) {
        out.copyWithin(y * width, (y - 1) * width, y * width);
        continue;
      }
      at = number;
      const line = this.#lines.at(number);
      const row = out.subarray(y * width, (y + 1) * width);
      if (!line) { row.fill(black); continue; }
      const form = this.ground ? `${line.altitude.toFixed(2)}` : "";
      const look = line.sides.map((s) => (s ? `${s.firstEdge} ${s.columnM} ${s.pixels.length}` : "")).join("|") + form;
      if (look !== drawn) { this.#place(columns, line, first, perPixel); drawn = look; }
      this.#drawLine(row, line, columns, perPixel);
    }
    context.putImageData(image, 0, 0);
  }

  /** Which column stands at each pixel: starboard 0, 1 ..., port -1, -2 ...; none: 2^30. */
  #place(columns, line, first, perPixel) {
    for (let x = 0; x < columns.length; ++x) {
      const across = first + (x + 0.5) * perPixel;
      const side = line.sides[across < 0 ? 0 : 1];
      if (!side) { columns[x] = 2 ** 30; continue; }
      const metres = Math.abs(across);
      const slant = this.ground && line.altitude > 0 ? Math.hypot(metres, line.altitude) : metres;
      const column = Math.floor((slant - side.firstEdge) / side.columnM);
      columns[x] = column < 0 || column >= side.pixels.length ? 2 ** 30 : across < 0 ? -1 - column : column;
    }
  }

  #drawLine(row, line, columns, perPixel) {
    const table = this.#table;
    const [port, starboard] = line.sides.map((s) => s?.pixels);
    const beside = line.sides.some((s) => s && perPixel > 1.5 * s.columnM);
    for (let x = 0; x < row.length; ++x) {
      const column = columns[x];
      if (column === 2 ** 30) { row[x] = table[0]; continue; }
      const pixels = column < 0 ? port : starboard;
      const i = column < 0 ? -1 - column : column;
      row[x] = table[beside && i + 1 < pixels.length ? (pixels[i] + pixels[i + 1]) >> 1 : pixels[i]];
    }
    if (line.gap) for (let x = 0; x < row.length; x += 8) row.fill(0xff9fb6c4, x, x + 4);
  }

  #boxesNow() {
    const boxes = [];
    const newest = this.#topLine();
    for (const contact of this.#contacts()) {
      for (const look of contact.looks) {
        const a = this.#lines.ofPing(look.first_ping) ?? this.#lines.ofPing(look.ping);
        const b = this.#lines.ofPing(look.last_ping) ?? a;
        if (!a || !b || a.number >= newest) continue;
        const side = a.sides[look.side] ?? b.sides[look.side];
        if (!side) continue;
        const across = (sample) => {
          const slant = side.firstEdge + sample / side.samplesPerColumn * side.columnM;
          const shown = this.ground && a.altitude > 0 ? Math.sqrt(Math.max(0, slant ** 2 - a.altitude ** 2)) : slant;
          return this.#xOf(look.side ? shown : -shown);
        };
        const [x0, x1] = [across(look.first_sample), across(look.last_sample)].sort((p, q) => p - q);
        const y0 = this.#yOf(b.number);
        const y1 = this.#yOf(a.number) + this.rowHeight;
        if (y1 < 0 || y0 > this.#canvas.clientHeight || x1 < 0 || x0 > this.#width) continue;
        boxes.push({ contact, x: x0 - 5, y: y0 - 5, w: Math.max(6, x1 - x0) + 10, h: Math.max(4, y1 - y0) + 10 });
      }
    }
    return boxes;
  }

  #drawMarks() {
    const context = this.#marks.getContext("2d");
    const ratio = this.#marks.width / Math.max(1, this.#marks.clientWidth);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, this.#width, this.#marks.clientHeight);
    if (!this.#lines.list.length) return;
    if (this.rangeLines) this.#drawRange(context);
    const named = [];
    if (this.boxes) for (const box of this.#boxesNow()) drawBox(context, box, box.contact.id === this.#selected, named);
    this.#drawMeasure(context);
  }

  #drawRange(context) {
    const height = this.#marks.clientHeight;
    const step = kNice.find((n) => n / this.#metresPerPixel() > 70) ?? 1000;
    context.font = "11px system-ui, sans-serif";
    context.textAlign = "center";
    const far = this.#reach();
    for (let m = -Math.floor(far / step) * step; m <= far; m += step) {
      const x = Math.round(this.#xOf(m)) + 0.5;
      if (x < 12 || x > this.#width - 12) continue;
      context.strokeStyle = "rgb(255 255 255 / .28)";
      context.setLineDash(m === 0 ? [] : [2, 6]);
      context.beginPath(); context.moveTo(x, 0); context.lineTo(x, height); context.stroke();
      label(context, `${Math.abs(m)} m`, x, height - 8);
    }
    context.setLineDash([]);
    const bar = (kNice.find((n) => n / this.#metresPerPixel() > 50) ?? 1000);
    const w = bar / this.#metresPerPixel();
    context.fillStyle = "#000a"; context.fillRect(10, height - 46, w + 12, 22);
    context.strokeStyle = "#fff"; context.lineWidth = 2;
    context.beginPath(); context.moveTo(16, height - 38); context.lineTo(16, height - 30); context.lineTo(16 + w, height - 30); context.lineTo(16 + w, height - 38); context.stroke();
    context.lineWidth = 1;
    label(context, `${bar} m${this.ground ? " ground" : " slant"}`, 16 + w / 2, height - 34);
  }

  #drawMeasure(context) {
    const [a, b] = this.#points;
    if (!this.measuring || !a) return;
    const spot = (p) => ({ x: p.x, y: this.#yOf(p.line.number) + this.rowHeight / 2 });
    context.strokeStyle = "#fff"; context.fillStyle = "#fff"; context.lineWidth = 2;
    for (const p of this.#points) { const s = spot(p); context.beginPath(); context.arc(s.x, s.y, 4, 0, 7); context.stroke(); }
    if (b) { context.beginPath(); context.moveTo(spot(a).x, spot(a).y); context.lineTo(spot(b).x, spot(b).y); context.stroke(); }
    context.lineWidth = 1;
  }
}
