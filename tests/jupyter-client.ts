/** A Jupyter client over real zeromq sockets, for tests of the kernel's protocol. */
import { type ChildProcess, spawn } from "node:child_process";
import { createHmac, randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Dealer, Request, Subscriber } from "zeromq";
import { violations } from "./message-spec";

export type Received = {
  /** When it came, ms. */
  at: number;
  channel: string;
  type: string;
  header: Record<string, string>;
  parent: Record<string, string>;
  // biome-ignore lint/suspicious/noExplicitAny: what a message holds depends on its type.
  content: Record<string, any>;
};

const key = randomUUID();
const sign = (parts: string[]) => {
  const hmac = createHmac("sha256", key);
  for (const part of parts) hmac.update(part);
  return hmac.digest("hex");
};

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A kernel in a process of its own, and all that it has said. */
export class Client {
  readonly folder = mkdtempSync(join(tmpdir(), "unroll-kernel-"));
  readonly session = randomUUID();
  readonly received: Received[] = [];
  /** In what its messages were not as specified. */
  readonly violations: string[] = [];
  readonly shell = new Dealer({ routingId: this.session });
  readonly control = new Dealer({ routingId: this.session });
  readonly stdin = new Dealer({ routingId: this.session });
  readonly heartbeat = new Request();
  readonly iopub = new Subscriber();
  process!: ChildProcess;
  stderr = "";
  #changed = () => {};

  /** When the process was started, ms. */
  startedAt = 0;

  /**
   * @param command the kernel's command line, given the path of its connection file.
   * @param prepare puts files into the notebook's folder first.
   */
  static async start(
    command = (file: string) => [process.execPath, join(__dirname, "../kernel/boot.js"), file],
    prepare = (_folder: string) => {},
  ): Promise<Client> {
    const client = new Client();
    prepare(client.folder);
    const names = ["shell", "iopub", "stdin", "control", "hb"];
    const ports = Object.fromEntries(await Promise.all(names.map(async (name) => [`${name}_port`, await freePort()])));
    const file = join(client.folder, "connection.json");
    const connection = { ...ports, ip: "127.0.0.1", transport: "tcp", key, signature_scheme: "hmac-sha256" };
    writeFileSync(file, JSON.stringify(connection));
    client.iopub.subscribe();
    const sockets = {
      shell: client.shell,
      control: client.control,
      stdin: client.stdin,
      hb: client.heartbeat,
      iopub: client.iopub,
    };
    for (const [name, socket] of Object.entries(sockets)) socket.connect(`tcp://127.0.0.1:${ports[`${name}_port`]}`);
    for (const name of ["shell", "control", "stdin", "iopub"] as const) void client.#listen(name);
    const [program, ...words] = command(file);
    client.startedAt = performance.now();
    client.process = spawn(program, words, {
      cwd: client.folder,
      stdio: ["ignore", "ignore", "pipe"],
    });
    client.process.stderr?.on("data", (chunk) => {
      client.stderr += chunk;
    });
    // The subscription needs a moment: ask until its own busy and idle are heard.
    for (;;) {
      const id = client.send("kernel_info_request", {});
      if (await client.wait((m) => m.channel === "iopub" && m.parent.msg_id === id, 300).catch(() => undefined)) break;
    }
    return client;
  }

  async #listen(name: "shell" | "control" | "stdin" | "iopub"): Promise<void> {
    for await (const frames of this[name] as AsyncIterable<Buffer[]>) {
      const parts = frames.map(String);
      const at = parts.indexOf("<IDS|MSG>");
      const [signature, ...signed] = parts.slice(at + 1, at + 6);
      if (signature !== sign(signed)) throw new Error("A message of the kernel has a wrong signature");
      const [header, parent, , content] = signed.map((part) => JSON.parse(part));
      this.violations.push(...violations({ channel: name, header, content }));
      this.received.push({ at: performance.now(), channel: name, type: header.msg_type, header, parent, content });
      this.#changed();
    }
  }

  send(type: string, content: object, channel: "shell" | "control" | "stdin" = "shell", signature?: string): string {
    const msg_id = randomUUID();
    const date = new Date().toISOString();
    const header = { msg_id, session: this.session, username: "tester", date, msg_type: type, version: "5.3" };
    const signed = [header, {}, {}, content].map((part) => JSON.stringify(part));
    void this[channel].send(["<IDS|MSG>", signature ?? sign(signed), ...signed]);
    return msg_id;
  }

  /** The first message, past or to come, that fits. */
  async wait(fits: (message: Received) => boolean, ms = 15_000): Promise<Received> {
    const deadline = Date.now() + ms;
    for (;;) {
      const found = this.received.find(fits);
      if (found) return found;
      if (Date.now() > deadline) throw new Error(`No such message in ${ms} ms: ${fits}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 50);
        this.#changed = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Asks and waits for the reply and for idle; gives the reply and all that was published for it. */
  async ask(type: string, content: object, channel: "shell" | "control" = "shell") {
    return this.answer(this.send(type, content, channel));
  }

  async answer(id: string) {
    const reply = await this.wait((m) => m.channel !== "iopub" && m.parent.msg_id === id && m.type.endsWith("_reply"));
    await this.wait((m) => m.parent.msg_id === id && m.content.execution_state === "idle");
    const published = this.received.filter((m) => m.channel === "iopub" && m.parent.msg_id === id);
    return { id, reply, published };
  }

  execute(code: string, options: object = {}) {
    return this.ask("execute_request", {
      code,
      silent: false,
      store_history: true,
      allow_stdin: true,
      stop_on_error: true,
      ...options,
    });
  }

  /** Ends a kernel of any make, without asking. */
  async kill(): Promise<void> {
    const ended = once(this.process, "exit");
    this.process.kill("SIGKILL");
    await ended;
    await this.close();
  }

  async close(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const ended = once(this.process, "exit");
      this.send("shutdown_request", { restart: false }, "control");
      await ended;
    }
    for (const socket of [this.shell, this.control, this.stdin, this.heartbeat, this.iopub]) socket.close();
    rmSync(this.folder, { recursive: true });
  }
}
