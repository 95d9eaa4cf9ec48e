export type Encoding = 'GSM-7' | 'UCS-2'

/** 3GPP TS 23.038 §6.2.1: the default alphabet, and the characters that cost two places there. */
const BASIC =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà'
const EXTENDED = '\f^{}\\[~]|€'
const GSM_COST = new Map([...[...BASIC].map((c) => [c, 1] as const), ...[...EXTENDED].map((c) => [c, 2] as const)])

/** Places in a message that travels alone, and in each part of a longer one, where a header takes some. */
const PLACES = { 'GSM-7': { alone: 160, part: 153 }, 'UCS-2': { alone: 70, part: 67 } }

/** How a text would be sent and billed. One character outside GSM-7 (an emoji, `ê`, a narrow space) turns all of it to UCS-2. */
export function countSegments(text: string): { encoding: Encoding; segments: number } {
  const characters = [...text]
  const encoding: Encoding = characters.every((character) => GSM_COST.has(character)) ? 'GSM-7' : 'UCS-2'
  const costs = characters.map((character) =>
    encoding === 'GSM-7' ? (GSM_COST.get(character) ?? 1) : character.length,
  )
  const { alone, part } = PLACES[encoding]
  if (costs.reduce((sum, cost) => sum + cost, 0) <= alone) return { encoding, segments: 1 }
  let segments = 1
  let used = 0
  for (const cost of costs) {
    // An escape pair or a surrogate pair is never cut in two: it goes whole into the next part.
    if (used + cost > part) {
      segments += 1
      used = 0
    }
    used += cost
  }
  return { encoding, segments }
}
