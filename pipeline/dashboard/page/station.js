// The page of a shore station: several vehicles, a large map instead of a waterfall, and how each of them is.

const $ = (id) => document.getElementById(id);
const kSilentMs = 30000;

function cells(...texts) {
  const row = document.createElement("tr");
  texts.forEach((text, i) => row.append(Object.assign(document.createElement(i ? "td" : "th"), { textContent: text })));
  row.firstChild.scope = "row";
  return row;
}

const silence = (run) => Date.now() - Date.parse(run.heard_utc);

export class Station {
  on = false;
  #runs = [];

  /** Rearranges the page; the map takes the waterfall's place. */
  begin() {
    this.on = true;
    document.body.dataset.mode = "station";
    $("picture").hidden = true;
    $("tab-map").hidden = true;
    document.querySelector("main").prepend($("map"));
    $("map").hidden = false;
    $("map").removeAttribute("role");
    $("tab-health").firstChild.textContent = "Vehicles ";
    document.querySelector("#list th:nth-child(2)").textContent = "Vehicle";
  }

  /** The newest run of each vehicle. */
  get newest() {
    const byName = new Map();
    for (const run of this.#runs) byName.set(run.vehicle, run);
    return [...byName.values()];
  }

  update(runs) {
    this.#runs = runs;
    $("vehicles").tBodies[0].replaceChildren(...[...runs].reverse().map((run) => {
      const health = run.health;
      const heard = silence(run) < kSilentMs ? "now" : run.heard_utc.slice(11, 19);
      return cells(run.vehicle, run.began_utc.slice(5, 16).replace("T", " "), heard, health.ended ? "ended" : health.time_utc?.slice(11, 19) ?? "–",
        health.frames ? `${health.frames[1]} of ${health.frames[0]}` : "–", health.contacts?.[0] ?? "–", health.total_p99_ms ?? "–", health.restarts ?? "–");
    }));
  }

  /** What is wrong now, a sentence each. */
  problems() {
    const found = [];
    for (const run of this.newest) {
      const troubled = run.health.troubled ?? [];
      if (troubled.length) found.push(`${run.vehicle}: ${troubled.join(", ")} not running when it was last heard.`);
      if (!run.health.ended && silence(run) > kSilentMs) {
        found.push(`${run.vehicle} has not been heard since ${run.heard_utc.slice(11, 19)} UTC: what it finds meanwhile comes when the link is back.`);
      }
    }
    return found;
  }
}
