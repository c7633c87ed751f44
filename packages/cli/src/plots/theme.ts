/** One look for every picture: blue is the data, orange what was learned, teal the density. */
export const theme = {
  font: "Source Sans 3",
  /** Tried by a browser that lacks the font above. */
  fallbackFonts: "'Segoe UI', 'Helvetica Neue', Arial, sans-serif",
  text: 12.5,
  title: 16,
  paper: "#ffffff",
  ink: "#20263a",
  muted: "#667085",
  rule: "#cfd4dc",
  gridline: "#eceff3",
  data: "#2b6cb0",
  samples: "#d9622b",
  arrow: "#1f2a44",
  /** A density drawn as a line. */
  estimate: "#1f7a80",
  /** For curves side by side; told apart by the colour-blind too. */
  series: ["#2b6cb0", "#d9622b", "#1f7a80", "#7b4ea3", "#8a6d1f"],
  /** From small to large, where classes of a number are shown. */
  shades: ["#fdf3e7", "#fbd9b0", "#f5b26b", "#e07f34", "#b4501a", "#6e2a0c"],
  /** Ends of the density's shades; between them lightness falls in equal steps (CIE L*). */
  density: ["#f1f7f4", "#bfe0d3", "#7fc0b4", "#4a98a0"],
} as const;
