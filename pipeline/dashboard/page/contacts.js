// The list of contacts, the selected one, and what people say about them.

import { lookup } from "./colour.js";
import { position } from "./geo.js";

const kMostRows = 400;
const $ = (id) => document.getElementById(id);
const metres = (value) => (value === null ? "–" : value.toFixed(1));

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

export class Contacts {
  list = [];
  selected = null;
  #link;
  #fall;
  #total = 0;
  #sort = { key: "id", down: true };
  #chips = new Map();
  #mayChange = false;
  #sent = new Map();           // by contact, what this page said last and the list does not show yet

  constructor(link, fall) {
    this.#link = link;
    this.#fall = fall;
    for (const button of document.querySelectorAll("#list thead button")) {
      button.onclick = () => this.#sortBy(button.dataset.sort);
    }
    $("filter").onchange = () => this.#render();
    $("accept").onclick = () => this.judge("accepted");
    $("reject").onclick = () => this.judge("rejected");
    $("reopen").onclick = () => this.judge("open");
    $("show").onclick = () => this.show();
    $("class").onchange = () => this.classify($("class").value);
    $("keep-comment").onclick = () => this.#keep({ comment: $("comment").value });
    $("by").value = localStorage.getItem("towfish-by") ?? "";
    $("by").onchange = () => localStorage.setItem("towfish-by", $("by").value.trim());
    link.addEventListener("refused", ({ detail }) => { this.#sent.clear(); this.#say(detail.text, true); });
    link.addEventListener("closed", () => this.#sent.clear());
    link.addEventListener("kept", ({ detail }) => {
      if (this.#sent.has(detail.contact)) --this.#sent.get(detail.contact).waiting;
      this.#say(`Kept for contact ${detail.contact}.`);
    });
    this.setMayChange(false);
  }

  setMayChange(may) {
    this.#mayChange = may;
    for (const id of ["accept", "reject", "reopen", "class", "by", "comment", "keep-comment"]) $(id).disabled = !may;
    this.#say(may ? "" : "This page may only look. To review, open the whole address that was printed, with its token.");
  }

  update(message) {
    this.#total = message.total;
    this.list = message.list.map((contact) => {
      const last = contact.reviews[contact.reviews.length - 1];
      if (this.#sent.get(contact.id)?.waiting === 0) this.#sent.delete(contact.id);
      return { ...contact, verdict: last?.verdict ?? "open", shownClass: last?.class || contact.class, comment: last?.comment ?? "" };
    });
    this.#render();
  }

  get current() { return this.list.find((contact) => contact.id === this.selected); }

  select(id) {
    this.selected = id;
    this.#fall.selected = id;
    this.#render();
    document.querySelector('#list tr[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
    $("comment").value = this.current?.comment ?? "";
  }

  step(by) {
    const shown = this.#listed();
    if (!shown.length) return;
    const at = shown.findIndex((contact) => contact.id === this.selected);
    this.select(shown[at < 0 ? 0 : Math.min(shown.length - 1, Math.max(0, at + by))].id);
  }

  /** The imagery around the selected contact. */
  show() {
    const contact = this.current;
    if (!contact) return;
    const held = contact.looks.some((look) => this.#fall.show(look.ping));
    this.#say(held ? "" : `The lines around contact ${contact.id} have left this page's memory; its chip is below the list.`);
  }

  judge(verdict) { this.#keep({ verdict }); }
  classify(name) { this.#keep({ class: name }); }

  #keep(change) {
    const contact = this.current;
    if (!contact) return this.#say("Select a contact first (j, k).", true);
    if (!this.#mayChange) return this.setMayChange(false);
    const by = $("by").value.trim();
    if (!by) { $("by").focus(); return this.#say("Say who you are first: your name is kept with what you say.", true); }
    const { verdict, class: name, comment, waiting = 0 } = this.#sent.get(contact.id) ?? contact.reviews.at(-1) ?? { verdict: "open", class: "", comment: "" };
    const said = { verdict, class: name, comment, ...change };
    this.#sent.set(contact.id, { ...said, waiting: waiting + 1 });
    this.#link.send({ type: "review", contact: contact.id, detection: contact.best, by, ...said });
  }

  #say(text, bad = false) {
    $("review-state").textContent = text;
    $("review-state").className = bad ? "bad" : "quiet";
  }

  // ---- the list

  #sortBy(key) {
    this.#sort = { key, down: this.#sort.key === key ? !this.#sort.down : key !== "class" };
    this.#render();
  }

  #listed() {
    const wanted = $("filter").value;
    const { key, down } = this.#sort;
    const value = (c) => (key === "looks" ? c.looks.length : key === "class" ? c.shownClass : c[key] ?? -1);
    const order = (a, b) => (value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : a.id - b.id);
    return this.list
      .filter((c) => wanted === "all" || c.verdict === wanted || c.shownClass === wanted)
      .sort((a, b) => (down ? order(b, a) : order(a, b)));
  }

  #render() {
    const listed = this.#listed();
    const shown = listed.slice(0, kMostRows);
    $("listed").textContent = `${listed.length} of ${this.#total}${listed.length > kMostRows ? `, the first ${kMostRows} listed` : ""}`;
    $("no-contacts").hidden = this.list.length > 0;
    for (const button of document.querySelectorAll("#list thead button")) {
      const mine = button.dataset.sort === this.#sort.key;
      button.parentElement.setAttribute("aria-sort", mine ? (this.#sort.down ? "descending" : "ascending") : "none");
    }
    const body = document.querySelector("#list tbody");
    const had = body.contains(document.activeElement) ? document.activeElement.dataset.id : null;
    body.replaceChildren(...shown.map((contact) => this.#row(contact)));
    if (had) body.querySelector(`tr[data-id="${had}"]`)?.focus();
    this.#detail();
  }

  #row(contact) {
    const verdict = { open: "○ open", accepted: "✓ accepted", rejected: "✕ rejected" }[contact.verdict];
    const size = `${metres(contact.length_m)} × ${metres(contact.width_m)}`;
    const chip = element("canvas", { width: 64, height: 64 });
    const row = element("tr", { tabIndex: 0, className: contact.verdict },
      element("td", { textContent: contact.id }), element("td", {}, chip),
      element("td", {}, element("span", { className: `class ${contact.shownClass}`, textContent: contact.shownClass })),
      element("td", { textContent: contact.confidence.toFixed(2) }), element("td", { textContent: size }),
      element("td", { textContent: contact.looks.length, title: contact.source }), element("td", { textContent: verdict }));
    chip.setAttribute("aria-hidden", "true");
    if (contact.best === "0") chip.replaceWith(contact.source);  // Heard from a vehicle, which sends no picture.
    row.dataset.id = contact.id;
    row.setAttribute("aria-selected", String(contact.id === this.selected));
    row.onclick = () => { this.select(contact.id); this.show(); };
    row.onkeydown = (event) => { if (event.key === "Enter") { event.stopPropagation(); this.select(contact.id); this.show(); } };
    this.#drawChip(chip, contact.best);
    return row;
  }

  #detail() {
    const contact = this.current;
    $("detail").hidden = !contact;
    if (!contact) return;
    this.#drawChip($("chip"), contact.best);
    $("chip").setAttribute("aria-label", `Chip of contact ${contact.id}, 6.4 metres wide`);
    const facts = [
      ["Contact", `${contact.id}, ${contact.shownClass}${contact.shownClass === contact.class ? "" : ` (found as ${contact.class})`}${contact.extended ? ", extended" : ""}`],
      ["Confidence", contact.confidence.toFixed(3)],
      ["From", contact.source || "–"],
      ["Position", position(contact.latitude, contact.longitude)],
      ["Error 95 %", contact.error_major_m === null ? "–" : `${metres(contact.error_major_m)} × ${metres(contact.error_minor_m)} m at ${contact.error_bearing_deg.toFixed(0)}°`],
      ["L × W × H", `${metres(contact.length_m)} × ${metres(contact.width_m)} × ${metres(contact.height_m)} m`],
      ["Looks", contact.looks.map((look) => `${look.side ? "starboard" : "port"} ping ${look.ping}, ${metres(look.slant_range_m)} m`).join("; ")],
      ["Misses", contact.misses],
    ];
    $("facts").replaceChildren(...facts.flatMap(([name, text]) => [element("dt", { textContent: name }), element("dd", { textContent: text })]));
    if (document.activeElement !== $("class")) $("class").value = contact.reviews[contact.reviews.length - 1]?.class ?? "";
    $("history").replaceChildren(...contact.reviews.slice(-8).reverse().map((said) => element("li", {
      textContent: `${said.time_utc.slice(0, 16).replace("T", " ")} ${said.by}: ${said.verdict}${said.class ? `, ${said.class}` : ""}${said.comment ? `, “${said.comment}”` : ""}` })));
  }

  async #drawChip(canvas, detection) {
    if (detection === "0") return;
    if (!this.#chips.has(detection)) {
      if (this.#chips.size > 1000) this.#chips.clear();
      this.#chips.set(detection, fetch(this.#link.address(`/chip/${detection}`))
        .then((reply) => (reply.ok ? reply.arrayBuffer() : null)).catch(() => null));
    }
    const bytes = await this.#chips.get(detection);
    if (!bytes) { this.#chips.delete(detection); return; }
    const pixels = new Uint8Array(bytes);
    const image = new ImageData(64, 64);
    const table = lookup("copper", 0, 1);
    new Uint32Array(image.data.buffer).set(Uint32Array.from(pixels, (value) => table[value]));
    canvas.getContext("2d").putImageData(image, 0, 0);
  }
}
