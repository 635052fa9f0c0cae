// Latency and health: the same figures as `towfish top`, and in words what is wrong.

const kNewsMs = 8000;        // a death that is over stays in the banner for so long: replacing takes a blink
const kTrend = 600;          // points of the trend
const $ = (id) => document.getElementById(id);
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const ms = (us) => (us >= 1e5 ? (us / 1e3).toFixed(0) : us >= 1e4 ? (us / 1e3).toFixed(1) : (us / 1e3).toFixed(2));
const names = { supervisor: "Supervisor", source: "Source", "port-detector": "Port detector", "starboard-detector": "Starboard detector", fusion: "Fusion", dashboard: "Dashboard", publisher: "Publisher" };

function cells(...texts) {
  const row = document.createElement("tr");
  texts.forEach((text, i) => row.append(Object.assign(document.createElement(i ? "td" : "th"), { textContent: text })));
  row.firstChild.scope = "row";
  return row;
}
function list(id, entries) {
  $(id).replaceChildren(...entries.flatMap(([name, text]) => [
    Object.assign(document.createElement("dt"), { textContent: name }), Object.assign(document.createElement("dd"), { textContent: text })]));
}
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length ? sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] : NaN;
}

/** What is wrong now, a sentence each; none when all is well. */
export function problems(state, hello) {
  const found = [];
  for (const name of ["source", "port-detector", "starboard-detector", "fusion"]) {
    const role = state.roles[name];
    if (!hello?.processes || state.ended || !role || role.state === "ended") continue;
    const restarts = role.restarts ? ` It has been started again ${role.restarts} time${role.restarts === 1 ? "" : "s"}.` : "";
    if (!role.alive) found.push(`${names[name]} is not running: its process has died and is being replaced. No frame is lost.${restarts}`);
    else if (role.state === "running" && role.heartbeat_age_s * 1e3 > Math.min(1000, hello.hang_timeout_ms)) {
      found.push(`${names[name]} has given no sign of life for ${role.heartbeat_age_s.toFixed(1)} s; it is killed and replaced after ${(hello.hang_timeout_ms / 1e3).toFixed(1)} s.`);
    }
  }
  for (const [name, ring] of Object.entries(state.rings)) {
    const room = ring.slots - ring.kept - 1;
    if (hello?.mode === "live" && room > 2 && ring.waiting >= room) {
      found.push(`Ring ${name.replace("_", " ")} is full: ${name.endsWith("frames") ? "the detector" : "fusion"} cannot keep up, and frames are refused.`);
    }
  }
  if (state.frames.quarantined) found.push(`${state.frames.quarantined} frame pair${state.frames.quarantined === 1 ? " was" : "s were"} quarantined: processes died over them; see the folder quarantine.`);
  if (state.faults.recording_failed && !state.control.recording) found.push("A recording ended early: its file could not be written. The pipeline goes on.");
  return found;
}

export class Health {
  ended = false;
  #fall;
  #state = null;
  #hello = null;
  #trend = [];
  #restarts = new Map();
  #news = [];

  constructor(fall) { this.#fall = fall; }
  begin(hello) { this.#hello = hello; this.#trend = []; this.#restarts.clear(); }

  /** Deaths of the last seconds that have been mended, a sentence each. */
  news() {
    this.#news = this.#news.filter(({ until }) => until > Date.now());
    return this.#news.map(({ text }) => text);
  }

  #watch(roles) {
    for (const [name, role] of Object.entries(roles)) {
      if (role.restarts > (this.#restarts.get(name) ?? role.restarts) && name !== "dashboard") {
        this.#news.push({ until: Date.now() + kNewsMs, text: `${names[name]} died and was replaced (restart ${role.restarts}). No frame is lost; the page Health says more.` });
      }
      this.#restarts.set(name, role.restarts);
    }
  }

  update(state) {
    this.#state = state;
    this.ended = state.ended;
    this.#watch(state.roles);
    const recent = state.latency_us.recent.total;
    this.#trend.push(recent.count ? [state.uptime_s, recent.p50, recent.p99] : [state.uptime_s, NaN, NaN]);
    if (this.#trend.length > kTrend) this.#trend.shift();
    this.redraw();
  }

  redraw() {
    const state = this.#state;
    if (!state || $("health").hidden) return;
    const deadline = this.#hello.deadline_ms * 1e3;
    $("stages").tBodies[0].replaceChildren(...["fill", "emit", "queue", "detect", "pair", "fuse", "total"].map((stage) => {
      const s = state.latency_us[stage];
      return cells(stage, ...[s.p50, s.p90, s.p99, s.p999, s.max].map(ms), s.over_deadline);
    }));
    $("roles").tBodies[0].replaceChildren(...Object.entries(state.roles).map(([name, role]) => this.#role(name, role)));
    $("rings").replaceChildren(...Object.entries(state.rings).map(([name, ring]) => this.#ring(name, ring)));
    const f = state.frames;
    list("counts", [["Frames", `${f.emitted} emitted = ${f.fused} fused + ${f.refused} refused + ${f.quarantined} quarantined + ${f.in_flight} in flight`],
      ["Rates", `${state.rates.pings_per_s.toFixed(1)} pings/s, ${state.rates.frames_per_s.toFixed(1)} frame pairs/s`],
      ["One side only", f.half], ...Object.entries(state.faults).map(([kind, count]) => [`Fault ${kind}`, count])]);
    const under = this.#fall.latencies;
    list("page-figures", [["Row on screen after publication", under.length ? `p50 ${quantile(under, 0.5).toFixed(0)} ms, p95 ${quantile(under, 0.95).toFixed(0)} ms (${under.length} rows)` : "–"]]);
    this.#drawTrend(deadline);
    this.#drawBars(state.histogram, deadline);
  }

  #role(name, role) {
    const row = cells(names[name] ?? name, "", ["absent", "ended"].includes(role.state) ? "–" : `${(role.heartbeat_age_s * 1e3).toFixed(0)} ms`, `${(role.busy * 100).toFixed(0)} %`, role.restarts);
    // These have no process that could be asked for: threads of the supervisor, and who is asking.
    const threads = name === "dashboard" || (!this.#hello.processes && name !== "supervisor");
    const dead = !role.alive && !threads && role.state !== "ended";
    const what = name === "supervisor" ? "running" : dead && role.state === "absent" ? "not started" : dead ? "dead" : role.state;
    row.cells[1].append(Object.assign(document.createElement("span"), { className: `state ${what}`, textContent: what }));
    if (name === "supervisor") row.cells[2].textContent = row.cells[3].textContent = "–";
    return row;
  }

  #ring(name, ring) {
    const box = Object.assign(document.createElement("div"), { className: "ring" });
    const room = Math.max(1, ring.slots - ring.kept - 1);
    const meter = Object.assign(document.createElement("meter"), { min: 0, max: room, high: room * 0.75, optimum: 0, value: ring.waiting });
    meter.setAttribute("aria-label", `${name.replace("_", " ")} waiting`);
    box.append(Object.assign(document.createElement("span"), { textContent: name.replace("_", " ") }), meter,
      Object.assign(document.createElement("output"), { textContent: `${ring.waiting} / ${room}` }));
    return box;
  }

  #canvas(id) {
    const canvas = $(id);
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    canvas.width = canvas.clientWidth * ratio;
    canvas.height = canvas.clientHeight * ratio;
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    context.font = "10px system-ui, sans-serif";
    return { context, width: canvas.clientWidth, height: canvas.clientHeight };
  }

  // Logarithmic: a deadline far above what is usual still stands in the picture.
  #drawTrend(deadline) {
    const { context, width, height } = this.#canvas("trend");
    const values = this.#trend.flatMap(([, a, b]) => [a, b]).filter(Number.isFinite);
    const low = Math.log10(Math.max(100, Math.min(deadline, ...values) / 1.5));
    const high = Math.log10(Math.max(deadline, ...values) * 1.5);
    const y = (us) => height - 14 - (Math.log10(Math.max(us, 1)) - low) / (high - low) * (height - 20);
    const [first, last] = [this.#trend[0][0], this.#trend[this.#trend.length - 1][0]];
    const x = (s) => 38 + (s - first) / Math.max(10, last - first) * (width - 44);
    context.fillStyle = css("--quiet"); context.strokeStyle = css("--line");
    for (let e = Math.ceil(low); e <= high; ++e) {
      context.beginPath(); context.moveTo(38, y(10 ** e)); context.lineTo(width, y(10 ** e)); context.stroke();
      context.fillText(`${10 ** (e - 3)} ms`, 0, y(10 ** e) + 3);
    }
    this.#deadline(context, y(deadline), width, `deadline ${deadline / 1e3} ms`);
    for (const [k, name, dash, colour] of [[1, "p50", [], "--nombo"], [2, "p99", [5, 3], "--accent"]]) {
      context.strokeStyle = context.fillStyle = css(colour);
      context.setLineDash(dash); context.lineWidth = 1.6;
      context.beginPath();
      let joined = false;
      for (const point of this.#trend) {
        if (!Number.isFinite(point[k])) continue;
        context[joined ? "lineTo" : "moveTo"](x(point[0]), y(point[k]));
        joined = true;
      }
      context.stroke(); context.setLineDash([]); context.lineWidth = 1;
      context.fillText(`${k === 1 ? "—" : "- -"} ${name}`, 44 + (k - 1) * 50, height - 2);
    }
    const now = this.#trend.filter((p) => Number.isFinite(p[1])).at(-1);
    $("trend-now").textContent = now ? `now p50 ${ms(now[1])} ms, p99 ${ms(now[2])} ms` : "";
  }

  #deadline(context, y, width, text) {
    context.strokeStyle = context.fillStyle = css("--text");
    context.setLineDash([2, 2]);
    context.beginPath(); context.moveTo(38, y); context.lineTo(width, y); context.stroke();
    context.setLineDash([]);
    context.textAlign = "right"; context.fillText(text, width - 2, y - 3); context.textAlign = "left";
  }

  #drawBars(histogram, deadline) {
    const { context, width, height } = this.#canvas("bars");
    if (!histogram.length) return;
    const [low, high] = [Math.log2(Math.min(histogram[0][0], deadline)) - 0.5, Math.log2(Math.max(histogram.at(-1)[0], deadline)) + 0.5];
    const x = (us) => (Math.log2(us) - low) / (high - low) * width;
    const most = Math.max(...histogram.map(([, count]) => count));
    for (const [edge, count] of histogram) {
      const tall = count / most * (height - 30);
      context.fillStyle = css(edge > deadline ? "--milec" : "--nombo");
      context.fillRect(x(edge / 2 ** 0.125), height - 14 - Math.max(1, tall), Math.max(1, x(edge) - x(edge / 2 ** 0.125) - 1), Math.max(1, tall));
    }
    context.fillStyle = context.strokeStyle = css("--quiet");
    for (let e = 2; e < 9; ++e) if (10 ** e > 2 ** low && 10 ** e < 2 ** high) context.fillText(`${10 ** (e - 3)} ms`, Math.max(0, Math.min(width - 44, x(10 ** e) - 8)), height - 2);
    context.strokeStyle = context.fillStyle = css("--text");
    context.setLineDash([2, 2]); context.beginPath(); context.moveTo(x(deadline), 12); context.lineTo(x(deadline), height - 14); context.stroke(); context.setLineDash([]);
    context.textAlign = "center"; context.fillText(`deadline ${deadline / 1e3} ms`, Math.min(width - 42, x(deadline)), 10); context.textAlign = "left";
  }
}
