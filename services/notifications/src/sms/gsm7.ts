/** 3GPP TS 23.038 §6.2.1: the default alphabet and its extension table. */
const ALPHABET = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€',
)
const LIKE: Record<string, string> = {
  '’': "'",
  '‘': "'",
  '“': '"',
  '”': '"',
  '«': '"',
  '»': '"',
  '–': '-',
  '—': '-',
  '…': '...',
  '•': '-',
  œ: 'oe',
  Œ: 'OE',
}

/**
 * The text in GSM-7: narrow and fixed spaces become spaces, quotes become straight, an accent that the alphabet lacks is
 * dropped, and what has no likeness at all becomes `?`. One other character would more than halve an SMS's length.
 */
export function toGsm7(text: string): string {
  let out = ''
  for (const character of text
    .normalize('NFC')
    .replace(/\s/gu, ' ')
    .replace(/ +([;:!?])/g, '$1')) {
    const candidate = LIKE[character] ?? character
    const bare = candidate.normalize('NFD').replace(/\p{M}/gu, '')
    if ([...candidate].every((part) => ALPHABET.has(part))) out += candidate
    else if (bare && [...bare].every((part) => ALPHABET.has(part))) out += bare
    else out += '?'
  }
  return out
}
