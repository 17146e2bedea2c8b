/** The Jupyter messaging protocol: what the kernel does for each type of message. Source: its specification, 5.3 and 5.4. */
import { randomUUID } from "node:crypto";
import { type Outcome, type Output, Session } from "../session";
import {
  askedName,
  type Content,
  completeReply,
  describeKernel,
  inspectReply,
  isCompleteReply,
  outputMessage,
  pageReply,
} from "./content";
import { utf16Offset } from "./offsets";
import { plotlyHtml } from "./plotly";
import { type Message, wire } from "./wire";

const { version } = require("../../package.json") as { version: string };
const typescriptVersion = (require("typescript/package.json") as { version: string }).version;

const kernelDescription = describeKernel(version, typescriptVersion, `Node ${process.version}`);

/** How long after an error a request still counts as queued behind it, if it was sent before the error was known, ms. */
const abortWindow = 1000;

/** The channels on which the kernel answers and asks. */
export type Channels = Record<"iopub" | "shell" | "control" | "stdin", (parts: (Buffer | string)[]) => void>;
export type ReplyChannel = "shell" | "control";

type Reply = Content & { status: "ok" | "error" | "aborted" };
type HistoryEntry = { count: number; input: string; output: string | null };

/** One kernel: what its requests share. `onShutdown` is called when it has been asked to end. */
export class Kernel {
  readonly #wire: ReturnType<typeof wire>;
  readonly #session: Session;
  readonly #channels: Channels;
  readonly #onShutdown: () => void;
  readonly #withPlotlyHtml = plotlyHtml();
  readonly #history: HistoryEntry[] = [];
  readonly #queue: { request: Message; run: () => Promise<void>; abort: () => void }[] = [];
  #isRunning = false;
  #count = 0;
  /** When the last error that stops the queue was told, ms since 1970. */
  #stoppedAt = 0;
  #waitingForInput: ((line: string) => void) | undefined;
  #inputParent: Message | undefined;

  constructor(key: string, folder: string, channels: Channels, onShutdown: () => void) {
    this.#wire = wire(key, randomUUID());
    this.#channels = channels;
    this.#onShutdown = onShutdown;
    this.#session = new Session({ folder, onInput: (prompt, password) => this.#ask(prompt, password) });
    this.#publish("status", { execution_state: "starting" }, undefined);
  }

  /** Handles what has come on a channel; what cannot be read is told on stderr and dropped. */
  receive(parts: Buffer[], channel: ReplyChannel | "stdin"): void {
    let message: Message;
    try {
      message = this.#wire.decode(parts);
    } catch (error) {
      process.stderr.write(`${(error as Error).message}\n`);
      return;
    }
    const { msg_type: type } = message.header;
    if (type === "input_reply") this.#takeInput(message);
    else if (type === "execute_request") this.#enqueue(message, channel as ReplyChannel);
    else if (Object.hasOwn(this.#handlers, type)) void this.#answer(message, channel as ReplyChannel);
    else process.stderr.write(`Cannot answer a message of type ${type}: it is unknown\n`);
  }

  interrupt(): void {
    this.#session.interrupt();
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  #publish(type: string, content: Content, parent: Message | undefined): void {
    this.#channels.iopub(this.#wire.encode(type, content, parent, [type]));
  }

  #reply(request: Message, channel: ReplyChannel, content: Content): void {
    const type = request.header.msg_type.replace(/_request$/, "_reply");
    this.#channels[channel](this.#wire.encode(type, content, request, request.identities));
  }

  /** Busy, the handler's reply, idle: around every request. */
  async #answer(request: Message, channel: ReplyChannel): Promise<void> {
    this.#publish("status", { execution_state: "busy" }, request);
    try {
      const reply = await this.#handlers[request.header.msg_type](request);
      if (reply) this.#reply(request, channel, reply);
    } catch (error) {
      const { name, message } = error as Error;
      this.#reply(request, channel, {
        status: "error",
        ename: name,
        evalue: message,
        traceback: [`${name}: ${message}`],
      });
    }
    this.#publish("status", { execution_state: "idle" }, request);
  }

  readonly #handlers: Record<string, (request: Message) => Promise<Content | undefined> | Content | undefined> = {
    kernel_info_request: () => kernelDescription,
    complete_request: (request) => this.#complete(request),
    inspect_request: (request) => this.#inspect(request),
    is_complete_request: async ({ content }) => isCompleteReply(await this.#session.completeness(String(content.code))),
    history_request: ({ content }) => ({ status: "ok", history: this.#recall(content) }),
    comm_info_request: () => ({ status: "ok", comms: {} }),
    comm_open: (request) => {
      this.#publish("comm_close", { comm_id: request.content.comm_id, data: {} }, request);
      return undefined;
    },
    comm_msg: () => undefined,
    comm_close: () => undefined,
    interrupt_request: () => {
      this.interrupt();
      return { status: "ok" };
    },
    shutdown_request: async (request) => {
      const reply = { status: "ok", restart: request.content.restart === true };
      await this.close();
      this.#publish("shutdown_reply", reply, request);
      setTimeout(this.#onShutdown, 50);
      return reply;
    },
  };

  // ------------------------------------------------------------------------------------------------ running cells

  #enqueue(request: Message, channel: ReplyChannel): void {
    const abort = () => {
      this.#publish("status", { execution_state: "busy" }, request);
      this.#reply(request, channel, { status: "aborted", execution_count: this.#count });
      this.#publish("status", { execution_state: "idle" }, request);
    };
    const sent = Date.parse(String(request.header.date));
    if (Date.now() - this.#stoppedAt < abortWindow && sent < this.#stoppedAt) abort();
    else this.#queue.push({ request, run: () => this.#runCell(request, channel), abort });
    if (!this.#isRunning) void this.#drain();
  }

  async #drain(): Promise<void> {
    this.#isRunning = true;
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) await next.run();
    this.#isRunning = false;
  }

  async #runCell(request: Message, channel: ReplyChannel): Promise<void> {
    this.#publish("status", { execution_state: "busy" }, request);
    const reply = await this.#execute(request);
    this.#reply(request, channel, reply);
    if (reply.status === "error" && request.content.stop_on_error !== false) {
      this.#stoppedAt = Date.now();
      for (const { abort } of this.#queue.splice(0)) abort();
    }
    this.#publish("status", { execution_state: "idle" }, request);
  }

  async #execute(request: Message): Promise<Reply> {
    const { content } = request;
    const code = String(content.code ?? "");
    const isSilent = content.silent === true;
    const isStored = !isSilent && content.store_history !== false;
    if (isStored) this.#count++;
    const execution_count = this.#count;
    if (!isSilent) this.#publish("execute_input", { code, execution_count }, request);

    const asked = askedName(code);
    if (asked) {
      const page = pageReply(asked, await this.#session.inspect(asked, asked.length));
      return { ...page, execution_count };
    }

    this.#inputParent = content.allow_stdin === false ? undefined : request;
    const show = (output: Output) => this.#show(output, request);
    const outcome = await this.#session.execute(code, isSilent ? () => {} : show, `Cell In[${execution_count}]`);
    if (isStored) this.#history.push({ count: execution_count, input: code, output: plainText(outcome) });
    if (outcome.status === "error") {
      const { ename, evalue, traceback } = outcome;
      if (!isSilent) this.#publish("error", { ename, evalue, traceback }, request);
      return { status: "error", execution_count, ename, evalue, traceback, payload: [], user_expressions: {} };
    }
    if (outcome.result && !isSilent) {
      const shown = { execution_count, data: this.#withPlotlyHtml(outcome.result), metadata: outcome.metadata ?? {} };
      this.#publish("execute_result", shown, request);
    }
    const user_expressions = await this.#evaluateAll((content.user_expressions ?? {}) as Record<string, string>);
    return { status: "ok", execution_count, payload: [], user_expressions };
  }

  async #evaluateAll(expressions: Record<string, string>): Promise<Content> {
    const values: Content = {};
    for (const [name, expression] of Object.entries(expressions)) {
      const outcome = await this.#session.execute(`(${expression})`, () => {}, `expression ${name}`);
      values[name] =
        outcome.status === "ok"
          ? { status: "ok", data: outcome.result ?? { "text/plain": "undefined" }, metadata: {} }
          : outcome;
    }
    return values;
  }

  #show(output: Output, parent: Message): void {
    const { type, content } = outputMessage(output, this.#withPlotlyHtml);
    this.#publish(type, content, parent);
  }

  /** Asks the front end that runs the present cell for a line. */
  #ask(prompt: string, password: boolean): Promise<string> {
    const request = this.#inputParent;
    if (!request) return Promise.resolve("");
    this.#channels.stdin(this.#wire.encode("input_request", { prompt, password }, request, request.identities));
    return new Promise((resolve) => {
      this.#waitingForInput = resolve;
    });
  }

  #takeInput({ content }: Message): void {
    this.#waitingForInput?.(String(content.value ?? ""));
    this.#waitingForInput = undefined;
  }

  // --------------------------------------------------------------------------------------- questions about the code

  async #complete({ content }: Message): Promise<Content> {
    const code = String(content.code);
    const offset = utf16Offset(code, Number(content.cursor_pos ?? code.length));
    return completeReply(code, await this.#session.complete(code, offset));
  }

  async #inspect({ content }: Message): Promise<Content> {
    const code = String(content.code);
    const offset = utf16Offset(code, Number(content.cursor_pos ?? code.length));
    return inspectReply(await this.#session.inspect(code, offset));
  }

  #recall(content: Content): unknown[] {
    const { hist_access_type: kind, n, start, stop, pattern, unique } = content as Record<string, never>;
    const most = typeof n === "number" ? n : this.#history.length;
    let found = this.#history;
    if (kind === "range") {
      const last = this.#count;
      const from = Number(start ?? 1) < 0 ? last + 1 + Number(start) : Number(start ?? 1);
      found = found.filter(
        ({ count }) => count >= from && (stop === undefined || stop === null || count < Number(stop)),
      );
    } else {
      if (kind === "search") found = found.filter(({ input }) => globPattern(String(pattern ?? "*")).test(input));
      if (kind === "search" && unique === true)
        found = found.filter(({ input }, i) => found.findLastIndex((other) => other.input === input) === i);
      found = most > 0 ? found.slice(-most) : [];
    }
    return found.map(({ count, input, output }) => [1, count, content.output === true ? [input, output] : input]);
  }
}

/** `*` and `?` as in file names. */
const globPattern = (glob: string): RegExp =>
  new RegExp(
    `^${glob
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", "[^]*")
      .replaceAll("?", "[^]")}$`,
  );

const plainText = (outcome: Outcome): string | null =>
  outcome.status === "ok" ? ((outcome.result?.["text/plain"] as string | undefined) ?? null) : null;
