// A second reading of docs/formats.md, from the page alone: no code is shared with the product.
// Usage: node check_formats.mjs formats.json
// It recomputes every vector, prints how many of each kind agree, and ends with 1 at the first that does not.

import { createCipheriv, createDecipheriv, createPrivateKey, createPublicKey, hkdfSync, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { checkArchive, checkBundle } from "./bundles.mjs";
import {
  base64, canonical, commit, consistency, decimal, hashes, headLeaf, inclusion, insist, isInstant, isText, isUuid,
  joined, leafOf, link, placeOf, readBody, readCanonical, readKey, readNote, readOrigin, Refused, rootFromInclusion,
  rootFromSet, rootOf, rootsFromConsistency, setProof, sha256, takeNote,
} from "./pieces.mjs";

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
  insist(lines[0] === key.name, "origin");
  readOrigin(lines[0], "caseledger-reads/");
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
  archive: (v) => {
    const { failed, files } = checkArchive(Buffer.from(v.hex, "hex"), v.public_key, v.known_checkpoint);
    agree(failed, null);
    agree(canonical(files), canonical(v.files));
  },
  "forged archive": (v) => agree(checkArchive(Buffer.from(v.hex, "hex"), v.public_key, v.known_checkpoint).failed, v.check),
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
