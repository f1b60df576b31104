// Sections 10, 11, 15 and 16 of docs/formats.md, from the page alone: bundles and archives, and their checks.

import { createHash } from "node:crypto";
import {
  commit, hasExactly, hashes, headLeaf, insist, isHash, isInstant, isObject, isUuid,
  keyNamedSo, leafOf, link, placeOf, readBody, readCanonical, readKey, readNote, Refused, rootFromInclusion,
  rootFromSet, rootsFromConsistency, sha256,
} from "./pieces.mjs";

// 10., 11. and 15. Bundles: gives null for one that holds, else the name of the first check that fails

const isCount = (value, least) => Number.isInteger(value) && value >= least;
const isWithheld = (event) => isObject(event) && !Object.hasOwn(event, "body");
const RECORDED = ["body", "leaf", "position", "recorded_at"];
const COMMON = ["checkpoint", "consistency", "erasures", "events", "format", "inclusion", "public_key", "trust"];
const LATER = ["declarations", "handovers", "notices"];
const MEMBERS = {
  "caseledger-bundle/1": [...COMMON, "head", "stream"],
  "caseledger-bundle/2": [...COMMON, "head", "stream", "notices"],
  "caseledger-bundle/3": [...COMMON, "head", "stream", ...LATER],
  "caseledger-period/1": [...COMMON, ...LATER, "after", "before", "first", "since", "until"],
};

// What an event means to a check: null for nothing.
const named = (body, name) => new RegExp(`^[a-z0-9_.]*${name}(\\.v[1-9][0-9]*)?$`).test(body.type);
const destroyedKey = (body) => (named(body, "key_destroyed") && isUuid(body.data.key) ? body.data.key : null);
const erasedPart = (body) =>
  named(body, "part_erased") && Number.isInteger(body.data.version) && typeof body.data.part === "string"
    ? `${body.stream} ${body.data.version} ${body.data.part}`
    : null;
function keyNamed(body) {
  const { signed_by, former, present } = body.data;
  if (named(body, "register_opened") && isHash(signed_by)) return { present: signed_by };
  if (named(body, "checkpoint_key_changed") && isHash(former) && isHash(present)) return { former, present };
  return null;
}
function epochBegun(body) {
  const { number, agrees_through, lost_through } = body.data;
  if (!named(body, "epoch_begun") || ![number, agrees_through, lost_through].every(Number.isInteger)) return null;
  return { number, agreesThrough: agrees_through };
}
const storedFile = (body) =>
  named(body, "file_stored") && isUuid(body.data.file_id) && isCount(body.data.byte_length, 0) ? body.data.file_id : null;
const removedFile = (body) => (named(body, "file_removed") && isUuid(body.data.file_id) ? body.data.file_id : null);

function version5(namespace, name) {
  const hash = createHash("sha1").update(Buffer.from(namespace.replaceAll("-", ""), "hex")).update(name).digest().subarray(0, 16);
  hash[6] = (hash[6] & 0x0f) | 0x50;
  hash[8] = (hash[8] & 0x3f) | 0x80;
  return hash.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function checkShape(bundle) {
  insist(isObject(bundle) && Object.hasOwn(MEMBERS, bundle.format), "format");
  insist(hasExactly(bundle, ...MEMBERS[bundle.format]), "members");
  const isPeriod = bundle.format === "caseledger-period/1";
  insist(isUuid(bundle.trust), "trust");
  insist(typeof bundle.checkpoint === "string" && typeof bundle.public_key === "string", "texts");
  const lists = ["events", "erasures", "consistency", "declarations", "handovers", "notices"];
  insist(lists.every((name) => !Object.hasOwn(bundle, name) || Array.isArray(bundle[name])), "arrays");
  const checkEvent = (event, ...more) => {
    insist(hasExactly(event, ...RECORDED, ...more), "event");
    insist(typeof event.body === "string" && isHash(event.leaf) && isCount(event.position, 1), "event");
    insist(isInstant(event.recorded_at), "time");
  };
  for (const event of bundle.events) {
    if (isWithheld(event)) {
      insist(bundle.format !== "caseledger-bundle/1" && hasExactly(event, "leaf", "link", "position"), "withheld");
      insist(isHash(event.leaf) && isCount(event.position, 1) && (event.link === "" || isHash(event.link)), "withheld");
      continue;
    }
    checkEvent(event, "parts");
    insist(Array.isArray(event.parts), "parts");
    for (const part of event.parts) {
      if (isObject(part) && Object.hasOwn(part, "state")) {
        insist(hasExactly(part, "part", "state") && ["ERASED", "WITHHELD"].includes(part.state), "part");
      } else {
        insist(hasExactly(part, "ordinal", "part", "salt", "text") && typeof part.text === "string", "part");
        insist(isHash(part.salt) && isCount(part.ordinal, 0), "part");
      }
      insist(typeof part.part === "string", "part");
    }
  }
  for (const event of [...bundle.erasures, ...(bundle.declarations ?? [])]) checkEvent(event);
  insist((bundle.handovers ?? []).every((note) => typeof note === "string"), "handovers");
  for (const notice of bundle.notices ?? []) {
    insist(hasExactly(notice, "law", "since") && typeof notice.law === "string", "notice");
    insist(typeof notice.since === "string" && /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(notice.since), "since");
  }
  for (const one of bundle.consistency) {
    insist(hasExactly(one, "proof", "root", "size") && isHash(one.root) && isCount(one.size, 1), "consistency");
    hashes(one.proof);
  }
  hashes(bundle.inclusion);
  if (isPeriod) {
    insist(isCount(bundle.first, 1) && isInstant(bundle.since) && isInstant(bundle.until), "bounds");
    insist(typeof bundle.before === "string" && typeof bundle.after === "string", "notes");
    return;
  }
  insist(isUuid(bundle.stream) && hasExactly(bundle.head, "index", "proof") && isCount(bundle.head.index, 0), "head");
  hashes(bundle.head.proof);
  const erasesPart = (event) => !isWithheld(event) && /"type":"[a-z0-9_.]*part_erased(\.v[1-9][0-9]*)?"/.test(event.body);
  const declares = (bundle.declarations ?? []).length + (bundle.handovers ?? []).length > 0 || bundle.events.some(erasesPart);
  const withholds = bundle.events.some(isWithheld) || (bundle.notices ?? []).length > 0;
  insist(bundle.format === `caseledger-bundle/${declares ? 3 : withholds ? 2 : 1}`, "earliest form");
  insist(bundle.events.length > 0, "events");
}

const raw = (key) => key.typed.subarray(1).toString("hex");
const trustOfName = (name) => name.split("/").slice(0, 2).join("/");

class BundleCheck {
  constructor(bytes, givenKey, known) {
    Object.assign(this, { bytes, known, check: "file", givenLine: givenKey });
  }

  run() {
    try {
      this.bundle = readCanonical(this.bytes);
      checkShape(this.bundle);
      this.isPeriod = this.bundle.format === "caseledger-period/1";
      const steps = {
        "public key": this.publicKey,
        checkpoint: this.checkpointNote,
        declarations: this.declarations,
        "earlier checkpoints": this.earlier,
        events: this.isPeriod ? this.eventsOfPeriod : this.eventsOfCase,
        erasures: this.erasures,
        inclusion: this.inclusion,
        completeness: this.isPeriod ? this.bounds : this.head,
        "sealed parts": this.parts,
      };
      for (const [name, step] of Object.entries(steps)) {
        this.check = name;
        step.call(this);
      }
      return null;
    } catch (error) {
      if (error instanceof Refused) return this.check;
      throw error;
    }
  }

  publicKey() {
    this.key = readKey(this.bundle.public_key);
    this.given = this.givenLine === null ? null : readKey(this.givenLine);
    if (this.given === null || this.given.text === this.key.text) return;
    insist((this.bundle.declarations ?? []).length > 0, "given key");
    insist(trustOfName(this.given.name) === trustOfName(this.key.name), "given key");
  }

  checkpointNote() {
    this.checkpoint = readNote(this.bundle.checkpoint, this.key);
    insist(this.checkpoint.signatures === 1 && this.checkpoint.trust === this.bundle.trust, "trust");
  }

  // The form, trust, place and time of any event.
  read(event) {
    const { checkpoint } = this;
    insist(leafOf(event.position, event.recorded_at, event.body).toString("hex") === event.leaf, "leaf");
    const body = readBody(Buffer.from(event.body));
    insist(body.trust === this.bundle.trust && event.position <= checkpoint.size, "trust and size");
    insist(event.recorded_at <= checkpoint.recordedAt, "time");
    insist((event.position === checkpoint.size) === (event.recorded_at === checkpoint.recordedAt), "time");
    return body;
  }

  continued(note) {
    if (note.size === this.checkpoint.size) return note.root.equals(this.checkpoint.root);
    return this.bundle.consistency.some((one) => one.size === note.size && one.root === note.root.toString("hex"));
  }

  declarations() {
    const { bundle } = this;
    const register = version5(bundle.trust, "ledger-register");
    const changes = [];
    this.epochs = [];
    let before = null;
    (bundle.declarations ?? []).forEach((event, at) => {
      const body = this.read(event);
      insist(body.stream === register && body.version === at + 1, "stream and version");
      insist(body.prev === (before ? link(before.body) : "") && event.position > (before?.position ?? 0), "order");
      before = event;
      const key = keyNamed(body);
      if (key) changes.push({ ...key, position: event.position });
      const epoch = epochBegun(body);
      if (epoch) this.epochs.push(epoch);
    });
    insist(this.checkpoint.epoch === (this.epochs.at(-1)?.number ?? 1), "epoch");
    if (changes.length === 0) {
      insist(this.given === null || raw(this.given) === raw(this.key), "given key");
      this.keys = [raw(this.key)];
      return;
    }
    changes.forEach((change, at) => {
      if (change.former !== undefined) insist(at > 0 && change.former === changes[at - 1].present, "keys follow");
    });
    const keys = changes.map((change) => change.present);
    insist(keys.at(-1) === raw(this.key), "last key");
    let start = 0;
    if (this.given !== null) {
      start = keys.lastIndexOf(raw(this.given));
      insist(start >= 0, "given key");
      for (let at = start + 1; at < keys.length; at++) {
        insist(bundle.handovers.some((note) => this.handsOver(note, keys[at - 1], changes[at].position)), "handover");
      }
    }
    this.keys = keys.slice(start);
  }

  handsOver(note, former, position) {
    const signed = signedBy(note, former);
    return signed !== null && signed.trust === this.bundle.trust && signed.size >= position && this.continued(signed);
  }

  earlier() {
    const { bundle, checkpoint } = this;
    let size = 0;
    for (const one of bundle.consistency) {
      insist(one.size > size, "sizes rise");
      size = one.size;
      const [before, now] = rootsFromConsistency(size, Buffer.from(one.root, "hex"), checkpoint.size, hashes(one.proof));
      insist(before.toString("hex") === one.root && now.equals(checkpoint.root), "consistency");
    }
    if (this.known === null) return;
    const kept = this.keys.map((key) => signedBy(this.known, key)).find((note) => note !== null);
    insist(kept, "signed");
    insist(this.epochs.length > 0 && kept.trust === bundle.trust ? true : kept.name === this.key.name, "name");
    for (const epoch of this.epochs) insist(kept.epoch >= epoch.number || kept.size <= epoch.agreesThrough, "lost");
    insist(kept.size <= checkpoint.size, "rolled back");
    if (kept.size === checkpoint.size) insist(kept.text === checkpoint.text, "contradicts");
    else insist(kept.recordedAt < checkpoint.recordedAt && this.continued(kept), "known");
  }

  eventsOfCase() {
    const { events, stream } = this.bundle;
    this.shown = [];
    let told = "";
    events.forEach((event, at) => {
      const before = events[at - 1];
      insist(!before || event.position > before.position, "order");
      if (isWithheld(event)) {
        const next = events[at + 1];
        insist((event.link !== "") === (next !== undefined && !isWithheld(next)), "link of a withheld event");
        insist(event.position <= this.checkpoint.size, "size");
        return;
      }
      const body = this.read(event);
      insist(body.stream === stream && body.version === at + 1, "version");
      insist(body.prev === (!before ? "" : isWithheld(before) ? before.link : link(before.body)), "link");
      insist(event.recorded_at > told, "order");
      told = event.recorded_at;
      this.shown.push([event, body]);
    });
  }

  eventsOfPeriod() {
    const { events, first, since, until } = this.bundle;
    this.shown = [];
    const last = new Map();
    let told = "";
    events.forEach((event, at) => {
      insist(event.position === first + at, "position");
      if (isWithheld(event)) {
        insist(event.link === "", "link of a withheld event");
        return;
      }
      const body = this.read(event);
      insist(event.recorded_at > told && event.recorded_at >= since && event.recorded_at < until, "time");
      told = event.recorded_at;
      const before = last.get(body.stream);
      if (before) {
        insist(body.version > before.version, "version");
        if (body.version === before.version + 1) insist(body.prev === before.link, "link");
      }
      last.set(body.stream, { version: body.version, link: link(event.body) });
      this.shown.push([event, body]);
    });
  }

  erasures() {
    const { bundle } = this;
    const own = new Set(this.isPeriod ? bundle.events.map((event) => event.position) : []);
    this.destroyed = new Set();
    this.erased = new Set();
    this.proofs = [];
    const take = (body) => {
      const [key, part] = [destroyedKey(body), erasedPart(body)];
      if (key !== null) this.destroyed.add(key);
      if (part !== null) this.erased.add(part);
      return key !== null || part !== null;
    };
    let position = 0;
    for (const event of bundle.erasures) {
      const body = this.read(event);
      insist(event.position > position && !own.has(event.position), "order");
      insist(this.isPeriod || body.stream !== bundle.stream, "another stream");
      insist(take(body) || (this.isPeriod && removedFile(body) !== null), "erasure");
      this.proofs.push(body);
      position = event.position;
    }
    for (const [, body] of this.shown) take(body);
  }

  inclusion() {
    const { bundle, checkpoint } = this;
    const recorded = [...bundle.events, ...bundle.erasures, ...(bundle.declarations ?? [])];
    const byIndex = new Map();
    for (const { position, leaf } of recorded) {
      const known = byIndex.get(position - 1);
      insist(!known || (this.isPeriod && known.toString("hex") === leaf), "one event at each position");
      byIndex.set(position - 1, Buffer.from(leaf, "hex"));
    }
    insist(rootFromSet(byIndex, checkpoint.size, hashes(bundle.inclusion)).equals(checkpoint.root), "root");
  }

  head() {
    const { events, head, stream } = this.bundle;
    const leaf = headLeaf(stream, events.length, Buffer.from(events.at(-1).leaf, "hex"));
    const root = rootFromInclusion(leaf, head.index, this.checkpoint.headsCount, hashes(head.proof));
    insist(root.equals(this.checkpoint.headsRoot), "head");
  }

  bounds() {
    const { events, first, since, until, before, after } = this.bundle;
    const last = first + events.length - 1;
    const signed = (note, size) => {
      const found = signedBy(note, raw(this.key));
      insist(found !== null && found.trust === this.bundle.trust && found.size === size && this.continued(found), "note");
      return found;
    };
    insist((before === "") === (first === 1), "before");
    if (before !== "") insist(signed(before, first - 1).recordedAt < since, "before");
    insist((after === "") === (last === this.checkpoint.size), "after");
    if (after !== "") insist(signed(after, last + 1).recordedAt >= until, "after");
  }

  parts() {
    for (const [event, body] of this.shown) {
      insist(event.parts.length === body.sealed.length, "parts");
      event.parts.forEach((part, number) => {
        const entry = body.sealed[number];
        insist(part.part === entry.part, "part");
        if (Object.hasOwn(part, "state")) {
          const isErased = this.destroyed.has(entry.key) || this.erased.has(`${body.stream} ${body.version} ${entry.part}`);
          insist((part.state === "ERASED") === isErased, "state");
        } else {
          const aad = placeOf(body.trust, body.stream, body.command, part.ordinal, part.part, entry.key);
          insist(commit(Buffer.from(part.salt, "hex"), aad, part.text).toString("hex") === entry.commitment, "text");
        }
      });
    }
  }
}

// The note, if these 32 bytes (in hex) signed it under the name of its own origin; else null.
function signedBy(note, publicKey) {
  try {
    const name = note.slice(0, note.indexOf("\n"));
    insist(/^[^\s+]+$/.test(name), "name");
    return readNote(note, keyNamedSo(name, Buffer.from(publicKey, "hex")));
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
}

export const checkBundle = (bytes, givenKey, known) => new BundleCheck(bytes, givenKey, known).run();

// 16. Archives: gives the name of the first check that fails, or null and what is found of each file

const CRC_TABLE = Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});
function crc32(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) value = CRC_TABLE[(value ^ byte) & 255] ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}
const little = (bytes, ...values) => {
  const buffer = Buffer.alloc(bytes * values.length);
  values.forEach((value, at) => buffer.writeUIntLE(value, at * bytes, bytes));
  return buffer;
};

// Reads the entries one after the other, then writes the archive that holds them and compares.
function takeApart(archive) {
  const entries = [];
  let at = 0;
  while (archive.subarray(at, at + 4).equals(Buffer.from("PK\x03\x04", "latin1"))) {
    insist(archive.length >= at + 30, "header");
    const size = archive.readUInt32LE(at + 18);
    const begin = at + 30 + archive.readUInt16LE(at + 26);
    insist(archive.length >= begin + size, "cut off");
    const name = archive.subarray(at + 30, begin).toString("latin1");
    entries.push({ name, crc: archive.readUInt32LE(at + 14), content: archive.subarray(begin, begin + size) });
    at = begin + size;
  }
  insist(entries.length > 0 && entries[0].name === "bundle.json", "bundle.json");
  entries.slice(1).forEach(({ name }, index) => {
    insist(name.startsWith("files/") && isUuid(name.slice(6)) && (index === 0 || name > entries[index].name), "names");
  });
  const written = [];
  const lists = [];
  let start = 0;
  for (const { name, crc, content } of entries) {
    const about = Buffer.concat([
      little(2, 0, 0, 0, 33), little(4, crc, content.length, content.length), little(2, name.length, 0),
    ]);
    const entry = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), little(2, 20), about, Buffer.from(name), content]);
    lists.push(Buffer.from("PK\x01\x02", "latin1"), little(2, 20, 20), about, little(2, 0, 0, 0), little(4, 0, start), Buffer.from(name));
    written.push(entry);
    start += entry.length;
  }
  const list = Buffer.concat(lists);
  const end = Buffer.concat([
    Buffer.from("PK\x05\x06", "latin1"), little(2, 0, 0, entries.length, entries.length), little(4, list.length, start), little(2, 0),
  ]);
  insist(Buffer.concat([...written, list, end]).equals(archive), "spelling");
  return entries;
}

export function checkArchive(archive, givenKey, known) {
  let check = "archive";
  try {
    const [first, ...files] = takeApart(archive);
    insist(crc32(first.content) === first.crc, "checksum of the bundle");
    const bundleCheck = new BundleCheck(first.content, givenKey, known);
    const failed = bundleCheck.run();
    if (failed !== null) return { failed };
    check = "files";
    const told = new Map();
    for (const [event, body] of bundleCheck.shown) {
      const file = storedFile(body);
      if (file === null || told.has(file)) continue;
      const part = event.parts.find((one) => one.part === "fingerprint");
      const state = part === undefined ? "WITHHELD" : part.state ?? "KEPT";
      told.set(file, { state, stream: body.stream, fingerprint: part?.text, length: body.data.byte_length });
    }
    for (const body of [...bundleCheck.shown.map(([, one]) => one), ...bundleCheck.proofs]) {
      const file = told.get(removedFile(body));
      if (file?.stream === body.stream) file.state = "REMOVED";
    }
    for (const { name, crc, content } of files) {
      const file = told.get(name.slice(6));
      insist(file?.state === "KEPT" && file.length === content.length && crc32(content) === crc, "file");
      insist(sha256(content).toString("hex") === file.fingerprint, "fingerprint");
    }
    const enclosed = files.map(({ name }) => name.slice(6));
    for (const [file, { state }] of told) insist(state !== "KEPT" || enclosed.includes(file), "missing");
    return { failed: null, files: Object.fromEntries([...told].map(([file, { state }]) => [file, state])) };
  } catch (error) {
    if (error instanceof Refused) return { failed: check };
    throw error;
  }
}
