// The feed: one WebSocket, opened again when it breaks. Binary messages are rows, text messages JSON.

const kRowHeader = 64;
const kRetryMs = [300, 700, 1500, 3000];

/** The token of the address, kept for this tab and taken out of sight. */
export function takeToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    sessionStorage.setItem("towfish-token", given);
    history.replaceState(null, "", location.pathname);
  }
  return given ?? sessionStorage.getItem("towfish-token") ?? "";
}

/** Rows of a binary message; the layout is described in row_feed.hpp. */
export function parseRows(buffer) {
  const view = new DataView(buffer);
  const rows = [];
  if (view.getUint32(0, true) !== 1) return rows;
  const count = view.getUint32(4, true);
  const sentMs = view.getFloat64(8, true);
  let at = 16;
  for (let i = 0; i < count; ++i) {
    const columns = view.getUint32(at + 4, true);
    rows.push({
      side: view.getUint32(at, true),
      ping: view.getFloat64(at + 8, true),
      timeMs: view.getFloat64(at + 16, true),
      latitude: view.getFloat64(at + 24, true),
      longitude: view.getFloat64(at + 32, true),
      heading: view.getFloat32(at + 40, true),
      altitude: view.getFloat32(at + 44, true),
      firstEdge: view.getFloat32(at + 48, true),
      columnM: view.getFloat32(at + 52, true),
      samplesPerColumn: view.getFloat32(at + 56, true),
      publishedMs: sentMs - view.getFloat32(at + 60, true),
      pixels: new Uint8Array(buffer, at + kRowHeader, columns),
    });
    at += kRowHeader + Math.ceil(columns / 8) * 8;
  }
  return rows;
}

export class Link extends EventTarget {
  #socket = null;
  #failures = 0;
  #token = takeToken();
  mayChange = false;

  open() {
    const query = this.#token ? `?token=${encodeURIComponent(this.#token)}` : "";
    const socket = new WebSocket(`ws://${location.host}/feed${query}`);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.#failures = 0;
      this.#tell("opened");
      if (this.#token) this.send({ type: "authorise", token: this.#token });
    };
    socket.onmessage = ({ data }) => {
      if (typeof data !== "string") return this.#tell("rows", parseRows(data));
      const message = JSON.parse(data);
      if (message.type === "authorised") this.mayChange = message.value;
      this.#tell(message.type, message);
    };
    socket.onclose = () => {
      this.mayChange = false;
      this.#tell("closed");
      setTimeout(() => this.open(), kRetryMs[Math.min(this.#failures++, kRetryMs.length - 1)]);
    };
    this.#socket = socket;
  }

  /** Address of a file, with the token where looking needs it. */
  address(path) {
    return this.#token ? `${path}?token=${encodeURIComponent(this.#token)}` : path;
  }

  send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
