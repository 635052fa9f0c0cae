// What is known of the swath: one line a ping, both sides together, oldest first.

const kMost = 12288;
const kCut = 2048;
const kRunStride = 2 ** 40;

export class Lines {
  list = [];
  /** Lines that were dropped at the old end: list[i] is line number dropped + i, for good. */
  dropped = 0;
  #byKey = new Map();
  #last = [-1, -1];
  #run = [0, 0];

  /** A side that goes back in the pings (a replay was sought) begins a new run. */
  add(row) {
    const side = row.side & 1;
    if (row.ping <= this.#last[side]) ++this.#run[side];
    this.#last[side] = row.ping;
    const run = this.#run[side];
    const key = run * kRunStride + row.ping;
    let line = this.#byKey.get(key);
    if (!line) {
      line = { key, run, ping: row.ping, timeMs: row.timeMs, latitude: row.latitude, longitude: row.longitude,
               heading: row.heading, altitude: NaN, sides: [null, null], gap: false, number: 0 };
      this.#insert(line);
    }
    line.sides[side] = row;
    if (Number.isFinite(row.altitude)) line.altitude = row.altitude;
    return line;
  }

  get end() {
    return this.dropped + this.list.length;
  }

  at(number) {
    return this.list[number - this.dropped];
  }

  /** The newest line of a ping, or undefined. */
  ofPing(ping) {
    for (let run = Math.max(...this.#run); run >= 0; --run) {
      const line = this.#byKey.get(run * kRunStride + ping);
      if (line) return line;
    }
    return undefined;
  }

  get newest() {
    return this.list[this.list.length - 1];
  }

  #insert(line) {
    let at = this.list.length;
    while (at > 0 && this.list[at - 1].key > line.key) --at;
    this.list.splice(at, 0, line);
    this.#byKey.set(line.key, line);
    for (let i = at; i < this.list.length; ++i) {
      const before = this.list[i - 1];
      this.list[i].number = this.dropped + i;
      this.list[i].gap = before !== undefined && this.list[i].key !== before.key + 1;
    }
    if (this.list.length > kMost) {
      for (const old of this.list.splice(0, kCut)) this.#byKey.delete(old.key);
      this.dropped += kCut;
    }
  }
}
