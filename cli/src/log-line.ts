const levels: Record<number, string> = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' }

/** A JSON log line as time, level, message and the rest as key=value; any other line as it is. */
export function readableLine(line: string): string {
  if (!line.startsWith('{')) return line
  try {
    const { time, level, msg, pid, hostname, name, ...rest } = JSON.parse(line) as Record<string, unknown>
    const at = typeof time === 'number' || typeof time === 'string' ? new Date(time).toISOString().slice(11, 23) : ''
    const facts = Object.entries(rest).map(
      ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
    )
    return [at, (levels[Number(level)] ?? String(level ?? '')).padEnd(5), msg, ...facts].filter(Boolean).join(' ')
  } catch {
    return line
  }
}
