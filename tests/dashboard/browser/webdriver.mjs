// A browser driven through chromedriver (the W3C WebDriver protocol), with nothing but node's own library.

import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { writeFile } from "node:fs/promises";

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

export class Browser {
  #driver;
  #base;

  /** Starts chromedriver and a headless Chromium of this size. */
  static async start(width = 1366, height = 768) {
    const browser = new Browser();
    const port = await freePort();
    browser.#driver = spawn("chromedriver", [`--port=${port}`], { stdio: "ignore" });
    const root = `http://127.0.0.1:${port}`;
    for (let i = 0; i < 100; ++i) {
      try { await fetch(`${root}/status`); break; } catch { await pause(100); }
    }
    const args = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
                  "--force-color-profile=srgb", "--hide-scrollbars", `--window-size=${width},${height}`];
    const reply = await fetch(`${root}/session`, {
      method: "POST",
      body: JSON.stringify({ capabilities: { alwaysMatch: { "goog:chromeOptions": { args }, "goog:loggingPrefs": { browser: "ALL" } } } }),
    });
    const { value } = await reply.json();
    if (!value.sessionId) throw new Error(`chromedriver: ${JSON.stringify(value)}`);
    browser.#base = `${root}/session/${value.sessionId}`;
    await browser.size(width, height);
    return browser;
  }

  async #call(method, path, body) {
    const reply = await fetch(`${this.#base}${path}`, { method, body: body && JSON.stringify(body) });
    const { value } = await reply.json();
    if (value?.error) throw new Error(`${path}: ${value.message}`);
    return value;
  }

  open(url) { return this.#call("POST", "/url", { url }); }

  /** The value of an expression in the page; a promise is awaited. */
  async value(expression) {
    const script = `const done = arguments[0]; Promise.resolve().then(() => (${expression})).then(done, (e) => done({ failed: String(e) }));`;
    const value = await this.#call("POST", "/execute/async", { script, args: [] });
    if (value?.failed) throw new Error(`${expression}: ${value.failed}`);
    return value;
  }

  /** Waits until an expression is true; its last value otherwise stands in the error. */
  async until(what, expression, seconds = 20) {
    const end = Date.now() + seconds * 1000;
    for (;;) {
      const value = await this.value(expression);
      if (value) return value;
      if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what} (${expression} is ${JSON.stringify(value)})`);
      await pause(100);
    }
  }

  /** Presses keys, one after the other, as a person does. */
  async press(...keys) {
    const actions = keys.flatMap((value) => [{ type: "keyDown", value }, { type: "keyUp", value }]);
    await this.#call("POST", "/actions", { actions: [{ type: "key", id: "keys", actions }] });
  }

  /** Clicks at a place of the page, as a person does. */
  async click(x, y) {
    const actions = [{ type: "pointerMove", duration: 0, x, y }, { type: "pointerDown", button: 0 }, { type: "pointerUp", button: 0 }];
    await this.#call("POST", "/actions", { actions: [{ type: "pointer", id: "mouse", actions }] });
  }

  /** Moves the pointer to a place of the page, and turns the wheel there by so many pixels if any. */
  async point(x, y, wheel = 0) {
    await this.#call("POST", "/actions", { actions: [{ type: "pointer", id: "mouse", actions: [{ type: "pointerMove", duration: 0, x, y }] }] });
    if (wheel) await this.#call("POST", "/actions", { actions: [{ type: "wheel", id: "wheel", actions: [{ type: "scroll", x, y, deltaX: 0, deltaY: wheel, duration: 0 }] }] });
  }

  /** Says yes to what the page asks in a dialog. */
  agree() { return this.#call("POST", "/alert/accept", {}); }

  /** A picture of the page, .png or .jpg. Sonar is noise, for which JPEG is the smaller format by far. */
  async screenshot(file) {
    const { data } = await this.#call("POST", "/goog/cdp/execute", { cmd: "Page.captureScreenshot", params: file.endsWith(".png") ? { format: "png" } : { format: "jpeg", quality: 82 } });
    await writeFile(file, Buffer.from(data, "base64"));
  }

  /** The size of what is seen. */
  size(width, height) {
    return this.#call("POST", "/goog/cdp/execute", { cmd: "Emulation.setDeviceMetricsOverride", params: { width, height, deviceScaleFactor: 1, mobile: false } });
  }

  /** What the page complained about since the last call. */
  async complaints() {
    const entries = await this.#call("POST", "/se/log", { type: "browser" });
    return entries.filter((entry) => entry.level === "SEVERE").map((entry) => entry.message);
  }

  async end() {
    try { await this.#call("DELETE", ""); } finally { this.#driver.kill(); }
  }
}

/** A run of towfish with its dashboard. */
export class Run {
  static async start(program, args) {
    const run = new Run();
    run.child = spawn(program, [...args, "--hold", "--dashboard"], { stdio: ["ignore", "pipe", "pipe"] });
    run.output = "";
    run.ended = new Promise((resolve) => run.child.on("exit", (code) => resolve(code)));
    run.child.stderr.on("data", (data) => { run.output += data; });
    run.url = await new Promise((resolve, reject) => {
      let text = "";
      run.child.stdout.on("data", (data) => {
        run.output += data;
        text += data;
        const found = /dashboard (http:\S+)/.exec(text);
        if (found) resolve(found[1]);
      });
      run.ended.then((code) => reject(new Error(`towfish ended with ${code}: ${run.output}`)));
    });
    return run;
  }

  /** Ends the run if it still goes on, and then its dashboard; resolves to the exit status. */
  async end() {
    const over = () => this.output.includes("the dashboard stays until Ctrl-C");
    if (!over()) this.child.kill("SIGINT");
    while (!over() && this.child.exitCode === null) await pause(50);
    this.child.kill("SIGINT");
    return this.ended;
  }
}
