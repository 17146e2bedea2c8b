/** Draws Plotly figures in outputs. plotly.js is loaded with the first chart: most of a reader's pages begin without. */
import type { IRenderMime } from "@jupyterlab/rendermime-interfaces";
import { Widget } from "@lumino/widgets";

const mimeType = "application/vnd.plotly.v1+json";

type Figure = { data: unknown[]; layout?: { height?: number }; config?: object; frames?: unknown[] };
type Plotly = {
  react(node: HTMLElement, data: unknown[], layout: unknown, config: object): Promise<unknown>;
  addFrames(node: HTMLElement, frames: unknown[]): Promise<unknown>;
  purge(node: HTMLElement): void;
  Plots: { resize(node: HTMLElement): void };
};

let loading: Promise<Plotly> | undefined;
const plotlyJs = (): Promise<Plotly> => {
  loading ??= import("plotly.js-dist").then((module) => module.default as Plotly);
  return loading;
};

class Chart extends Widget implements IRenderMime.IRenderer {
  #isDrawn = false;
  /** Drawings follow each other: a live chart gets its next figure while the last is being drawn. */
  #last: Promise<void> = Promise.resolve();

  renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const figure = model.data[mimeType] as unknown as Figure;
    this.node.role = "img";
    this.node.ariaLabel = String(model.data["text/plain"] ?? "A chart");
    this.node.style.minHeight = `${figure.layout?.height ?? 360}px`;
    this.#last = this.#last.then(() => this.#draw(figure));
    return this.#last;
  }

  async #draw(figure: Figure): Promise<void> {
    try {
      const Plotly = await plotlyJs();
      if (this.isDisposed) return;
      const config = { responsive: true, displaylogo: false, ...figure.config };
      await Plotly.react(this.node, figure.data, figure.layout, config);
      this.#isDrawn = true;
      if (figure.frames?.length) await Plotly.addFrames(this.node, figure.frames);
    } catch (error) {
      this.node.textContent = `This chart could not be drawn: ${(error as Error).message}`;
    }
  }

  /** A chart that was drawn in a hidden panel has no width until the panel is shown. */
  protected override onAfterShow(): void {
    this.onResize();
  }

  protected override onResize(): void {
    if (this.#isDrawn && this.isVisible) void plotlyJs().then((Plotly) => Plotly.Plots.resize(this.node));
  }

  override dispose(): void {
    if (this.isDisposed) return;
    if (this.#isDrawn) void plotlyJs().then((Plotly) => Plotly.purge(this.node));
    super.dispose();
  }
}

/** Renders the MIME type of Plotly figures. */
export const plotly: IRenderMime.IExtension = {
  id: "unroll:plotly",
  rendererFactory: { safe: true, mimeTypes: [mimeType], createRenderer: () => new Chart() },
  rank: 0,
  dataType: "json",
};
