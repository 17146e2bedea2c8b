import { type Figure, plotlyFigure } from "./figure";
import { extent } from "./finite";
import { shortNumber } from "./label";
import { type MatrixLike, toRows } from "./matrix";
import { sequential } from "./theme";

export type SpectrogramOptions = {
  title?: string;
  /** Seconds from one frame to the next. */
  hop: number;
  /** Hertz from one band to the next. */
  bandwidth: number;
  /** What is drawn as silence, in decibels below the loudest. */
  floor?: number;
};

/**
 * Draws the power of a sound over time and frequency, in decibels below the loudest.
 *
 * Row k of the matrix holds the power of frame k in each band, from the lowest.
 *
 * @example
 * spectrogram([[1, 0.1], [0.5, 0.01]], { hop: 0.016, bandwidth: 250 });
 */
export function spectrogram(power: MatrixLike, { title, hop, bandwidth, floor = 60 }: SpectrogramOptions): Figure {
  const frames = toRows(power);
  const loudest = extent(frames.flat())[1] || 1;
  const level = (value: number) => Math.max(-floor, 10 * Math.log10(value / loudest));
  const bands = frames[0].map((_, band) => frames.map((frame) => level(frame[band])));
  const [x, y] = [frames.map((_, k) => k * hop), bands.map((_, k) => k * bandwidth)];
  const colours = { colorscale: sequential, zmin: -floor, zmax: 0, colorbar: { title: { text: "dB" } } };
  const hovertemplate = "%{x:.3~f} s, %{y:.4~s}Hz: %{z:.1f} dB<extra></extra>";
  const [xaxis, yaxis] = ["time (s)", "frequency (Hz)"].map((text) => ({ title: { text }, showgrid: false }));
  const seconds = shortNumber(frames.length * hop);
  const alt = `Spectrogram${title ? ` of ${title}` : ""}: ${seconds} s in ${bands.length} bands up to ${shortNumber(bands.length * bandwidth)} Hz.`;
  return plotlyFigure({
    data: [{ type: "heatmap", x, y, z: bands, ...colours, hovertemplate }],
    layout: { xaxis, yaxis },
    title,
    alt,
  });
}
