import { gsm7Cost, toGsm7 } from './gsm7.ts'

export type Encoding = 'GSM-7' | 'UCS-2'

/** A text as it travels and is billed. */
export interface Encoded {
  text: string
  encoding: Encoding
  /** The parts it travels in; one without a header, more with one each. */
  parts: string[]
}

/** Places of a message that travels alone, and of each part of a longer one, where a header takes some. */
const PLACES = { 'GSM-7': { alone: 160, part: 153 }, 'UCS-2': { alone: 70, part: 67 } }

/**
 * The cheapest way to say a text without spoiling it: typographic signs and rare accents become their likeness in GSM-7;
 * what has none (Greek, an emoji) makes all of it UCS-2, or a question mark where `unicode` is not allowed.
 */
export function encodeSms(text: string, unicode: boolean): Encoded {
  const plain = toGsm7(text)
  if (!plain.lossy || !unicode) return { text: plain.text, encoding: 'GSM-7', parts: cut(plain.text, 'GSM-7') }
  const whole = text.normalize('NFC')
  return { text: whole, encoding: 'UCS-2', parts: cut(whole, 'UCS-2') }
}

/** No escape pair and no surrogate pair is cut in two: it goes whole into the next part. */
function cut(text: string, encoding: Encoding): string[] {
  const cost = (character: string) => (encoding === 'GSM-7' ? gsm7Cost(character) : character.length)
  const characters = [...text]
  const { alone, part } = PLACES[encoding]
  if (characters.reduce((sum, character) => sum + cost(character), 0) <= alone) return [text]
  const parts = ['']
  let used = 0
  for (const character of characters) {
    if (used + cost(character) > part) {
      parts.push('')
      used = 0
    }
    parts[parts.length - 1] += character
    used += cost(character)
  }
  return parts
}
