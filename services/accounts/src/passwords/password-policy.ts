import { DomainError } from '@guichet/problem'
import { normalize, PASSWORD_BYTES_MAX } from './password-hasher.ts'

/** NIST SP 800-63B-4 §3.1.1.2: 15 where the password is the only factor; no rule of composition. */
const CHARACTERS_MIN = 15
const CHARACTERS_MAX = 128
/** What must be left once the guessable parts are cut out. */
const UNGUESSABLE_MIN = 8
const DISTINCT_MIN = 5

const COMMON = [
  ...['password', 'passw0rd', 'p@ssword', 'p@ssw0rd', 'motdepasse', 'passphrase', 'letmein', 'welcome', 'bienvenue'],
  ...['iloveyou', 'jetaime', 'administrator', 'admin', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm', 'azertyuiop', 'azerty'],
  ...['qsdfghjklm', 'wxcvbn', 'qwerty', 'qwertz', 'soleil', 'doudou', 'sunshine', 'princess', 'football', 'monkey'],
  ...['dragon', 'superman', 'chocolat', 'changeme', 'secret', 'guichet', 'ticket', 'billet', 'test'],
  ...['correcthorsebatterystaple', '1q2w3e4r5t', 'q1w2e3r4t5', 'zaq12wsx'],
]

/** Refuses a password that is too short, too long, or among the first that anyone would try for this person. */
export function assertPasswordAcceptable(password: string, about: { email?: string | null; name?: string }): void {
  const text = normalize(password)
  const characters = [...text].length
  if (characters < CHARACTERS_MIN) throw new DomainError('password-too-short', { minCharacters: CHARACTERS_MIN })
  if (characters > CHARACTERS_MAX || Buffer.byteLength(text) > PASSWORD_BYTES_MAX) {
    throw new DomainError('password-too-long', { maxCharacters: CHARACTERS_MAX })
  }
  if (new Set(text).size < DISTINCT_MIN || [...unguessable(text, about)].length < UNGUESSABLE_MIN) {
    throw new DomainError('password-too-common')
  }
}

/** What is left of it without well-known words, the person's own, and runs like 12345 or aaaa. */
function unguessable(password: string, about: { email?: string | null; name?: string }): string {
  const own = `${about.email ?? ''} ${about.name ?? ''}`.toLowerCase().split(/[^\p{L}\p{N}]+/u)
  const words = [...COMMON, ...own.filter((word) => [...word].length >= 3)].sort((a, b) => b.length - a.length)
  let rest = password.toLowerCase()
  for (const word of words) rest = rest.replaceAll(word, ' ')
  return withoutRuns(rest).replace(/\s+/g, '')
}

function withoutRuns(text: string): string {
  const points = [...text].map((character) => character.codePointAt(0) ?? 0)
  const step = (index: number) => (points[index] ?? 0) - (points[index - 1] ?? 0)
  const inRun = (index: number) => index >= 2 && Math.abs(step(index)) <= 1 && step(index) === step(index - 1)
  return [...text].filter((_, i) => !inRun(i) && !inRun(i + 1) && !inRun(i + 2)).join('')
}
