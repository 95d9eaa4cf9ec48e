import { type ParseArgsConfig, parseArgs } from 'node:util'
import { Refusal } from './refusal.ts'

/** node:util parseArgs, with a wrong flag answered in one sentence. */
export function readArguments<const T extends ParseArgsConfig>(
  command: string,
  config: T,
): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config)
  } catch (error) {
    const what = (error as Error).message.split(/[.\n]/)[0]
    throw new Refusal(`${what}; "./guichet ${command} --help" lists what it takes.`)
  }
}

/** A TCP port, 1–65535. */
export function readPort(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535)
    throw new Refusal(`"${text}" is not a port: give a number from 1 to 65535.`)
  return port
}
