/** 3GPP TS 23.038 §6.2.1: the default alphabet and its extension table. */
const BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
)
/** Each costs two places: an escape goes before it. */
const EXTENDED = new Set('^{}\\[~]|€')
const isKnown = (character: string) => BASIC.has(character) || EXTENDED.has(character)
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

/** Places that a character of the alphabet takes. */
export function gsm7Cost(character: string): number {
  return EXTENDED.has(character) ? 2 : 1
}

/**
 * The text in GSM-7: narrow and fixed spaces become spaces, quotes become straight, an accent that the alphabet lacks is
 * dropped. What has no likeness at all becomes `?`, and the text is `lossy`.
 */
export function toGsm7(text: string): { text: string; lossy: boolean } {
  let out = ''
  let lossy = false
  for (const character of text
    .normalize('NFC')
    .replace(/\s/gu, ' ')
    .replace(/ +([;:!?])/g, '$1')) {
    const candidate = LIKE[character] ?? character
    const bare = candidate.normalize('NFD').replace(/\p{M}/gu, '')
    if ([...candidate].every(isKnown)) out += candidate
    else if (bare && [...bare].every(isKnown)) out += bare
    else {
      out += '?'
      lossy = true
    }
  }
  return { text: out, lossy }
}
