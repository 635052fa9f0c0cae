// What is drawn over the rows: text that is legible on anything, and boxes around contacts.

export function label(context, text, x, y, colour = "#fff") {
  context.lineWidth = 3; context.strokeStyle = "#000c"; context.strokeText(text, x, y);
  context.fillStyle = colour; context.fillText(text, x, y);
  context.lineWidth = 1;
}

// A class shows in three ways: colour, the style of the line, and its letter. `named` says where names stand
// already: one that would lie over another stands below its box.
export function drawBox(context, { contact, x, y, w, h }, chosen, named) {
  const style = { MILCO: ["#f0e442", []], NOMBO: ["#56b4e9", [7, 4]], MILEC: ["#f2a8dc", [2, 3]] }[contact.shownClass];
  const rejected = contact.verdict === "rejected";
  context.globalAlpha = rejected ? 0.55 : 1;
  context.setLineDash([]);
  context.lineWidth = chosen ? 5 : 3; context.strokeStyle = "#000b"; context.strokeRect(x, y, w, h);
  context.lineWidth = chosen ? 3 : 1.5; context.strokeStyle = style[0]; context.setLineDash(style[1]);
  context.strokeRect(x, y, w, h);
  context.setLineDash([]);
  if (rejected) { context.beginPath(); context.moveTo(x, y + h); context.lineTo(x + w, y); context.stroke(); }
  context.lineWidth = 1;
  context.font = chosen ? "bold 12px system-ui, sans-serif" : "11px system-ui, sans-serif";
  context.textAlign = "left";
  const mark = { accepted: " ✓", rejected: " ✕", open: "" }[contact.verdict];
  const name = `${contact.id} ${contact.shownClass}${mark}`;
  const right = x + context.measureText(name).width + 4;
  const over = (at) => named.some((other) => x < other.right && right > other.x && Math.abs(at - other.at) < 13);
  const at = over(y - 5) ? y + h + 13 : y - 5;
  named.push({ x, right, at });
  label(context, name, x, at, style[0]);
  context.globalAlpha = 1;
}
