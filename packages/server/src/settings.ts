import { readFileSync } from 'node:fs'

/**
 * Reads one service's environment variables, and collects all faults so that the operator sees them at once.
 * `NAME_FILE` gives the path of a file that holds the value, as container platforms mount secrets.
 */
export interface Settings {
  text(name: string, fallback?: string): string
  optional(name: string): string | undefined
  integer(name: string, fallback: number, range: { min: number; max: number }): number
  url(name: string, fallback?: string): string
  optionalUrl(name: string): string | undefined
  /** A secret of at least 32 characters that is no example. */
  secret(name: string): string
  choice<const T extends string>(name: string, choices: readonly T[], fallback: T): T
  /** Throws a {@link ConfigError} when anything was wrong; call it last. */
  finish(): void
}

export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly faults: string[]
  constructor(faults: string[]) {
    super(`The configuration is not valid:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`)
    this.faults = faults
  }
}

const SECRET_MIN = 32
const EXAMPLE = /^(?:(.)\1*|.*(?:change[-_ ]?me|example|secret[-_]?secret|password|placeholder).*)$/i

export function readSettings(env: Record<string, string | undefined>, prefix: string): Settings {
  const faults: string[] = []
  const get = (name: string): string | undefined => {
    const value = env[`${prefix}${name}`]?.trim()
    if (value) return value
    const path = env[`${prefix}${name}_FILE`]?.trim()
    if (!path) return undefined
    try {
      return readFileSync(path, 'utf8').trim() || undefined
    } catch {
      faults.push(`${prefix}${name}_FILE: ${path} cannot be read`)
      return undefined
    }
  }

  function required(name: string, fallback: string | undefined, what: string): string | undefined {
    const value = get(name) ?? fallback
    if (value === undefined) faults.push(`${prefix}${name} is missing: ${what}`)
    return value
  }
  function checkedUrl(name: string, value: string | undefined): string {
    if (value === undefined) return ''
    // Brokers may be several, tried in turn: amqp://user:password@host1:5672,host2:5672
    if (!URL.canParse(value.replace(/^(amqps?:\/\/[^/,]*),[^/]*/, '$1'))) faults.push(`${prefix}${name} is not a URL`)
    return value.replace(/\/+$/, '')
  }

  return {
    text: (name, fallback) => required(name, fallback, 'give a text') ?? '',
    optional: get,
    integer(name, fallback, range) {
      const value = Number(get(name) ?? fallback)
      if (!Number.isInteger(value) || value < range.min || value > range.max) {
        faults.push(`${prefix}${name} must be a whole number from ${range.min} to ${range.max}`)
      }
      return value
    },
    url: (name, fallback) => checkedUrl(name, required(name, fallback, 'give a URL')),
    optionalUrl(name) {
      const value = get(name)
      return value === undefined ? undefined : checkedUrl(name, value)
    },
    secret(name) {
      const value = required(name, undefined, `give a random text of at least ${SECRET_MIN} characters`) ?? ''
      if (value !== '' && value.length < SECRET_MIN)
        faults.push(`${prefix}${name} is too short: at least ${SECRET_MIN} characters`)
      else if (EXAMPLE.test(value))
        faults.push(`${prefix}${name} is an example, not a secret: make one with "openssl rand -base64 48"`)
      return value
    },
    choice(name, choices, fallback) {
      const value = get(name) ?? fallback
      const found = choices.find((choice) => choice === value)
      if (found === undefined) faults.push(`${prefix}${name} must be one of ${choices.join(', ')}`)
      return found ?? fallback
    },
    finish() {
      if (faults.length > 0) throw new ConfigError(faults)
    },
  }
}
