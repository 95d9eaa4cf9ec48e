import { environmentReader } from '../environment.ts'

export type Config = {
  host: string
  port: number
  /** Folder that holds `journal.jsonl`. */
  journal: string
  /** Where a proxy mounts the page, such as `/sandbox/sms`; empty when it does not. */
  basePath: string
  control: boolean
  logLevel: string
}

export function readConfig(environment: Record<string, string | undefined>): Config {
  const read = environmentReader(environment)
  const config: Config = {
    host: read.text('SMS_HOST', '127.0.0.1'),
    port: read.port('SMS_PORT'),
    journal: read.text('SMS_JOURNAL'),
    basePath: read.basePath('SMS_BASE_PATH'),
    control: read.control,
    logLevel: read.logLevel,
  }
  read.done()
  return config
}
