import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

export type Part = 'rabbitmq' | 'chromium' | 'dovecot'

const PARTS: Record<Part, { programs: string[]; how: string }> = {
  rabbitmq: { programs: ['rabbitmq-server'], how: 'Debian: apt-get install rabbitmq-server' },
  chromium: { programs: ['chromium', 'chromium-browser', 'google-chrome'], how: 'Debian: apt-get install chromium' },
  dovecot: { programs: ['dovecot'], how: 'Debian: apt-get install dovecot-imapd' },
}

/** The program of a part that tests need and a fresh machine may lack, or undefined. */
export function findPart(part: Part): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/bin', '/usr/lib/rabbitmq/bin']
  for (const program of PARTS[part].programs) {
    const found = folders.map((folder) => join(folder, program)).find((path) => existsSync(path))
    if (found) return found
  }
  return undefined
}

/**
 * True when the part is here. When it is missing: says in one line how to get it and returns false, so that the suite
 * is counted as skipped; with the part named in GUICHET_REQUIRE, a missing part is a failure.
 */
export function hasPart(part: Part): boolean {
  if (findPart(part)) return true
  const required = (process.env.GUICHET_REQUIRE ?? '').split(',').map((name) => name.trim())
  const sentence = `${part} is not on this machine, so its tests are skipped (${PARTS[part].how}).`
  if (required.includes(part)) throw new Error(`GUICHET_REQUIRE names ${part}. ${sentence}`)
  console.warn(sentence)
  return false
}
