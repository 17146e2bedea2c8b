/** Jupyter messages as the parts of a zeromq message, signed. Source: the Jupyter messaging protocol 5.3, "The wire protocol". */
import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import { type Content, protocolVersion } from "./content";

export type Header = {
  msg_id: string;
  session: string;
  username: string;
  date: string;
  msg_type: string;
  version: string;
};
export type Message = {
  identities: Buffer[];
  header: Header;
  parent: Header | Record<string, never>;
  metadata: Content;
  content: Content;
};

const delimiter = "<IDS|MSG>";
/** Signs and reads the messages of one kernel, which has the session id `session`. */
export function wire(key: string, session: string) {
  const sign = (parts: Buffer[]): string => {
    if (!key) return "";
    const hmac = createHmac("sha256", key);
    for (const part of parts) hmac.update(part);
    return hmac.digest("hex");
  };
  return {
    /** @throws {Error} where the message is not one of Jupyter's, or its signature is not right. */
    decode(parts: Buffer[]): Message {
      const at = parts.findIndex((part) => part.toString() === delimiter);
      if (at < 0 || parts.length < at + 6) throw new Error(`Cannot read a message of ${parts.length} parts`);
      const [signature, ...signed] = parts.slice(at + 1, at + 6);
      const expected = Buffer.from(sign(signed));
      if (signature.length !== expected.length || !timingSafeEqual(signature, expected))
        throw new Error("Cannot take a message: its signature is not right");
      const [header, parent, metadata, content] = signed.map((part) => JSON.parse(part.toString()));
      return { identities: parts.slice(0, at), header, parent, metadata, content };
    },
    encode(type: string, content: Content, parent: Message | undefined, identities: (Buffer | string)[] = []) {
      const header: Header = {
        msg_id: randomUUID(),
        session,
        username: "kernel",
        date: new Date().toISOString(),
        msg_type: type,
        version: protocolVersion,
      };
      const signed = [header, parent?.header ?? {}, {}, content].map((part) => Buffer.from(JSON.stringify(part)));
      return [...identities, delimiter, sign(signed), ...signed];
    },
  };
}
