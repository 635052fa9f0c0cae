// From the 8 bits of a row to colours. 128 is the local background.

const kMaps = {
  copper: [[0, 0, 0], [64, 40, 25], [134, 84, 53], [205, 128, 81], [255, 178, 113], [255, 226, 170]],
  grey: [[0, 0, 0], [255, 255, 255]],
  "grey, inverted": [[255, 255, 255], [0, 0, 0]],
  ice: [[3, 5, 18], [33, 49, 107], [62, 108, 179], [96, 169, 205], [168, 219, 224], [240, 252, 252]],
  cividis: [[0, 32, 76], [64, 77, 108], [124, 123, 120], [187, 173, 108], [255, 234, 70]],
};

export const mapNames = Object.keys(kMaps);

function colourAt(stops, share) {
  const place = share * (stops.length - 1);
  const i = Math.min(stops.length - 2, Math.floor(place));
  const f = place - i;
  return stops[i].map((value, k) => Math.round(value + (stops[i + 1][k] - value) * f));
}

/** 256 pixels as putImageData wants them. `gain` in steps of the row, `contrast` 1 as recorded. */
export function lookup(name, gain, contrast) {
  const table = new Uint32Array(256);
  const stops = kMaps[name] ?? kMaps.copper;
  for (let i = 0; i < 256; ++i) {
    const level = (i - 128) * contrast + 108 + gain;
    const [r, g, b] = colourAt(stops, Math.min(1, Math.max(0, level / 255)));
    table[i] = (255 << 24) | (b << 16) | (g << 8) | r;
  }
  return table;
}
