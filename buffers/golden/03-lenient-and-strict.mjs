// Node never throws on bad input: hex stops, base64 skips, bad UTF-8 becomes U+FFFD. Who wants to know must look first.
import { Buffer } from 'node:buffer';
const show = (s) => JSON.stringify(s).replace(/[\u007f-\uffff]/g, (c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));
// What Node does not say: where the first thing is that does not belong there.
const at = (i) => (i < 0 ? 'ok' : `bad at ${i}`);
const strictHex = (s) => at(/[^0-9a-f]/i.test(s) ? s.search(/[^0-9a-f]/i) : s.length % 2 ? s.length - 1 : -1);
const strictBase64 = (s) => {
  const letters = s.match(/^[A-Za-z0-9+/]*/)[0].length, whole = s.slice(letters).match(/^=*/)[0].length + letters;
  if (whole < s.length) return at(s[letters] === '=' && letters % 4 < 2 ? letters : whole);
  return at(letters % 4 === 1 ? letters - 1 : -1);
};

for (const s of ['deadbeef', 'DEADbeef', 'deadbee', 'dead beef', 'dexdbeef', '0xdead', 'h', '']) console.log('hex', show(s), Buffer.from(s, 'hex'), strictHex(s));
for (const s of ['cm9ja2V0', 'cm9ja2U=', 'cm9ja2U', 'cm9j\na2V0\n', 'cm9j!a2V0', 'cm9j=a2V0', '=cm9j', 'cm9ja', 'c', '-_-_', '+/+/', '+_-/', 'cm9j....', 'cg==cg==']) console.log('base64', show(s), Buffer.from(s, 'base64'), strictBase64(s));
console.log(Buffer.from('+/+/', 'base64url').equals(Buffer.from('-_-_', 'base64')));
for (const h of ['61ff62', 'c3', 'c3a9', 'e38182', 'e381', 'e38141', 'eda080', 'f09fa680', 'f09fa6', 'f09f41', 'c0af', 'f5908080', 'efbbbf78']) {
  const t = Buffer.from(h, 'hex').toString();
  console.log('utf8', h, show(t), t.includes('\ufffd') ? 'replaced' : 'clean');
}
console.log('ascii', show(Buffer.from('c1e2f3', 'hex').toString('ascii')), 'latin1', show(Buffer.from('c1e2f3', 'hex').toString('latin1')));
console.log('utf16le odd', show(Buffer.from('4100420043', 'hex').toString('utf16le')));
