import { readFileSync } from 'node:fs'

/** Everything wrong with the environment, told at once. */
export class ConfigError extends Error {
  readonly faults: string[]
  constructor(faults: string[]) {
    super(`The configuration has ${faults.length} fault(s):\n${faults.map((fault) => `- ${fault}`).join('\n')}`)
    this.faults = faults
  }
}

type Environment = Record<string, string | undefined>

/**
 * Reads variables of the environment and collects what is wrong with them; `done` throws the whole list. `NAME_FILE` is
 * the path of a file that holds the value, as container platforms mount secrets.
 */
export function environmentReader(environment: Environment) {
  const faults: string[] = []
  const text = (name: string, fallback?: string): string => {
    const value = environment[name] || contents(environment[`${name}_FILE`]) || fallback
    if (value === undefined) faults.push(`${name} is missing`)
    return value ?? ''
  }
  return {
    text,
    fault: (message: string) => faults.push(message),
    port(name: string): number {
      const value = text(name)
      const port = Number(value)
      if (value && !(/^\d+$/.test(value) && port <= 65535)) faults.push(`${name} is not a port number`)
      return port
    },
    /** A mount point such as `/inbox`: empty, or with a leading slash and no trailing one. */
    basePath(name: string): string {
      const value = (environment[name] ?? '').replace(/\/+$/, '')
      if (value && !/^(\/[\w.-]+)+$/.test(value)) faults.push(`${name} is not a path such as /inbox`)
      return value
    },
    control: environment.SANDBOX_CONTROL === '1',
    logLevel: environment.SANDBOX_LOG_LEVEL || 'info',
    done() {
      if (faults.length > 0) throw new ConfigError(faults)
    },
  }
}

function contents(path: string | undefined): string | undefined {
  if (!path) return undefined
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    // Said as what it comes to: the variable is missing.
    return undefined
  }
}
