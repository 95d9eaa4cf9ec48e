export type StartFailure = 'binaries-missing' | 'disk-full' | 'not-permitted' | 'failed'

/** PostgreSQL did not start; `message` is one sentence for the person at the terminal, `output` what the server said. */
export class PostgresStartError extends Error {
  readonly reason: StartFailure
  readonly output: string

  constructor(reason: StartFailure, message: string, output = '') {
    super(message)
    this.name = 'PostgresStartError'
    this.reason = reason
    this.output = output
  }
}

/** Turns the server's own words into a reason: a full disk must not read like a bug. */
export function explainFailure(what: string, output: string): PostgresStartError {
  if (/No space left on device|ENOSPC|Disk quota exceeded/i.test(output)) {
    return new PostgresStartError('disk-full', `The disk is full: ${what} found no space left.`, output)
  }
  const lines = output.trim().split('\n')
  const last = lines.findLast((line) => /FATAL|PANIC|error/i.test(line)) ?? lines.at(-1) ?? 'it said nothing'
  return new PostgresStartError('failed', `${what} failed: ${last.trim()}`, output)
}
