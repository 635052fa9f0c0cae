// What an operator asks of the source: hold, step, speed and place of a replay, recording of a live run, and the
// end of any run.

const $ = (id) => document.getElementById(id);

export class Control {
  #link;
  #lines;
  #mode = "";
  #recording = null;
  #held = false;
  #seeking = false;
  #mayChange = false;

  constructor(link, lines) {
    this.#link = link;
    this.#lines = lines;
    $("run").onclick = () => this.toggle();
    $("step").onclick = () => this.step();
    $("speed").onchange = () => link.send({ type: "speed", value: Number($("speed").value) });
    $("seek").oninput = () => { this.#seeking = true; $("seek-at").textContent = `to ping ${$("seek").value}`; };
    $("seek").onchange = () => { this.#seeking = false; link.send({ type: "seek", value: Number($("seek").value) }); };
    this.setMayChange(false);
    $("record").onclick = () => this.record();
    $("stop").onclick = () => { if (confirm("End the run? What is in flight is finished, and the results are written.")) link.send({ type: "stop" }); };
  }

  begin(hello) {
    this.#mode = hello.mode;
    $("control").hidden = false;
    for (const id of ["run", "step", "speed", "seek", "seek-at"]) ($(id).closest("label") ?? $(id)).hidden = hello.mode !== "replay";
    for (const id of ["record", "recording"]) $(id).hidden = hello.mode !== "live";
    const speed = [...$("speed").options].find((option) => Number(option.value) === hello.speed);
    if (speed) $("speed").value = speed.value;
  }

  setMayChange(may) {
    this.#mayChange = may;
    for (const id of ["run", "step", "speed", "seek", "record", "stop"]) $(id).disabled = !may;
  }

  toggle() { if (this.#can("replay")) this.#link.send({ type: this.#held ? "resume" : "pause" }); }
  step() { if (this.#can("replay")) this.#link.send({ type: "step" }); }
  record() { if (this.#can("live")) this.#link.send({ type: this.#recording ? "end_recording" : "record" }); }
  #can(mode) { return this.#mode === mode && this.#mayChange; }

  update(state) {
    this.#held = state.control.paused;
    $("run").setAttribute("aria-pressed", String(this.#held));
    $("run").firstChild.textContent = this.#held ? "▶ Go on " : "❚❚ Hold replay ";
    if (state.control.speed !== null && document.activeElement !== $("speed")) $("speed").value = String(state.control.speed);
    this.#recording = state.control.recording;
    $("record").setAttribute("aria-pressed", String(this.#recording !== null));
    $("record").firstChild.textContent = this.#recording ? "■ End recording " : "● Record ";
    const recording = this.#recording ? `recording to ${this.#recording}` : "not being recorded";
    if ($("recording").textContent !== recording) $("recording").textContent = recording;
    const pings = state.control.pings;
    const at = this.#lines.newest?.ping ?? 0;
    $("seek").max = Math.max(pings, state.pings.next, 1);
    if (this.#seeking) return;
    $("seek").value = at;
    $("seek-at").textContent = pings ? `${at} of ${pings}` : `${at}`;
  }
}
