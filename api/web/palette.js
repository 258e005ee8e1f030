// The map's colours and marks, made here: no image or font is fetched.
//
// The ramp has one hue and even steps of lightness, so it reads the same with any colour vision and
// in grey. Marks are warm where the ramp is cold, and differ in shape, so that colour is never alone.

export const CLASS_LIMITS = [0.02, 0.05, 0.1, 0.2];
// Shares: exactly 0; below 2 %; 2-5 %; 5-10 %; 10-20 %; 20 % and more. Fixed, so that two campaigns compare.

const LIGHT = {
  water: "#e6edf0",
  ramp: ["#fcfbf7", "#dfebec", "#b5d3d9", "#7fb2c0", "#4787a0", "#1d5878"],
  hatchGround: "#f1f1ee",
  hatchLine: "#c3c6c6",
  line: "#8da0a8",
  outline: "#40545e",
  selected: "#10222c",
  halo: "#ffffff",
  marks: { error: ["#c8371b", "#ffffff"], review: ["#f2a516", "#4a3000"], info: ["#ffffff", "#33505f"] },
};

const DARK = {
  water: "#10181d",
  ramp: ["#1c272d", "#22404c", "#2b5c6d", "#3b7f93", "#62a9bb", "#a5d8e2"],
  hatchGround: "#182126",
  hatchLine: "#34424a",
  line: "#5f757f",
  outline: "#c3d2d9",
  selected: "#ffffff",
  halo: "#10181d",
  marks: { error: ["#f0603f", "#10181d"], review: ["#f7b733", "#10181d"], info: ["#d9e4e9", "#10181d"] },
};

const dark = matchMedia("(prefers-color-scheme: dark)");

export function palette() {
  return dark.matches ? DARK : LIGHT;
}

export function onSchemeChange(listener) {
  dark.addEventListener("change", listener);
}

export function rampIndex(value) {
  if (!value) return 0;
  return 1 + CLASS_LIMITS.filter((limit) => value >= limit).length;
}

const RATIO = 2; // Drawn at twice the size for sharp edges on dense screens.

function canvas(size) {
  const made = document.createElement("canvas");
  made.width = made.height = size * RATIO;
  const pen = made.getContext("2d", { willReadFrequently: true });
  pen.scale(RATIO, RATIO);
  return pen;
}

function read(pen) {
  return pen.getImageData(0, 0, pen.canvas.width, pen.canvas.height);
}

function drawMark(severity, [colour, edge]) {
  const size = 20;
  const pen = canvas(size);
  const middle = size / 2;
  pen.beginPath();
  if (severity === "error") {
    pen.moveTo(middle, 2); pen.lineTo(18, middle); pen.lineTo(middle, 18); pen.lineTo(2, middle); pen.closePath();
  } else if (severity === "review") {
    pen.moveTo(middle, 3); pen.lineTo(18, 17); pen.lineTo(2, 17); pen.closePath();
  } else {
    pen.arc(middle, middle, 5.5, 0, 2 * Math.PI);
  }
  pen.lineJoin = "round";
  pen.lineWidth = 2;
  pen.fillStyle = colour;
  pen.strokeStyle = edge;
  pen.fill();
  pen.stroke();
  return read(pen);
}

// Diagonal lines whose ends meet at the tile's edges, so that they run on without a seam.
function drawHatch({ hatchGround, hatchLine }) {
  const size = 8;
  const pen = canvas(size);
  pen.fillStyle = hatchGround;
  pen.fillRect(0, 0, size, size);
  pen.strokeStyle = hatchLine;
  pen.lineWidth = 1;
  for (const start of [-size, 0, size]) {
    pen.beginPath();
    pen.moveTo(start - 1, size + 1);
    pen.lineTo(start + size + 1, -1);
    pen.stroke();
  }
  return read(pen);
}

// name -> ImageData, for map.addImage with pixelRatio 2.
export function mapImages() {
  const colours = palette();
  const images = { hatch: drawHatch(colours) };
  for (const [severity, pair] of Object.entries(colours.marks)) images[`mark-${severity}`] = drawMark(severity, pair);
  return images;
}

export const IMAGE_RATIO = RATIO;
