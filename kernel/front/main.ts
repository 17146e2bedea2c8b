/** The kernel as Jupyter starts it: `node kernel/boot.js CONNECTION_FILE`. Binds the sockets, then starts all else. */
import { readFileSync } from "node:fs";
import { Publisher, Reply, Router } from "zeromq";
import { Kernel, type ReplyChannel } from "./protocol";

type Connection = Record<"shell_port" | "iopub_port" | "stdin_port" | "control_port" | "hb_port", number> & {
  transport: string;
  ip: string;
  key: string;
};

/** Sends one message after the other: a socket takes one at a time. */
function sender(socket: Router): (parts: (Buffer | string)[]) => void {
  let last = Promise.resolve();
  return (parts) => {
    last = last.then(() => socket.send(parts)).catch(() => {}); // The client has gone.
  };
}

async function main(): Promise<void> {
  const file = process.argv[2];
  if (!file) throw new Error("Cannot start the kernel: it wants the path of a connection file");
  const connection = JSON.parse(readFileSync(file, "utf8")) as Connection;
  const address = (port: number) =>
    `${connection.transport}://${connection.ip}${connection.transport === "ipc" ? "-" : ":"}${port}`;

  const shell = new Router();
  const control = new Router();
  const stdin = new Router();
  const heartbeat = new Reply();
  // With zeromq's own limits, `send` throws after 512 messages in one turn, and messages above 1000 are dropped.
  const iopub = new Publisher({ sendTimeout: 0, sendHighWaterMark: 0 });
  const sockets = [shell, control, stdin, heartbeat, iopub];
  await Promise.all([
    shell.bind(address(connection.shell_port)),
    control.bind(address(connection.control_port)),
    stdin.bind(address(connection.stdin_port)),
    heartbeat.bind(address(connection.hb_port)),
    iopub.bind(address(connection.iopub_port)),
  ]);

  const end = () => {
    for (const socket of sockets) socket.close(); // Before the exit: zeromq aborts otherwise.
    process.exit(0);
  };
  const channels = {
    iopub: (parts: (Buffer | string)[]) => void iopub.send(parts).catch(() => {}),
    shell: sender(shell),
    control: sender(control),
    stdin: sender(stdin),
  };
  const kernel = new Kernel(connection.key, process.cwd(), channels, end);
  const receive = async (socket: Router, channel: ReplyChannel | "stdin") => {
    for await (const parts of socket) kernel.receive(parts, channel);
  };
  void receive(shell, "shell");
  void receive(control, "control");
  void receive(stdin, "stdin");
  void (async () => {
    for await (const parts of heartbeat) await heartbeat.send(parts);
  })();

  process.on("SIGINT", () => kernel.interrupt());
  process.on("SIGTERM", () => void kernel.close().then(end));
  // A server that died cannot ask us to end.
  const parent = process.ppid;
  if (process.env.JPY_PARENT_PID)
    setInterval(() => process.ppid !== parent && void kernel.close().then(end), 1000).unref();
}

main().catch((error) => {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(1);
});
