// Ties the parts of the page together: the feed, the panels and the keys.

import { mapNames } from "./colour.js";
import { Contacts } from "./contacts.js";
import { Control } from "./control.js";
import { utc } from "./geo.js";
import { Health, problems } from "./health.js";
import { Lines } from "./lines.js";
import { Link } from "./link.js";
import { SeaMap } from "./map.js";
import { Station } from "./station.js";
import { Waterfall } from "./waterfall.js";

const $ = (id) => document.getElementById(id);
const link = new Link();
const lines = new Lines();
const fall = new Waterfall(lines, $("rows"), $("marks"));
const contacts = new Contacts(link, fall);
const map = new SeaMap($("chart"), contacts);
const health = new Health(fall);
const control = new Control(link, lines);
const station = new Station();
fall.contacts = () => contacts.list;
let hello = null;
let openedMs = 0;

// ---- the feed

function banner(texts) {
  const shown = texts.join("\n");
  if ($("banner").dataset.shown === shown) return;
  $("banner").dataset.shown = shown;
  $("banner").replaceChildren(...texts.map((text) => Object.assign(document.createElement("p"), { textContent: text })));
  $("banner").hidden = texts.length === 0;
}

function linkState(text) {
  $("link").textContent = text;
}

link.addEventListener("opened", () => { openedMs = Date.now(); linkState("● connected"); });
link.addEventListener("closed", () => {
  linkState("✕ not connected");
  banner([hello && health.ended ? "The run is over and its dashboard has ended." :
    "No connection to the dashboard: what is shown is old. The pipeline goes on without it. Trying again …"]);
});
link.addEventListener("hello", ({ detail }) => {
  hello = detail;
  document.title = `towfish · ${detail.session}`;
  $("session").textContent = `${detail.session} · ${detail.seen.join(", ")}`;
  $("mode").textContent = detail.mode;
  $("mode").hidden = false;
  if (detail.mode === "station") { station.begin(); return; }
  control.begin(detail);
  health.begin(detail);
});
link.addEventListener("rows", ({ detail: rows }) => {
  for (const row of rows) {
    const line = lines.add(row);
    line.fresh = row.publishedMs > openedMs;
    map.addLine(line);
  }
  $("empty").hidden = lines.list.length > 0;
});
link.addEventListener("state", ({ detail: state }) => {
  $("ping").textContent = state.pings.next;
  $("time").textContent = state.time_utc.slice(11, 19) || "–";
  $("frames").textContent = `${state.frames.fused} of ${state.frames.emitted}`;
  $("count").textContent = `${state.contacts.total} (${state.contacts.milco} MILCO)`;
  const p99 = state.latency_us.total.p99 / 1000;
  $("p99").textContent = state.latency_us.total.count ? `${p99.toFixed(1)} ms` : "–";
  health.update(state);
  control.update(state);
  banner([...problems(state, hello), ...health.news()]);
});
link.addEventListener("contacts", ({ detail }) => {
  contacts.update(detail);
  fall.touch();
  map.touch();
  if (station.on) $("count").textContent = `${detail.total}`;
});
link.addEventListener("vehicles", ({ detail }) => { station.update(detail.runs); map.setVehicles(station.newest); banner(station.problems()); });
link.addEventListener("survey", ({ detail }) => map.setSurvey(detail));
link.addEventListener("truth", ({ detail }) => { map.setTruth(detail.looks); window.towfish.truth = detail.looks; });
link.addEventListener("authorised", () => {
  contacts.setMayChange(link.mayChange);
  control.setMayChange(link.mayChange);
});

// ---- the picture's tools

function setPaused(paused) {
  fall.setPaused(paused);
  $("pause").setAttribute("aria-pressed", String(paused));
  $("pause").firstChild.textContent = paused ? "Go on " : "Pause ";
}
function measure(what) {
  const now = fall.measuring === what ? null : what;
  fall.measure(now);
  for (const each of ["length", "height"]) $(`measure-${each}`).setAttribute("aria-pressed", String(now === each));
  showReadout();
}
function showReadout() {
  $("readout").textContent = fall.readout() || "Move over the picture to read it.";
}
function toggle(id, key) {
  fall[key] = $(id).checked;
  localStorage.setItem(`towfish-${id}`, $(id).checked ? "1" : "0");
  fall.touch();
}

for (const name of mapNames) $("colours").append(new Option(name));
$("colours").value = localStorage.getItem("towfish-colours") ?? "copper";
$("colours").onchange = () => { localStorage.setItem("towfish-colours", $("colours").value); fall.setColours({ name: $("colours").value }); };
fall.setColours({ name: $("colours").value });
$("gain").oninput = () => fall.setColours({ gain: Number($("gain").value) });
$("contrast").oninput = () => fall.setColours({ contrast: Number($("contrast").value) / 100 });
$("row-height").onchange = () => { fall.rowHeight = Number($("row-height").value); fall.touch(); };
for (const [id, key] of [["ground", "ground"], ["boxes", "boxes"], ["range-lines", "rangeLines"]]) {
  const kept = localStorage.getItem(`towfish-${id}`);
  if (kept !== null) $(id).checked = kept === "1";
  fall[key] = $(id).checked;
  $(id).onchange = () => toggle(id, key);
}
$("pause").onclick = () => setPaused(!fall.paused);
$("zoom-in").onclick = () => fall.zoomBy(1.5);
$("zoom-out").onclick = () => fall.zoomBy(1 / 1.5);
$("measure-length").onclick = () => measure("length");
$("measure-height").onclick = () => measure("height");
$("to-newest").onclick = () => { setPaused(false); fall.toNewest(); };
fall.addEventListener("scrolled", () => { $("to-newest").hidden = fall.followsNewest; });
fall.addEventListener("drawn", () => { $("zoom").textContent = `${fall.zoom.toFixed(fall.zoom < 10 ? 1 : 0)}×`; showReadout(); });
fall.addEventListener("picked", ({ detail }) => { openPanel("contacts"); contacts.select(detail); });

const area = $("fall");
let drag = null;
const spot = (event) => [event.clientX - area.getBoundingClientRect().left, event.clientY - area.getBoundingClientRect().top];
area.addEventListener("pointerdown", (event) => {
  if (event.target.closest("button")) return;
  drag = { x: event.clientX, y: event.clientY, moved: false };
  area.setPointerCapture(event.pointerId);
});
area.addEventListener("pointermove", (event) => {
  fall.pointAt(...spot(event));
  if (!drag) return;
  const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
  if (!drag.moved && Math.hypot(dx, dy) < 5) return;
  drag.moved = true;
  fall.move(-dx / area.clientWidth);
  const rows = Math.trunc(dy / fall.rowHeight);
  if (rows) { fall.scroll(-rows); drag.y += rows * fall.rowHeight; }
  drag.x = event.clientX;
});
area.addEventListener("pointerup", (event) => {
  if (drag && !drag.moved) fall.click(...spot(event));
  drag = null;
  showReadout();
});
area.addEventListener("pointerleave", () => { if (!drag) fall.pointAt(null); });
area.addEventListener("wheel", (event) => {
  event.preventDefault();
  if (event.ctrlKey || event.metaKey || event.shiftKey) fall.zoomBy(event.deltaY < 0 ? 1.2 : 1 / 1.2, spot(event)[0]);
  else fall.scroll(Math.round(event.deltaY / fall.rowHeight));
}, { passive: false });

// ---- panels, theme, keys

const panels = ["contacts", "map", "health", "files"];
function openPanel(name, focus = false) {
  for (const each of panels) {
    $(each).hidden = each !== name && !(station.on && each === "map");
    $(`tab-${each}`).setAttribute("aria-selected", String(each === name));
    $(`tab-${each}`).tabIndex = each === name ? 0 : -1;
  }
  if (focus) $(`tab-${name}`).focus();
  map.touch();
  health.redraw();
}
panels.forEach((name, i) => {
  $(`tab-${name}`).onclick = () => openPanel(name);
  $(`tab-${name}`).onkeydown = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.stopPropagation();
    openPanel(panels[(i + step + panels.length) % panels.length], true);
  };
});

function setTheme(name) {
  document.documentElement.dataset.theme = name;
  localStorage.setItem("towfish-theme", name);
  map.touch();
  health.redraw();
}
setTheme(localStorage.getItem("towfish-theme") ?? (matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark"));
$("theme").onclick = () => setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark");
$("help").onclick = () => $("keys").showModal();
for (const a of document.querySelectorAll(".downloads a")) a.href = link.address(a.getAttribute("href"));

const page = () => Math.round(area.clientHeight / fall.rowHeight * 0.8);
const keys = {
  " ": () => setPaused(!fall.paused), "?": () => $("keys").showModal(),
  ArrowUp: () => fall.scroll(-20), ArrowDown: () => fall.scroll(20), PageUp: () => fall.scroll(-page()), PageDown: () => fall.scroll(page()),
  ArrowLeft: () => fall.move(-0.05), ArrowRight: () => fall.move(0.05), "+": () => fall.zoomBy(1.5), "=": () => fall.zoomBy(1.5), "-": () => fall.zoomBy(1 / 1.5),
  0: () => fall.zoomAll(), Home: () => { setPaused(false); fall.toNewest(); },
  b: () => $("boxes").click(), g: () => $("ground").click(), l: () => measure("length"), h: () => measure("height"), Escape: () => measure(null),
  j: () => contacts.step(1), k: () => contacts.step(-1), Enter: () => contacts.show(),
  a: () => contacts.judge("accepted"), r: () => contacts.judge("rejected"), o: () => contacts.judge("open"),
  m: () => contacts.classify("MILCO"), n: () => contacts.classify("NOMBO"), u: () => contacts.classify(""),
  c: () => { openPanel("contacts"); $("comment").focus(); },
  p: () => control.toggle(), ".": () => control.step(), w: () => control.record(),
  1: () => openPanel("contacts"), 2: () => openPanel("map"), 3: () => openPanel("health"), 4: () => openPanel("files"),
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || $("keys").open) return;
  const typing = event.target.closest("textarea, select, input");
  if (typing) { if (event.key === "Escape") typing.blur(); return; }
  if (event.target.closest("button, a") && [" ", "Enter"].includes(event.key)) return;
  const act = keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

/** For those who look into the page with other programs. */
window.towfish = { lines, fall, contacts, health, link, utc, truth: [] };
link.open();
