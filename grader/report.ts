/** What a check says, as a value that shows itself in a notebook: HTML for light and dark pages, and plain text. No Node here. */

/** A paragraph, or, where it has a label, text set in the type of code. */
export type Line = string | { label: string; code: string };

export type Mark = "right" | "wrong" | "open";

const marks: Record<Mark, { sign: string; colour: string }> = {
  right: { sign: "✓", colour: "#2e9e5b" },
  wrong: { sign: "✗", colour: "#d9534f" },
  open: { sign: "○", colour: "#8a8f98" },
};

/** A report shows itself: Jupyter's kernels for JavaScript ask an object for `Symbol.for("Jupyter.display")`. */
export class Report {
  constructor(
    readonly mark: Mark,
    readonly title: string,
    readonly lines: Line[],
  ) {}

  [Symbol.for("Jupyter.display")](): Record<"text/html" | "text/plain", string> {
    return { "text/html": this.toHtml(), "text/plain": this.toString() };
  }

  toString(): string {
    const body = this.lines.map((line) => {
      if (typeof line === "string") return `  ${line}`;
      const pad = " ".repeat(12);
      return `  ${line.label.padEnd(10)}${line.code.split("\n").join(`\n${pad}`)}`;
    });
    return [`${marks[this.mark].sign} ${this.title}`, ...body].join("\n");
  }

  // Colours are the page's own, but for the mark: a fixed background would be unreadable in the other theme.
  private toHtml(): string {
    const { sign, colour } = marks[this.mark];
    const lines = this.lines.map((line) => {
      if (typeof line === "string") return `<div style="margin-top:4px">${withCode(line)}</div>`;
      const label = `<span style="flex:0 0 5.5em;opacity:0.75">${escaped(line.label)}</span>`;
      const pre = `<pre style="margin:0;padding:0;background:none;color:inherit;white-space:pre-wrap">${escaped(line.code)}</pre>`;
      return `<div style="display:flex;margin-top:4px">${label}${pre}</div>`;
    });
    const title = `<div><span style="color:${colour}">${sign}</span> <b>${withCode(this.title)}</b></div>`;
    return `<div style="border-left:4px solid ${colour};padding:2px 0 4px 12px">${title}${lines.join("")}</div>`;
  }
}

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
// A dollar sign would make the page look for a formula.
const escaped = (text: string) => text.replace(/[&<>"']/g, (sign) => entities[sign]).replace(/\$/g, "&#36;");
const withCode = (text: string) => escaped(text).replace(/`([^`]+)`/g, '<code style="background:none">$1</code>');
