import type { Disguise } from './known-secrets.js';

/** A secret as it stands, and as JSON, URLs and base64 write it. */
export function disguisesOf(secret: string): Disguise[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const plain = [secret, json, JSON.stringify(json).slice(1, -1), encodeURIComponent(secret), formEncoded(secret)];
  return [
    ...[...new Set(plain)].map((text) => ({ text, secret, inBase64: false })),
    ...[...new Set(base64Of(secret))].map((text) => ({ text, secret, inBase64: true })),
  ];
}

function formEncoded(secret: string): string {
  return new URLSearchParams([['', secret]]).toString().slice(1);
}

/**
 * What base64 makes of it wherever it begins in a longer text: it packs three bytes into four characters, so there are
 * three ways, each in two alphabets. Characters that hold bits of a neighbour are left out.
 */
function base64Of(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [0, 1, 2].flatMap((before) => {
    const padded = Buffer.concat([Buffer.alloc(before), bytes]);
    const whole = Math.floor((padded.length * 8) / 6);
    const from = Math.ceil((before * 8) / 6);
    return (['base64', 'base64url'] as const).map((encoding) => padded.toString(encoding).slice(from, whole));
  });
}
