import { type Logger, pino } from 'pino'

/** What must never reach a log, wherever it stands in an object. */
const SECRETS = [
  'authorization',
  'cookie',
  'password',
  'token',
  'secret',
  'refreshToken',
  'accessTokens',
  'code',
  'clientSecret',
  'orderSecret',
]

/** JSON lines on standard output, with the service's name; secrets are cut out. */
export function createLog(service: string, level = 'info'): Logger {
  return pino({
    name: service,
    level,
    base: { service },
    redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[redacted]' },
  })
}
