// A second reading of docs/formats.md, from the page alone: no code is shared with the product.
// Usage: node check_formats.mjs formats.json
// It recomputes every vector, prints how many of each kind agree, and ends with 1 at the first that does not.

import { createCipheriv, createDecipheriv, createHash, createPrivateKey, createPublicKey, hkdfSync, sign, verify } from "node:crypto";
import { readFileSync } from "node:fs";

class Refused extends Error {}

const sha256 = (...pieces) => {
  const hash = createHash("sha256");
  for (const piece of pieces) hash.update(piece);
  return hash.digest();
};
const insist = (truth, rule) => {
  if (!truth) throw new Refused(rule);
};
const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const hasExactly = (value, ...names) =>
  isObject(value) && Object.keys(value).length === names.length && names.every((name) => Object.hasOwn(value, name));

// 1. Canonical JSON

const LIMIT = 2 ** 53;

function canonical(value, depth = 0) {
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

function readCanonical(bytes) {
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

const isUuid = (text) => typeof text === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
const isHash = (text) => typeof text === "string" && /^[0-9a-f]{64}$/.test(text);
const isText = (text) => typeof text === "string" && text.length > 0;

function isInstant(text) {
  if (typeof text !== "string" || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/.test(text)) return false;
  if (text.startsWith("0000")) return false;
  const milliseconds = text.slice(0, 23) + "Z";
  const date = new Date(milliseconds);
  return !Number.isNaN(date.getTime()) && date.toISOString() === milliseconds;
}

function readBody(bytes) {
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

const link = (body) => sha256("caseledger/body/1\n", body).toString("hex");
const leafOf = (position, recordedAt, body) => sha256("\0", `caseledger/1 ${position} ${recordedAt}\n`, body);

// 6. Sealed parts

function commit(salt, aad, text) {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(aad.length);
  return sha256("caseledger/part/1\n", salt, length, aad, text);
}
const placeOf = (trust, stream, command, ordinal, part, key) =>
  Buffer.from(canonical([trust, stream, command, ordinal, part, key]));

// 7. The tree, by its recursive definition

const node = (left, right) => sha256("\x01", left, right);
function half(size) {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}

function rootOf(leaves) {
  if (leaves.length === 0) return sha256("");
  if (leaves.length === 1) return leaves[0];
  const at = half(leaves.length);
  return node(rootOf(leaves.slice(0, at)), rootOf(leaves.slice(at)));
}
function inclusion(index, leaves) {
  if (leaves.length === 1) return [];
  const at = half(leaves.length);
  return index < at
    ? [...inclusion(index, leaves.slice(0, at)), rootOf(leaves.slice(at))]
    : [...inclusion(index - at, leaves.slice(at)), rootOf(leaves.slice(0, at))];
}
function consistency(oldSize, leaves, whole = true) {
  if (oldSize === leaves.length) return whole ? [] : [rootOf(leaves)];
  const at = half(leaves.length);
  return oldSize <= at
    ? [...consistency(oldSize, leaves.slice(0, at), whole), rootOf(leaves.slice(at))]
    : [...consistency(oldSize - at, leaves.slice(at), false), rootOf(leaves.slice(0, at))];
}
function setProof(indices, leaves, first = 0) {
  const inside = indices.filter((index) => index >= first && index < first + leaves.length);
  if (inside.length === 0) return [rootOf(leaves)];
  if (leaves.length === 1) return [];
  const at = half(leaves.length);
  return [...setProof(inside, leaves.slice(0, at), first), ...setProof(inside, leaves.slice(at), first + at)];
}
function rootFromSet(byIndex, size, proof) {
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
function rootFromInclusion(leaf, index, size, proof) {
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
function rootsFromConsistency(oldSize, oldRoot, size, proof) {
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
const hashes = (hex) => {
  insist(typeof hex === "string" && /^([0-9a-f]{64})*$/.test(hex), "hashes");
  return hex.match(/.{64}/g)?.map((one) => Buffer.from(one, "hex")) ?? [];
};
const joined = (list) => Buffer.concat(list).toString("hex");

// 8. Heads

function headLeaf(stream, version, leaf) {
  const number = Buffer.alloc(4);
  number.writeUInt32BE(version);
  return sha256("\0", Buffer.from(stream.replaceAll("-", ""), "hex"), number, leaf);
}

// 9. Checkpoints

function base64(text, length) {
  const decoded = Buffer.from(text, "base64");
  insist(decoded.toString("base64") === text && (length === undefined || decoded.length === length), "base64");
  return decoded;
}
function readKey(text) {
  const match = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text);
  insist(match, "key");
  const typed = base64(match[3], 33);
  insist(typed[0] === 1, "type of key");
  const id = sha256(match[1], "\n", typed).subarray(0, 4);
  insist(id.toString("hex") === match[2], "key id");
  const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), typed.subarray(1)]);
  return { name: match[1], id, text, publicKey: createPublicKey({ key: der, format: "der", type: "spki" }) };
}
function decimal(text) {
  insist(/^[1-9][0-9]{0,15}$/.test(text) && BigInt(text) <= BigInt(LIMIT), "decimal");
  return Number(text);
}
function takeNote(note, key) {
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

function readNote(note, key) {
  const { text, lines, signatures } = takeNote(note, key);
  insist(lines.length === 5, "five lines");
  insist(lines[0].startsWith("caseledger/") && isUuid(lines[0].slice(11)) && lines[0] === key.name, "origin");
  const headsLine = /^heads ([0-9]+) (\S+)$/.exec(lines[3]);
  insist(headsLine && lines[4].startsWith("time ") && isInstant(lines[4].slice(5)), "extension lines");
  const checkpoint = {
    text, size: decimal(lines[1]), root: base64(lines[2], 32), recordedAt: lines[4].slice(5),
    headsCount: decimal(headsLine[1]), headsRoot: base64(headsLine[2], 32), trust: lines[0].slice(11),
  };
  insist(checkpoint.headsCount <= checkpoint.size, "heads");
  return { ...checkpoint, signatures };
}

// 13. The log of reads

function readBodyOfRead(bytes, trust) {
  const body = readCanonical(bytes);
  const required = ["actor", "actor_role", "cases", "format", "given", "trust", "way"];
  const optional = ["asked", "client", "document", "histories", "on_behalf_of", "opened", "operation", "parts", "purpose",
    "role_case", "school", "variables"];
  insist(required.every((name) => Object.hasOwn(body, name)), "required members");
  insist(Object.keys(body).every((name) => required.includes(name) || optional.includes(name)), "known members");
  insist(body.format === 1 && isUuid(body.actor) && body.trust === trust && isText(body.actor_role), "who");
  insist(["query", "command", "export"].includes(body.way), "way");
  insist(["executed", "kept", "unchanged"].includes(body.given), "given");
  insist(body.cases.every(isUuid) && body.cases.every((one, at) => at === 0 || body.cases[at - 1] < one), "cases");
  for (const name of ["opened", "histories"]) {
    for (const one of body[name] ?? []) insist(body.cases.includes(one), name);
  }
  for (const [one] of body.parts ?? []) insist(body.cases.includes(one), "parts");
  for (const name of optional) insist(!Object.hasOwn(body, name) || body[name].length > 0, `${name} is left out if empty`);
}

function readReadNote(note, key) {
  const { lines } = takeNote(note, key);
  insist(lines.length === 4, "four lines");
  insist(lines[0].startsWith("caseledger-reads/") && isUuid(lines[0].slice(17)) && lines[0] === key.name, "origin");
  insist(lines[3].startsWith("time ") && isInstant(lines[3].slice(5)), "time");
  return { size: decimal(lines[1]), root: base64(lines[2], 32), recordedAt: lines[3].slice(5) };
}

function checkReadLog(v) {
  let before = Buffer.alloc(32);
  let last = "";
  const leaves = v.entries.map((entry, at) => {
    insist(entry.position === at + 1 && isInstant(entry.recorded_at) && entry.recorded_at > last, "order");
    last = entry.recorded_at;
    readBodyOfRead(Buffer.from(entry.body), v.trust);
    const header = `caseledger-read/1 ${entry.position} ${entry.recorded_at} ${before.toString("hex")}\n`;
    before = sha256("\0", header, entry.body);
    agree(before.toString("hex"), entry.leaf);
    return before;
  });
  const { id, typed, secret } = keyPair(`caseledger-reads/${v.trust}`, v.seed);
  const name = `caseledger-reads/${v.trust}`;
  agree(`${name}+${id.toString("hex")}+${typed.toString("base64")}`, v.public_key);
  const text = `${name}\n${leaves.length}\n${rootOf(leaves).toString("base64")}\ntime ${last}\n`;
  const signature = Buffer.concat([id, sign(null, Buffer.from(text), secret)]).toString("base64");
  agree(`${text}\n— ${name} ${signature}\n`, v.note);
  const note = readReadNote(v.note, readKey(v.public_key));
  insist(note.size === leaves.length && note.root.equals(rootOf(leaves)) && note.recordedAt === last, "note");
}

function keyPair(name, seed) {
  const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), Buffer.from(seed, "hex")]);
  const secret = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const publicBytes = createPublicKey(secret).export({ format: "der", type: "spki" }).subarray(-32);
  const typed = Buffer.concat([Buffer.from([1]), publicBytes]);
  return { secret, typed, id: sha256(name, "\n", typed).subarray(0, 4) };
}

// 10. and 11. Bundles: gives null for one that holds, else the name of the first check that fails

function checkBundle(bytes, givenKey, known) {
  let check = "file";
  try {
    const bundle = readCanonical(bytes);
    const more = isObject(bundle) && bundle.format === "caseledger-bundle/2" ? ["notices"] : [];
    insist(hasExactly(bundle, "checkpoint", "consistency", "erasures", "events", "format", "head", "inclusion",
      "public_key", "stream", "trust", ...more), "members");
    insist(["caseledger-bundle/1", "caseledger-bundle/2"].includes(bundle.format) && isUuid(bundle.trust) && isUuid(bundle.stream), "format");
    insist(typeof bundle.checkpoint === "string" && typeof bundle.public_key === "string", "texts");
    insist([bundle.events, bundle.erasures, bundle.consistency].every(Array.isArray), "arrays");
    const isCount = (value, least) => Number.isInteger(value) && value >= least;
    const checkShape = (event, ...more) => {
      insist(hasExactly(event, "body", "leaf", "position", "recorded_at", ...more), "event");
      insist(typeof event.body === "string" && isHash(event.leaf) && isCount(event.position, 1), "event");
      insist(isInstant(event.recorded_at), "time");
    };
    const isWithheld = (event) => isObject(event) && !Object.hasOwn(event, "body");
    const withheld = bundle.events.filter(isWithheld);
    for (const event of withheld) {
      insist(hasExactly(event, "leaf", "link", "position") && isHash(event.leaf) && isCount(event.position, 1), "withheld");
      insist(event.link === "" || isHash(event.link), "link");
    }
    for (const notice of bundle.notices ?? []) {
      insist(hasExactly(notice, "law", "since") && typeof notice.law === "string", "notice");
      insist(/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(notice.since), "since");
    }
    insist((withheld.length + (bundle.notices ?? []).length > 0) === (more.length > 0), "format");
    for (const event of bundle.events) {
      if (isWithheld(event)) continue;
      checkShape(event, "parts");
      for (const part of event.parts) {
        if (Object.hasOwn(part, "state")) {
          insist(hasExactly(part, "part", "state") && ["ERASED", "WITHHELD"].includes(part.state), "part");
        } else {
          insist(hasExactly(part, "ordinal", "part", "salt", "text") && typeof part.text === "string", "part");
          insist(isHash(part.salt) && isCount(part.ordinal, 0), "part");
        }
        insist(typeof part.part === "string", "part");
      }
    }
    for (const event of bundle.erasures) checkShape(event);
    insist(hasExactly(bundle.head, "index", "proof") && isCount(bundle.head.index, 0), "head");
    hashes(bundle.inclusion), hashes(bundle.head.proof);
    for (const one of bundle.consistency) {
      insist(hasExactly(one, "proof", "root", "size") && isHash(one.root) && isCount(one.size, 1), "consistency");
      hashes(one.proof);
    }
    insist(bundle.events.length > 0, "events");

    check = "public key";
    const key = readKey(bundle.public_key);
    insist(key.text === givenKey, "given key");

    check = "checkpoint";
    const checkpoint = readNote(bundle.checkpoint, key);
    insist(checkpoint.signatures === 1 && checkpoint.trust === bundle.trust, "trust");

    check = "earlier checkpoints";
    let size = 0;
    for (const one of bundle.consistency) {
      insist(one.size > size, "sizes rise");
      size = one.size;
      const [before, now] = rootsFromConsistency(size, Buffer.from(one.root, "hex"), checkpoint.size, hashes(one.proof));
      insist(before.toString("hex") === one.root && now.equals(checkpoint.root), "consistency");
    }
    if (known !== null) {
      const kept = readNote(known, key);
      insist(kept.size <= checkpoint.size, "rolled back");
      if (kept.size === checkpoint.size) insist(kept.text === checkpoint.text, "contradicts");
      else {
        const root = kept.root.toString("hex");
        insist(kept.recordedAt < checkpoint.recordedAt, "time");
        insist(bundle.consistency.some((one) => one.size === kept.size && one.root === root), "known");
      }
    }

    check = "events";
    const readEvent = (event) => {
      insist(leafOf(event.position, event.recorded_at, event.body).toString("hex") === event.leaf, "leaf");
      const body = readBody(Buffer.from(event.body));
      insist(body.trust === bundle.trust && event.position <= checkpoint.size, "trust and size");
      insist(event.recorded_at <= checkpoint.recordedAt, "time");
      insist((event.position === checkpoint.size) === (event.recorded_at === checkpoint.recordedAt), "time");
      return body;
    };
    const bodies = [];
    let told = "";
    bundle.events.forEach((event, at) => {
      const before = bundle.events[at - 1];
      insist(!before || event.position > before.position, "order");
      if (isWithheld(event)) {
        const next = bundle.events[at + 1];
        insist((event.link !== "") === (next !== undefined && !isWithheld(next)), "link of a withheld event");
        insist(event.position <= checkpoint.size, "size");
        return;
      }
      const body = readEvent(event);
      insist(body.stream === bundle.stream && body.version === at + 1, "version");
      insist(body.prev === (!before ? "" : isWithheld(before) ? before.link : link(before.body)), "link");
      insist(event.recorded_at > told, "order");
      told = event.recorded_at;
      bodies[at] = body;
    });

    check = "erasures";
    const destroyed = new Set();
    const destroyedKey = (body) =>
      /^[a-z0-9_.]*key_destroyed(\.v[1-9][0-9]*)?$/.test(body.type) && isUuid(body.data.key) ? body.data.key : null;
    let position = 0;
    for (const event of bundle.erasures) {
      const body = readEvent(event);
      insist(event.position > position && body.stream !== bundle.stream && destroyedKey(body) !== null, "erasure");
      position = event.position;
      destroyed.add(destroyedKey(body));
    }
    for (const body of bodies) if (body && destroyedKey(body) !== null) destroyed.add(destroyedKey(body));

    check = "inclusion";
    const recorded = [...bundle.events, ...bundle.erasures];
    const byIndex = new Map(recorded.map((event) => [event.position - 1, Buffer.from(event.leaf, "hex")]));
    insist(byIndex.size === recorded.length, "one event at each position");
    insist(rootFromSet(byIndex, checkpoint.size, hashes(bundle.inclusion)).equals(checkpoint.root), "root");

    check = "completeness";
    const last = bundle.events.at(-1);
    const head = headLeaf(bundle.stream, bundle.events.length, Buffer.from(last.leaf, "hex"));
    const { index, proof } = bundle.head;
    insist(rootFromInclusion(head, index, checkpoint.headsCount, hashes(proof)).equals(checkpoint.headsRoot), "head");

    check = "sealed parts";
    bundle.events.forEach((event, at) => {
      const body = bodies[at];
      if (!body) return;
      insist(event.parts.length === body.sealed.length, "parts");
      event.parts.forEach((part, number) => {
        const entry = body.sealed[number];
        insist(part.part === entry.part, "part");
        if (Object.hasOwn(part, "state")) insist((part.state === "ERASED") === destroyed.has(entry.key), "state");
        else {
          const aad = placeOf(body.trust, body.stream, body.command, part.ordinal, part.part, entry.key);
          insist(commit(Buffer.from(part.salt, "hex"), aad, part.text).toString("hex") === entry.commitment, "text");
        }
      });
    });
    return null;
  } catch (error) {
    if (error instanceof Refused) return check;
    throw error;
  }
}

// 14. Sealed files

const FILE_MAGIC = "caseledger-file/1\n";
const CHUNK = 65536;

function placeOfFile(v) {
  insist([v.trust, v.stream, v.file, v.key].every(isUuid), "ids");
  return canonical([v.trust, v.stream, v.file, v.key]);
}
function fileSecret(v, salt) {
  const info = Buffer.from("caseledger/file/1\n" + placeOfFile(v));
  return Buffer.from(hkdfSync("sha256", Buffer.from(v.secret, "hex"), salt, info, 32));
}
function chunkNonce(number, isLast) {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32BE(number, 7);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}
function sealFile(v, salt, content) {
  const secret = fileSecret(v, salt);
  const pieces = [Buffer.from(FILE_MAGIC), salt];
  const count = Math.max(1, Math.ceil(content.length / CHUNK));
  for (let number = 0; number < count; number++) {
    const cipher = createCipheriv("aes-256-gcm", secret, chunkNonce(number, number === count - 1));
    pieces.push(cipher.update(content.subarray(number * CHUNK, (number + 1) * CHUNK)), cipher.final(), cipher.getAuthTag());
  }
  return Buffer.concat(pieces);
}
function openFile(v, sealed) {
  const start = FILE_MAGIC.length + 32;
  insist(sealed.subarray(0, FILE_MAGIC.length).toString("latin1") === FILE_MAGIC, "format");
  insist(sealed.length >= start + 16, "length");
  const secret = fileSecret(v, sealed.subarray(FILE_MAGIC.length, start));
  const pieces = [];
  for (let at = start, number = 0; at < sealed.length; at += CHUNK + 16, number++) {
    const chunk = sealed.subarray(at, at + CHUNK + 16);
    insist(chunk.length >= 16, "chunk");
    const isLast = at + CHUNK + 16 >= sealed.length;
    insist(!isLast || number === 0 || chunk.length > 16, "last chunk");
    const opener = createDecipheriv("aes-256-gcm", secret, chunkNonce(number, isLast), { authTagLength: 16 });
    opener.setAuthTag(chunk.subarray(-16));
    try {
      pieces.push(opener.update(chunk.subarray(0, -16)), opener.final());
    } catch {
      throw new Refused("tag");
    }
  }
  return Buffer.concat(pieces);
}

// The vectors

const agree = (one, other) => insist(one === other, `${one} is not ${other}`);
const refuses = (action) => {
  try {
    action();
  } catch (error) {
    if (error instanceof Refused) return;
    throw error;
  }
  throw new Refused("was taken, and must be refused");
};

const kinds = {
  canonical: (v) => agree(canonical(readCanonical(Buffer.from(v.text))), v.text),
  "not canonical": (v) => refuses(() => readCanonical(Buffer.from(v.hex, "hex"))),
  body: (v) => {
    readBody(Buffer.from(v.text));
    agree(link(v.text), v.link);
  },
  "not a body": (v) => {
    readCanonical(Buffer.from(v.text));
    refuses(() => readBody(Buffer.from(v.text)));
  },
  leaf: (v) => {
    insist(isInstant(v.recorded_at), "time");
    readBody(Buffer.from(v.body));
    agree(leafOf(v.position, v.recorded_at, v.body).toString("hex"), v.leaf);
  },
  "sealed part": (v) => {
    const aad = placeOf(v.trust, v.stream, v.command, v.ordinal, v.part, v.key);
    const [secret, salt, nonce] = [v.secret, v.salt, v.nonce].map((hex) => Buffer.from(hex, "hex"));
    agree(aad.toString(), v.aad);
    agree(commit(salt, aad, v.text).toString("hex"), v.commitment);
    const cipher = createCipheriv("aes-256-gcm", secret, nonce).setAAD(aad);
    const body = Buffer.concat([cipher.update(salt), cipher.update(v.text, "utf8"), cipher.final()]);
    agree(Buffer.concat([Buffer.from([1]), nonce, body, cipher.getAuthTag()]).toString("hex"), v.blob);
    const blob = Buffer.from(v.blob, "hex");
    const opener = createDecipheriv("aes-256-gcm", secret, blob.subarray(1, 13)).setAAD(aad);
    opener.setAuthTag(blob.subarray(-16));
    const opened = Buffer.concat([opener.update(blob.subarray(13, -16)), opener.final()]);
    agree(opened.subarray(0, 32).toString("hex"), v.salt);
    agree(opened.subarray(32).toString(), v.text);
  },
  tree: (v) => {
    const leaves = v.leaves.map((hex) => Buffer.from(hex, "hex"));
    const root = rootOf(leaves);
    agree(root.toString("hex"), v.root);
    agree(v.inclusion.length, leaves.length);
    agree(v.consistency.length, leaves.length);
    v.inclusion.forEach((proof, index) => {
      agree(joined(inclusion(index, leaves)), proof);
      insist(rootFromInclusion(leaves[index], index, leaves.length, hashes(proof)).equals(root), "inclusion");
    });
    v.consistency.forEach((proof, at) => {
      const old = rootOf(leaves.slice(0, at + 1));
      agree(joined(at + 1 === leaves.length ? [] : consistency(at + 1, leaves)), proof);
      const [before, now] = rootsFromConsistency(at + 1, old, leaves.length, hashes(proof));
      insist(before.equals(old) && now.equals(root), "consistency");
    });
    for (const { indices, proof } of v.sets) {
      agree(joined(setProof(indices, leaves)), proof);
      const byIndex = new Map(indices.map((index) => [index, leaves[index]]));
      insist(rootFromSet(byIndex, leaves.length, hashes(proof)).equals(root), "set");
    }
  },
  heads: (v) => {
    const sorted = [...v.heads].sort((a, b) => (a.stream < b.stream ? -1 : 1));
    const leaves = sorted.map((head) => headLeaf(head.stream, head.version, Buffer.from(head.leaf, "hex")));
    agree(rootOf(leaves).toString("hex"), v.root);
    agree(Object.keys(v.proofs).length, sorted.length);
    sorted.forEach((head, index) => {
      agree(v.proofs[head.stream].index, index);
      agree(v.proofs[head.stream].proof, joined(inclusion(index, leaves)));
    });
  },
  checkpoint: (v) => {
    const { id, typed, secret } = keyPair(v.origin, v.seed);
    agree(`${v.origin}+${id.toString("hex")}+${typed.toString("base64")}`, v.public_key);
    const inBase64 = (hex) => Buffer.from(hex, "hex").toString("base64");
    const text = `${v.origin}\n${v.size}\n${inBase64(v.root)}\nheads ${v.heads_count} ${inBase64(v.heads_root)}\ntime ${v.recorded_at}\n`;
    const signature = Buffer.concat([id, sign(null, Buffer.from(text), secret)]).toString("base64");
    agree(`${text}\n— ${v.origin} ${signature}\n`, v.note);
    agree(readNote(v.note, readKey(v.public_key)).size, v.size);
  },
  "not a checkpoint": (v) => refuses(() => readNote(v.note, readKey(v.public_key))),
  bundle: (v) => agree(checkBundle(Buffer.from(v.text), v.public_key, v.known_checkpoint), null),
  "forged bundle": (v) => agree(checkBundle(Buffer.from(v.text), v.public_key, v.known_checkpoint), v.check),
  "read log": checkReadLog,
  "not a read checkpoint": (v) => refuses(() => readReadNote(v.note, readKey(v.public_key))),
  "sealed file": (v) => {
    const content = Buffer.from(Array.from({ length: v.length }, (_, index) => index % 251));
    const sealed = sealFile(v, Buffer.from(v.salt, "hex"), content);
    agree(placeOfFile(v), v.place);
    agree(sealed.length, v.sealed_length);
    agree(sha256(sealed).toString("hex"), v.sealed_sha256);
    insist(openFile(v, sealed).equals(content), "opens as it was");
  },
  "not a sealed file": (v) => refuses(() => openFile(v, Buffer.from(v.sealed, "hex"))),
};

const counts = {};
for (const vector of JSON.parse(readFileSync(process.argv[2], "utf8")).vectors) {
  try {
    kinds[vector.kind](vector);
  } catch (error) {
    console.error(`${vector.kind}: ${vector.name}: ${error.message}`);
    process.exit(1);
  }
  counts[vector.kind] = (counts[vector.kind] ?? 0) + 1;
}
console.log(JSON.stringify(counts));
