// Sections 1 to 9 of docs/formats.md, from the page alone: what everything else is made of.

import { createHash, createPublicKey, verify } from "node:crypto";

export class Refused extends Error {}

export const sha256 = (...pieces) => {
  const hash = createHash("sha256");
  for (const piece of pieces) hash.update(piece);
  return hash.digest();
};
export const insist = (truth, rule) => {
  if (!truth) throw new Refused(rule);
};
export const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
export const hasExactly = (value, ...names) =>
  isObject(value) && Object.keys(value).length === names.length && names.every((name) => Object.hasOwn(value, name));

// 1. Canonical JSON

export const LIMIT = 2 ** 53;

export function canonical(value, depth = 0) {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    insist(Number.isInteger(value) && Math.abs(value) <= LIMIT, "integer");
    return Object.is(value, -0) ? "0" : BigInt(value).toString();
  }
  if (typeof value === "string") {
    insist(!value.includes("\0"), "NUL");
    insist(value.isWellFormed(), "lone surrogate");
    let text = '"';
    for (const unit of value) {
      const code = unit.codePointAt(0);
      const short = { 8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\" }[code];
      text += short ?? (code < 32 ? "\\u" + code.toString(16).padStart(4, "0") : unit);
    }
    return text + '"';
  }
  insist(depth < 64, "depth");
  if (Array.isArray(value)) return "[" + value.map((item) => canonical(item, depth + 1)).join(",") + "]";
  const names = Object.keys(value);
  insist(names.every((name) => /^[\0-\x7f]*$/.test(name)), "names are ASCII");
  names.sort((a, b) => (a < b ? -1 : 1));
  return "{" + names.map((name) => canonical(name) + ":" + canonical(value[name], depth + 1)).join(",") + "}";
}

export function readCanonical(bytes) {
  let value;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    throw new Refused("JSON in UTF-8");
  }
  insist(Buffer.from(canonical(value)).equals(bytes), "canonical");
  return value;
}

// 2. to 5. Bodies, headers, leaves, links

export const isUuid = (text) => typeof text === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
export const isHash = (text) => typeof text === "string" && /^[0-9a-f]{64}$/.test(text);
export const isText = (text) => typeof text === "string" && text.length > 0;

export function isInstant(text) {
  if (typeof text !== "string" || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(text)) return false;
  if (text.startsWith("0000")) return false;
  const milliseconds = text.slice(0, 23) + "Z";
  const date = new Date(milliseconds);
  return !Number.isNaN(date.getTime()) && date.toISOString() === milliseconds;
}

export function readBody(bytes) {
  const body = readCanonical(bytes);
  insist(isObject(body), "object");
  const required = ["actor", "actor_role", "command", "data", "format", "prev", "sealed", "stream", "trust", "type", "version"];
  const optional = ["causation", "correlation", "on_behalf_of", "reason", "school"];
  insist(required.every((name) => Object.hasOwn(body, name)), "required members");
  insist(Object.keys(body).every((name) => required.includes(name) || optional.includes(name)), "known members");
  insist(body.format === 1, "format");
  for (const name of ["actor", "command", "stream", "trust"]) insist(isUuid(body[name]), name);
  if (Object.hasOwn(body, "on_behalf_of")) insist(isUuid(body.on_behalf_of), "on_behalf_of");
  for (const name of ["actor_role", "type"]) insist(isText(body[name]), name);
  for (const name of ["causation", "correlation", "school"]) if (Object.hasOwn(body, name)) insist(isText(body[name]), name);
  insist(Number.isInteger(body.version) && body.version >= 1 && body.version <= 4294967295, "version");
  insist(body.version === 1 ? body.prev === "" : isHash(body.prev), "prev");
  insist(isObject(body.data), "data");
  insist(Array.isArray(body.sealed), "sealed");
  let before = "";
  for (const entry of body.sealed) {
    insist(hasExactly(entry, "commitment", "key", "part"), "sealed entry");
    insist(isHash(entry.commitment) && isUuid(entry.key), "commitment and key");
    insist(typeof entry.part === "string" && /^[!-~]+$/.test(entry.part) && entry.part > before, "part");
    before = entry.part;
  }
  if (Object.hasOwn(body, "reason")) {
    insist(body.reason === "reason" && body.sealed.some((entry) => entry.part === "reason"), "reason");
  }
  return body;
}

export const link = (body) => sha256("caseledger/body/1\n", body).toString("hex");
export const leafOf = (position, recordedAt, body) => sha256("\0", `caseledger/1 ${position} ${recordedAt}\n`, body);

// 6. Sealed parts

export function commit(salt, aad, text) {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(aad.length);
  return sha256("caseledger/part/1\n", salt, length, aad, text);
}
export const placeOf = (trust, stream, command, ordinal, part, key) =>
  Buffer.from(canonical([trust, stream, command, ordinal, part, key]));

// 7. The tree, by its recursive definition

export const node = (left, right) => sha256("\x01", left, right);
export function half(size) {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}

export function rootOf(leaves) {
  if (leaves.length === 0) return sha256("");
  if (leaves.length === 1) return leaves[0];
  const at = half(leaves.length);
  return node(rootOf(leaves.slice(0, at)), rootOf(leaves.slice(at)));
}
export function inclusion(index, leaves) {
  if (leaves.length === 1) return [];
  const at = half(leaves.length);
  return index < at
    ? [...inclusion(index, leaves.slice(0, at)), rootOf(leaves.slice(at))]
    : [...inclusion(index - at, leaves.slice(at)), rootOf(leaves.slice(0, at))];
}
export function consistency(oldSize, leaves, whole = true) {
  if (oldSize === leaves.length) return whole ? [] : [rootOf(leaves)];
  const at = half(leaves.length);
  return oldSize <= at
    ? [...consistency(oldSize, leaves.slice(0, at), whole), rootOf(leaves.slice(at))]
    : [...consistency(oldSize - at, leaves.slice(at), false), rootOf(leaves.slice(0, at))];
}
export function setProof(indices, leaves, first = 0) {
  const inside = indices.filter((index) => index >= first && index < first + leaves.length);
  if (inside.length === 0) return [rootOf(leaves)];
  if (leaves.length === 1) return [];
  const at = half(leaves.length);
  return [...setProof(inside, leaves.slice(0, at), first), ...setProof(inside, leaves.slice(at), first + at)];
}
export function rootFromSet(byIndex, size, proof) {
  const indices = [...byIndex.keys()];
  insist(indices.every((index) => index < size), "index");
  const left = [...proof];
  const visit = (first, last, inside) => {
    if (inside.length === 0) {
      insist(left.length > 0, "proof too short");
      return left.shift();
    }
    if (last - first === 1) return byIndex.get(first);
    const middle = first + half(last - first);
    const one = visit(first, middle, inside.filter((index) => index < middle));
    return node(one, visit(middle, last, inside.filter((index) => index >= middle)));
  };
  const computed = visit(0, size, indices);
  insist(left.length === 0, "proof too long");
  return computed;
}
// Both checks climb from the proof's own shape: each step is replayed from the recursive definition above.
export function rootFromInclusion(leaf, index, size, proof) {
  const left = [...proof];
  const climb = (at, count) => {
    if (count === 1) return leaf;
    const middle = half(count);
    const below = at < middle ? climb(at, middle) : climb(at - middle, count - middle);
    insist(left.length > 0, "proof too short");
    return at < middle ? node(below, left.shift()) : node(left.shift(), below);
  };
  insist(index < size, "index");
  const computed = climb(index, size);
  insist(left.length === 0, "proof too long");
  return computed;
}
export function rootsFromConsistency(oldSize, oldRoot, size, proof) {
  const left = [...proof];
  const take = () => {
    insist(left.length > 0, "proof too short");
    return left.shift();
  };
  const climb = (old, count, whole) => {
    if (old === count) {
      const known = whole ? oldRoot : take();
      return [known, known];
    }
    const middle = half(count);
    if (old <= middle) {
      const [before, now] = climb(old, middle, whole);
      return [before, node(now, take())];
    }
    const [before, now] = climb(old - middle, count - middle, false);
    const full = take();
    return [node(full, before), node(full, now)];
  };
  insist(oldSize >= 1 && oldSize <= size, "sizes");
  const roots = climb(oldSize, size, true);
  insist(left.length === 0, "proof too long");
  return roots;
}
export const hashes = (hex) => {
  insist(typeof hex === "string" && /^([0-9a-f]{64})*$/.test(hex), "hashes");
  return hex.match(/.{64}/g)?.map((one) => Buffer.from(one, "hex")) ?? [];
};
export const joined = (list) => Buffer.concat(list).toString("hex");

// 8. Heads

export function headLeaf(stream, version, leaf) {
  const number = Buffer.alloc(4);
  number.writeUInt32BE(version);
  return sha256("\0", Buffer.from(stream.replaceAll("-", ""), "hex"), number, leaf);
}

// 9. Checkpoints

export function base64(text, length) {
  const decoded = Buffer.from(text, "base64");
  insist(decoded.toString("base64") === text && (length === undefined || decoded.length === length), "base64");
  return decoded;
}
export function readKey(text) {
  const match = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text);
  insist(match, "key");
  const typed = base64(match[3], 33);
  insist(typed[0] === 1, "type of key");
  const key = keyNamedSo(match[1], typed.subarray(1));
  insist(key.id.toString("hex") === match[2], "key id");
  return key;
}
export function keyNamedSo(name, bytes) {
  const typed = Buffer.concat([Buffer.from([1]), bytes]);
  const id = sha256(name, "\n", typed).subarray(0, 4);
  const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), bytes]);
  const text = `${name}+${id.toString("hex")}+${typed.toString("base64")}`;
  return { name, id, typed, text, publicKey: createPublicKey({ key: der, format: "der", type: "spki" }) };
}
export function decimal(text) {
  insist(/^[1-9][0-9]{0,15}$/.test(text) && BigInt(text) <= BigInt(LIMIT), "decimal");
  return Number(text);
}
export function takeNote(note, key) {
  insist(!/[\0-\x09\x0b-\x1f]/.test(note), "control character");
  const end = note.lastIndexOf("\n\n");
  insist(end >= 0 && note.endsWith("\n") && note.length > end + 2, "note");
  const text = note.slice(0, end + 1);
  const signatures = note.slice(end + 2, -1).split("\n").map((line) => {
    const match = /^— ([^\s+]+) (\S+)$/.exec(line);
    insist(match, "signature line");
    return { name: match[1], bytes: base64(match[2]) };
  });
  const own = signatures.filter((one) => one.name === key.name && one.bytes.subarray(0, 4).equals(key.id));
  insist(own.length > 0, "not signed");
  for (const one of own) insist(verify(null, Buffer.from(text), key.publicKey, one.bytes.subarray(4)), "signature");
  return { text, lines: text.slice(0, -1).split("\n"), signatures: signatures.length };
}

export function readOrigin(line, prefix) {
  insist(line.startsWith(prefix), "origin");
  const [trust, epoch, ...more] = line.slice(prefix.length).split("/");
  insist(isUuid(trust) && more.length === 0, "origin");
  insist(epoch === undefined || (decimal(epoch) >= 2), "epoch");
  return { trust, epoch: epoch === undefined ? 1 : Number(epoch) };
}

export function readNote(note, key) {
  const { text, lines, signatures } = takeNote(note, key);
  insist(lines.length === 5 && lines[0] === key.name, "five lines");
  const { trust, epoch } = readOrigin(lines[0], "caseledger/");
  const headsLine = /^heads ([0-9]+) (\S+)$/.exec(lines[3]);
  insist(headsLine && lines[4].startsWith("time ") && isInstant(lines[4].slice(5)), "extension lines");
  const checkpoint = {
    text, trust, epoch, name: lines[0], size: decimal(lines[1]), root: base64(lines[2], 32), recordedAt: lines[4].slice(5),
    headsCount: decimal(headsLine[1]), headsRoot: base64(headsLine[2], 32),
  };
  insist(checkpoint.headsCount <= checkpoint.size, "heads");
  return { ...checkpoint, signatures };
}
