/** Digests: they let an answer be recognised by those who do not hold it. No Node here. */

/**
 * Returns the digest of a number or text; lists and records are digested part by part.
 *
 * A number is digested with one digit less than the tolerance, a power of ten, lets through.
 */
export function digest(value: unknown, salt: string, tolerance: number): unknown {
  return mapLeaves(value, (leaf) => hash(`${salt}/${spellings(leaf, tolerance)[0]}`));
}

/** Returns true if a value, or its numbers moved by the tolerance, has these digests. */
export function hasDigest(value: unknown, digests: unknown, salt: string, tolerance: number): boolean {
  if (typeof digests === "string")
    return spellings(value, tolerance).some((spelling) => hash(`${salt}/${spelling}`) === digests);
  if (typeof value !== "object" || typeof digests !== "object" || value === null || digests === null) return false;
  const keys = Object.keys(digests);
  if (keys.length !== Object.keys(value).length || Array.isArray(value) !== Array.isArray(digests)) return false;
  const [parts, wanted] = [value as Record<string, unknown>, digests as Record<string, unknown>];
  return keys.every((key) => hasDigest(parts[key], wanted[key], salt, tolerance));
}

/** A leaf as text; a number also moved up and down by the tolerance, so that no rounding boundary cuts it off. */
function spellings(leaf: unknown, tolerance: number): string[] {
  if (typeof leaf === "string") return [leaf.trim().toLowerCase()];
  if (typeof leaf !== "number" || !Number.isFinite(leaf)) return [`${leaf}`];
  return [0, 1, -1].map((move) => {
    const moved = leaf + move * tolerance * Math.max(1, Math.abs(leaf));
    const exponent =
      Math.floor(Math.log10(Math.max(1, Math.abs(moved))) + 1e-12) + Math.round(Math.log10(tolerance)) + 1;
    return (Math.round(moved / 10 ** exponent) * 10 ** exponent).toPrecision(12);
  });
}

function mapLeaves(value: unknown, change: (leaf: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => mapLeaves(item, change));
  if (typeof value !== "object" || value === null) return change(value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapLeaves(item, change)]));
}

/** FNV-1a over UTF-16 units, twice with different offsets: 64 bits as text. */
function hash(text: string): string {
  const half = (offset: number) => {
    let sum = offset;
    for (let i = 0; i < text.length; i++) sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193);
    return (sum >>> 0).toString(16).padStart(8, "0");
  };
  return `#${half(0x811c9dc5)}${half(0x9e3779b9)}`;
}
