// What pages cost the pipeline: total latency of runs without a dashboard and with eight pages, one of which
// never reads, in turn. Frames of two pings, so that there are enough of them for a percentile.
//   node eight_clients.mjs PROGRAM [PAIRS OF RUNS] [DURATION]

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";

const [program, pairs = "3", duration = "30s"] = process.argv.slice(2);
const out = mkdtempSync(join(tmpdir(), "towfish-clients-"));

const config = join(out, "live.yaml");
writeFileSync(config, "frame:\n  pings: 2\n");

const kPong = Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);  // As browsers do: who is silent for 30 s is taken for gone.

/** A page's end of the feed, opened again when it breaks, until it is ended. */
class Client {
  bytes = 0;
  opened = 0;
  #ended = false;
  #socket;
  #timer;

  constructor(port, reads) { this.#open(port, reads); }

  #open(port, reads) {
    ++this.opened;
    const socket = connect(port, "127.0.0.1");
    socket.write(`GET /feed HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
                 "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    this.#timer = setInterval(() => socket.write(kPong), 10000);
    if (reads) socket.on("data", (data) => { this.bytes += data.length; });
    else socket.pause();
    socket.on("error", () => {});
    socket.on("close", () => {
      clearInterval(this.#timer);
      if (!this.#ended) setTimeout(() => { if (!this.#ended) this.#open(port, reads); }, 300);
    });
    this.#socket = socket;
  }

  end() {
    this.#ended = true;
    this.#socket.destroy();
  }
}

const memory = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;

const kShares = [50, 90, 99];

const percentile = (values, share) => [...values].sort((a, b) => a - b)[Math.max(0, Math.ceil(values.length * share / 100) - 1)];

/** Total latency of each frame of a run, in milliseconds. */
function totals(file) {
  const [header, ...rows] = readFileSync(file, "utf8").trim().split("\n").map((line) => line.split(","));
  const column = header.indexOf("total_ns");
  return rows.map((row) => Number(row[column]) / 1e6);
}

async function run(withPages, number) {
  const folder = join(out, String(number));
  const session = `clients-${process.pid}-${number}`;
  const args = ["live", "--config", config, "--duration", duration, "--session", session, "--out", folder,
    "--latency-csv", join(folder, "frames.csv")];
  const child = spawn(program, withPages ? [...args, "--dashboard"] : args, { stdio: ["ignore", "pipe", "ignore"] });
  let clients = [];
  let text = "";
  let most = 0;
  let watch;
  child.stdout.on("data", (data) => {
    text += data;
    const port = /dashboard http:\/\/127\.0\.0\.1:(\d+)/.exec(text)?.[1];
    if (!port || clients.length) return;
    clients = Array.from({ length: 8 }, (_, i) => new Client(Number(port), i > 0));
    const role = spawn("pgrep", ["-f", `dashboard --session ${session}`]);
    role.stdout.on("data", (pid) => {
      watch = setInterval(() => { try { most = Math.max(most, memory(String(pid).trim())); } catch { clearInterval(watch); } }, 500);
    });
  });
  await new Promise((resolve) => child.on("exit", resolve));
  clearInterval(watch);
  for (const each of clients) each.end();
  const totals_ms = totals(join(folder, "frames.csv"));
  const megabytes = clients.slice(1).map(({ bytes }) => bytes / 1e6);
  const got = clients.length ? `, ${Math.min(...megabytes).toFixed(2)} to ${Math.max(...megabytes).toFixed(2)} MB to a page that reads, ` +
    `opened ${clients.map(({ opened }) => opened).join(" ")} times, dashboard at most ${most.toFixed(0)} MiB` : "";
  console.log(`${withPages ? "8 pages" : "none   "}  load ${loadavg()[0].toFixed(1)}  total ` +
    kShares.map((share) => `p${share} ${percentile(totals_ms, share).toFixed(2)}`).join("  ") + ` ms  of ${totals_ms.length} frames${got}`);
  return totals_ms;
}

const without = [];
const withPages = [];
for (let i = 0; i < Number(pairs); ++i) {
  // The first of a pair in turn: what changes slowly in a machine meets both alike.
  for (const pages of i % 2 ? [true, false] : [false, true]) (pages ? withPages : without).push(await run(pages, 2 * i + pages));
}
const median = (values) => percentile(values, 50);
for (const share of kShares) {
  const [a, b] = [without, withPages].map((runs) => percentile(runs.flat(), share));
  const ratios = without.map((run, i) => percentile(withPages[i], share) / percentile(run, share));
  console.log(`p${share} of all frames ${a.toFixed(2)} ms without, ${b.toFixed(2)} ms with: ${((b / a - 1) * 100).toFixed(1)} %; ` +
              `median of the pairs' ratios ${((median(ratios) - 1) * 100).toFixed(1)} %`);
}
rmSync(out, { recursive: true, force: true });
