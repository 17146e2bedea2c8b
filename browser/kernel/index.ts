/** The kernel in a page: Jupyter's contents on one side, the two workers on the other. */

import type { Failure } from "../../kernel/frames";
import {
  askedName,
  type Content,
  completeReply,
  inspectReply,
  isCompleteReply,
  outputMessage,
  pageReply,
} from "../../kernel/front/content";
import { utf16Offset } from "../../kernel/front/offsets";
import { CellSession } from "../../kernel/session/cell-session";
import { CellsWorker } from "./cells-worker";
import { prepareCompiler, releaseCompiler, takeCompiler } from "./compiler";
import type { Place } from "./place";

export type KernelOptions = Place & {
  /** URLs of the two workers that `bundleKernel` has written. */
  workers: { cells: string; types: string };
};

/** What Jupyter publishes of a cell. */
export type Output = {
  type: "stream" | "display_data" | "update_display_data" | "execute_result" | "error" | "clear_output";
  content: Content;
};

export type Handlers = {
  /** What errors call the cell: "Cell In[3]". */
  name: string;
  /** Called also after the reply: a timer of the cell may still show something. */
  output(output: Output): void;
  /** Gives the cell the line that it asks for with `input()`. */
  input(prompt: string, password: boolean): Promise<string>;
};

/** Takes and gives the contents of Jupyter's messages; positions in code are in code points, as Jupyter counts. */
export type BrowserKernel = {
  /** Resolves when cells can run. */
  ready: Promise<void>;
  /** Runs a cell after those before it; gives the execute_reply, without its count. */
  execute(code: string, handlers: Handlers): Promise<Content>;
  complete(code: string, cursor: number): Promise<Content>;
  inspect(code: string, cursor: number): Promise<Content>;
  isComplete(code: string): Promise<Content>;
  /** Stops the cell that runs. One that never pauses can only be ended with its worker, and the variables with it. */
  interrupt(): Promise<void>;
  /** Forgets the variables. */
  restart(): Promise<void>;
  shutdown(): void;
};

/** What a cell is told where the kernel itself has failed. */
function kernelFailure({ message }: Error): Failure {
  return { status: "error", ename: "KernelError", evalue: message, traceback: [`KernelError: ${message}`] };
}

/** How long a kernel must be idle before it loads what cells are likely to import, ms. */
const idleTime = 1000;

/** Begins to load what takes a kernel longest, for a page that has much else to do before it starts one. */
export const prepareKernel = ({ workers, ...place }: KernelOptions): void => prepareCompiler(workers.types, place);

/**
 * Starts a kernel: its workers load while the page goes on.
 * @example
 * const kernel = startKernel({ workers, files: "https://example.org/course/files/", folder: "notebooks" });
 * await kernel.execute("1 + 1", { name: "Cell In[1]", output: console.log, input: async () => "" });
 */
export function startKernel({ workers, ...place }: KernelOptions): BrowserKernel {
  const compiler = takeCompiler(workers.types, place);
  let input: Handlers["input"] = async () => "";
  let worker!: CellsWorker;
  const session = new CellSession(compiler.ask, () => {
    worker = new CellsWorker(workers.cells, place, (prompt, password) => input(prompt, password));
    return worker;
  });

  const ready = Promise.all([worker.ready, compiler.ready]).then(() => {
    setTimeout(() => worker.send({ type: "preload", packages: ["mathjs"] }), idleTime);
  });

  async function execute(code: string, handlers: Handlers): Promise<Content> {
    const { name, output } = handlers;
    const asked = askedName(code);
    if (asked) return pageReply(asked, await session.inspect(asked, asked.length));
    input = handlers.input;
    const outcome = await session.execute(code, (shown) => output(outputMessage(shown)), name).catch(kernelFailure);
    if (outcome.status === "error") {
      const { ename, evalue, traceback } = outcome;
      output({ type: "error", content: { ename, evalue, traceback } });
      return { status: "error", ename, evalue, traceback };
    }
    if (outcome.result)
      output({ type: "execute_result", content: { data: outcome.result, metadata: outcome.metadata ?? {} } });
    return { status: "ok", payload: [], user_expressions: {} };
  }

  return {
    ready,
    execute,
    complete: async (code, cursor) => completeReply(code, await session.complete(code, utf16Offset(code, cursor))),
    inspect: async (code, cursor) => inspectReply(await session.inspect(code, utf16Offset(code, cursor))),
    isComplete: async (code) => isCompleteReply(await session.completeness(code)),
    interrupt: async () => session.interrupt(),
    restart: () => session.restart(),
    shutdown() {
      session.end();
      releaseCompiler(compiler);
    },
  };
}
