/** The contents of Jupyter's messages. Nothing of Node in it. Source: the Jupyter messaging protocol, 5.3. */
import type { MimeBundle, Output } from "../frames";
import type { Completions, Inspection } from "../session/cell-session";
import { codePointOffset } from "./offsets";

export type Content = Record<string, unknown>;

export const protocolVersion = "5.3";

/** What a notebook is told of its language. */
export const languageInfo = (typescriptVersion: string) => ({
  name: "typescript",
  version: typescriptVersion,
  mimetype: "application/typescript",
  file_extension: ".ts",
  pygments_lexer: "typescript",
  codemirror_mode: { name: "javascript", typescript: true },
  nbconvert_exporter: "script",
});

/** The kernel_info_reply. `platform` is what runs the cells, with its version. */
export const describeKernel = (version: string, typescriptVersion: string, platform: string) => ({
  status: "ok",
  protocol_version: protocolVersion,
  implementation: "unroll",
  implementation_version: version,
  language_info: languageInfo(typescriptVersion),
  banner: `unroll ${version}: TypeScript ${typescriptVersion} on ${platform}`,
  debugger: false,
  help_links: [
    { text: "TypeScript", url: "https://www.typescriptlang.org/docs/" },
    { text: "mathjs", url: "https://mathjs.org/docs/" },
    { text: "Plotly", url: "https://plotly.com/javascript/" },
  ],
});

export type OutputMessage = {
  type: "stream" | "display_data" | "update_display_data" | "clear_output";
  content: Content;
};

/** What is published of a cell's output; `complete` adds to a bundle what a front end needs. */
export function outputMessage(
  output: Output,
  complete: (bundle: MimeBundle) => MimeBundle = (bundle) => bundle,
): OutputMessage {
  if (output.kind === "stream") return { type: "stream", content: { name: output.name, text: output.text } };
  if (output.kind === "clear") return { type: "clear_output", content: { wait: output.wait } };
  const { data, metadata, id, update } = output;
  const transient = id === undefined ? {} : { display_id: id };
  return {
    type: update ? "update_display_data" : "display_data",
    content: { data: complete(data), metadata, transient },
  };
}

export const isCompleteReply = (status: "complete" | "incomplete" | "invalid"): Content =>
  status === "incomplete" ? { status, indent: "  " } : { status };

export function completeReply(code: string, found: Completions): Content {
  const start = codePointOffset(code, found.start);
  const end = codePointOffset(code, found.end);
  const types = found.entries.map(({ name, kind }) => ({ start, end, text: name, type: kind }));
  return {
    status: "ok",
    matches: found.entries.map(({ name }) => name),
    cursor_start: start,
    cursor_end: end,
    metadata: { _jupyter_types_experimental: types },
  };
}

/** A signature with its documentation. */
const bundleOf = ({ signature, documentation }: Inspection): MimeBundle => ({
  "text/plain": documentation ? `${signature}\n\n${documentation}` : signature,
  "text/markdown": `\`\`\`typescript\n${signature}\n\`\`\`\n\n${documentation}`,
});

export const inspectReply = (found: Inspection | undefined): Content => ({
  status: "ok",
  found: found !== undefined,
  data: found ? bundleOf(found) : {},
  metadata: {},
});

/** The name that a cell asks about: `Math.sqrt?` or `?Math.sqrt`, as in IPython. */
export function askedName(code: string): string | undefined {
  const asked = /^\s*(?:\?\s*([\w$.]+)|([\w$.]+)\s*\?)\s*$/.exec(code);
  return asked?.[1] ?? asked?.[2];
}

/** The execute_reply that opens the pager, without its count. */
export function pageReply(name: string, found: Inspection | undefined): Content & { status: "ok" } {
  const data = found ? bundleOf(found) : { "text/plain": `${name}: nothing is known of it` };
  return { status: "ok", payload: [{ source: "page", data, start: 0 }], user_expressions: {} };
}
