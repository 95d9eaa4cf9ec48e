import { randomInt } from 'node:crypto'

/** Digits only: of these the check digits catch every slip of one, and every two that changed places. */
const LENGTH = 12

/** An ISO 11649 creditor reference: RF, two check digits, twelve digits at random. */
export function newCreditorReference(): string {
  const own = String(randomInt(10 ** 6) * 10 ** 6 + randomInt(10 ** 6)).padStart(LENGTH, '0')
  return `RF${String(98 - remainder(`${own}RF00`)).padStart(2, '0')}${own}`
}

/** The references in a bank's text, where people and banks put blanks and small letters; only those whose check digits fit. */
export function creditorReferencesIn(text: string): string[] {
  const packed = text.toUpperCase().replace(/[^0-9A-Z]/g, '')
  const found: string[] = []
  for (let at = packed.indexOf('RF'); at >= 0; at = packed.indexOf('RF', at + 1)) {
    const candidate = packed.slice(at, at + 4 + LENGTH)
    if (/^RF\d{14}$/.test(candidate) && isSound(candidate)) found.push(candidate)
  }
  return [...new Set(found)]
}

/** As people read it: in groups of four. */
export function inGroups(reference: string): string {
  return reference.replace(/(.{4})(?=.)/g, '$1 ')
}

function isSound(reference: string): boolean {
  return remainder(`${reference.slice(4)}${reference.slice(0, 4)}`) === 1
}

/** Whether an IBAN's check digits fit (ISO 13616, the same arithmetic). */
export function isIban(iban: string): boolean {
  return /^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(iban) && isSound(iban)
}

/** Modulo 97, with letters counting from A = 10. */
function remainder(text: string): number {
  let rest = 0
  for (const letter of text) {
    const value = Number.parseInt(letter, 36)
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97
  }
  return rest
}
