// Records what Node answers: node tests/vectors.mjs [SEED] > tests/vectors.jsonl
// Seeded, so that the same Node writes the same file. The format is read by tests/replay/.
import buffer, { Buffer, atob, btoa, isAscii, isUtf8, transcode } from 'node:buffer';
import { StringDecoder } from 'node:string_decoder';
import util from 'node:util';

let state = Number(process.argv[2] ?? 0x2545f491); // another seed, other calls
const next = () => { state ^= state << 13; state >>>= 0; state ^= state >>> 17; state ^= state << 5; state >>>= 0; return state; };
const below = (n) => next() % n;
const pick = (list) => list[below(list.length)];
const times = (n, make) => Array.from({ length: n }, (_, i) => make(i));
const bytes = (n) => Buffer.from(times(n, () => below(256)));

const ENCODINGS = ['utf8', 'utf16le', 'latin1', 'ascii', 'hex', 'base64', 'base64url'];
const SAMPLES = ['', 'a', 'plain ascii text', 'naïve café', 'Ωμέγα', 'здравей 👋', '東京 ₹', '👩‍🚀🦀', '\u0000\u007f\u0080\u00ff\u0100', 'x\ufeffy', '\uffff\u{10ffff}'];
const ALPHABET = [...'abcXYZ019+/-_= \n.!é€🦀\u0080ÿ'];
const someText = (n) => times(below(n + 1), () => pick(ALPHABET)).join('');
const utf16 = (text) => Buffer.from(text, 'utf16le').toString('hex');
const isLone = (text) => !text.isWellFormed();

const counts = {};
function record(family, op, call, fields = {}) {
  counts[family] = (counts[family] ?? 0) + 1;
  const line = { id: `${family}/${String(counts[family]).padStart(4, '0')}`, op, encoding: null, args: {}, ...fields };
  try { Object.assign(line, call()); }
  catch (error) { line.error = { name: error.name, code: error.code, message: error.message }; }
  if (line.tags?.length === 0) delete line.tags;
  console.log(JSON.stringify(line));
}
const asBytes = (result) => ({ result_kind: 'bytes', result: Buffer.from(result).toString('hex') });
const asUnits = (result) => ({ result_kind: 'utf16', result: utf16(result) });
const asInt = (result) => ({ result_kind: 'int', result });
const asBool = (result) => ({ result_kind: 'bool', result });
const input = (buf) => ({ input: buf.toString('hex'), input_kind: 'bytes' });
const textInput = (text) => ({ input: utf16(text), input_kind: 'utf16' });

// text -> bytes
const texts = (encoding) => [
  ...SAMPLES, ...times(25, () => someText(40)),
  ...(encoding === 'hex' ? times(40, () => { const t = bytes(below(80)).toString('hex'); const at = below(t.length + 1); return below(2) ? t : t.slice(0, at) + pick(['x', 'g', ' ', '0x', 'G', 'é']) + t.slice(at); }) : []),
  ...(encoding.startsWith('base64') ? times(60, () => { let t = bytes(below(100)).toString(pick(['base64', 'base64url'])); for (let n = below(4); n > 0; n--) { const at = below(t.length + 1); t = t.slice(0, at) + pick(['\n', '=', ' ', '\r\n', '.', '-', '+', '\0']) + t.slice(at); } return t; }) : []),
];
for (const encoding of ENCODINGS) for (const text of texts(encoding)) {
  // Node looks at the low byte of a unit there, which is of no use.
  const quirk = ['hex', 'base64', 'base64url'].includes(encoding) && /[^\u0000-\u00ff]/.test(text) ? ['quirk:lowbyte'] : [];
  record('from', 'from', () => asBytes(Buffer.from(text, encoding)), { ...textInput(text), encoding, tags: quirk });
  record('bytelength', 'byteLength', () => asInt(Buffer.byteLength(text, encoding)), { ...textInput(text), encoding });
}
for (const encoding of ENCODINGS) for (const text of ['\ud800x', 'x\udc00', '\udc00\ud800', 'a\ud83e']) {
  record('from', 'from', () => asBytes(Buffer.from(text, encoding)), { ...textInput(text), encoding, tags: ['lone-surrogate'] });
}
// One odd thing at each place around the borders of SIMD blocks.
for (const length of [15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 257]) {
  for (const at of new Set([0, 1, 15, 16, 31, 32, 63, 64, length - 2, length - 1].filter((i) => i >= 0 && i < length))) {
    const raw = bytes(length); raw[at] = 0xff;
    const ascii = Buffer.from(times(length, () => 32 + below(95)));
    const bad = Buffer.from(ascii); bad[at] = pick([0x80, 0xc3, 0xff, 0xe2]);
    record('block', 'toString', () => asUnits(bad.toString('utf8')), { ...input(bad), encoding: 'utf8', tags: ['block'] });
    record('block', 'toString', () => asUnits(bad.toString('latin1')), { ...input(bad), encoding: 'latin1', tags: ['block'] });
    record('block', 'isUtf8', () => asBool(isUtf8(bad)), { ...input(bad), tags: ['block'] });
    const b64 = raw.toString('base64'), cut = `${b64.slice(0, at)}\n${b64.slice(at)}`;
    record('block', 'from', () => asBytes(Buffer.from(cut, 'base64')), { ...textInput(cut), encoding: 'base64', tags: ['block'] });
    const hex = raw.toString('hex'), wrong = `${hex.slice(0, at)}g${hex.slice(at + 1)}`;
    record('block', 'from', () => asBytes(Buffer.from(wrong, 'hex')), { ...textInput(wrong), encoding: 'hex', tags: ['block'] });
    const mixed = times(length, (i) => (i === at ? pick(['é', '€', '🦀']) : 'a')).join('');
    record('block', 'from', () => asBytes(Buffer.from(mixed, 'utf16le')), { ...textInput(mixed), encoding: 'utf16le', tags: ['block'] });
    record('block', 'toString', () => asUnits(Buffer.from(mixed, 'utf16le').toString('utf16le')), { ...input(Buffer.from(mixed, 'utf16le')), encoding: 'utf16le', tags: ['block'] });
  }
}

// bytes -> text
const BAD_UTF8 = ['61ff62', 'c3', 'c3a9', 'e381', 'e38141', 'eda080', 'f09fa6', 'f09f41', 'c0af', 'f5908080', 'efbbbf78', 'f4908080', 'e0809f', 'f0808080', 'c1bf', '80bf', 'f888808080', 'edbfbf', 'f48fbfbf'].map((h) => Buffer.from(h, 'hex'));
for (const encoding of ENCODINGS) for (const buf of [...BAD_UTF8, ...SAMPLES.map((t) => Buffer.from(t)), ...times(25, () => bytes(below(70)))]) {
  const text = buf.toString(encoding);
  record('tostring', 'toString', () => asUnits(text), { ...input(buf), encoding });
}

// write
for (const encoding of ENCODINGS) for (let n = 0; n < 30; n++) {
  const target = Buffer.alloc(below(12), 0xa5), str = pick([...SAMPLES, someText(14), bytes(6).toString('hex'), bytes(6).toString('base64')]);
  const args = { str: utf16(str) }, call = [str];
  if (below(3)) { args.offset = below(target.length + 2); call.push(args.offset); if (below(2)) { args.length = below(target.length + 2); call.push(args.length); } }
  const quirk = ['hex', 'base64', 'base64url'].includes(encoding) && /[^\u0000-\u00ff]/.test(str) ? ['quirk:lowbyte'] : [];
  record('write', 'write', () => { const result = target.write(...call, encoding); return { ...asInt(result), after: target.toString('hex') }; }, { ...input(target), encoding, args, tags: quirk });
}

// numbers
const WIDTHS = { Int8: 1, UInt8: 1, Int16LE: 2, Int16BE: 2, UInt16LE: 2, UInt16BE: 2, Int32LE: 4, Int32BE: 4, UInt32LE: 4, UInt32BE: 4, BigInt64LE: 8, BigInt64BE: 8, BigUInt64LE: 8, BigUInt64BE: 8, FloatLE: 4, FloatBE: 4, DoubleLE: 8, DoubleBE: 8 };
const f64 = (x) => { const b = Buffer.alloc(8); b.writeDoubleBE(Number.isNaN(x) ? NaN : x); return b.toString('hex'); };
const number = (x) => (typeof x === 'bigint' ? { big: String(x) } : Number.isInteger(x) && !Object.is(x, -0) ? x : { num: Object.is(x, -0) ? '-0' : String(x) });
for (const [name, width] of Object.entries(WIDTHS)) {
  for (let n = 0; n < 14; n++) {
    const buf = pick([bytes(width + below(4)), Buffer.alloc(width + 1, 0xff), Buffer.alloc(width, 0x80), bytes(below(width + 1))]);
    const offset = below(Math.max(1, buf.length - width + 2));
    record('read', 'read', () => {
      const value = buf[`read${name}`](offset);
      if (typeof value === 'bigint') return { result_kind: 'bigint', result: String(value) };
      return /Float|Double/.test(name) ? { result_kind: 'f64', result: f64(value) } : asInt(value);
    }, { ...input(buf), args: { method: `read${name}`, offset } });
  }
  const bits = 8 * width, signed = !name.includes('UInt'), big = name.startsWith('Big');
  const low = signed ? -(2n ** BigInt(bits - 1)) : 0n, high = signed ? 2n ** BigInt(bits - 1) - 1n : 2n ** BigInt(bits) - 1n;
  const values = /Float|Double/.test(name) ? [0, -0, 1, -2.5, 1 / 3, 1e39, -1e39, 5e-324, 6.02214076e23, NaN, Infinity, -Infinity, 16777217] : [low, high, 0n, 1n, low - 1n, high + 1n, high / 2n, 42n].map((v) => (big ? v : Number(v)));
  for (const value of values) for (const offset of [0, 1]) {
    const buf = Buffer.alloc(width + (below(3) ? 1 : 0), 0xa5);
    const tags = /Float|Double/.test(name) || (BigInt(Math.trunc(Number(value))) >= low && (big ? value >= low && value <= high : Number(value) <= Number(high))) ? [] : ['type-range'];
    record('write-num', 'write_num', () => { const before = input(buf); const result = buf[`write${name}`](value, offset); return { ...before, ...asInt(result), after: buf.toString('hex') }; },
      { ...input(buf), args: { method: `write${name}`, value: number(value), offset }, tags });
  }
}
for (const kind of ['Int', 'UInt']) for (const order of ['LE', 'BE']) for (const width of [1, 2, 3, 4, 5, 6, 7, 0]) {
  for (let n = 0; n < 5; n++) {
    const buf = bytes(width + below(3)), offset = below(3);
    record('read', 'read', () => asInt(buf[`read${kind}${order}`](offset, width)), { ...input(buf), args: { method: `read${kind}${order}`, offset, byteLength: width } });
  }
  const high = kind === 'Int' ? 2 ** (8 * width - 1) - 1 : 2 ** (8 * width) - 1, low = kind === 'Int' ? -(2 ** (8 * width - 1)) : 0;
  for (const value of [low, high, 0, 1, Math.trunc(high / 3), high + 1, low - 1].map(Math.trunc)) {
    const buf = Buffer.alloc(8, 0xa5), offset = pick([0, 1, 2, 5]);
    const tags = kind === 'UInt' && value < 0 ? ['type-range'] : [];
    record('write-num', 'write_num', () => { const result = buf[`write${kind}${order}`](value, offset, width); return { ...asInt(result), after: buf.toString('hex') }; },
      { ...input(buf), args: { method: `write${kind}${order}`, value, offset, byteLength: width }, tags });
  }
}

// search
const HAYSTACKS = ['she sells sea shells', 'one fish two fish red fish blue fish', 'aaaaaaaaaab', 'абвгабвг 👋 абвг', ''];
const OFFSETS = [undefined, 0, 1, 5, 19, 20, 21, 99, -1, -3, -6, -20, -21, -99, Infinity, -Infinity, NaN, null];
for (const op of ['indexOf', 'lastIndexOf', 'includes']) {
  const call = (buf, kind, value, shown, offset, encoding) => {
    const args = { value_kind: kind, value: shown };
    if (offset !== undefined) args.offset = offset === null ? null : number(offset);
    const result = () => { const r = encoding === null ? buf[op](value, offset) : buf[op](value, offset, encoding); return typeof r === 'boolean' ? asBool(r) : asInt(r); };
    record('search', op, result, { ...input(buf), encoding, args });
  };
  for (let n = 0; n < 150; n++) {
    const hay = Buffer.from(pick(HAYSTACKS)), a = below(hay.length + 1), needle = hay.subarray(a, a + below(6));
    call(hay, 'bytes', needle, needle.toString('hex'), pick(OFFSETS), null);
  }
  for (let n = 0; n < 60; n++) { const hay = Buffer.from(pick(HAYSTACKS)), byte = pick([...hay, 0, 0x73, 0x273, -141, 256]); call(hay, 'byte', byte, byte, pick(OFFSETS), null); }
  for (const encoding of ENCODINGS) for (let n = 0; n < 25; n++) {
    const text = pick(HAYSTACKS), hay = Buffer.from(text, encoding === 'utf16le' ? 'utf16le' : 'utf8');
    const a = below(text.length + 1), part = Array.from(text.slice(a)).slice(0, below(5)).join('');
    const needle = ['utf8', 'utf16le', 'latin1', 'ascii'].includes(encoding) ? part : Buffer.from(part).toString(encoding);
    if (isLone(needle)) continue;
    call(hay, 'str', needle, utf16(needle), pick(OFFSETS), encoding);
  }
  for (let n = 0; n < 30; n++) { const hay = bytes(200).map((b) => 97 + (b % 3)), a = below(190), needle = Buffer.from(hay.subarray(a, a + 1 + below(10))); call(Buffer.from(hay), 'bytes', needle, needle.toString('hex'), pick([undefined, below(200), -below(200)]), null); }
}

// fill and alloc
for (let n = 0; n < 160; n++) {
  const buf = Buffer.alloc(below(14), 0xa5), encoding = pick([...ENCODINGS, null]);
  const kind = pick(['num', 'bytes', 'str']);
  const value = kind === 'num' ? pick([0, 1, 255, 256, 0x141, -3]) : kind === 'bytes' ? bytes(below(5)) : pick(['', 'a', 'xyz', 'ü', '€', 'ab', 'beef', 'beefx', '3q0=', 'zz', 'q']);
  const enc = kind === 'str' ? encoding : null;
  const args = { value_kind: kind, value: kind === 'num' ? value : kind === 'bytes' ? value.toString('hex') : utf16(value) };
  // Node words the refusal of empty bytes differently when they are a Buffer of its pool.
  if (kind === 'bytes' && value.length === 0) continue;
  const quirk = enc && ['hex', 'base64', 'base64url'].includes(enc) && /[^\u0000-\u00ff]/.test(String(value)) ? ['quirk:lowbyte'] : [];
  if (below(2)) {
    record('fill', 'alloc', () => asBytes(enc ? Buffer.alloc(buf.length, value, enc) : Buffer.alloc(buf.length, value)), { encoding: enc, args: { size: buf.length, ...args }, tags: quirk });
  } else if (below(3)) {
    args.offset = below(buf.length + 2); args.end = below(buf.length + 2);
    record('fill', 'fill', () => asBytes(enc ? buf.fill(value, args.offset, args.end, enc) : buf.fill(value, args.offset, args.end)), { ...input(buf), encoding: enc, args, tags: quirk });
  } else {
    record('fill', 'fill', () => asBytes(enc ? buf.fill(value, enc) : buf.fill(value)), { ...input(buf), encoding: enc, args, tags: quirk });
  }
}

// compare, equals, sort, copy, concat, subarray
for (let n = 0; n < 120; n++) {
  const a = bytes(below(20)), b = below(3) ? Buffer.from(a.subarray(0, below(a.length + 1))) : bytes(below(20));
  if (b.length && below(2)) b[below(b.length)] ^= 1;
  const args = { target: b.toString('hex') }, call = [];
  for (const [name, length] of [['targetStart', b.length], ['targetEnd', b.length], ['sourceStart', a.length], ['sourceEnd', a.length]]) {
    if (!below(3)) break;
    args[name] = below(length + (below(8) ? 1 : 3)); call.push(args[name]);
  }
  record('compare', 'compare', () => asInt(a.compare(b, ...call)), { ...input(a), args });
  record('compare', 'equals', () => asBool(a.equals(b)), { ...input(a), args: { target: b.toString('hex') } });
}
for (let n = 0; n < 30; n++) { const list = times(below(6), () => bytes(below(5)).map((x) => x % 3)).map((x) => Buffer.from(x)); record('compare', 'sort', () => ({ result_kind: 'obj', result: [...list].sort(Buffer.compare).map((x) => x.toString('hex')) }), { args: { list: list.map((x) => x.toString('hex')) } }); }
for (let n = 0; n < 120; n++) {
  const source = bytes(below(16)), target = Buffer.alloc(below(16), 0xa5);
  const args = { targetStart: below(18) }, call = [args.targetStart];
  if (below(2)) { args.sourceStart = below(source.length + (below(6) ? 1 : 3)); call.push(args.sourceStart); if (below(2)) { args.sourceEnd = below(20); call.push(args.sourceEnd); } }
  record('copy', 'copy', () => { const before = target.toString('hex'); const result = source.copy(target, ...call); return { ...asInt(result), args: { target: before, ...args }, after: target.toString('hex') }; }, { ...input(source), args: { target: target.toString('hex'), ...args } });
  const self = bytes(below(24)), own = { targetStart: below(26), sourceStart: below(self.length + 1), sourceEnd: below(26) }, shown = input(self);
  record('copy', 'copy_self', () => { const result = self.copy(self, own.targetStart, own.sourceStart, own.sourceEnd); return { ...asInt(result), after: self.toString('hex') }; }, { ...shown, args: own });
}
for (let n = 0; n < 80; n++) {
  const list = times(below(6), () => bytes(below(12))), args = { list: list.map((x) => x.toString('hex')) };
  if (below(2)) args.totalLength = below(50);
  record('concat', 'concat', () => asBytes(Buffer.concat(list, args.totalLength)), { args });
}
for (let n = 0; n < 120; n++) {
  const buf = bytes(below(14)), args = { start: below(40) - 20 };
  if (below(5)) args.end = pick([below(40) - 20, Infinity, -Infinity]);
  const shown = { ...args, ...(args.end === undefined ? {} : { end: number(args.end) }) };
  record('subarray', 'subarray', () => asBytes(buf.subarray(args.start, args.end)), { ...input(buf), args: shown });
  const filled = { ...shown, value: below(256) }, whole = input(buf);
  record('subarray', 'subarray_fill', () => { const view = buf.subarray(args.start, args.end).fill(filled.value); return { ...asInt(view.length), after: buf.toString('hex') }; }, { ...whole, args: filled });
}

// swap, inspect, checks, names
for (const op of ['swap16', 'swap32', 'swap64']) for (let n = 0; n < 40; n++) { const buf = bytes(below(3) ? 8 * below(40) : below(70)), shown = input(buf); record('swap', op, () => asBytes(buf[op]()), shown); }
for (let n = 0; n < 60; n++) {
  const buf = bytes(pick([0, 1, 2, 49, 50, 51, 52, below(90)])), max = pick([undefined, undefined, 0, 1, 3, 49, 50, 51, Infinity]);
  if (max !== Infinity) record('inspect', 'inspect', () => { buffer.INSPECT_MAX_BYTES = max ?? 50; try { return { result_kind: 'text', result: util.inspect(buf) }; } finally { buffer.INSPECT_MAX_BYTES = 50; } }, { ...input(buf), args: max === undefined ? {} : { max } });
  record('inspect', 'toJSON', () => ({ result_kind: 'text', result: JSON.stringify(buf) }), input(buf));
}
for (const buf of [...BAD_UTF8, ...SAMPLES.map((t) => Buffer.from(t)), ...times(40, () => bytes(below(40))), ...times(40, () => Buffer.from(someText(40)))]) {
  record('validate', 'isUtf8', () => asBool(isUtf8(buf)), input(buf));
  record('validate', 'isAscii', () => asBool(isAscii(buf)), input(buf));
}
for (const name of ['utf8', 'UTF-8', 'Utf8', 'utf16le', 'UTF-16LE', 'ucs2', 'UCS-2', 'latin1', 'BINARY', 'ascii', 'ASCII', 'hex', 'HEX', 'base64', 'Base64URL', 'utf-16', 'utf16', 'utf-16be', 'iso-8859-1', 'us-ascii', '', 'buffer', ' utf8', 'utf8 ', 'cp437', 'ucs-4', 'utf_8']) {
  record('names', 'isEncoding', () => { const ok = Buffer.isEncoding(name); return { result_kind: 'obj', result: { ok, canonical: ok ? new StringDecoder(name).encoding : null } }; }, { args: { name } });
}
for (const text of ['', 'aGk=', ' aG k= ', 'aGk', 'aG', 'a', 'aGk==', 'aG=', 'aG==', 'aG=k', '=', '==', '====', 'aGk=\n', 'a-_', 'é', 'aGkaGk', 'aGkaG==', 'aGkaG=', ...times(40, () => { const t = bytes(below(20)).toString('base64'), at = below(t.length + 1); return t.slice(0, at) + pick(['', ' ', '\n', '=', '-', 'é', '\t\f\r']) + t.slice(at); })]) {
  record('atob-btoa', 'atob', () => asUnits(atob(text)), textInput(text));
}
for (const text of [...SAMPLES, ...times(30, () => bytes(below(20)).toString('latin1'))]) record('atob-btoa', 'btoa', () => asUnits(btoa(text)), textInput(text));

// transcode
const CHARSETS = ['utf8', 'utf16le', 'ucs2', 'latin1', 'binary', 'ascii', 'hex'];
for (const from of CHARSETS) for (const to of CHARSETS) for (const text of ['3µm → 📏', 'plain', '', 'naïve', 'éÿ', null]) {
  const source = text === null ? bytes(below(12)) : from === 'hex' ? Buffer.from(text) : Buffer.from(text, from);
  const wide = /utf16|ucs2/, tags = [];
  if (from === 'ascii' && source.some((b) => b > 127)) tags.push('quirk:ascii-widen');
  if (from !== to && /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8]/.test(source.toString(wide.test(from) ? 'utf16le' : from === 'utf8' ? 'utf8' : 'latin1'))) tags.push('quirk:icu-ignorable');
  record('transcode', 'transcode', () => asBytes(transcode(source, from, to)), { ...input(source), args: { from, to }, tags });
}

// StringDecoder
const cut = (buf) => { const chunks = []; for (let at = 0; at < buf.length;) { const size = 1 + below(5); chunks.push(buf.subarray(at, at + size)); at += size; } return chunks; };
for (const encoding of ENCODINGS) for (let n = 0; n < 60; n++) {
  const buf = pick([Buffer.from(pick(SAMPLES), encoding === 'utf16le' ? 'utf16le' : 'utf8'), bytes(below(16)), Buffer.concat([Buffer.from(pick(SAMPLES)), pick(BAD_UTF8), Buffer.from('z')])]);
  const chunks = cut(buf), end = below(4) ? null : bytes(below(4));
  record('decoder', 'string_decoder', () => {
    const decoder = new StringDecoder(encoding), writes = [], need = [], total = [];
    for (const chunk of chunks) { writes.push(decoder.write(chunk)); need.push(decoder.lastNeed); total.push(decoder.lastTotal); }
    const last = end === null ? decoder.end() : decoder.end(end), joined = writes.join('') + last;
    return { result_kind: 'obj', result: { encoding: decoder.encoding, writes: writes.map(utf16), end: utf16(last), need, total, joined: utf16(joined), joined_well_formed: !isLone(joined) }, tags: [...writes, last].some(isLone) ? ['lone-surrogate-out'] : [] };
  }, { encoding, args: { chunks: chunks.map((c) => c.toString('hex')), end: end === null ? null : end.toString('hex') } });
}

// Half a unit at the end, in front of each kind of unit.
for (const hex of ['41', 'd8', '414243', '41004200ff', '3dd841', '3dd84100', '3dd83dd841', '41003dd8', '00dc', '00dc41', '3dd800dc41']) {
  for (const to of ['utf8', 'utf16le', 'latin1', 'ascii']) record('transcode-odd', 'transcode', () => asBytes(transcode(Buffer.from(hex, 'hex'), 'utf16le', to)), { input: hex, input_kind: 'bytes', args: { from: 'utf16le', to } });
}

// A Buffer looked for in units. Node 22 finds what is not there in an odd number of bytes, so of those there is what is there.
const UNITS = [...times(150, () => [Buffer.from(bytes(2 * below(7)).map((b) => 97 + (b % 2))), Buffer.from(bytes(below(4)).map((b) => 97 + (b % 2))), below(30) - 15]), ...['bbc bb -3', 'aabbc bb -3', 'aabbb aa -5'].map((line) => { const [hay, needle, offset] = line.split(' '); return [Buffer.from(hay), Buffer.from(needle), Number(offset)]; })];
for (const op of ['indexOf', 'lastIndexOf', 'includes']) for (const [hay, needle, offset] of UNITS) {
  if (hay.length % 2 && hay.subarray(0, -1)[op](needle, 'utf16le') === -1) continue;
  record('search-units', op, () => { const r = hay[op](needle, offset, 'utf16le'); return typeof r === 'boolean' ? asBool(r) : asInt(r); }, { ...input(hay), encoding: 'utf16le', args: { value_kind: 'bytes', value: needle.toString('hex'), offset } });
}

// A fill value without bytes, as `util.inspect` shows it.
for (const text of ["it's", 'say "it\'s"', '`it\'s" ${', '\\', '\n\t\r\b\f\v\0\u001b', '\u007f\u0080\u009f\u00a0é', 'x'.repeat(126), 'x'.repeat(127), 'x'.repeat(300), `${'x'.repeat(60)}\n${'y'.repeat(70)}\n`, `it's${'x'.repeat(60)}\n${'y'.repeat(70)}`, 'zz']) {
  const quirk = /[^\u0000-\u00ff]/.test(text) ? ['quirk:lowbyte'] : [];
  record('fill-value', 'fill', () => asBytes(Buffer.alloc(3).fill(text, 'hex')), { ...input(Buffer.alloc(3)), encoding: 'hex', args: { value_kind: 'str', value: utf16(text) }, tags: quirk });
}
