/** Text on standard input → an SVG that looks like a terminal: `npx gleaner demo 2>&1 | node runs/picture.ts > docs/demo.svg`. */
import { text } from "node:stream/consumers";

const LINE_HEIGHT = 17;
const COLUMN_WIDTH = 8.02;
const PADDING = 16;

const escaped = (line: string) => line.replace(/[&<>]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[sign]!);
const lines = (await text(process.stdin)).trimEnd().split("\n");
const columns = Math.max(...lines.map((line) => [...line].length));
const width = Math.ceil(columns * COLUMN_WIDTH) + 2 * PADDING;
const height = lines.length * LINE_HEIGHT + 2 * PADDING;
const rows = lines.map((line, index) => {
  const y = PADDING + (index + 0.8) * LINE_HEIGHT;
  // A fixed length keeps the columns straight in whatever monospaced font there is.
  const length = ([...line].length * COLUMN_WIDTH).toFixed(1);
  return `<text x="${PADDING}" y="${y.toFixed(1)}" textLength="${length}" xml:space="preserve">${escaped(line)}</text>`;
});
console.log(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<rect width="100%" height="100%" rx="8" fill="#15191e"/>
<g font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="13.3" fill="#d7dde3">
${rows.join("\n")}
</g>
</svg>`);
